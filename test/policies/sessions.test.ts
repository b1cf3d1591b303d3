import { Client } from "pg";
import { expect } from "vitest";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { actorId, BI_PASSWORD } from "../support/acme.ts";
import { connect } from "../support/connections.ts";
import { allValues, oneRow } from "../support/rows.ts";
import { act, test } from "./land.ts";

test("one prepared statement in one session: each time the rows of who asks, revoked ones none", async ({
  db,
}) => {
  const places = {
    name: "places",
    text: `select distinct territories.slug from app_public.leads join app_public.territories on territories.id = leads.territory_id order by 1`,
  };
  const seenBy = async (who: string | null) => {
    await act(db, who);
    const { rows } = await db.query<{ slug: string }>(places);
    return rows.map(({ slug }) => slug).join(" ");
  };
  // More often than Postgres plans anew, so that the kept plan serves all of them.
  for (let round = 0; round < 8; round += 1) {
    expect(await seenBy("dora")).toBe("de");
    expect(await seenBy("felix")).toBe("fr");
    expect(await seenBy("gus")).toBe("globex-nl");
    expect(await seenBy(null)).toBe("");
  }
  await db.query("reset session authorization; reset role");
  await db.query("delete from app_public.memberships where actor_id = $1", [await actorId(db, "dora")]);
  expect(await seenBy("dora")).toBe("");
  expect(await seenBy("felix")).toBe("fr");
  await db.query("reset session authorization; reset role");
  const kept = await oneRow(
    db,
    "select generic_plans > 0 as it from pg_prepared_statements where name = 'places'",
  );
  expect(kept).toEqual({ it: true });
});

test("what other sessions ask is hidden from users, the API's login and BI logins", async ({ land, db }) => {
  const secret = "a_canary_in_the_text_of_a_statement";
  const worker = await connect(land.urls.worker);
  await worker.query(`select '${secret}'`);
  const asked = `select query as value from pg_stat_activity where query like '%a_canary_in%' and pid <> pg_backend_pid()`;
  expect(await allValues(db, asked)).toEqual([`select '${secret}'`]); // a superuser sees it
  const api = await connect(land.urls.api);
  expect(await allValues(api, asked)).toEqual([]);
  const user = await connect(land.urls.api);
  await user.query(`select '${secret}'`); // another request, of the same login
  await api.query("begin; set local role catchment_user");
  expect(await allValues(api, asked)).toEqual([]);
  const bi = new Client({ connectionString: roleUrl(land.urls.worker, "bi_de", BI_PASSWORD) });
  await bi.connect();
  try {
    expect(await allValues(bi, asked)).toEqual([]);
  } finally {
    await bi.end();
  }
});
