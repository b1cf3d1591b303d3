import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test as base, expect } from "vitest";
import { rehearseLeads } from "../../src/pipeline/rehearse_leads.ts";
import { type Draft, draftFolder } from "../../src/setup/draft.ts";
import { acmeWith } from "../setup/folder_of.ts";
import { someone } from "../support/arrivals.ts";
import { allRows } from "../support/rows.ts";
import { absent } from "../support/staff.ts";
import { makeSite, people, type Site } from "./rehearsal_site.ts";

const test = base.extend("site", makeSite);

test("foresee_routes: rules of a draft, who would get what, load before and after, and rules that never win", async ({
  site,
}) => {
  await site.arrive([
    ...people(6),
    { attributes: someone({ country: "CH" }) },
    { attributes: someone({ country: "FR" }) },
  ]);
  const { revision } = await draft(
    site,
    "- { territory: de, country: CH, person: doris }",
    "- { territory: de, country: LI, person: dora }",
  );
  const report = await rehearseLeads(site.pool, { filter: {}, revision, chunkSize: 3 });
  expect(report).toMatchObject({ leads: 8, revision, territories: [], nobody: [], held: [] });
  expect(report.rules.filter(({ kind }) => kind === "routing")).toEqual([
    { kind: "routing", name: "de, CH to doris (rule 1)", leads: 1 },
    { kind: "routing", name: "de, LI to dora (rule 2)", leads: 0 },
  ]);
  expect(report.neverWinning).toContain("routing: de, LI to dora (rule 2)");
  expect(sum(report.load, "before")).toBe(8);
  expect(sum(report.load, "after")).toBe(8);
  expect(report.each.map(({ owner }) => owner).filter((owner) => owner === "felix")).toHaveLength(1);
  expect(report.each.find(({ because }) => because === "is named by routing rule 1")?.owner).toBe("doris");
});

test("rehearse_deal: weights and members of a draft deal, and what is dealt goes on from chunk to chunk", async ({
  site,
}) => {
  await site.arrive(people(12));
  const folder = await acmeWith("teams.yaml", "- { actor: dora }", "- { actor: dora, weight: 9 }");
  const { revision } = await draftFolder(site.workerUrl, folder);
  const owners = async (chunkSize: number) =>
    (await rehearseLeads(site.pool, { filter: {}, revision, chunkSize })).each.map(({ owner }) => owner);
  const inOne = await owners(100);
  expect(inOne.filter((owner) => owner === "dora").length).toBeGreaterThan(6);
  expect(await owners(5)).toEqual(inOne);
});

test("nothing is written, and nobody is waited for or kept waiting", async ({ site }) => {
  await site.arrive(people(3));
  const { revision } = await draft(site, "- { territory: de, person: doris }");
  const tables = ["team_members", "teams", "leads", "decisions", "assignments", "notifications"];
  const everything = async () => {
    const rows: object[] = [];
    for (const table of tables)
      rows.push(...(await allRows(site.db, `select * from app_public.${table} order by 1, 2, 3`)));
    return rows;
  };
  const before = await everything();
  await site.db.query("begin");
  await site.db.query("select from app_public.teams, app_public.leads for update");
  const report = await rehearseLeads(site.pool, { filter: {}, revision });
  await site.db.query("rollback");
  expect(report.leads).toBe(3);
  expect(await everything()).toEqual(before);
});

test("askers_under, place_arrival: who would find nobody: no territory, no team, nobody there; and whom the gate would hold", async ({
  site,
}) => {
  await site.arrive([
    ...people(2),
    { attributes: someone({ country: "FR" }) },
    { attributes: someone({ country: "GB" }) },
  ]);
  await absent(site.db, ["felix"]);
  const folder = await acmeWith(
    "territory_rules.yaml",
    "- { territory: uk, country: GB }",
    "- { territory: uk, country: IM }",
  );
  await writeFile(
    join(folder, "gate_rules.yaml"),
    "gate_rules:\n  - { territory: de, missing: [phone], result: blocked }\n",
  );
  const { revision } = await draftFolder(site.workerUrl, folder);
  const report = await rehearseLeads(site.pool, { filter: {}, revision });
  expect(report.held).toEqual([{ reason: "Held until more is known: it does not say phone.", leads: 2 }]);
  expect(report.nobody.map(({ reason }) => reason).toSorted()).toEqual([
    "no territory rule matches, and there is no fallback",
    "nobody of team sales-fr is there",
  ]);
  expect(report.territories).toEqual([{ from: "uk", to: "(nobody)", leads: 1 }]);
});

test("a filter says which: by territory, path, time and number", async ({ site }) => {
  await site.arrive([...people(3), { attributes: someone({ country: "FR" }) }]);
  const count = async (filter: object) => (await rehearseLeads(site.pool, { filter, revision: null })).leads;
  expect(await count({ territory: "emea" })).toBe(4);
  expect(await count({ territory: "fr" })).toBe(1);
  expect(await count({ path: "web-form" })).toBe(4);
  expect(await count({ path: "partner-feed" })).toBe(0);
  expect(await count({ since: new Date(Date.now() + 60_000) })).toBe(0);
  expect(await count({ until: new Date(Date.now() + 60_000), limit: 2 })).toBe(2);
});

async function draft(site: Site, ...rules: string[]): Promise<Draft> {
  const folder = await acmeWith("teams.yaml", "", "");
  await writeFile(
    join(folder, "routing_rules.yaml"),
    `routing_rules:\n${rules.map((rule) => `  ${rule}\n`).join("")}`,
  );
  return draftFolder(site.workerUrl, folder);
}

function sum(load: readonly { before: number; after: number }[], when: "before" | "after"): number {
  return load.reduce((total, one) => total + one[when], 0);
}
