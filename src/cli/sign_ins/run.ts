import { configure } from "../configuration.ts";
import { findRunning } from "../find_running.ts";
import { look } from "../organization.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";

type SignIn = { actor: string; subject: string; issuer: string; createdAt: Date };
type Options = { issuer?: string; json?: true };

/** A subject that speaks for somebody is not given to another one: it is removed first, by name. */
export async function add(actor: string, subject: string, options: Options): Promise<void> {
  if (!/^[\x20-\x7e]{1,255}$/.test(subject)) throw misused("A subject is 1 to 255 characters of ASCII.");
  const [added] = await ask(ADD, [issuerOf(options), subject, actor]);
  if (added === undefined) {
    throw refusal(`There is no active person "${actor}", or that subject speaks for somebody else already.`);
  }
  if (options.json) return sayJson(added);
  say(`${subject} of ${added.issuer} speaks for ${added.actor}.`);
}

export async function list(actor: string | undefined, options: Options): Promise<void> {
  const all = await ask(LIST, [actor ?? null]);
  if (options.json) return sayJson(all);
  if (all.length === 0) return note("Nobody. npx catchment sign-ins add <actor> <subject> lets somebody in.");
  const rows = all.map(({ actor: slug, subject, issuer }) => [slug, subject, issuer]);
  for (const line of table([["actor", "subject", "issuer"], ...rows])) say(line);
}

export async function remove(subject: string, options: Options): Promise<void> {
  const [removed] = await ask(REMOVE, [issuerOf(options), subject]);
  if (removed === undefined) throw refusal(`No ${subject} is known: npx catchment sign-ins list shows them.`);
  if (options.json) return sayJson(removed);
  say(`${subject} speaks for ${removed.actor} no more.`);
}

async function ask(text: string, values: (string | null)[]): Promise<SignIn[]> {
  return look(
    await findRunning(configure()),
    async (worker) => (await worker.query<SignIn>(text, values)).rows,
  );
}

function issuerOf({ issuer = configure().oidc?.issuer }: Options): string {
  if (issuer !== undefined) return issuer;
  throw misused("Say which provider: --issuer, or CATCHMENT_OIDC_ISSUER.");
}

function refusal(message: string): CommandError {
  return new CommandError(EXIT.failed, message);
}

// A second time answers the first row.
const ADD = `
  insert into app_private.sign_ins as known (issuer, subject, actor_id, created_at, granted_at)
  select $1, $2, actors.id, now(), now() from app_public.actors
   where actors.slug = $3 and actors.kind = 'person' and actors.is_active
  on conflict (issuer, subject) do update set created_at = known.created_at where known.actor_id = excluded.actor_id
  returning $3 as actor, subject, issuer, created_at as "createdAt"`;

const LIST = `
  select actors.slug as actor, sign_ins.subject, sign_ins.issuer, sign_ins.created_at as "createdAt"
    from app_private.sign_ins join app_public.actors on actors.id = sign_ins.actor_id
   where $1::text is null or actors.slug = $1
   order by actors.slug, sign_ins.issuer, sign_ins.subject`;

const REMOVE = `
  with removed as (delete from app_private.sign_ins where issuer = $1 and subject = $2 returning *)
  select actors.slug as actor, removed.subject, removed.issuer, removed.created_at as "createdAt"
    from removed join app_public.actors on actors.id = removed.actor_id`;
