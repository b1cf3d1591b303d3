import type { ClientBase } from "pg";
import { type Arrival, asWorker, stageArrivals } from "./arrivals.ts";

export const VIOLATIONS = [
  { kind: "extra", path: "/colour", message: "colour is not known" },
  { kind: "missing", path: "/email", message: "email is missing" },
];

/** Stages these and lets their contract refuse them, as of an hour ago. Answers their ids. */
export async function refuse(
  db: ClientBase,
  arrivals: readonly Arrival[],
  { kind = "contract_violation", violations = VIOLATIONS }: { kind?: string; violations?: object[] } = {},
): Promise<string[]> {
  const ids = await stageArrivals(db, arrivals);
  await asWorker(db, () =>
    db.query("select app_private.quarantine_captures($1, now() - interval '1 hour')", [
      JSON.stringify(ids.map((id) => ({ id, kind, violations }))),
    ]),
  );
  return ids;
}
