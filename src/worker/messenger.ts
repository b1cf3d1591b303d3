import type { Pool } from "pg";
import { borrow } from "../capture/borrow.ts";
import { makePathSecrets } from "../capture/path_secrets.ts";
import type { SealedSecret } from "../capture/sealed_secret.ts";
import { makeReach } from "../notify/addresses.ts";
import { makeCompose } from "../notify/compose.ts";
import { type Dispatch, makeDispatch } from "../notify/dispatch.ts";
import { makeEmailChannel } from "../notify/email.ts";
import { makeLogChannel } from "../notify/log.ts";
import { makePost } from "../notify/post.ts";
import type { NotifySettings } from "../notify/settings.ts";
import { makeSlackChannel } from "../notify/slack.ts";
import { makeTeamsChannel } from "../notify/teams.ts";
import { readTemplates } from "../notify/templates.ts";
import { makeWebhookChannel } from "../notify/webhook.ts";

export type MessengerOptions = {
  pool: Pool;
  settings: NotifySettings;
  /** Of the environment, by the variable's own spelling of a slug; it wins over what is stored. */
  secret: (slug: string) => string | undefined;
  key: string | undefined;
  log: { line: (line: string) => void; notification: (fields: object, message: string) => void };
};

/** Everything by which this worker can reach people. */
export function makeMessenger({ pool, settings, secret, key, log }: MessengerOptions): Dispatch {
  const secrets = makePathSecrets({
    fromEnvironment: secret,
    key,
    load: () => loadChannelSecrets(pool),
    onFailure: () => log.line("worker: the stored secrets of channels were not read"),
  });
  const post = makePost({ reach: makeReach(settings.networks) });
  const channels = {
    log: makeLogChannel(log.notification),
    slack: makeSlackChannel(secrets.find, post),
    teams: makeTeamsChannel(secrets.find, post),
    webhook: makeWebhookChannel(secrets.find, post),
    ...(settings.mail === null ? {} : { email: makeEmailChannel(settings.mail) }),
  };
  return makeDispatch(channels, makeCompose(readTemplates(), settings.publicUrl), secrets.refresh);
}

export async function loadChannelSecrets(pool: Pool): Promise<SealedSecret[]> {
  const { rows } = await borrow(pool, 2_000, (client) => client.query<SealedSecret>(SEALED));
  return rows;
}

const SEALED = `
  select channels.slug, secrets.name, secrets.ciphertext, secrets.key_id as "keyId"
    from app_private.channel_secrets as secrets
    join app_private.notification_channels as channels on channels.id = secrets.channel_id`;
