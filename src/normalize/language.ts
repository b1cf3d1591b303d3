import { cleanLine } from "./text.ts";

const USUAL = /^[a-z]{2}(?:-[A-Z]{2})?$/;
const TAG = /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i;

/** A BCP 47 tag in its canonical form: `de_at` is `de-AT`. Refuses names of languages. */
export function normalizeLanguage(text: string): string | undefined {
  if (USUAL.test(text)) return text;
  const tag = cleanLine(text)?.replaceAll("_", "-") ?? "";
  if (!TAG.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined; // well-formed at a glance, but for instance with a variant twice
  }
}
