import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { addRules, found } from "../support/territory_rules.ts";

test("every column can be asked, alone and together, and the rule with more of them wins", async ({ db }) => {
  const revision = await addRules(db, [
    { territory: "emea", country: "CH" },
    { territory: "de", country: "CH", language: "de" },
    { territory: "fr", country: "CH", language: "de", segment: "public" },
    { territory: "uk", region: "Zug", company_domain: "acme.ch", source: "web-form", employees_min: 10 },
    { territory: "us", company_domain: "acme.ch" },
  ]);
  const ch = { country: "CH" };
  expect(await found(db, revision, ch)).toBe("emea");
  expect(await found(db, revision, { ...ch, language: "de" })).toBe("de");
  expect(await found(db, revision, { ...ch, language: "de", segment: "public" })).toBe("fr");
  expect(await found(db, revision, { ...ch, company_domain: "acme.ch", region: "Zug", employees: 10 })).toBe(
    "uk",
  );
  expect(await found(db, revision, { company_domain: "acme.ch", region: "Zug", employees: 9 })).toBe("us");
  expect(await found(db, revision, { language: "de", segment: "public" })).toBeUndefined();
});

test("of postal prefixes the longest wins, however many lengths there are; no code meets none", async ({
  db,
}) => {
  const revision = await addRules(db, [
    { territory: "de", postal_prefix: "1" },
    { territory: "fr", postal_prefix: "120" },
    { territory: "uk", postal_prefix: "12" },
    { territory: "us", postal_prefix: "12000" },
  ]);
  const codes = ["1", "12", "1201", "12000", "2", ""];
  const answers: (string | undefined)[] = [];
  for (const postal_code of codes) answers.push(await found(db, revision, { postal_code }));
  expect(answers).toEqual(["de", "uk", "fr", "us", undefined, undefined]);
  expect(await found(db, revision, {})).toBeUndefined();
});

test("sizes include both ends; a lead without a number of employees is met by none", async ({ db }) => {
  const revision = await addRules(db, [
    { territory: "de", employees_max: 49 },
    { territory: "fr", employees_min: 50, employees_max: 249 },
    { territory: "uk", employees_min: 250 },
  ]);
  const sizes = [0, 49, 50, 249, 250, 49.5, 3_000_000_000, "many", null, [60]];
  const answers: (string | undefined)[] = [];
  for (const employees of sizes) answers.push(await found(db, revision, { employees }));
  expect(answers).toEqual(["de", "de", "fr", "fr", "uk", undefined, "uk", undefined, undefined, undefined]);
});

test("what is equal only in other columns, or only as a number, is no match", async ({ db }) => {
  const revision = await addRules(db, [{ territory: "de", country: "DE" }]);
  expect(await found(db, revision, { segment: "DE", region: "DE" })).toBeUndefined();
  await db.query(
    `alter table app_public.territory_rules alter column match_key set expression as (hash_record_extended(
       row(revision, boundary_id, 'FR'::text, region, postal_prefix, language, company_domain, segment, source), 0))`,
  );
  expect(await found(db, revision, { country: "FR" })).toBeUndefined();
  await db.query("update app_public.territory_rules set country = 'FR' where revision = $1", [revision]);
  expect(await found(db, revision, { country: "FR" })).toBe("de");
});

test("it finds what reading rule after rule finds, for rules and leads drawn at random", async ({ db }) => {
  const revision = await addRules(
    db,
    drawn(400, 1).map((rule) => ({ territory: "de", ...rule })),
  );
  const leads = drawn(500, 2).map(({ postal_prefix, employees_min, employees_max, ...columns }) => ({
    ...columns,
    postal_code: postal_prefix === undefined ? undefined : `${postal_prefix}7`,
    employees: employees_min,
  }));
  const both = await allRows<{ looked_up: number | null; read: number | null }>(
    db,
    `select looked_up.rule_id as looked_up, read.id as read
       from jsonb_array_elements($1::jsonb) as leads (lead)
      cross join (select id from app_public.territories where slug = 'global') as home
       left join lateral app_private.match_territory(lead, 'web-form', home.id, $2) as looked_up on true
       left join lateral (
         select id from app_public.territory_rules as rules
          where rules.revision = $2 and rules.boundary_id = home.id
            and coalesce(rules.country = lead ->> 'country', rules.country is null)
            and coalesce(rules.region = lead ->> 'region', rules.region is null)
            and coalesce(starts_with(lead ->> 'postal_code', rules.postal_prefix), rules.postal_prefix is null)
            and coalesce(rules.language = lead ->> 'language', rules.language is null)
            and coalesce(rules.segment = lead ->> 'segment', rules.segment is null)
            and coalesce((lead ->> 'employees')::int >= rules.employees_min, rules.employees_min is null)
            and coalesce((lead ->> 'employees')::int <= rules.employees_max, rules.employees_max is null)
          order by rules.specificity desc, rules.position limit 1) as read on true`,
    [JSON.stringify(leads), revision],
  );
  expect(both.filter(({ looked_up, read }) => looked_up !== read)).toEqual([]);
  const matched = both.filter(({ read }) => read !== null).length;
  expect(matched).toBeGreaterThan(100);
  expect(matched).toBeLessThan(500);
});

test("candidate_rules: a lead asks an index for its rules, and none is read that wants something else", async ({
  db,
}) => {
  const rules = Array.from({ length: 2_000 }, (_, n) => ({
    territory: "de",
    postal_prefix: `${10_000 + n}`,
  }));
  const revision = await addRules(db, rules);
  await db.query("set local enable_seqscan = off");
  const { rows: plan } = await db.query<{ "QUERY PLAN": string }>(
    `explain (analyze, costs off, timing off, buffers off, summary off)
     select matched.* from app_public.territories as home
      cross join lateral app_private.match_territory('{"postal_code": "11999"}', 'web-form', home.id, ${revision}) as matched
      where home.slug = 'global'`,
  );
  const read = plan.map((row) => row["QUERY PLAN"]).filter((line) => / on territory_rules/.test(line));
  expect(read.join("\n")).toContain("territory_rules_match_key_idx");
  expect(read.every((line) => line.includes("rows=1.00"))).toBe(true);
});

test("note_shapes: which columns rules set together is known as soon as they are written", async ({ db }) => {
  const revision = await addRules(db, [
    { territory: "de", country: "DE", postal_prefix: "1" },
    { territory: "fr", country: "FR", postal_prefix: "2" },
    { territory: "fr", country: "FR", postal_prefix: "20" },
    { territory: "globex-nl", country: "NL" },
  ]);
  const shapes = await allRows(
    db,
    `select territories.slug, specificity, postal_length from app_private.territory_shapes
       join app_public.territories on territories.id = territory_shapes.boundary_id
      where revision = $1 and has_country order by slug, specificity`,
    [revision],
  );
  expect(shapes).toEqual([
    { slug: "global", specificity: 21, postal_length: 1 },
    { slug: "global", specificity: 22, postal_length: 2 },
    { slug: "globex", specificity: 10, postal_length: 0 },
  ]);
});

test("unread_rules: the decision says by which rule its lead lies where it lies, and which could not be read", async ({
  db,
}) => {
  const revision = await addRules(db, [
    { territory: "fr", segment: "public", condition: '$.segment >= 50 && $.country == "DE"' },
    { territory: "uk", condition: "$.segment.double() > 10" },
    { territory: "de", country: "DE" },
    { territory: "us", condition: "$.segment > 5" },
  ]);
  const rules = await allValues<number>(
    db,
    "select id as value from app_public.territory_rules where revision = $1 order by position",
    [revision],
  );
  const { leadId } = await receiveOne(db, { attributes: someone({ segment: "public" }) });
  expect(await located(db, leadId)).toEqual({
    rule: rules[2],
    unread: expect.toSatisfy(
      (unread: object[]) =>
        unread.length === 2 &&
        unread.every((one) => "rule" in one && rules.slice(0, 2).includes(Number(one.rule))),
    ),
  });
  const clear = await receiveOne(db, { attributes: someone({ employees: 7 }) });
  expect(await located(db, clear.leadId)).toEqual({ rule: rules[2] });
  const desk = await receiveOne(db, { path: "partner-feed", attributes: someone({ country: "JP" }) });
  expect(await located(db, desk.leadId)).toEqual({ fallback: true });
});

test("a condition about a moment meets a lead of another time zone instead of stopping its batch", async ({
  db,
}) => {
  const later = '$.occurred_at.datetime() > "2026-01-01".datetime()';
  const revision = await addRules(db, [{ territory: "uk", condition: later }]);
  expect(await found(db, revision, { occurred_at: "2026-05-01T10:00:00+02:00" })).toBe("uk");
  expect(await found(db, revision, { occurred_at: "last spring" })).toBeUndefined();
});

async function located(db: Parameters<typeof found>[0], leadId: string): Promise<unknown> {
  return oneValue(db, "select inputs -> 'locatedBy' as value from app_public.decisions where lead_id = $1", [
    leadId,
  ]);
}

/** Columns with few values, so that many rules overlap; of each set of values one rule. */
function drawn(count: number, seed: number): Record<string, string | number | undefined>[] {
  let state = seed;
  const draw = (choices: readonly (string | number | undefined)[]) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return choices[Math.floor((state / 2_147_483_648) * choices.length)];
  };
  const seen = new Map(
    Array.from({ length: count }, () => {
      const rule = {
        country: draw([undefined, "DE", "FR", "CH"]),
        region: draw([undefined, undefined, "Nord", "Süd"]),
        postal_prefix: draw([undefined, undefined, "1", "12", "123", "2"]),
        language: draw([undefined, undefined, "de", "fr"]),
        segment: draw([undefined, undefined, undefined, "public"]),
        employees_min: draw([undefined, undefined, 10, 50]),
        employees_max: draw([undefined, undefined, 49, 249]),
      };
      return [JSON.stringify(rule), rule] as const;
    }),
  );
  return [...seen.values()]
    .filter((rule) => seed === 2 || Object.values(rule).some((value) => value !== undefined))
    .filter(({ employees_min, employees_max }) => Number(employees_min ?? 0) <= Number(employees_max ?? 1e9));
}
