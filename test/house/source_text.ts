/** TypeScript without comments, and without what stands in strings and templates: only its code is left. */
export function codeOf(source: string): string {
  return source.replace(TEXT, (found) => (found.startsWith("/") ? "" : '""'));
}

/** In the order in which a reader meets them, so that a quote in a comment opens no string. */
const TEXT = /\/\*[\s\S]*?\*\/|\/\/.*$|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/gm;

/** What a module imports or exports from elsewhere, as written. */
export function importsOf(source: string): string[] {
  const statements = source.matchAll(
    /^(?:import|export)\b[^;"]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}
