import { expect, inject } from "vitest";
import { rehearseDocument } from "../../src/api/rehearse_document.ts";
import { settingsOf } from "../../src/api/settings.ts";
import { runStatement } from "../../src/cli/explain/run_statement.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { databaseUrl, roleUrl } from "../../src/postgres/role_urls.ts";
import { actorId, BI_PASSWORD } from "../support/acme.ts";
import { arrive } from "../support/arrive.ts";
import { test as base, type TestDatabase } from "../support/database.ts";
import { catchment, linesOf, preparedEnv } from "./program.ts";

/** Ids of a lead in each of two territories, and how the command asks, without starting a program. */
const test = base
  .extend("leads", { scope: "file" }, async ({ database }) => {
    const leadIn = async (place: string): Promise<string> => {
      const who = {
        email: `ana@${place}.example`,
        country: place.toUpperCase(),
        first_name: "A\u001b[2J\nB",
      };
      return (await arrive(database, { attributes: who })).leadId ?? "";
    };
    return { de: await leadIn("de"), fr: await leadIn("fr") };
  })
  .extend("ask", { scope: "file" }, async ({ database }) => {
    const identityOf = (slug: string) =>
      withConnection(database.urls.worker, async (worker) => ({
        actorId: await actorId(worker, slug),
        keyId: null,
        mayWrite: slug !== "partner",
        expiresAt: null,
      }));
    return {
      sql: async (slug: string, statement: string) =>
        runStatement({ url: database.urls.api, settings: settingsOf(await identityOf(slug)) }, statement),
      graphql: async (slug: string, document: string) =>
        rehearseDocument(database.urls.api, await identityOf(slug), document, () => {}),
    };
  });

const CHANGE = (id: string) =>
  `mutation { changeLeadStatus(input: { leadId: "${id}", status: "qualified" }) { lead { status } } }`;

test("the command joins its words, prints rows as a table, and spells out what would move a cursor", async ({
  database,
  leads,
}) => {
  const env = preparedEnv(database);
  const dora = await catchment(["as", "dora", "--", "select", "email, first_name", "from", "leads"], env);
  expect([dora.code, dora.stdout]).toEqual([
    0,
    "email           first_name\nana@de.example  A\\u001b[2J\\u000aB\n",
  ]);
  expect(dora.stderr).toContain("1 row, as dora; rolled back");
  const felix = await catchment(["as", "felix", "--", "{ leads { nodes { rowId email } } }"], env);
  expect(linesOf(felix)[1]).toBe(`${leads.fr}  ana@fr.example`);
  const mona = await catchment(["as", "mona", "--json", "--", CHANGE(leads.de)], env);
  expect(JSON.parse(mona.stdout)).toEqual({
    actor: "mona",
    data: { changeLeadStatus: { lead: { status: "qualified" } } },
    isRolledBack: true,
  });
  expect(await left(database)).toEqual({ statuses: ["new"], forgotten: 0 });
}, 120_000);

test("each sees their own territories, in SQL and in a document; hidden is absent", async ({
  ask,
  leads,
}) => {
  const emails = async (slug: string) =>
    (await ask.sql(slug, "select email from app_public.leads order by 1")).rows.map(({ email }) => email);
  expect(await emails("dora")).toEqual(["ana@de.example"]);
  expect(await emails("felix")).toEqual(["ana@fr.example"]);
  expect(await emails("mona")).toEqual(["ana@de.example", "ana@fr.example"]);
  expect(await emails("partner")).toEqual(["ana@de.example"]);
  expect(await emails("nina")).toEqual([]);
  expect(await ask.graphql("felix", `{ leads { totalCount } lead(rowId: "${leads.de}") { email } }`)).toEqual(
    {
      data: { leads: { totalCount: 1 }, lead: null },
      errors: [],
    },
  );
});

test("writes show their effect, and nothing of them stays", async ({ ask, leads, database }) => {
  const call = `select (app_public.change_lead_status('${leads.de}', 'qualified')).status`;
  expect((await ask.sql("mona", call)).rows).toEqual([{ status: "qualified" }]);
  const erase = `mutation { eraseLead(input: { leadId: "${leads.de}" }) { clientMutationId } }`;
  expect((await ask.graphql("ada", erase)).errors).toEqual([]); // no ledger is written: there is none here
  for (const [slug, code] of [
    ["felix", "NOT_FOUND"],
    ["partner", "FORBIDDEN"],
  ] as const) {
    const { data, errors } = await ask.graphql(slug, CHANGE(leads.de));
    expect([slug, data, errors[0]?.extensions.code]).toEqual([slug, { changeLeadStatus: null }, code]);
  }
  expect(await left(database)).toEqual({ statuses: ["new"], forgotten: 0 });
}, 120_000);

test("refusals in words: rights, syntax, a second statement, the transaction", async ({ ask, leads }) => {
  const cases: [slug: string, statement: string, exitCode: number, said: RegExp][] = [
    ["ada", "update leads set email = null", 1, /permission denied for table leads \(42501\)\n.*walls/],
    ["ada", "select body from captures", 1, /permission denied/],
    ["dora", `select app_public.claim_lead('${crypto.randomUUID()}')`, 1, /NFUND.*\n.*who-can-see/],
    ["partner", `select app_public.log_activity('${leads.de}', 'call')`, 1, /25006/],
    ["dora", "selec 1", 1, /syntax error/],
    ["dora", "select 1; commit", 1, /42601.*\nOne statement/],
    ["dora", "select pg_sleep(20)", 1, /57014.*\nIt takes longer/],
    ["dora", "commit", 2, /The transaction is ours/],
  ];
  for (const [slug, statement, exitCode, said] of cases) {
    const refusal = Promise.resolve().then(() => ask.sql(slug, statement));
    await expect(refusal, statement).rejects.toMatchObject({
      exitCode,
      message: expect.stringMatching(said),
    });
  }
  for (const [document, said] of [
    ["{ leads { nodes { secret } } }", /Cannot query field/],
    ["subscription { leadChanged { lead { rowId } } }", /does not end/],
    ["{ leads {", /Syntax Error/],
  ] as const) {
    const { data, errors } = await ask.graphql("dora", document);
    expect([document, data, errors[0]?.message]).toEqual([document, null, expect.stringMatching(said)]);
  }
}, 120_000);

test("a BI login is itself: views of bi within its walls, read only, by its own password", async ({
  leads,
  database,
}) => {
  expect(leads.de).not.toBe("");
  const url = roleUrl(database.urls.worker, "bi_de", BI_PASSWORD);
  const as = (actor: string, ...words: string[]) => catchment(["as", actor, ...words], preparedEnv(database));
  const statement = "select session_user::text as me, territory from lead_queue";
  const { code, stdout } = await as("bi_de", "--url", url, "--json", "--", statement);
  expect([code, JSON.parse(stdout).rows]).toEqual([0, [{ me: "bi_de", territory: "de" }]]);
  for (const attempt of ["select from app_public.leads", "create table mine ()"]) {
    await expect(runStatement({ url, settings: null }, attempt)).rejects.toThrow(/42501|25006/);
  }
  // Ours is derived from the key; that of bi_de is another one in this cluster.
  const { superuserUrl, key } = inject("cluster");
  const server = { DATABASE_URL: databaseUrl(superuserUrl, database.name), CATCHMENT_KEY: key };
  const cases: [ended: ReturnType<typeof catchment>, code: number, said: RegExp][] = [
    [catchment(["as", "bi_de", "--", "select 1"], server), 3, /--url/],
    [as("bi_de", "--", "{ leads { totalCount } }"), 1, /asks in SQL/],
    [as("dora", "--url", url, "--", "select 1"), 2, /--url is for BI logins/],
    [as("dorothy", "--", "select 1"), 1, /no active actor "dorothy".*dora/],
  ];
  for (const [ended, exit, said] of cases) {
    expect(await ended).toEqual({ code: exit, stdout: "", stderr: expect.stringMatching(said) });
  }
}, 120_000);

/** What a superuser finds afterwards. */
async function left({ urls }: TestDatabase) {
  return withConnection(urls.superuser, async (db) => {
    const { rows } = await db.query(
      "select array_agg(distinct status) as statuses, count(erased_at)::int as forgotten from app_public.leads",
    );
    return rows[0];
  });
}
