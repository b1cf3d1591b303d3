import { checkDocument, compileContract } from "../../contracts/check.ts";
import { textAt } from "../../contracts/mapping.ts";
import { correct } from "../../pipeline/correct.ts";
import type { CanaryPath } from "./paths.ts";

export type CanaryDocument = {
  document: unknown;
  /** The same as the contract reads it: fields of a lead, by name. */
  fields: Record<string, string>;
};

/**
 * The contract's first example, as somebody of the path's own market would send it and as nobody has sent it before;
 * without an example the least that could reach somebody. Undefined: the contract refuses even that.
 */
export function canaryDocument(
  { contract, countries }: Pick<CanaryPath, "contract" | "countries">,
  mark: string,
): CanaryDocument | undefined {
  const [example] = contract.examples.accept;
  const changes: Record<string, unknown> = {};
  const change = (field: "email" | "external_id" | "country", value: string) => {
    const place = [contract.mapping[field] ?? []].flat().at(0);
    if (place === undefined) return;
    const text = textAt(example, place);
    if (field === "country" ? isServed(text, countries) : example !== undefined && text === "") return;
    changes[pointerTo(place)] = value;
  };
  change("email", `canary-${mark}@example.com`);
  change("external_id", `canary-${mark}`);
  if (countries[0] !== undefined) change("country", countries[0]);
  const { elapsed, minimum_seconds = 0 } = contract.spam_guard ?? {};
  if (elapsed !== undefined) changes[pointerTo(elapsed)] = String(minimum_seconds + 60);

  const compiled = compileContract(contract);
  for (const id of [`canary-${mark}`, numberOf(mark)]) {
    const document = correct(example ?? {}, withId(contract, changes, id));
    const checked = checkDocument(compiled, document);
    if (checked.ok) return { document, fields: checked.fields };
  }
  return undefined;
}

/** A path without any country of its own takes those of its example. */
function isServed(country: string, countries: readonly string[]): boolean {
  return countries.length === 0 || countries.includes(country.toUpperCase());
}

/** Where the contract wants a number as id, it gets one. */
function withId(
  contract: CanaryPath["contract"],
  changes: Record<string, unknown>,
  id: string | number,
): Record<string, unknown> {
  const place = [contract.mapping.external_id ?? []].flat().at(0);
  const pointer = place === undefined ? "" : pointerTo(place);
  return pointer in changes ? { ...changes, [pointer]: id } : changes;
}

function numberOf(mark: string): number {
  return Number.parseInt(mark.slice(0, 12), 16);
}

function pointerTo(place: string): string {
  return place.startsWith("/") ? place : `/${place.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
