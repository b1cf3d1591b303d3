import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { type TestDatabase, test } from "../support/database.ts";

test("a statement makes one announcement a territory, with ids up to 20", async ({ database }) => {
  await listening(database, async (root, heard) => {
    await followed(root, "de", "fr");
    await root.query(INSERT, ["de", 20]);
    await root.query(INSERT, ["fr", 21]);
    const [german = "", french] = await heard("lead");
    expect(german.split(/[ ,]/)).toHaveLength(21);
    expect(french).toBe("lead");
    expect(await heard("queue")).toEqual(["queue", "queue"]);
  });
});

test("statements over the same rows make one announcement of the transaction", async ({ database }) => {
  await listening(database, async (root, heard) => {
    await followed(root, "de");
    await root.query("begin");
    await root.query(INSERT, ["de", 3]);
    for (const score of [1, 2])
      await root.query("update app_public.leads set score = $1 where source = 'announced'", [score]);
    await root.query("commit");
    expect(await heard("lead")).toHaveLength(1);
  });
});

test("a move is announced on both sides; what is owned or closed concerns no queue", async ({ database }) => {
  await listening(database, async (root, heard) => {
    await root.query(INSERT, ["de", 1]);
    await root.query(
      "update app_public.leads set status = 'closed_lost', closed_at = now() where source = 'announced'",
    );
    await followed(root, "de", "fr");
    await root.query(
      "update app_public.leads set territory_id = (select id from app_public.territories where slug = 'fr') where source = 'announced'",
    );
    const [from, to] = await heard("lead");
    expect([from, from?.length]).toEqual([to, 41]);
    expect(await heard("queue")).toEqual([]);
  });
});

test("nothing is announced where nobody follows, or no longer does", async ({ database }) => {
  await listening(database, async (root, heard) => {
    await followed(root, "de");
    await root.query(INSERT, ["us", 1]);
    await root.query("update app_private.live_territories set ends_at = now()");
    await root.query(INSERT, ["de", 1]);
    await root.query("update app_public.leads set score = 3 where false");
    expect(await heard("")).toEqual([]);
  });
});

const INSERT = `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
  select territories.id, 'announced', 'x', now(), now() from app_public.territories, generate_series(1, $2::int) where slug = $1`;

async function followed(root: Client, ...slugs: string[]): Promise<void> {
  const { rows } = await root.query<{ channel: string }>(
    `select channel from app_hidden.follow_territories(array(select id from app_public.territories where slug = any ($1)), clock_timestamp())`,
    [slugs],
  );
  for (const { channel } of rows) await root.query(`listen ${channel}`);
}

/** `heard`: what was announced of a kind, once everything on its way has come. */
async function listening(
  database: TestDatabase,
  work: (root: Client, heard: (kind: string) => Promise<string[]>) => Promise<void>,
): Promise<void> {
  await withConnection(database.urls.superuser, async (root) => {
    await root.query("delete from app_public.leads where source = 'announced'");
    await root.query("delete from app_private.live_territories");
    const payloads: string[] = [];
    root.on("notification", ({ payload = "" }) => payloads.push(payload));
    await root.query("listen the_end");
    await work(root, async (kind) => {
      await root.query("notify the_end, 'over'");
      await expect.poll(() => payloads.includes("over")).toBe(true);
      return payloads.filter((payload) => payload !== "over" && payload.startsWith(kind));
    });
  });
}
