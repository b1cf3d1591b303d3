import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { JWK } from "jose";
import Provider from "oidc-provider";

export const AUDIENCE = "urn:catchment";

export type AProvider = {
  issuer: string;
  /** A token that the provider really issued, over HTTP; its subject is `dora-at-work`. */
  issue: () => Promise<string>;
  /** Signed with the provider's own key; every claim and header may be another one, and the claims any text. */
  sign: (claims?: Record<string, unknown> | string, header?: Record<string, unknown>) => string;
  /** As everybody may read it. */
  publicKey: JWK;
  stop: () => Promise<void>;
};

/** oidc-provider on loopback, with a key of its own. `port`: where one stood before. */
export async function startProvider({ port = 0, kid = "first" } = {}): Promise<AProvider> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const known = { alg: "RS256", use: "sig", kid };
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), ...known }] },
    clients: [CLIENT],
    cookies: { keys: ["of a test"] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "api",
          audience: AUDIENCE,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  const handle = provider.callback();
  return {
    issuer,
    publicKey: { ...createPublicKey(privateKey).export({ format: "jwk" }), ...known },
    issue: async () => {
      const response = await fetch(`${issuer}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${CLIENT.client_id}:${CLIENT.client_secret}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", resource: AUDIENCE, scope: "api" }),
      });
      const answer: unknown = await response.json();
      if (answer instanceof Object && "access_token" in answer) return String(answer.access_token);
      throw new Error(`No token: ${JSON.stringify(answer)}`);
    },
    sign: (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const good = { iss: issuer, aud: AUDIENCE, sub: CLIENT.client_id, iat: now, exp: now + 600 };
      const text = typeof claims === "string" ? claims : JSON.stringify({ ...good, ...claims });
      const parts = [JSON.stringify({ alg: "RS256", kid, ...header }), text];
      const signed = parts.map((part) => Buffer.from(part).toString("base64url")).join(".");
      const hash = header.alg === "RS512" ? "RSA-SHA512" : "RSA-SHA256";
      return `${signed}.${sign(hash, Buffer.from(signed), privateKey).toString("base64url")}`;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const CLIENT = {
  client_id: "dora-at-work",
  client_secret: "of-a-test-that-is-long-enough-for-it",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
};
