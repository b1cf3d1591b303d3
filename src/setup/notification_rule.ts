import { z } from "zod";
import { Slug } from "./slug.ts";
import { Clock } from "./working_hours.ts";

const Kind = z.string().regex(/^[a-z][a-z_]{0,62}$/, "must be a kind of notification, as lead_assigned");
/** Of two small letters, as `de`. */
export const Language = z.string().regex(/^[a-z]{2}$/, "must be a language of two small letters, as de");
const DayTime = Clock.refine((time) => time !== "24:00", 'a day begins at "00:00"');

/** Where a territory, a team or a person is reached. Its URL is a secret and never here (docs/notifications.md). */
export const NotificationChannel = z.strictObject({
  slug: Slug,
  kind: z.enum(["slack", "teams", "email", "webhook"]),
  /** One of these three says whose it is. */
  territory: Slug.nullable().default(null),
  team: Slug.nullable().default(null),
  person: z.string().nullable().default(null),
  /** Of an email channel alone: a mailbox of the organization. */
  address: z.email("must be an e-mail address").nullable().default(null),
  /** What it hears of. Left out: what the rules address to a channel, and lead_unassigned; of a person: all that is theirs. */
  kinds: z.array(Kind).min(1).max(50).nullable().default(null),
  /** Left out: English. */
  language: Language.nullable().default(null),
});

/** When people of a territory and below are left in peace, and what does not wait. Their own preferences go before. */
export const NotificationPolicy = z.strictObject({
  slug: Slug,
  territory: Slug,
  /** Left out: every kind. */
  kind: Kind.nullable().default(null),
  is_urgent: z.boolean().nullable().default(null),
  /** Both or none; in the time zone of the person, over midnight where from is later than until. */
  quiet_from: DayTime.nullable().default(null),
  quiet_until: DayTime.nullable().default(null),
  digest: z.enum(["none", "hourly", "daily"]).nullable().default(null),
});
