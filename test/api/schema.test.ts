import { readFile } from "node:fs/promises";
import { buildSchema } from "graphql";
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
    "bulkReassignLeads",
    "captureLead",
    "changeLeadStatus",
    "claimLead",
    "correctCapture",
    "createApiKey",
    "declineLead",
    "discardCaptures",
    "editAccount",
    "editLead",
    "eraseLead",
    "exportPerson",
    "logActivity",
    "mergeLeads",
    "reassignLead",
    "recordConsent",
    "releaseCaptures",
    "resolveException",
    "revalidateCaptures",
    "revokeApiKey",
    "setAbsence",
    "suppressPerson",
    "undoLeadEdits",
    "unmergeLead",
    "unsuppressPerson",
  ]);
  expect(schema.getSubscriptionType()).toBeUndefined();
});

test("nothing is named that no actor may read", async () => {
  const sdl = await readFile(SNAPSHOT, "utf8");
  const captures = buildSchema(sdl).getType("Capture")?.toConfig();
  expect(captures).toBeDefined();
  expect(JSON.stringify(captures)).not.toMatch(/violations|body|attributes|corrections|revalidat/);
  expect(sdl).not.toMatch(
    /sameBody|dbRole|valueHash|secretHash|lastTurn|pastTurn|managerId|ByLeadIdAndTerritoryId/,
  );
});
