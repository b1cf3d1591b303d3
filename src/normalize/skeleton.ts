import { cut } from "./text.ts";

const CLASSES: [RegExp, string][] = [
  [/ph/g, "f"],
  [/sch|sh|sz|cz|ch|tsch|x|z|c(?=[eiy])/g, "s"],
  [/ck|qu|[cqg]/g, "k"],
  [/dt|th|d/g, "t"],
  [/[vw]/g, "f"],
  [/[bp]/g, "p"],
  [/[nm]/g, "n"],
  [/j/g, "y"],
];
const DOUBLED = /(.)\1+/g;
const SOFT = /[aeiouyh]/g;

/**
 * How a folded name sounds, roughly and in no particular language: its first letter's class and the classes of its
 * consonants. Schmidt, Schmitt and Smyth are the same. Names of other scripts keep their letters.
 */
export function skeletonOf(folded: string): string {
  let text = folded.replaceAll(" ", "");
  for (const [letters, sound] of CLASSES) text = text.replace(letters, sound);
  const first = text.slice(0, 1).replace(/[aeiouyh]/, "a");
  return cut((first + text.slice(1).replace(SOFT, "")).replace(DOUBLED, "$1"), 6);
}
