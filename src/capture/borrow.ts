import type { Pool, PoolClient } from "pg";

/**
 * Works with a connection for at most `timeoutMs`, waiting for one included. After a failure of any kind the
 * connection is closed: its statement may still be running.
 */
export async function borrow<Result>(
  pool: Pool,
  timeoutMs: number,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const until = performance.now() + timeoutMs;
  const client = await within(timeoutMs, pool.connect(), (late) => late.release());
  try {
    const result = await within(until - performance.now(), work(client));
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function within<Result>(
  timeoutMs: number,
  work: Promise<Result>,
  whenLate: (result: Result) => void = () => {},
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Error("The database did not answer in time."));
    }, timeoutMs);
  });
  work.then(
    (result) => isLate && whenLate(result),
    () => {}, // a failure after the time-out concerns nobody any more
  );
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
