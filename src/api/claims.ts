/** The issuer that a token names, unverified: it only chooses who verifies. Null: the token is none. */
export function issuerOf(token: string): string | null {
  try {
    const text = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const claims: unknown = JSON.parse(text);
    if (typeof claims !== "object" || claims === null || hasTwins(text)) return null;
    return "iss" in claims && typeof claims.iss === "string" ? claims.iss : null;
  } catch {
    return null;
  }
}

/** Whether a claim stands there twice: who reads the first one and who reads the last would read different tokens. */
function hasTwins(json: string): boolean {
  const names = new Set<unknown>();
  let depth = 0;
  for (const [mark, name] of json.matchAll(MARKS)) {
    if (mark === "{" || mark === "[") depth += 1;
    else if (mark === "}" || mark === "]") depth -= 1;
    else if (depth === 1 && name !== undefined) {
      const read: unknown = JSON.parse(name);
      if (names.has(read)) return true;
      names.add(read);
    }
  }
  return false;
}

/** Brackets, names with their colon, and other texts, which are stepped over. */
const MARKS = /[{}[\]]|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/g;
