import { Client, type ClientBase } from "pg";
import { onTestFinished } from "vitest";
import { oneValue } from "./rows.ts";

/** A connection of its own, closed after the test. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

export async function backendOf(client: ClientBase): Promise<number> {
  return oneValue(client, "select pg_backend_pid() as value");
}

/** Asks until that backend waits for a lock: what two connections do at once is then really at once. */
export async function untilItWaits(observer: ClientBase, backend: number): Promise<void> {
  for (let asked = 0; asked < 20_000; asked += 1) {
    const blockers = await oneValue<number[]>(observer, "select pg_blocking_pids($1) as value", [backend]);
    if (blockers.length > 0) return;
  }
  throw new Error("It does not wait for anybody.");
}
