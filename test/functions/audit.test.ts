import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receive, receiveOne, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

test("a new lead and the decision about it are entered, with trace and login", async ({ db }) => {
  const { leadId, traceId } = await receiveOne(db, { attributes: someone() });
  const entered = await entries(db, ["leads", "decisions"], "insert");
  expect(entered).toMatchObject([
    {
      entity: "leads",
      entity_id: leadId,
      actor_id: null,
      trace_id: traceId,
      changes: { status: "new", source: "web-form", territory_id: await territoryId(db, "de") },
    },
    {
      entity: "decisions",
      trace_id: traceId,
      changes: { lead_id: leadId, action: "assign", owner_id: await actorId(db, "dora") },
    },
  ]);
  expect(entered[0]?.login).toBe(await oneValue(db, "select session_user::text as value"));
});

test("a change is entered from and to; what nobody decides over is not", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const before = await entries(db, ["leads"], "update");
  await db.query("update app_public.leads set status = 'contacted', last_activity_at = now() where id = $1", [
    leadId,
  ]);
  await db.query(
    "update app_public.leads set last_activity_at = now() + interval '1 hour', score = 7 where id = $1",
    [leadId],
  );
  const after = await entries(db, ["leads"], "update");
  expect(after.slice(before.length)).toMatchObject([
    { entity_id: leadId, changes: { status: ["new", "contacted"] } },
  ]);
});

test("a change of the person is entered as digests, which who has salt and value can check", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ first_name: "Ana" }) });
  expect(await oneValue(db, "select count(*)::int as value from app_private.audit_salts")).toBe(0);
  await db.query(
    "update app_public.leads set first_name = 'Secret', city = 'Secret', email = null where id = $1",
    [leadId],
  );
  const [entered] = (await entries(db, ["leads"], "update")).slice(-1);
  const digest = (field: string, value: string) =>
    oneValue(
      db,
      "select encode(sha256(salt || convert_to($2, 'UTF8')), 'hex') as value from app_private.audit_salts where id = $1",
      [leadId, `${field}:${value}`],
    );
  expect(entered?.changes).toEqual({
    personal: {
      first_name: [await digest("first_name", "Ana"), await digest("first_name", "Secret")],
      city: [null, await digest("city", "Secret")],
      email: [expect.stringMatching(/^[0-9a-f]{64}$/), null],
    },
  });
});

test("a lead keeps its salt, and another has another", async ({ db }) => {
  const [one, other] = await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  for (const name of ["A", "B"]) {
    await db.query("update app_public.leads set last_name = $2 where id = any ($1)", [
      [one?.leadId, other?.leadId],
      name,
    ]);
  }
  const digests = (await entries(db, ["leads"], "update"))
    .flatMap(({ changes }) => ("personal" in changes ? [JSON.stringify(changes.personal)] : []))
    .map((text) => text.match(/[0-9a-f]{64}/g) ?? []);
  const [first = [], second = [], third = [], fourth = []] = digests;
  expect(new Set([...first, ...second]).size).toBe(2); // the same value, two leads
  expect([third[0], fourth[0]].toSorted()).toEqual([...first, ...second].toSorted()); // what it was before
});

test("whoever acts is entered as the actor, the login beside", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const dora = await actorId(db, "dora");
  await actAs(db, dora);
  await db.query("select app_public.change_lead_status($1, 'contacted')", [leadId]);
  await stopActing(db);
  expect((await entries(db, ["leads"], "update")).at(-1)).toMatchObject({
    actor_id: dora,
    login: "catchment_api",
    changes: { status: ["new", "contacted"] },
  });
});

test("a move of a lead enters one line, and its cases move without becoming unreadable", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const [de, fr] = [await territoryId(db, "de"), await territoryId(db, "fr")];
  await db.query("update app_public.leads set territory_id = $2 where id = $1", [leadId, fr]);
  expect((await entries(db, ["leads"], "update")).at(-1)?.changes).toEqual({ territory_id: [de, fr] });
  const moved = await oneRow(db, "select territory_id from app_public.source_events");
  expect(moved).toEqual({ territory_id: fr });
});

test("memberships and policies are entered whole, also when they go", async ({ db }) => {
  const values = [await actorId(db, "felix"), await territoryId(db, "de")];
  await db.query(
    "insert into app_public.memberships (actor_id, territory_id, role) values ($1, $2, 'rep')",
    values,
  );
  await db.query("delete from app_public.memberships where actor_id = $1 and territory_id = $2", values);
  const of = {
    entity: "memberships",
    territory_id: values[1],
    changes: { actor_id: values[0], role: "rep" },
  };
  expect((await entries(db, ["memberships"])).slice(-2)).toMatchObject([
    { ...of, action: "insert" },
    { ...of, action: "delete" },
  ]);
  await db.query("update app_public.sla_policies set target_seconds = 60 where slug = 'first-response'");
  expect((await entries(db, ["sla_policies"], "update")).at(-1)?.changes).toMatchObject({
    target_seconds: 60,
  });
});

test("a case is entered when it is opened and when it is closed, without what people wrote", async ({
  db,
}) => {
  const [id] = await stageArrivals(db, [{ attributes: {} }]);
  const refused = [{ id, violations: [{ kind: "missing", path: "/email", message: "is missing" }] }];
  await asWorker(db, () =>
    db.query("select app_private.quarantine_captures($1, now())", [JSON.stringify(refused)]),
  );
  await db.query(
    "update app_public.exceptions set resolved_at = now(), outcome = 'done', note = 'Ana was angry'",
  );
  expect(await entries(db, ["exceptions"])).toMatchObject([
    { action: "insert", changes: { kind: "contract_violation", outcome: null } },
    { action: "update", changes: { outcome: "done" } },
  ]);
});

test("nothing personal stands anywhere in the audit", async ({ db }) => {
  const person = {
    first_name: "Nepomuk",
    last_name: "Geheimrat",
    email: "nepomuk@geheim.example",
    phone: "+4930424242",
    company: "Verschwiegen",
    street: "Heimlichgasse 7",
    city: "Stillbach",
    postal_code: "98765",
    birth_date: "1990-02-28",
  };
  await receiveOne(db, { attributes: { email: "other@mail.example", country: "DE" } });
  await receiveOne(db, { attributes: { ...person, country: "DE" } });
  await receiveOne(db, { attributes: { ...person, email: "other@mail.example", country: "US" } });
  const [id] = await stageArrivals(db, [{ attributes: {} }]);
  const refused = [
    { id, violations: [{ kind: "extra", path: `/${person.email}`, message: "is not known" }] },
  ];
  await asWorker(db, () =>
    db.query("select app_private.quarantine_captures($1, now())", [JSON.stringify(refused)]),
  );
  await db.query(
    "update app_public.exceptions set resolved_at = now(), outcome = 'Nepomuk is content', note = 'Nepomuk called'",
  );
  const audit = await allRows(db, "select * from app_private.audit_entries");
  expect(audit.length).toBeGreaterThan(5);
  const text = JSON.stringify(audit);
  expect(Object.values(person).filter((value) => text.includes(value))).toEqual([]);
});

type Entry = {
  entity: string;
  entity_id: string;
  action: string;
  actor_id: number | null;
  login: string;
  trace_id: string | null;
  territory_id: number | null;
  changes: object;
};

function entries(db: ClientBase, entities: string[], action?: string): Promise<Entry[]> {
  return allRows<Entry>(
    db,
    "select * from app_private.audit_entries where entity = any ($1) and action = coalesce($2, action) order by id",
    [entities, action],
  );
}
