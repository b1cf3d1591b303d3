import type { Attributes, Identity } from "../normalize/attributes.ts";
import { type Match, matchOf } from "../normalize/match.ts";

/** What identity compares travels with the attributes as far as stage 6, which takes it out. */
export function withMatch<Judged extends { attributes: Attributes }>(
  accepted: Judged,
): Judged & { attributes: { match: Match } } {
  const { attributes } = accepted;
  const match = matchOf(attributes);
  const person: Identity[] = match.person === undefined ? [] : [{ kind: "person", value: match.person }];
  return {
    ...accepted,
    attributes: { ...attributes, identities: [...attributes.identities, ...person], match },
  };
}
