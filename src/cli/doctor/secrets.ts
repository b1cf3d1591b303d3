import type { Client } from "pg";
import { doubtOf } from "../../capture/authenticity.ts";
import type { Door } from "../../capture/doors.ts";
import { makePathSecrets } from "../../capture/path_secrets.ts";
import { refusals } from "../../capture/refusals.ts";
import { openSecret, type SealedSecret } from "../../capture/sealed_secret.ts";
import { sourceOf } from "../../capture/sources/registry.ts";
import type { Config } from "../../config.ts";
import { type Finding, nothingOf, ok, warn } from "./finding.ts";

/** Paths that refuse everything because nobody told them their secret, and stored secrets that nobody can read. */
export async function checkSecrets(
  worker: Client,
  { key, pathSecret }: { key: string; pathSecret: Config["pathSecret"] },
): Promise<Finding[]> {
  const { rows: sealed } = await worker.query<SealedSecret>(
    `select slug, name, ciphertext, key_id as "keyId" from app_private.sealed_secrets()`,
  );
  const { rows: doors } = await worker.query<Pick<Door, "slug" | "protocol" | "requiresSignature">>(
    `select slug, protocol, requires_signature as "requiresSignature" from app_private.capture_doors() order by slug`,
  );
  const secrets = makePathSecrets({ fromEnvironment: pathSecret, key, load: async () => sealed });
  await secrets.refresh();
  const silent = doors.filter((door) => lacksSecret(door, secrets.find)).map(({ slug }) => slug);
  const closed = sealed.filter((one) => openSecret(key, one) === null);
  return [
    silent.length === 0
      ? ok("secrets", "every path that needs one has one")
      : warn(
          "secrets",
          `missing for ${silent.join(", ")}`,
          "Such a path refuses all that comes: set CATCHMENT_SECRET_<PATH>, or `npx catchment secrets set <path>`.",
        ),
    nothingOf(
      "stored secrets",
      closed.map(({ slug, name }) => (name === "" ? slug : `${slug} (${name})`)),
      sealed.length === 0 ? "none" : `${sealed.length} open with this key`,
      "They were sealed with another CATCHMENT_KEY: restore it, or set them again.",
    ),
  ];
}

/** Asked with an empty request: whoever has a secret to compare with calls it wrong instead. */
function lacksSecret(
  door: Pick<Door, "slug" | "protocol" | "requiresSignature">,
  find: (slug: string) => string | undefined,
): boolean {
  const nothing = Buffer.alloc(0);
  const request = {
    method: "POST",
    target: "",
    headers: {},
    sent: nothing,
    body: nothing,
    publicUrl: "",
    now: 0,
  };
  const secretsOf = (name?: string) => find(name === undefined ? door.slug : `${door.slug}-${name}`);
  return doubtOf(door, sourceOf(door.protocol), request, secretsOf) === refusals.noSecret;
}
