import { type CompiledContract, checkDocument, compileContract } from "../contracts/check.ts";
import { readDocument } from "../contracts/read_document.ts";
import type { Violation } from "../contracts/violation.ts";
import { normalizeAttributes } from "../normalize/attributes.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

type CapturePath = Organization["capture_paths"][number];
type Home = { country: string | null; time_zone: string };

/** A contract must compile, take its own examples and refuse those it says it refuses. */
export function checkContracts({ capture_paths, territories }: Organization, now: Date): Finding[] {
  const homes = new Map(territories.map((territory) => [territory.slug, territory]));
  return capture_paths.flatMap((path, at) => {
    const home = homes.get(path.territory) ?? { country: null, time_zone: "UTC" };
    return checkContract(path, home, now).map((finding) => ({
      path: ["capture_paths", at, "contract", ...finding.path],
      message: finding.message,
    }));
  });
}

function checkContract(path: CapturePath, home: Home, now: Date): Finding[] {
  let compiled: CompiledContract;
  try {
    compiled = compileContract(path.contract);
  } catch (error) {
    return [{ path: ["schema"], message: error instanceof Error ? error.message : "cannot be compiled" }];
  }
  const { accept, refuse } = path.contract.examples;
  const refused = accept.flatMap((example, n): Finding[] => {
    const violations = violationsOf(example, compiled, path, home, now);
    if (violations.length === 0) return [];
    const reasons = violations.map((each) => `${each.path} ${each.message}`.trim()).join("; ");
    return [{ path: ["examples", "accept", n], message: `the contract refuses it: ${reasons}` }];
  });
  const taken = refuse.flatMap((example, n): Finding[] =>
    violationsOf(example, compiled, path, home, now).length > 0
      ? []
      : [{ path: ["examples", "refuse", n], message: "the contract takes it" }],
  );
  return [...refused, ...taken];
}

/** The way of an arrival through stages 3 and 4, from its bytes on. */
function violationsOf(
  example: unknown,
  compiled: CompiledContract,
  { slug, contract }: CapturePath,
  home: Home,
  now: Date,
): Violation[] {
  const reading = readDocument(Buffer.from(JSON.stringify(example)));
  if (!reading.ok) return reading.violations;
  const check = checkDocument(compiled, reading.document);
  if (!check.ok) return check.violations;
  const normalized = normalizeAttributes(check.fields, {
    defaultCountry: home.country,
    timeZone: contract.time_zone ?? home.time_zone,
    receivedAt: now,
    reach: contract.reach,
    externalIdSource: slug,
  });
  return normalized.ok ? [] : normalized.violations;
}
