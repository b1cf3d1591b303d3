import { join } from "node:path";
import { expect } from "vitest";
import { writeBulkFile } from "../../src/bench/bulk_file.ts";
import { BulkResult } from "../../src/bench/bulk_order.ts";
import { startChild } from "../../src/bench/child.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";

const MEGABYTE = 1024 * 1024;

test("a million rows are staged in flat memory, each once", async ({ database }) => {
  const file = join(await temporaryFolder(), "leads.csv");
  await writeBulkFile(file, 1_000_000);
  const child = startChild("bulk_ours.ts");
  try {
    const result = await child.ask({ workerUrl: database.urls.worker, file }, BulkResult);
    expect(result.rows).toBe(1_000_000);
    expect(result.peakBytes).toBeLessThan(150 * MEGABYTE);
  } finally {
    await child.stop();
  }
  const { rows } = await withConnection(database.urls.worker, (worker) =>
    worker.query(
      `select count(*)::int as captures, count(distinct body)::int as bodies,
              (select count(*)::int from app_private.imports) as unfinished from app_public.captures`,
    ),
  );
  expect(rows).toEqual([{ captures: 1_000_000, bodies: 1_000_000, unfinished: 0 }]);
});
