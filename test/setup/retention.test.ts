import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";
import { ACME, acmeWith, problemsOf } from "./folder_of.ts";

const RULES = `
retention_rules:
  - { slug: lost, territory: global, subject: leads, status: closed_lost, keep_days: 730 }
  - { slug: asked, territory: global, subject: leads, purpose: marketing, keep_days: null }
  - { slug: raw, territory: globex, subject: processed_captures, keep_days: 90 }
`;

test("rules of retention are applied, shown when they change, and gone when the folder names none", async ({
  database,
}) => {
  const { worker } = database.urls;
  await applyFolder(worker, await acmeAnd(RULES));
  expect(await stored(worker)).toEqual([
    {
      slug: "asked",
      client: "global",
      subject: "leads",
      status: null,
      purpose: "marketing",
      keep_days: null,
    },
    {
      slug: "lost",
      client: "global",
      subject: "leads",
      status: "closed_lost",
      purpose: null,
      keep_days: 730,
    },
    {
      slug: "raw",
      client: "globex",
      subject: "processed_captures",
      status: null,
      purpose: null,
      keep_days: 90,
    },
  ]);
  const swapped = await acmeAnd(
    RULES.replace("slug: lost", "slug: x").replace("slug: asked", "slug: lost").replace("730", "365"),
  );
  const { changes } = await applyFolder(worker, swapped);
  expect(changes.map(({ part, action, name }) => `${part}: ${action} ${name}`).toSorted()).toEqual([
    "retention_rules: add x",
    "retention_rules: change lost",
    "retention_rules: close asked",
  ]);
  await applyFolder(worker, ACME);
  expect(await stored(worker)).toEqual([]);
});

test("a rule that says nothing, the same again, or of no client, is refused with its line", async () => {
  const wrong: [string, string][] = [
    ["slug: a, territory: de, subject: leads, keep_days: 1", '"de" is no root'],
    [
      "slug: a, territory: global, subject: captures, status: new, keep_days: 1",
      "status: only leads have one",
    ],
    ["slug: a, territory: global, subject: notifications, keep_days: null", "keep_days: must be days"],
    ["slug: a, territory: global, subject: leads", "keep_days"],
    ["slug: a, territory: global, subject: leads, keep_days: 0", "keep_days"],
    ["slug: a, territory: global, subject: leads, status: closed_lost, keep_days: 1", "says of the same"],
  ];
  for (const [rule, problem] of wrong) {
    const [found, ...others] = await problemsOf(await acmeAnd(`${RULES}  - { ${rule} }\n`));
    expect([rule, found, others]).toEqual([rule, expect.stringMatching(/^retention\.yaml:6: /), []]);
    expect(found).toContain(problem);
  }
});

async function acmeAnd(rules: string): Promise<string> {
  const folder = await acmeWith("sla_policies.yaml", "sla_policies:", "sla_policies:");
  await writeFile(join(folder, "retention.yaml"), rules);
  return folder;
}

const stored = (url: string) =>
  withConnection(url, (db) =>
    allRows(
      db,
      `select rules.slug, territories.slug as client, subject, status, purpose, keep_days
         from app_private.retention_rules as rules join app_public.territories on territories.id = rules.territory_id order by 1`,
    ),
  );
