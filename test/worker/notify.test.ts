import type { Client } from "pg";
import { expect } from "vitest";
import { sealSecret } from "../../src/capture/sealed_secret.ts";
import { startWorker } from "../../src/worker/start_worker.ts";
import { startReceiver } from "../notify/fake_receiver.ts";
import { connect } from "../support/connections.ts";
import { createDatabase, test } from "../support/database.ts";
import { addChannel, tell } from "../support/outbox.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

const KEY = "a key of this test and of no other installation";

/** As many workers as said, on a database of their own, with these secrets in the environment and a log. */
async function withWorkers(
  secrets: Record<string, string>,
  work: (db: Client, log: string[]) => Promise<void>,
  { count = 1 } = {},
): Promise<void> {
  const database = await createDatabase();
  const log: string[] = [];
  const options = {
    url: database.urls.worker,
    log: {
      line: (line: string) => log.push(line),
      notification: (fields: object, message: string) => log.push(JSON.stringify(fields) + message),
    },
    pathSecret: (slug: string) => secrets[slug],
    key: KEY,
    notify: { publicUrl: "https://leads.example", mail: null, networks: ["127.0.0.0/8"] },
  };
  const db = await connect(database.urls.superuser);
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(options)));
  try {
    await work(db, log);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await database.drop();
  }
}

test("no secret of a channel is in the log, in a row or in a job, whatever its receiver says", async () => {
  await using slack = await startReceiver({ status: 404, body: "canary-of-the-answer" });
  await using stored = await startReceiver({ status: 200 });
  await using moved = await startReceiver({
    status: 302,
    headers: { location: "http://canary-of-the-answer.invalid/" },
  });
  const secrets = { "slack-de": slack.url, "teams-de": moved.url, blocked: "http://[::1]/canary-of-the-url" };
  await withWorkers(secrets, async (db, log) => {
    await addChannel(db, "slack-de", { territory: "de", kinds: ["lead_assigned"] });
    await addChannel(db, "teams-de", { territory: "de", kind: "teams", kinds: ["lead_assigned"] });
    await addChannel(db, "blocked", { territory: "de", kinds: ["lead_assigned"] });
    const id = await addChannel(db, "stored", { territory: "de", kinds: ["lead_assigned"] });
    const sealed = sealSecret(KEY, { slug: "stored", name: "" }, stored.url);
    await db.query("insert into app_private.channel_secrets values ($1, '', $2, $3, now())", [
      id,
      sealed.ciphertext,
      sealed.keyId,
    ]);
    await tell(db);
    await until(
      db,
      "select count(*) = 5 as value from app_public.notifications where sent_at is not null or error is not null",
    );
    expect(
      await allRows(
        db,
        "select slug, sent_at is not null as sent, error from app_public.notifications join app_private.notification_channels as channels on channels.id = channel_id order by slug",
      ),
    ).toEqual([
      { slug: "blocked", sent: false, error: "blocked_address" },
      { slug: "slack-de", sent: false, error: "gone" },
      { slug: "stored", sent: true, error: null },
      { slug: "teams-de", sent: false, error: "redirected" },
    ]);
    expect(log.join("\n")).not.toMatch(/canary|127\.0\.0\.1/);
    expect(await tablesWith(db, "canary")).toEqual([]);
    expect(await tablesWith(db, "notification_failed")).toContain("app_public.exceptions"); // the search finds what is there
  });
});

test("a channel that hangs keeps nobody else's message, and not the pipeline", async () => {
  await using hanging = await startReceiver({ after: "hang" });
  await using quick = await startReceiver({ status: 200 });
  await withWorkers({ hanging: hanging.url, quick: quick.url }, async (db) => {
    await addChannel(db, "hanging", { territory: "de", kinds: ["lead_assigned"] });
    await addChannel(db, "quick", { territory: "fr", kinds: ["lead_assigned"] });
    for (let n = 0; n < 3; n += 1) await tell(db);
    await until(db, "select true as value where $1 > 0", () => [hanging.seen.length]);
    for (let n = 0; n < 3; n += 1) {
      await tell(db, { territory: "fr", to: "felix" });
      await until(
        db,
        "select count(*) = $1 as value from app_public.notifications where channel = 'slack' and sent_at is not null",
        () => [n + 1],
      );
    }
    // It hung all the while, and nothing more was sent into it.
    expect(hanging.seen).toHaveLength(1);
    expect(
      await oneValue(
        db,
        "select count(*)::int as value from app_public.notifications where channel = 'log' and sent_at is null",
      ),
    ).toBe(0);
    expect(
      await allValues(
        db,
        "select task_identifier as value from graphile_worker.jobs where locked_at is not null",
      ),
    ).toEqual(["notify"]);
    hanging.release();
    await until(
      db,
      "select count(*) = 3 as value from app_public.notifications where channel = 'slack' and territory_id = (select id from app_public.territories where slug = 'de') and sent_at is null and error is not null",
    );
  });
});

test("two workers and a hundred events: each reaches its channel once", async () => {
  await using slack = await startReceiver({ status: 200 });
  await withWorkers(
    { all: slack.url },
    async (db) => {
      await addChannel(db, "all", { territory: "global", kinds: ["lead_assigned"] });
      for (let n = 0; n < 100; n += 1) await tell(db);
      await until(
        db,
        "select count(*) = 200 and bool_and(sent_at is not null) as value from app_public.notifications",
      );
      expect(slack.seen).toHaveLength(100);
      expect(await oneValue(db, "select max(attempts)::int as value from app_public.notifications")).toBe(1);
    },
    { count: 2 },
  );
});

async function until(db: Client, text: string, values: () => unknown[] = () => []): Promise<void> {
  for (let asked = 0; asked < 20_000; asked += 1) {
    const [row] = await allRows<{ value: boolean }>(db, text, values());
    if (row?.value) return;
  }
  throw new Error(`It never came true: ${text}`);
}

/** Tables in which any row, read as text, holds this. */
async function tablesWith(db: Client, needle: string): Promise<string[]> {
  const tables = await allValues<string>(
    db,
    `select oid::regclass::text as value from pg_class
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('app_public', 'app_private', 'graphile_worker') order by 1`,
  );
  const found: string[] = [];
  for (const table of tables) {
    if (
      await oneValue(
        db,
        `select exists (select from ${table} as each where each::text like '%' || $1 || '%') as value`,
        [needle],
      )
    )
      found.push(table);
  }
  return found;
}
