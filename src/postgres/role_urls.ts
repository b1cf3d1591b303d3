import { createHmac } from "node:crypto";

export type Passwords = { owner: string; api: string; worker: string };
export type RoleUrls = { owner: string; api: string; worker: string };

/** The login of each part of the program. They belong to the whole cluster, not to one database. */
export const ROLES = { owner: "catchment_owner", api: "catchment_api", worker: "catchment_worker" } as const;

/** One secret per purpose from the one key: knowing one tells nothing about the key or the others. */
export function deriveSecret(key: string, purpose: string): string {
  return createHmac("sha256", key).update(`catchment:${purpose}`).digest("base64url");
}

export function rolePasswords(key: string): Passwords {
  const password = (role: string) => deriveSecret(key, `password of ${role}`);
  return { owner: password(ROLES.owner), api: password(ROLES.api), worker: password(ROLES.worker) };
}

/** The same server, database and parameters, as another role. */
export function roleUrl(baseUrl: string, role: string, password: string): string {
  const url = new URL(baseUrl);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  return url.href;
}

export function databaseUrl(baseUrl: string, database: string): string {
  const url = new URL(baseUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

export function roleUrls(baseUrl: string, database: string, passwords: Passwords): RoleUrls {
  const base = databaseUrl(baseUrl, database);
  return {
    owner: roleUrl(base, ROLES.owner, passwords.owner),
    api: roleUrl(base, ROLES.api, passwords.api),
    worker: roleUrl(base, ROLES.worker, passwords.worker),
  };
}
