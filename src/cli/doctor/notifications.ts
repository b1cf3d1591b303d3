import type { Client } from "pg";
import { makePathSecrets } from "../../capture/path_secrets.ts";
import type { SealedSecret } from "../../capture/sealed_secret.ts";
import type { Config } from "../../config.ts";
import { type Finding, ok, warn } from "./finding.ts";

/** Channels that nobody told their URL, that are gone, and messages that did not arrive. Slugs and words of ours alone. */
export async function checkNotifications(
  worker: Client,
  { key, config }: { key: string; config: Config },
): Promise<Finding[]> {
  const { rows: sealed } = await worker.query<SealedSecret>(SEALED);
  const secrets = makePathSecrets({ fromEnvironment: config.pathSecret, key, load: async () => sealed });
  await secrets.refresh();
  const { rows: channels } = await worker.query<Channel>(CHANNELS);
  const { rows: failed } = await worker.query<{ what: string }>(FAILED);
  const silent = channels.filter((channel) => lacks(channel, config, secrets.find));
  const gone = channels.filter(({ isGone }) => isGone);
  return [
    listed(
      "channels",
      silent.map(({ slug }) => slug),
      `${channels.length} can be reached`,
      "not set up",
      "Set CATCHMENT_SECRET_<CHANNEL> for the worker, or `npx catchment secrets set <channel>`; e-mail needs CATCHMENT_SMTP_URL (docs/notifications.md).",
    ),
    listed(
      "closed channels",
      gone.map(({ slug }) => slug),
      "none",
      "said that they are gone",
      "Make a new URL, store it with `npx catchment secrets set <channel>`: that opens the channel again.",
    ),
    listed(
      "failed notifications",
      failed.map(({ what }) => what),
      "none within a day",
      "given up within a day",
      "docs/runbooks/notification_failed.md says what each word means.",
    ),
  ];
}

type Channel = { slug: string; kind: string; isGone: boolean };

function lacks({ slug, kind }: Channel, config: Config, find: (slug: string) => string | undefined): boolean {
  if (kind === "email") return config.notify.mail === null;
  return find(slug) === undefined || (kind === "webhook" && find(`${slug}-signing-key`) === undefined);
}

function listed(check: string, wrong: string[], fine: string, what: string, advice: string): Finding {
  return wrong.length === 0 ? ok(check, fine) : warn(check, `${wrong.join(", ")}: ${what}`, advice);
}

const SEALED = `
  select channels.slug, secrets.name, secrets.ciphertext, secrets.key_id as "keyId"
    from app_private.channel_secrets as secrets
    join app_private.notification_channels as channels on channels.id = secrets.channel_id`;

const CHANNELS = `
  select slug, kind, disabled_at is not null as "isGone" from app_private.notification_channels where is_active order by slug`;

const FAILED = `
  select format('%s of %s (%s)', count(*), app_private.target_of(channel, recipient_id, channel_id), max(error)) as what
    from app_public.notifications where failed_at >= now() - interval '1 day'
   group by channel, recipient_id, channel_id order by count(*) desc limit 8`;
