import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { findingsOf, readYaml } from "../../setup/yaml_file.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";

const Share = z.number().min(0).max(1);
const Weight = z.number().min(0).max(1_000);
const Duration = z.strictObject({
  median_minutes: z.number().min(0).max(100_000),
  spread: z.number().min(0).max(3),
});
const Chance = z.strictObject({ share: Share, time: Duration });
const Weights = z.record(z.string(), Weight);

const Model = z.strictObject({
  arrivals: z.strictObject({
    per_day: z.number().min(0).max(100_000),
    weekdays: z.array(Weight).length(7),
    hours: z
      .array(Weight)
      .length(24)
      .refine((hours) => hours.some((weight) => weight > 0), "one hour at least has a weight"),
    territories: Weights,
    paths: Weights,
    known_again: Share,
  }),
  answers: z.strictObject({ time: Duration, never: Share, pause: Share, when_told: Chance }),
  customers: z.strictObject({ write_again: Chance, qualified: Chance, closed: Chance, won: Share }),
  cases: z.strictObject({ acknowledged: Chance, resolved: Chance }),
  follow_ups: Chance,
  approvals: z.strictObject({ asked: Share, decided: Chance }),
  absences: z.strictObject({ a_week: z.number().min(0).max(7), days: z.number().min(0.01).max(60) }),
  outages: z.strictObject({ a_week: z.number().min(0).max(100), minutes: z.number().min(1).max(10_080) }),
});

/** What is played: model.yaml says what each number means. */
export type Model = z.infer<typeof Model>;
export type Chance = z.infer<typeof Chance>;
export type Duration = z.infer<typeof Duration>;

/** Reads a model, the shipped one unless said otherwise. Refuses what it does not know, with the line. */
export async function readModel(name?: string): Promise<Model> {
  const text = await readFile(name ?? SHIPPED, "utf8").catch(() => {
    throw misused(`The model ${name ?? SHIPPED} cannot be read.`);
  });
  const { value, faults, locate } = readYaml(name ?? "model.yaml", text);
  const parsed = Model.safeParse(value);
  if (parsed.success && faults.length === 0) return parsed.data;
  const wrong = parsed.success || faults.length > 0 ? [] : findingsOf(parsed.error);
  const lines = wrong.map(({ path, message }) => `${locate(path)}: ${path.join(".")}: ${message}`);
  throw new CommandError(EXIT.failed, [...faults, ...lines].join("\n"));
}

const SHIPPED = fileURLToPath(new URL("model.yaml", import.meta.url));
