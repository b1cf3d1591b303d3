import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import type { TestDatabase } from "../support/database.ts";
import { test } from "./serve.ts";

const EDIT = `mutation ($leadId: UUID!, $fields: LeadFieldsInput!) {
  editLead(input: { leadId: $leadId, fields: $fields, clientMutationId: "mine" }) {
    clientMutationId
    query { currentActor { slug } }
    lead {
      firstName lastName email phone country birthDate employees valueAmount valueCurrency companyDomain
      fieldOrigins { field value rule source actor }
      edits { nodes { field value undoneAt actor { slug } } }
      story { nodes { stage summary } }
    }
  }
}`;
const UNDO = `mutation ($leadId: UUID!, $fields: [LeadField]!) {
  undoLeadEdits(input: { leadId: $leadId, fields: $fields }) { lead { firstName phone fieldOrigins { field rule } } }
}`;

type Lead = Record<string, unknown> & {
  fieldOrigins: Record<string, unknown>[];
  edits: { nodes: Record<string, unknown>[] };
  story: { nodes: { stage: string; summary: string }[] };
};
type Edited = { editLead: { clientMutationId: string; query: unknown; lead: Lead } };

test("what the owner types gets the shape of what arrives, wins, and says whose hand it is", async ({
  api,
  database,
}) => {
  const { id, owner } = await newLead(database);
  const fields = {
    firstName: "  Ana ",
    email: "Ana.Weber@Beispiel.EXAMPLE",
    phone: "030 901820",
    birthDate: "1990-02-28",
    employees: 80,
    valueAmount: "1200.50",
    valueCurrency: "eur",
    companyDomain: "https://www.example.com/about",
  };
  const { data } = await api.ask<Edited>(owner, EDIT, { leadId: id, fields });
  expect(data.editLead).toMatchObject({
    clientMutationId: "mine",
    query: { currentActor: { slug: owner } },
    lead: {
      firstName: "Ana",
      email: "ana.weber@beispiel.example",
      phone: "+4930901820",
      country: "DE",
      birthDate: "1990-02-28",
      employees: 80,
      valueAmount: "1200.50",
      valueCurrency: "EUR",
      companyDomain: "example.com",
    },
  });
  const { fieldOrigins, edits, story } = data.editLead.lead;
  expect(fieldOrigins).toContainEqual({
    field: "phone",
    value: "+4930901820",
    rule: "edited",
    source: null,
    actor: owner,
  });
  expect(fieldOrigins).toContainEqual({
    field: "country",
    value: "DE",
    rule: "only",
    source: "web-form",
    actor: null,
  });
  expect(edits.nodes).toContainEqual({
    field: "first_name",
    value: "Ana",
    undoneAt: null,
    actor: { slug: owner },
  });
  expect(story.nodes.filter(({ stage }) => stage === "edit")).toHaveLength(8);
  expect(JSON.stringify(story)).not.toMatch(/Ana|901820/);
});

test("null leaves blank on purpose; an undone edit gives the field back", async ({ api, database }) => {
  const { id, owner } = await newLead(database, { first_name: "Ana", phone: "+4930901821" });
  const fields = { firstName: null, phone: "+49 30 901822" };
  const { data } = await api.ask<Edited>(owner, EDIT, { leadId: id, fields });
  expect(data.editLead.lead).toMatchObject({ firstName: null, phone: "+4930901822" });
  const undone = await api.ask<{ undoLeadEdits: { lead: Lead } }>("mona", UNDO, {
    leadId: id,
    fields: ["first_name", "phone", "city"],
  });
  expect(undone.data.undoLeadEdits.lead).toMatchObject({ firstName: "Ana", phone: "+4930901821" });
});

test.for([
  [{ firstName: "Ana", email: "not an address" }, /email is not an e-mail address/],
  [{ phone: "call me" }, /phone is not a telephone number/],
  [{ lastName: "  " }, /lastName holds no text/],
  [{ birthDate: "05/06/1990" }, /birthDate is not a day of birth/],
  [{ valueCurrency: "$" }, /valueCurrency is not a currency/],
  [{ employees: -3 }, /employees is not a whole number/],
] as const)("%o is refused and nothing is written", async ([fields, message], { api, database }) => {
  const { id, owner } = await newLead(database);
  const answer = await api.ask<Edited>(owner, EDIT, { leadId: id, fields });
  expect(answer.code).toBe("BAD_INPUT");
  expect(answer.text).toMatch(message);
  const edits = await withConnection(database.urls.superuser, (root) =>
    root.query("select from app_public.lead_edits where lead_id = $1", [id]),
  );
  expect(edits.rowCount).toBe(0);
});

test("only fields of the person and the company can be written", async ({ api, database }) => {
  const { id, owner } = await newLead(database);
  for (const field of ["status", "ownerId", "score", "territoryId", "traceId", "mergedIntoId"]) {
    const answer = await api.ask(owner, EDIT, { leadId: id, fields: { [field]: null } });
    expect([answer.code, answer.text]).toEqual(["BAD_INPUT", expect.stringContaining(field)]);
  }
});

test("a colleague and a viewer may not; hidden and absent are answered byte for byte alike", async ({
  api,
  database,
}) => {
  const { id, owner } = await newLead(database);
  const absent = randomUUID();
  const fields = { phone: "030 901820" };
  for (const who of [owner === "dora" ? "dirk" : "dora", "vera"]) {
    expect((await api.ask(who, EDIT, { leadId: id, fields })).code).toBe("FORBIDDEN");
    expect((await api.ask(who, UNDO, { leadId: id, fields: ["phone"] })).code).toBe("FORBIDDEN");
  }
  for (const who of ["felix", "nina", null]) {
    for (const [document, more] of [
      [EDIT, { firstName: "Ana" }],
      [EDIT, fields],
      [UNDO, ["phone"]],
    ] as const) {
      const hidden = await api.ask(who, document, { leadId: id, fields: more });
      const answer = await api.ask(who, document, { leadId: absent, fields: more });
      expect([who, hidden.code ?? hidden.text]).toEqual([who, answer.code ?? answer.text]);
      expect(hidden.text).toBe(answer.text);
    }
  }
});

/** A lead of its own in Germany, and who owns it. */
async function newLead(
  database: TestDatabase,
  attributes: Record<string, string> = {},
): Promise<{ id: string; owner: string }> {
  const email = `${randomUUID()}@example.com`;
  await arrive(database, { path: "web-form", attributes: { email, country: "DE", ...attributes } });
  return withConnection(database.urls.superuser, async (root) => {
    const { rows } = await root.query<{ id: string; owner: string }>(
      `select leads.id, actors.slug as owner from app_public.leads join app_public.actors on actors.id = leads.owner_id
        where leads.email = $1`,
      [email],
    );
    const [lead] = rows;
    if (lead === undefined) throw new Error("The lead did not arrive.");
    return lead;
  });
}
