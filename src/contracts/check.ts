import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Contract } from "./contract.ts";
import { compileMapping, type MappedField, mapFields } from "./mapping.ts";
import { nameViolations } from "./name_violations.ts";
import type { Violation } from "./violation.ts";

export type CompiledContract = { validate: ValidateFunction; mapping: MappedField[] };

export type Check = { ok: true; fields: Record<string, string> } | { ok: false; violations: Violation[] };

const OPTIONS = {
  allErrors: true,
  logger: false,
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  ownProperties: true, // else every document has a "constructor"
} as const;

/** Checks schemas as documents. Compiling what a schema may be takes longer than compiling one, so it happens once. */
const grammar = new Ajv2020(OPTIONS);

/**
 * Compiling takes some 5 ms, so the caller keeps the result (a published contract never changes).
 * Throws on a schema that cannot be meant: unknown keywords and formats are refused, since a misspelt rule
 * would let everything pass; references to other documents are never fetched.
 */
export function compileContract(contract: Contract): CompiledContract {
  // An instance each: a shared one keeps every schema by its $id, and refuses the second version.
  const ajv = new Ajv2020({ ...OPTIONS, validateSchema: false });
  addFormats.default(ajv);
  if ("$async" in contract.schema) throw new Error("A contract's schema must not be asynchronous");
  grammar.validateSchema(contract.schema, true);
  return { validate: ajv.compile(contract.schema), mapping: compileMapping(contract) };
}

/** Refuses a document that breaks the schema, or has an object or a list where a field is mapped to. */
export function checkDocument(compiled: CompiledContract, document: unknown): Check {
  if (!compiled.validate(document)) {
    return { ok: false, violations: nameViolations(compiled.validate.errors ?? []) };
  }
  return mapFields(compiled.mapping, document);
}
