import { expect } from "vitest";
import { makeKey } from "../capture/a_key.ts";
import { canariesIn } from "./canary.ts";
import { documentsOf, fieldsReached, introspect } from "./documents.ts";
import { everybody, outside, test } from "./planted.ts";

test("GraphQL: every field of every list and of what it points at, for everybody", async ({
  db,
  api,
  land,
}) => {
  const schema = await introspect(api);
  const { documents, asked } = documentsOf(schema);
  expect(fieldsReached(schema).filter((field) => !asked.has(field))).toEqual([]);
  const reached = new Map<string | null, string[]>();
  const asking: { slug: string | null; reach: string[] }[] = [{ slug: null, reach: [] }];
  for (const { slug, reach } of await everybody(db)) {
    if (!ASKING.has(slug)) continue;
    asking.push({ slug, reach });
  }
  expect(asking).toHaveLength(ASKING.size + 1); // and somebody without a token
  const { key } = await makeKey(land); // whoever is an API key comes with one, and has no token
  const ask = (slug: string | null, document: string) =>
    slug === "partner" ? api.askWith(`Bearer ${key}`, document) : api.ask(slug, document);
  for (const [name, document] of documents) {
    const answers = await Promise.all(asking.map(({ slug }) => ask(slug, document)));
    for (const [index, { text, code }] of answers.entries()) {
      const { slug = null, reach = [] } = asking[index] ?? {};
      const found = canariesIn(text);
      expect([slug, name, code, outside(found, reach)]).toEqual([slug, name, undefined, []]);
      reached.set(slug, [...(reached.get(slug) ?? []), ...found]);
    }
  }
  const own = (who: string, place: string) =>
    new Set(
      (reached.get(who) ?? [])
        .filter((canary) => canary.startsWith(`${place} `))
        .map((canary) => canary.split(" ")[1]),
    );
  expect(own("gus", "globex-nl").size).toBeGreaterThan(60);
  expect(own("ada", "fr")).toEqual(own("gus", "globex-nl"));
  expect(own("mona", "de")).toEqual(own("dora", "de"));
  expect(own("partner", "de").size).toBeGreaterThan(0);
});

/** One of each role and reach. */
const ASKING = new Set(["dora", "felix", "uma", "mona", "olga", "vera", "ada", "nina", "gus", "partner"]);
