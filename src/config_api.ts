import { z } from "zod";

export type ApiConfig = {
  graphql: { isFree: boolean; rate: { perSecond: number; burst: number } | undefined };
  oidc: {
    issuer: string;
    audience: string;
    algorithms: string[];
    maxAgeSeconds: number;
    /** Takes the provider's word for an e-mail that it calls verified. */
    trustsEmail: boolean;
  } | null;
};

/** Its keys are fetched from there, so it is not asked in the clear; on loopback nobody is in between. */
const OidcIssuer = z
  .url()
  .refine((url) => /^https:|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/.test(url), {
    error: "must be an https URL",
  });
/** None that is signed with a shared secret: a provider's public key would do for one. */
const OidcAlgorithms = z
  .string()
  .transform((list) => list.split(",").map((name) => name.trim()))
  .pipe(
    z
      .array(
        z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]),
      )
      .min(1),
  );

/** The part of the environment that the API reads. */
export const ApiEnvironment = {
  CATCHMENT_GRAPHQL_DOCUMENTS: z.enum(["known", "any"]).optional(),
  CATCHMENT_GRAPHQL_RATE: z.coerce.number("must be a number, 0 for no limit").min(0).default(200),
  CATCHMENT_OIDC_ISSUER: OidcIssuer.optional(),
  CATCHMENT_OIDC_AUDIENCE: z.string().optional(),
  CATCHMENT_OIDC_ALGORITHMS: OidcAlgorithms.default(["RS256", "ES256"]),
  CATCHMENT_OIDC_MAX_AGE: z.coerce
    .number("must be a number of seconds")
    .int()
    .min(60)
    .max(86_400)
    .default(43_200),
  CATCHMENT_OIDC_EMAIL: z.enum(["ignored", "verified"]).default("ignored"),
};

type Values = z.infer<z.ZodObject<typeof ApiEnvironment>>;

/** Whoever works on it asks freely; an installation that serves people names what may be asked, unless it says otherwise. */
export function apiConfig(values: Values, environment: string): ApiConfig {
  const { CATCHMENT_GRAPHQL_DOCUMENTS: documents, CATCHMENT_GRAPHQL_RATE: perSecond } = values;
  return {
    graphql: {
      isFree: documents === undefined ? environment !== "production" : documents === "any",
      rate: perSecond === 0 ? undefined : { perSecond, burst: perSecond * BURST_SECONDS },
    },
    oidc: oidcOf(values),
  };
}

function oidcOf(values: Values): ApiConfig["oidc"] {
  const { CATCHMENT_OIDC_ISSUER: issuer, CATCHMENT_OIDC_AUDIENCE: audience } = values;
  if (issuer === undefined || audience === undefined) return null;
  return {
    issuer,
    audience,
    algorithms: values.CATCHMENT_OIDC_ALGORITHMS,
    maxAgeSeconds: values.CATCHMENT_OIDC_MAX_AGE,
    trustsEmail: values.CATCHMENT_OIDC_EMAIL === "verified",
  };
}

export function halfOidc(values: Record<string, string>): string[] {
  const isHalf =
    (values.CATCHMENT_OIDC_ISSUER === undefined) !== (values.CATCHMENT_OIDC_AUDIENCE === undefined);
  return isHalf ? ["CATCHMENT_OIDC_ISSUER and CATCHMENT_OIDC_AUDIENCE: set both or none"] : [];
}

const BURST_SECONDS = 10;
