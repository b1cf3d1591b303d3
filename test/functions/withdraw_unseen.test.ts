import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { addChannel, address } from "../support/outbox.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

test("when a lead moves, only who has business there hears of it still, people and channels", async ({
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
  await asWorker(db, () => db.query("select app_private.withdraw_unseen(array[$1::uuid], now())", [leadId]));
  expect(
    await allRows(
      db,
      `select coalesce(actors.slug, channels.slug) as who, withdrawn_at is not null as withdrawn
         from app_public.notifications
         left join app_public.actors on actors.id = recipient_id
         left join app_private.notification_channels as channels on channels.id = channel_id order by 1`,
    ),
  ).toEqual([
    { who: "de", withdrawn: true },
    { who: "dora", withdrawn: true },
    { who: "emea", withdrawn: false },
  ]);
});
