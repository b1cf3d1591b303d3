import type { Contract } from "../contracts/contract.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/**
 * A place that the contract's own closed schema forbids: whatever arrives there is refused, so nothing is ever read of it.
 * Only what is certain: the first step, of an object that takes no key beside its properties.
 */
export function checkContractPlaces({ capture_paths }: Pick<Organization, "capture_paths">): Finding[] {
  return capture_paths.flatMap(({ contract }, at) => {
    const keys = allowedKeys(contract.schema);
    if (keys === undefined) return [];
    return placesOf(contract).flatMap(({ path, place }): Finding[] => {
      const key = firstStep(place);
      if (keys.has(key)) return [];
      const message = `nothing ever stands at "${place}": the schema takes no property "${key}"`;
      return [{ path: ["capture_paths", at, "contract", ...path], message }];
    });
  });
}

/** Undefined where it takes others too. `allOf`, `$ref` and the like can forbid more, but allow none again. */
function allowedKeys(schema: Contract["schema"]): Set<string> | undefined {
  if (schema.type !== "object" || schema.additionalProperties !== false) return undefined;
  if (schema.patternProperties !== undefined) return undefined;
  const { properties = {} } = schema;
  return typeof properties === "object" && properties !== null ? new Set(Object.keys(properties)) : undefined;
}

type Named = { path: PropertyKey[]; place: string };

function placesOf({ mapping, consents = [], spam_guard: guard }: Contract): Named[] {
  const named = (path: PropertyKey[], place: string | undefined): Named[] =>
    place === undefined ? [] : [{ path, place }];
  return [
    ...Object.entries(mapping).flatMap(([field, places]) =>
      [places].flat().flatMap((place) => named(["mapping", field], place)),
    ),
    ...consents.flatMap((rule, n) => [
      ...named(["consents", n, "field"], rule.field),
      ...named(["consents", n, "text_version_field"], rule.text_version_field),
      ...named(["consents", n, "at_field"], rule.at_field),
    ]),
    ...named(["spam_guard", "honeypot"], guard?.honeypot),
    ...named(["spam_guard", "elapsed"], guard?.elapsed),
  ];
}

function firstStep(place: string): string {
  if (!place.startsWith("/")) return place;
  return (place.split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}
