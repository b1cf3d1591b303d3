import { expect } from "vitest";
import { startWorker } from "../../src/worker/start_worker.ts";
import { fakeVendor } from "../capture/fake_vendor.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { oneRow, oneValue } from "../support/rows.ts";
import { metaLead, stageBodies } from "../support/waiting.ts";

test("a worker asks the vendor with the path's own token, and what it hears is judged", async ({
  database,
}) => {
  const vendor = await fakeVendor({
    body: { id: "7", field_data: [{ name: "email", values: ["a@mail.example"] }] },
  });
  const db = await connect(database.urls.superuser);
  const worker = await startWorker({
    url: database.urls.worker,
    log: { line: () => {}, notification: () => {} },
    pathSecret: (slug) => (slug === "meta-access-token" ? "the token" : undefined),
    vendorUrl: (slug) => (slug === "meta" ? vendor.url : undefined),
  });
  try {
    await stageBodies(db, "meta", [metaLead("7")]);
    for (let asked = 0; asked < 50_000; asked += 1) {
      if (await oneValue(db, "select status <> 'pending' as value from app_public.captures")) break;
    }
  } finally {
    await worker.stop();
  }
  expect(vendor.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer the token"]);
  const row = await oneRow(
    db,
    `select captures.status, captures.attributes ->> 'email' as email, captures.attributes ->> 'external_id' as external_id,
            captures.fetch_due_at from app_public.captures`,
  );
  expect(row).toEqual({ status: "processed", email: "a@mail.example", external_id: "7", fetch_due_at: null });
});

test("a stop does not wait for a vendor that is silent", async ({ database }) => {
  const vendor = await fakeVendor("hangs");
  const db = await connect(database.urls.superuser);
  const worker = await startWorker({
    url: database.urls.worker,
    log: { line: () => {}, notification: () => {} },
    pathSecret: () => "token",
    vendorUrl: () => vendor.url,
  });
  try {
    await stageBodies(db, "meta", [metaLead("8")]);
    while (vendor.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    await worker.stop();
  }
  const row = await oneRow(
    db,
    "select fetch_due_at is not null as waits, error from app_public.captures where status = 'pending'",
  );
  expect(row).toEqual({ waits: true, error: null });
});
