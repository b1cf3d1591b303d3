import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const ISSUER = "https://id.example";

test("a subject speaks for the person it was given to, with that provider alone", async ({ db }) => {
  const dora = await actorId(db, "dora");
  await signIn(db, "subject-1", dora);
  expect(await who(db, "subject-1")).toBe(dora);
  expect(await who(db, "subject-2")).toBeNull();
  expect(await who(db, "subject-1", null, "https://other.example")).toBeNull();
  await db.query("update app_public.actors set is_active = false where slug = 'dora'");
  expect(await who(db, "subject-1")).toBeNull();
});

test("keys, BI logins and the system sign in nowhere", async ({ db }) => {
  for (const slug of ["partner", "bi_de"]) {
    await signIn(db, slug, await actorId(db, slug));
    expect([slug, await who(db, slug)]).toEqual([slug, null]);
  }
});

test("an e-mail speaks for the only person who has it, whatever its case", async ({ db }) => {
  await db.query("update app_public.actors set email = 'Dora@Example.com' where slug = 'dora'");
  expect(await who(db, "x", "dora@example.COM")).toBe(await actorId(db, "dora"));
  expect(await who(db, "x", "dirk@example.com")).toBeNull();
  expect(await who(db, "x", null)).toBeNull();
  await db.query("update app_public.actors set email = 'dora@example.com' where slug = 'felix'");
  expect(await who(db, "x", "dora@example.com")).toBeNull();
});

test("who was given a subject is not reached by e-mail under another one", async ({ db }) => {
  await db.query("update app_public.actors set email = 'dora@example.com' where slug = 'dora'");
  await signIn(db, "subject-1", await actorId(db, "dora"));
  expect(await who(db, "subject-2", "dora@example.com")).toBeNull();
  await signIn(db, "subject-3", await actorId(db, "felix"));
  expect(await who(db, "subject-3", "dora@example.com")).toBe(await actorId(db, "felix"));
});

function signIn(db: ClientBase, subject: string, actor: number) {
  return db.query("insert into app_private.sign_ins values ($1, $2, $3, now())", [ISSUER, subject, actor]);
}

function who(db: ClientBase, subject: string, email: string | null = null, issuer = ISSUER) {
  return oneValue<number | null>(db, "select app_hidden.actor_id_of_sign_in($1, $2, $3) as value", [
    issuer,
    subject,
    email,
  ]);
}
