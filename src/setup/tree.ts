import type { Organization } from "./organization.ts";

/** The tree of territories as it is written, before the database knows it. */
export type Tree = {
  /** The territory and its ancestors, up to the root. Ends at a parent that is unknown or comes round again. */
  chain: (slug: string) => string[];
  has: (slug: string) => boolean;
  root: (slug: string) => string | undefined;
  /** Where a person is one lead: the nearest territory of the chain that is an identity boundary. */
  boundary: (slug: string) => string | undefined;
};

export function treeOf({ territories }: Pick<Organization, "territories">): Tree {
  const bySlug = new Map(territories.map((territory) => [territory.slug, territory]));
  const chain = (slug: string): string[] => {
    const found: string[] = [];
    let at = bySlug.get(slug);
    while (at !== undefined && !found.includes(at.slug)) {
      found.push(at.slug);
      at = at.parent === null ? undefined : bySlug.get(at.parent);
    }
    return found;
  };
  const isBoundary = (slug: string) => {
    const territory = bySlug.get(slug);
    return territory?.is_identity_boundary ?? territory?.parent === null;
  };
  return {
    chain,
    has: (slug) => bySlug.has(slug),
    root: (slug) => chain(slug).at(-1),
    boundary: (slug) => chain(slug).find(isBoundary),
  };
}
