import type { Attributes } from "./attributes.ts";
import { fold, foldUmlauts } from "./fold.ts";
import { mailboxOf } from "./mailbox.ts";
import { rootOfName } from "./nicknames.ts";
import { isNoCompany, isNoName, isNoNumber } from "./placeholder.ts";
import { skeletonOf } from "./skeleton.ts";
import { streetOf } from "./street.ts";
import { cut } from "./text.ts";

/** What of a lead is compared with others, folded; absent means unknown. Columns of the table match_records. */
export type Match = {
  first_name?: string;
  /** The family of names that the first name belongs to: Bob and Robert share one. */
  name_root?: string;
  last_name?: string;
  /** Eight digits, also of a day that does not exist: a slip of the pen is still evidence. */
  birth_date?: string;
  street?: string;
  city?: string;
  postal_code?: string;
  region?: string;
  country?: string;
  company?: string;
  company_domain?: string;
  email?: string;
  /** The e-mail address without dots and plus tags in its local part. */
  mailbox?: string;
  /** The local part of an address where a person chose it freely: not made of the name, long enough to be nobody else's. */
  handle?: string;
  phone?: string;
  /** Of whom neither address nor phone is known: name and birth date, or name and house, in one. */
  person?: string;
  /** By what leads are looked up that may be the same person; hashed before they are kept. */
  keys: string[];
};

const TITLES = new Set(
  "mr mrs ms miss dr prof herr frau hr fr dipl ing med sr sra srta mme mlle dhr mevr dna dom sir".split(" "),
);
const PARTICLES = new Set(
  "von van vom zu zum zur der den de het ten ter te da das do dos di du del della la le el al bin ibn y e af av".split(
    " ",
  ),
);
const LEGAL_FORMS = new Set(
  `gmbh mbh ag kg kgaa ohg ug se ev eg co company inc incorporated corp corporation llc llp lp ltd limited plc sa sas
   sarl srl spa snc bv nv vof oy oyj ab as aps sp zoo doo kft rt ltda eireli me epp lda pty pte bhd`.split(
    /\s+/,
  ),
);

/** Reads what is compared out of what was normalized. Pure; never refuses. */
export function matchOf(attributes: Attributes): Match {
  const match: Match = { keys: [] };
  const names = namesOf(attributes);
  put(match, "first_name", names.first);
  put(match, "name_root", rootOfName(names.first.split(" ", 1)[0] ?? ""));
  put(match, "last_name", names.last);
  put(match, "birth_date", birthDigits(attributes));
  put(match, "street", streetOf(attributes.street ?? ""));
  put(match, "city", fold(attributes.city ?? ""));
  put(match, "postal_code", fold(attributes.postal_code ?? "").replaceAll(" ", ""));
  put(match, "region", fold(attributes.region ?? ""));
  put(match, "country", attributes.country ?? "");
  put(match, "company", companyOf(attributes));
  put(match, "company_domain", attributes.company_domain ?? "");
  put(match, "email", attributes.email ?? "");
  put(match, "mailbox", mailboxOf(attributes.email ?? ""));
  put(match, "handle", handleOf(match));
  put(match, "phone", isNoNumber(attributes.phone ?? "") ? "" : (attributes.phone ?? ""));
  put(match, "person", personOf(match));
  match.keys = keysOf(match);
  return match;
}

type Text = Exclude<keyof Match, "keys">;
const LONGEST = 100; // what is longer is no name and no address; levenshtein takes at most 255 bytes

function put(match: Match, field: Text, value: string): void {
  if (value !== "") match[field] = cut(value, field === "email" || field === "person" ? 300 : LONGEST);
}

function namesOf({ first_name = "", last_name = "" }: Attributes): { first: string; last: string } {
  return { first: nameOf(first_name, TITLES), last: nameOf(last_name, PARTICLES) };
}

function nameOf(typed: string, words: ReadonlySet<string>): string {
  const folded = fold(typed);
  return isNoName(typed, folded) ? "" : foldUmlauts(without(folded, words));
}

function companyOf({ company = "" }: Attributes): string {
  const folded = fold(company);
  return isNoCompany(folded) ? "" : without(folded, LEGAL_FORMS);
}

function personOf({ email, phone, first_name, last_name, birth_date, street, postal_code }: Match): string {
  const house = street === undefined || postal_code === undefined ? undefined : `${street} ${postal_code}`;
  const rest = birth_date ?? house;
  if (email !== undefined || phone !== undefined || rest === undefined) return "";
  return first_name === undefined || last_name === undefined ? "" : `${first_name} ${last_name} ${rest}`;
}

// thomas.mueller@ says no more than the name does.
function handleOf({ mailbox = "", first_name = "", last_name = "" }: Match): string {
  const local = foldUmlauts(fold(mailbox.slice(0, mailbox.indexOf("@")))).replaceAll(" ", "");
  const isOfName = [...first_name.split(" "), ...last_name.split(" ")].some(
    (name) => name.length > 2 && local.includes(name.slice(0, 5)),
  );
  return local.length < SHORTEST_HANDLE || isOfName ? "" : local;
}
const SHORTEST_HANDLE = 6;

// A name made of such words alone keeps them.
function without(folded: string, words: ReadonlySet<string>): string {
  const rest = folded.split(" ").filter((word) => !words.has(word));
  return rest.length > 0 ? rest.join(" ") : folded;
}

function birthDigits({ birth_date, typed }: Attributes): string {
  const parts = (birth_date ?? typed.birth_date ?? "").split(/\D+/);
  const digits = parts.map((part) => (part.length === 1 ? `0${part}` : part)).join("");
  return digits.length === 8 ? digits : "";
}

/**
 * Pairs of fields that seldom fail together: a slip in one leaves the keys of the others. Every key names somebody
 * rather closely, since one that many people share is not looked at (find_holders.sql).
 */
function keysOf(match: Match): string[] {
  const { birth_date: birth, postal_code: postal, street, city, mailbox } = match;
  const first = squashed(match.first_name);
  const last = squashed(match.last_name);
  const sound = skeletonOf(last ?? "");
  const firstSound = skeletonOf(first ?? "");
  const house = houseOf(street);
  const keys: string[] = [];
  const add = (kind: string, ...parts: (string | undefined)[]) => {
    if (parts.every((part) => part !== undefined && part !== "")) keys.push(`${kind}:${parts.join(" ")}`);
  };
  if (first !== undefined && last !== undefined) {
    const name = [first, last].toSorted().join(" "); // whichever field they were typed into
    add("name city", name, squashed(city));
    add("name year", name, birth?.slice(0, 4));
    add("name day", name, birth?.slice(4));
    add("name company", name, match.company_domain ?? match.company);
    if (keys.length === 0 && postal === undefined) add("name", name);
  }
  add("birth", birth, initialOf(first));
  if (initialOf(last) !== initialOf(first)) add("birth", birth, initialOf(last));
  add("birth postal", birth, postal);
  add("postal", postal, sound);
  if (street !== undefined || birth !== undefined) add("postal first", postal, firstSound);
  add("street", house, postal);
  add("street name", house, sound);
  add("street name", house, firstSound);
  add("mailbox", mailbox);
  add("company", match.company_domain ?? match.company, sound);
  return keys;
}

/** The first word and the number: what people write of a long address. */
function houseOf(street: string | undefined): string | undefined {
  const words = street?.split(" ") ?? [];
  return words.length > 2 ? `${words[0]} ${words.at(-1)}` : street;
}

/** A whole letter, also where it takes two UTF-16 units: jsonb keeps no half. */
const initialOf = (name = "") => name.match(/^./u)?.[0];
const squashed = (text: string | undefined) => text?.replaceAll(" ", "");
