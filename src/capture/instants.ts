/** ISO 8601 of seconds since 1970, as number or text; undefined when it is no such number. */
export function ofEpochSeconds(value: unknown): string | undefined {
  return ofEpochMilliseconds(Number(value ?? Number.NaN) * 1_000);
}

export function ofEpochMilliseconds(value: unknown): string | undefined {
  const at = Number(value ?? Number.NaN);
  return Number.isFinite(at) && Math.abs(at) <= LAST_DATE_MS ? new Date(at).toISOString() : undefined;
}

/** Some write the offset without its colon: 2025-11-21T08:00:41+0000. */
export function withColon(text: string | undefined): string | undefined {
  return text?.replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
}

/** For vendors that say that a time is UTC in the name of its field, and not in the time. */
export function asUtc(text: string | undefined): string | undefined {
  if (text === undefined || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text)) return text;
  return `${text.replace(" ", "T")}Z`;
}

/** What a Date can hold. */
const LAST_DATE_MS = 8.64e15;
