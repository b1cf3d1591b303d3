import type { Task } from "graphile-worker";
import type { ClientBase } from "pg";
import { z } from "zod";
import { makeContractCache } from "../pipeline/contract_cache.ts";
import { type ClaimedCapture, judge } from "../pipeline/judge.ts";

export type RouteOne = (client: ClientBase, captureId: string) => Promise<void>;

/** The job that each arrival would have: the same stages for this capture alone, in its own transaction. */
export function makeJobPerLead(routeOne: RouteOne, onDone: () => void = () => {}): Task {
  return async (payload, { withPgClient }) => {
    const { captureId } = Payload.parse(payload);
    await withPgClient((client) => routeOne(client, captureId));
    onDone();
  };
}

const Payload = z.object({ captureId: z.uuid() });

/** Claims, judges and processes one capture by the functions that the drain calls for 500. */
export function makeRouteOne(): RouteOne {
  const contractsOf = makeContractCache();
  return async (client, captureId) => {
    await client.query("begin");
    try {
      const { rows } = await client.query<ClaimedCapture>({
        name: "claim_one",
        text: CLAIM,
        values: [captureId],
      });
      const contracts = await contractsOf(
        client,
        rows.map((capture) => capture.contract_id),
      );
      for (const capture of rows) await process(client, capture, contracts.get(capture.contract_id));
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  };
}

async function process(
  client: ClientBase,
  capture: ClaimedCapture,
  contract: Parameters<typeof judge>[1] | undefined,
): Promise<void> {
  if (contract === undefined) throw new Error(`Capture ${capture.id} has no contract.`);
  const judgement = judge(capture, contract);
  const [accepted, refused] = "attributes" in judgement ? [[judgement], []] : [[], [judgement]];
  await client.query({
    name: "process_captures",
    text: "select app_private.process_captures($1, $2, now())",
    values: [JSON.stringify(accepted), JSON.stringify(refused)],
  });
}

/** claim_captures for one that is named: no search, hence no slower. */
const CLAIM = `
select captures.id, capture_paths.slug as path_slug, capture_paths.protocol, captures.contract_id, captures.content_type,
       captures.headers, captures.body, captures.part_of, captures.fetched, captures.corrections, captures.released_at,
       captures.received_at, territories.country as default_country, territories.time_zone
  from app_public.captures
  join app_public.capture_paths on capture_paths.id = captures.path_id
  join app_public.territories on territories.id = capture_paths.territory_id
 where captures.id = $1 and captures.status = 'pending'
   for no key update of captures skip locked`;
