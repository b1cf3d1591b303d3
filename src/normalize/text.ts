const PLAIN_LINE = /^[!-~\u00c0-\u017f]+(?: [!-~\u00c0-\u017f]+)*$/; // nothing to clean, already NFC
const PLAIN_MESSAGE = /^[!-~](?:[\n -~]*[!-~])?$/;
const LINE_SPACE = /[\s\u0085]+/g;
const LINE_BREAK = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
// Controls, and marks that come along with copied text and are never seen: zero-width space, directions, word
// joiner, byte order mark. The zero-width joiners stay: Persian names and emoji need them.
const INVISIBLE = /(?![\s\u0085])\p{Cc}|[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

// Unicode's stream-safe form: over 30 marks on one letter is mischief, and composing them takes quadratic time.
const PILE_OF_MARKS = /(\p{M}{30})\p{M}+/gu;

const LINE = 1_000;
const MESSAGE = 10_000;
const AS_TYPED = 2_000;
const EFFORT = 10; // of a text ten times longer than its limit, the rest is not even cleaned

/**
 * One line: trimmed, single spaces, no control characters, NFC, at most 1,000 characters.
 * Undefined when nothing is left.
 */
export function cleanLine(text: string, limit: number = LINE): string | undefined {
  if (text.length <= limit && PLAIN_LINE.test(text)) return text;
  return composed(visible(text, limit).replace(LINE_SPACE, " "), limit);
}

/** Several lines: as `cleanLine`, but line breaks and inner white space stay; at most 10,000 characters. */
export function cleanMessage(text: string): string | undefined {
  if (text.length <= MESSAGE && PLAIN_MESSAGE.test(text)) return text;
  return composed(visible(text, MESSAGE).replace(LINE_BREAK, "\n"), MESSAGE);
}

/** What a person typed, kept beside the normalized value: only what Postgres cannot hold is taken out. */
export function asTyped(text: string): string {
  return cut(text, AS_TYPED).replaceAll("\u0000", "").toWellFormed();
}

function visible(text: string, limit: number): string {
  return cut(text.trim(), EFFORT * limit)
    .toWellFormed()
    .replace(INVISIBLE, "")
    .replace(PILE_OF_MARKS, "$1");
}

function composed(text: string, limit: number): string | undefined {
  return cut(text.trim().normalize("NFC"), limit).trimEnd() || undefined;
}

/** At most so many UTF-16 units, never through the middle of a surrogate pair: half of one is nothing that jsonb keeps. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}
