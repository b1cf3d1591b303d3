import type { Identity } from "./authenticate.ts";

/** What a transaction of a request runs under: the role that the policies know, and who asks. */
export function settingsOf(who: Identity | undefined): Record<string, string> {
  const settings = {
    role: "catchment_user",
    "catchment.actor": who === undefined ? "" : String(who.actorId),
    "catchment.key": who?.keyId == null ? "" : String(who.keyId),
    statement_timeout: "5000",
  };
  // Postgres itself refuses whatever a mutation of somebody who may only read would write.
  return who?.mayWrite === false ? { ...settings, transaction_read_only: "on" } : settings;
}
