import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { evaluateRecords } from "../cli/identity/evaluate_records.ts";
import { columnMapping } from "../cli/identity/mapping_file.ts";
import { type Measures, measure } from "../cli/identity/measures.ts";
import { type LabeledRecord, readRecords, truthOf } from "../cli/identity/records.ts";
import { measureShape } from "./people/measure_shape.ts";
import { makeShapes } from "./people/shapes.ts";
import { type Mode, rate, type Section } from "./section.ts";

/** How well people are recognized: two known data sets, arriving one by one and in bulk, and the synthetic shapes. */
export async function benchAccuracy({ isFull, log }: Mode): Promise<Section> {
  const results: Result[] = [];
  for (const name of ["dataset1", "dataset2"]) {
    const records = await readFebrl(name);
    if (records === null) {
      log(`identity: ${name} of FEBRL is not in ../shared/data and is left out`);
      continue;
    }
    for (const batchSize of [500, 1]) {
      log(`identity: ${name}, ${wayOf(batchSize)}`);
      results.push(await evaluateFebrl(name, records, batchSize));
    }
  }
  for (const shape of makeShapes({ seed: 1, size: isFull ? 10_000 : 3_000 })) {
    log(`identity: the shape ${shape.name}`);
    const { counts, ...measures } = await measureShape(shape, { batchSize: 500, model: "trained" });
    const trapped = counts.filter(({ kind }) => kind === "trap");
    results.push({ name: `synthetic: ${shape.name}`, way: wayOf(500), ...measures, trapped });
  }
  return report(results);
}

type Result = Measures & {
  name: string;
  way: string;
  doubtful: number;
  seconds: number;
  trapped: { name: string; pairs: number; wrong: number }[];
};

const FEBRL = columnMapping({
  first_name: "given_name",
  last_name: "surname",
  street: ["street_number", "address_1", "address_2"],
  city: "suburb",
  postal_code: "postcode",
  region: "state",
  birth_date: "date_of_birth",
});

async function readFebrl(name: string): Promise<LabeledRecord[] | null> {
  const file = fileURLToPath(new URL(`../../../shared/data/febrl/${name}.csv`, import.meta.url));
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  const truth = truthOf("rec_id", "rec-(\\d+)-");
  return isThere ? readRecords(file, { mapping: FEBRL, truth, encoding: undefined }) : null;
}

async function evaluateFebrl(name: string, records: LabeledRecord[], batchSize: number): Promise<Result> {
  const plan = { mapping: FEBRL, country: null, batchSize, model: "trained" as const };
  const { leads, doubtful, seconds } = await evaluateRecords(records, plan);
  const placed = records.map(({ truth }, position) => ({ truth, lead: leads[position] ?? "" }));
  return { name: `FEBRL ${name}`, way: wayOf(batchSize), ...measure(placed), doubtful, seconds, trapped: [] };
}

function wayOf(batchSize: number): string {
  return batchSize === 1 ? "one by one" : `batches of ${batchSize}`;
}

function report(results: Result[]): Section {
  const traps = results.flatMap(({ name, trapped }) =>
    trapped
      .filter(({ wrong }) => wrong > 0)
      .map((trap) => `${name}: ${trap.wrong} of ${trap.pairs} pairs of ${trap.name}`),
  );
  return {
    title: "Identity: how well people are recognized, without a person's help",
    columns: [
      "data",
      "arriving",
      "records",
      "true pairs",
      "precision",
      "recall",
      "F1",
      "cluster F1",
      "doubtful per 1,000",
    ],
    rows: results.map((result) => [
      result.name,
      result.way,
      rate(result.records),
      rate(result.truePairs),
      result.precision.toFixed(4),
      result.recall.toFixed(4),
      result.f1.toFixed(4),
      result.clusterF1.toFixed(4),
      ((result.doubtful / result.records) * 1_000).toFixed(1),
    ]),
    notes: [
      "Record and social security numbers are left out. The model is trained on the same records, without being told who is whom.",
      `Joined although two people (households, twins, namesakes, shared telephones and addresses): ${traps.join("; ") || "none"}.`,
    ],
    data: { results },
  };
}
