import { loadDoors } from "../capture/doors.ts";
import { makeStager } from "../capture/stage.ts";
import { newTraceId } from "../capture/trace.ts";
import { makePool } from "../postgres/pools.ts";
import { sampleLead } from "./sample_lead.ts";

/** Stages the sample leads 0 to `count` - 1 in this order, as the door does, 500 at a time. */
export async function stageLeads(apiUrl: string, count: number): Promise<void> {
  const pool = makePool(apiUrl, { max: 1, applicationName: "bench stage" });
  try {
    const door = (await loadDoors(pool)).find(({ slug }) => slug === "web-form");
    if (door === undefined) throw new Error("The sample organization has no path web-form.");
    const { stage } = makeStager(pool);
    for (let first = 0; first < count; first += 500) {
      const numbers = Array.from({ length: Math.min(500, count - first) }, (_, offset) => first + offset);
      await Promise.all(
        numbers.map((n) =>
          stage({
            pathId: door.pathId,
            idempotencyKey: `staged-${n}`,
            body: Buffer.from(sampleLead(n)),
            contentType: "application/json",
            traceId: newTraceId(),
            isTest: false,
          }),
        ),
      );
    }
  } finally {
    await pool.end();
  }
}
