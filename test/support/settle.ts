import type { ClientBase } from "pg";
import type { Settlement } from "../../src/pipeline/judge.ts";
import { asWorker, stageArrivals } from "./arrivals.ts";

/** Something that a path was told, and what stages 3 and 4 make of it. */
export type Told = { path?: string; settle: Settlement; isTest?: boolean };

/** Stages them and settles them in one batch, as the worker; answers their captures in this order. */
export async function settle(
  db: ClientBase,
  told: readonly Told[],
  { asOf }: { asOf?: Date } = {},
): Promise<string[]> {
  const ids = await stageArrivals(
    db,
    told.map(({ path = "web-form", isTest = false }) => ({ path, isTest, attributes: {} })),
  );
  await settleStaged(
    db,
    told.map((one, position) => ({ id: ids[position] ?? "", settle: one.settle })),
    asOf,
  );
  return ids;
}

/** The same for captures that are there. */
export async function settleStaged(
  db: ClientBase,
  settled: readonly { id: string; settle: Settlement }[],
  asOf?: Date,
): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.settle_captures($1, coalesce($2, now()))", [
      JSON.stringify(settled),
      asOf ?? null,
    ]),
  );
}

/** A report of what happened to the lead with this e-mail address. */
export function reported(
  email: string,
  activity: Partial<Extract<Settlement, { as: "activity" }>["activity"]> = {},
): Settlement {
  return {
    as: "activity",
    activity: { kind: "call", isResponse: true, ...activity },
    identities: [{ kind: "email", value: email }],
  };
}

/** A demand of the person with this e-mail address. */
export function demanded(email: string, request: "erasure" | "access" = "erasure"): Settlement {
  return { as: "privacy", request, identities: [{ kind: "email", value: email }] };
}
