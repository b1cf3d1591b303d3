import { randomBytes } from "node:crypto";
import type { ClientBase } from "pg";
import type { Identity } from "../../src/normalize/attributes.ts";
import { isRoleAddress } from "../../src/normalize/mailbox.ts";
import { withMatch } from "../../src/pipeline/with_match.ts";
import { allRows, allValues, oneValue } from "./rows.ts";

/** One arrival as stage 4 leaves it: contract and normalization are skipped. */
export type Arrival = {
  attributes: Record<string, string | number>;
  /** What it says of consents, as elements of `attributes.consents`. */
  consents?: object[];
  /** Slug of the capture path; `web-form` unless said otherwise. */
  path?: string;
  key?: string | null;
  traceId?: string;
  isTest?: boolean;
  /** Of its capture, a version 7 UUID; a new one unless given. */
  id?: string;
};

export type Received = {
  captureId: string;
  traceId: string;
  /** Null when the arrival was quarantined. */
  leadId: string | null;
  status: string;
  outcome: string | null;
};

/** Attributes of somebody who never came before, in Germany unless said otherwise. */
export function someone(attributes: Arrival["attributes"] = {}): Arrival["attributes"] {
  people += 1;
  return { email: `person-${people}@mail.example`, country: "DE", ...attributes };
}
let people = 0;

/** Stages and takes through all stages, as the worker, in batches of `batchSize` (all in one unless given). */
export async function receive(
  db: ClientBase,
  arrivals: readonly Arrival[],
  { asOf, batchSize = arrivals.length }: { asOf?: Date | undefined; batchSize?: number } = {},
): Promise<Received[]> {
  const ids = await stageArrivals(db, arrivals);
  const accepted = acceptedOf(arrivals, ids);
  for (let from = 0; from < accepted.length; from += batchSize) {
    await processAccepted(db, accepted.slice(from, from + batchSize), asOf);
  }
  return receivedOf(db, ids);
}

/** The same for one. */
export async function receiveOne(
  db: ClientBase,
  arrival: Arrival,
  options: { asOf?: Date | undefined } = {},
): Promise<Received & { leadId: string }> {
  const [received] = await receive(db, [arrival], options);
  const leadId = received?.leadId ?? null;
  if (received === undefined || leadId === null) throw new Error(`It made no lead: ${received?.outcome}`);
  return { ...received, leadId };
}

/** Only stage 2: pending captures, in this order. */
export async function stageArrivals(db: ClientBase, arrivals: readonly Arrival[]): Promise<string[]> {
  return asWorker(db, () =>
    allValues(
      db,
      `select staged.capture_id as value
         from app_private.stage_captures(
           array(select capture_paths.id from unnest($1::text[]) with ordinality as wanted (slug, n)
                   join app_public.capture_paths using (slug) order by n),
           $2, array(select convert_to(body, 'UTF8') from unnest($3::text[]) as body),
           array_fill('application/json'::text, array[cardinality($1)]), $4, $5, $6) as staged
        order by staged.ordinal`,
      [
        arrivals.map(({ path }) => path ?? "web-form"),
        arrivals.map(({ key }) => key ?? null),
        arrivals.map(({ attributes }) => JSON.stringify(attributes)),
        arrivals.map(({ traceId }) => traceId ?? newTraceId()),
        arrivals.map(({ isTest }) => isTest ?? false),
        arrivals.map(({ id }) => id ?? null),
      ],
    ),
  );
}

export type Accepted = { id: string; attributes: object };

/** What stages 3 and 4 answer for these captures. */
export function acceptedOf(arrivals: readonly Arrival[], ids: readonly string[]): Accepted[] {
  return arrivals.flatMap(({ attributes, consents, path }, position) => {
    const id = ids[position];
    if (id === undefined) return [];
    const texts = Object.fromEntries(Object.entries(attributes).filter(isText));
    const known = { ...texts, identities: identitiesOf(attributes, path), typed: {} };
    const { identities, match } = withMatch({ attributes: known }).attributes;
    const told = consents === undefined ? {} : { consents };
    return [{ id, attributes: { ...attributes, ...told, identities, typed: {}, match } }];
  });
}

/** Stages 5 to 11 for one batch, as the worker. */
export async function processAccepted(db: ClientBase, accepted: readonly Accepted[], asOf?: Date) {
  await asWorker(db, () =>
    db.query("select app_private.process_captures($1, '[]', coalesce($2, now()))", [
      JSON.stringify(accepted),
      asOf ?? null,
    ]),
  );
}

/** With the rights of the stages' login. A login of that name is it already. */
export async function asWorker<Result>(db: ClientBase, work: () => Promise<Result>): Promise<Result> {
  await db.query("set role catchment_worker");
  const result = await work();
  await db.query("reset role");
  return result;
}

export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}

/** An instant so many seconds after the beginning of this transaction: what was staged in it arrived then. */
export async function secondsLater(db: ClientBase, seconds: number): Promise<Date> {
  return oneValue(db, "select now() + make_interval(secs => $1) as value", [seconds]);
}

async function receivedOf(db: ClientBase, ids: readonly string[]): Promise<Received[]> {
  return allRows(
    db,
    `select captures.id as "captureId", captures.trace_id as "traceId", captures.lead_id as "leadId",
            captures.status, captures.outcome
       from unnest($1::uuid[]) with ordinality as wanted (id, n) join app_public.captures using (id) order by n`,
    [ids],
  );
}

function identitiesOf({ email, phone, external_id }: Arrival["attributes"], path = "web-form"): Identity[] {
  const identities: Identity[] = [];
  if (typeof email === "string")
    identities.push({ kind: "email", value: email, ...(isRoleAddress(email) ? { role: true } : {}) });
  if (typeof phone === "string") identities.push({ kind: "phone", value: phone });
  if (external_id !== undefined) identities.push({ kind: "external_id", value: `${path}:${external_id}` });
  return identities;
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}
