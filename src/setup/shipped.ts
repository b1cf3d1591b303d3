import { readFile } from "node:fs/promises";
import { z } from "zod";
import { readYaml } from "./yaml_file.ts";

const ExceptionPolicies = z.array(
  z.strictObject({
    kind: z.string(),
    duty: z.enum(["capture", "execution", "system", "incident", "operations"]),
    resolve_seconds: z.int().min(1),
    runbook: z.string(),
  }),
);
export type ExceptionPolicy = z.infer<typeof ExceptionPolicies>[number];

/** What Catchment itself brings: every kind of exception with its owner's duty, time and runbook (design §8). */
export async function shippedExceptionPolicies(): Promise<ExceptionPolicy[]> {
  const file = new URL("./shipped/exception_policies.yaml", import.meta.url);
  return ExceptionPolicies.parse(readYaml("exception_policies.yaml", await readFile(file, "utf8")).value);
}
