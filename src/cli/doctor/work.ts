import type { Client } from "pg";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** Work that stands still. The rows are the truth; jobs only make it happen sooner. */
export async function checkWork(worker: Client): Promise<Finding[]> {
  const { rows } = await worker.query<Counts>(COUNTS);
  const [counts] = rows;
  if (counts === undefined) throw new Error("The database counted nothing.");
  const { live, dead, months } = counts;
  return [
    live > 0
      ? ok("workers", `${live} alive`)
      : warn(
          "workers",
          "none is alive",
          "`npx catchment start`, or `npx catchment start --only worker` elsewhere.",
        ),
    dead === 0
      ? ok("dead workers", "none")
      : warn(
          "dead workers",
          `${dead} left their jobs behind`,
          "A running worker takes them over within a minute.",
        ),
    months >= 2
      ? ok("partitions", `made for ${months} months ahead`)
      : fail(
          "partitions",
          `made for ${months} months ahead`,
          "`npx catchment migrate`, or the start of a worker, makes six: without that of a month its captures are refused.",
        ),
    stuck("captures", counts.captures, "pending for more than 5 minutes"),
    stuck("thresholds", counts.thresholds, "due for more than a minute and unfired"),
    stuck("notifications", counts.notifications, "due for more than 10 minutes and not sent"),
    counts.jobs === 0
      ? ok("jobs", "none has given up")
      : warn(
          "jobs",
          `${counts.jobs} have used up their attempts`,
          "select * from graphile_worker.jobs where attempts = max_attempts: last_error says why.",
        ),
  ];
}

type Counts = {
  captures: number;
  thresholds: number;
  notifications: number;
  jobs: number;
  live: number;
  dead: number;
  months: number;
};

function stuck(check: string, count: number, what: string): Finding {
  if (count === 0) return ok(check, `none ${what}`);
  return fail(check, `${count} ${what}`, "Is a worker alive? Its log says what fails.");
}

/** Dead jobs without key are what add_job leaves when it replaces one that runs: no failures. */
const COUNTS = `
  with pools as (
    select app_private.is_session(worker_pools.pid, worker_pools.session_began_at) as is_alive from app_private.worker_pools)
  select (select count(*)::int from app_public.captures
           where captures.status = 'pending' and greatest(captures.received_at, captures.released_at) < now() - interval '5 minutes') as captures,
         (select count(*)::int from app_public.clocks where clocks.next_at < now() - interval '1 minute') as thresholds,
         (select count(*)::int from app_public.notifications
           where notifications.next_attempt_at < now() - interval '10 minutes') as notifications,
         (select count(*)::int from graphile_worker.jobs
           where jobs.attempts >= jobs.max_attempts and jobs.key is not null and jobs.locked_at is null) as jobs,
         (select count(*)::int from pools where pools.is_alive) as live,
         (select count(*)::int from pools where not pools.is_alive) as dead,
         app_private.partition_months_ahead(now()) as months`;
