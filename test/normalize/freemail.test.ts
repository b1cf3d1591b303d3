import { expect, test } from "vitest";
import { isFreemail } from "../../src/normalize/freemail.ts";

test.each([
  "gmail.com",
  "gmx.at",
  "yahoo.co.uk",
  "hotmail.fr",
  "outlook.com.br",
  "mailinator.com",
  "t-online.de",
])("%s hands out mailboxes to anybody", (domain) => {
  expect(isFreemail(domain)).toBe(true);
});

test.each(["acme.de", "gmx-logistics.de", "yahoo.acme.de", "outlook.consulting", "freenet.com"])(
  "%s may be a company",
  (domain) => {
    expect(isFreemail(domain)).toBe(false);
  },
);
