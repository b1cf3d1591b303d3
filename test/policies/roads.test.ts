import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { exportClient } from "../../src/cli/export/client.ts";
import { LEFT_OUT } from "../../src/cli/export/client_tables.ts";
import { readList } from "../../src/cli/export/read_list.ts";
import { csvFormat, ndjsonFormat } from "../../src/cli/export/row_format.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { follow } from "../api/follow.ts";
import { BI_PASSWORD } from "../support/acme.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { canariesIn, placesIn } from "./canary.ts";
import { fieldsOf, introspect, selectionOf } from "./documents.ts";
import { everybody, test } from "./planted.ts";

// The other roads by which something leaves the house: subscriptions and files.

/** Every subscription, and a change in a territory that it tells of. */
const CHANGES: Record<string, string> = {
  exceptionChanged: "update app_public.exceptions set reopenings = reopenings + 1 where territory_id = $1",
  leadChanged:
    "update app_public.leads set last_activity_at = now() where territory_id = $1 and merged_into_id is null",
  queueChanged: "update app_public.leads set owner_id = null, owned_at = null where territory_id = $1",
};

test("a subscription tells each side of its own rows, and is silent about the other's", async ({
  api,
  land,
}) => {
  const schema = await introspect(api);
  const fields = fieldsOf(schema.getSubscriptionType());
  expect(fields.map(({ name }) => name).sort()).toEqual(Object.keys(CHANGES).sort());
  for (const field of fields) {
    const query = `subscription { ${field.name} ${selectionOf(schema, field)} }`;
    const [dora, nina] = [
      await follow(api, { slug: "dora" }, query),
      await follow(api, { slug: "nina" }, query),
    ];
    for (const one of [dora, nina]) await one.stands();
    const change = (slug: string) =>
      withConnection(land.urls.superuser, async (root) => {
        const id = await oneValue<number>(
          root,
          "select id as value from app_public.territories where slug = $1",
          [slug],
        );
        return (await root.query(CHANGES[field.name] ?? "", [id])).rowCount;
      });
    expect(await change("globex-nl")).toBeGreaterThan(0);
    await expect.poll(() => placesIn(JSON.stringify(nina.events))).toEqual(["globex-nl"]);
    expect([field.name, dora.events.length]).toEqual([field.name, 1]); // that it stands
    await change("de");
    await expect.poll(() => placesIn(JSON.stringify(dora.events))).toEqual(["de"]);
    expect([field.name, placesIn(JSON.stringify(nina.events))]).toEqual([field.name, ["globex-nl"]]);
    for (const one of [dora, nina]) await one.client.dispose();
  }
});

test("a list in a file holds what its reader reaches, whoever reads it and in both forms", async ({
  db,
  land,
}) => {
  const people = await everybody(db);
  for (const { slug, reach } of people.filter((one) =>
    ["dora", "uma", "olga", "gus", "bi_de"].includes(one.slug),
  )) {
    const schema = slug === "bi_de" ? "bi" : "app_public";
    const reader =
      schema === "bi"
        ? { url: roleUrl(land.urls.worker, "bi_de", BI_PASSWORD), actor: null }
        : { url: land.urls.api, actor: slug };
    const texts: string[] = [];
    for (const table of await listsOf(schema)) {
      for (const format of [csvFormat({ isRaw: true }), ndjsonFormat])
        await readList(reader, { schema, table, filters: [] }, format, async (text) => void texts.push(text));
    }
    const found = canariesIn(texts.join(""));
    expect([slug, found.filter((canary) => !reach.includes(canary.split(" ")[0] ?? ""))]).toEqual([slug, []]);
    expect([slug, found.length > (slug === "uma" ? 0 : 15)]).toEqual([slug, true]);
  }

  function listsOf(schema: string): Promise<string[]> {
    return allRows<{ name: string }>(
      db,
      `select relname as name from pg_class
        where relkind in ('r', 'p', 'v') and not relispartition and relnamespace = $1::regnamespace
          and has_any_column_privilege($2, oid, 'select')`,
      [schema, schema === "bi" ? "catchment_bi" : "catchment_user"],
    ).then((rows) => rows.map(({ name }) => name));
  }
});

test("the files of a leaving client hold every table of it, and nothing of the other client", async ({
  land,
  planted,
}) => {
  for (const [client, own] of [
    ["globex", ["globex", "globex-nl"]],
    ["global", ["americas", "br", "de", "emea", "fr", "global", "uk", "us"]],
  ] as const) {
    const folder = await temporaryFolder();
    await exportClient(land.urls.worker, client, join(folder, client));
    const missing: string[] = [];
    for (const file of await readdir(join(folder, client))) {
      const found = placesIn(await readFile(join(folder, client, file), "utf8"));
      expect([client, file, found.filter((place) => !own.some((one) => one === place))]).toEqual([
        client,
        file,
        [],
      ]);
      const table = planted.find(({ name }) => `${name}.ndjson` === file);
      const holds = table?.columns.some(({ kind }) => kind === "json" || kind === "bytes");
      if (table?.reach === "place" && holds && LEFT_OUT[table.name] === undefined && found.length === 0)
        missing.push(file);
    }
    expect([client, missing]).toEqual([client, []]);
  }
});
