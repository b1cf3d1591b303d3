import type { IncomingMessage, Server } from "node:http";
import type { Express, RequestHandler } from "express";
import type { Pool } from "pg";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/express/v4";
import { makePool } from "../postgres/pools.ts";
import { makeAllowance, type Rate } from "./allowance.ts";
import { type HolderOf, makeAuthenticate } from "./authenticate.ts";
import { makeCodesPlugin } from "./codes.ts";
import { type Documents, makeDocumentsPreset } from "./documents.ts";
import { type Identities, makeDoor, whoseOf } from "./door.ts";
import { makeLive } from "./live/live.ts";
import { makeMaskError } from "./mask_error.ts";
import { makeMeterPlugin } from "./meter.ts";
import { makeSchemaPreset } from "./preset.ts";
import { settingsOf } from "./settings.ts";
import type { SignIn } from "./sign_in.ts";
import type { Tokens } from "./tokens.ts";

export type Api = {
  /**
   * Adds `/graphql`, for requests and for subscriptions, and GraphiQL in development; with `holderOf` API keys may read.
   * Rejects when the database does not answer.
   */
  mount: (app: Express, server: Server, holderOf?: HolderOf) => Promise<void>;
  /** Whether a request may become a websocket here; for `shouldUpgradeCallback` of the server. */
  isUpgrade: (request: IncomingMessage) => boolean;
  /** When the server begins to stop: ends subscriptions, which would keep their connections open. */
  hangUp: () => Promise<void>;
  /** After the server has closed. */
  release: () => Promise<void>;
};

export type ApiOptions = {
  /** A direct connection: who follows changes listens on it. */
  apiUrl: string;
  /** The same database through a pooler in transaction mode, for everything but that. */
  poolerUrl?: string | undefined;
  /** For requests, when not one of its own. Whoever made it ends it. */
  pool?: Pool | undefined;
  tokens: Pick<Tokens, "verify">;
  signIn?: SignIn | undefined;
  isDevelopment: boolean;
  log: (line: string) => void;
  /** Brings erasures into the ledger. Without it none is answered as done. */
  recordErasures?: (() => Promise<unknown>) | undefined;
  /** Which may be asked for by name, and whether anything else may be asked. Without it everything. */
  documents?: { known: Documents; isFree: boolean } | undefined;
  /** Of each actor; of each address where nobody is named. Without it there is no limit. */
  rate?: Rate | undefined;
  /** Of one request, in milliseconds. */
  timeoutMs?: number;
};

/** GraphQL over app_public, each request as the actor of its token and in a transaction of its own. */
export function makeApi(options: ApiOptions): Api {
  const { apiUrl, poolerUrl, tokens, signIn, isDevelopment, log, recordErasures = noLedger } = options;
  const { timeoutMs = 30_000 } = options;
  const pool =
    options.pool ?? makePool(poolerUrl ?? apiUrl, { max: 10, applicationName: "catchment api", log });
  const isPooled = poolerUrl !== undefined;
  const identities: Identities = new WeakMap();
  const allowance = makeAllowance(options.rate);
  const live = makeLive({ apiUrl, log, allowance });
  const { known, isFree } = options.documents ?? { known: new Map(), isFree: true };
  const maskError = makeMaskError(log);
  const graphql = postgraphile({
    extends: [makeSchemaPreset(pool, recordErasures, { isPooled }), makeDocumentsPreset(known, isFree)],
    plugins: [
      live.plugin,
      makeCodesPlugin(maskError),
      makeMeterPlugin(allowance, ({ expressv4, ws }) =>
        expressv4
          ? whoseOf(identities.get(expressv4.req), expressv4.req)
          : whoseOf(live.who(ws?.socket), ws?.request),
      ),
    ],
    grafast: {
      // The largest document that limits.ts lets through plans in 0.2 s; more is a machine with much to do.
      timeouts: { planning: 1_000, execution: timeoutMs },
      context: ({ expressv4, ws }) => {
        const who = expressv4 ? identities.get(expressv4.req) : live.who(ws?.socket);
        return { pgSettings: settingsOf(who), live: live.of(ws?.socket) };
      },
    },
    grafserv: {
      graphqlPath: PATH,
      graphiql: isDevelopment,
      graphiqlPath: EDITOR,
      graphiqlOnGraphQLGET: false,
      websockets: false, // ours: live/sockets.ts
      maxRequestLength: 200_000,
      maskError,
    },
  });
  const serv = graphql.createServ(grafserv);
  return {
    async mount(app, server, holderOf) {
      await graphql.getSchema();
      const authenticate = makeAuthenticate({ pool, tokens, signIn, holderOf });
      app.use(PATH, makeDoor({ authenticate, identities, allowance, log }));
      if (isDevelopment) app.use(EDITOR, allowInline);
      await serv.addTo(app, server, false);
      live.attach(server, serv, authenticate);
    },
    isUpgrade: ({ url = "", headers }) =>
      url.split("?", 1)[0] === PATH && headers.upgrade?.toLowerCase() === "websocket",
    hangUp: live.hangUp,
    async release() {
      await live.hangUp();
      await graphql.release(); // and with it its server
      await Promise.all([options.pool === undefined && pool.end(), live.release()]);
    },
  };
}

const PATH = "/graphql";
const EDITOR = "/graphiql";

/** GraphiQL starts by scripts and styles within its page, which no page of ours may have. */
const allowInline: RequestHandler = (_request, response, next) => {
  const inline = "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self' data:";
  const strict = response.get("content-security-policy") ?? "default-src 'self'";
  response.set("content-security-policy", `${strict}; ${inline}`);
  next();
};

async function noLedger(): Promise<never> {
  throw new Error("There is no ledger.");
}
