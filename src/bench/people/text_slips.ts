import type { Random } from "../../cli/demo/random.ts";

/** What happens to one word on its way through hands, ears and scanners. Short words are left alone where nothing would remain. */
export type TextSlip = (text: string, random: Random) => string;

/** One letter too many, too few, another one, or two in the wrong order. */
export const typo: TextSlip = (text, random) => {
  const letters = [...text];
  if (letters.length < 2) return text;
  const at = random.below(letters.length);
  const [here = "", next = ""] = letters.slice(at, at + 2);
  switch (random.below(4)) {
    case 0:
      return join(letters, at, 0, random.pick([here, besides(here, random)]));
    case 1:
      return join(letters, at, 1);
    case 2:
      return join(letters, at, 1, besides(here, random));
    default:
      return next === "" ? join(letters, at, 1) : join(letters, at, 2, next, here);
  }
};

/** What a scanner or a hurried reader takes for another. */
export const misread: TextSlip = (text, random) => replaceOne(text, LOOKS_LIKE, random);

/** What sounds the same. */
export const misheard: TextSlip = (text, random) => replaceOne(text, SOUNDS_LIKE, random);

/** One digit of a number is another one, or two of them change places. */
export const wrongDigit: TextSlip = (text, random) => {
  const places = [...text.matchAll(/\d/g)].map(({ index }) => index);
  if (places.length === 0) return text;
  const at = random.pick(places);
  const digit = (Number(text[at]) + 1 + random.below(9)) % 10;
  return text.slice(0, at) + digit + text.slice(at + 1);
};

/** As older systems keep it. */
export const withoutAccents: TextSlip = (text) =>
  text.replaceAll("ß", "ss").replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC");

export const inCapitals: TextSlip = (text) => text.toUpperCase();

/** As people write streets and firms in a hurry. */
export const abbreviated: TextSlip = (text) =>
  ABBREVIATIONS.reduce((short, [long, abbreviation]) => short.replace(long, abbreviation), text);

function join(letters: string[], at: number, removed: number, ...added: string[]): string {
  return letters.toSpliced(at, removed, ...added).join("");
}

const KEYBOARD = ["qwertzuiop", "asdfghjkl", "yxcvbnm", "1234567890"];

function besides(letter: string, random: Random): string {
  const row = KEYBOARD.find((keys) => keys.includes(letter.toLowerCase()));
  if (row === undefined) return letter;
  const at = row.indexOf(letter.toLowerCase());
  return row[at === 0 ? 1 : at - 1 + (at + 1 < row.length ? 2 * random.below(2) : 0)] ?? letter;
}

function replaceOne(text: string, pairs: readonly (readonly [string, string])[], random: Random): string {
  const fitting = pairs.flatMap(([one, other]) => [
    ...(text.toLowerCase().includes(one) ? [[one, other] as const] : []),
    ...(text.toLowerCase().includes(other) ? [[other, one] as const] : []),
  ]);
  if (fitting.length === 0) return typo(text, random);
  const [from, to] = random.pick(fitting);
  const at = text.toLowerCase().indexOf(from);
  const isCapital = text[at] !== text[at]?.toLowerCase();
  const put = isCapital ? to.slice(0, 1).toUpperCase() + to.slice(1) : to;
  return text.slice(0, at) + put + text.slice(at + from.length);
}

const LOOKS_LIKE = [
  ["o", "0"],
  ["l", "1"],
  ["rn", "m"],
  ["s", "5"],
  ["b", "6"],
  ["cl", "d"],
  ["vv", "w"],
  ["i", "j"],
  ["u", "v"],
  ["g", "q"],
] as const;

const SOUNDS_LIKE = [
  ["ph", "f"],
  ["ck", "k"],
  ["y", "i"],
  ["th", "t"],
  ["ei", "ai"],
  ["mm", "m"],
  ["nn", "n"],
  ["ll", "l"],
  ["ss", "s"],
  ["tz", "z"],
  ["ee", "ea"],
  ["ü", "ue"],
  ["ö", "oe"],
  ["ä", "ae"],
  ["c", "k"],
  ["dt", "t"],
  ["v", "w"],
  ["sch", "sh"],
  ["ou", "u"],
  ["ej", "ei"],
] as const;

const ABBREVIATIONS = [
  [/straße/i, "str."],
  [/ Street$/, " St"],
  [/ Road$/, " Rd"],
  [/ Avenue$/, " Ave"],
  [/^avenue /, "av. "],
  [/^boulevard /, "bd "],
  [/^Avenida /, "Av. "],
  [/ Caddesi$/, " Cad."],
  [/ Sokak$/, " Sk."],
  [/ Limited$/, " Ltd."],
  [/ am /, " a. "],
  [/straat$/, "str."],
] as const;
