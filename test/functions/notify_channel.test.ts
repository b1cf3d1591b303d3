import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { addChannel, claim } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

const EVENT = "0190b7a0-0000-7000-8000-0000000000e1";

test("channels_of: those of the nearest territory, all of them; the team's before", async ({ db }) => {
  await addChannel(db, "global", { territory: "global" });
  await addChannel(db, "emea-slack", { territory: "emea" });
  await addChannel(db, "emea-teams", { territory: "emea", kind: "teams" });
  await addChannel(db, "sales-de", { team: "sales-de" });
  expect(await channelsOf(db, "de")).toEqual(["emea-slack", "emea-teams"]);
  expect(await channelsOf(db, "us")).toEqual(["global"]);
  expect(await channelsOf(db, "de", "sales-de")).toEqual(["sales-de"]);
  expect(await channelsOf(db, "de", "sales-fr")).toEqual(["emea-slack", "emea-teams"]);
  expect(await channelsOf(db, "globex-nl")).toEqual([]);
});

test("the channel hears once of an event, however often it is told", async ({ db }) => {
  await addChannel(db, "emea", { territory: "emea" });
  expect([await notify(db, "de"), await notify(db, "de")]).toEqual([1, 1]);
  expect(await claim(db)).toMatchObject([
    {
      channel: "slack",
      target: "emea",
      recipient: null,
      kind: "sla_threshold",
      language: "en",
      details: { threshold: 100 },
    },
  ]);
});

test("one that wants other kinds hears nothing, and where nobody hears the caller knows", async ({ db }) => {
  expect(await notify(db, "de")).toBe(0);
  await addChannel(db, "emea", { territory: "emea", kinds: ["lead_assigned"] });
  expect(await notify(db, "de")).toBe(0);
  await db.query("update app_private.notification_channels set kinds = null, disabled_at = now()");
  expect(await notify(db, "de")).toBe(0);
  expect(await claim(db)).toEqual([]);
});

function channelsOf(db: ClientBase, territory: string, team?: string): Promise<string[]> {
  return asWorker(db, () =>
    allValues(
      db,
      `select channels.slug as value
         from app_private.channels_of((select id from app_public.territories where slug = $1), (select id from app_public.teams where slug = $2)) as channels`,
      [territory, team],
    ),
  );
}

function notify(db: ClientBase, territory: string): Promise<number> {
  return asWorker(db, () =>
    oneValue(
      db,
      `select app_private.notify_channel((select id from app_public.territories where slug = $1), $2, null, null, 'sla_threshold',
         'Text.', now(), details => '{"threshold": 100}') as value`,
      [territory, EVENT],
    ),
  );
}
