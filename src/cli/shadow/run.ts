import { errorCode } from "../../postgres/connect.ts";
import { CommandError, EXIT, refused } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";

type Run = {
  revision: number;
  startedAt: Date;
  endsAt: Date;
  state: string;
  compared: number;
  territory: number;
  gate: number;
  target: number;
  failed: number;
};

export async function start(revision: number, options: { for: number }): Promise<void> {
  const endsAt = await withWorkerPool("shadow", async (pool) => {
    const { rows: drafts } = await pool.query<{ is_draft: boolean }>(
      "select is_draft from app_public.revisions where id = $1",
      [revision],
    );
    if (drafts[0] === undefined) throw new CommandError(EXIT.failed, `There is no revision ${revision}.`);
    if (!drafts[0].is_draft) throw refused(`Revision ${revision} is no draft: it was applied.`);
    const started = pool.query<{ ends_at: Date }>(START, [revision, options.for]);
    return (await started.catch(refuseSecond)).rows[0]?.ends_at;
  });
  say(`Draft ${revision} decides in the shadow until ${endsAt?.toISOString()}; it acts on nothing.`);
}

export async function list({ json }: { json?: true }): Promise<void> {
  const { rows } = await withWorkerPool("shadow", (pool) => pool.query<Run>(LIST));
  if (json) return sayJson(rows);
  const head = ["draft", "from", "until", "state", "compared", "territory", "gate", "target", "failed"];
  const lines = rows.map((run) => [
    String(run.revision),
    run.startedAt.toISOString(),
    run.endsAt.toISOString(),
    run.state,
    ...[run.compared, run.territory, run.gate, run.target, run.failed].map(String),
  ]);
  for (const line of table([head, ...lines])) say(line);
}

export async function stop(): Promise<void> {
  const { rowCount } = await withWorkerPool("shadow", (pool) => pool.query(STOP));
  if (rowCount === 0) throw refused("No draft runs in the shadow.");
  say("It decides nothing any more; what it found stays.");
}

function refuseSecond(error: unknown): never {
  if (errorCode(error) !== "23505") throw error;
  throw refused("A draft runs in the shadow already: stop it first.");
}

const START = `
  insert into app_private.shadow_runs (revision, started_at, ends_at, looked_at)
  values ($1, now(), now() + make_interval(secs => $2), now()) returning ends_at`;

const STOP = "update app_private.shadow_runs set ended_at = now() where ended_at is null";

const LIST = `
  select runs.revision, runs.started_at as "startedAt", runs.ends_at as "endsAt",
         case when runs.ended_at is null and runs.ends_at > now() then 'running' else 'over' end as state,
         count(compared.id)::int as compared,
         count(*) filter (where 'territory' = any (compared.differs))::int as territory,
         count(*) filter (where 'gate' = any (compared.differs))::int as gate,
         count(*) filter (where 'target' = any (compared.differs))::int as target,
         count(*) filter (where 'failed' = any (compared.differs))::int as failed
    from app_private.shadow_runs as runs
    left join app_public.shadow_routes as compared on compared.revision = runs.revision and compared.compared_at >= runs.started_at
                                                  and compared.compared_at <= coalesce(runs.ended_at, 'infinity')
   group by runs.id
   order by runs.id desc
   limit 10`;
