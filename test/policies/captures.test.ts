import { expect } from "vitest";
import { act, test } from "./land.ts";
import { proveWall } from "./prove_wall.ts";
import { DENIED, refusal } from "./refusal.ts";

proveWall("captures", ["global", "de", "fr", "uk", "us", "br", "globex-nl"]);

test("what an arrival said is for nobody who only reads: body, fields and violations are not granted", async ({
  db,
}) => {
  await act(db, "ada");
  expect(await refusal(db, "select id, status, outcome from app_public.captures")).toBe("allowed");
  for (const column of ["body", "attributes", "violations", "revalidation", "error", "content_type", "*"]) {
    expect([column, await refusal(db, `select ${column} from app_public.captures`)]).toEqual([
      column,
      DENIED,
    ]);
  }
});

test("a partition cannot be read past its parent", async ({ db }) => {
  const { rows } = await db.query<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent in ('app_public.captures'::regclass, 'app_public.source_events'::regclass)",
  );
  expect(rows.length).toBeGreaterThan(10);
  await act(db, "ada");
  for (const { name } of rows)
    expect([name, await refusal(db, `select from ${name}`)]).toEqual([name, DENIED]);
});
