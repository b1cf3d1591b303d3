import { fold, foldUmlauts } from "./fold.ts";

/** Words that say what kind of way it is, or that a number follows: written out, shortened, or left out by the same person. */
const KINDS: ReadonlySet<string> = new Set(
  `street st str strasse straat road rd avenue ave av avenida lane ln drive dr boulevard blvd boul bd court ct place pl
   platz plein plaza praca square sq crescent cres cr circuit cct close terrace tce highway hwy parade pde way rua r rue
   calle via viale weg wg allee gasse laan ulica ul no nr number num apt apartment unit flat suite ste floor`.split(
    /\s+/,
  ),
);
const GLUED = /(?<=\p{L}{3})(?:strasse|straat|str|platz|plein|weg|allee|gasse|laan)$/u; // Hauptstrasse, Haupt Str.

/** A street and house number as they are compared: folded, without the kind of way, the number last. */
export function streetOf(text: string): string {
  const words = fold(text).split(" ");
  const telling = words
    .map((word) => word.replace(GLUED, ""))
    .filter((word) => word !== "" && !KINDS.has(word));
  const kept = (telling.length > 0 ? telling : words).map(foldUmlauts); // not before: it makes a rue a ru
  const isNumber = (word: string) => /^\d/.test(word);
  return [...kept.filter((word) => !isNumber(word)), ...kept.filter(isNumber)].join(" ");
}
