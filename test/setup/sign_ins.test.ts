import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { describeChanges } from "../../src/setup/describe_changes.ts";
import { test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";
import { ACME, acmeWith, problemsOf } from "./folder_of.ts";

const ISSUER = "https://id.example";
const signIn = (actor: string, subject: string) =>
  `  - { actor: ${actor}, issuer: "${ISSUER}", subject: "${subject}" }\n`;

test("who signs in as whom is applied, changed and taken away; what a command gave stays", async ({
  database,
}) => {
  const { worker } = database.urls;
  await withConnection(worker, (client) =>
    client.query(
      "insert into app_private.sign_ins select $1, 'by-command', id, now(), now() from app_public.actors where slug = 'uma'",
      [ISSUER],
    ),
  );
  await applyFolder(worker, await acmeAnd(signIn("dora", "1001") + signIn("felix", "1002")));
  const swapped = await applyFolder(worker, await acmeAnd(signIn("dora", "1002") + signIn("felix", "1001")));
  expect(await stored(worker)).toEqual(["by-command uma", "1001 felix", "1002 dora"].toSorted());
  const plan = describeChanges(swapped.changes).join("\n");
  expect(plan).toContain(`felix at ${ISSUER}`);
  expect(plan).not.toMatch(/100[12]/); // personal, and plans are pasted into chats

  await applyFolder(worker, await acmeAnd(signIn("bruno", "by-command")));
  expect(await stored(worker)).toEqual(["by-command bruno"]);
  await applyFolder(worker, ACME);
  expect(await stored(worker)).toEqual([]);
});

test("the audit tells of each without its subject", async ({ database }) => {
  const { worker, superuser } = database.urls;
  await applyFolder(worker, await acmeAnd(signIn("dora", "audited-subject")));
  await applyFolder(worker, ACME);
  const entries = await withConnection(superuser, (root) =>
    allRows<{ action: string; text: string }>(
      root,
      "select action, changes::text as text from app_private.audit_entries where entity = 'sign_ins' order by id desc limit 2",
    ),
  );
  expect(entries.map(({ action }) => action)).toEqual(["delete", "insert"]);
  expect(entries.map(({ text }) => text).join()).not.toContain("audited-subject");
});

test("nobody else signs in, no subject speaks for two, and nobody has two of one provider", async () => {
  for (const [text, says] of [
    [signIn("partner", "1"), 'there is no person "partner"'],
    [signIn("nobody", "1"), 'there is no person "nobody"'],
    [signIn("dora", "1") + signIn("felix", "1"), "speaks for somebody already"],
    [signIn("dora", "1") + signIn("dora", "2"), "has a subject of that provider already"],
    [`  - { actor: dora, issuer: x, subject: 1 }\n`, "must be text: put it in quotes"],
  ] as const) {
    expect((await problemsOf(await acmeAnd(text))).join()).toContain(says);
  }
});

async function acmeAnd(signIns: string): Promise<string> {
  const folder = await acmeWith("teams.yaml", "teams:", "teams:");
  await writeFile(join(folder, "sign_ins.yaml"), `sign_ins:\n${signIns}`);
  return folder;
}

async function stored(worker: string): Promise<string[]> {
  const rows = await withConnection(worker, (client) =>
    allRows<{ text: string }>(
      client,
      "select subject || ' ' || slug as text from app_private.sign_ins join app_public.actors on actors.id = actor_id",
    ),
  );
  return rows.map(({ text }) => text).toSorted();
}
