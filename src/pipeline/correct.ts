/**
 * The document as it would be with the values that a person put right, by JSON pointer; what was sent is not touched.
 * A value of null takes the member away. Objects on the way are made, list items only replaced.
 */
export function correct(document: unknown, corrections: Readonly<Record<string, unknown>>): unknown {
  let corrected = structuredClone(document);
  for (const [pointer, value] of Object.entries(corrections)) {
    corrected = withValue(corrected, stepsOf(pointer), value);
  }
  return corrected;
}

/** Whether there is a value at that pointer, be it null. */
export function holds(document: unknown, pointer: string): boolean {
  let value = document;
  for (const step of stepsOf(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return false;
    value = Object.entries(value).find(([key]) => key === step)?.[1];
  }
  return true;
}

function withValue(target: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(target)) {
    const at = Number(step);
    if (Number.isInteger(at) && at >= 0 && at < target.length)
      target[at] = withValue(target[at], rest, value);
    return target;
  }
  const members = new Map<string, unknown>(
    typeof target === "object" && target !== null ? Object.entries(target) : [],
  );
  if (value === null && rest.length === 0) members.delete(step);
  else members.set(step, withValue(members.get(step), rest, value));
  return Object.fromEntries(members);
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
