import type { Client } from "pg";
import { expect } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { serve } from "../api/serve.ts";
import { openServer, send } from "../capture/open_server.ts";
import { connect } from "../support/connections.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { publishNext } from "../support/next_contract.ts";
import { oneRow } from "../support/rows.ts";

const FORM = { country: "DE", form_seconds: 20, consent_version: "2026-01" };

const RECORD = `mutation ($leadId: UUID!, $state: String!) {
  recordConsent(input: { leadId: $leadId, purpose: "marketing", state: $state, textVersion: "telephone 3" }) {
    consent { state sourceEvent { rowId } lead { rowId heldAt consentStates { nodes { purpose state } } story { nodes { stage summary } } } }
  }
}`;

const SUPPRESS =
  "mutation ($leadId: UUID!) { suppressPerson(input: { leadId: $leadId }) { lead { rowId heldAt } } }";
const UNSUPPRESS =
  "mutation ($leadId: UUID!) { unsuppressPerson(input: { leadId: $leadId }) { lead { rowId heldAt owner { slug } } } }";
const EXPORT = "mutation ($leadId: UUID!) { exportPerson(input: { leadId: $leadId }) { person } }";

test("what a person says of contact acts at once, whichever door or person it comes through", async ({
  database,
}) => {
  const [server, api] = [await openServer(database), await serve(database)];
  const db = await connect(database.urls.superuser);
  try {
    const rule = { purpose: "marketing", field: "consent_marketing", text_version_field: "consent_version" };
    await publishNext(db, "web-form", { at: "{consents}", value: [{ ...rule, required: true }] });

    // Granted on the form: routed as ever.
    const person = { ...FORM, email: "ana@example.de", phone: "+49 30 1234567" };
    const lead = await arriveAs(server, db, database, { ...person, consent_marketing: "on" });
    expect(lead).toMatchObject({ held: false, owner: expect.any(String), waiting: ["lead_assigned"] });

    // Withdrawn on the telephone: stopped in the same transaction.
    const owner = lead.owner ?? "";
    const withdrawn = await api.ask<{ recordConsent: { consent: unknown } }>(owner, RECORD, {
      leadId: lead.id,
      state: "withdrawn",
    });
    expect(withdrawn.data.recordConsent.consent).toMatchObject({
      state: "withdrawn",
      sourceEvent: null,
      lead: {
        heldAt: expect.any(String),
        consentStates: { nodes: [{ purpose: "marketing", state: "withdrawn" }] },
        story: {
          nodes: expect.arrayContaining([
            { stage: "consent", summary: "Consent to marketing granted." },
            { stage: "consent", summary: "Consent to marketing withdrawn." },
            {
              stage: "route",
              summary: "Held, nobody may contact the person: consent to marketing was withdrawn.",
            },
          ]),
        },
      },
    });
    expect(await stateOf(db, lead.id)).toMatchObject({ held: true, owner, waiting: ["contact_stopped"] });

    // Granted anew by the person, through the form: free again in the transaction of the arrival.
    await arriveAs(server, db, database, { ...person, consent_marketing: "yes" });
    expect(await stateOf(db, lead.id)).toMatchObject({ held: false, owner, waiting: ["contact_allowed"] });

    // Suppressed by its owner; the telephone number alone is known again at the next arrival.
    await api.ask(owner, SUPPRESS, { leadId: lead.id });
    const other = await arriveAs(server, db, database, {
      ...FORM,
      email: "another@example.de",
      phone: "030 1234567",
      consent_marketing: "on",
    });
    expect(other).toMatchObject({ held: true });

    // Lifted by a manager, not by a rep: everybody whom the keys concern is free in the same transaction.
    expect((await api.ask(owner, UNSUPPRESS, { leadId: lead.id })).code).toBe("FORBIDDEN");
    expect((await api.ask("nina", UNSUPPRESS, { leadId: lead.id })).code).toBe("NOT_FOUND");
    const lifted = await api.ask("mona", UNSUPPRESS, { leadId: lead.id });
    expect(lifted.data).toMatchObject({
      unsuppressPerson: { lead: { heldAt: null, owner: { slug: owner } } },
    });
    expect(await stateOf(db, other.id)).toMatchObject({ held: false, owner: expect.any(String) });

    // All of it is the person's to know.
    expect((await api.ask("mona", EXPORT, { leadId: lead.id })).code).toBe("FORBIDDEN");
    const exported = await api.ask<{ exportPerson: { person: { consents: unknown[] } } }>("ada", EXPORT, {
      leadId: lead.id,
    });
    expect(exported.data.exportPerson.person.consents.length).toBeGreaterThan(2);
  } finally {
    await api.close();
  }
});

type State = { id: string; held: boolean; owner: string | null; waiting: string[] | null };

async function arriveAs(
  server: { url: string },
  db: Client,
  database: TestDatabase,
  body: object,
): Promise<State> {
  const { answer } = await send(server, JSON.stringify(body));
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  try {
    await makeDrain({ pool, log: () => {} }).run();
  } finally {
    await pool.end();
  }
  const { lead_id } = await oneRow<{ lead_id: string }>(
    db,
    "select lead_id from app_public.captures where id = $1",
    [answer.captureId],
  );
  return stateOf(db, lead_id);
}

function stateOf(db: Client, leadId: string): Promise<State> {
  return oneRow(
    db,
    `select leads.id, leads.held_at is not null as held, actors.slug as owner,
            (select array_agg(kind order by kind) from app_public.notifications
              where notifications.lead_id = leads.id and next_attempt_at is not null) as waiting
       from app_public.leads left join app_public.actors on actors.id = leads.owner_id where leads.id = $1`,
    [leadId],
  );
}
