import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, actAsNobody, stopActing } from "../support/act_as.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, refusalOf } from "../support/rows.ts";

test("a part of a name or of an address finds who is seen, the newest first, in any case", async ({ db }) => {
  await createLeads(db);
  await actAs(db, await actorId(db, "mona"));
  expect(await search(db, "arlow")).toEqual(["ben@harlow.example", "ana@example.de"]);
  expect(await search(db, " ANA Har ")).toEqual(["ana@example.de"]);
  expect(await search(db, "@harlow.ex")).toEqual(["ben@harlow.example"]);
});

test("beyond the wall nothing is found, as if it were not there", async ({ db }) => {
  await createLeads(db);
  for (const [who, found] of [
    ["felix", ["ben@harlow.example"]],
    ["uma", ["cy@harlow.example"]],
    ["nina", []],
  ] as const) {
    await stopActing(db);
    await actAs(db, await actorId(db, who));
    expect([who, await search(db, "harlow")]).toEqual([who, found]);
    expect(await search(db, "somebody absent")).toEqual([]);
  }
  await actAsNobody(db);
  expect(await search(db, "harlow")).toEqual([]);
  expect(await allValues(db, "select app_public.lead_matches('harlow') as value")).toEqual([[]]);
});

test("signs of patterns are letters like others", async ({ db }) => {
  await createLeads(db);
  await actAs(db, await actorId(db, "mona"));
  for (const text of ["%%%", "a%e", "___", "ana_exa", "\\\\\\", "'; select"])
    expect([text, await search(db, text)]).toEqual([text, []]);
  expect(await search(db, "d_o%")).toEqual(["d_o%@example.fr"]);
});

test("merged leads and forgotten people are not found; too short and too long is refused", async ({ db }) => {
  const [ana, ben] = await createLeads(db);
  await db.query("update app_public.leads set merged_into_id = $1 where id = $2", [ana, ben]);
  await db.query(
    "update app_public.leads set erased_at = now(), closed_at = now(), status = 'closed_lost' where id = $1",
    [ana],
  );
  await actAs(db, await actorId(db, "mona"));
  expect(await search(db, "harlow")).toEqual([]);
  for (const text of ["", "ab", "  a  ", null, "a".repeat(201)])
    expect(await refusalOf(db, "select from app_public.search_leads($1)", [text])).toBe("BADIN");
});

test("who has thousands of territories searches as well", async ({ db }) => {
  await createLeads(db);
  await db.query(
    `insert into app_public.territories (parent_id, slug, name, kind, time_zone)
     select id, 'patch-' || n, 'Patch ' || n, 'patch', time_zone from app_public.territories, generate_series(1, 600) as n where slug = 'fr'`,
  );
  await actAs(db, await actorId(db, "felix"));
  expect(await search(db, "harlow")).toEqual(["ben@harlow.example"]);
});

test("the index of trigrams serves the look-up", async ({ db }) => {
  await db.query("set local enable_seqscan = off");
  const { rows } = await db.query(
    "explain select lead_id from app_private.lead_texts where text like '%harlow%'",
  );
  expect(JSON.stringify(rows)).toContain("lead_texts_text");
});

function search(db: Client, text: string): Promise<string[]> {
  return allValues(db, "select email as value from app_public.search_leads($1)", [text]);
}

/** One of the name in each of de, fr and us, and one whose address has signs of patterns. */
async function createLeads(db: Client): Promise<string[]> {
  return allValues(
    db,
    `insert into app_public.leads (territory_id, first_name, last_name, email, source, trace_id, first_seen_at, last_activity_at)
     select territories.id, person.first_name, person.last_name, person.email, 'web-form', md5(person.email), now(), now()
       from (values (1, 'de', 'Ana', 'Harlow', 'ana@example.de'), (2, 'fr', 'Ben', null, 'ben@harlow.example'),
                    (3, 'us', null, 'Cy', 'cy@harlow.example'), (4, 'fr', null, null, 'd_o%@example.fr')) as person (n, slug, first_name, last_name, email)
       join app_public.territories on territories.slug = person.slug
      order by person.n
     returning id as value`,
  );
}
