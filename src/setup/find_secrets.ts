import type { Finding } from "./problem.ts";

/**
 * What looks like a secret in a YAML file: files are committed, mailed and printed. Examples are invented documents
 * and may have keys of any name; what bears the mark of a real secret is found there too. Never repeats a value.
 */
export function findSecrets(value: unknown, path: readonly PropertyKey[] = []): Finding[] {
  if (typeof value === "string" || typeof value === "number") {
    return looksSecret(String(value), path) ? [{ path, message: ADVICE }] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    findSecrets(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

const ADVICE =
  "looks like a secret, which has no place in a file: set it as CATCHMENT_SECRET_<PATH> in the environment, " +
  "or keep it encrypted with `npx catchment secrets set <path>`";

const NAMES =
  /(?:^|[_-])(?:secret|token|password|passwd|passphrase|api[_-]?key|private[_-]?key|access[_-]?key)$/i;

/** By their own form: our API keys, Standard Webhooks, Stripe and its likes, GitHub, Slack, AWS, JWT, PEM, a login in a URL. */
const MARKS = [
  /^ck_[^_\s]{4,}_\S{16,}$/,
  /^whsec_[A-Za-z0-9+/=]{16,}$/,
  /^(?:sk|rk)[_-](?:live|test)[_-]\w{8,}$/,
  /^sk-[\w-]{20,}$/,
  /^gh[opsu]_\w{30,}$/,
  /^xox[abprs]-[\w-]{10,}$/,
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\./,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^[a-z][a-z0-9+]*:\/\/[^/\s:@]+:[^/\s@]+@/,
] as const;

function looksSecret(text: string, path: readonly PropertyKey[]): boolean {
  if (MARKS.some((mark) => mark.test(text))) return true;
  if (path.includes("examples") || path.includes("schema") || path.includes("mapping")) return false;
  const key = path.findLast((step) => typeof step === "string") ?? "";
  if (typeof key === "string" && NAMES.test(key)) return text !== "";
  return path.includes("constants") && isRandom(text);
}

/** Long, of one word, and of letters and digits mixed, as hex and base64 are. */
function isRandom(text: string): boolean {
  return /^[A-Za-z0-9+/_=-]{32,}$/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text);
}
