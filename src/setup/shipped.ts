import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ExceptionPolicy } from "./exception_policy.ts";
import { readYaml } from "./yaml_file.ts";

export type { ExceptionPolicy };

/** What Catchment itself brings: every kind of exception with its owner's duty, times and runbook (design §8). */
export async function shippedExceptionPolicies(): Promise<ExceptionPolicy[]> {
  const file = new URL("./shipped/exception_policies.yaml", import.meta.url);
  return z
    .array(ExceptionPolicy)
    .parse(readYaml("exception_policies.yaml", await readFile(file, "utf8")).value);
}
