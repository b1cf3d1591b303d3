import { readFile } from "node:fs/promises";
import { buildSchema, isSpecifiedScalarType } from "graphql";
import { expect } from "vitest";
import { exportSdl } from "../../src/api/export_sdl.ts";
import { test } from "../support/database.ts";

const SNAPSHOT = new URL("../../graphql/schema.graphql", import.meta.url);

test("graphql/schema.graphql is what the database gives (npm run codegen)", async ({ database }) => {
  const sdl = await exportSdl(database.urls.api);
  expect(sdl).toBe(await readFile(SNAPSHOT, "utf8"));
  expect(await exportSdl(database.urls.api)).toBe(sdl);
});

test("every write is one of our functions", async () => {
  const schema = buildSchema(await readFile(SNAPSHOT, "utf8"));
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual([
    "acceptLead",
    "acknowledgeException",
    "assignException",
    "bulkReassignLeads",
    "cancelRealignment",
    "captureLead",
    "changeLeadStatus",
    "claimLead",
    "commentException",
    "completeTask",
    "correctCapture",
    "createApiKey",
    "decideApproval",
    "declineLead",
    "discardCaptures",
    "editAccount",
    "editLead",
    "eraseLead",
    "exemptFromRealignment",
    "exportPerson",
    "logActivity",
    "mergeLeads",
    "pauseClock",
    "reassignLead",
    "recordConsent",
    "releaseCaptures",
    "reopenException",
    "requestApproval",
    "resolveException",
    "resumeClock",
    "revalidateCaptures",
    "revokeApiKey",
    "scheduleRealignment",
    "setAbsence",
    "setNotificationPreferences",
    "suppressPerson",
    "undoLeadEdits",
    "unmergeLead",
    "unsuppressPerson",
  ]);
  expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {})).toEqual([
    "exceptionChanged",
    "leadChanged",
    "queueChanged",
  ]);
});

test("every type and field says what it is (SQL comment, postgraphile.tags.json5, or glossary.json)", async ({
  database,
}) => {
  expect(undescribed(await exportSdl(database.urls.api))).toEqual([]);
  expect(undescribed('type Query { a: Int "b" b: B } input I { c: Int } "B" enum B { x }')).toEqual([
    "Query",
    "Query.a",
    "I",
    "I.c",
  ]);
});

function undescribed(sdl: string): string[] {
  return Object.values(buildSchema(sdl).getTypeMap()).flatMap((type) => {
    if (type.name.startsWith("__") || isSpecifiedScalarType(type)) return [];
    const fields = "getFields" in type ? Object.values(type.getFields()) : [];
    const missing = fields
      .filter(({ description }) => !description)
      .map(({ name }) => `${type.name}.${name}`);
    return type.description ? missing : [type.name, ...missing];
  });
}

test("nothing is named that no actor may read", async () => {
  const sdl = await readFile(SNAPSHOT, "utf8");
  const captures = buildSchema(sdl).getType("Capture")?.toConfig();
  expect(captures).toBeDefined();
  expect(JSON.stringify(captures)).not.toMatch(/violations|body|attributes|corrections|revalidat/);
  expect(sdl).not.toMatch(
    /sameBody|dbRole|valueHash|secretHash|lastTurn|pastTurn|managerId|ByLeadIdAndTerritoryId/,
  );
});
