import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { addChannel, address, claim } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

test("a lead that was moved is told only to people and channels with business where it lies now", async ({
  db,
}) => {
  await addChannel(db, "de", { territory: "de", kinds: ["lead_assigned"] });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await address(db);
  await addChannel(db, "emea", { territory: "emea" });
  await db.query(
    `insert into app_public.notifications (event_id, lead_id, territory_id, kind, channel, channel_id, text, next_attempt_at, created_at)
     select uuidv7(), $1, territory_id, 'sla_threshold', 'slack', (select id from app_private.notification_channels where slug = 'emea'), 'Text.', now(), now()
       from app_public.leads where id = $1`,
    [leadId],
  );
  await db.query(
    "update app_public.leads set territory_id = (select id from app_public.territories where slug = 'fr') where id = $1",
    [leadId],
  );
  expect((await claim(db)).map(({ target }) => target)).toEqual(["emea"]);
  expect(await withdrawn(db)).toEqual([
    { who: "de", error: "unseen" },
    { who: "dora", error: "unseen" },
  ]);
});

test("who lost their membership while a message waited does not get it", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await address(db);
  await db.query(
    "delete from app_public.memberships where actor_id = (select id from app_public.actors where slug = 'dora')",
  );
  expect(await claim(db)).toEqual([]);
  expect(await withdrawn(db)).toEqual([{ who: "dora", error: "unseen" }]);
});

function withdrawn(db: ClientBase): Promise<unknown[]> {
  return allRows(
    db,
    `select coalesce(actors.slug, channels.slug) as who, error from app_public.notifications
       left join app_public.actors on actors.id = recipient_id
       left join app_private.notification_channels as channels on channels.id = channel_id
      where withdrawn_at is not null order by 1`,
  );
}
