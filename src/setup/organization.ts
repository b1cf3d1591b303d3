import { z } from "zod";
import { SOURCES } from "../capture/sources/registry.ts";
import { Contract } from "../contracts/contract.ts";
import { Calendar } from "./calendar.ts";
import { ExceptionOverride } from "./exception_policy.ts";
import { GateRule } from "./gate_rule.ts";
import { Language, NotificationChannel, NotificationPolicy } from "./notification_rule.ts";
import { RetentionRule } from "./retention_rule.ts";
import { RoutingRule } from "./routing_rule.ts";
import { SlaPolicy } from "./sla_policy.ts";
import { Slug } from "./slug.ts";
import { SurvivorshipRule } from "./survivorship_rule.ts";
import { TimeZone } from "./time_zone.ts";
import { WorkingHours } from "./working_hours.ts";

/** One YAML file of an organization's folder: any of the sections, each a list. Unknown keys are refused. */
export const OrganizationFile = z.strictObject({
  territories: list(() => Territory),
  calendars: list(() => Calendar),
  actors: list(() => Actor),
  sign_ins: list(() => SignIn),
  teams: list(() => Team),
  capture_paths: list(() => CapturePath),
  territory_rules: list(() => TerritoryRule),
  scoring_rules: list(() => ScoringRule),
  survivorship_rules: list(() => SurvivorshipRule),
  routing_rules: list(() => RoutingRule),
  gate_rules: list(() => GateRule),
  sla_policies: list(() => SlaPolicy),
  retention_rules: list(() => RetentionRule),
  notification_channels: list(() => NotificationChannel),
  notification_policies: list(() => NotificationPolicy),
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
  /** So long nothing may happen with a lead until its owner is asked to follow up. Left out: as the nearest ancestor says, else 604800. */
  stagnant_seconds: z.int().min(60).max(31_536_000).nullable().default(null),
  /** So long the owner has for that, and as long again until the manager has the lead. Left out: as the nearest ancestor says, else 86400. */
  follow_up_seconds: z.int().min(60).max(31_536_000).nullable().default(null),
  /** So long an approver has. Left out: as the nearest ancestor says, else 86400. */
  approval_seconds: z.int().min(60).max(31_536_000).nullable().default(null),
  /** So long an owner may have a lead without word of it. Left out: as the nearest ancestor says, else 1800. */
  handover_seconds: z.int().min(60).max(31_536_000).nullable().default(null),
  /** Days in which a touch loses half its weight. Left out: as the nearest ancestor says, else 7. */
  attribution_half_life_days: z.number().min(0.01).max(3_650).nullable().default(null),
  /** Which score routing rules ask: points, or the chance to win in percent. Left out: as the nearest ancestor says, else rules. */
  routing_score: z.enum(["rules", "predicted"]).nullable().default(null),
  /** By which working time is counted. Left out: as the nearest ancestor says, else every second counts. */
  calendar: Slug.nullable().default(null),
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
  /** In which they are written to. Left out: English. */
  language: Language.nullable().default(null),
  /** Left out: those of the team. */
  working_hours: WorkingHours,
  memberships: z.array(z.strictObject({ territory: Slug, role: Role })).default([]),
});

/** Under which subject of which provider of identities somebody signs in. */
export const SignIn = z.strictObject({
  actor: ActorSlug,
  /** The claim iss of the provider's tokens. */
  issuer: Text,
  /** The claim sub, not an address. */
  subject: z
    .string("must be text: put it in quotes")
    .regex(/^[\x20-\x7e]{1,255}$/, "must be 1 to 255 characters of ASCII"),
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
  /** fit: who the person is; engagement: what they do. */
  part: z.enum(["fit", "engagement"]).default("fit"),
  points: z.int().min(-100).max(100),
  reason: Text,
  condition: Text.nullable().default(null),
  /** Counts from this touch of the lead on. */
  touches_min: z.int().min(2).max(1_000).nullable().default(null),
});
