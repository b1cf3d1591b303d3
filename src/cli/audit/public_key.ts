import { auditKeys, pemOf } from "../../audit/keys.ts";
import { ensureKey } from "../../postgres/key.ts";
import { configure } from "../configuration.ts";
import { say } from "../output.ts";

export async function publicKey(): Promise<void> {
  const config = configure();
  say(pemOf(auditKeys(config.auditKey ?? (await ensureKey(config))).publicKey).trimEnd());
}
