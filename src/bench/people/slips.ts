import type { Random } from "../../cli/demo/random.ts";
import { type Facts, inventHome, inventLastName, inventMail, inventPhone, workName } from "./invent.ts";
import { NICKNAMES } from "./names.ts";
import { LANDS, type Land } from "./places.ts";
import {
  abbreviated,
  inCapitals,
  misheard,
  misread,
  type TextSlip,
  typo,
  withoutAccents,
  wrongDigit,
} from "./text_slips.ts";

type Field = keyof Facts;
type Slip = (facts: Facts, random: Random) => Facts;

/** What life and forms do to what is known of somebody. Each answers the facts as they stand in the next record. */
export const SLIPS = {
  typo: inOne(words(), typo),
  misread: inOne(words(), misread),
  misheard: inOne(["first_name", "last_name", "street", "city"], misheard),
  birth_digit: inOne(["birth_date"], wrongDigit),
  postcode_digit: inOne(["postal_code"], wrongDigit),
  house_digit: inOne(["house"], wrongDigit),
  phone_digit: inOne(["phone"], wrongDigit),
  accents: inAll(withoutAccents),
  capitals: inAll(inCapitals),
  abbreviation: inOne(["street", "company", "city"], abbreviated),
  missing: (facts, random) => {
    const filled = fieldsOf(facts).filter((field) => facts[field] !== "" && field !== "last_name");
    return filled.length < 3 ? facts : { ...facts, [random.pick(filled)]: "" };
  },
  swapped_names: (facts) => ({ ...facts, first_name: facts.last_name, last_name: facts.first_name }),
  nickname: (facts, random) => {
    const known = NICKNAMES[facts.first_name];
    return known === undefined ? facts : { ...facts, first_name: random.pick(known) };
  },
  initial: (facts) => ({ ...facts, first_name: facts.first_name.slice(0, 1) }),
  day_month: (facts) => {
    const [year = "", month = "", day = ""] = facts.birth_date.split("-");
    return Number(day) > 12 ? facts : { ...facts, birth_date: [year, day, month].join("-") };
  },
  new_mail: (facts, random) => ({
    ...facts,
    email: inventMail(random, landOf(facts), facts.first_name, facts.last_name),
  }),
  work_mail: (facts) =>
    facts.company_domain === ""
      ? facts
      : { ...facts, email: `${workName(facts.first_name, facts.last_name)}@${facts.company_domain}` },
  new_phone: (facts, random) => ({ ...facts, phone: inventPhone(random, landOf(facts)) }),
  national_phone: (facts) => ({ ...facts, phone: nationalOf(facts.phone, landOf(facts)) }),
  married: (facts, random) => ({
    ...facts,
    last_name: inventLastName(random, landOf(facts).language),
  }),
  moved: (facts, random) => ({ ...facts, ...inventHome(random, landOf(facts)) }),
} as const satisfies Record<string, Slip>;

export type SlipName = keyof typeof SLIPS;

/** By country; whoever names none is taken for an English speaker. */
export function landOf({ country }: Pick<Facts, "country">): Land {
  const land = LANDS[country.toLowerCase()] ?? LANDS.gb;
  if (land === undefined) throw new Error("There is no land.");
  return land;
}

/** Names are mistyped more often than addresses, since everybody writes them. */
function words(): Field[] {
  return ["first_name", "first_name", "last_name", "last_name", "street", "city", "company", "email"];
}

function inOne(fields: readonly Field[], slip: TextSlip): Slip {
  return (facts, random) => {
    const filled = fields.filter((field) => facts[field] !== "");
    if (filled.length === 0) return facts;
    const field = random.pick(filled);
    return { ...facts, [field]: slip(facts[field], random) };
  };
}

function inAll(slip: TextSlip): Slip {
  return (facts, random) => {
    const changed = { ...facts };
    for (const field of ["first_name", "last_name", "street", "city", "company"] as const)
      changed[field] = slip(facts[field], random);
    return changed;
  };
}

function nationalOf(phone: string, { callingCode, trunk }: Land): string {
  return phone.startsWith(callingCode) ? `${trunk}${phone.slice(callingCode.length).trim()}` : phone;
}

function fieldsOf(facts: Facts): Field[] {
  return Object.keys(facts).filter((key): key is Field => key in facts && key !== "country");
}
