import { writeFile } from "node:fs/promises";
import { csvFormat } from "../export/row_format.ts";
import type { LabeledRecord } from "./records.ts";

/** Every pair that leads and truth tell apart, two lines each: what people look at to see why. */
export async function writeWrongPairs(
  file: string,
  records: readonly LabeledRecord[],
  leads: readonly string[],
): Promise<void> {
  const columns = Object.keys(records[0]?.row ?? {});
  const lines = [["pair", "fault", "place", "truth", "lead", ...columns]];
  for (const [number, { fault, pair }] of wrongPairs(records, leads).entries()) {
    for (const position of pair) {
      const record = records[position];
      if (record === undefined) continue;
      const cells = columns.map((column) => record.row[column] ?? "");
      lines.push([
        String(number + 1),
        fault,
        record.place,
        record.truth ?? "",
        leads[position] ?? "",
        ...cells,
      ]);
    }
  }
  const { row } = csvFormat({ isRaw: false });
  await writeFile(file, lines.map((cells) => row(cells, [])).join(""));
}

export type WrongPair = { fault: "missed" | "wrongly joined"; pair: [number, number] };

/** By position. Only pairs that share a person or a lead are looked at, so large files stay quick. */
export function wrongPairs(
  records: readonly { truth: string | null }[],
  leads: readonly string[],
): WrongPair[] {
  const isSamePerson = (left: number, right: number) =>
    records[left]?.truth !== null && records[left]?.truth === records[right]?.truth;
  const missed = pairsOf(records.map(({ truth }) => truth))
    .filter(([left, right]) => leads[left] !== leads[right])
    .map((pair): WrongPair => ({ fault: "missed", pair }));
  const joined = pairsOf(leads)
    .filter(([left, right]) => !isSamePerson(left, right))
    .map((pair): WrongPair => ({ fault: "wrongly joined", pair }));
  return [...joined, ...missed];
}

/** Pairs of positions that stand in one group; null is no group. */
export function pairsOf(groups: readonly (string | null)[]): [number, number][] {
  const members = new Map<string, number[]>();
  const pairs: [number, number][] = [];
  for (const [position, group] of groups.entries()) {
    if (group === null) continue;
    const earlier = members.get(group) ?? [];
    for (const other of earlier) pairs.push([other, position]);
    earlier.push(position);
    members.set(group, earlier);
  }
  return pairs;
}
