import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { Attributes } from "../../normalize/attributes.ts";
import { withMatch } from "../../pipeline/with_match.ts";
import type { Absence, Arrival } from "./arrivals.ts";

/** Keeps an arrival as its door does, at its own time, and takes all through stages 5 to 11. */
export async function take(client: Client, arrivals: readonly Arrival[], asOf: Date): Promise<void> {
  const { rows } = await client.query<{ id: string }>(STAGE, [
    arrivals.map(({ path }) => path),
    arrivals.map(() => randomBytes(16).toString("hex")),
    arrivals.map(({ at }) => at),
  ]);
  const accepted = arrivals.map(({ email, country }, position) => {
    const attributes: Attributes = {
      email,
      country,
      identities: [{ kind: "email", value: email }],
      typed: {},
    };
    return withMatch({ id: rows[position]?.id, attributes });
  });
  await client.query({
    name: "simulate take",
    text: "select app_private.process_captures($1, '[]', $2)",
    values: [JSON.stringify(accepted), asOf],
  });
}

const STAGE = `
  insert into app_public.captures (path_id, territory_id, contract_id, trace_id, content_type, body, received_at)
  select capture_paths.id, capture_paths.territory_id, capture_paths.active_contract_id, arrived.trace_id, 'application/json', '{}', arrived.at
    from unnest($1::text[], $2::text[], $3::timestamptz[]) with ordinality as arrived (path, trace_id, at, n)
    join app_public.capture_paths on capture_paths.slug = arrived.path
   order by arrived.n
  returning captures.id`;

/** The next threshold of every clock that is due. */
export async function fire(client: Client, asOf: Date): Promise<void> {
  for (let fired = AT_ONCE; fired === AT_ONCE; ) {
    const { rows } = await client.query<{ fired: number }>({
      name: "simulate fire",
      text: "select app_private.fire_thresholds($1, $2) as fired",
      values: [asOf, AT_ONCE],
    });
    fired = rows[0]?.fired ?? 0;
  }
}

/** What the worker does each minute beside the clock. */
export async function sweep(client: Client, asOf: Date): Promise<void> {
  for (let moved = 1; moved > 0; ) {
    const { rows } = await client.query<{ moved: number }>({
      name: "simulate sweep",
      text: SWEEP,
      values: [asOf, 100],
    });
    moved = rows[0]?.moved ?? 0;
  }
  await deliver(client, asOf);
}

const SWEEP = `
  select app_private.route_queue($1, $2) + app_private.pass_on_refused($1, $2) + app_private.pass_on_expired($1, $2)
         + app_private.assign_unassigned($1, $2) + app_private.settle_tasks($1) + app_private.sweep_stagnant($1, $2) as moved`;

/** Every message that may go by now is accepted by its target; whoever heard of no lead of theirs is reported. */
async function deliver(client: Client, asOf: Date): Promise<void> {
  for (let count = AT_ONCE; count === AT_ONCE; ) {
    await client.query("select app_private.address_notifications($1, $2, true)", [asOf, AT_ONCE]);
    const { rows } = await client.query("select id from app_private.claim_notifications($1, $2)", [
      asOf,
      AT_ONCE,
    ]);
    const told = rows.map(({ id }) => ({ id, outcome: "accepted", counts: true, isGone: false }));
    if (told.length > 0)
      await client.query("select app_private.record_notifications($1, $2)", [JSON.stringify(told), asOf]);
    count = told.length;
  }
  await client.query("select app_private.report_handovers($1)", [asOf]);
}

const AT_ONCE = 1_000;

export async function setAbsences(client: Client, absences: readonly Absence[]): Promise<void> {
  await client.query(
    `insert into app_public.absences (actor_id, starts_at, ends_at)
     select actors.id, away.starts_at, away.ends_at
       from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as away (slug, starts_at, ends_at)
       join app_public.actors on actors.slug = away.slug`,
    [
      absences.map(({ actor }) => actor),
      absences.map(({ from }) => from),
      absences.map(({ until }) => until),
    ],
  );
}
