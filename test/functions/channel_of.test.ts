import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

type Touch = {
  medium?: string;
  source?: string;
  click_id?: string;
  landing_page?: string;
  referrer?: string;
};

const PAGE = "https://www.acme.example/demo";

const SIGNS: [touch: Touch, channel: string | null][] = [
  [{ landing_page: `${PAGE}?a=1&gclid=x`, medium: "email" }, "paid search"],
  [{ landing_page: `${PAGE}?wbraid=x` }, "paid search"],
  [{ landing_page: `${PAGE}?msclkid=x` }, "paid search"],
  [{ landing_page: `${PAGE}?gclid=` }, null],
  [{ landing_page: `${PAGE}?notgclid=x` }, null],
  [{ landing_page: `${PAGE}?ttclid=x` }, "paid social"],
  [{ landing_page: `${PAGE}?fbclid=x` }, "social"],
  [{ landing_page: `${PAGE}?fbclid=x`, medium: "paid_social" }, "paid social"],
  [{ click_id: "Cj0KCQiA-oqdBhDfARIsAO0TrGE" }, "paid search"],
  [{ click_id: "IwAR0abc" }, "social"],
  [{ click_id: "7f3e" }, null],
  [{ medium: "CPC" }, "paid search"],
  [{ medium: "display" }, "display"],
  [{ medium: "E-Mail" }, "email"],
  [{ medium: "newsletter" }, "email"],
  [{ medium: "organic" }, "organic search"],
  [{ medium: "social-media" }, "social"],
  [{ medium: "affiliate" }, "affiliate"],
  [{ medium: "(none)" }, "direct traffic"],
  [{ medium: "brochure" }, null],
  [{ source: "google-ads" }, "paid search"],
  [{ source: "linkedin" }, "paid social"],
  [{ source: "web-form" }, null],
  [{ referrer: "https://www.google.com/" }, "organic search"],
  [{ referrer: "https://www.google.co.uk/search?q=x" }, "organic search"],
  [{ referrer: "https://google.com.attacker.example/" }, "referral"],
  [{ referrer: "https://mail.google.com/" }, "email"],
  [{ referrer: "https://m.facebook.com/" }, "social"],
  [{ referrer: "https://t.co/abc" }, "social"],
  [{ referrer: "https://blog.example/list" }, "referral"],
  [{ referrer: "https://acme.example/prices", landing_page: PAGE }, null],
  [{ referrer: "not an address" }, null],
  [{ landing_page: "88740e65d5d6b056e0cda098e1ea6313" }, null],
  [{}, null],
];

test("the surest sign tells the channel, and where nothing tells there is none", async ({ db }) => {
  for (const [touch, channel] of SIGNS) expect([touch, await channelOf(db, touch)]).toEqual([touch, channel]);
});

test("absurd and long text is read in passing", async ({ db }) => {
  const long = `https://${"a.".repeat(100_000)}`;
  expect(await channelOf(db, { referrer: long, landing_page: `${long}?`, medium: long })).toBeNull();
});

function channelOf(db: ClientBase, touch: Touch): Promise<string | null> {
  return oneValue(
    db,
    `select app_hidden.channel_of(medium, source, click_id, landing_page, referrer) as value
       from jsonb_to_record($1) as touch (medium text, source text, click_id text, landing_page text, referrer text)`,
    [JSON.stringify(touch)],
  );
}
