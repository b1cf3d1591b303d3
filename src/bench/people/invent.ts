import type { Random } from "../../cli/demo/random.ts";
import { type Language, NAMES } from "./names.ts";
import type { Land } from "./places.ts";

/** What is true of somebody; "" where there is nothing. */
export type Facts = {
  first_name: string;
  last_name: string;
  /** YYYY-MM-DD */
  birth_date: string;
  house: string;
  street: string;
  city: string;
  postal_code: string;
  region: string;
  country: string;
  email: string;
  phone: string;
  company: string;
  company_domain: string;
};

/** Of a list in order of frequency: the n-th is drawn in proportion to 1/n^0.8, so some names are everywhere. */
export function pickFrequent<Item>(random: Random, items: readonly Item[]): Item {
  const sums = sumsFor(items.length);
  const mark = (random.below(1_000_000) / 1_000_000) * (sums.at(-1) ?? 0);
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > mark) high = middle;
    else low = middle + 1;
  }
  const item = items[low];
  if (item === undefined) throw new Error("There is nothing to pick from.");
  return item;
}

const SUMS = new Map<number, number[]>();

function sumsFor(length: number): number[] {
  const known = SUMS.get(length);
  if (known !== undefined) return known;
  let sum = 0;
  const sums = Array.from({ length }, (_, n) => {
    sum += (n + 1) ** -0.8;
    return sum;
  });
  SUMS.set(length, sums);
  return sums;
}

export function inventFacts(random: Random, land: Land): Facts {
  const first = pickFrequent(random, NAMES[land.language].first);
  const last = inventLastName(random, land.language);
  const firm = inventCompany(random, land);
  const isAtWork = random.below(2) === 0;
  return {
    first_name: first,
    last_name: last,
    birth_date: inventBirthDate(random),
    ...inventHome(random, land),
    country: land.country,
    email: isAtWork
      ? `${workName(first, last)}@${firm.company_domain}`
      : inventMail(random, land, first, last),
    phone: inventPhone(random, land),
    ...firm,
  };
}

/** Two of five bear a name that hardly anybody else bears, as in life. */
export function inventLastName(random: Random, language: Language): string {
  const { last, endings } = NAMES[language];
  const known = pickFrequent(random, last);
  if (random.below(5) > 1) return known;
  const [one, other] = [random.pick(last), random.pick(last)];
  const stem = one.slice(0, 3 + random.below(2)) + other.slice(1, 2 + random.below(3)).toLowerCase();
  return `${stem.replace(/[^\p{L}]/gu, "")}${random.pick(endings)}`;
}

export function inventHome(
  random: Random,
  land: Land,
): Pick<Facts, "house" | "street" | "city" | "postal_code" | "region"> {
  const [city, postalCode, region] = pickFrequent(random, land.cities);
  const name = random.below(3) === 0 ? inventLastName(random, land.language) : random.pick(land.streets);
  return {
    house: String(1 + Math.floor(random.below(200) ** 2 / 200)),
    street: pickFrequent(random, land.streetForms).replace("{}", name),
    city,
    postal_code: digits(random, postalCode),
    region,
  };
}

export function inventPhone(random: Random, land: Land): string {
  const national = digits(random, random.pick(land.phones));
  return `${land.callingCode} ${national.replace(new RegExp(`^${land.trunk}`), "")}`;
}

export function inventMail(random: Random, land: Land, first: string, last: string): string {
  const name = random.pick([
    `${plain(first)}.${plain(last)}`,
    `${plain(first).slice(0, 1)}${plain(last)}`,
    `${plain(last)}${plain(first).slice(0, 2)}`,
    plain(first),
  ]);
  return `${name}${random.below(9_000) + 10}@${pickFrequent(random, land.mailDomains)}`;
}

export function workName(first: string, last: string): string {
  return `${plain(first)}.${plain(last)}`;
}

export function inventCompany(random: Random, land: Land): Pick<Facts, "company" | "company_domain"> {
  const [name, branch] = [inventLastName(random, land.language), random.pick(BRANCHES)];
  const domain = `${plain(name) || "firma"}-${branch.toLowerCase()}-${land.topDomain.replaceAll(".", "-")}.example`;
  return { company: `${name} ${branch} ${random.pick(land.companyForms)}`, company_domain: domain };
}

const BRANCHES = ["Metal", "Logistik", "Software", "Consulting", "Print", "Energy", "Foods", "Medical"];

export function inventBirthDate(random: Random): string {
  const year = 1935 + random.below(40) + random.below(32);
  const day = new Date(Date.UTC(year, 0, 1 + random.below(365)));
  return day.toISOString().slice(0, 10);
}

export function digits(random: Random, pattern: string): string {
  return pattern.replaceAll("#", () => String(random.below(10)));
}

/** For addresses: Latin letters without accents; other scripts by their place in the alphabet. */
function plain(name: string): string {
  return [...name.normalize("NFD").toLowerCase()]
    .map((letter) => {
      if (/[a-z]/.test(letter)) return letter;
      if (letter === "ß") return "ss";
      if (letter === "ł") return "l";
      if (letter === "ı") return "i";
      return /\p{L}/u.test(letter) ? String.fromCharCode(97 + ((letter.codePointAt(0) ?? 0) % 26)) : "";
    })
    .join("");
}
