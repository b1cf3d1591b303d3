import type { ErrorObject } from "ajv/dist/2020.js";
import { MAX_VIOLATIONS, pointerStep, type Violation, violation } from "./violation.ts";

type Named = { error: ErrorObject; violation: Violation; missing: readonly string[] };

/** Errors looked at. A hostile list of 100,000 items may have that many. */
const MAX_ERRORS = 1000;

const KINDS: ReadonlyMap<string, Violation["kind"]> = new Map([
  ["required", "missing"],
  ["dependentRequired", "missing"],
  ["dependencies", "missing"],
  ["type", "type"],
  ["enum", "state"],
  ["additionalProperties", "extra"],
  ["unevaluatedProperties", "extra"],
  ["unevaluatedItems", "extra"],
  ["false schema", "extra"],
]);

/** Every breach of the schema in words; what is neither missing, of a wrong type, extra nor of a list is a matter of format. */
export function nameViolations(errors: readonly ErrorObject[]): Violation[] {
  const named: Named[] = [];
  for (const error of errors.slice(0, MAX_ERRORS)) {
    if (error.keyword === "if") continue; // its then or else has already spoken
    const branches = isChoice(error) ? takeBranches(named, error) : [];
    if (branches.length === 0) named.push(nameError(error));
    else if (branches.every((branch) => branch.error.instancePath === error.instancePath)) {
      named.push(joinBranches(error, branches));
    } else named.push(...branches); // they say more than "none of these fits"
  }
  return named.slice(0, MAX_VIOLATIONS).map((each) => each.violation);
}

function nameError(error: ErrorObject): Named {
  const { keyword, params, instancePath } = error;
  const kind = KINDS.get(keyword) ?? "format";
  const { missingProperty: absent, additionalProperty, unevaluatedProperty } = params;
  const name: unknown = absent ?? additionalProperty ?? unevaluatedProperty;
  // The path points at what is missing or too much, not at the object around it.
  const path = typeof name === "string" ? instancePath + pointerStep(name) : instancePath;
  return {
    error,
    violation: violation(kind, path, error.message ?? `breaks the rule ${keyword}`),
    missing: kind === "missing" && typeof absent === "string" ? [absent] : [],
  };
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === "anyOf" || keyword === "oneOf";
}

// Ajv reports the branches of a choice right before the choice itself. Those behind a $ref bear no mark of it.
function takeBranches(named: Named[], choice: ErrorObject): Named[] {
  let from = named.length;
  while (isBranch(named[from - 1], choice)) from--;
  return named.splice(from);
}

function isBranch(candidate: Named | undefined, choice: ErrorObject): boolean {
  if (candidate === undefined) return false;
  const { schemaPath, instancePath } = candidate.error;
  return (
    schemaPath.startsWith(`${choice.schemaPath}/`) && `${instancePath}/`.startsWith(`${choice.instancePath}/`)
  );
}

// "E-mail or phone" is one violation, not two: neither is missing by itself.
function joinBranches(error: ErrorObject, branches: readonly Named[]): Named {
  const missing = [...new Set(branches.flatMap((branch) => branch.missing))];
  if (branches.every((branch) => branch.missing.length > 0)) {
    const rule = `must have at least one of: ${missing.join(", ")}`;
    return { error, violation: violation("missing", error.instancePath, rule), missing };
  }
  const kinds = new Set(branches.map((branch) => branch.violation.kind));
  const [kind = "format"] = kinds.size === 1 ? kinds : [];
  const rules = [...new Set(branches.map((branch) => branch.violation.message))].join(", or ");
  return { error, violation: violation(kind, error.instancePath, rules), missing: [] };
}
