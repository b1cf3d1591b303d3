import {
  type ASTVisitor,
  type FieldNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from "postgraphile/graphql";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "./page_size.ts";

/**
 * An object is a field with fields below it: each may ask the database. Rows are what the pages could hold if all were
 * full, lists in lists multiplied. Fragments count as often as they are spread.
 */
const LIMITS = { depth: 14, fields: 1_000, objects: 150, directives: 100, rows: 250_000 };

/** Refuses documents that would keep the database busy, before anything is planned. */
export const LimitsPlugin: GraphileConfig.Plugin = {
  name: "CatchmentLimitsPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules.push(limitsRule);
        return next();
      },
    },
  },
};

function limitsRule(context: ValidationContext): ASTVisitor {
  const measure = makeMeasure(context);
  return {
    OperationDefinition(node) {
      const found = measure(node.selectionSet);
      for (const what of ["depth", "fields", "objects", "directives", "rows"] as const) {
        if (found[what] <= LIMITS[what]) continue;
        const message = `This operation has too many ${what}: ${found[what]}, at most ${LIMITS[what]}.`;
        context.reportError(new GraphQLError(message, { nodes: node, extensions: { code: "TOO_LARGE" } }));
      }
    },
  };
}

/** `perRow`: the rows below one row of a page, that row included, to be multiplied by the size of the page. */
type Size = typeof LIMITS & { perRow: number };

/** Each fragment is measured once, however often it is spread: nested spreads would grow exponentially. */
function makeMeasure(context: ValidationContext): (selectionSet: SelectionSetNode) => Size {
  const fragments = new Map<string, Size>();

  const measureSet = (selectionSet: SelectionSetNode) =>
    sum(selectionSet.selections.map((selection) => measureOne(selection)));

  const measureOne = (selection: SelectionNode): Size => {
    const own = { ...NOTHING, directives: selection.directives?.length ?? 0 };
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sum([own, measureFragment(selection.name.value)]);
    if (selection.kind === Kind.INLINE_FRAGMENT) return sum([own, measureSet(selection.selectionSet)]);
    if (selection.selectionSet === undefined) return { ...own, depth: 1, fields: 1 };
    return sum([own, measureObject(selection, measureSet(selection.selectionSet))]);
  };

  const measureFragment = (name: string): Size => {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, NOTHING); // a cycle ends here; another rule refuses it
    const definition = context.getFragment(name);
    const size = definition ? measureSet(definition.selectionSet) : NOTHING;
    fragments.set(name, size);
    return size;
  };

  return measureSet;
}

function measureObject(field: FieldNode, below: Size): Size {
  const name = field.name.value;
  // Introspection asks no database, and graphql limits its depth itself.
  if (name.startsWith("__")) return { ...NOTHING, depth: 1, fields: below.fields + 1 };
  const rows = below.rows + below.perRow * pageSizeOf(field);
  const isPage = name === "nodes" || name === "edges";
  return {
    ...below,
    depth: below.depth + 1,
    fields: below.fields + 1,
    objects: below.objects + 1,
    rows: isPage ? 0 : rows,
    perRow: isPage ? rows + 1 : 0,
  };
}

/** A variable may turn out to be anything up to the cap; what lies beyond it is refused by page_size.ts. */
function pageSizeOf(field: FieldNode): number {
  const sizes = (field.arguments ?? [])
    .filter(({ name }) => name.value === "first" || name.value === "last")
    .map(({ value }) =>
      value.kind === Kind.INT ? Math.min(Number(value.value), MAX_PAGE_SIZE) : MAX_PAGE_SIZE,
    );
  return sizes.length === 0 ? DEFAULT_PAGE_SIZE : Math.max(0, ...sizes);
}

const NOTHING: Size = { depth: 0, fields: 0, objects: 0, directives: 0, rows: 0, perRow: 0 };

/** Side by side: the deepest counts, everything else adds up. */
function sum(sizes: Size[]): Size {
  return sizes.reduce(
    (all, one) => ({
      depth: Math.max(all.depth, one.depth),
      fields: all.fields + one.fields,
      objects: all.objects + one.objects,
      directives: all.directives + one.directives,
      rows: all.rows + one.rows,
      perRow: all.perRow + one.perRow,
    }),
    NOTHING,
  );
}
