import { type Command, InvalidArgumentError } from "commander";
import { count } from "./filter.ts";

/** `catchment shadow …` and `catchment route-preview`: what they do is read only when one is called. */
export function addShadow(program: Command): void {
  const shadow = program
    .command("shadow")
    .description("let a draft decide beside the revision in force for a time, without acting");

  shadow
    .command("start")
    .argument("<revision>", "number of the draft, as apply --draft printed it", count)
    .option("--for <time>", "how long, such as 12h or 7d", span, span("7d"))
    .description("compare what the draft would decide of every new lead from now on; one draft at a time")
    .action(async (revision, options) => (await import("./shadow/run.ts")).start(revision, options));

  shadow
    .command("list")
    .description("list the last ten: how many leads were compared, and what differed")
    .option("--json", "print an array")
    .action(async (options) => (await import("./shadow/run.ts")).list(options));

  shadow
    .command("stop")
    .description("end the one that runs; what it found stays in bi.routing_disagreements")
    .action(async () => (await import("./shadow/run.ts")).stop());

  program
    .command("route-preview")
    .argument("[lead]", "id of a lead; its fields count where none is given")
    .option("--path <slug>", "the capture path that somebody would come through (of a lead: its own)")
    .option(
      "--field <name=value>",
      "a field of the person or the company, such as country=DE; repeatable",
      collect,
      [],
    )
    .option(
      "--revision <number>",
      "under the rules of this revision, a draft or not (default: the one in force)",
      count,
    )
    .option("--json", "print an object")
    .description(
      "tell where somebody would go who came now, to whom, why, and why to nobody else; writes nothing",
    )
    .action(async (lead, options) => (await import("./shadow/preview.ts")).previewRoute(lead, options));
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** In seconds. */
function span(text: string): number {
  const [, amount, unit = ""] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const seconds = { m: 60, h: 3_600, d: 86_400 }[unit];
  if (seconds === undefined || Number(amount) === 0)
    throw new InvalidArgumentError("It is a time as 30m, 12h, 7d.");
  return Number(amount) * seconds;
}
