import { z } from "zod";
import { loadJudges } from "../pipeline/judges.ts";
import { rehearse } from "../pipeline/rehearse.ts";
import { makePool, withClient } from "../postgres/pools.ts";
import { answerParent } from "./child.ts";

const Order = z.object({ workerUrl: z.string(), captures: z.number(), seconds: z.number() });

/** Rehearses the first captures again and again for so long, as `catchment rehearse` does. Answers the seconds of each. */
answerParent(async (message) => {
  const { workerUrl, captures, seconds } = Order.parse(message);
  const pool = makePool(workerUrl, { max: 1, applicationName: "bench rehearsal" });
  const took: number[] = [];
  try {
    const judges = await withClient(pool, (client) => loadJudges(client, { by: "active" }));
    const until = performance.now() + seconds * 1_000;
    while (performance.now() < until) {
      const startedAt = performance.now();
      const result = await rehearse(pool, { filter: { limit: captures }, judges, revision: null });
      if (result.captures !== captures) throw new Error(`Only ${result.captures} captures were rehearsed.`);
      took.push((performance.now() - startedAt) / 1_000);
    }
  } finally {
    await pool.end();
  }
  return { took };
});
