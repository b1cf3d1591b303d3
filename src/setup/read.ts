import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../postgres/connect.ts";
import { checkOrganization } from "./check.ts";
import { overridden } from "./exception_policy.ts";
import { findSecrets } from "./find_secrets.ts";
import { type Organization, OrganizationFile, type Section } from "./organization.ts";
import { type Finding, SetupError } from "./problem.ts";
import { type ExceptionPolicy, shippedExceptionPolicies } from "./shipped.ts";
import { findingsOf, readYaml, type YamlFile } from "./yaml_file.ts";

export type Setup = {
  folder: string;
  organization: Organization;
  exceptionPolicies: ExceptionPolicy[];
  /** A finding as a person reads it: `teams.yaml:14: teams[3].territory: …`. */
  describe: (finding: Finding) => string;
};

/**
 * Reads every .yaml and .yml file of a folder, the folders below included, into one checked organization. A section
 * may stand in several files; the order of lists is that of the files' names. Throws one SetupError with all problems.
 */
export async function readSetup(folder: string, now: Date = new Date()): Promise<Setup> {
  const files = await readFiles(folder);
  const problems = files.flatMap((file) => file.faults);
  const merged = new Map<Section, { file: YamlFile; at: number }[]>();
  const organization = OrganizationFile.parse({});
  for (const file of files) {
    const parsed = OrganizationFile.safeParse(file.value ?? {});
    const secrets = findSecrets(file.value);
    const places = new Set(secrets.map(({ path }) => path.join("/")));
    // That the key of a secret is unknown here as well helps nobody.
    const faults = parsed.success
      ? []
      : findingsOf(parsed.error).filter(({ path }) => !places.has(path.join("/")));
    problems.push(...[...secrets, ...faults].map((finding) => say(file.locate(finding.path), finding)));
    if (parsed.success) merge(organization, merged, file, parsed.data);
  }
  if (problems.length > 0) throw new SetupError(folder, problems);
  const describe = (finding: Finding) => say(locate(folder, merged, finding.path), finding);
  const shipped = await shippedExceptionPolicies();
  const findings = checkOrganization(organization, { kinds: shipped.map(({ kind }) => kind), now });
  if (findings.length > 0) throw new SetupError(folder, findings.map(describe));
  const exceptionPolicies = overridden(shipped, organization.exception_policies);
  return { folder, organization, exceptionPolicies, describe };
}

async function readFiles(folder: string): Promise<YamlFile[]> {
  const entries = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    const reason =
      errorCode(error) === "ENOENT" ? "there is no such folder" : `cannot be read (${errorCode(error)})`;
    throw new SetupError(folder, [reason]);
  });
  const names = entries.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (names.length === 0) throw new SetupError(folder, ["there is no .yaml file in it"]);
  return Promise.all(names.map(async (name) => readYaml(name, await readFile(join(folder, name), "utf8"))));
}

function merge(
  whole: Organization,
  merged: Map<Section, { file: YamlFile; at: number }[]>,
  file: YamlFile,
  part: Organization,
): void {
  const append = <Item>(section: Section, items: Item[], more: readonly Item[]) => {
    items.push(...more);
    const origins = merged.get(section) ?? [];
    merged.set(section, [...origins, ...more.map((_, at) => ({ file, at }))]);
  };
  append("territories", whole.territories, part.territories);
  append("calendars", whole.calendars, part.calendars);
  append("actors", whole.actors, part.actors);
  append("sign_ins", whole.sign_ins, part.sign_ins);
  append("teams", whole.teams, part.teams);
  append("capture_paths", whole.capture_paths, part.capture_paths);
  append("territory_rules", whole.territory_rules, part.territory_rules);
  append("scoring_rules", whole.scoring_rules, part.scoring_rules);
  append("survivorship_rules", whole.survivorship_rules, part.survivorship_rules);
  append("routing_rules", whole.routing_rules, part.routing_rules);
  append("gate_rules", whole.gate_rules, part.gate_rules);
  append("sla_policies", whole.sla_policies, part.sla_policies);
  append("retention_rules", whole.retention_rules, part.retention_rules);
  append("notification_channels", whole.notification_channels, part.notification_channels);
  append("notification_policies", whole.notification_policies, part.notification_policies);
  append("exception_policies", whole.exception_policies, part.exception_policies);
}

function locate(
  folder: string,
  merged: ReadonlyMap<PropertyKey, readonly { file: YamlFile; at: number }[]>,
  path: readonly PropertyKey[],
): string {
  const [section = "", index, ...rest] = path;
  const origin = merged.get(section)?.[Number(index)];
  return origin === undefined ? folder : origin.file.locate([section, origin.at, ...rest]);
}

function say(where: string, { path, message }: Finding): string {
  const [, , ...field] = path; // the line says which one it is
  const name = field.length > 0 ? field.map(String).join(".") : String(path[0] ?? "");
  return name === "" ? `${where}: ${message}` : `${where}: ${name}: ${message}`;
}
