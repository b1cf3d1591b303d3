// A number token of 16 or more digits, or with an exponent: all others survive a double unchanged.
// A match inside a string does no harm, it only takes the slower road.
const RISKY_NUMBER = /(?:^|[[:,\s])-?(?:[\d.]{16}|[\d.]+[eE])/;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * JSON.parse, except that a number which a double cannot hold (an id beyond 2^53, 1e400) becomes its source text.
 * The reviver is several times slower, so it runs only when the text holds such a number.
 */
export function parseExactly(text: string): unknown {
  return RISKY_NUMBER.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
}

// `context` is not yet in TypeScript's library; Node passes it.
function keepExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  return canonical(String(value)) === canonical(source) ? value : source;
}

// 1.50, 1.5 and 15e-1 are one number. "Infinity" is none, so it equals no source.
function canonical(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  let first = 0;
  while (digits[first] === "0") first++;
  let last = digits.length; // by hand: /0+$/ takes quadratic time on hostile digits
  while (last > first && digits[last - 1] === "0") last--;
  if (first === last) return "0";
  return `${sign}${digits.slice(first, last)}e${Number(exponent) - fraction.length + digits.length - last}`;
}
