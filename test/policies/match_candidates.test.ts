import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { actAsLogin } from "../support/act_as.ts";
import { oneValue } from "../support/rows.ts";
import { act, test } from "./land.ts";
import { proveWall } from "./prove_wall.ts";
import { DENIED, refusal } from "./refusal.ts";

/** A question about every two leads of a client: a pair belongs to what both territories lie in. */
const PAIRS = `
  insert into app_public.match_candidates (territory_id, lead_id, other_lead_id, capture_id, trace_id, evidence, opened_at)
  select pair.territory_id, leads.id, others.id, uuidv7(), leads.trace_id, '{}', now()
    from app_public.leads
    join app_public.leads as others on others.id > leads.id
   cross join lateral (select app_private.common_ancestor(array[leads.territory_id, others.territory_id]) as territory_id) as pair
   where pair.territory_id is not null`;

test.beforeAll(async ({ database }) => {
  await withConnection(database.urls.superuser, (root) => root.query(PAIRS));
});

proveWall("match_candidates", ["de", "emea", "americas", "global"]);

test("nobody decides, asks or forgets by hand", async ({ db }) => {
  for (const become of [() => act(db, "ada"), () => actAsLogin(db, "bi_de")]) {
    await become();
    for (const attempt of [
      "update app_public.match_candidates set state = 'rejected', decided_at = now()",
      "insert into app_public.match_candidates (territory_id) values (1)",
      "delete from app_public.match_candidates",
    ]) {
      expect([attempt, await refusal(db, attempt)]).toEqual([attempt, DENIED]);
    }
  }
});

test("what is compared of people is the machine's alone, in whatever direction one asks", async ({ db }) => {
  for (const table of ["match_records", "match_keys", "match_terms", "match_statistics", "identity_models"]) {
    await act(db, "ada");
    expect([table, await refusal(db, `select from app_private.${table}`)]).toEqual([table, DENIED]);
  }
  expect(
    await oneValue(db, "select has_schema_privilege('catchment_user', 'app_private', 'usage') as value"),
  ).toBe(false);
});
