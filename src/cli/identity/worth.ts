import { FIELDS, LEVELS, type Model, weightsOf } from "../../identity/estimate.ts";
import type { Match } from "../../normalize/match.ts";
import { table } from "../output.ts";

type Change = { before: number; now: number };

/** What a person wants to know of a model, beside the one before. */
export type Worth = {
  /** `known`: share of arrivals; the rest in bits. */
  fields: { field: string; known: number; agrees: Change; differs: Change }[];
  /** Of records of one household or office: so many are of one person where one is of two. */
  householdOdds: Change;
  /** How many others of the same person a record has, on average. */
  othersEach: Change;
};

export function worthOf(before: Model, now: Model, people: readonly Match[]): Worth {
  const weights = {
    before: weightsOf(before.same, before.strangers),
    now: weightsOf(now.same, now.strangers),
  };
  const change = (of: (model: "before" | "now") => number): Change => ({
    before: round(of("before")),
    now: round(of("now")),
  });
  const models = { before, now };
  return {
    fields: FIELDS.map((field, number) => ({
      field,
      known: round(
        people.filter((person) => person[field] !== undefined).length / Math.max(1, people.length),
      ),
      agrees: change((model) => weights[model][number * LEVELS + SAME] ?? 0),
      differs: change((model) => weights[model][number * LEVELS + DIFFERENT] ?? 0),
    })),
    householdOdds: change((model) => 2 ** models[model].householdBits),
    othersEach: change((model) => models[model].priorShare / (1 - models[model].priorShare)),
  };
}

const DIFFERENT = 1;
const SAME = 4;

/** Lines for people. Fields that hardly anybody tells are left out: nothing was learned of them. */
export function describeWorth({ fields, householdOdds, othersEach }: Worth): string[] {
  const rows = fields
    .filter(({ known }) => known >= 0.01)
    .map(({ field, known, agrees, differs }) => [
      `  ${field.replaceAll("_", " ")}`,
      percent(known).padStart(5),
      ...[agrees.before, agrees.now, differs.before, differs.now].map(bits),
    ]);
  const head = ["", "known", ...["agrees", "now", "differs", "now"].map((word) => word.padStart(WIDTH))];
  return [
    "What speaks for one person, or against, in bits (10 bits are a thousand to one); a rare value counts for more:",
    ...table([head, ...rows]),
    `Two records of one household or office are of one person: ${odds(householdOdds.now)} (before: ${odds(householdOdds.before)}).`,
    `Other records of the same person: ${othersEach.now} each, on average (before: ${othersEach.before}).`,
  ];
}

const WIDTH = 7;

function bits(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(1)}`.padStart(WIDTH);
}

function odds(value: number): string {
  return value >= 1 ? `${value.toFixed(1)} to 1` : `1 to ${(1 / value).toFixed(1)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
