import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { ClaimLeadDocument, LogActivityDocument } from "../../graphql/generated/graphql.ts";
import { arrive } from "../support/arrive.ts";
import type { TestDatabase } from "../support/database.ts";
import { test } from "./serve.ts";

const operation = (name: string) =>
  readFileSync(new URL(`../../graphql/operations/${name}.graphql`, import.meta.url), "utf8");
const MERGE = operation("MergeLeads");
const UNMERGE = operation("UnmergeLead");
const PREVIEW_MERGE = operation("PreviewMerge");
const PREVIEW_UNMERGE = operation("PreviewUnmerge");
const LEAD = `query ($id: UUID!) { lead(rowId: $id) {
  rowId owner { slug } mergedInto { rowId } slaDueAt sourceEvents { totalCount } merges { totalCount } } }`;

type Lead = {
  rowId: string;
  owner: { slug: string } | null;
  mergedInto: { rowId: string } | null;
  slaDueAt: string | null;
  sourceEvents: { totalCount: number };
  merges: { totalCount: number };
};
type Preview = { moves: Record<string, number>; notes: string[]; survivor: object; merged?: object };

test("a manager looks, merges, looks again and takes it back", async ({ api, database }) => {
  const [survivorId, mergedId] = [await newLead(database), await newLead(database)];
  const preview = await api.ask<{ previewMerge: Preview }>("mona", PREVIEW_MERGE, { survivorId, mergedId });
  expect(preview.data.previewMerge).toMatchObject({
    moves: { source_events: 1, captures: 1 },
    survivor: { leadId: survivorId, clock: "running" },
  });
  expect((await leadOf(survivorId)).sourceEvents.totalCount).toBe(1);

  const before = [await leadOf(survivorId), await leadOf(mergedId)];
  const merged = await api.ask<{ mergeLeads: { lead: Lead } }>("mona", MERGE, { survivorId, mergedId });
  expect(merged.data.mergeLeads.lead).toMatchObject({ rowId: survivorId, owner: before[0]?.owner });
  expect(await leadOf(survivorId)).toMatchObject({
    sourceEvents: { totalCount: 2 },
    merges: { totalCount: 1 },
  });
  expect(await leadOf(mergedId)).toEqual({
    rowId: mergedId,
    owner: null,
    mergedInto: { rowId: survivorId },
    slaDueAt: null,
    sourceEvents: { totalCount: 0 },
    merges: { totalCount: 0 },
  });

  const back = await api.ask<{ previewUnmerge: Preview }>("mona", PREVIEW_UNMERGE, { leadId: mergedId });
  expect(back.data.previewUnmerge).toMatchObject({
    moves: { source_events: 1 },
    merged: { leadId: mergedId, clock: "running" },
  });
  const unmerged = await api.ask<{ unmergeLead: { lead: Lead } }>("mona", UNMERGE, { leadId: mergedId });
  expect(unmerged.data.unmergeLead.lead).toMatchObject({
    rowId: mergedId,
    mergedIntoId: null,
    owner: before[1]?.owner,
  });
  expect([await leadOf(survivorId), await leadOf(mergedId)]).toEqual([
    { ...before[0], merges: { totalCount: 1 } },
    before[1],
  ]);

  async function leadOf(id: string): Promise<Lead> {
    return (await api.ask<{ lead: Lead }>("mona", LEAD, { id })).data.lead;
  }
});

test("no list shows a merged lead, nor counts it", async ({ api, database }) => {
  const [survivorId, mergedId] = [await newLead(database, "GB"), await newLead(database, "GB")];
  const list = `{ leads(filter: { country: { equalTo: "GB" } }) { totalCount nodes { rowId } }
    territories(filter: { slug: { equalTo: "uk" } }) { nodes { leads { totalCount nodes { rowId } } } } }`;
  type Leads = { totalCount: number; nodes: { rowId: string }[] };
  const listed = async () => {
    const { data } = await api.ask<{ leads: Leads; territories: { nodes: { leads: Leads }[] } }>(
      "mona",
      list,
    );
    return [data.leads, data.territories.nodes[0]?.leads].map((leads) => [
      leads?.totalCount,
      leads?.nodes.map(({ rowId }) => rowId).sort(),
    ]);
  };
  const both = [survivorId, mergedId].sort();
  expect(await listed()).toEqual([
    [2, both],
    [2, both],
  ]);
  await api.ask("mona", MERGE, { survivorId, mergedId });
  expect(await listed()).toEqual([
    [1, [survivorId]],
    [1, [survivorId]],
  ]);
});

test("a second time, with itself and across clients it is refused, each with its code", async ({
  api,
  database,
}) => {
  const [survivorId, mergedId] = [await newLead(database), await newLead(database)];
  expect((await api.ask("mona", MERGE, { survivorId, mergedId: survivorId })).code).toBe("BAD_INPUT");
  expect((await api.ask("mona", UNMERGE, { leadId: mergedId })).code).toBe("CONFLICT");
  expect((await api.ask("mona", MERGE, { survivorId, mergedId })).code).toBeUndefined();
  for (const again of [
    { survivorId, mergedId },
    { survivorId: mergedId, mergedId: survivorId },
  ]) {
    for (const document of [MERGE, PREVIEW_MERGE]) {
      const { code, text } = await api.ask("mona", document, again);
      expect([code, text.includes("merged_into_id")]).toEqual(["CONFLICT", false]);
    }
  }
});

test("work on a merged lead is refused, and names the lead that stands for it only to whoever sees that", async ({
  api,
  database,
}) => {
  const [survivorId, mergedId] = [await newLead(database, "FR"), await newLead(database)];
  await api.ask("mona", MERGE, { survivorId, mergedId });
  const told = await api.ask("mona", LogActivityDocument, { leadId: mergedId, kind: "call" });
  expect([told.code, told.text.includes(survivorId)]).toEqual(["CONFLICT", true]);
  const blind = await api.ask("dora", ClaimLeadDocument, { leadId: mergedId });
  expect([blind.code, blind.text.includes(survivorId)]).toEqual(["CONFLICT", false]);
});

test("whoever sees only one of them learns nothing of the other", async ({ api, database }) => {
  const [visible, hidden, absent] = [await newLead(database), await newLead(database, "US"), randomUUID()];
  for (const who of ["dora", "mona", "vera", "nina", null]) {
    for (const document of [MERGE, PREVIEW_MERGE]) {
      if (who === "vera") continue; // sees both
      const answers = [
        await api.ask(who, document, { survivorId: visible, mergedId: hidden }),
        await api.ask(who, document, { survivorId: visible, mergedId: absent }),
        await api.ask(who, document, { survivorId: hidden, mergedId: visible }),
      ];
      expect(answers.map(({ code }) => code)).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    }
  }
  for (const who of ["vera", "dora"]) {
    const sees = who === "vera" ? hidden : await newLead(database);
    expect((await api.ask(who, MERGE, { survivorId: visible, mergedId: sees })).code).toBe("FORBIDDEN");
  }

  // What operations merged across regions, a manager of one region cannot take apart.
  expect((await api.ask("olga", MERGE, { survivorId: hidden, mergedId: visible })).code).toBeUndefined();
  const [blind, nothing] = [
    await api.ask("mona", UNMERGE, { leadId: visible }),
    await api.ask("mona", UNMERGE, { leadId: absent }),
  ];
  expect([blind.code, blind.text]).toEqual(["NOT_FOUND", nothing.text]);
  const record = await api.ask<{ leadMerges: { totalCount: number } }>(
    "mona",
    `{ leadMerges(filter: { mergedId: { equalTo: "${visible}" } }) { totalCount } }`,
  );
  expect(record.data.leadMerges.totalCount).toBe(0);
});

async function newLead(database: TestDatabase, country = "DE"): Promise<string> {
  const { leadId } = await arrive(database, {
    attributes: { email: `${randomUUID()}@example.com`, country },
  });
  return leadId ?? "";
}
