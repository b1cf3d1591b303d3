import { text } from "node:stream/consumers";
import type { Client } from "pg";
import { secretSlug } from "../../capture/path_secrets.ts";
import { openSecret, type SealedSecret, sealSecret } from "../../capture/sealed_secret.ts";
import type { Config } from "../../config.ts";
import type { DatabaseUrls } from "../../postgres/instance.ts";
import { ensureKey } from "../../postgres/key.ts";
import { configure } from "../configuration.ts";
import { attach } from "../find_running.ts";
import { look, refusePending } from "../organization.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";

/** Seals what comes on standard input and keeps it for a path or a channel. Who needs it knows it within seconds. */
export async function setSecret(slug: string, name = ""): Promise<void> {
  if (!/^(?:[a-z0-9][a-z0-9-]{0,62})?$/.test(name)) {
    throw misused(`"${name}" is not a name: small letters, digits and hyphens, as access-token.`);
  }
  if (process.stdin.isTTY) note("Paste the secret, press Enter, then Ctrl-D. It is shown as you type it.");
  const secret = (await text(process.stdin)).trim();
  if (secret === "") throw misused("Nothing came on standard input: echo … | npx catchment secrets set …");
  await withDatabase(async (urls, config) => {
    const { ciphertext, keyId } = sealSecret(await ensureKey(config), { slug, name }, secret);
    const rowCount = await look(urls, (worker) => first(worker, SET, [slug, name, ciphertext, keyId]));
    if (rowCount === 0) throw unknown(slug);
    say(`Stored for ${labelOf({ slug, name })}.`);
    if (config.pathSecret(secretSlug({ slug, name })) !== undefined) note(HIDDEN);
  });
}

/** Names, never values. */
export async function listSecrets({ json }: { json?: true }): Promise<void> {
  await withDatabase(async (urls, config) => {
    const key = await ensureKey(config);
    const stored = await look(urls, readStored);
    const shown = stored.map((secret) => ({
      path: secret.slug,
      name: secret.name,
      setAt: secret.createdAt.toISOString(),
      opens: openSecret(key, secret) !== null,
      hiddenByEnvironment: config.pathSecret(secretSlug(secret)) !== undefined,
    }));
    if (json) return sayJson(shown);
    if (shown.length === 0) return say("No secret is stored.");
    const rows = shown.map((one) => [one.path, one.name || "(its own)", one.setAt, stateOf(one)]);
    for (const line of table([["path", "name", "set at", "state"], ...rows])) say(line);
  });
}

export async function removeSecret(slug: string, name = ""): Promise<void> {
  await withDatabase(async (urls) => {
    const rowCount = await look(urls, (worker) => first(worker, REMOVE, [slug, name]));
    if (rowCount === 0)
      throw new CommandError(EXIT.failed, `Nothing is stored for ${labelOf({ slug, name })}.`);
    say(`Removed that of ${labelOf({ slug, name })}.`);
  });
}

async function withDatabase(work: (urls: DatabaseUrls, config: Config) => Promise<void>): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    await refusePending(urls);
    await work(urls, config);
  } finally {
    await stop();
  }
}

type Stored = SealedSecret & { createdAt: Date };

async function readStored(worker: Client): Promise<Stored[]> {
  const { rows } = await worker.query<Stored>(
    `select slug, name, ciphertext, key_id as "keyId", created_at as "createdAt" from app_private.sealed_secrets()
      union all
     select channels.slug, name, ciphertext, key_id, created_at
       from app_private.channel_secrets join app_private.notification_channels as channels on channels.id = channel_id
      order by 1, 2`,
  );
  return rows;
}

/** Of a path, else of a channel: their slugs differ (check_notifications.ts). Answers how many rows it was. */
async function first(worker: Client, statements: readonly string[], values: unknown[]): Promise<number> {
  for (const statement of statements) {
    const { rowCount } = await worker.query(statement, values);
    if (rowCount !== null && rowCount > 0) return rowCount;
  }
  return 0;
}

function stateOf({ opens, hiddenByEnvironment }: { opens: boolean; hiddenByEnvironment: boolean }): string {
  if (!opens) return "does not open with this CATCHMENT_KEY: set it again";
  return hiddenByEnvironment ? "not used: the environment has another" : "in use";
}

function labelOf({ slug, name }: { slug: string; name: string }): string {
  return name === "" ? slug : `${slug}, ${name}`;
}

function unknown(slug: string): CommandError {
  return new CommandError(EXIT.failed, `There is no capture path and no channel "${slug}".`);
}

const HIDDEN = "The environment has a secret for this too, and that one counts.";

const UPSERT = `
     set ciphertext = excluded.ciphertext, key_id = excluded.key_id, created_at = excluded.created_at`;

const SET = [
  `insert into app_private.path_secrets (path_id, name, ciphertext, key_id, created_at)
   select capture_paths.id, $2, $3, $4, now() from app_public.capture_paths where capture_paths.slug = $1
   on conflict (path_id, name) do update ${UPSERT}`,
  // A channel that was gone is tried again: whoever sets its URL has seen to that.
  `with opened as (
     update app_private.notification_channels as channels set disabled_at = null where channels.slug = $1 returning channels.id)
   insert into app_private.channel_secrets (channel_id, name, ciphertext, key_id, created_at)
   select opened.id, $2, $3, $4, now() from opened
   on conflict (channel_id, name) do update ${UPSERT}`,
];

const REMOVE = [
  `delete from app_private.path_secrets
    using app_public.capture_paths
    where capture_paths.id = path_secrets.path_id and capture_paths.slug = $1 and path_secrets.name = $2`,
  `delete from app_private.channel_secrets
    using app_private.notification_channels as channels
    where channels.id = channel_secrets.channel_id and channels.slug = $1 and channel_secrets.name = $2`,
];
