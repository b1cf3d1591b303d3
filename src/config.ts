import { join, resolve } from "node:path";
import { z } from "zod";
import { type ApiConfig, ApiEnvironment, apiConfig, halfOidc } from "./config_api.ts";
import { pathSecrets, withFiles, withoutBlanks } from "./config_files.ts";
import { type NotifySettings, notifySettings } from "./notify/settings.ts";
import type { RoleUrls } from "./postgres/role_urls.ts";

/** Where the database comes from, and who may prepare it. */
export type DatabaseChoice =
  | { kind: "embedded" }
  /** `rootUrl` may create roles and databases; with `urls` its roles get the passwords written in them. */
  | { kind: "server"; rootUrl: string; urls: RoleUrls | null }
  /** Somebody else has made the roles and the database; nothing is bootstrapped. */
  | { kind: "prepared"; urls: RoleUrls };

export type Config = {
  environment: "development" | "production" | "test";
  host: string;
  port: number;
  /** Absolute. Holds the embedded server, its log, the key and the record of the running instance. */
  dataDir: string;
  database: DatabaseChoice;
  /** Absolute. The file outside the database that holds every erasure, to be done again after a restore. */
  erasureLedger: string;
  /** Absolute. The file outside the database in which the heads of the audit's chain are signed. */
  auditCheckpoints: string;
  /** What the signing key of the audit follows from. Null: from `key`. */
  auditKey: string | null;
  /** Passwords and the development signing key are derived from it. Null: `ensureKey` makes one in `dataDir`. */
  key: string | null;
  replicaUrl: string | null;
  /** The database as catchment_api through a pooler in transaction mode, for requests of GraphQL. Null: without one. */
  poolerUrl: string | null;
  logLevel: z.infer<typeof LogLevel>;
  /** What may be asked of GraphQL beside the documents of graphql/operations, and how much of it. */
  graphql: ApiConfig["graphql"];
  /** A provider of identities (OpenID Connect) whose tokens are taken. Null: our own tokens and API keys alone. */
  oidc: ApiConfig["oidc"];
  /** The secret of a capture path: `CATCHMENT_SECRET_WEB_FORM` for `web-form`. */
  pathSecret: (slug: string) => string | undefined;
  /** Where a path's vendor answers, when not at its own address: `CATCHMENT_VENDOR_URL_META` for `meta`. */
  vendorUrl: (slug: string) => string | undefined;
  /**
   * The address of a path that its sender was told, for signatures that cover it: `CATCHMENT_PUBLIC_URL_HUBSPOT`
   * for `hubspot`, else below CATCHMENT_PUBLIC_URL. Without either, the path of the request alone.
   */
  publicUrl: (slug: string) => string;
  notify: NotifySettings;
};

/** Reads the whole environment once. Throws one error that names every problem, not only the first. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const values = withFiles(withoutBlanks(env), problems);
  const secrets = pathSecrets(values, problems);
  const notify = notifySettings(values, problems);
  problems.push(...missingCompanions(values), ...badUrls(values), ...halfOidc(values));
  const parsed = Environment.safeParse(values);
  if (!parsed.success) problems.push(...parsed.error.issues.map(describe));
  if (!parsed.success || problems.length > 0) {
    throw new Error(
      `The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
  const data = parsed.data;
  return {
    environment: environmentOf(data),
    host: data.HOST,
    port: data.PORT,
    dataDir: resolve(data.CATCHMENT_DATA_DIR),
    database: databaseChoice(data),
    erasureLedger: resolve(data.CATCHMENT_ERASURE_LEDGER ?? join(data.CATCHMENT_DATA_DIR, "erasures.ndjson")),
    auditCheckpoints: resolve(
      data.CATCHMENT_AUDIT_CHECKPOINTS ?? join(data.CATCHMENT_DATA_DIR, "audit.ndjson"),
    ),
    auditKey: data.CATCHMENT_AUDIT_KEY ?? null,
    key: data.CATCHMENT_KEY ?? null,
    replicaUrl: data.REPLICA_DATABASE_URL ?? null,
    poolerUrl: data.CATCHMENT_API_POOLER_URL ?? null,
    logLevel: data.LOG_LEVEL,
    ...apiConfig(data, environmentOf(data)),
    pathSecret: (slug) => secrets.get(variableName(slug)),
    vendorUrl: (slug) => urlOf(values[VENDOR_URL_PREFIX + variableName(slug)]),
    publicUrl: (slug) =>
      urlOf(values[PUBLIC_URL_PREFIX + variableName(slug)]) ??
      `${urlOf(values.CATCHMENT_PUBLIC_URL) ?? ""}/capture/${slug}`,
    notify,
  };
}

/** Where the programs of an installed PostgreSQL are, to be run in place of the package's: for whoever has no config. */
export function postgresFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  return env.CATCHMENT_POSTGRES_BIN ? resolve(env.CATCHMENT_POSTGRES_BIN) : null;
}

const PREPARED = ["CATCHMENT_OWNER_URL", "CATCHMENT_API_URL", "CATCHMENT_WORKER_URL"] as const;
const TOGETHER = `must be set too, ${PREPARED.join(", ")} go together`;
const VENDOR_URL_PREFIX = "CATCHMENT_VENDOR_URL_";
const PUBLIC_URL_PREFIX = "CATCHMENT_PUBLIC_URL_";

function variableName(slug: string): string {
  return slug.toUpperCase().replaceAll("-", "_");
}

function urlOf(value: string | undefined): string | undefined {
  return value?.replace(/\/+$/, "");
}

function badUrls(values: Record<string, string>): string[] {
  return Object.entries(values)
    .filter(([name]) => [VENDOR_URL_PREFIX, "CATCHMENT_PUBLIC_URL"].some((prefix) => name.startsWith(prefix)))
    .filter(([, value]) => !/^https?:\/\//.test(value) || !URL.canParse(value))
    .map(([name]) => `${name}: must be a URL like https://leads.example.com`);
}

const LogLevel = z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]);
const EnvironmentName = z.enum(["development", "production", "test"]);

const PostgresUrl = z
  .url({
    protocol: /^postgres(ql)?$/,
    error: "must be a URL like postgres://user:password@host:5432/database",
  })
  .refine((url) => URL.canParse(url) && new URL(url).pathname.length > 1, {
    error: "must name its database in the path: postgres://user:password@host:5432/database",
  });

const Environment = z.object({
  PORT: z.coerce.number("must be a number").int().min(0).max(65_535).default(4000),
  HOST: z.string().default("127.0.0.1"),
  CATCHMENT_DATA_DIR: z.string().default(".catchment"),
  CATCHMENT_ERASURE_LEDGER: z.string().optional(),
  CATCHMENT_AUDIT_CHECKPOINTS: z.string().optional(),
  CATCHMENT_AUDIT_KEY: z.string().min(32, "must have at least 32 characters").optional(),
  DATABASE_URL: PostgresUrl.optional(),
  REPLICA_DATABASE_URL: PostgresUrl.optional(),
  CATCHMENT_OWNER_URL: PostgresUrl.optional(),
  CATCHMENT_API_URL: PostgresUrl.optional(),
  CATCHMENT_WORKER_URL: PostgresUrl.optional(),
  CATCHMENT_API_POOLER_URL: PostgresUrl.optional(),
  CATCHMENT_KEY: z.string().min(32, "must have at least 32 characters").optional(),
  ...ApiEnvironment,
  LOG_LEVEL: LogLevel.default("info"),
  NODE_ENV: EnvironmentName.optional(),
  GRAPHILE_ENV: EnvironmentName.optional(),
});

/** What one variable demands of another. Apart from the schema, which would skip it after a first problem. */
function missingCompanions(values: Record<string, string>): string[] {
  const missing = PREPARED.filter((name) => values[name] === undefined);
  const problems = missing.length === PREPARED.length ? [] : missing.map((name) => `${name}: ${TOGETHER}`);
  if (values.DATABASE_URL !== undefined && values.CATCHMENT_KEY === undefined) {
    problems.push("CATCHMENT_KEY: must be set with DATABASE_URL, the passwords of the roles derive from it");
  }
  return problems;
}

function environmentOf(data: z.infer<typeof Environment>): Config["environment"] {
  return data.NODE_ENV ?? data.GRAPHILE_ENV ?? "development";
}

function databaseChoice(data: z.infer<typeof Environment>): DatabaseChoice {
  const { CATCHMENT_OWNER_URL: owner, CATCHMENT_API_URL: api, CATCHMENT_WORKER_URL: worker } = data;
  const urls = owner && api && worker ? { owner, api, worker } : null;
  if (data.DATABASE_URL) return { kind: "server", rootUrl: data.DATABASE_URL, urls };
  return urls ? { kind: "prepared", urls } : { kind: "embedded" };
}

/** Never repeats the value: it may be a secret. */
function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.join(".")}: ${issue.message}`;
}
