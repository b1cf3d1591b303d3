import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { type Problem, sendProblem } from "../capture/problem.ts";
import { refusals } from "../capture/refusals.ts";
import { newTraceId } from "../capture/trace.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { consoleFile } from "./console_file.ts";
import type { Overview } from "./overview.ts";
import { databaseAway, failed, needsToken, unknownAddress } from "./problems.ts";
import type { Readiness } from "./readiness.ts";

export type Authenticate = (request: Request) => Promise<object | null>;

export type PagesOptions = {
  readOverview: () => Promise<Overview>;
  readReadiness: () => Promise<Readiness>;
  /** The OpenAPI document for who shows this Authorization header. */
  describe: (authorization: string | undefined) => Promise<object | "bad key">;
  metrics: Metrics;
  authenticate: Authenticate;
  isLocal: boolean;
  log: Log;
};

/** Everything but the doors. `close` adds what stands last: the answer to unknown addresses, and to failures. */
export function makePages(options: PagesOptions): { app: Express; close: () => void } {
  const { readOverview, readReadiness, metrics, isLocal } = options;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(securityHeaders);

  app.get("/healthz", (_request, response) => {
    response.json({ status: "alive" });
  });
  app.get("/readyz", async (_request, response) => {
    const { isReady, reasons, degraded } = await readReadiness();
    response.status(isReady ? 200 : 503).json({ status: isReady ? "ready" : "not ready", reasons, degraded });
  });
  app.get("/metrics", async (request, response) => {
    if (!(await isWelcome(request, options))) return refuse(response, needsToken);
    response.type(metrics.contentType).send(await metrics.scrape());
  });
  app.get("/overview.json", async (request, response) => {
    if (!(await isWelcome(request, options))) return refuse(response, needsToken);
    try {
      response.set("cache-control", "no-store").json(await readOverview());
    } catch {
      refuse(response, databaseAway);
    }
  });
  app.get("/openapi.json", async (request, response) => {
    response.set({ "access-control-allow-origin": "*", "cache-control": "no-store", vary: "Authorization" });
    try {
      const document = await options.describe(request.headers.authorization);
      if (document === "bad key") refuse(response, refusals.badApiKey);
      else response.json(document);
    } catch {
      refuse(response, databaseAway);
    }
  });
  app.get("/form.js", (_request, response) => {
    // For pages of other sites, which load it as a script, and ask by it whether we are there.
    response.set({ "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" });
    response.set("cache-control", "public, max-age=3600");
    response.type("js").send(consoleFile("form.js"));
  });
  app.get("/", async (request, response) => {
    // A browser cannot send a token by itself, so the refusal shows the same page, which asks for one.
    const isOpen = isLocal || (await isWelcome(request, options));
    response.status(isOpen ? 200 : 401).set("cache-control", "no-cache");
    if (!isOpen) response.set("www-authenticate", "Bearer");
    response.type("html").send(consoleFile("console.html"));
  });
  app.get("/console.js", (_request, response) => {
    response.type("js").set("cache-control", "no-cache").send(consoleFile("console.js"));
  });
  app.get("/console.css", (_request, response) => {
    response.type("css").set("cache-control", "no-cache").send(consoleFile("console.css"));
  });
  app.get("/favicon.ico", (_request, response) => {
    response.status(204).end();
  });

  const close = () => {
    app.use((_request, response) => refuse(response, unknownAddress));
    app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
      options.log.error({ err: error }, "A request failed.");
      if (response.headersSent) next(error);
      else refuse(response, failed);
    });
  };
  return { app, close };
}

/** On loopback everybody who reaches us sits at this machine; elsewhere an actor's token is needed. */
async function isWelcome(request: Request, { isLocal, authenticate }: PagesOptions): Promise<boolean> {
  return isLocal || (await authenticate(request)) !== null;
}

function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    "content-security-policy":
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  next();
}

function refuse(response: Response, problem: Problem): void {
  sendProblem(response, problem, newTraceId());
}
