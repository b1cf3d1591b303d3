import { domainToASCII } from "node:url";
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

test("it is found in every encoding that forms, programs and vendors write", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: EMAIL }) });
  const bodies = [
    "text=please+write+to+ana.weber%40mail.example",
    "text=please+ana.weber@mail.example",
    `{"url": "https://x.example/?q=to+ana.weber%40mail.example"}`,
    `{"text": "Hello\\n${EMAIL}\\r\\n"}`,
    `{"text": "\\t${EMAIL}\\n"}`,
    "text=Hello%0D%0Aana.weber%40mail.example",
    "text=Hello%0Aana.weber@mail.example%0A",
    '{"email": "ana.weber\\u0040mail.example"}',
    '{"email": "\\u0061na.weber@mail.example"}',
    JSON.stringify({ payload: '{"email":"x\\nana.weber\\u0040mail.example"}' }),
    "payload=%7B%22email%22%3A%22%5Cnana.weber%5Cu0040mail.example%22%7D",
    `メール${EMAIL}へ`,
    `- ${EMAIL} --${EMAIL}...`,
    `ana.\u200bweber@mail.example`,
    Buffer.from(`\ufeff{"email": "${EMAIL}"}`, "utf16le"),
    Buffer.from(`{"email": "${EMAIL}"}`, "utf16le").swap16(),
    Buffer.concat([Buffer.from([0, 0xff, 0x20]), Buffer.from(`${EMAIL}\0`)]),
  ];
  const named: string[] = [];
  for (const body of bodies) named.push(await refuse(db, body));
  expect(await looseOf(db, leadId)).toEqual(named.toSorted());
});

test("letters of other scripts are found before the sign and behind it, in UTF-8, Latin-1 and escaped", async ({
  db,
}) => {
  const email = `jürgen@${domainToASCII("müllerh.example")}`;
  const { leadId } = await receiveOne(db, { attributes: someone({ email }) });
  const bodies = [
    `{"email": "jürgen@müllerh.example"}`,
    `{"email": "JÜRGEN@MÜLLERH.EXAMPLE"}`,
    `{"email": "${email}"}`,
    `{"email": "${"jürgen@müllerh.example".normalize("NFD")}"}`,
    '{"email": "j\\u00fcrgen@m\\u00FCllerh.example"}',
    "email=j%C3%BCrgen%40m%c3%bcllerh.example",
    "email=j%FCrgen%40m%FCllerh.example",
    Buffer.from("jürgen@müllerh.example", "latin1"),
    Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from("jürgen@müllerh.example")]),
    Buffer.from("jürgen@müllerh.example", "utf16le"),
  ];
  const named: string[] = [];
  for (const body of bodies) named.push(await refuse(db, body));
  await refuse(db, `{"email": "jurgen@müllerh.example"}`);
  await refuse(db, `{"email": "rgen@müllerh.example"}`);
  await refuse(db, `{"email": "üjürgen@müllerh.example"}`);
  expect(await looseOf(db, leadId)).toEqual(named.toSorted());
});

test("one that names somebody else is not, nor one of another client, nor one on its way", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: EMAIL, phone: "+4930901820" }) });
  await refuse(db, `{"email": "joana.weber@mail.example"}`);
  await refuse(db, `{"email": "${EMAIL}.br"}`);
  await refuse(db, `{"email": "ana+weber@mail.example"}`);
  await refuse(db, `{"email": "anaxweber@mail.example"}`);
  for (const longer of ["x_", "x.", "x-", "x+", "4", "ü", "\\u00fc", "%C3%BC", "x%2B", "\\u0078"]) {
    await refuse(db, `{"email": "${longer}${EMAIL}"}`);
    await refuse(db, `{"email": "${EMAIL.replace("@", `${longer}@`)}"}`);
  }
  for (const longer of [".org", "s", "-shop.de", "--shop.de", ".4", "ü", "\\u0078", "%78", "%2Eorg"]) {
    await refuse(db, `{"email": "${EMAIL}${longer}"}`);
  }
  await refuse(db, `{"phone": "+49 30 901820"}`); // an office may share it
  await refuse(db, `{"email": "${EMAIL}"}`, "globex-form");
  await stage(db, `{"email": "${EMAIL}"}`, "web-form");
  expect(await looseOf(db, leadId)).toEqual([]);
});

test("said_in: also what people and stages wrote beside it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: EMAIL }) });
  const id = await refuse(db, "{}");
  await db.query(
    `update app_public.captures set violations = jsonb_build_array(jsonb_build_object('message', $2::text)) where id = $1`,
    [id, `"${EMAIL}" came before`],
  );
  expect(await looseOf(db, leadId)).toEqual([id]);
});

test("address_forms: in ASCII and in its own script, and as UTF-8 looks when it is taken for Latin-1", async ({
  db,
}) => {
  const clues = (address: string) =>
    allValues<string>(db, "select clue as value from app_private.address_forms($1) order by 1", [address]);
  expect(await clues(EMAIL)).toEqual(["weber@mail"]);
  expect(await clues(`jürgen@${domainToASCII("müllerh.example")}`)).toEqual([
    "rgen@m",
    "rgen@m",
    "rgen@xn",
    "rgen@xn",
  ]);
});

async function refuse(db: ClientBase, body: string | Buffer, path = "web-form"): Promise<string> {
  const id = await stage(db, body, path);
  const refused = JSON.stringify([
    { id, violations: [{ kind: "extra", path: "/colour", message: "is unknown" }] },
  ]);
  await asWorker(db, () => db.query("select app_private.quarantine_captures($1, now())", [refused]));
  return id;
}

function stage(db: ClientBase, body: string | Buffer, path: string): Promise<string> {
  return asWorker(db, () =>
    oneValue<string>(
      db,
      `select staged.capture_id as value from app_private.stage_captures(
         array[(select id from app_public.capture_paths where slug = $2)], array[null], array[$1::bytea],
         array['text/plain'], array[repeat('a', 32)], array[false]) as staged`,
      [Buffer.from(body), path],
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
