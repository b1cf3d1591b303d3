import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { z } from "zod";
import { test } from "../support/rolled_back.ts";
import { catalogFindings, RULES } from "./catalog_rules.ts";

/** Known-good objects: the roles that a rule fires for, and why that is right. */
const Allowed = z.array(
  z.strictObject({
    rule: z.string(),
    roles: z.array(z.string()),
    reason: z.string().regex(/^[A-Z].{20,}\.$/, "a reason is a sentence"),
    objects: z.array(z.string()).min(1),
  }),
);
const allowed = Allowed.parse(
  JSON.parse(await readFile(new URL("catalog-allow.json", import.meta.url), "utf8")),
);

for (const role of ["catchment_api", "catchment_user", "catchment_worker", "catchment_bi", "bi_de"]) {
  test(`the catalog holds nothing against the walls for ${role} but what is allowed by name`, async ({
    db,
  }) => {
    const found = (await catalogFindings(db, role)).map(({ rule, object }) => `${rule}: ${object}`);
    const known = allowed
      .filter(({ roles }) => roles.includes(role))
      .flatMap(({ rule, objects }) => objects.map((object) => `${rule}: ${object}`));
    expect({
      notAllowed: found.filter((finding) => !known.includes(finding)),
      noLongerFires: known.filter((entry) => !found.includes(entry)),
    }).toEqual({ notAllowed: [], noLongerFires: [] });
  });
}

test("there are 17 rules, and the list names no other", () => {
  expect(Object.keys(RULES)).toHaveLength(17);
  expect(allowed.filter(({ rule }) => !(rule in RULES))).toEqual([]);
});

test("every rule fires on a schema that is bad on purpose", async ({ db }) => {
  await db.query(BAD);
  const found = await catalogFindings(db, "catchment_user", 180_004);
  const bad = found.filter(({ object }) => /bad|180004/.test(object));
  expect([...new Set(bad.map(({ rule }) => rule))].sort()).toEqual(Object.keys(RULES).sort());
  expect(await catalogFindings(db, "catchment_user", 180_006)).not.toContainEqual(
    expect.objectContaining({ rule: "server_minor_lacks_rls_fixes" }),
  );
});

const BAD = `
  create role bad_bypass bypassrls;
  grant bad_bypass to catchment_user;

  create schema bad;
  create table bad.unforced (id int primary key, slug text unique);
  alter table bad.unforced enable row level security;
  grant truncate on bad.unforced to catchment_user;
  create table bad.child (id int primary key, unforced_id int references bad.unforced (id));
  grant select on bad.child to catchment_user;
  create table bad.owned ();
  alter table bad.owned owner to catchment_user;

  create view bad.owner_rights as select from bad.unforced;
  create materialized view bad.copy as select from bad.unforced;
  grant select on bad.owner_rights, bad.copy to catchment_user;

  create function bad.definer() returns int language sql volatile security definer as 'select 1';
  create function bad.leaks(int) returns boolean language sql stable leakproof as 'select true';

  create policy always_true on bad.unforced for insert with check (true);
  create policy of_setting on bad.unforced for select using (unforced.id = current_setting('bad.id', true)::int);

  create table bad.parent (id int primary key) partition by range (id);
  alter table bad.parent enable row level security;
  create table bad.parent_1 partition of bad.parent for values from (0) to (9);
  grant select on bad.parent_1 to catchment_user;

  create publication bad_publication for table bad.unforced;
`;
