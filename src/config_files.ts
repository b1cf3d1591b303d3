import { readFileSync } from "node:fs";

/** These may stand in a file instead, named by the same variable with `_FILE` behind. */
const MAY_BE_A_FILE = [
  "DATABASE_URL",
  "REPLICA_DATABASE_URL",
  "CATCHMENT_OWNER_URL",
  "CATCHMENT_API_URL",
  "CATCHMENT_API_POOLER_URL",
  "CATCHMENT_WORKER_URL",
  "CATCHMENT_KEY",
  "CATCHMENT_AUDIT_KEY",
  "CATCHMENT_SMTP_URL",
] as const;
const SECRET_PREFIX = "CATCHMENT_SECRET_";

/** Compose files pass `NAME=` for what is not set. */
export function withoutBlanks(env: NodeJS.ProcessEnv): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== "") values.set(name, value.trim());
  }
  return values;
}

export function withFiles(values: Map<string, string>, problems: string[]): Record<string, string> {
  for (const name of MAY_BE_A_FILE) {
    const path = values.get(`${name}_FILE`);
    if (path === undefined) continue;
    if (values.has(name)) problems.push(`${name} and ${name}_FILE are both set: leave one`);
    const content = readSecret(`${name}_FILE`, path, problems);
    if (content !== null) values.set(name, content);
  }
  return Object.fromEntries(values);
}

/** By slug in the variable's own spelling. Files are read now, so that a wrong path stops the start. */
export function pathSecrets(values: Record<string, string>, problems: string[]): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (!name.startsWith(SECRET_PREFIX)) continue;
    const path = value.startsWith("file:") ? value.slice("file:".length) : null;
    const secret = path === null ? value : readSecret(name, path, problems);
    if (secret !== null) secrets.set(name.slice(SECRET_PREFIX.length), secret);
  }
  return secrets;
}

/** Without the line end that editors and `echo` leave. */
function readSecret(name: string, path: string, problems: string[]): string | null {
  try {
    const content = readFileSync(path, "utf8").trim();
    if (content !== "") return content;
    problems.push(`${name}: the file ${path} is empty`);
  } catch {
    problems.push(`${name}: the file ${path} cannot be read`);
  }
  return null;
}
