import { type Command, InvalidArgumentError, Option } from "commander";
import type { Filter } from "../pipeline/selection.ts";
import { misused } from "./outcome.ts";

/** What the options below come to: all but the ids, which are arguments of their commands. */
export type FilterOptions = Omit<Filter, "ids">;

/** The options that say which captures are meant; the same wherever past captures are worked on. */
export function withFilter(command: Command): Command {
  return command
    .option("--path <slug>", "of this capture path")
    .option("--kind <outcome>", "that ended so, as contract_violation, no_territory, processing_failed")
    .addOption(
      new Option("--violation <kind>", "with such a violation").choices([
        "missing",
        "type",
        "format",
        "extra",
        "state",
        "unknown",
        "spam",
        "unreadable",
        "no_territory",
        "failed",
      ]),
    )
    .option(
      "--since <time>",
      "received from then on: 2026-08-01, 2026-08-01T12:00Z, or 7d, 12h, 30m ago",
      instant,
    )
    .option("--until <time>", "received before then", instant)
    .option("--trace <id>", "of this trace", traceOf)
    .option("--limit <number>", "at most so many, the oldest first", count);
}

/** Throws when an id is none. */
export function filterOf(
  { path, kind, violation, since, until, trace, limit }: FilterOptions,
  ids: readonly string[] = [],
): Filter {
  const wrong = ids.find((id) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id));
  if (wrong !== undefined) throw misused(`${wrong} is not the id of a capture.`);
  return {
    ...(ids.length > 0 && { ids }),
    ...(path !== undefined && { path }),
    ...(kind !== undefined && { kind }),
    ...(violation !== undefined && { violation }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(trace !== undefined && { trace }),
    ...(limit !== undefined && { limit }),
  };
}

/** Nobody means thousands of captures by leaving something out. */
export function refuseEverything(filter: Filter, all: true | undefined): void {
  if (Object.keys(filter).length > 0 || all) return;
  throw misused("Say which captures by ids or options such as --path, or --all for every one.");
}

/** The version is one of a path, so the path must be said. */
export function contractChoice(
  version: number | undefined,
  { path }: Filter,
): { by: "active" } | { by: "version"; path: string; version: number } {
  if (version === undefined) return { by: "active" };
  if (path === undefined) throw misused("--contract is a version of one path: say --path too.");
  return { by: "version", path, version };
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("It is a whole number from 1 on.");
  return value;
}

function traceOf(text: string): string {
  const trace = text.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/.test(trace)) throw new InvalidArgumentError("A trace is 32 hexadecimal digits.");
  return trace;
}

export function instant(text: string): Date {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ago = Number(amount) * (unit === "m" ? 60_000 : unit === "h" ? 3_600_000 : 86_400_000);
  const at = amount === undefined ? new Date(text) : new Date(Date.now() - ago);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError("It is a time as 2026-08-01, or 7d, 12h, 30m.");
  return at;
}
