import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { TypedDocumentString } from "../../graphql/generated/graphql.ts";
import type { HolderOf } from "../../src/api/authenticate.ts";
import { type ApiOptions, makeApi } from "../../src/api/mount.ts";
import { makeTokens, type Tokens } from "../../src/api/tokens.ts";
import { test as base, type TestDatabase } from "../support/database.ts";

export const KEY = "the key of the test installation, known to everybody";

export type Answer<Data> = {
  status: number;
  /** The body as it came, to be compared byte by byte. */
  text: string;
  data: Data;
  /** `extensions.code` of the first error. */
  code: string | undefined;
};

type Ask<Who> = <Data = unknown, Variables = Record<string, unknown>>(
  who: Who,
  query: string | TypedDocumentString<Data, Variables>,
  variables?: Variables,
) => Promise<Answer<Data>>;

export type Served = {
  url: string;
  tokens: Tokens;
  /** What the API wrote into its log. */
  lines: string[];
  /** Asks as that actor of the sample organization; null: without a token. */
  ask: Ask<string | null>;
  /** With this Authorization header, or without one. */
  askWith: Ask<string | undefined>;
  close: () => Promise<void>;
};

/** `api`: the real one over HTTP, on the file's database. */
export const test = base.extend("api", { scope: "file" }, async ({ database }, { onCleanup }) => {
  const served = await serve(database);
  onCleanup(served.close);
  return served;
});

type ServeOptions = Partial<Omit<ApiOptions, "apiUrl" | "tokens" | "log">> & { holderOf?: HolderOf };

export async function serve(
  database: Pick<TestDatabase, "urls">,
  { holderOf, ...options }: ServeOptions = {},
): Promise<Served> {
  const lines: string[] = [];
  const tokens = makeTokens(KEY);
  const api = makeApi({
    isDevelopment: false,
    ...options,
    apiUrl: database.urls.api,
    tokens,
    log: (line) => lines.push(line),
  });
  const app = express();
  const server = createServer({ shouldUpgradeCallback: api.isUpgrade }, app);
  await api.mount(app, server, holderOf);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const askWith: Served["askWith"] = (authorization, query, variables) =>
    post(`${url}/graphql`, authorization, { query: String(query), variables });
  return {
    url,
    tokens,
    lines,
    askWith,
    ask: async (slug, query, variables) =>
      askWith(slug === null ? undefined : `Bearer ${await tokens.mint(slug)}`, query, variables),
    close: async () => {
      await api.hangUp();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.release();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server does not listen.");
  return address.port;
}

async function post<Data>(
  url: string,
  authorization: string | undefined,
  body: object,
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text);
  return { status: response.status, text, data, code: errors?.[0]?.extensions?.code };
}
