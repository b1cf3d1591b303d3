import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { backendOf } from "../support/connections.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { absent } from "../support/staff.ts";

test("what is new in the outbox asks to be sent", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  expect(await senders(db)).toEqual([`notify:${await backendOf(db)}`]);
});

test("where nobody is told nobody is asked to send", async ({ db }) => {
  await absent(db, ["felix"]);
  await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await receiveOne(db, { path: "olist-mql", attributes: { external_id: "a", country: "BR" } });
  expect(await senders(db)).toEqual([]);
});

async function senders(db: ClientBase): Promise<(string | null)[]> {
  return (await jobs(db)).filter(({ task }) => task === "notify").map(({ key }) => key);
}
