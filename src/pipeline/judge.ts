import { type CompiledContract, checkDocument } from "../contracts/check.ts";
import type { Contract } from "../contracts/contract.ts";
import { readDocument } from "../contracts/read_document.ts";
import type { Violation } from "../contracts/violation.ts";
import { type Attributes, normalizeAttributes } from "../normalize/attributes.ts";

/** A pending capture as claim_captures answers it. */
export type ClaimedCapture = {
  id: string;
  path_slug: string;
  contract_id: number;
  body: Buffer;
  received_at: Date;
  default_country: string | null;
  time_zone: string;
};

export type Judgement =
  | { id: string; attributes: Attributes }
  | { id: string; kind: "contract_violation"; violations: Violation[] };

export type PublishedContract = { contract: Contract; compiled: CompiledContract };

/** Stages 3 and 4 for one capture: what the contract says of its bytes, and its fields in one shape. Pure. */
export function judge(capture: ClaimedCapture, { contract, compiled }: PublishedContract): Judgement {
  const read = readDocument(capture.body);
  if (!read.ok) return refuse(capture, read.violations);
  const checked = checkDocument(compiled, read.document);
  if (!checked.ok) return refuse(capture, checked.violations);
  const normalized = normalizeAttributes(checked.fields, {
    defaultCountry: capture.default_country,
    timeZone: contract.time_zone ?? capture.time_zone,
    receivedAt: capture.received_at,
    reach: contract.reach,
    externalIdSource: capture.path_slug,
  });
  if (!normalized.ok) return refuse(capture, normalized.violations);
  return { id: capture.id, attributes: normalized.attributes };
}

function refuse(capture: ClaimedCapture, violations: Violation[]): Judgement {
  return { id: capture.id, kind: "contract_violation", violations };
}
