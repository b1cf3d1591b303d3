import { type Command, InvalidArgumentError } from "commander";
import { count } from "./filter.ts";

/** `catchment simulate`: what it does is read only when it is called. */
export function addSimulate(program: Command): void {
  program
    .command("simulate")
    .description(
      "play arrivals, answers, absences and outages in a scratch database, and tell what would be breached",
    )
    .option("--days <number>", "how many", days, 14)
    .option("--seed <number>", "the same seed plays the same", seed, 1)
    .option("--folder <folder>", "YAML files of the organization (default: examples/acme of this checkout)")
    .option("--against <folder>", "play the same in another organization too, and show both side by side")
    .option("--from <date>", "the first day, from midnight UTC (default: next Monday)", date)
    .option(
      "--model <file>",
      "YAML: how many arrive and how people behave; src/cli/simulate/model.yaml shows all of it",
    )
    .option("--json", "print an object")
    .action(async (options) => (await import("./simulate/run.ts")).simulate(options));
}

function days(text: string): number {
  const value = count(text);
  if (value > 366) throw new InvalidArgumentError("It is a year at most.");
  return value;
}

function seed(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("It is a whole number from 0 on.");
  return Number(text);
}

function date(text: string): Date {
  const value = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(value.getTime()))
    throw new InvalidArgumentError("It is a date as 2027-03-01.");
  return value;
}
