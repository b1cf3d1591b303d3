import type { Command } from "commander";

/** `catchment who-can-see`, `as` and `walls`: what they do is read only when one is called. */
export function addExplain(program: Command): void {
  program
    .command("who-can-see")
    .argument("<lead>", "id of a lead")
    .description(
      "every actor who reads a lead at this moment, by which role, granted where, and how they come in",
    )
    .option("--json", "print an object")
    .action(async (lead, options) => (await import("./explain/who_can_see.ts")).whoCanSee(lead, options));

  program
    .command("as")
    .argument("<actor>", "slug of an actor, such as dora, or of a BI login such as bi_de")
    .argument("<statement...>", "behind --: one SQL statement, or a GraphQL document")
    .description("what somebody sees and may: run something as they would, and roll it back, writes too")
    .option("--url <url>", "connection string of a BI login whose password only its holder knows")
    .option("--json", "print an object")
    .action(async (actor, words, options) =>
      (await import("./explain/as_actor.ts")).asActor(actor, words, options),
    );

  program
    .command("walls")
    .description("which role may do what with which object, and who holds it in which territory")
    .option("--role <role>", "rep, manager, operations, viewer or admin")
    .option("--territory <slug>", "in this one")
    .option("--object <name>", "such as leads or bi.lead_queue")
    .option("--verb <name>", "read, or a mutation such as claim_lead")
    .option("--csv", "role by territory by object by verb, a line each")
    .option("--json", "the same as an array")
    .action(async (options) => (await import("./explain/walls.ts")).walls(options));
}
