import { z } from "zod";
import { SOURCES } from "../capture/sources/registry.ts";
import { Contract } from "../contracts/contract.ts";
import { LEAD_STATUSES } from "../contracts/statuses.ts";
import { RetentionRule } from "./retention_rule.ts";
import { RoutingRule } from "./routing_rule.ts";
import { Slug } from "./slug.ts";
import { SurvivorshipRule } from "./survivorship_rule.ts";
import { TimeZone } from "./time_zone.ts";
import { WorkingHours } from "./working_hours.ts";

/** One YAML file of an organization's folder: any of the sections, each a list. Unknown keys are refused. */
export const OrganizationFile = z.strictObject({
  territories: list(() => Territory),
  actors: list(() => Actor),
  teams: list(() => Team),
  capture_paths: list(() => CapturePath),
  territory_rules: list(() => TerritoryRule),
  scoring_rules: list(() => ScoringRule),
  survivorship_rules: list(() => SurvivorshipRule),
  routing_rules: list(() => RoutingRule),
  sla_policies: list(() => SlaPolicy),
  retention_rules: list(() => RetentionRule),
  exception_policies: list(() => ExceptionOverride),
});
export type Organization = z.infer<typeof OrganizationFile>;
export type Section = keyof Organization;
export type Duty = z.infer<typeof Duty>;
export type CapturePath = z.infer<typeof CapturePath>;

function list<Item extends z.ZodType>(item: () => Item) {
  return z.lazy(() => z.array(item())).default([]);
}

const ActorSlug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "must be a slug: small letters, digits, hyphens, underscores");
const Text = z.string().trim().min(1, "must not be empty").max(1000);
const Country = z.string().regex(/^[A-Z]{2}$/, "must be a country of two capital letters, as DE");
const Role = z.enum(["rep", "manager", "operations", "viewer", "admin"]);
const Duty = z.enum(["capture", "execution", "system", "incident"]);
// The roles of the program and of Postgres itself are no logins to hand out.
const DatabaseRole = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, "must be a role name: small letters, digits, underscores")
  .refine((role) => !/^(?:pg_|catchment_)/.test(role), "must not begin with pg_ or catchment_");

export const Territory = z.strictObject({
  slug: Slug,
  parent: Slug.nullable().default(null),
  name: Text,
  kind: z.enum(["group", "region", "market", "patch"]),
  time_zone: TimeZone,
  country: Country.nullable().default(null),
  /** Left out: true at roots, false below. */
  is_identity_boundary: z.boolean().nullable().default(null),
  /** So long a lead may be without owner. Left out: as the nearest ancestor says, else 900. */
  unassigned_seconds: z.int().min(60).max(31_536_000).nullable().default(null),
  /** Whose pool then takes it. Left out: as the nearest ancestor says, else a manager does. */
  fallback: Slug.nullable().default(null),
  /** Days in which a touch loses half its weight. Left out: as the nearest ancestor says, else 7. */
  attribution_half_life_days: z.number().min(0.01).max(3_650).nullable().default(null),
});

export const Actor = z.strictObject({
  slug: ActorSlug,
  kind: z.enum(["person", "api_key", "bi_login"]).default("person"),
  name: Text,
  email: z.email("must be an e-mail address").nullable().default(null),
  db_role: DatabaseRole.nullable().default(null),
  manager: ActorSlug.nullable().default(null),
  /** Where working hours and days are counted. Left out: where the team's territory is. */
  time_zone: TimeZone.nullable().default(null),
  /** Left out: those of the team. */
  working_hours: WorkingHours,
  memberships: z.array(z.strictObject({ territory: Slug, role: Role })).default([]),
});

export const Team = z.strictObject({
  slug: Slug,
  name: Text,
  territory: Slug,
  kind: z.enum(["people", "partner"]).default("people"),
  contact_name: Text.nullable().default(null),
  takes_leads: z.boolean().default(false),
  handles_operations: z.boolean().default(false),
  escalates_to: Slug.nullable().default(null),
  /** So long a member may take to accept; then the next is asked. Left out: nobody need accept. */
  accept_seconds: z.int().min(1).max(31_536_000).nullable().default(null),
  /** Of members without their own. Left out: always. */
  working_hours: WorkingHours,
  members: z
    .array(
      z.strictObject({
        actor: ActorSlug,
        weight: z.int().min(1).max(100).default(1),
        /** Open leads; null: no limit. */
        capacity: z.int().min(0).max(1_000_000).nullable().default(null),
        /** Leads of this team a day; null: no limit. */
        daily_capacity: z.int().min(0).max(1_000_000).nullable().default(null),
      }),
    )
    .default([]),
});

const Origin = z
  .string()
  .refine(
    (text) => text === "*" || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text),
    'must be an origin, as https://www.acme.example, or "*"',
  );

export const CapturePath = z.strictObject({
  slug: Slug,
  name: Text,
  territory: Slug,
  source: Slug,
  /** How its senders speak: a file of src/capture/sources. */
  protocol: z.enum(Object.keys(SOURCES)).default("json"),
  requires_signature: z.boolean().default(false),
  /** Refuses who shows no API key that may capture here. */
  requires_key: z.boolean().default(false),
  /** Requests: so many at once, and so many a second over time. Left out: no limit. */
  rate: z
    .strictObject({ per_second: z.number().positive().max(100_000), burst: z.int().min(1).max(1_000_000) })
    .nullable()
    .default(null),
  /** Sites whose pages may read what the door answers, as https://www.acme.example; "*" for every one. */
  cors_origins: z.array(Origin).max(100).default([]),
  max_body_bytes: z.int().min(1).max(10_485_760).default(262_144),
  responsibilities: z.partialRecord(Duty, Slug),
  contract: Contract,
});

const Employees = z.int().min(0).max(2_147_483_647);

export const TerritoryRule = z.strictObject({
  territory: Slug,
  country: Country.nullable().default(null),
  region: Text.nullable().default(null),
  postal_prefix: z.string("must be text: put it in quotes").min(1).max(20).nullable().default(null),
  language: Text.nullable().default(null),
  company_domain: Text.nullable().default(null),
  segment: Text.nullable().default(null),
  source: Slug.nullable().default(null),
  /** Both included; a lead that does not say how many it has is not met. */
  employees_min: Employees.nullable().default(null),
  employees_max: Employees.nullable().default(null),
  condition: Text.nullable().default(null),
});

export const ScoringRule = z.strictObject({
  territory: Slug,
  points: z.int().min(-100).max(100),
  reason: Text,
  condition: Text,
});

export const SlaPolicy = z.strictObject({
  slug: Slug,
  territory: Slug,
  kind: z.enum(["first_response"]).default("first_response"),
  source: Slug.nullable().default(null),
  status: z.enum(LEAD_STATUSES).nullable().default(null),
  target_seconds: z.int().min(1).max(31_536_000),
  /** Percent of the target. */
  thresholds: z.array(z.int().min(1).max(10_000)).min(1).default([80, 100, 150]),
});

const ExceptionOverride = z.strictObject({
  kind: z.string(),
  resolve_seconds: z.int().min(1).max(31_536_000),
});
