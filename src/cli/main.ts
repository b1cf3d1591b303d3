import { Command, CommanderError, Option } from "commander";
import { addAudit } from "./audit.ts";
import { addBi } from "./bi.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export/command.ts";
import { addIdentity } from "./identity.ts";
import { addKeys } from "./keys.ts";
import { CommandError, EXIT } from "./outcome.ts";
import { note } from "./output.ts";
import { addPrivacy } from "./privacy.ts";
import { addQuarantine } from "./quarantine.ts";
import { addReconcile } from "./reconcile.ts";
import { addRehearsals } from "./rehearsals.ts";
import { addScoring } from "./scoring.ts";
import { addSecrets } from "./secrets.ts";
import { addShadow } from "./shadow.ts";
import { addSignIns } from "./sign_ins.ts";
import { addSimulate } from "./simulate.ts";
import type { Part } from "./start.ts";
import { addTerritories } from "./territories.ts";

/** Every command is one file, read only when it is called: `token` need not wait for GraphQL to load. */
const program = new Command("catchment")
  .description("One canonical lead per person, every touch kept, territories walled off in the database.")
  .exitOverride()
  .showHelpAfterError("`npx catchment --help` lists the commands.")
  .addHelpText(
    "after",
    `
Exit codes: 0 done; 1 failed, or not in order; 2 command line or environment not understood; 3 not possible now.
Where the database is: DATABASE_URL with CATCHMENT_KEY, else an embedded one in CATCHMENT_DATA_DIR (.catchment).
Results go to standard output, everything else to standard error. Every command has its own --help.`,
  );

program
  .command("start")
  .description("run database, worker, API and page until Ctrl-C; the first time with the sample organization")
  .addOption(new Option("--only <part>", "run one part in this process").choices(["api", "worker"]))
  .action(async (options: { only?: Part }) => (await import("./start.ts")).start(options));

program
  .command("migrate")
  .description("make roles and database where missing, and run the migrations that are pending")
  .option("--check", "only tell which are pending; exit code 1 when any is")
  .option("--new-key", "give the roles of DATABASE_URL the passwords of another CATCHMENT_KEY than they have")
  .option("--json", "print an object")
  .action(async (options) => (await import("./migrate.ts")).migrateDatabase(options));

program
  .command("plan")
  .argument("[folder]", "folder of YAML files (default: examples/acme of this checkout)")
  .description("show what apply would change, and run the examples of the contracts; changes nothing")
  .option("--check", "exit code 1 when anything would change")
  .option("--json", "print an object")
  .action(async (folder, options) => (await import("./plan.ts")).plan(folder, options));

program
  .command("apply")
  .argument("[folder]", "folder of YAML files (default: examples/acme of this checkout)")
  .description("make the database what the YAML files say, as the next revision, all or nothing")
  .option(
    "--draft",
    "only write the rules and the members of teams down, to be rehearsed; nothing is decided by them",
  )
  .option("--json", "print an object")
  .action(async (folder, options) => (await import("./apply.ts")).apply(folder, options));

program
  .command("import")
  .argument("<path>", "slug of a capture path, such as olist-mql")
  .argument("<file>", "CSV with a header row (commas, semicolons or tabs) or NDJSON; - is standard input")
  .description("bring a file in through a capture path; cut short it goes on, a second time it adds nothing")
  .addOption(new Option("--format <format>", "when the name does not tell").choices(["csv", "ndjson"]))
  .option("--encoding <name>", "such as windows-1252 (default: utf-8, or UTF-16 by its byte order mark)")
  .option("--dry-run", "store nothing: show how columns map, the first rows, and what would be refused")
  .option("--preview <number>", "rows that a dry run shows", "20")
  .option(
    "--errors <file>",
    "where refused rows go (default: <file>.errors.csv or .ndjson, when there are any)",
  )
  .option("--stage-only", "store the arrivals and leave the rest to the worker")
  .option("--json", "print an object")
  .action(async (path, file, options) => (await import("./import.ts")).importFile(path, file, options));

addExport(program);
addTerritories(program);
addReconcile(program);
addQuarantine(program);
addPrivacy(program);

addRehearsals(program);
addSimulate(program);

program
  .command("token")
  .argument("<actor>", "slug of an actor, such as dora")
  .description("print a token for the API, as that person")
  .option("--expires <time>", "how long it is good, such as 30m or 12h; at most 24h", "12h")
  .option("--json", "print an object")
  .action(async (slug, options) => (await import("./token.ts")).token(slug, options));

addShadow(program);
addIdentity(program);
addScoring(program);
addKeys(program);
addBi(program);
addSignIns(program);
addAudit(program);

program
  .command("url")
  .argument("<who>", "owner, api, worker, or the slug of a BI login such as bi_de")
  .description("print a connection string for the database, with its password")
  .option("--json", "print an object")
  .action(async (who, options) => (await import("./url.ts")).url(who, options));

addSecrets(program);
addExplain(program);

program
  .command("doctor")
  .description("look for what loses or leaks data, and for work that stands still")
  .option("--json", "print an object")
  .action(async (options) => (await import("./doctor.ts")).doctor(options));

program
  .command("canary")
  .argument("[path...]", "slugs of capture paths (default: all that are open)")
  .description(
    "prove that an arrival through each path is judged and routed, by one that is marked as a test",
  )
  .option("--timeout <time>", "how long each may take, such as 60s or 2m", "60s")
  .option("--url <address>", "of an instance elsewhere, such as http://localhost:4000")
  .option("--json", "print an object")
  .action(async (paths, options) => (await import("./canary.ts")).canary(paths, options));

program
  .command("demo")
  .description("send invented arrivals through the doors of the running instance: good, bad, and twice")
  .option("--count <number>", "how many", "500")
  .option("--rate <number>", "at most so many a second", "100")
  .option("--seed <number>", "the same seed sends the same arrivals (default: another each time)")
  .option("--url <address>", "of an instance elsewhere, such as http://localhost:4000")
  .option("--json", "print an object")
  .action(async (options) => (await import("./demo.ts")).demo(options));

for (const command of program.commands) adviseBy(command, "catchment");
process.stdout.on("error", endWhenNobodyReads);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
// A connection that somebody forgot must not keep a finished command alive.
setTimeout(() => process.exit(), 3_000).unref();

/** After a misuse each command names its own help. */
function adviseBy(command: Command, parent: string): void {
  const name = `${parent} ${command.name()}`;
  command.showHelpAfterError(`\`npx ${name} --help\` tells what it takes.`);
  for (const below of command.commands) adviseBy(below, name);
}

function report(error: unknown): number {
  // commander has printed its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandError) {
    note(error.message);
    return error.exitCode;
  }
  note(describe(error));
  return EXIT.failed;
}

/** Node joins the refusals of several addresses into one error without a message. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === "") return error.errors.map(describe).join("; ");
  return error.message;
}

/** `catchment … | head` */
function endWhenNobodyReads(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit();
  throw error;
}
