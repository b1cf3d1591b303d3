/** Letters that no decomposition takes apart, as a reader without them on the keyboard types them. */
const PLAIN: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ħ: "h",
  ŋ: "n",
  ĸ: "k",
  ſ: "s",
};
const UNDECOMPOSED = /[ßæœøđðþłıħŋĸſ]/g;
// Marks are accents only on these scripts. On Devanagari, Thai or Hebrew they are vowels, on kana they change the letter.
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
const SEPARATORS = /[^\p{L}\p{M}\p{N}]+/gu;
const APOSTROPHES = /(?<=\p{L})['’‘ʼ`´](?=\p{L})/gu; // O'Brien is obrien, d'Angelo is dangelo
const PLAIN_WORDS = /^[a-z0-9]+(?: [a-z0-9]+)*$/;

/**
 * Text as it is compared, never as it is shown: lower case, accents off where they are accents, words apart by single
 * spaces. Scripts are kept: a Greek name does not become a Latin one. Empty when there is no letter and no digit.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN_WORDS.test(lower)) return lower;
  return lower
    .normalize("NFKD")
    .replace(APOSTROPHES, "")
    .replace(ACCENTED, "$1")
    .normalize("NFC")
    .replace(UNDECOMPOSED, (letter) => PLAIN[letter] ?? letter)
    .replace(SEPARATORS, " ")
    .trim();
}

const VOWEL_E = /(?<=[bcdfghjklmnpqrstvwxyz])([aou])e(?=[bcdfghjklmnpqrstvwxyz]|$)/g;

/** Müller, Mueller and Muller in one shape, for words that were folded. Only names: it would spoil ordinary text. */
export function foldUmlauts(folded: string): string {
  return folded.replace(VOWEL_E, "$1");
}
