import { withConnection } from "../postgres/connect.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { deriveSecret, roleUrl } from "../postgres/role_urls.ts";
import { createBiLogin } from "../setup/bi_login.ts";
import { readActors } from "./organization.ts";

/**
 * Gives every BI actor of the organization its database login. One that can log in already is left alone, and so is
 * one that `bi grant` made; one that cannot be made is told and stops nothing else. Without a root connection nobody
 * here may make logins.
 */
export async function ensureBiLogins(
  urls: DatabaseUrls,
  key: string,
  tell: (line: string) => void,
): Promise<void> {
  for (const { slug, kind, db_role: role, is_active, is_granted } of await readActors(urls)) {
    if (kind !== "bi_login" || role === null || !is_active || is_granted) continue;
    if (await canLogIn(biUrl(urls, key, role))) continue;
    if (urls.root === undefined) {
      tell(
        `the BI login ${role} is left as it is: making it takes DATABASE_URL of a role that may create roles`,
      );
      continue;
    }
    await createBiLogin(urls.root, databaseOf(urls.root), role, biPassword(key, role)).then(
      () => tell(`made the BI login ${role}: npx catchment url ${slug}`),
      (error: unknown) => tell(`the BI login ${role}: ${error instanceof Error ? error.message : error}`),
    );
  }
}

export function biUrl(urls: DatabaseUrls, key: string, role: string): string {
  return roleUrl(urls.worker, role, biPassword(key, role));
}

function biPassword(key: string, role: string): string {
  return deriveSecret(key, `password of the BI login ${role}`);
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function canLogIn(url: string): Promise<boolean> {
  return withConnection(url, async () => {}).then(
    () => true,
    () => false,
  );
}
