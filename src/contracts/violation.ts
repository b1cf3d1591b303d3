export type Violation = {
  /** `state`: a word that is none of those a contract lists, such as a status that the sender made up since. */
  kind: "unreadable" | "missing" | "type" | "format" | "extra" | "state" | "spam";
  /** JSON pointer into the document, or into the normalized fields. */
  path: string;
  message: string;
};

/** More than this helps nobody, and a hostile body must not fill the exceptions table. */
export const MAX_VIOLATIONS = 20;

const MAX_LENGTH = 300;

/**
 * Messages name fields and rules, never the offending value: they reach logs, chats and mails.
 * A path holds keys, which a stranger chose, so it is cut and made fit for Postgres text.
 */
export function violation(kind: Violation["kind"], path: string, message: string): Violation {
  return { kind, path: storable(path), message: storable(message) };
}

/** One step of a JSON pointer. */
export function pointerStep(key: string): string {
  return `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Of a place as contracts write it: a key, or a pointer already. */
export function pointerOf(place: string): string {
  return place === "" || place.startsWith("/") ? place : pointerStep(place);
}

function storable(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
  return short.replaceAll("\u0000", "\ufffd").toWellFormed();
}

/** Short, for a list: `extra /colour`. What is missing among several places names these in its message alone. */
export function nameOfViolation(violation: { kind: string; path: string; message: string }): string {
  const { kind, path, message } = violation;
  if (path !== "") return `${kind} ${path}`;
  return kind === "missing" ? `${kind}: ${message}` : kind;
}
