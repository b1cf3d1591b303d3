import type { Client } from "pg";
import { makeRandom } from "../cli/demo/random.ts";
import { withConnection } from "../postgres/connect.ts";
import type { BenchCluster } from "./cluster.ts";
import { fillPeople } from "./identity_fill.ts";
import { attributesOf, comesAgain, inventLeads } from "./people/lead_stream.ts";
import { type Mode, rate, type Section } from "./section.ts";
import { percentile } from "./statistics.ts";

const SEED = 7;

/** B10: whose one arrival is among so many people, in the database; and a trigram index over the same names. */
export async function benchLookup(cluster: BenchCluster, { isFull, log }: Mode): Promise<Section> {
  const people = isFull ? 1_000_000 : 100_000;
  const database = await cluster.copy();
  try {
    const size = { people, arrivals: isFull ? 4_000 : 2_000, warmUp: 400 };
    return report(people, await measureLookup(database.urls.superuser, size, log));
  } finally {
    await database.drop();
  }
}

/** `warmUp`: arrivals by which plans are made and the pages come into memory; both sides have them. */
type Size = { people: number; arrivals: number; warmUp: number };

export async function measureLookup(url: string, size: Size, log: (line: string) => void): Promise<Measured> {
  return withConnection(url, async (client) => {
    log(`identity: making ${rate(size.people)} people`);
    const boundaryId = await fillPeople(client, { seed: SEED, people: size.people });
    const arrivals = inventArrivals(size.people, size.arrivals);
    log(`identity: matching ${arrivals.length} arrivals one by one`);
    const ours = await timeOurs(client, { boundaryId, arrivals, warmUp: size.warmUp });
    log("identity: the same by trigrams");
    return { ours, peers: await timeTrigrams(client, arrivals) };
  });
}

type Arrival = { attributes: ReturnType<typeof attributesOf>; isKnown: boolean };

/** Half of somebody known, something changed; half of people who never came. */
function inventArrivals(people: number, count: number): Arrival[] {
  const random = makeRandom(SEED + 1);
  const every = Math.floor(people / (count / 2));
  const known = [...inventLeads(SEED, people).filter((_, n) => n % every === 0)].slice(0, count / 2);
  const fresh = [...inventLeads(SEED + 2, count / 2)];
  return known.flatMap((person, n) => [
    { attributes: attributesOf(comesAgain(person, random).facts), isKnown: true },
    { attributes: attributesOf(fresh[n]?.facts ?? person.facts), isKnown: false },
  ]);
}

type Times = { name: string; milliseconds: number[] };
export type Measured = { ours: Ours; peers: Times[] };
type Ours = Times & { known: number; found: number; strangers: number; joinedStrangers: number };

/** The whole of matching: claim the keys, look up, compare, weigh, decide. What it writes is rolled back. */
async function timeOurs(
  client: Client,
  { boundaryId, arrivals, warmUp }: { boundaryId: number; arrivals: readonly Arrival[]; warmUp: number },
): Promise<Ours> {
  await client.query(TIME_OURS);
  const told = arrivals.map(({ attributes }) => ({
    capture_id: crypto.randomUUID(),
    boundary_id: boundaryId,
    is_test: false,
    attributes,
  }));
  await client.query("begin");
  await client.query("set local role catchment_worker");
  const { rows } = await client.query<{ ms: number; joined: boolean }>(
    "select ms, joined from app_private.bench_time_matches($1) order by n",
    [JSON.stringify(told)],
  );
  await client.query("rollback");
  const timed = rows.slice(warmUp);
  const isKnown = arrivals.slice(warmUp).map((arrival) => arrival.isKnown);
  const count = (known: boolean, isJoined: boolean) =>
    timed.filter(({ joined }, n) => isKnown[n] === known && (joined || !isJoined)).length;
  return {
    name: "Catchment: keys, blocking, comparison, decision",
    milliseconds: timed.map(({ ms }) => ms),
    known: count(true, false),
    found: count(true, true),
    strangers: count(false, false),
    joinedStrangers: count(false, true),
  };
}

/** With the settings of app_private.process_captures. */
const TIME_OURS = `
  create or replace function app_private.bench_time_matches(told jsonb) returns table (n bigint, ms double precision, joined boolean)
  language plpgsql volatile set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
  set plan_cache_mode = force_generic_plan as $$
  declare
    one record;
    begun timestamptz;
    found app_private.resolution[];
  begin
    for one in
      select entry.n, jsonb_populate_record(null::app_private.arrival, entry.arrival) as arrival
        from jsonb_array_elements(told) with ordinality as entry (arrival, n)
    loop
      begun := clock_timestamp();
      found := app_private.claim_identities(array[one.arrival], array[uuidv7()]);
      ms := extract(epoch from clock_timestamp() - begun) * 1000;
      n := one.n;
      joined := not found[1].is_first;
      return next;
    end loop;
  end $$;
  grant execute on function app_private.bench_time_matches(jsonb) to catchment_worker`;

/** Who has a similar name, as it is often done: the best ten by an index of trigrams. */
async function timeTrigrams(client: Client, arrivals: readonly Arrival[]): Promise<Times[]> {
  await client.query(PREPARE_TRIGRAMS);
  await client.query("vacuum (analyze) public.names");
  const names = arrivals.map(({ attributes: { match } }) =>
    `${match.first_name ?? ""} ${match.last_name ?? ""}`.trim(),
  );
  const times: Times[] = [];
  for (const threshold of [0.3, 0.6]) {
    await client.query("select set_config('pg_trgm.similarity_threshold', $1, false)", [String(threshold)]);
    await client.query("select public.time_trigrams($1)", [names.slice(0, 20)]);
    const { rows } = await client.query<{ ms: number[] }>("select public.time_trigrams($1) as ms", [
      names.slice(20, 20 + TRIGRAM_ARRIVALS),
    ]);
    times.push({ name: `trigrams: names of similarity ${threshold} (GIN)`, milliseconds: rows[0]?.ms ?? [] });
  }
  return times;
}

const TRIGRAM_ARRIVALS = 200;
/** The extension is there: leads are searched by it (app_private.lead_texts). */
const PREPARE_TRIGRAMS = `
  create unlogged table public.names as
    select id, concat_ws(' ', first_name, last_name) as name from app_private.match_records;
  create index on public.names using gin (name app_private.gin_trgm_ops);
  create function public.time_trigrams(names text[]) returns double precision[] language plpgsql volatile as $$
  declare
    asked text;
    begun timestamptz;
    times double precision[] := '{}';
  begin
    foreach asked in array names loop
      begun := clock_timestamp();
      perform from (
        select names.id from public.names where names.name operator(app_private.%) asked order by app_private.similarity(names.name, asked) desc limit 10) as alike;
      times := times || extract(epoch from clock_timestamp() - begun)::double precision * 1000;
    end loop;
    return times;
  end $$`;

function report(people: number, { ours, peers }: Measured): Section {
  const at = ({ milliseconds }: Times, share: number) => percentile(milliseconds, share);
  const row = (times: Times) => [times.name, ...[0.5, 0.99].map((part) => at(times, part).toFixed(2))];
  const found = ((ours.found / ours.known) * 100).toFixed(1);
  const joined = ours.strangers === 0 ? "none" : `${ours.joinedStrangers} of ${ours.strangers}`;
  return {
    title: `B10 identity: one arrival among ${rate(people)} people, in the database`,
    columns: ["side", "p50 ms", "p99 ms"],
    rows: [ours, ...peers].map(row),
    notes: [
      ...peers.map(
        (peer) =>
          `Against ${peer.name}: ${(at(peer, 0.5) / at(ours, 0.5)).toFixed(0)}× at p50, ${(at(peer, 0.99) / at(ours, 0.99)).toFixed(0)}× at p99.`,
      ),
      `Checked: ${found} % of those who came again, one or two things changed, joined a lead; of strangers ${joined}.`,
      "A trigram index answers ten similar names and decides nothing; ours answers the lead.",
    ],
    data: { people, ours, peers },
  };
}
