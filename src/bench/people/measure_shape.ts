import { type EvaluationPlan, evaluateRecords } from "../../cli/identity/evaluate_records.ts";
import { columnMapping } from "../../cli/identity/mapping_file.ts";
import { type Measures, measure } from "../../cli/identity/measures.ts";
import type { LabeledRecord } from "../../cli/identity/records.ts";
import type { Shape } from "./shape.ts";
import { type Counts, countTraps } from "./trap_counts.ts";

export type ShapeResult = Measures & { doubtful: number; seconds: number; counts: Counts[] };

/** What `identity evaluate` tells of the files of a shape, and what became of its traps. */
export async function measureShape(
  shape: Shape,
  plan: Pick<EvaluationPlan, "batchSize" | "model">,
): Promise<ShapeResult> {
  const sightings = shape.files.flatMap((file) => file.sightings);
  const records = shape.files.flatMap(({ name, columns, sightings: rows }) =>
    rows.map((sighting, position): LabeledRecord => {
      const cells = shape.cellsOf(sighting);
      return {
        place: `${name}:${position + 2}`,
        truth: String(sighting.number),
        row: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""])),
      };
    }),
  );
  const mapping = columnMapping(shape.mapping);
  const { leads, doubtful, seconds } = await evaluateRecords(records, { ...plan, mapping, country: null });
  const placed = records.map(({ truth }, position) => ({ truth, lead: leads[position] ?? "" }));
  return { ...measure(placed), doubtful, seconds, counts: countTraps(sightings, leads) };
}
