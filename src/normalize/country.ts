import { ALIASES, ALPHA_2_AND_3 } from "./country_codes.ts";
import { cleanLine } from "./text.ts";

const LANGUAGES = ["en", "de", "fr", "pt", "nl", "es", "it"];
const LONGEST_NAME = 80;
const LONGEST_CODE = 3;

/** ISO 3166-1 alpha-2 from a code of two or three letters or a name in seven languages. Refuses all else. */
export function normalizeCountry(text: string): string | undefined {
  table ??= buildTable();
  const known = table.get(text); // "DE" and "de" need no cleaning
  if (known !== undefined) return known;
  const name = cleanLine(text);
  if (name !== undefined && NOT_TOLD.test(name)) return undefined;
  return name === undefined || name.length > LONGEST_NAME ? undefined : table.get(keyOf(name));
}

/** "n/a", "N.A.", "n/d": not Namibia, whose code has no marks in it. */
const NOT_TOLD = /^\W*n[\W_]+[ad]\W*$/i;

// Some 1,700 names, built with the first country that is asked for.
let table: ReadonlyMap<string, string> | undefined;

function buildTable(): ReadonlyMap<string, string> {
  const codes = ALPHA_2_AND_3.map((pair) => pair.slice(0, 2));
  const entries = new Map<string, string>();
  const add = (key: string, code: string) => entries.has(key) || entries.set(key, code);
  for (const code of codes) add(code, code);
  for (const pair of ALPHA_2_AND_3) {
    add(keyOf(pair.slice(0, 2)), pair.slice(0, 2));
    add(keyOf(pair.slice(2)), pair.slice(0, 2));
  }
  for (const [name, code] of ALIASES) add(keyOf(name), code);
  for (const language of LANGUAGES) {
    for (const style of ["long", "short"] as const) {
      const names = new Intl.DisplayNames([language], { type: "region", style, fallback: "none" });
      for (const code of codes) {
        const name = keyOf(names.of(code) ?? code);
        if (name.length > LONGEST_CODE) add(name, code); // "É.-U." is no code: EU is not America
      }
    }
  }
  return entries;
}

// "Côte d’Ivoire", "COTE D'IVOIRE" and "Cote dIvoire" are one name.
function keyOf(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll("ß", "ss")
    .replaceAll("&", "and")
    .replace(/[^\p{L}]/gu, "");
}
