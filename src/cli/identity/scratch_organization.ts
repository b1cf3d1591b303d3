import { withConnection } from "../../postgres/connect.ts";
import type { RoleUrls } from "../../postgres/role_urls.ts";
import { applySetup } from "../../setup/apply.ts";
import { type Organization, OrganizationFile } from "../../setup/organization.ts";
import { shippedExceptionPolicies } from "../../setup/shipped.ts";
import { openScratchDatabases } from "../scratch_databases.ts";
import type { ColumnMapping } from "./mapping_file.ts";

export type ScratchOrganization = { urls: RoleUrls; close: () => Promise<void> };

/** Slug of the one capture path. */
export const PATH = "file";
const TERRITORY = "evaluation";

/** A server in a folder of its own, with one territory, one team and one path; `close` leaves nothing of it. */
export async function openScratchOrganization(
  mapping: ColumnMapping,
  { country, log }: { country: string | null; log: (line: string) => void },
): Promise<ScratchOrganization> {
  const { databases, close } = await openScratchDatabases(1, log);
  try {
    const [urls] = databases;
    if (urls === undefined) throw new Error("There is one database.");
    const organization = organizationOf(mapping, country);
    const exceptionPolicies = await shippedExceptionPolicies();
    const describe = ({ message }: { message: string }) => message;
    const setup = { folder: "the organization of the evaluation", organization, exceptionPolicies, describe };
    await withConnection(urls.worker, (client) => applySetup(client, setup, {}));
    return { urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Leads are dealt to one person without a limit, so that the stages behind do what they do every day. */
function organizationOf(mapping: ColumnMapping, country: string | null): Organization {
  const team = "evaluators";
  return OrganizationFile.parse({
    territories: [{ slug: TERRITORY, name: "Evaluation", kind: "group", time_zone: "UTC", country }],
    actors: [{ slug: "eva", name: "Eva", memberships: [{ territory: TERRITORY, role: "operations" }] }],
    teams: [
      {
        slug: team,
        name: "Evaluators",
        territory: TERRITORY,
        takes_leads: true,
        handles_operations: true,
        members: [{ actor: "eva" }],
      },
    ],
    capture_paths: [
      {
        slug: PATH,
        name: "Files",
        territory: TERRITORY,
        source: "file",
        responsibilities: { capture: team, execution: team, system: team, incident: team },
        contract: contractOf(mapping),
      },
    ],
  });
}

/** The number of the record is its id, so that nobody is refused for having neither address nor telephone. */
function contractOf(mapping: ColumnMapping): object {
  const fields = mapping.map(({ field, columns }) => [field, columns.map((name) => `/row/${stepOf(name)}`)]);
  return {
    schema: {},
    mapping: { ...Object.fromEntries(fields), external_id: "/record" },
    reach: ["external_id"],
    fallback_territory: TERRITORY,
  };
}

/** A step of a JSON pointer. */
function stepOf(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
