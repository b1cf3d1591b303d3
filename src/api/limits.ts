import { SafeError } from "postgraphile/grafast";
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from "postgraphile/graphql";
import { filterWeight, hasFilterVariable, type Variables, variablesOf } from "./filter_weight.ts";
import { DEFAULT_PAGE_SIZE, GROUPED_FIELD, MAX_GROUPS, MAX_PAGE_SIZE } from "./page_size.ts";

/**
 * An object is a field with fields below it: each may ask the database. Rows are what the pages could hold if all were full,
 * lists in lists multiplied. Conditions: see filter_weight.ts. Fragments count as often as they are spread.
 */
const LIMITS = {
  depth: 14,
  fields: 1_000,
  aliases: 100,
  objects: 150,
  directives: 100,
  rows: 250_000,
  conditions: 300,
};
const KINDS = ["depth", "fields", "aliases", "objects", "directives", "rows", "conditions"] as const;

/**
 * What an operation costs its actor: one an object, one a thousand rows, and one ten conditions. Of a document that is kept
 * it is worked out once, unless variables have a say in it.
 */
export function costOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  const known = costs.get(operation);
  if (known !== undefined) return known;
  const { objects, rows, conditions } = makeMeasure(document, variables)(operation.selectionSet);
  const cost = Math.max(1, objects + Math.ceil(rows / 1_000) + Math.ceil(conditions / 10));
  if (!hasFilterVariable(operation)) costs.set(operation, cost);
  return cost;
}

const costs = new WeakMap<OperationDefinitionNode, number>();

/**
 * Refuses documents that would keep the database busy, and before that this process: validating one that is very wide
 * takes the time in which a hundred others are answered.
 */
export const LimitsPlugin: GraphileConfig.Plugin = {
  name: "CatchmentLimitsPlugin",
  version: "1.0.0",
  after: ["PersistedPlugin"],
  grafserv: {
    middleware: {
      processGraphQLRequestBody(next, { body }) {
        if (typeof body.query === "string") refuseLarge(body.query, body.variableValues);
        return next();
      },
    },
  },
};

/** Small enough, of the last documents: looked at once. */
const passed = new Set<string>();

function refuseLarge(text: string, variables: unknown): void {
  if (passed.has(text)) return;
  const document = parseWithin(text);
  if (document === null) return;
  const measure = makeMeasure(document, variablesOf(variables));
  let isFixed = true;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    isFixed &&= !hasFilterVariable(definition);
    const found = measure(definition.selectionSet);
    for (const what of KINDS) if (found[what] > LIMITS[what]) throw tooLarge(what, found[what], LIMITS[what]);
  }
  if (text.length > MOST_KEPT || !isFixed) return;
  const [oldest] = passed;
  if (passed.size >= MOST_PASSED && oldest !== undefined) passed.delete(oldest);
  passed.add(text);
}

/** Null: it is no document, which others will say. */
function parseWithin(text: string): DocumentNode | null {
  try {
    return parse(text, { maxTokens: MOST_TOKENS, noLocation: true });
  } catch (error) {
    if (error instanceof Error && error.message.includes("tokens"))
      throw tooLarge("tokens", MOST_TOKENS + 1, MOST_TOKENS);
    return null;
  }
}

function tooLarge(what: string, found: number, most: number): SafeError {
  const message = `This operation has too many ${what}: ${found}, at most ${most}.`;
  return new SafeError(message, { statusCode: 400, code: "TOO_LARGE" });
}

const MOST_TOKENS = 15_000;
const MOST_PASSED = 500;
/** Characters of one document. */
const MOST_KEPT = 10_000;

/** `perRow`: the rows below one row of a page, that row included, to be multiplied by the size of the page. */
type Size = typeof LIMITS & { perRow: number };

/** Each fragment is measured once, however often it is spread: nested spreads would grow exponentially. */
function makeMeasure(document: DocumentNode, variables: Variables): (selectionSet: SelectionSetNode) => Size {
  const fragments = new Map<string, Size>();
  const definitions = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) definitions.set(one.name.value, one);
  }

  const measureSet = (selectionSet: SelectionSetNode) =>
    sum(selectionSet.selections.map((selection) => measureOne(selection)));

  const measureOne = (selection: SelectionNode): Size => {
    const own = { ...NOTHING, directives: selection.directives?.length ?? 0 };
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sum([own, measureFragment(selection.name.value)]);
    if (selection.kind === Kind.INLINE_FRAGMENT) return sum([own, measureSet(selection.selectionSet)]);
    own.aliases = selection.alias === undefined ? 0 : 1;
    own.conditions = filterWeight(selection, variables);
    if (selection.selectionSet === undefined) return { ...own, depth: 1, fields: 1 };
    return sum([own, measureObject(selection, measureSet(selection.selectionSet))]);
  };

  const measureFragment = (name: string): Size => {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, NOTHING); // a cycle ends here; another rule refuses it
    const definition = definitions.get(name);
    const size = definition ? measureSet(definition.selectionSet) : NOTHING;
    fragments.set(name, size);
    return size;
  };

  return measureSet;
}

function measureObject(field: FieldNode, below: Size): Size {
  const name = field.name.value;
  // Introspection asks no database, and graphql limits its depth itself.
  if (name.startsWith("__"))
    return { ...NOTHING, depth: 1, fields: below.fields + 1, aliases: below.aliases };
  const groups = name === GROUPED_FIELD ? MAX_GROUPS : 0;
  const rows = below.rows + below.perRow * pageSizeOf(field) + groups;
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

const NOTHING: Size = {
  depth: 0,
  fields: 0,
  aliases: 0,
  objects: 0,
  directives: 0,
  rows: 0,
  conditions: 0,
  perRow: 0,
};

/** Side by side: the deepest counts, everything else adds up. */
function sum(sizes: Size[]): Size {
  return sizes.reduce(
    (all, one) => ({
      depth: Math.max(all.depth, one.depth),
      fields: all.fields + one.fields,
      aliases: all.aliases + one.aliases,
      objects: all.objects + one.objects,
      directives: all.directives + one.directives,
      rows: all.rows + one.rows,
      conditions: all.conditions + one.conditions,
      perRow: all.perRow + one.perRow,
    }),
    NOTHING,
  );
}
