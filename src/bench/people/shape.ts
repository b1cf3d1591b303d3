import type { Random } from "../../cli/demo/random.ts";
import type { WrittenMapping } from "../../cli/identity/mapping_file.ts";
import type { Sighting } from "./crowd.ts";
import type { Facts } from "./invent.ts";

/** A data set as somebody would hand it over: its files, and what of their columns means what. */
export type Shape = {
  name: string;
  files: { name: string; columns: string[]; sightings: Sighting[] }[];
  /** A field and its column, or several that are joined. */
  mapping: WrittenMapping;
  /** The cells of one row, in the order of `columns`. */
  cellsOf: (sighting: Sighting) => string[];
};

/** One file of that name; `person`, `traps` and `slips` stand in front, for whoever looks. */
export function shapeOf(
  name: string,
  sightings: Sighting[],
  columns: Record<string, (facts: Facts) => string>,
): Omit<Shape, "mapping"> {
  const readers = Object.values(columns);
  return {
    name,
    files: [
      { name: `${name}.csv`, columns: ["person", "traps", "slips", ...Object.keys(columns)], sightings },
    ],
    cellsOf: ({ number, traps, slips, facts }) => [
      `p-${number}`,
      traps.join(" "),
      slips.join(" "),
      ...readers.map((read) => read(facts)),
    ],
  };
}

export function shuffle<Item>(random: Random, items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: random.below(2 ** 30) }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}
