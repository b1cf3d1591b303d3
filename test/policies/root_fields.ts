import { type GraphQLEnumType, type GraphQLField, getNamedType, isEnumType } from "graphql";

/** A field of Query. */
export type RootField = GraphQLField<unknown, unknown>;

/** The argument that is a row's key. */
export function keyOf({ args }: RootField): "rowId" | "slug" | null {
  const names = args.map(({ name }) => name).filter((name) => name !== "isActive");
  const [key] = names;
  return names.length === 1 && (key === "rowId" || key === "slug") ? key : null;
}

export function documentOf({ name, args }: RootField, selection: string): string {
  const needed = args.filter((arg) => !/^(first|last|offset|before|after|orderBy|filter)$/.test(arg.name));
  const body = selection === "" ? "" : selection.startsWith("{") ? selection : `{ ${selection} }`;
  if (needed.length === 0) return `{ ${name} ${body} }`;
  const declared = needed.map((arg) => `$${arg.name}: ${arg.type}`);
  const passed = needed.map((arg) => `${arg.name}: $${arg.name}`);
  return `query (${declared}) { ${name}(${passed}) ${body} }`;
}

/** `teamBySlug` and `teamByRowIdAndIsActive` are of `teams`. */
export function tableOf(field: string): string {
  const one = snakeCase(field.replace(/By[A-Z].*$/, ""));
  return `app_public.${/[^aeiou]y$/.test(one) ? one.replace(/y$/, "ies") : `${one}s`}`;
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Of the same form, and nobody's. */
export function absentOf(value: unknown): unknown {
  if (typeof value === "number") return 2_000_000_000;
  if (/^[0-9a-f]{8}-/.test(String(value))) return "018f0000-0000-7000-8000-000000000000";
  return /^[0-9a-f]{32}$/.test(String(value)) ? "0".repeat(32) : "no-such-thing";
}

export function orderOf(field: RootField | undefined): GraphQLEnumType | null {
  const type = getNamedType(field?.args.find(({ name }) => name === "orderBy")?.type);
  return isEnumType(type) ? type : null;
}
