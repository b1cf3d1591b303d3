import type { GraphQLInputField } from "graphql";
import { getNamedType, isInputObjectType } from "graphql";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import type { Served } from "../api/serve.ts";
import { actorId } from "../support/acme.ts";
import type { TestDatabase } from "../support/database.ts";
import { allRows } from "../support/rows.ts";
import { camelCase, fieldsOf, introspect } from "./documents.ts";
import { ABSENT, MUTATIONS, PLAIN, POINTS_AT, type Target } from "./mutations.ts";
import { test } from "./served.ts";
import { AMERICA, createTarget, FRANCE, GERMANY, NETHERLANDS } from "./targets.ts";

// Each mutation over HTTP: what somebody is told of things that are there and not for them is, byte by byte, what they
// are told of things that are nowhere, and nothing of it changes.

/** Who asks, what they may do everything with, and where they see nothing: another client, another branch, a neighbor. */
const SIDES = [
  { who: "ada", own: GERMANY, hidden: NETHERLANDS },
  { who: "gus", own: NETHERLANDS, hidden: FRANCE },
  { who: "mona", own: GERMANY, hidden: AMERICA },
  { who: "dora", own: GERMANY, hidden: FRANCE },
] as const;

test("every argument of every mutation points at something, or is known not to", async ({ api }) => {
  const schema = await introspect(api);
  const inputs = new Map(
    fieldsOf(schema.getMutationType()).map(({ name, args }) => [name, inputFieldsOf(args[0]?.type)]),
  );
  expect([...inputs.keys()].sort()).toEqual(Object.keys(MUTATIONS).map(camelCase).sort());
  const unknown = [...inputs].flatMap(([name, fields]) =>
    fields
      .map((field) => field.name)
      .filter((argument) => argument !== "clientMutationId" && !KNOWN.has(argument))
      .map((argument) => `${name}.${argument}`),
  );
  expect(unknown).toEqual([]);
});

for (const { who, own, hidden } of SIDES) {
  test(`${who} is told the same of what is hidden in ${hidden.territory} and of what is nowhere, and changes neither`, async ({
    api,
    land,
  }) => {
    const [mine, theirs] = await withConnection(land.urls.superuser, async (root) => [
      await createTarget(root, null, own),
      await createTarget(root, null, hidden),
    ]);
    const before = await digestOf(land, hidden.territory);
    const schema = await introspect(api);
    const answers: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [name, { args }] of Object.entries(MUTATIONS)) {
      const named = inputFieldsOf(schema.getMutationType()?.getFields()[camelCase(name)]?.args[0]?.type);
      for (const argument of Object.keys(POINTS_AT).filter((one) =>
        named.some((field) => field.name === camelCase(one)),
      )) {
        const use = (points: Target) => useOf(args(mine), argument, points);
        if (JSON.stringify(use(theirs)) === JSON.stringify(use(mine))) continue; // both sides share the path
        const hiddenAnswer = await call(api, who, name, use(theirs));
        const absentAnswer = await call(api, who, name, use(ABSENT));
        answers[`${name} ${argument}`] = hiddenAnswer.text;
        expected[`${name} ${argument}`] = absentAnswer.text;
        if (!IGNORING.has(`${name} ${argument}`)) {
          expect([name, argument, hiddenAnswer.code]).toEqual([
            name,
            argument,
            expect.stringMatching(REFUSED),
          ]);
        }
      }
    }
    expect(answers).toEqual(expected);
    expect(await digestOf(land, hidden.territory)).toBe(before);
  });
}

test("the same mutations reach what is one's own", async ({ api, land }) => {
  const missed: string[] = [];
  for (const [name, { args }] of Object.entries(MUTATIONS)) {
    const mine = await withConnection(land.urls.superuser, (root) => createTarget(root, null, NETHERLANDS));
    const who = name === "set_notification_preferences" ? "nina" : "gus";
    const { code } = await call(api, who, name, args(mine));
    if (code === "NOT_FOUND" || code === "FORBIDDEN" || code === "INTERNAL") missed.push(`${name}: ${code}`);
  }
  expect(missed).toEqual([]);
});

test("once a lead has moved away, the old side is told what it is told of none", async ({ api, land }) => {
  const lead = await withConnection(land.urls.superuser, (root) => createTarget(root, null, GERMANY));
  const ofLead = Object.entries(MUTATIONS).filter(([, { args }]) => "lead_id" in args(lead));
  expect(ofLead.length).toBeGreaterThan(10);
  expect(
    (await call(api, "dora", "log_activity", { lead_id: lead.leadId, kind: "call" })).code,
  ).toBeUndefined();
  await withConnection(land.urls.superuser, (root) =>
    root.query(
      "update app_public.leads set territory_id = (select id from app_public.territories where slug = 'fr') where id = $1",
      [lead.leadId],
    ),
  );
  for (const [name, { args }] of ofLead) {
    const moved = await call(api, "dora", name, args(lead));
    const absent = await call(api, "dora", name, { ...args(lead), lead_id: ABSENT.leadId });
    expect([name, moved.code, moved.text]).toEqual([name, "NOT_FOUND", absent.text]);
  }
  expect(
    (await call(api, "felix", "log_activity", { lead_id: lead.leadId, kind: "call" })).code,
  ).toBeUndefined();
});

test("a value that is unique somewhere else is as free as one that nobody has", async ({ api, land }) => {
  const [first, second, theirs, ours] = await withConnection(land.urls.superuser, async (root) => [
    await createTarget(root, await actorId(root, "dora"), GERMANY),
    await createTarget(root, await actorId(root, "dora"), GERMANY),
    await createTarget(root, null, NETHERLANDS),
    await createTarget(root, null, FRANCE),
  ]);
  const write = (who: string, leadId: string, email: string) =>
    call(api, who, "edit_lead", { lead_id: leadId, fields: { email } });
  await write("gus", theirs.leadId, "taken@example.nl");
  await write("ada", ours.leadId, "taken@example.fr");
  const capture = (who: string, path: string, key: string, payload: object) =>
    call(api, who, "capture_lead", { path, payload, idempotency_key: key });
  const taken = await capture("gus", "globex-form", "key-1", { email: "taken@example.nl" });
  expect(taken.code).toBeUndefined();
  const account = (who: string, territory: string, domain: string) =>
    call(api, who, "edit_account", { territory, domain, name: "x" });
  expect((await account("gus", "globex-nl", "taken.example")).code).toBeUndefined();
  for (const [hidden, fresh] of [
    [
      await write("dora", first.leadId, "taken@example.nl"),
      await write("dora", second.leadId, "fresh@example.nl"),
    ],
    [
      await write("dora", first.leadId, "taken@example.fr"),
      await write("dora", second.leadId, "fresh@example.fr"),
    ],
    [
      await capture("ada", "web-form", "key-1", { email: "taken@example.nl" }),
      await capture("ada", "web-form", "key-2", { email: "other@example.nl" }),
    ],
    [await account("ada", "de", "taken.example"), await account("ada", "de", "fresh.example")],
  ]) {
    expect(hidden?.code).toBeUndefined();
    expect(shapeOf(hidden?.text ?? "")).toBe(shapeOf(fresh?.text ?? ""));
  }
});

/** Every id, instant and word of this test out of an answer. */
function shapeOf(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g, "id")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.+]+/g, "instant")
    .replaceAll(/taken|fresh/g, "word");
}

/** The same use, with one argument that points elsewhere. What is about a case is not about a lead too. */
function useOf(
  { lead_id, ...others }: Record<string, unknown>,
  argument: string,
  points: Target,
): Record<string, unknown> {
  const isHolder = argument === "actor" && "operations" in others;
  const value = points[isHolder ? "keyHolder" : (POINTS_AT[argument] ?? "leadId")];
  const lead = lead_id === undefined || argument === "exception_id" ? {} : { lead_id };
  return { ...lead, ...others, [argument]: argument.endsWith("_ids") ? [value] : value };
}

/** It takes leads out of a plan: those that are not in it are passed over. */
const IGNORING = new Set(["exempt_from_realignment lead_ids"]);
/** Who may not do a thing anywhere may be told so before anything is looked for, if that is told of everything. */
const REFUSED = /^(NOT_FOUND|FORBIDDEN)$/;

const KNOWN = new Set([...Object.keys(POINTS_AT), ...PLAIN].map(camelCase));

function inputFieldsOf(type: Parameters<typeof getNamedType>[0]): GraphQLInputField[] {
  const named = getNamedType(type);
  return isInputObjectType(named) ? Object.values(named.getFields()) : [];
}

const documents = new Map<string, string>();

/** One document a mutation: all that its payload says of the rows it names. */
async function call({ ask }: Served, who: string, name: string, args: Record<string, unknown>) {
  const field = camelCase(name);
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`;
  const document =
    documents.get(name) ??
    `mutation ($input: ${type}!) { ${field}(input: $input) { clientMutationId ${SAID[name] ?? ""} } }`;
  documents.set(name, document);
  const input = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [camelCase(key), wordsOf(key, value)]),
  );
  const answer = await ask(who, document, { input });
  if (answer.code === undefined && "errors" in JSON.parse(answer.text)) throw new Error(answer.text); // no document of ours
  return answer;
}

/** What some say of the row that they wrote. */
const SAID: Record<string, string> = {
  edit_lead: "lead { email status score source ownerId }",
  edit_account: "account { domain name status }",
  capture_lead: "receipt { captureId }",
};

/** The fields of a lead, as an object, are named as everything else in GraphQL. */
function wordsOf(key: string, value: unknown): unknown {
  if (key !== "fields" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, one]) => [camelCase(name), one]));
}

/** Of every row of every table that stands in this territory. */
function digestOf(land: Pick<TestDatabase, "urls">, territory: string): Promise<string> {
  return withConnection(land.urls.superuser, async (root) => {
    const tables = await allRows<{ name: string }>(
      root,
      `select oid::regclass::text as name from pg_class
        where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('app_public', 'app_private')
          and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'territory_id')`,
    );
    const parts = tables.map(
      ({ name }) =>
        `(select coalesce(md5(string_agg(row::text, ' ' order by row::text)), '') from ${name} as row where row.territory_id = place.id)`,
    );
    const [row] = await allRows<{ digest: string }>(
      root,
      `select concat_ws(' ', ${parts}) as digest from app_public.territories as place where place.slug = $1`,
      [territory],
    );
    return row?.digest ?? "";
  });
}
