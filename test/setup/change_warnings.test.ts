import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { ACME, acmeWith } from "./folder_of.ts";

const GLOBEX = "slug: globex, ";

test("a client with leads that comes under another root is warned of: who will see how many", async ({
  database,
}) => {
  const { worker, superuser } = database.urls;
  const joined = await acmeWith("territories.yaml", GLOBEX, `${GLOBEX}parent: global, `);
  expect(await news(worker, joined)).toEqual([]);
  await withConnection(superuser, (db) =>
    receiveOne(db, { path: "globex-form", attributes: someone({ country: "NL" }) }),
  );
  expect(await news(worker, joined)).toEqual([
    expect.stringMatching(
      /^territories\.yaml:\d+: .*"globex" moves from the root "globex" to "global": whoever has a role in global \(.*\) gains sight of 1 lead$/,
    ),
  ]);
});

test("a root with open leads that loses its last policy for the first response is warned of", async ({
  database,
}) => {
  const { worker, superuser } = database.urls;
  await withConnection(superuser, (db) =>
    receive(db, [{ attributes: someone() }, { attributes: someone() }]),
  );
  const line = "  - { slug: first-response-de-web, territory: de, source: web-form, target_seconds: 300 }\n";
  expect(await news(worker, await acmeWith("sla_policies.yaml", line, ""))).toEqual([]);
  const emptied = await acmeWith("sla_policies.yaml", line, "");
  await writeFile(join(emptied, "sla_policies.yaml"), "sla_policies: []\n");
  expect(await news(worker, emptied)).toContainEqual(
    expect.stringContaining(
      'the root "global" loses its last first_response policy: new leads get no such clock; it has 2 leads open',
    ),
  );
});

/** Without the place of what is warned of anyway. */
async function news(worker: string, folder: string): Promise<string[]> {
  const says = (warning: string) => warning.slice(warning.indexOf(" "));
  const usual = new Set((await planFolder(worker, ACME)).warnings.map(says));
  return (await planFolder(worker, folder)).warnings.filter((warning) => !usual.has(says(warning)));
}
