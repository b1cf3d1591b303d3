import { pairsOf } from "../../cli/identity/wrong_pairs.ts";
import type { Sighting } from "./crowd.ts";

/** What became of pairs with something in common. `wrong`: joined by error in a trap, or missed after a slip. */
export type Counts = { kind: "trap" | "slip"; name: string; pairs: number; wrong: number };

/**
 * By trap: pairs of rows of two people who share it, and how many of them were joined. By slip: pairs of rows of one
 * person of which either suffered it, and how many were missed.
 */
export function countTraps(sightings: readonly Sighting[], leads: readonly string[]): Counts[] {
  const counts = new Map<string, Counts>();
  const add = (kind: Counts["kind"], name: string, isWrong: boolean) => {
    const known = counts.get(`${kind} ${name}`) ?? { kind, name, pairs: 0, wrong: 0 };
    counts.set(`${kind} ${name}`, {
      ...known,
      pairs: known.pairs + 1,
      wrong: known.wrong + (isWrong ? 1 : 0),
    });
  };
  const at = (position: number) => sightings[position];

  for (const pair of pairsOf(sightings.map(({ number }) => String(number)))) {
    const slips = new Set(pair.flatMap((position) => at(position)?.slips ?? []));
    for (const slip of slips) add("slip", slip, leads[pair[0]] !== leads[pair[1]]);
  }
  for (const pair of pairsOf(sightings.map(({ traps: [trap = null] }) => trap))) {
    if (at(pair[0])?.number === at(pair[1])?.number) continue;
    const name = at(pair[0])?.traps[0]?.split(":")[0] ?? "";
    add("trap", name, leads[pair[0]] === leads[pair[1]]);
  }
  return [...counts.values()].sort((left, right) =>
    left.kind + left.name < right.kind + right.name ? -1 : 1,
  );
}
