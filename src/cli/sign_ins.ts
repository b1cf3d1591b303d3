import type { Command } from "commander";

/** `catchment sign-ins …`: what they do is read only when one is called. */
export function addSignIns(program: Command): void {
  const signIns = program
    .command("sign-ins")
    .description("who signs in with a provider of identities as whom");
  const issuer = ["--issuer <url>", "the provider (default: CATCHMENT_OIDC_ISSUER)"] as const;

  signIns
    .command("add")
    .argument("<actor>", "slug of a person")
    .argument("<subject>", "the claim sub of their tokens, not an address")
    .description("let a subject of the provider speak for an actor")
    .option(...issuer)
    .option("--json", "print an object")
    .action(async (actor, subject, options) =>
      (await import("./sign_ins/run.ts")).add(actor, subject, options),
    );

  signIns
    .command("list")
    .argument("[actor]", "of this one only")
    .description("list who signs in as whom")
    .option("--json", "print an array")
    .action(async (actor, options) => (await import("./sign_ins/run.ts")).list(actor, options));

  signIns
    .command("remove")
    .argument("<subject>", "as list shows it")
    .description("a subject speaks for nobody from now on; within 10 s it is refused everywhere")
    .option(...issuer)
    .option("--json", "print an object")
    .action(async (subject, options) => (await import("./sign_ins/run.ts")).remove(subject, options));
}
