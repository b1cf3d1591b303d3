import type { Client } from "pg";
import { z } from "zod";
import { makeTokens } from "../api/tokens.ts";
import { withConnection } from "../postgres/connect.ts";
import { type Child, startChild } from "./child.ts";
import type { BenchCluster, BenchDatabase } from "./cluster.ts";
import { DOCUMENTS, type DocumentName } from "./graphql_documents.ts";
import { LoadResult, refuseFailures } from "./load.ts";
import { ASKING, type Asking, actorsOf, fillScope } from "./scope_fill.ts";
import { type Mode, milliseconds, rate, rates, type Section, times } from "./section.ts";
import { ratio, spread } from "./statistics.ts";

/**
 * B8: GraphQL over HTTP, one process a side. Ours and those written by hand ask under the policy, once as somebody with a market
 * and once as somebody who reaches every lead; PostGraphile as shipped asks as a superuser, so it is the latter whose rows it
 * answers, and of the former as many.
 */
export async function benchGraphql(cluster: BenchCluster, { isFull, log }: Mode): Promise<Section[]> {
  const leads = isFull ? 1_000_000 : 50_000;
  const plan = isFull
    ? { rounds: 7, warmupSeconds: 2, seconds: 6 }
    : { rounds: 3, warmupSeconds: 1, seconds: 2 };
  const database = await cluster.copy();
  try {
    log(`graphql: making ${rate(leads)} leads`);
    const actors = await withConnection(database.urls.superuser, (client) => settle(client, leads));
    const sections: Section[] = [];
    for (const asking of ["market", "all"] as const) {
      log(`graphql: as somebody with ${ASKING[asking]} territories`);
      const sides = await measure(database, asking, actors[asking], plan);
      sections.push(report(leads, asking, sides));
    }
    return sections;
  } finally {
    await database.drop();
  }
}

async function measure(
  database: BenchDatabase,
  asking: Asking,
  { id, leadId }: Actor,
  { rounds, ...plan }: { rounds: number; warmupSeconds: number; seconds: number },
): Promise<Side[]> {
  const load = startChild("load_process.ts");
  const sides: Side[] = [];
  try {
    for (const kind of KINDS) sides.push(await openSide(kind, database, id));
    const token = await makeTokens(KEY).mint(`bench-${asking}`);
    for (const name of NAMES) await refuseDifference(sides, { name, asking, leadId, token });
    for (let round = 0; round < rounds; round += 1) {
      for (const side of sides) {
        for (const name of NAMES) {
          const request = requestOf(bodyOf(name, leadId), token);
          const order = { port: side.port, connections: CONNECTIONS, firstNumber: 0, ...plan, request };
          const result = await load.ask(order, LoadResult);
          refuseFailures(side.name, result);
          side.runs[name].push(result);
        }
      }
    }
    return sides;
  } finally {
    await load.stop();
    for (const side of sides) await side.server.stop();
  }
}

const CONNECTIONS = 32;
const NAMES = ["list", "nested", "detail"] as const;
const UNSCOPED = "PostGraphile as shipped, no policy";
const KINDS = [
  { side: "ours", name: "Catchment, under the policy" },
  { side: "postgraphile", name: UNSCOPED },
  { side: "yoga", name: "yoga by hand, under the policy" },
  { side: "raw", name: "http and one statement, under the policy" },
] as const;
const KEY = "the key of the bench, known to everybody";

type Side = { name: string; server: Child; port: number; runs: Record<DocumentName, LoadResult[]> };

type Actor = { id: number; leadId: string };

async function settle(client: Client, leads: number): Promise<Record<"market" | "all", Actor>> {
  await fillScope(client, leads);
  await client.query("set session_replication_role = replica");
  await client.query(EVENTS);
  await client.query("reset session_replication_role");
  await client.query("vacuum (analyze) app_public.source_events");
  const { market, all } = await actorsOf(client);
  const newestOf = async ({ id, territoryIds }: { id: number; territoryIds: number[] }) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from app_public.leads where territory_id = any ($1) order by id desc limit 1",
      [territoryIds],
    );
    return { id, leadId: rows[0]?.id ?? "" };
  };
  return { market: await newestOf(market), all: await newestOf(all) };
}

/** Two touches of each of the newest leads. */
const EVENTS = `
  insert into app_public.source_events (lead_id, territory_id, origin_lead_id, capture_id, trace_id, source, channel, occurred_at, attributes)
  select leads.id, leads.territory_id, leads.id, uuidv7(), leads.trace_id, 'web-form', channel, now(), '{}'
    from (select * from app_public.leads order by id desc limit 50000) as leads, unnest(array['search', 'newsletter']) as channel`;

async function openSide(
  { side, name }: (typeof KINDS)[number],
  { urls }: BenchDatabase,
  actorId: number,
): Promise<Side> {
  const server = startChild("graphql_servers.ts");
  const started = { side, apiUrl: urls.api, superuserUrl: urls.superuser, actorId, key: KEY };
  const { port } = await server.ask(started, z.object({ port: z.number() }));
  return { name, server, port, runs: { list: [], nested: [], detail: [] } };
}

function bodyOf(name: DocumentName, leadId: string): string {
  return JSON.stringify({
    query: DOCUMENTS[name],
    ...(name === "detail" ? { variables: { id: leadId } } : {}),
  });
}

function requestOf(body: string, token: string): string {
  return (
    `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\n` +
    `content-length: ${body.length}\r\n\r\n${body}`
  );
}

type Probe = { name: DocumentName; asking: Asking; leadId: string; token: string };

/** Equal answers, or the times mean nothing. Whoever sees everything is answered other rows than who sees a market: as many. */
async function refuseDifference(
  sides: readonly Side[],
  { name, asking, leadId, token }: Probe,
): Promise<void> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const answers: string[] = [];
  for (const side of sides) {
    const body = bodyOf(name, leadId);
    const response = await fetch(`http://127.0.0.1:${side.port}/graphql`, { method: "POST", headers, body });
    const { data }: { data: unknown } = JSON.parse(await response.text());
    const isOther = side.name === UNSCOPED && asking !== "all" && name !== "detail";
    answers.push(isOther ? String(rowsIn(JSON.stringify(data))) : JSON.stringify(data));
  }
  const [first = ""] = answers;
  const different = answers.findIndex((answer) => answer !== first && answer !== String(rowsIn(first)));
  if (!first.includes("@bench") || different >= 0)
    throw new Error(
      `${name}: ${sides[Math.max(0, different)]?.name} answers otherwise: ${answers[Math.max(0, different)]?.slice(0, 500)}`,
    );
}

function rowsIn(answer: string): number {
  return answer.split("@bench").length - 1;
}

function report(leads: number, asking: Asking, sides: Side[]): Section {
  const [ours, shipped, yoga, raw] = sides;
  if (ours === undefined || shipped === undefined || yoga === undefined || raw === undefined)
    throw new Error("A side is missing.");
  const rateOf = (side: Side, name: DocumentName) => side.runs[name].map((run) => run.rate);
  const against = (peer: Side) =>
    NAMES.map((name) => `${name} ${times(ratio(rateOf(ours, name), rateOf(peer, name)))}`).join(", ");
  return {
    title: `B8 GraphQL: ${rate(leads)} leads, asked for by who has ${rate(ASKING[asking])} territories, ${CONNECTIONS} connections`,
    columns: ["side", ...NAMES.flatMap((name) => [`${name}/s`, "p99 ms"])],
    rows: sides.map((side) => [
      side.name,
      ...NAMES.flatMap((name) => [
        rates(spread(rateOf(side, name))),
        milliseconds(spread(side.runs[name].map((run) => run.p99))),
      ]),
    ]),
    notes: [
      `Against PostGraphile as shipped without a policy: ${against(shipped)}.`,
      `Against yoga with resolvers by hand under the same policy: ${against(yoga)}.`,
      `Against the statement alone: ${against(raw)}.`,
      "Checked before the times count: every side answers alike, byte for byte; who asks without a policy as many rows, where it sees others.",
    ],
    data: { leads, asking, sides: sides.map(({ name, runs }) => ({ name, runs })) },
  };
}
