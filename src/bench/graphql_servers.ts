import { createServer, type IncomingMessage, type Server } from "node:http";
import express from "express";
import { createSchema, createYoga } from "graphql-yoga";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/express/v4";
import { z } from "zod";
import { makeApi } from "../api/mount.ts";
import { makeSchemaPreset } from "../api/preset.ts";
import { makeTokens } from "../api/tokens.ts";
import { makePool } from "../postgres/pools.ts";
import { listen } from "../server/listen.ts";
import { answerParent } from "./child.ts";
import { DOCUMENTS, type DocumentName, STATEMENTS } from "./graphql_documents.ts";
import { type Context, RESOLVERS, SCHEMA } from "./graphql_yoga.ts";
import { scopedQuery } from "./scoped_query.ts";

export const SIDES = ["ours", "postgraphile", "yoga", "raw"] as const;
const Start = z.object({
  side: z.enum(SIDES),
  apiUrl: z.string(),
  superuserUrl: z.string(),
  actorId: z.number(),
  key: z.string(),
});
type Start = z.infer<typeof Start>;

/** One process a side, each with ten connections. */
answerParent(async (message) => {
  const start = Start.parse(message);
  const server = await open[start.side](start);
  return { port: await listen(server, 0, "127.0.0.1") };
});

const open: Record<Start["side"], (start: Start) => Promise<Server>> = {
  /** The API as it is mounted, tokens and limits and all. */
  async ours({ apiUrl, key }) {
    const api = makeApi({ apiUrl, tokens: makeTokens(key), isDevelopment: false, log: () => {} });
    const app = express();
    const server = createServer(app);
    await api.mount(app, server);
    return server;
  },
  /** The same schema as shipped, as a superuser: its own adaptor, no plugin of ours, no settings, no transaction, no policy. */
  async postgraphile({ superuserUrl }) {
    const pool = makePool(superuserUrl, { max: 10, applicationName: "bench" });
    const app = express();
    const server = createServer(app);
    const instance = postgraphile({
      extends: [makeSchemaPreset(pool, async () => {})],
      disablePlugins: OURS,
      pgServices: [makePgService({ pool, schemas: ["app_public"], pubsub: false })],
      grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: false },
    });
    await instance.createServ(grafserv).addTo(app, server, false);
    return server;
  },
  /** Resolvers written by hand, under the same policy. */
  async yoga({ apiUrl, actorId }) {
    const pool = makePool(apiUrl, { max: 10, applicationName: "bench" });
    const schema = createSchema<Context>({ typeDefs: SCHEMA, resolvers: RESOLVERS });
    return createServer(
      createYoga<object, Context>({
        schema,
        context: () => ({ pool, actorId, loaders: new Map() }),
        logging: false,
        graphiql: false,
        landingPage: false,
      }),
    );
  },
  /** No GraphQL: one statement and its JSON, under the same policy. */
  async raw({ apiUrl, actorId }) {
    const pool = makePool(apiUrl, { max: 10, applicationName: "bench" });
    return createServer((request, response) => {
      readBody(request)
        .then(async ({ query, variables }) => {
          const name = NAMES.get(query) ?? "list";
          const values = name === "detail" ? [variables?.id] : [];
          const [row] = await scopedQuery<{ data: object }>(pool, actorId, {
            name,
            text: STATEMENTS[name],
            values,
          });
          const body = JSON.stringify({ data: row?.data });
          response
            .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
            .end(body);
        })
        .catch((error: unknown) =>
          response.writeHead(500, { "content-length": 0, "x-error": String(error) }).end(),
        );
    });
  },
};

/** What would change how a list is asked for, or needs the rest of our API. */
const OURS = [
  "CatchmentPageSizePlugin",
  "CatchmentMergedLeadsPlugin",
  "CatchmentLeadPagePlugin",
  "CatchmentLimitsPlugin",
] as const;

const NAMES = new Map<string, DocumentName>([
  [DOCUMENTS.list, "list"],
  [DOCUMENTS.nested, "nested"],
  [DOCUMENTS.detail, "detail"],
]);

const Body = z.object({ query: z.string(), variables: z.object({ id: z.string() }).optional() });

async function readBody(request: IncomingMessage): Promise<z.infer<typeof Body>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Body.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
}
