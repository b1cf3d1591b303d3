export type Finding = {
  check: string;
  state: "ok" | "warn" | "fail";
  detail: string;
  /** What to do about it. */
  advice?: string;
};

export function ok(check: string, detail: string): Finding {
  return { check, state: "ok", detail };
}

export function warn(check: string, detail: string, advice: string): Finding {
  return { check, state: "warn", detail, advice };
}

export function fail(check: string, detail: string, advice: string): Finding {
  return { check, state: "fail", detail, advice };
}

/** One finding for a query that lists what is wrong. */
export function nothingOf(check: string, wrong: string[], fine: string, advice: string): Finding {
  if (wrong.length === 0) return ok(check, fine);
  const more = wrong.length > 8 ? ` and ${wrong.length - 8} more` : "";
  return fail(check, `${wrong.slice(0, 8).join(", ")}${more}`, advice);
}
