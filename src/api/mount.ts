import type { IncomingMessage, Server } from "node:http";
import type { Express, RequestHandler, Response } from "express";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/express/v4";
import { makePool } from "../postgres/pools.ts";
import { type Authenticate, type HolderOf, makeAuthenticate } from "./authenticate.ts";
import { makeMaskError } from "./mask_error.ts";
import { makeSchemaPreset } from "./preset.ts";
import type { Tokens } from "./tokens.ts";

export type Api = {
  /** Adds `POST /graphql`, and GraphiQL in development; with `holderOf` API keys may read. Rejects when the database does not answer. */
  mount: (app: Express, server: Server, holderOf?: HolderOf) => Promise<void>;
  /** After the server has closed. */
  release: () => Promise<void>;
};

/** GraphQL over app_public, each request as the actor of its token and in a transaction of its own. */
export function makeApi(options: {
  apiUrl: string;
  tokens: Pick<Tokens, "verify">;
  isDevelopment: boolean;
  log: (line: string) => void;
  /** Brings erasures into the ledger. Without it none is answered as done. */
  recordErasures?: (() => Promise<unknown>) | undefined;
}): Api {
  const { apiUrl, tokens, isDevelopment, log, recordErasures = noLedger } = options;
  const pool = makePool(apiUrl, { max: 10, applicationName: "catchment api", log });
  const actors: Actors = new WeakMap();
  const graphql = postgraphile({
    extends: [makeSchemaPreset(pool, recordErasures)],
    grafast: {
      // The largest document that limits.ts lets through plans in 0.2 s; more is a machine with much to do.
      timeouts: { planning: 1_000, execution: 30_000 },
      context: ({ expressv4 }) => ({ pgSettings: settingsOf(expressv4 && actors.get(expressv4.req)) }),
    },
    grafserv: {
      graphqlPath: PATH,
      graphiql: isDevelopment,
      graphiqlPath: "/graphiql",
      graphiqlOnGraphQLGET: false,
      websockets: false,
      maxRequestLength: 200_000,
      maskError: makeMaskError(log),
    },
  });
  const serv = graphql.createServ(grafserv);
  return {
    async mount(app, server, holderOf) {
      await graphql.getSchema();
      const authenticate = makeAuthenticate({ pool, tokens, holderOf });
      app.use(PATH, makeDoor(authenticate, actors, log));
      await serv.addTo(app, server, false);
    },
    async release() {
      await graphql.release(); // and with it its server
      await pool.end();
    },
  };
}

const PATH = "/graphql";

async function noLedger(): Promise<never> {
  throw new Error("There is no ledger.");
}

/** Whom the door let in, by request. Who is not in it is nobody. */
type Actors = WeakMap<IncomingMessage, { actorId: number; mayWrite: boolean }>;

function settingsOf(who: { actorId: number; mayWrite: boolean } | undefined): Record<string, string> {
  const settings = {
    role: "catchment_user",
    "catchment.actor": who === undefined ? "" : String(who.actorId),
    statement_timeout: "5000",
  };
  // Postgres itself refuses whatever a mutation of somebody who may only read would write.
  return who?.mayWrite === false ? { ...settings, transaction_read_only: "on" } : settings;
}

/** Before GraphQL reads anything: a bad token is 401, a database that cannot say whose it is 503. */
function makeDoor(authenticate: Authenticate, actors: Actors, log: (line: string) => void): RequestHandler {
  return async (request, response, next) => {
    try {
      const who = await authenticate(request.headers.authorization);
      if (who === "invalid") return sendProblem(response, UNAUTHORIZED);
      if (who === "forbidden") return sendProblem(response, FORBIDDEN);
      if (who !== "anonymous") actors.set(request, who);
      next();
    } catch (error) {
      log(`graphql: nobody can be authenticated: ${error instanceof Error ? error.message : error}`);
      sendProblem(response, UNAVAILABLE);
    }
  };
}

type Problem = {
  status: number;
  slug: string;
  title: string;
  detail: string;
  headers: Record<string, string>;
};

const UNAUTHORIZED: Problem = {
  status: 401,
  slug: "unauthorized",
  title: "Unauthorized",
  detail: "The token is not one of this installation, or its time is over.",
  headers: { "www-authenticate": "Bearer" },
};
const FORBIDDEN: Problem = {
  status: 403,
  slug: "key-may-not",
  title: "Not with this key",
  detail: "This key may not read.",
  headers: {},
};
const UNAVAILABLE: Problem = {
  status: 503,
  slug: "unavailable",
  title: "Service Unavailable",
  detail: "The database cannot be asked now. Try again.",
  headers: { "retry-after": "1" },
};

function sendProblem(response: Response, { status, slug, title, detail, headers }: Problem): void {
  response.status(status).set(headers).type("application/problem+json");
  response.send(JSON.stringify({ type: `urn:catchment:problem:${slug}`, title, status, detail }));
}
