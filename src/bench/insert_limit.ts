import { Client } from "pg";
import { sampleLead } from "./sample_lead.ts";
import { insertOne, readPath } from "./single_insert.ts";

/** Rows a second of the peers' own statement from 32 connections of this process, nothing else in the way. */
export async function insertLimit(url: string, seconds: number): Promise<number> {
  const clients = Array.from({ length: 32 }, () => new Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const [first] = clients;
  if (first === undefined) return 0;
  await first.query("alter table app_public.captures disable trigger _500_wake_drain");
  const path = await readPath(first);
  const from = performance.now() + 500; // warm-up
  const until = from + seconds * 1_000;
  let next = 0;
  let count = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let now = performance.now(); now < until; now = performance.now()) {
        const n = next++;
        await insertOne(client, path, {
          key: `limit-${n}`,
          type: "application/json",
          body: Buffer.from(sampleLead(n)),
        });
        if (now >= from) count += 1;
      }
    }),
  );
  await Promise.all(clients.map((client) => client.end()));
  return count / seconds;
}
