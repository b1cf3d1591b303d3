import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import {
  CaptureLeadDocument,
  ChangeLeadStatusDocument,
  ClaimLeadDocument,
  ExceptionsOpenDocument,
  LogActivityDocument,
  ReassignLeadDocument,
  ResolveExceptionDocument,
} from "../../graphql/generated/graphql.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import type { TestDatabase } from "../support/database.ts";
import { test } from "./serve.ts";

test("the owner moves a lead on, and that stops its clock", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const { data } = await api.ask(owner, ChangeLeadStatusDocument, { leadId: id, status: "contacted" });
  expect(data.changeLeadStatus?.lead).toMatchObject({ rowId: id, status: "contacted", closedAt: null });
  expect(data.changeLeadStatus?.lead?.firstRespondedAt).not.toBeNull();
  const unknown = await api.ask(owner, ChangeLeadStatusDocument, { leadId: id, status: "sold" });
  expect(unknown.code).toBe("BAD_INPUT");
});

test("the first response stops the clock; optional arguments may be null", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const { data } = await api.ask(owner, LogActivityDocument, {
    leadId: id,
    kind: "call",
    note: null,
    isResponse: null,
    occurredAt: null,
  });
  expect(data.logActivity?.activity).toMatchObject({ kind: "call", isResponse: true, lead: { rowId: id } });
  expect(data.logActivity?.activity?.lead?.slaMetAt).not.toBeNull();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const early = await api.ask(owner, LogActivityDocument, { leadId: id, kind: "call", occurredAt: tomorrow });
  expect(early.code).toBe("BAD_INPUT");
});

test("a rep does not work on the lead of a colleague, a viewer on none", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const colleague = owner === "dora" ? "dirk" : "dora";
  for (const who of [colleague, "vera"]) {
    const status = await api.ask(who, ChangeLeadStatusDocument, { leadId: id, status: "qualified" });
    const activity = await api.ask(who, LogActivityDocument, { leadId: id, kind: "call" });
    const reassigned = await api.ask(who, ReassignLeadDocument, { leadId: id, owner: who });
    expect([who, status.code, activity.code, reassigned.code]).toEqual([
      who,
      "FORBIDDEN",
      "FORBIDDEN",
      "FORBIDDEN",
    ]);
  }
});

test("a hidden lead is answered byte for byte like an absent one", async ({ api, database }) => {
  const { id } = await newLead(database);
  const absent = randomUUID();
  for (const who of ["felix", "nina", null]) {
    for (const [document, more] of [
      [ChangeLeadStatusDocument, { status: "contacted" }],
      [LogActivityDocument, { kind: "call" }],
      [ClaimLeadDocument, {}],
      [ReassignLeadDocument, { owner: "dora" }],
    ] as const) {
      const hiddenAnswer = await api.ask(who, String(document), { leadId: id, ...more });
      const absentAnswer = await api.ask(who, String(document), { leadId: absent, ...more });
      expect(hiddenAnswer.code).toBe("NOT_FOUND");
      expect(hiddenAnswer.text).toBe(absentAnswer.text);
    }
  }
});

test("a lead without owner is claimed once", async ({ api, database }) => {
  const { id } = await newLead(database, { country: "GB", absent: ["mona"] });
  const first = await api.ask("mona", ClaimLeadDocument, { leadId: id });
  expect(first.data.claimLead?.lead).toMatchObject({ rowId: id, owner: { slug: "mona" } });
  const second = await api.ask("olga", ClaimLeadDocument, { leadId: id });
  expect(second.code).toBe("TAKEN");
});

test("who claims a lead that a colleague has is told so, who may claim none is not", async ({
  api,
  database,
}) => {
  const { id, owner } = await newLead(database);
  const claim = (who: string) => api.ask(who, ClaimLeadDocument, { leadId: id });
  expect((await claim(owner === "dora" ? "dirk" : "dora")).code).toBe("TAKEN");
  expect((await claim("vera")).code).toBe("FORBIDDEN");
  expect((await claim("felix")).code).toBe("NOT_FOUND");
});

test("a manager gives a lead to somebody of its territory, and to nobody else", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  const next = owner === "dora" ? "dirk" : "dora";
  const { data } = await api.ask("mona", ReassignLeadDocument, { leadId: id, owner: next, reason: null });
  expect(data.reassignLead?.lead).toMatchObject({ rowId: id, owner: { slug: next } });

  const hidden = await api.ask("mona", ReassignLeadDocument, { leadId: id, owner: "nina" });
  const absent = await api.ask("mona", ReassignLeadDocument, { leadId: id, owner: "nobody" });
  expect(hidden.code).toBe("NOT_FOUND");
  expect(hidden.text).toBe(absent.text);
  // Somebody she does see, and who does not work there: it is the person that is not there, not the lead.
  const elsewhere = await api.ask("mona", ReassignLeadDocument, { leadId: id, owner: "felix" });
  expect(elsewhere.text).toBe(absent.text);
  expect(elsewhere.text).toContain("Nobody of that name works leads in its territory.");
  const gone = await api.ask("mona", ReassignLeadDocument, { leadId: randomUUID(), owner: "felix" });
  expect(gone.text).not.toContain("hint");
});

test("a case is resolved once, and only where it is seen", async ({ api, database }) => {
  const { id } = await newLead(database, { country: "GB", absent: ["mona"] });
  const { data } = await api.ask("mona", ExceptionsOpenDocument, { first: 100 });
  const exceptionId = data.exceptions?.nodes.find(({ lead }) => lead?.rowId === id)?.rowId ?? "";

  const hidden = await api.ask("felix", ResolveExceptionDocument, { exceptionId, outcome: "done" });
  const absent = await api.ask("felix", ResolveExceptionDocument, {
    exceptionId: randomUUID(),
    outcome: "done",
  });
  expect(hidden.code).toBe("NOT_FOUND");
  expect(hidden.text).toBe(absent.text);
  const viewer = await api.ask("vera", ResolveExceptionDocument, { exceptionId, outcome: "done" });
  expect(viewer.code).toBe("FORBIDDEN");
  const empty = await api.ask("mona", ResolveExceptionDocument, { exceptionId, outcome: "  " });
  expect(empty.code).toBe("BAD_INPUT");

  const done = await api.ask("mona", ResolveExceptionDocument, {
    exceptionId,
    outcome: "called",
    note: null,
  });
  expect(done.data.resolveException?.exception).toMatchObject({ outcome: "called", note: null });
  const again = await api.ask("mona", ResolveExceptionDocument, { exceptionId, outcome: "again" });
  expect(again.code).toBe("CONFLICT");
});

test("a rep brings a lead in by hand, with a key exactly once", async ({ api }) => {
  const arrival = {
    path: "desk",
    payload: { email: "desk@example.de", country: "DE" },
    idempotencyKey: "card-1",
  };
  const first = await api.ask("dora", CaptureLeadDocument, arrival);
  expect(first.data.captureLead?.receipt).toMatchObject({ status: "pending" });
  const again = await api.ask("dora", CaptureLeadDocument, arrival);
  expect(again.data.captureLead?.receipt).toEqual({ ...first.data.captureLead?.receipt, status: "known" });
  const other = await api.ask("dora", CaptureLeadDocument, {
    ...arrival,
    payload: { email: "x@example.de" },
  });
  expect(other.code).toBe("CONFLICT");
});

test("a viewer may not capture; a path of another client, one that is absent, and nobody get one answer", async ({
  api,
}) => {
  const payload = { email: "desk@example.de" };
  const viewer = await api.ask("vera", CaptureLeadDocument, { path: "desk", payload });
  const foreign = await api.ask("dora", CaptureLeadDocument, { path: "globex-form", payload });
  const absent = await api.ask("dora", CaptureLeadDocument, { path: "no-such-path", payload });
  const nobody = await api.ask(null, CaptureLeadDocument, { path: "desk", payload });
  expect(absent.code).toBe("NOT_FOUND");
  expect(viewer.code).toBe("FORBIDDEN");
  expect([foreign.text, nobody.text]).toEqual([absent.text, absent.text]);
});

/** A lead of its own, and who owns it; `absent`: members of the team who are away, so that nobody takes it. */
async function newLead(
  database: TestDatabase,
  { country = "DE", absent = [] }: { country?: string; absent?: string[] } = {},
): Promise<{ id: string; owner: string }> {
  return withConnection(database.urls.superuser, async (root) => {
    await root.query(
      `insert into app_public.absences (actor_id, starts_at, ends_at)
       select id, now() - interval '1 day', now() + interval '1 day' from app_public.actors where slug = any ($1)`,
      [absent],
    );
    const email = `${randomUUID()}@example.com`;
    await arrive(database, { path: "web-form", attributes: { email, country } });
    await root.query("delete from app_public.absences");
    const { rows } = await root.query<{ id: string; owner: string }>(
      `select leads.id, coalesce(actors.slug, '') as owner
         from app_public.leads left join app_public.actors on actors.id = leads.owner_id where leads.email = $1`,
      [email],
    );
    const [lead] = rows;
    if (lead === undefined) throw new Error("The lead did not arrive.");
    return lead;
  });
}
