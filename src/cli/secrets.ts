import type { Command } from "commander";

/** `catchment secrets …`: what they do is read only when one is called. */
export function addSecrets(program: Command): void {
  const secrets = program
    .command("secrets")
    .description(
      "secrets of capture paths and channels, kept encrypted; CATCHMENT_SECRET_<SLUG> in the environment wins",
    );

  secrets
    .command("set")
    .argument("<path>", "slug of a capture path or channel, such as meta")
    .argument("[name]", "which of its secrets, such as access-token (default: its own)")
    .description("keep what comes on standard input, encrypted under the key of this installation")
    .action(async (path, name) => (await import("./secrets/run.ts")).setSecret(path, name));

  secrets
    .command("list")
    .description("list paths and names, and whether each opens with this key; never a value")
    .option("--json", "print an array")
    .action(async (options) => (await import("./secrets/run.ts")).listSecrets(options));

  secrets
    .command("remove")
    .argument("<path>", "slug of a capture path or channel")
    .argument("[name]", "which of its secrets (default: its own)")
    .description("forget a stored secret")
    .action(async (path, name) => (await import("./secrets/run.ts")).removeSecret(path, name));
}
