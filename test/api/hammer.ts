import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { z } from "zod";
import { withConnection } from "../../src/postgres/connect.ts";
import { makeChance } from "../chaos/chance.ts";
import type { TestDatabase } from "../support/database.ts";
import type { Served } from "./serve.ts";

/** Who asks, and whose leads they may see. `rhea` loses her membership on the way; null is nobody. */
const SEEN: [who: string | null, slugs: string[]][] = [
  ["dora", ["de"]],
  ["felix", ["fr"]],
  ["nina", ["globex-nl"]],
  ["ada", ["br", "de", "fr", "us"]],
  ["rhea", ["us"]],
  [null, []],
];

export type Hammered = {
  /** Answers that held somebody else's rows or name. */
  foreign: string[];
  /** Requests of the one who was revoked, sent afterwards, that still showed rows. */
  late: number;
  /** Full answers of each, refusals, and requests that their client left. */
  answered: Record<string, number>;
  refused: number;
  left: number;
  cancelled: number;
};

/** So many requests of all of them at once, while statements are cancelled and connections are ended under them. */
export async function hammer(
  api: Served,
  database: Pick<TestDatabase, "urls">,
  requests: number,
): Promise<Hammered> {
  await withConnection(database.urls.superuser, async (root) => {
    for (const statement of SETTLE) await root.query(statement);
  });
  const tokens = new Map<string | null, string>();
  for (const [who] of SEEN) if (who !== null) tokens.set(who, await api.tokens.mint(who));
  const chance = makeChance(7);
  const found: Hammered = { foreign: [], late: 0, answered: {}, refused: 0, left: 0, cancelled: 0 };
  let sent = 0;
  let isRevoked = false;

  const askOnce = async () => {
    const [who, slugs] = SEEN[chance.below(SEEN.length)] ?? [null, []];
    const wasRevoked = who === "rhea" && isRevoked;
    const asked = await post(
      api.url,
      tokens.get(who),
      DOCUMENTS[chance.below(DOCUMENTS.length)] ?? "",
      chance.oneIn(6) ? chance.below(8) : null,
    );
    if (asked === null) found.left += 1;
    else if (asked.data == null || asked.errors !== undefined) found.refused += 1;
    else {
      const { currentActor, ...lists } = asked.data;
      const places = Object.values(lists).flatMap(
        (list) => list?.nodes.map(({ territory }) => territory?.slug) ?? [],
      );
      const speaker = currentActor?.slug ?? null;
      if (speaker !== who || places.some((slug) => slug === undefined || !slugs.includes(slug)))
        found.foreign.push(`${who}: ${speaker}, ${places.join(" ")}`);
      if (wasRevoked && places.length > 0) found.late += 1;
      if (places.length > 0 || slugs.length === 0)
        found.answered[String(who)] = (found.answered[String(who)] ?? 0) + 1;
    }
  };
  const one = async () => {
    while (sent < requests) {
      sent += 1;
      if (sent === Math.floor(requests / 2)) {
        await withConnection(database.urls.superuser, (root) => root.query(REVOKE));
        isRevoked = true;
      }
      await askOnce();
    }
  };
  const trouble = troubled(database.urls.superuser);
  try {
    await Promise.all(Array.from({ length: 16 }, one));
  } finally {
    found.cancelled = await trouble();
  }
  return found;
}

const Place = z.object({ territory: z.object({ slug: z.string() }).nullable() });
const Body = z.object({
  data: z
    .object({ currentActor: z.object({ slug: z.string() }).nullish() })
    .catchall(z.object({ nodes: z.array(Place) }).nullable())
    .nullish(),
  errors: z.unknown().optional(),
});

const LIST = "currentActor { slug } leads { nodes { territory { slug } } }";
const DOCUMENTS = [
  `{ ${LIST} }`,
  `{ ${LIST} more: leads(first: 9, orderBy: [SCORE_DESC]) { totalCount nodes { territory { slug } } } }`,
  `{ ${LIST} last: leads(last: 3, filter: { status: { equalTo: "new" } }) { nodes { territory { slug } } } }`,
  `mutation { claimLead(input: { leadId: "00000000-0000-7000-8000-000000000000" }) { lead { rowId } } }`, // raises
  `mutation { a: setNotificationPreferences(input: { actor: "dora", language: "??" }) { clientMutationId }
              b: claimLead(input: { leadId: "00000000-0000-7000-8000-000000000000" }) { lead { rowId } } }`,
];

/** Null: the client left before the answer, after so many milliseconds. */
async function post(
  url: string,
  token: string | undefined,
  query: string,
  leavesAfter: number | null,
): Promise<z.infer<typeof Body> | null> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query }),
      signal: leavesAfter === null ? null : AbortSignal.timeout(leavesAfter),
    });
    return Body.parse(await response.json());
  } catch (error) {
    if (leavesAfter === null) throw error;
    return null;
  }
}

/** Cancels what runs every few milliseconds, and ends a connection now and then. Tells how many, when it is told to end. */
function troubled(superuserUrl: string): () => Promise<number> {
  let isOver = false;
  const run = async () => {
    const root = new Client({ connectionString: superuserUrl });
    await root.connect();
    let cancelled = 0;
    for (let round = 1; !isOver; round += 1) {
      const act = round % 40 === 0 ? "pg_terminate_backend" : "pg_cancel_backend";
      const { rowCount } = await root.query(
        `select ${act}(pid) from pg_stat_activity
          where usename = 'catchment_api' and datname = current_database() and state <> 'idle' limit 1`,
      );
      cancelled += rowCount ?? 0;
      await pause(5);
    }
    await root.end();
    return cancelled;
  };
  const running = run();
  return () => {
    isOver = true;
    return running;
  };
}

const SETTLE = [
  `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
   select territories.id, 'web-form', md5(n::text), now(), now()
     from generate_series(1, 10) as n, app_public.territories where slug in ('de', 'fr', 'us', 'br', 'globex-nl')`,
  `with rhea as (insert into app_public.actors (kind, slug, name) values ('person', 'rhea', 'Rhea') on conflict (slug) do update set name = 'Rhea' returning id)
   insert into app_public.memberships (actor_id, territory_id, role)
   select rhea.id, territories.id, 'rep' from rhea, app_public.territories where territories.slug = 'us' on conflict do nothing`,
];
const REVOKE =
  "delete from app_public.memberships where actor_id = (select id from app_public.actors where slug = 'rhea')";

/** Everything that a request could have left in these sessions, one answer a session. */
export async function remains(clients: { query: Client["query"] }[]): Promise<unknown[]> {
  await Promise.all(clients.map((client) => client.query("begin")));
  const found = await Promise.all(
    clients.map(async (client) => {
      const { rows } = await client.query(
        `select session_user, current_user, current_setting('role') as role,
                coalesce(current_setting('catchment.actor', true), '') as actor, coalesce(current_setting('catchment.key', true), '') as key,
                current_setting('statement_timeout') as timeout, current_setting('transaction_read_only') as read_only,
                (select array_agg(name order by name) from pg_settings where source = 'session' and name not in ('application_name', 'client_encoding')) as set`,
      );
      return rows[0];
    }),
  );
  await Promise.all(clients.map((client) => client.query("rollback")));
  return found;
}
