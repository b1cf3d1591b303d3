import type { Random } from "./random.ts";

export type Person = Record<string, string>;

/** Nobody: names put together by chance, addresses of domains that belong to no one. */
export function inventPerson(random: Random, mark: string): Person {
  const market = random.pick(MARKETS);
  const [first, last] = [random.pick(FIRST), random.pick(LAST)];
  const name = `${plain(first)}.${plain(last)}.${mark}`;
  return {
    first_name: first,
    last_name: last,
    email: `${name}@${market.domain}`,
    ...(market.country === "" ? {} : { country: market.country }),
    ...(random.below(3) === 0 ? { company: `${last} ${random.pick(FORMS)}` } : {}),
    ...(random.below(4) === 0 ? { message: random.pick(MESSAGES) } : {}),
    ...(random.below(5) === 0 ? {} : touch(random)),
  };
}

export function touch(random: Random): Person {
  const [source, medium] = random.pick(CHANNELS);
  return { utm_source: source, utm_medium: medium, utm_campaign: random.pick(CAMPAIGNS) };
}

/** For an address: without accents, letters only. */
function plain(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
}

/** Weighted by repetition. The last ones name no country, and one that nobody sells in. */
const MARKETS: readonly { country: string; domain: string }[] = [
  { country: "DE", domain: "example.de" },
  { country: "Germany", domain: "example.de" },
  { country: "DE", domain: "example.com" },
  { country: "FR", domain: "example.fr" },
  { country: "France", domain: "example.org" },
  { country: "GB", domain: "example.co.uk" },
  { country: "US", domain: "example.com" },
  { country: "United States", domain: "example.net" },
  { country: "BR", domain: "example.com.br" },
  { country: "CH", domain: "example.ch" },
  { country: "", domain: "example.de" },
  { country: "JP", domain: "example.jp" },
];

const FIRST = ["Ana", "Björn", "Chloé", "Daria", "Emre", "Fatou", "Goran", "Hanna", "Inês", "Jonas", "Kenji"];
const LAST = ["Almeida", "Böhm", "Carter", "Dubois", "Eriksen", "Fournier", "Grün", "Hale", "Ito", "Jansen"];
const FORMS = ["GmbH", "SARL", "Ltd", "Inc", "Ltda"];
const CAMPAIGNS = ["spring", "webinar", "brand", "relaunch"];
const CHANNELS: readonly (readonly [source: string, medium: string])[] = [
  ["newsletter", "email"],
  ["google", "cpc"],
  ["linkedin", "social"],
  ["direct", "none"],
];
const MESSAGES = [
  "Please call me back.",
  "We are comparing three suppliers for the coming year and would like to see an offer for about two hundred seats.",
  "Is there a version for schools?",
];
