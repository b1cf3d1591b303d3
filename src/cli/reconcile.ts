import { type Command, Option } from "commander";
import { instant } from "./filter.ts";

/** `catchment reconcile`. */
export function addReconcile(program: Command): void {
  program
    .command("reconcile")
    .argument("<path>", "slug of a capture path, such as meta, linkedin or google-ads")
    .description("compare what its vendor lists with what was captured, and capture what is missing")
    .addOption(
      new Option("--since <time>", "leads from then on: 2026-08-01, or 7d, 12h, 30m ago")
        .argParser(instant)
        .default(instant("48h"), "48h"),
    )
    .option("--form <id...>", "of these forms; LinkedIn: ad accounts (default: those of earlier arrivals)")
    .option("--file <file>", "compare with a file that was exported from the vendor: CSV, NDJSON or JSON")
    .option("--json", "print an object")
    .action(async (path, options) => (await import("./reconcile/run.ts")).reconcile(path, options));
}
