import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
  type ValueNode,
} from "postgraphile/graphql";

export type Variables = Readonly<Record<string, unknown>>;

/**
 * What the filter of a field weighs: each field of it as much as it lies deep, since what reaches over relations is planned
 * with all that stands around it. Values in a list weigh nothing.
 */
export function filterWeight(field: FieldNode, variables: Variables): number {
  const filter = field.arguments?.find(({ name }) => name.value === "filter");
  return filter === undefined ? 0 : ofNode(filter.value, variables, 1);
}

/** Whether what it weighs depends on the variables. */
export function hasFilterVariable({ variableDefinitions = [] }: OperationDefinitionNode): boolean {
  return variableDefinitions.some(({ type }) => nameOf(type).endsWith("Filter"));
}

/** Of a request that nobody has looked at yet. */
export function variablesOf(sent: unknown): Variables {
  return typeof sent === "object" && sent !== null ? Object.fromEntries(Object.entries(sent)) : {};
}

function ofNode(value: ValueNode, variables: Variables, depth: number): number {
  if (value.kind === Kind.VARIABLE) return ofJson(variables[value.name.value], depth);
  if (value.kind === Kind.LIST) return total(value.values.map((one) => ofNode(one, variables, depth)));
  if (value.kind !== Kind.OBJECT) return 0;
  return total(value.fields.map((field) => depth + ofNode(field.value, variables, depth + 1)));
}

function ofJson(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth > DEEPEST) return Number.POSITIVE_INFINITY;
  const below = Array.isArray(value) ? depth : depth + 1;
  const own = Array.isArray(value) ? 0 : depth * Object.keys(value).length;
  return own + total(Object.values(value).map((one) => ofJson(one, below)));
}

/** Far beyond any limit, and far from what a stack holds. */
const DEEPEST = 100;

function total(weights: number[]): number {
  return weights.reduce((all, one) => all + one, 0);
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
