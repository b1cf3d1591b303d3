import type { Surface } from "./key_surface.ts";
import { answers, COMPONENTS, HEADERS } from "./openapi_parts.ts";
import { GraphqlRequest, schemaOf } from "./openapi_schemas.ts";

/**
 * OpenAPI 3.1. `surfaces` of null: what a stranger may know, that there are capture paths and how they answer. With
 * the surfaces of a key: its own paths, each with what its contract takes.
 */
export function openapi(surfaces: readonly Surface[] | null): Record<string, unknown> {
  const paths = surfaces === null ? [["/capture/{path}", anyPath()] as const] : surfaces.map(onePath);
  const contracts = (surfaces ?? []).map(
    ({ slug, schema }) => [contractName(slug), embed(schema, slug)] as const,
  );
  return {
    openapi: "3.1.0",
    info: { title: "Catchment", version: "1", description: ABOUT },
    servers: [{ url: "/" }],
    paths: { ...Object.fromEntries(paths), "/graphql": { post: graphql } },
    components: {
      ...COMPONENTS,
      schemas: { ...COMPONENTS.schemas, ...Object.fromEntries(contracts) },
    },
  };
}

const ABOUT =
  "Captures are answered when they are durable; what becomes of one is told under its traceId. " +
  "Ask for this document with an API key to see the paths and contracts of that key.";

function anyPath(): object {
  const path = {
    name: "path",
    in: "path",
    required: true,
    description: "The name of a capture path.",
    schema: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,62}$" },
  };
  return {
    parameters: [path],
    post: {
      operationId: "capture",
      summary: "Bring an arrival in",
      security: [{}, { apiKey: [] }],
      parameters: HEADERS,
      requestBody: { required: true, content: { "*/*": {} } },
      responses: answers(),
    },
  };
}

function onePath(surface: Surface): readonly [string, object] {
  const { slug, name, protocol, requiresKey, requiresSignature, maxBodyBytes } = surface;
  const content =
    protocol === "json"
      ? { "application/json": { schema: { $ref: `#/components/schemas/${contractName(slug)}` } } }
      : { "*/*": {} };
  const bare = requiresSignature ? { signature: [] } : {};
  const withKey = { ...bare, apiKey: [] };
  const post = {
    operationId: `capture_${slug.replaceAll("-", "_")}`,
    summary: name,
    description: `At most ${maxBodyBytes} bytes.`,
    security: requiresKey ? [withKey] : [bare, withKey],
    parameters: HEADERS,
    requestBody: { required: true, content },
    responses: answers(),
  };
  return [`/capture/${slug}`, { post }];
}

const graphql = {
  operationId: "graphql",
  summary: "Read what the key's territories hold; the schema tells what there is",
  security: [{ apiKey: [] }],
  requestBody: { required: true, content: { "application/json": { schema: schemaOf(GraphqlRequest) } } },
  responses: {
    200: {
      description: "data and errors, as GraphQL over HTTP has it.",
      content: { "application/json": { schema: { type: "object" } } },
    },
    401: { $ref: "#/components/responses/Problem" },
    403: { $ref: "#/components/responses/Problem" },
  },
};

function contractName(slug: string): string {
  return `Contract_${slug}`;
}

/** A contract refers to its own parts from its root, which here lies deeper. */
function embed(schema: Record<string, unknown>, slug: string): Record<string, unknown> {
  const { $id: _id, $schema: _schema, ...own } = schema;
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [key, moved(key, value, slug)]));
}

function moved(key: string, value: unknown, slug: string): unknown {
  if (key === "$ref" && typeof value === "string" && /^#(?:\/|$)/.test(value)) {
    return `#/components/schemas/${contractName(slug)}${value.slice(1)}`;
  }
  if (Array.isArray(value)) return value.map((item) => moved("", item, slug));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, moved(name, item, slug)]));
}
