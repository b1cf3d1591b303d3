import { nameOfViolation } from "../contracts/violation.ts";
import type { Refused } from "./judge.ts";
import type { SelectedCapture } from "./selection.ts";

/** One capture as app_private.rehearse_captures answers it. Slugs; null where nothing is decided. */
export type Rehearsed = {
  capture_id: string;
  /** It made a lead, or would make one. */
  is_lead: boolean;
  territory_then: string | null;
  territory: string | null;
  score_then: number | null;
  score: number | null;
  owner_then: string | null;
  owner: string | null;
  /** Id of the actor that this rehearsal dealt it to; null when it keeps its owner or finds none. */
  dealt_to: number | null;
};

export type Change = { from: string | null; to: string | null; captures: number };
export type Load = { owner: string; before: number; after: number };

/** What would be otherwise. Captures are counted; load is in leads that these captures made, or would make. */
export type Differences = {
  captures: number;
  /** Neither lead nor refused, then or now: orders, activities, deletions. */
  noLeads: number;
  newlyAccepted: number;
  newlyQuarantined: number;
  /** Of the newly quarantined: each violation by kind and path, or no_territory. */
  reasons: { violation: string; captures: number }[];
  territories: Change[];
  owners: Change[];
  scores: { higher: number; lower: number; examples: Change[] };
  load: Load[];
};

/** Adds chunk after chunk up. */
export function makeDifferences() {
  const sums = { captures: 0, noLeads: 0, newlyAccepted: 0, newlyQuarantined: 0, higher: 0, lower: 0 };
  const reasons = new Map<string, number>();
  const territories = new Map<string, Change>();
  const owners = new Map<string, Change>();
  const scores = new Map<string, Change>();
  const load = new Map<string, Load>();

  const refuse = (names: readonly string[]) => {
    sums.newlyQuarantined += 1;
    for (const name of new Set(names)) reasons.set(name, (reasons.get(name) ?? 0) + 1);
  };
  const carry = (owner: string | null, when: "before" | "after") => {
    const name = owner ?? "(nobody)";
    const one = load.get(name) ?? { owner: name, before: 0, after: 0 };
    one[when] += 1;
    load.set(name, one);
  };

  return {
    addSettled: () => {
      sums.captures += 1;
      sums.noLeads += 1;
    },
    add: (capture: SelectedCapture, found: Rehearsed, refused: Refused | undefined) => {
      sums.captures += 1;
      const wasTaken = capture.lead_id !== null;
      const isTaken = found.territory !== null;
      if (wasTaken && !isTaken) refuse(refused === undefined ? ["no_territory"] : namesOf(refused));
      if (!wasTaken && isTaken) sums.newlyAccepted += 1;
      if (wasTaken && isTaken) {
        count(territories, found.territory_then, found.territory);
        if (found.is_lead) count(owners, found.owner_then, found.owner);
        count(scores, text(found.score_then), text(found.score));
        if ((found.score ?? 0) > (found.score_then ?? 0)) sums.higher += 1;
        if ((found.score ?? 0) < (found.score_then ?? 0)) sums.lower += 1;
      }
      if (found.is_lead && wasTaken) carry(found.owner_then, "before");
      if (found.is_lead && isTaken) carry(found.owner, "after");
    },
    result: (): Differences => ({
      captures: sums.captures,
      noLeads: sums.noLeads,
      newlyAccepted: sums.newlyAccepted,
      newlyQuarantined: sums.newlyQuarantined,
      reasons: [...reasons]
        .map(([violation, captures]) => ({ violation, captures }))
        .sort((left, right) => right.captures - left.captures),
      territories: mostFirst(territories),
      owners: mostFirst(owners),
      scores: { higher: sums.higher, lower: sums.lower, examples: mostFirst(scores).slice(0, 10) },
      load: [...load.values()].sort((left, right) => (left.owner < right.owner ? -1 : 1)),
    }),
  };
}

function count(changes: Map<string, Change>, from: string | null, to: string | null): void {
  if (from === to) return;
  const key = JSON.stringify([from, to]);
  const change = changes.get(key) ?? { from, to, captures: 0 };
  change.captures += 1;
  changes.set(key, change);
}

function mostFirst(changes: Map<string, Change>): Change[] {
  return [...changes.values()].sort((left, right) => right.captures - left.captures);
}

function namesOf({ violations }: Refused): string[] {
  return violations.map(nameOfViolation);
}

function text(score: number | null): string | null {
  return score === null ? null : String(score);
}
