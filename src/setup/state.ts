import { Calendar, sayCalendar } from "./calendar.ts";
import { ExceptionPolicy } from "./exception_policy.ts";
import { GateRule } from "./gate_rule.ts";
import { NotificationChannel, NotificationPolicy } from "./notification_rule.ts";
import { Actor, CapturePath, ScoringRule, Team, Territory, TerritoryRule } from "./organization.ts";
import { RetentionRule } from "./retention_rule.ts";
import { RoutingRule } from "./routing_rule.ts";
import { SlaPolicy } from "./sla_policy.ts";
import { SurvivorshipRule } from "./survivorship_rule.ts";
import { sayThreshold } from "./threshold.ts";

/** The parts of an organization as they are compared, in the order in which they are shown. */
export const PARTS = [
  "territories",
  "calendars",
  "actors",
  "sign_ins",
  "teams",
  "capture_paths",
  "contracts",
  "responsibilities",
  "territory_rules",
  "scoring_rules",
  "survivorship_rules",
  "routing_rules",
  "gate_rules",
  "sla_policies",
  "retention_rules",
  "notification_channels",
  "notification_policies",
  "exception_policies",
] as const;
export type Part = (typeof PARTS)[number];

export type Row = Readonly<Record<string, unknown>>;
/** Each part as YAML would say it, wherever it comes from. A contract is `{slug, version, definition}`. */
export type Rows = Readonly<Record<Part, readonly Row[]>>;

export type Entry = { name: string; fields: Row };
/** What an organization is: rules in their order, everything else by its name. */
export type State = Readonly<Record<Part, readonly Entry[]>>;

/** Both sides of a comparison are made here, from the schemas' own keys, so that a new field cannot be forgotten. */
export function stateOf(rows: Rows): State {
  return {
    territories: rows.territories.map((row) => bySlug(row, keysOf(Territory))),
    calendars: rows.calendars.map((row) => {
      const { name, fields } = bySlug(row, keysOf(Calendar));
      return { name, fields: { ...fields, ...sayCalendar(row) } };
    }),
    actors: rows.actors.map((row) => {
      const { name, fields } = bySlug(row, keysOf(Actor));
      const own = {
        memberships: memberships(row.memberships),
        working_hours: workingHours(row.working_hours),
      };
      return { name, fields: { ...fields, ...own } };
    }),
    sign_ins: rows.sign_ins.map(({ actor, issuer, subject }) => ({
      name: `${actor} at ${issuer}`,
      fields: { subject },
    })),
    teams: rows.teams.map((row) => {
      const { name, fields } = bySlug(row, keysOf(Team));
      const own = { members: members(row.members), working_hours: workingHours(row.working_hours) };
      return { name, fields: { ...fields, ...own } };
    }),
    capture_paths: rows.capture_paths.map((row) =>
      bySlug(
        row,
        keysOf(CapturePath).filter((key) => key !== "contract" && key !== "responsibilities"),
      ),
    ),
    contracts: rows.contracts.map((row) => bySlug(row, ["version", "definition"])),
    responsibilities: rows.responsibilities.map((row) => bySlug(row, Object.keys(row))),
    territory_rules: rows.territory_rules.map((row) => ruleOf(row, keysOf(TerritoryRule))),
    scoring_rules: rows.scoring_rules.map((row) => ruleOf(row, keysOf(ScoringRule))),
    survivorship_rules: rows.survivorship_rules.map((row) => ruleOf(row, keysOf(SurvivorshipRule))),
    routing_rules: rows.routing_rules.map((row) => ruleOf(row, keysOf(RoutingRule))),
    gate_rules: rows.gate_rules.map((row) => ruleOf(row, keysOf(GateRule))),
    sla_policies: rows.sla_policies.map((row) => {
      const { name, fields } = bySlug(row, keysOf(SlaPolicy));
      return { name, fields: { ...fields, thresholds: thresholds(row.thresholds) } };
    }),
    retention_rules: rows.retention_rules.map((row) => bySlug(row, keysOf(RetentionRule))),
    notification_channels: rows.notification_channels.map((row) => bySlug(row, keysOf(NotificationChannel))),
    notification_policies: rows.notification_policies.map((row) => bySlug(row, keysOf(NotificationPolicy))),
    exception_policies: rows.exception_policies.map((row) => ({
      name: String(row.kind),
      fields: pick(
        row,
        keysOf(ExceptionPolicy).filter((key) => key !== "kind"),
      ),
    })),
  };
}

function keysOf(schema: { shape: object }): string[] {
  return Object.keys(schema.shape);
}

function bySlug(row: Row, keys: readonly string[]): Entry {
  return {
    name: String(row.slug),
    fields: pick(
      row,
      keys.filter((key) => key !== "slug"),
    ),
  };
}

function pick(row: Row, keys: readonly string[]): Row {
  return Object.fromEntries(keys.map((key) => [key, row[key] ?? null]));
}

function memberships(value: unknown): string[] {
  return Actor.shape.memberships
    .parse(value)
    .map(({ territory, role }) => `${role} of ${territory}`)
    .toSorted();
}

/** Block by block and day by day: how a file groups them is no difference. */
function workingHours(value: unknown): string[] {
  return Actor.shape.working_hours
    .parse(value)
    .flatMap(({ days, from, to }) => days.map((day) => `${day} ${from}-${to}`))
    .toSorted();
}

function thresholds(value: unknown): string[] {
  return SlaPolicy.shape.thresholds.parse(value).map(sayThreshold);
}

function members(value: unknown): string[] {
  return Team.shape.members.parse(value).map(({ actor, weight, capacity, daily_capacity }) => {
    const open = capacity === null ? "" : `, capacity ${capacity}`;
    const room = daily_capacity === null ? open : `${open}, ${daily_capacity} a day`;
    return weight === 1 && room === "" ? actor : `${actor} (weight ${weight}${room})`;
  });
}

/** A rule has no name of its own: it is called by what it says. */
function ruleOf(row: Row, keys: readonly string[]): Entry {
  const fields = pick(row, keys);
  const { territory, points, reason, ...matches } = fields;
  if (points !== undefined) return { name: `${territory}: ${points} for "${reason}"`, fields };
  const said = Object.entries(matches).filter(([, value]) => value !== null && String(value) !== ""); // of an empty list nothing is said
  return { name: `${territory}: ${said.map(([key, value]) => `${key} ${value}`).join(", ")}`, fields };
}
