/** One record: who it is (null: nobody else), and the lead in which it ended. */
export type Placed = { truth: string | null; lead: string };

export type Measures = {
  records: number;
  truePairs: number;
  foundPairs: number;
  precision: number;
  recall: number;
  f1: number;
  clusterF1: number;
};

/**
 * How well leads agree with people. Pairs are all pairs of records, not only neighbours. A cluster is found when a lead
 * holds exactly the records of one person; a person of one record counts like any other. Nothing to find and
 * nothing found is perfect.
 */
export function measure(placed: readonly Placed[]): Measures {
  const people = new Map<string, number>();
  const leads = new Map<string, number>();
  const common = new Map<string, Cell>();
  for (const [position, { truth, lead }] of placed.entries()) {
    const person = truth === null ? `alone ${position}` : `known ${truth}`;
    add(people, person);
    add(leads, lead);
    const key = JSON.stringify([person, lead]);
    const cell = common.get(key) ?? { person, lead, size: 0 };
    common.set(key, { ...cell, size: cell.size + 1 });
  }
  const truePairs = pairsIn(people.values());
  const foundPairs = pairsIn(leads.values());
  const cells = [...common.values()];
  const right = pairsIn(cells.map(({ size }) => size));
  const whole = cells.filter(
    ({ person, lead, size }) => people.get(person) === size && leads.get(lead) === size,
  );
  const [precision, recall] = [share(right, foundPairs), share(right, truePairs)];
  return {
    records: placed.length,
    truePairs,
    foundPairs,
    precision,
    recall,
    f1: share(2 * right, truePairs + foundPairs),
    clusterF1: share(2 * whole.length, people.size + leads.size),
  };
}

type Cell = { person: string; lead: string; size: number };

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function pairsIn(sizes: Iterable<number>): number {
  let pairs = 0;
  for (const size of sizes) pairs += (size * (size - 1)) / 2;
  return pairs;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
