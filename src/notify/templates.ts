import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const Template = z.strictObject({ title: z.string(), lines: z.array(z.string()).default([]) });
const Language = z.strictObject({
  open: z.string(),
  digest: z.string(),
  kinds: z.record(z.string(), Template),
});
export type Language = z.infer<typeof Language>;

/** Every language that there is a file of, by its two letters. English is always there. */
export function readTemplates(): ReadonlyMap<string, Language> {
  const folder = new URL("./templates/", import.meta.url);
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => [name.slice(0, 2), Language.parse(parse(readFileSync(new URL(name, folder), "utf8")))]),
  );
}

/** Null when a name that the template asks for is not known: half a sentence is worse than one in English. */
export function fill(text: string, values: Readonly<Record<string, unknown>>): string | null {
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  if (names.some((name) => values[name] === undefined || values[name] === null)) return null;
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}
