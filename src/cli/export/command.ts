import { type Command, Option } from "commander";

/** `catchment export`: what it does is read only when it is called. */
export function addExport(program: Command): void {
  program
    .command("export")
    .argument(
      "[list]",
      "leads, source_events, captures, exceptions, decisions, or a view such as bi.lead_queue; with --client a folder",
    )
    .description(
      "write what an actor may read as CSV or NDJSON; or all that is held of a person, or of a client",
    )
    .option("--as <actor>", "whose walls hold for a list, such as dora; for a view a BI login such as bi_de")
    .option("--person <lead>", "id of a lead: all that is held of the person, as JSON; the audit records it")
    .option("--client <root>", "slug of a root territory: all that is held of a client, into an empty folder")
    .option("--filter <condition...>", "column=value; also != < <= > >=, and `column=` for none", [])
    .addOption(new Option("--format <format>").choices(["csv", "ndjson"]).default("csv"))
    .option("--output <file>", "default: standard output")
    .option("--raw", "leave cells that a spreadsheet would take for formulas as they are")
    .action(async (list, options) => (await import("../export.ts")).exportWanted(list, options));
}
