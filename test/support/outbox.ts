import type { ClientBase } from "pg";
import type { Notification, Outcome, Send } from "../../src/notify/channel.ts";
import { makeCompose } from "../../src/notify/compose.ts";
import { type Channels, type Dispatch, makeDispatch } from "../../src/notify/dispatch.ts";
import { readTemplates } from "../../src/notify/templates.ts";
import { asWorker } from "./arrivals.ts";
import { allRows, oneValue } from "./rows.ts";

/** What sends by these channels, with links to leads.example. */
export function dispatchBy(channels: Channels): Dispatch {
  return makeDispatch(channels, makeCompose(readTemplates(), "https://leads.example"));
}

export const accepted: Outcome = { outcome: "accepted" };

/** A channel that takes everything, and what it took. */
export function recording(outcome: Outcome = accepted): { send: Send; ids: string[]; titles: string[] } {
  const ids: string[] = [];
  const titles: string[] = [];
  const send: Send = async ({ id, title }) => {
    ids.push(id);
    titles.push(title);
    return outcome;
  };
  return { send, ids, titles };
}

/** A channel as `apply` writes one. Of a territory unless said otherwise. Answers its id. */
export function addChannel(
  db: ClientBase,
  slug: string,
  {
    kind = "slack",
    territory,
    team,
    person,
    kinds,
  }: Partial<Record<"kind" | "territory" | "team" | "person", string>> & { kinds?: string[] },
): Promise<number> {
  return oneValue(
    db,
    `insert into app_private.notification_channels (slug, kind, territory_id, team_id, actor_id, address, kinds)
     values ($1, $2, (select id from app_public.territories where slug = $3), (select id from app_public.teams where slug = $4),
             (select id from app_public.actors where slug = $5), case when $2 = 'email' then 'desk@acme.example' end, $6)
     returning id as value`,
    [slug, kind, territory, team, person, kinds],
  );
}

/** A row as its writer inserts it, due at once, `secondsAgo` before this transaction. Answers its event. */
export async function tell(
  db: ClientBase,
  {
    to = "dora",
    kind = "lead_assigned",
    territory = "de",
    leadId = null,
    secondsAgo = 0,
  }: { to?: string; kind?: string; territory?: string; leadId?: string | null; secondsAgo?: number } = {},
): Promise<string> {
  return oneValue(
    db,
    `insert into app_public.notifications (event_id, lead_id, territory_id, kind, recipient_id, text, next_attempt_at, created_at)
     select uuidv7(), $4, territories.id, $2, actors.id, 'Something happened.', now() - make_interval(secs => $5), now() - make_interval(secs => $5)
       from app_public.territories, app_public.actors where territories.slug = $3 and actors.slug = $1
     returning event_id as value`,
    [to, kind, territory, leadId, secondsAgo],
  );
}

export async function address(
  db: ClientBase,
  { at, hasMail = false }: { at?: Date; hasMail?: boolean } = {},
): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(db, "select app_private.address_notifications(coalesce($1, now()), 100, $2) as value", [
      at,
      hasMail,
    ]),
  );
}

/** What is due so many seconds after this transaction began. */
export async function claim(db: ClientBase, seconds = 0, atMost = 100): Promise<Notification[]> {
  return asWorker(db, () =>
    allRows<Notification>(
      db,
      "select * from app_private.claim_notifications(now() + make_interval(secs => $1), $2)",
      [seconds, atMost],
    ),
  );
}

export type Told = {
  outcome: "accepted" | "later" | "refused";
  reason?: string;
  after?: number;
  counts?: boolean;
  isGone?: boolean;
};

export async function record(db: ClientBase, ids: readonly string[], told: Told, seconds = 0): Promise<void> {
  const rows = ids.map((id) => ({ id, counts: true, isGone: false, ...told }));
  await asWorker(db, () =>
    db.query("select app_private.record_notifications($1, now() + make_interval(secs => $2))", [
      JSON.stringify(rows),
      seconds,
    ]),
  );
}
