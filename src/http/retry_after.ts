/** A Retry-After header in seconds: it says these, or a date. From one second to a day, whatever it says; undefined when it says neither. */
export function retryAfter(header: string | null | undefined, now: number): number | undefined {
  const value = header?.trim() ?? "";
  const date = /[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN; // which would take "-5" for a month of 2001
  const seconds = /^\d{1,15}$/.test(value) ? Number(value) : Math.ceil((date - now) / 1_000);
  return Number.isNaN(seconds) ? undefined : Math.min(86_400, Math.max(1, seconds));
}
