import { withConnection } from "../../postgres/connect.ts";
import type { DatabaseUrls } from "../../postgres/instance.ts";
import { configure } from "../configuration.ts";
import { findRunning } from "../find_running.ts";
import { look } from "../organization.ts";
import { misused, refused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";
import { type Granted, type GrantWishes, grantLogin } from "./grant.ts";
import { listLogins } from "./list.ts";
import { revokeLogin } from "./revoke.ts";

type Json = { json?: true };

/** Prints the connection string and nothing else: its password is shown this once. */
export async function grant(name: string, { json, ...wishes }: GrantWishes & Json): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name) || /^(?:pg_|catchment_)/.test(name)) {
    throw misused(
      `"${name}" cannot be a BI login: small letters, digits, underscores, not pg_… or catchment_….`,
    );
  }
  const urls = await findRunning(configure());
  const root = rootOf(urls);
  const granted = await look(urls, (worker) => grantLogin(worker, root, urls.worker, name, wishes));
  if (json) return sayJson(granted);
  if (granted.url === null) return say(`${name} reads ${describe(granted)} now.`);
  say(granted.url);
  note(`The login ${name}, shown only now. It reads the views of bi for ${describe(granted)}.`);
}

function describe({ territories, audit }: Granted): string {
  return [
    territories.join(", "),
    ...(audit.length > 0 ? [`the audit trail of ${audit.join(", ")}`] : []),
  ].join(", and ");
}

export async function list({ json }: Json): Promise<void> {
  const logins = await look(await findRunning(configure()), listLogins);
  if (json) return sayJson(logins);
  if (logins.length === 0)
    return note("There are no BI logins. npx catchment bi grant <name> --territory <slug> makes one.");
  const rows = logins.map((login) => [
    login.name,
    login.territories.join(","),
    login.audit.join(","),
    login.madeBy,
  ]);
  for (const line of table([["login", "territories", "audit trail", "made by"], ...rows])) say(line);
}

export async function revoke(name: string, { json }: Json): Promise<void> {
  const urls = await findRunning(configure());
  const root = rootOf(urls);
  const revoked = await look(urls, (worker) =>
    withConnection(root, (client) => revokeLogin(worker, client, name)),
  );
  if (json) return sayJson(revoked);
  say(`${name} reads nothing any more; ${revoked.sessions} of its sessions ended, the login is dropped.`);
}

function rootOf({ root }: DatabaseUrls): string {
  if (root !== undefined) return root;
  throw refused("Making and dropping logins takes DATABASE_URL of a role that may create roles.");
}
