import type { Client, ClientBase } from "pg";
import { expect } from "vitest";
import { act } from "../policies/land.ts";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { KEYS, type Key, lift, suppress } from "../support/gates.ts";
import { merge, unmerge } from "../support/merges.ts";
import { allRows, allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";

const email: Key = { kind: "email", value: "a@firm.example" };
const phone: Key = { kind: "phone", value: "+4930111" };

test("a key stands once for a reason, as a hash, and is new once", async ({ db }) => {
  expect(await suppress(db, [email, email, phone])).toBe(2);
  expect(await suppress(db, [email])).toBe(0);
  expect(await suppress(db, [email], { reason: "legal" })).toBe(1);
  expect(
    await allValues(
      db,
      "select distinct value_hash = app_private.identity_hash($1, false) as value from app_private.suppressions where kind = 'email'",
      [email.value],
    ),
  ).toEqual([true]);
  expect(await lift(db, [email], { reason: "complained" })).toBe(1);
  expect(
    await allValues(db, "select reason || ' ' || kind as value from app_private.suppressions order by 1"),
  ).toEqual(["complained phone", "legal email"]);
});

test("of two times the longer counts", async ({ db }) => {
  const soon = await secondsLater(db, 60);
  const late = await secondsLater(db, 600);
  const untilOf = () => oneValue(db, "select ends_at as value from app_private.suppressions");
  await suppress(db, [email], { until: soon });
  await suppress(db, [email], { until: late });
  expect(await untilOf()).toEqual(late);
  await suppress(db, [email], { until: soon });
  expect(await untilOf()).toEqual(late);
  await suppress(db, [email]);
  await suppress(db, [email], { until: soon });
  expect(await untilOf()).toBeNull();
});

// app_private.leads_of_keys compares a domain with every lead.
test("a company's domain stops everybody who names it or writes from it, of this client alone", async ({
  db,
}) => {
  const ids = [];
  for (const [attributes, path] of [
    [{ company_domain: "firm.example" }, "web-form"],
    [{ email: "b@firm.example" }, "web-form"],
    [{ email: "c@other.example" }, "web-form"],
    [{ email: "d@firm.example", country: "NL" }, "globex-form"],
  ] as const) {
    ids.push((await receiveOne(db, { path, attributes: someone(attributes) })).leadId);
  }
  await suppress(db, [{ kind: "domain", value: "firm.example" }]);
  const held = await allValues<string>(
    db,
    "select id as value from app_public.leads where held_at is not null order by id",
  );
  expect(held).toEqual(ids.slice(0, 2).sort());
  const late = await receiveOne(db, { attributes: someone({ email: "e@firm.example" }) });
  expect(await isHeld(db, late.leadId)).toBe(true);
  await lift(db, [{ kind: "domain", value: "firm.example" }]);
  expect(await allRows(db, "select from app_public.leads where held_at is not null")).toEqual([]);
});

test("the audit says that it was put there and taken off, and by no digit of whose", async ({ db }) => {
  await suppress(db, [email]);
  await lift(db, [email]);
  const entries = await allRows<{ action: string; changes: object }>(
    db,
    "select action, changes from app_private.audit_entries where entity = 'suppressions' order by id",
  );
  expect(entries.map(({ action }) => action)).toEqual(["insert", "delete"]);
  expect(Object.keys(entries[0]?.changes ?? {})).not.toContain("value_hash");
});

test("suppressPerson takes every key of the person; unsuppressPerson lifts what people may lift", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, {
    attributes: someone({ email: email.value, phone: phone.value }),
  });
  await act(db, "dora");
  await db.query("select app_public.suppress_person($1)", [leadId]);
  expect(await refusalOf(db, "select app_public.suppress_person($1, 'legal')", [leadId])).toBe("BADIN");
  await stopActing(db);
  expect(
    await allRows(
      db,
      `select suppressions.kind, suppressions.reason, actors.slug from app_private.suppressions
         join app_public.actors on actors.id = suppressions.actor_id order by 1`,
    ),
  ).toEqual([
    { kind: "email", reason: "asked_not_to_be_contacted", slug: "dora" },
    { kind: "phone", reason: "asked_not_to_be_contacted", slug: "dora" },
  ]);
  const other = await receiveOne(db, { attributes: someone({ phone: phone.value }) });
  expect(await isHeld(db, other.leadId)).toBe(true);

  await suppress(db, [email], { reason: "legal" });
  await act(db, "mona");
  await db.query("select app_public.unsuppress_person($1)", [leadId]);
  expect(await refusalOf(db, "select app_public.unsuppress_person($1)", [leadId])).toBe("STATE");
  await stopActing(db);
  expect(await isHeld(db, leadId)).toBe(true);
  expect(await allValues(db, "select reason as value from app_private.suppressions")).toEqual(["legal"]);
});

// app_private.suppressible_keys and app_private.key_of_lead
test("an address that a rep typed into a lead holds that lead and nobody else, and a manager of all lets it count", async ({
  db,
}) => {
  const french = await receiveOne(db, { attributes: someone({ country: "FR", email: email.value }) });
  const own = await receiveOne(db, { attributes: { phone: phone.value, country: "DE" } });
  const held = async () => [await isHeld(db, own.leadId), await isHeld(db, french.leadId)];
  await give(db, own.leadId, "dora");
  await type(db, "dora", own.leadId, email.value);
  for (const who of ["dora", "mona"]) {
    await say(db, who, "suppress_person", own.leadId);
    expect([who, ...(await held())]).toEqual([who, true, false]);
    expect(await kinds(db)).toEqual(["lead", "phone"]);
    await say(db, "mona", "unsuppress_person", own.leadId);
    expect([who, ...(await held())]).toEqual([who, false, false]);
    expect(await kinds(db)).toEqual([]);
  }
  // What holds another is not lifted by typing its address either.
  await suppress(db, [email], { reason: "bounced" });
  await act(db, "mona");
  expect(await refusalOf(db, "select app_public.unsuppress_person($1)", [own.leadId])).toBe("STATE");
  await stopActing(db);
  expect(await kinds(db)).toEqual(["email"]);
  await lift(db, [email]);

  await say(db, "ada", "suppress_person", own.leadId);
  expect(await held()).toEqual([true, true]);
  expect(await kinds(db)).toEqual(["email", "phone"]);
  await say(db, "ada", "unsuppress_person", own.leadId);
  expect(await held()).toEqual([false, false]);
});

test("a lead with nothing but a typed address is held by itself; by what an arrival brought, everybody is", async ({
  db,
}) => {
  const own = await receiveOne(db, { attributes: { first_name: "Jo", country: "DE" } });
  await give(db, own.leadId, "dora");
  await type(db, "dora", own.leadId, email.value);
  await say(db, "dora", "suppress_person", own.leadId);
  expect(await isHeld(db, own.leadId)).toBe(true);
  expect(await kinds(db)).toEqual(["lead"]);
  await say(db, "mona", "unsuppress_person", own.leadId);
  expect(await isHeld(db, own.leadId)).toBe(false);

  const again = await receiveOne(db, { attributes: someone({ email: email.value }) });
  expect(again.leadId).toBe(own.leadId); // now an arrival has said it
  await say(db, "dora", "suppress_person", own.leadId);
  expect(await kinds(db)).toEqual(["email"]);
});

test("a number by which somebody else is known holds nobody but the lead it was sent with, and counts for a manager of all", async ({
  db,
}) => {
  const german = await receiveOne(db, {
    attributes: someone({ first_name: "Vic", last_name: "Tim", email: email.value, phone: phone.value }),
  });
  const own = await receiveOne(db, {
    attributes: {
      first_name: "Zoe",
      last_name: "Testard",
      email: "zoe@example.fr",
      phone: phone.value,
      country: "FR",
    },
  });
  expect(own.leadId).not.toBe(german.leadId);
  const held = async () => [await isHeld(db, own.leadId), await isHeld(db, german.leadId)];
  await give(db, own.leadId, "felix");
  await say(db, "felix", "suppress_person", own.leadId);
  expect([await held(), await kinds(db)]).toEqual([
    [true, false],
    ["email", "lead"],
  ]);
  await say(db, "mona", "unsuppress_person", own.leadId);
  expect([await held(), await kinds(db)]).toEqual([[false, false], []]);
  await say(db, "ada", "suppress_person", own.leadId);
  expect([await held(), await kinds(db)]).toEqual([
    [true, true],
    ["email", "phone"],
  ]);
});

test("the sweep takes off what is over and lets go whom it held", async ({ db }) => {
  await suppress(db, [email], { until: await secondsLater(db, 60) });
  const { leadId } = await receiveOne(db, { attributes: someone({ email: email.value }) });
  expect(await sweep(db, await secondsLater(db, 59))).toBe(0);
  expect(await isHeld(db, leadId)).toBe(true);
  expect(await sweep(db, await secondsLater(db, 60))).toBe(1);
  expect(
    await oneRow(db, "select held_at, owner_id is not null as owned from app_public.leads where id = $1", [
      leadId,
    ]),
  ).toEqual({ held_at: null, owned: true });
  expect(await allRows(db, "select from app_private.suppressions")).toEqual([]);
});

test("a lead that came into being beside the suppression is stopped by the sweep", async () => {
  const database = await createDatabase();
  try {
    const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    await one.query("begin");
    const { leadId } = await receiveOne(one, { attributes: someone({ email: email.value }) });
    await suppress(other, [email]); // cannot see it yet
    await one.query("commit");
    expect(await isHeld(one, leadId)).toBe(false);
    expect(await sweep(one, new Date())).toBe(1);
    expect(await isHeld(one, leadId)).toBe(true);
    expect(await sweep(one, new Date())).toBe(0);
  } finally {
    await database.drop();
  }
});

test("two who speak of one person at the same time: the last one decides with everything known", async () => {
  const database = await createDatabase();
  try {
    const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
    const { leadId } = await receiveOne(one, { attributes: someone({ email: email.value }) });
    const backend = await backendOf(other);
    await one.query("begin");
    await suppress(one, [email]);
    const lifting = other.query(
      `select app_private.suppress_keys(${KEYS}, 'legal', null, null, null, now())`,
      ["global", JSON.stringify([email])],
    );
    await untilItWaits(one, backend);
    await one.query("commit");
    await lifting;
    expect(
      await oneValue(
        one,
        "select inputs -> 'reasons' as value from app_public.decisions where lead_id = $1 and superseded_by_id is null",
        [leadId],
      ),
    ).toHaveLength(2);
  } finally {
    await database.drop();
  }
});

function isHeld(db: ClientBase, leadId: string): Promise<boolean> {
  return oneValue(db, "select held_at is not null as value from app_public.leads where id = $1", [leadId]);
}

function sweep(db: Client | ClientBase, asOf: Date): Promise<number> {
  return asWorker(db, () => oneValue(db, "select app_private.sweep_suppressions($1, 100) as value", [asOf]));
}

async function give(db: ClientBase, leadId: string, slug: string): Promise<void> {
  await db.query(
    "update app_public.leads set owner_id = (select id from app_public.actors where slug = $2), owned_at = now() where id = $1",
    [leadId, slug],
  );
}

async function type(db: Client, who: string, leadId: string, address: string): Promise<void> {
  await act(db, who);
  await db.query("select app_public.edit_lead($1, $2)", [leadId, { email: address }]);
  await stopActing(db);
}

async function say(db: Client, who: string, verb: string, leadId: string): Promise<void> {
  await act(db, who);
  await db.query(`select app_public.${verb}($1)`, [leadId]);
  await stopActing(db);
}

function kinds(db: ClientBase): Promise<string[]> {
  return allValues(db, "select kind as value from app_private.suppressions order by 1");
}

test("keys_of_lead: the address of a merged lead by which another one is known is this person's too", async ({
  db,
}) => {
  const survivor = await receiveOne(db, { attributes: someone({ first_name: "Ana", last_name: "Weber" }) });
  const shared = { email: "office-of-two@mail.example" };
  await receiveOne(db, { attributes: someone({ ...shared, first_name: "Bruno", last_name: "Kahn" }) });
  const merged = await receiveOne(db, {
    attributes: someone({ ...shared, first_name: "Ana", last_name: "Weber" }),
  });
  await merge(db, survivor.leadId, merged.leadId);
  await actAs(db, await actorId(db, "olga"));
  await db.query("select app_public.suppress_person($1)", [survivor.leadId]);
  await stopActing(db);
  await unmerge(db, merged.leadId);
  expect(
    await allValues(
      db,
      "select held_at is not null as value from app_public.leads where id = any (array[$1, $2]::uuid[])",
      [survivor.leadId, merged.leadId],
    ),
  ).toEqual([true, true]);
});
