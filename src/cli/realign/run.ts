import type { Pool } from "pg";
import { errorCode } from "../../postgres/connect.ts";
import { CommandError, EXIT, misused, refused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";

type Options = { closed?: true; json?: true };
type Move = {
  lead: string;
  from: string;
  to: string;
  rule: number;
  owner: string | null;
  keepsOwner: boolean;
};
type Realignment = {
  id: number;
  root: string;
  revision: number;
  effectiveAt: Date;
  state: string;
  leads: number;
  exempt: number;
  moved: number;
};

export async function preview(root: string, { closed, json }: Options): Promise<void> {
  const moves = await withWorkerPool("realign", async (pool) => {
    const boundary = await boundaryOf(pool, root);
    return (await pool.query<Move>(PREVIEW, [boundary, closed ?? false])).rows;
  });
  if (json) return sayJson(moves);
  if (moves.length === 0) return say("Every lead lies where the rules put it.");
  const ways = Map.groupBy(moves, ({ from, to }) => `${from} → ${to}`);
  const rows = [...ways].map(([way, some]) => {
    const left = some.filter(({ owner, keepsOwner }) => owner !== null && !keepsOwner);
    return [way, String(some.length), String(left.length)];
  });
  for (const line of table([["leads", "move", "change their owner"], ...rows])) say(line);
}

export async function schedule(root: string, options: Options & { at?: string }): Promise<void> {
  const at = instantOf(options.at);
  const id = await withWorkerPool("realign", async (pool) => {
    const boundary = await boundaryOf(pool, root);
    const scheduled = pool.query<{ id: number | null }>(SCHEDULE, [boundary, options.closed ?? false, at]);
    return (await scheduled.catch(refuseSecond)).rows[0]?.id ?? null;
  });
  if (options.json) return sayJson({ realignment: id });
  if (id === null) return say("Every lead lies where the rules put it: there is nothing to schedule.");
  say(
    `Realignment ${id} is written down; it happens ${at === null ? "within a minute" : `at ${at.toISOString()}`}.`,
  );
}

export async function exempt(leads: string[], { undo }: { undo?: true }): Promise<void> {
  const ids = leads.map((lead) => {
    if (!/^[0-9a-f-]{36}$/i.test(lead)) throw misused(`"${lead}" is no id of a lead.`);
    return lead;
  });
  const { rowCount } = await withWorkerPool("realign", (pool) =>
    pool.query(EXEMPT, [ids, undo === undefined]),
  );
  say(`${rowCount} of ${ids.length} leads ${undo ? "will move" : "will stay"}.`);
  if (rowCount !== ids.length) {
    note("The others are in no realignment that is still to happen.");
    process.exitCode = EXIT.failed;
  }
}

export async function list({ json }: { json?: true }): Promise<void> {
  const { rows } = await withWorkerPool("realign", (pool) => pool.query<Realignment>(LIST));
  if (json) return sayJson(rows);
  const head = ["id", "root", "revision", "effective", "state", "leads", "exempt", "moved"];
  const lines = rows.map((row) => [
    String(row.id),
    row.root,
    String(row.revision),
    row.effectiveAt.toISOString(),
    row.state,
    String(row.leads),
    String(row.exempt),
    String(row.moved),
  ]);
  for (const line of table([head, ...lines])) say(line);
}

export async function cancel(root: string): Promise<void> {
  const { rowCount } = await withWorkerPool("realign", async (pool) =>
    pool.query(CANCEL, [await boundaryOf(pool, root)]),
  );
  if (rowCount === 0) throw refused(`Nothing is scheduled in "${root}".`);
  say("It is called off; every lead stays where it is.");
}

function instantOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/(?:Z|[+-]\d\d:\d\d)$/.test(text)) {
    throw misused(`--at "${text}" is no instant with its offset, as 2027-01-01T00:00:00+01:00.`);
  }
  return at;
}

async function boundaryOf(pool: Pool, root: string): Promise<number> {
  const { rows } = await pool.query<{ id: number; slug: string; known: boolean }>(BOUNDARIES, [root]);
  const found = rows.find(({ known }) => known);
  if (found !== undefined) return found.id;
  const all = rows.map(({ slug }) => slug).join(", ");
  throw new CommandError(EXIT.failed, `"${root}" is no identity boundary. There are ${all}.`);
}

function refuseSecond(error: unknown): never {
  if (errorCode(error) !== "23505") throw error;
  throw refused("One is scheduled there already: cancel it first.");
}

const BOUNDARIES = `
  select id, slug, slug = $1 as known from app_public.territories where territories.boundary_id = territories.id order by slug`;

const PREVIEW = `
  select moves.lead_id as lead, sources.slug as "from", targets.slug as "to", moves.rule_id as rule, actors.slug as owner,
         moves.keeps_owner as "keepsOwner"
    from app_private.decide_realignment($1, app_private.current_revision(), $2) as moves
    join app_public.territories as sources on sources.id = moves.from_id
    join app_public.territories as targets on targets.id = moves.to_id
    left join app_public.actors on actors.id = moves.owner_id
   order by sources.slug, targets.slug, moves.lead_id`;

const SCHEDULE = `
  select app_private.schedule_realignment($1, app_private.current_revision(), $2, coalesce($3, now()), now()) as id`;

const EXEMPT = `
  update app_private.realignment_moves as moves set is_exempt = $2
    from app_private.realignments
   where realignments.id = moves.realignment_id and realignments.applied_at is null and realignments.cancelled_at is null
     and moves.lead_id = any ($1)`;

const LIST = `
  select realignments.id, territories.slug as root, realignments.revision, realignments.effective_at as "effectiveAt",
         case when realignments.applied_at is not null then 'done' when realignments.cancelled_at is not null then 'called off'
              else 'to come' end as state,
         count(*)::int as leads, count(*) filter (where moves.is_exempt)::int as exempt, count(moves.moved_at)::int as moved
    from app_private.realignments
    join app_public.territories on territories.id = realignments.boundary_id
    join app_private.realignment_moves as moves on moves.realignment_id = realignments.id
   group by realignments.id, territories.slug
   order by realignments.id desc
   limit 10`;

const CANCEL = `
  update app_private.realignments set cancelled_at = now()
   where realignments.boundary_id = $1 and realignments.applied_at is null and realignments.cancelled_at is null`;
