import { isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { cleanLine } from "./text.ts";

export type Phone = {
  /** E.164, without the extension: an identity is the line, not the desk. */
  number: string;
  /** Only of a valid number; a merely possible one tells no country. */
  country: string | undefined;
};

// tel: and whatsapp: of links and messengers, p: of Meta's exports, the apostrophe of spreadsheets.
const PREFIX = /^(?:tel:|whatsapp:|sms:|p:|')\s*/i;
const BARE_DIGITS = /^[1-9][\d ()./-]+$/; // nothing that could begin an extension
const LONGEST = 16; // the plus and 15 digits

/**
 * A telephone number in E.164. National forms are read for each country in turn and the first valid reading wins,
 * then the first possible one, since numbering plans are younger than any library. Refuses all else.
 */
export function normalizePhone(
  text: string,
  countries: readonly (string | null | undefined)[],
): Phone | undefined {
  const typed = (cleanLine(text) ?? "").replace(PREFIX, "").replace("\uff0b", "+");
  if (typed.startsWith("+")) return phoneOf(read(typed));
  const known = new Set(countries.filter((country) => typeof country === "string"));
  const international = readWithoutPlus(typed, known.size > 0);
  // "49 171 1234567" in Germany: a national number would begin with 0, or be shorter.
  if (international?.country && known.has(international.country)) return phoneOf(international);
  const national = [...known].map((country) => read(typed, country));
  return phoneOf(national.find((phone) => phone?.isValid()) ?? international ?? national.find(isAcceptable));
}

function phoneOf(phone: PhoneNumber | undefined): Phone | undefined {
  if (!isAcceptable(phone)) return undefined;
  return { number: phone.number, country: phone.isValid() ? phone.country : undefined };
}

function isAcceptable(phone: PhoneNumber | undefined): phone is PhoneNumber {
  return phone !== undefined && phone.number.length <= LONGEST && phone.isPossible();
}

function read(text: string, country?: string): PhoneNumber | undefined {
  return country !== undefined && isSupportedCountry(country)
    ? parsePhoneNumberFromString(text, { defaultCountry: country, extract: false })
    : parsePhoneNumberFromString(text, { extract: false });
}

// Messengers and spreadsheets drop the plus, and 00 is not everywhere the way out. Such digits count as
// international only if that makes a valid number; without 00 only where a country is known, whose own reading
// may win.
function readWithoutPlus(typed: string, isCountryKnown: boolean): PhoneNumber | undefined {
  const isDialled = typed.startsWith("00");
  if (!isDialled && !(isCountryKnown && BARE_DIGITS.test(typed))) return undefined;
  const phone = read(`+${isDialled ? typed.slice(2) : typed}`);
  return phone?.isValid() ? phone : undefined;
}
