import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { addChannel, address, tell } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneRow, refusalOf } from "../support/rows.ts";

test("ways_to: a person is reached by mail where there is a mail server, else by the log", async ({ db }) => {
  await tell(db, { to: "dora" });
  await address(db, { hasMail: true });
  await tell(db, { to: "dirk" });
  await db.query("update app_public.actors set email = null where slug = 'doris'");
  await tell(db, { to: "doris" });
  await address(db, { hasMail: false });
  expect(await targets(db)).toEqual(["dirk: log", "dora: email", "doris: log"]);
});

test("a person's own channel is one more, if it wants the kind", async ({ db }) => {
  await addChannel(db, "dora-slack", { person: "dora" });
  await addChannel(db, "dora-teams", { person: "dora", kind: "teams", kinds: ["sla_threshold"] });
  await tell(db);
  await address(db, { hasMail: true });
  expect(await targets(db)).toEqual(["dora: email", "dora: slack dora-slack"]);
});

test("what was muted is left out, and where nothing is left the row is withdrawn", async ({ db }) => {
  await addChannel(db, "dora-slack", { person: "dora" });
  await mute(db, "{lead_assigned:email,sla_threshold,contact_stopped}");
  await tell(db);
  await tell(db, { kind: "sla_threshold" });
  await tell(db, { kind: "contact_stopped" }); // which the law does not let one mute
  await address(db, { hasMail: true });
  expect(await targets(db)).toEqual(["dora: email", "dora: slack dora-slack", "dora: slack dora-slack"]);
  expect(
    await oneRow(
      db,
      "select kind, error, next_attempt_at from app_public.notifications where withdrawn_at is not null",
    ),
  ).toEqual({ kind: "sla_threshold", error: "muted", next_attempt_at: null });
});

test("a copy goes to the team's channel that asked for the kind, else to that of the nearest territory", async ({
  db,
}) => {
  await addChannel(db, "emea", { territory: "emea", kinds: ["lead_assigned"] });
  await addChannel(db, "global", { territory: "global", kinds: ["lead_assigned"] });
  await addChannel(db, "de-silent", { territory: "de" }); // hears only what is addressed to it
  await receiveOne(db, { attributes: someone() });
  await address(db);
  expect(await targets(db)).toEqual([": slack emea", "dora: log"]);
  await addChannel(db, "sales-de", { team: "sales-de", kinds: ["lead_assigned"] });
  await receiveOne(db, { attributes: someone() });
  await address(db);
  expect(await targets(db)).toEqual([": slack emea", ": slack sales-de", "dirk: log", "dora: log"]);
});

test("the warning about an unassigned lead reaches the channel without being asked for", async ({ db }) => {
  await addChannel(db, "de", { territory: "de" });
  await tell(db, { kind: "lead_unassigned" });
  await address(db);
  expect(await targets(db)).toEqual([": slack de", "dora: log"]);
});

test("nobody of another client hears of it, and no channel that is gone", async ({ db }) => {
  await addChannel(db, "globex", { territory: "globex", kinds: ["lead_assigned"] });
  await addChannel(db, "fr", { territory: "fr", kinds: ["lead_assigned"] });
  const gone = await addChannel(db, "de", { territory: "de", kinds: ["lead_assigned"] });
  await db.query("update app_private.notification_channels set disabled_at = now() where id = $1", [gone]);
  await tell(db);
  await address(db);
  expect(await targets(db)).toEqual(["dora: log"]);
});

test("a second run, and a second word of the same event, make nothing more", async ({ db }) => {
  await addChannel(db, "de", { territory: "de", kinds: ["lead_assigned"] });
  const event = await tell(db);
  expect([await address(db), await address(db)]).toEqual([1, 0]);
  expect(await targets(db)).toEqual([": slack de", "dora: log"]);
  const again = `insert into app_public.notifications (event_id, territory_id, kind, recipient_id, text, next_attempt_at, created_at)
    select event_id, territory_id, kind, recipient_id, text, now(), now() from app_public.notifications where event_id = $1 and not is_copy`;
  expect(await refusalOf(db, again, [event])).toBe("23505");
});

test("two people told of one event share the one copy for the channel", async ({ db }) => {
  await addChannel(db, "de", { territory: "de", kinds: ["lead_assigned"] });
  const event = await tell(db, { to: "dora" });
  await db.query(
    `insert into app_public.notifications (event_id, territory_id, kind, recipient_id, text, next_attempt_at, created_at)
     select event_id, territory_id, kind, (select id from app_public.actors where slug = 'mona'), text, now(), now() from app_public.notifications where event_id = $1`,
    [event],
  );
  await address(db);
  expect(await targets(db)).toEqual([": slack de", "dora: log", "mona: log"]);
});

test("who has left is told nothing", async ({ db }) => {
  await tell(db);
  await db.query("update app_public.actors set is_active = false where slug = 'dora'");
  await address(db, { hasMail: true });
  expect(
    await oneRow(
      db,
      "select error, channel, withdrawn_at is not null as withdrawn from app_public.notifications",
    ),
  ).toEqual({
    error: "inactive",
    channel: null,
    withdrawn: true,
  });
});

async function mute(db: Parameters<typeof tell>[0], muted: string): Promise<void> {
  await db.query(
    "insert into app_private.notification_preferences (actor_id, muted, updated_at) select id, $1, now() from app_public.actors where slug = 'dora'",
    [muted],
  );
}

/** What waits, as `person: channel slug`. */
function targets(db: Parameters<typeof tell>[0]): Promise<string[]> {
  return allValues(
    db,
    `select format('%s: %s', actors.slug, concat_ws(' ', notifications.channel, channels.slug)) as value
       from app_public.notifications
       left join app_public.actors on actors.id = notifications.recipient_id
       left join app_private.notification_channels as channels on channels.id = notifications.channel_id
      where notifications.next_attempt_at is not null order by 1`,
  );
}
