import { domainToASCII } from "node:url";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allValues } from "../support/rows.ts";

const unicode = (db: Parameters<typeof allValues>[0], domains: readonly string[]) =>
  allValues<string>(
    db,
    "select app_private.unicode_domain(domain) as value from unnest($1::text[]) with ordinality as asked (domain, n) order by n",
    [domains],
  );

test("a domain in punycode is read as people write it, label by label (from_punycode)", async ({ db }) => {
  const domains = [
    "müllerh.example",
    "mail.münchen.de",
    "bücher-und-höfe.de",
    "例え.テスト",
    "пример.испытание",
    "ελληνικά.gr",
    "faß-straße.de",
    "日本語abc.example",
    "😀.example",
    "plain-one.example",
  ];
  expect(await unicode(db, domains.map(domainToASCII))).toEqual(domains);
});

test("what is no punycode stays", async ({ db }) => {
  const broken = ["xn--", "xn--!!!.de", "xn--99999999999999999999.de", "xn--a-ecp.ru", "xn--zzzzzzzz.de"];
  const read = await unicode(db, broken);
  expect(read.slice(0, 3)).toEqual(broken.slice(0, 3));
  expect(read).toHaveLength(5);
});
