import { randomUUID } from "node:crypto";
import { expect, expectTypeOf } from "vitest";
import { z } from "zod";
import {
  AcceptLeadDocument,
  BulkReassignLeadsDocument,
  DeclineLeadDocument,
  LeadDecisionDocument,
  SetAbsenceDocument,
} from "../../graphql/generated/graphql.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import type { TestDatabase } from "../support/database.ts";
import { test } from "./serve.ts";

const Candidate = z.object({ actor: z.string(), chosen: z.boolean(), reason: z.string() });

test("a lead says whose it is, by which turn, and of everybody else why not", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const { data } = await api.ask("vera", LeadDecisionDocument, { leadId: id });
  expect(data.lead?.decision).toMatchObject({
    action: "assign",
    owner: { slug: owner },
    inputs: { turn: 1 },
    decidedAt: expect.any(String),
  });
  expect(data.lead?.decision?.candidates).toContainEqual({
    actor: owner,
    chosen: true,
    reason: "is next in turn",
  });
  expect(data.lead?.explanation).toMatch(
    /^Assigned to dora: next in turn of team sales-de\. Not taken: dieter waits/,
  );
  expectTypeOf(data.lead?.explanation).toEqualTypeOf<string | null | undefined>();
});

test("what somebody does not see has no decision and no explanation, like what is not there", async ({
  api,
  database,
}) => {
  const { id } = await newLead(database);
  for (const who of ["felix", "nina", null]) {
    const hidden = await api.ask(who, LeadDecisionDocument, { leadId: id });
    const absent = await api.ask(who, LeadDecisionDocument, { leadId: randomUUID() });
    expect([hidden.data.lead, hidden.text]).toEqual([null, absent.text]);
  }
});

test("who accepts a lead keeps it: a second time changes nothing, and declining is over", async ({
  api,
  database,
}) => {
  const { id, owner } = await newLead(database);
  for (const _ of ["once", "twice"]) {
    const { data } = await api.ask(owner, AcceptLeadDocument, { leadId: id });
    expect(data.acceptLead?.lead).toEqual({ rowId: id, owner: { slug: owner } });
  }
  const late = await api.ask(owner, DeclineLeadDocument, { leadId: id, reason: "After all, no" });
  expect(late.code).toBe("CONFLICT");
});

test("who declines says why, and the next has it", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const empty = await api.ask(owner, DeclineLeadDocument, { leadId: id, reason: "  " });
  expect(empty.code).toBe("BAD_INPUT");
  const { data } = await api.ask(owner, DeclineLeadDocument, { leadId: id, reason: "My neighbor." });
  const next = data.declineLead?.lead?.owner?.slug;
  expect(next).not.toBe(owner);
  expect(data.declineLead?.lead?.explanation).toContain(
    `${owner} declined it: My neighbor. Assigned to ${next}: next in turn of team sales-de. Not taken:`,
  );
  const again = await api.ask(owner, DeclineLeadDocument, { leadId: id, reason: "Really" });
  expect(again.code).toBe("FORBIDDEN");
  const chain = await api.ask<{
    lead: { decisions: { nodes: { owner: object; supersededById: unknown }[] } };
  }>(
    "mona",
    `query ($id: UUID!) { lead(rowId: $id) { decisions(orderBy: ROW_ID_ASC) { nodes { owner { slug } supersededById } } } }`,
    { id },
  );
  expect(chain.data.lead.decisions.nodes).toEqual([
    { owner: { slug: owner }, supersededById: expect.any(String) },
    { owner: { slug: next }, supersededById: null },
  ]);
});

test("one accepts and declines one's own; a hidden lead is answered byte for byte like an absent one", async ({
  api,
  database,
}) => {
  const { id, owner } = await newLead(database);
  const colleague = owner === "dora" ? "dirk" : "dora";
  const attempts = async (who: string | null, leadId: string) => [
    await api.ask(who, AcceptLeadDocument, { leadId }),
    await api.ask(who, DeclineLeadDocument, { leadId, reason: "No" }),
  ];
  const codes = async (who: string | null) => (await attempts(who, id)).map(({ code }) => code);
  expect(await codes(colleague)).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  expect(await codes("vera")).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  expect(await codes("mona")).toEqual(["CONFLICT", "CONFLICT"]); // she may work it, it is not hers
  for (const who of ["felix", "nina", null]) {
    const [hidden, absent] = [await attempts(who, id), await attempts(who, randomUUID())];
    expect(hidden.map(({ code }) => code)).toEqual(["NOT_FOUND", "NOT_FOUND"]);
    expect(hidden.map(({ text }) => text)).toEqual(absent.map(({ text }) => text));
  }
});

test("an absence is said, hands over what nobody answered, and is taken back", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const [startsAt, endsAt] = [instant(-1), instant(24)];
  const { data } = await api.ask(owner, SetAbsenceDocument, {
    actor: owner,
    startsAt,
    endsAt,
    handOver: true,
  });
  expect(data.setAbsence?.absence).toMatchObject({ actor: owner });
  expect(data.setAbsence?.absence?.handedOver).toBeGreaterThan(0);
  const after = await api.ask("mona", LeadDecisionDocument, { leadId: id });
  expect(after.data.lead?.decision).toMatchObject({ action: "reassign", inputs: { cause: "absent" } });
  expect(after.data.lead?.explanation).toMatch(new RegExp(`^${owner} is absent\\. Assigned to `));
  expect(await reasonAgainst(owner)).toMatch(/^is absent until /);
  const taken = { actor: owner, startsAt, endsAt: null, handOver: null };
  const back = await api.ask(owner, SetAbsenceDocument, taken);
  expect(back.data.setAbsence?.absence).toMatchObject({ endsAt: null, handedOver: 0 });
  expect(await reasonAgainst(owner)).not.toContain("absent");

  /** Why a lead that comes now is theirs or not. */
  async function reasonAgainst(slug: string): Promise<string | undefined> {
    const { id: leadId } = await newLead(database);
    const decided = await api.ask("mona", LeadDecisionDocument, { leadId });
    const candidates = z.array(Candidate).parse(decided.data.lead?.decision?.candidates);
    return candidates.find(({ actor }) => actor === slug)?.reason;
  }
});

test("a manager says it of the own people; whom one does not see is answered like nobody", async ({
  api,
}) => {
  const ask = (who: string | null, actor: string, startsAt = instant(48), endsAt = instant(72)) =>
    api.ask(who, SetAbsenceDocument, { actor, startsAt, endsAt });
  expect((await ask("mona", "dora")).code).toBeUndefined();
  expect((await ask("dirk", "dora")).code).toBe("FORBIDDEN");
  expect((await ask("mona", "dora", instant(72), instant(48))).code).toBe("BAD_INPUT");
  for (const [who, whom] of [
    ["mona", "bruno"],
    ["nina", "dora"],
    [null, "dora"],
  ] as const) {
    const [hidden, absent] = [await ask(who, whom), await ask(who, "nobody")];
    expect([hidden.code, hidden.text]).toEqual(["NOT_FOUND", absent.text]);
  }
});

test("a leaver's leads go by the rules, or all to one; a rep moves nobody's", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const hand = (who: string | null, fromOwner: string, toOwner?: string) =>
    api.ask(who, BulkReassignLeadsDocument, { fromOwner, toOwner, reason: null });
  expect((await hand("dirk", "dora")).code).toBe("FORBIDDEN");
  expect((await hand("mona", owner, owner)).code).toBe("BAD_INPUT");
  for (const [who, from, to] of [
    ["mona", "bruno", undefined],
    ["mona", owner, "nina"],
    [null, owner, undefined],
  ] as const) {
    const hidden = await hand(who, from, to);
    const absent = to === undefined ? await hand(who, "nobody") : await hand(who, from, "nobody");
    expect([hidden.code, hidden.text]).toEqual(["NOT_FOUND", absent.text]);
  }
  expect((await hand("mona", owner)).data.bulkReassignLeads?.reassigned).toBeGreaterThan(0);
  expect((await hand("mona", owner)).data.bulkReassignLeads?.reassigned).toBe(0);
  const moved = await api.ask("mona", LeadDecisionDocument, { leadId: id });
  expect(moved.data.lead?.explanation).toMatch(
    new RegExp(`^${owner} hands over\\. Assigned to .+\\(mona\\)`),
  );
  const next = moved.data.lead?.decision?.owner?.slug ?? "";
  const last = next === "dora" ? "dirk" : "dora";
  expect((await hand("mona", next, last)).data.bulkReassignLeads?.reassigned).toBeGreaterThan(0);
  const named = await api.ask("mona", LeadDecisionDocument, { leadId: id });
  expect(named.data.lead?.decision).toMatchObject({ owner: { slug: last }, inputs: { cause: "left" } });
});

function instant(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

/** A lead of its own in Germany, and who was dealt it. */
async function newLead(database: TestDatabase): Promise<{ id: string; owner: string }> {
  const { leadId } = await arrive(database, {
    attributes: { email: `${randomUUID()}@example.com`, country: "DE" },
  });
  return withConnection(database.urls.superuser, async (root) => {
    const { rows } = await root.query<{ id: string; owner: string }>(
      "select leads.id, actors.slug as owner from app_public.leads join app_public.actors on actors.id = owner_id where leads.id = $1",
      [leadId],
    );
    const [lead] = rows;
    if (lead === undefined) throw new Error("The lead found no owner.");
    return lead;
  });
}
