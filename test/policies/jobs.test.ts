import { expect } from "vitest";
import { readFiles } from "../house/files.ts";
import { arrive } from "../support/arrive.ts";
import { allRows } from "../support/rows.ts";
import { test } from "./land.ts";

test("jobs hold no word of anybody: payloads are empty or ids, keys are names and numbers", async ({
  land,
  db,
}) => {
  const canary = "canary-of-a-job@mail.example";
  const attributes = { email: canary, first_name: "Canaria", phone: "+493099999999", country: "DE" };
  await arrive(land, { attributes });
  const jobs = await allRows<{ task: string; key: string | null; payload: object }>(
    db,
    `select tasks.identifier as task, jobs.key, jobs.payload from graphile_worker._private_jobs as jobs
       join graphile_worker._private_tasks as tasks on tasks.id = jobs.task_id`,
  );
  expect(new Set(jobs.map(({ task }) => task)).size).toBeGreaterThan(1);
  expect(JSON.stringify(jobs)).not.toMatch(/canar|@|\+49/i);
  expect(jobs.filter(({ payload }) => !Object.values(payload).every(isId))).toEqual([]);
  expect(jobs.filter(({ key }) => !/^[a-z_]+(?::[a-z_]+)?(?::[\w-]+)?$/.test(key ?? "none"))).toEqual([]);
});

test("no SQL asks for a job with anything but its name, a key and a time", () => {
  const calls = readFiles("db/fixtures", ".sql").flatMap(({ path, text }) =>
    [...text.matchAll(/graphile_worker\.add_jobs?\(([^;]*)/g)].map(([, written = ""]) => ({ path, written })),
  );
  expect(calls.length).toBeGreaterThan(2);
  const laden = calls.filter(
    ({ written }) => !/^(?:'\w+'|wake\.task), job_key => /.test(written) || /payload/.test(written),
  );
  expect(laden).toEqual([]);
});

function isId(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^[0-9a-f-]{36}$|^\d+$/.test(value));
}
