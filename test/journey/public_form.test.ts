import { expect } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { openServer, send } from "../capture/open_server.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { oneRow, oneValue } from "../support/rows.ts";

const PERSON = { first_name: "Ana", email: "ana@example.de", country: "DE", form_seconds: 20 };

test("a machine gets the same 200, people look within two hours, and what they release becomes a lead", async ({
  database,
}) => {
  const server = await openServer(database);
  const db = await connect(database.urls.superuser);
  const person = await send(server, JSON.stringify(PERSON));
  const machine = await send(server, JSON.stringify({ ...PERSON, email: "bo@example.de", fax_number: "1" }));
  expect([machine.status, Object.keys(machine.answer)]).toEqual([200, Object.keys(person.answer)]);
  expect(machine.answer.status).toBe(person.answer.status);

  await drainAll(database);
  const { captureId } = machine.answer;
  expect(await outcomeOf(db, person.answer.captureId)).toBe("lead_created");
  expect(await outcomeOf(db, captureId)).toBe("suspected_spam");
  const opened = await oneRow(
    db,
    `select exceptions.kind, exceptions.runbook, teams.slug as team, extract(epoch from due_at - opened_at)::int as seconds
       from app_public.exceptions join app_public.teams on teams.id = exceptions.owner_team_id where capture_id = $1`,
    [captureId],
  );
  expect(opened).toEqual({
    kind: "suspected_spam",
    runbook: "docs/runbooks/suspected_spam.md",
    team: "operations",
    seconds: 7_200,
  });

  await db.query("select app_private.release_captures(array[$1::uuid], null, now())", [captureId]);
  await drainAll(database);
  expect(await outcomeOf(db, captureId)).toBe("lead_created");
});

test("a plain form without a script becomes a lead with its consent", async ({ database }) => {
  const server = await openServer(database);
  const db = await connect(database.urls.superuser);
  const answer = await fetch(`${server.url}/capture/web-form?next=https://www.acme.example/thanks`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({
      email: "carla@example.de",
      country: "DE",
      consent_marketing: "on",
      consent_version: "2026-01",
      fax_number: "",
    }),
  });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "https://www.acme.example/thanks"]);
  await drainAll(database);
  const consent = await oneRow(
    db,
    `select consents.purpose, consents.state, consents.text_version, consents.given_at = captures.received_at as on_arrival
       from app_public.consents
       join app_public.leads on leads.id = consents.lead_id and leads.email = 'carla@example.de'
       join app_public.captures on captures.id = consents.capture_id`,
  );
  expect(consent).toEqual({
    purpose: "marketing",
    state: "granted",
    text_version: "2026-01",
    on_arrival: true,
  });
});

function outcomeOf(db: Awaited<ReturnType<typeof connect>>, captureId: string | undefined): Promise<string> {
  return oneValue(db, "select outcome as value from app_public.captures where id = $1", [captureId]);
}

async function drainAll(database: { urls: { worker: string } }): Promise<void> {
  const pool = makePool(database.urls.worker, { max: 4, applicationName: "test" });
  try {
    await makeDrain({ pool, log: () => {} }).run();
  } finally {
    await pool.end();
  }
}
