import type { Command } from "commander";

/** `catchment keys …`: what they do is read only when one is called. */
export function addKeys(program: Command): void {
  const keys = program.command("keys").description("API keys of partners: made, listed, revoked");

  keys
    .command("create")
    .argument("<actor>", "slug of an actor of kind api_key, such as partner")
    .description("print a new key of that actor, this once; two may live while one takes the other's place")
    .option("--operations <list>", "capture, read or both", "capture,read")
    .option("--expires <time>", "such as 90d or 12h (default: never)")
    .option("--rate <number>", "at most so many requests a second (default: only the path's own limit)")
    .option("--burst <number>", "and so many at once (default: a second's worth)")
    .option("--json", "print an object")
    .action(async (actor, options) => (await import("./keys/run.ts")).create(actor, options));

  keys
    .command("list")
    .argument("[actor]", "of this one only")
    .description("list keys by their prefix; nobody can show a key again")
    .option("--json", "print an array")
    .action(async (actor, options) => (await import("./keys/run.ts")).list(actor, options));

  keys
    .command("revoke")
    .argument("<prefix>", "what stands between ck_ and the next _")
    .description("end a key within 10 s")
    .option("--json", "print an object")
    .action(async (prefix, options) => (await import("./keys/run.ts")).revoke(prefix, options));
}
