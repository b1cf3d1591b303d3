import { Logger, runTaskListOnce } from "graphile-worker";
import type { PoolClient } from "pg";
import { makePool, withClient } from "../postgres/pools.ts";

export type FutureJobs = {
  /** Milliseconds of each look of graphile-worker for a job to do. */
  looks: number[];
  /** Milliseconds of adding and of removing the three jobs of 500 leads, each in one statement. */
  adding: number[];
  removing: number[];
};

/** What a timer a threshold would cost, while so many of them wait for their instant. The jobs are gone afterwards. */
export async function timeFutureJobs(url: string, jobs: number, times = 30): Promise<FutureJobs> {
  const pool = makePool(url, { max: 1, applicationName: "bench timers" });
  try {
    return await withClient(pool, async (client) => {
      await client.query(FILL, [jobs]);
      await client.query("analyze graphile_worker._private_jobs");
      const looks: number[] = [];
      for (let n = 0; n < times; n += 1) looks.push(...(await look(client)));
      const adding: number[] = [];
      const removing: number[] = [];
      for (let n = 0; n < 10; n += 1) {
        adding.push(await time(client, ADD));
        removing.push(await time(client, REMOVE));
      }
      await client.query("delete from graphile_worker._private_jobs where key like 'timer-%'");
      return { looks: looks.slice(WARM_UP), adding, removing };
    });
  } finally {
    await pool.end();
  }
}

const WARM_UP = 5;

async function time(client: PoolClient, text: string): Promise<number> {
  const startedAt = performance.now();
  await client.query(text);
  return performance.now() - startedAt;
}

/** Its own statement, timed where it is sent. */
async function look(client: PoolClient): Promise<number[]> {
  const taken: number[] = [];
  const spied = new Proxy(client, {
    get(target, name) {
      if (name === "release") return () => {};
      if (name !== "query") return Reflect.get(target, name, target);
      return async (...query: Parameters<PoolClient["query"]>) => {
        const text = JSON.stringify(query[0]);
        const startedAt = performance.now();
        const result = await Reflect.apply(target.query, target, query);
        if (/skip locked/i.test(text)) taken.push(performance.now() - startedAt);
        return result;
      };
    },
  });
  const options = { logger: new Logger(() => () => {}), noHandleSignals: true };
  await runTaskListOnce(options, { a_timer: () => {} }, spied).promise;
  return taken;
}

/** Three a lead, in the next two months. */
const FILL = `
  insert into graphile_worker._private_jobs (task_id, payload, key, run_at)
  select tasks.id, '{}', 'timer-' || n, now() + interval '1 day' + n * interval '1 second'
    from (select (graphile_worker.add_job('a_timer', job_key => 'timer-0', run_at => now() + interval '90 days')).task_id as id) as tasks,
         generate_series(1, $1) as n`;

const ADD = `
  select from graphile_worker.add_jobs(array(
    select ('a_timer', '{}', null, now() + interval '1 day' + n * interval '1 second', null, 'another-' || n, null, null)::graphile_worker.job_spec
      from generate_series(1, 1500) as n))`;
const REMOVE = "select graphile_worker.remove_job('another-' || n) from generate_series(1, 1500) as n";
