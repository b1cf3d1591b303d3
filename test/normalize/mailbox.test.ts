import { expect, test } from "vitest";
import { isRoleAddress, mailboxOf } from "../../src/normalize/mailbox.ts";

test.each([
  "info@acme.example",
  "sales@acme.example",
  "info+ads@acme.example",
  "info-de@acme.example",
  "sales.emea@acme.example",
  "office2@acme.example",
  "buchhaltung@acme.example",
  "no-reply@acme.example",
  "secretaria@acme.example",
])("%s speaks for an office", (email) => {
  expect(isRoleAddress(email)).toBe(true);
  expect(mailboxOf(email)).toBe("");
});

test.each([
  "ana@acme.example",
  "ana.info@acme.example",
  "infolina@acme.example",
  "salesman@acme.example",
  "anna+info@acme.example",
  "张伟@acme.example",
])("%s speaks for a person", (email) => {
  expect(isRoleAddress(email)).toBe(false);
  expect(mailboxOf(email)).not.toBe("");
});

test.each([
  ["ana.weber@mail.example", "anaweber@mail.example"],
  ["ana.weber+news@mail.example", "anaweber@mail.example"],
  ["a.n.a@mail.example", "ana@mail.example"],
  ["ana@googlemail.com", "ana@gmail.com"],
  ["+only-a-tag@mail.example", "+only-a-tag@mail.example"],
  ["ana@sub.mail.example", "ana@sub.mail.example"],
])("%s is looked up as %s", (email, mailbox) => {
  expect(mailboxOf(email)).toBe(mailbox);
});

test.each(["", "ana", "@mail.example"])("%j has no mailbox", (email) => {
  expect(mailboxOf(email)).toBe("");
});
