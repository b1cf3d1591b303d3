import type { Organization } from "../../src/setup/organization.ts";

export type Pick = <Item>(items: readonly Item[]) => Item;

/** Every kind of edit that an organization's files may see, on invented places, still in order afterwards. */
export const EDITS: ((organization: Organization, pick: Pick, n: number) => void)[] = [
  ({ territories }, pick, n) => Object.assign(pick(territories), { name: `Territory ${n}` }),
  ({ territories }, pick, n) =>
    territories.push({
      ...pick(territories),
      slug: `patch-${n}`,
      parent: "de",
      kind: "patch",
      is_identity_boundary: null,
      calendar: pick(["office-de", null]),
    }),
  ({ territories }, pick) =>
    Object.assign(territories.find(({ slug }) => slug === "de") ?? {}, {
      calendar: pick(["office-de", null]),
    }),
  ({ calendars }, pick, n) =>
    Object.assign(pick(calendars), { own_holidays: [{ date: "12-24", name: `Day ${n}` }] }),
  ({ calendars }, pick) => Object.assign(pick(calendars), { time_zone: pick([null, "Asia/Kolkata"]) }),
  ({ calendars }, pick, n) => calendars.push({ ...pick(calendars), slug: `calendar-${n}` }),
  ({ calendars }, pick) => removeOne(calendars, pick, ({ slug }) => slug.startsWith("calendar-")),
  ({ territories }, pick) => removeOne(territories, pick, ({ slug }) => slug.startsWith("patch-")),
  ({ actors }, pick, n) => Object.assign(pick(actors), { name: `Somebody ${n}` }),
  ({ actors }, pick) => Object.assign(person(actors, pick), { manager: pick(["ada", "mona", null]) }),
  ({ actors }, pick) =>
    Object.assign(person(actors, pick), {
      memberships: [{ territory: pick(["de", "emea", "global"]), role: pick(["rep", "viewer"]) }],
    }),
  ({ actors }, pick, n) => actors.push({ ...person(actors, pick), slug: `new-${n}`, memberships: [] }),
  ({ actors }, pick) => removeOne(actors, pick, ({ slug }) => slug.startsWith("new-")),
  ({ teams }, pick) =>
    Object.assign(team(teams), { members: [...team(teams).members].sort(() => pick([-1, 1])) }),
  ({ teams }, pick, n) => Object.assign(pick(team(teams).members), { weight: 1 + (n % 9), capacity: n }),
  ({ teams }, _pick, n) =>
    teams.push({ ...team(teams), slug: `team-${n}`, name: "More", takes_leads: false, members: [] }),
  ({ teams }, pick) => removeOne(teams, pick, ({ slug }) => slug.startsWith("team-")),
  ({ capture_paths }, pick, n) => Object.assign(pick(capture_paths), { max_body_bytes: 1000 + n }),
  ({ capture_paths }, pick, n) =>
    Object.assign(pick(capture_paths), { rate: pick([null, { per_second: n + 0.5, burst: 1 + n }]) }),
  ({ capture_paths }, pick) =>
    Object.assign(pick(capture_paths).responsibilities, { [pick(["capture", "incident"])]: "sales-de" }),
  ({ capture_paths }, pick, n) =>
    Object.assign(pick(capture_paths).contract, { constants: { content: `${n}` } }),
  ({ capture_paths }, pick) =>
    Object.assign(pick(capture_paths).contract, {
      territory_rules: [{ territory: "fr", condition: '$.language == "fr"' }],
    }),
  ({ capture_paths }, pick) =>
    Object.assign(pick(capture_paths).contract, {
      routing: pick([null, { team: "sales-de" }]) ?? undefined,
    }),
  ({ capture_paths }, pick, n) => {
    const path = structuredClone(pick(capture_paths));
    capture_paths.push({ ...path, slug: `path-${n}` });
  },
  ({ capture_paths }, pick) => removeOne(capture_paths, pick, ({ slug }) => slug.startsWith("path-")),
  ({ territory_rules }, pick, n) => territory_rules.push({ ...pick(territory_rules), postal_prefix: `${n}` }),
  ({ territory_rules }, pick) => removeOne(territory_rules, pick, () => territory_rules.length > 3),
  ({ territory_rules }, pick) => territory_rules.sort(() => pick([-1, 0, 1])),
  ({ scoring_rules }, pick, n) => Object.assign(pick(scoring_rules), { points: n % 100 }),
  ({ scoring_rules }, pick) => scoring_rules.reverse().push({ ...pick(scoring_rules), reason: "Again" }),
  ({ survivorship_rules }, pick) =>
    survivorship_rules.push({
      territory: pick(["global", "emea", "de"]),
      fields: [pick(["city", "segment", "phone"])],
      criteria: pick([["first"], ["verified", "most_recent"]]),
      trusted_sources: [],
    }),
  ({ survivorship_rules }, pick) => removeOne(survivorship_rules, pick, () => survivorship_rules.length > 1),
  ({ routing_rules }, pick, n) =>
    routing_rules.push({
      ...{
        source: null,
        country: null,
        language: null,
        score_min: n % 50,
        score_max: null,
        manager_of_last_owner: null,
      },
      ...{
        territory: pick(["de", "emea"]),
        segment: `segment-${n}`,
        condition: pick([null, "$.employees>7"]),
      },
      ...pick([
        { person: "mona", team: null },
        { person: null, team: "sales-emea" },
      ]),
    }),
  ({ routing_rules }) => routing_rules.reverse(),
  ({ routing_rules }, pick) => removeOne(routing_rules, pick, () => routing_rules.length > 1),
  ({ retention_rules }, pick, n) =>
    retention_rules.push({
      slug: `keep-${n}`,
      territory: pick(["global", "globex"]),
      subject: "leads",
      status: null,
      purpose: `purpose-${n}`,
      keep_days: pick([null, 1 + n]),
    }),
  ({ retention_rules }, pick, n) =>
    retention_rules.length > 0 && Object.assign(pick(retention_rules), { keep_days: 1 + n }),
  ({ retention_rules }, pick) => removeOne(retention_rules, pick, () => true),
  ({ sla_policies }, pick, n) => Object.assign(pick(sla_policies), { target_seconds: 60 + n }),
  ({ sla_policies }, pick, n) => sla_policies.push({ ...pick(sla_policies), slug: `policy-${n}` }),
  ({ sla_policies }, pick) => removeOne(sla_policies, pick, ({ slug }) => slug.startsWith("policy-")),
];

function removeOne<Item>(items: Item[], pick: Pick, isMeant: (item: Item) => boolean): void {
  const meant = items.filter(isMeant);
  if (meant.length > 0) items.splice(items.indexOf(pick(meant)), 1);
}

function person(actors: Organization["actors"], pick: Pick) {
  return pick(actors.filter(({ slug }) => ["dora", "dirk", "felix", "vera"].includes(slug)));
}

function team(teams: Organization["teams"]) {
  const found = teams.find(({ slug }) => slug === "sales-de");
  if (found === undefined) throw new Error("The sample organization has no team sales-de.");
  return found;
}
