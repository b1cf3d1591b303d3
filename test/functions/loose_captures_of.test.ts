import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

const EMAIL = "ana.weber@mail.example";

test("a refused arrival that names the address of a person is found, however it is written", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: EMAIL }) });
  const named = [
    await refuse(db, `{"email": "${EMAIL}", "colour": 7}`),
    await refuse(db, `E-Mail:ANA.Weber@Mail.Example.`),
    await refuse(db, "email=ana.weber%40mail.example&x=1"),
  ];
  expect(await looseOf(db, leadId)).toEqual(named.toSorted());
});

test("one that names somebody else is not, nor one of another client, nor one on its way", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: EMAIL, phone: "+4930901820" }) });
  await refuse(db, `{"email": "joana.weber@mail.example"}`);
  await refuse(db, `{"email": "${EMAIL}.br"}`);
  await refuse(db, `{"email": "ana+weber@mail.example"}`);
  await refuse(db, `{"email": "anaxweber@mail.example"}`);
  await refuse(db, `{"phone": "+49 30 901820"}`); // an office may share it
  await refuse(db, `{"email": "${EMAIL}"}`, "globex-form");
  await stage(db, `{"email": "${EMAIL}"}`, "web-form");
  expect(await looseOf(db, leadId)).toEqual([]);
});

async function refuse(db: ClientBase, body: string, path = "web-form"): Promise<string> {
  const id = await stage(db, body, path);
  const refused = JSON.stringify([
    { id, violations: [{ kind: "extra", path: "/colour", message: "is unknown" }] },
  ]);
  await asWorker(db, () => db.query("select app_private.quarantine_captures($1, now())", [refused]));
  return id;
}

function stage(db: ClientBase, body: string, path: string): Promise<string> {
  return asWorker(db, () =>
    oneValue<string>(
      db,
      `select staged.capture_id as value from app_private.stage_captures(
         array[(select id from app_public.capture_paths where slug = $2)], array[null], array[convert_to($1, 'UTF8')],
         array['text/plain'], array[repeat('a', 32)], array[false]) as staged`,
      [body, path],
    ),
  );
}

const looseOf = (db: ClientBase, leadId: string) =>
  asWorker(db, () =>
    allValues<string>(
      db,
      "select capture_id as value from app_private.loose_captures_of(array[$1::uuid]) order by 1",
      [leadId],
    ),
  );
