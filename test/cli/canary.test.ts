import { expect } from "vitest";
import { z } from "zod";
import { canaryDocument } from "../../src/cli/canary/document.ts";
import { Contract } from "../../src/contracts/contract.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows } from "../support/rows.ts";
import { catchment, preparedEnv, startInstance } from "./program.ts";

const Result = z.object({
  flights: z.array(
    z.object({ path: z.string(), result: z.string(), detail: z.string(), isRouted: z.boolean() }),
  ),
});

test("through each path that can be written to, a canary arrives, is judged and routed, and nobody hears of it", async ({
  database,
}) => {
  const env = {
    ...preparedEnv(database),
    CATCHMENT_DATA_DIR: await temporaryFolder(),
    CATCHMENT_SECRET_PARTNER_FEED: "a secret of the tests",
    CATCHMENT_SECRET_GOOGLE_ADS: "a key of the tests",
    CATCHMENT_SECRET_SEGMENT: "a write key of the tests",
    CATCHMENT_SECRET_STANDARD_WEBHOOKS: `whsec_${Buffer.from("a secret of the tests").toString("base64")}`,
  };
  await startInstance(env);
  const { code, stdout, stderr } = await catchment(["canary", "--json"], env);
  const { flights } = Result.parse(JSON.parse(stdout));
  expect({ code, stderr, failed: flights.filter(({ result }) => result === "failed") }).toEqual({
    code: 0,
    stderr: "",
    failed: [],
  });
  const routed = flights.filter(({ result }) => result === "routed").map(({ path }) => path);
  expect(routed).toEqual(
    expect.arrayContaining([
      "web-form",
      "globex-form",
      "partner-feed",
      "cloudevents",
      "google-ads",
      "salesforce",
      "segment",
      "standard-webhooks",
    ]),
  );
  expect(flights.find(({ path }) => path === "meta")).toMatchObject({
    result: "not possible",
    detail: expect.stringContaining("only an id"),
  });
  // It has examples; what it refuses is an id that is not of its vendor's form.
  expect(flights.find(({ path }) => path === "olist-mql")).toMatchObject({
    result: "not possible",
    detail: expect.stringContaining("refuses its own first example"),
  });
  await withConnection(database.urls.superuser, async (root) => {
    expect(await allRows(root, "select from app_public.leads where not is_test")).toEqual([]);
    for (const table of ["notifications", "clocks", "exceptions"]) {
      expect([table, await allRows(root, `select from app_public.${table}`)]).toEqual([table, []]);
    }
  });

  const one = await catchment(["canary", "web-form"], env);
  expect(one.code).toBe(0);
  expect(one.stdout).toMatch(/^web-form +yes +yes +yes +\d/m);
  expect(await catchment(["canary", "no-such-door"], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no-such-door"),
  });
});

test("without a worker it arrives and is not judged, and that is a failure", async ({ database }) => {
  const env = { ...preparedEnv(database), CATCHMENT_DATA_DIR: await temporaryFolder() };
  await startInstance(env, ["--only", "api"]);
  const { code, stdout } = await catchment(["canary", "web-form", "--timeout", "1s", "--json"], env);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).flights).toMatchObject([
    { path: "web-form", result: "failed", hasArrived: true, isJudged: false, isRouted: false },
  ]);
});

test("where nothing runs it says how to start; a time that is none is not understood", async () => {
  const env = { CATCHMENT_DATA_DIR: await temporaryFolder() };
  expect(await catchment(["canary"], env)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("npx catchment start"),
  });
  expect(await catchment(["canary", "--timeout", "soon"], env)).toMatchObject({ code: 2 });
});

const MAPPING = { email: "mail", external_id: "/ids/own", country: "land", first_name: "name" };

test("the first example is sent as somebody else, from the path's own market", () => {
  const contract = Contract.parse({
    schema: { type: "object" },
    mapping: MAPPING,
    reach: ["email"],
    examples: { accept: [{ mail: "ana@example.com", ids: { own: "7" }, land: "DE", name: "Ana" }, {}] },
  });
  expect(canaryDocument({ contract, countries: ["NL"] }, "ab12")?.document).toEqual({
    mail: "canary-ab12@example.com",
    ids: { own: "canary-ab12" },
    land: "NL",
    name: "Ana",
  });
  expect(canaryDocument({ contract, countries: [] }, "ab12")?.fields.country).toBe("DE");
});

test("an id that must be a number is one; what the example leaves out stays out", () => {
  const contract = Contract.parse({
    schema: { type: "object", properties: { ids: { properties: { own: { type: "integer" } } } } },
    mapping: MAPPING,
    reach: ["external_id"],
    examples: { accept: [{ ids: { own: 7 } }] },
  });
  expect(canaryDocument({ contract, countries: [] }, "ab12")?.document).toEqual({ ids: { own: 0xab12 } });
});

test("without an example it is the least that could reach somebody, unless the contract refuses that", () => {
  const least = { schema: { type: "object" }, mapping: { email: "mail" }, reach: ["email"] };
  expect(canaryDocument({ contract: Contract.parse(least), countries: [] }, "ab12")?.document).toEqual({
    mail: "canary-ab12@example.com",
  });
  const strict = Contract.parse({ ...least, schema: { type: "object", required: ["name"] } });
  expect(canaryDocument({ contract: strict, countries: [] }, "ab12")).toBeUndefined();
});
