import { expect } from "vitest";
import { sealSecret } from "../../src/capture/sealed_secret.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { catchment, preparedEnv } from "./program.ts";

type Findings = Record<string, { state: string; detail: string; advice?: string }>;

test("a healthy database: every fault of the test cluster, and no other", async ({ database }) => {
  await asSuperuser(database, "select app_private.seal_audit(100000)");
  const { code, findings } = await examine(database);
  const bad = Object.entries(findings).filter(([, { state }]) => state !== "ok");
  // The cluster of the tests writes nothing to its disk, has no worker, and is no embedded one of an installation.
  // Nobody gave the signed paths of the sample organization their secrets, and nobody signed its audit.
  expect(bad.map(([check]) => check).sort()).toEqual([
    "PostgreSQL",
    "audit checkpoints",
    "durability",
    "secrets",
    "workers",
  ]);
  expect(code).toBe(1);
});

test("a wall taken down by hand", async ({ database }) => {
  await asSuperuser(database, "alter table app_public.leads no force row level security");
  const { findings } = await examine(database);
  expect(findings["row security"]).toMatchObject({ state: "fail", detail: "app_public.leads" });
  await asSuperuser(database, "alter table app_public.leads force row level security");
  expect((await examine(database)).findings["row security"]?.state).toBe("ok");
});

test("an actor who sees more than their memberships say, until it is worked out anew", async ({
  database,
}) => {
  await asSuperuser(
    database,
    `update app_private.actor_scopes set territory_ids = territory_ids || (select id from app_public.territories where slug = 'fr')
      where actor_id = (select id from app_public.actors where slug = 'dora')`,
  );
  const { findings } = await examine(database);
  expect(findings["what actors see"]).toMatchObject({ state: "fail", detail: "dora" });
  await asSuperuser(database, "update app_public.actors set is_active = is_active");
  expect((await examine(database)).findings["what actors see"]?.state).toBe("ok");
});

test("a definer function of somebody else, a table of the API's login", async ({ database }) => {
  await asSuperuser(
    database,
    `create function app_public.peek() returns int language sql security definer return 1;
     create table app_private.loot (); alter table app_private.loot owner to catchment_api`,
  );
  const { findings } = await examine(database);
  expect(findings["definer functions"]).toMatchObject({
    state: "fail",
    detail: expect.stringContaining("peek()"),
  });
  expect(findings["logins that own"]).toMatchObject({
    state: "fail",
    detail: "catchment_api owns app_private.loot",
  });
  await asSuperuser(database, "drop function app_public.peek(); drop table app_private.loot");
});

test("a calendar that nobody extends, and one that was never written out", async ({ database }) => {
  await asSuperuser(
    database,
    `delete from app_private.calendar_spans where calendar_id = (select id from app_public.calendars where slug = 'office-fr');
     delete from app_private.calendar_spans where starts_at > '2027-03-01'
        and calendar_id = (select id from app_public.calendars where slug = 'office-de')`,
  );
  const { findings } = await examine(database);
  expect(findings.calendars).toMatchObject({
    state: "fail",
    detail: expect.stringMatching(
      /^office-de is written out until 2027-02-2\d, office-fr is written out until never$/,
    ),
  });
});

test("an arrival that waits, a dead worker", async ({ database }) => {
  await asSuperuser(
    database,
    `insert into app_public.captures (path_id, territory_id, trace_id, body, received_at)
       select id, territory_id, repeat('a', 32), '{}', now() - interval '6 minutes'
         from app_public.capture_paths where slug = 'web-form';
     insert into app_private.worker_pools (worker_ids) values ('{gone}')`,
  );
  const { findings } = await examine(database);
  expect(findings.captures).toMatchObject({ state: "fail", detail: "1 pending for more than 5 minutes" });
  expect(findings["dead workers"]?.state).toBe("warn");
});

test("a signed path without a secret, one that was sealed under another key, and both in order", async ({
  database,
}) => {
  const before = (await examine(database)).findings;
  expect(before.secrets).toMatchObject({ state: "warn", detail: expect.stringContaining("partner-feed") });
  const sealed = sealSecret("the key of another installation, lost", { slug: "partner-feed", name: "" }, "x");
  await withConnection(database.urls.worker, (worker) =>
    worker.query(
      `insert into app_private.path_secrets (path_id, name, ciphertext, key_id, created_at)
       select id, '', $1, $2, now() from app_public.capture_paths where slug = 'partner-feed'`,
      [sealed.ciphertext, sealed.keyId],
    ),
  );
  const closed = (await examine(database)).findings;
  expect(closed["stored secrets"]).toMatchObject({ state: "fail", detail: "partner-feed" });
  expect(closed.secrets?.detail).toContain("partner-feed");
  await catchment(["secrets", "set", "partner-feed"], preparedEnv(database), "its own secret\n");
  const open = (await examine(database)).findings;
  expect(open["stored secrets"]).toMatchObject({ state: "ok", detail: "1 open with this key" });
  expect(open.secrets?.detail).not.toContain("partner-feed");
});

async function examine(database: TestDatabase): Promise<{ code: number | null; findings: Findings }> {
  const { code, stdout } = await catchment(["doctor", "--json"], preparedEnv(database));
  const { findings }: { findings: ({ check: string } & Findings[string])[] } = JSON.parse(stdout);
  return { code, findings: Object.fromEntries(findings.map(({ check, ...finding }) => [check, finding])) };
}

async function asSuperuser({ urls }: TestDatabase, sql: string): Promise<void> {
  await withConnection(urls.superuser, (superuser) => superuser.query(sql));
}
