import { compileContract } from "../../contracts/check.ts";
import { Contract } from "../../contracts/contract.ts";
import { compileMapping, type MappedField } from "../../contracts/mapping.ts";
import type { PublishedContract } from "../../pipeline/judge.ts";
import type { DatabaseUrls } from "../../postgres/instance.ts";
import { look } from "../organization.ts";
import { CommandError, EXIT } from "../outcome.ts";
import type { RowFile } from "./row_file.ts";

export type CapturePath = {
  id: number;
  slug: string;
  protocol: string;
  maxBodyBytes: number;
  /** Of its territory. */
  country: string | null;
  timeZone: string;
  contractId: number;
  mapping: MappedField[];
  published: PublishedContract;
};

/** The path with its active contract. Refuses one that takes nothing, and names those that do. */
export async function readPath(urls: DatabaseUrls, slug: string): Promise<CapturePath> {
  const { rows } = await look(urls, (worker) =>
    worker.query<Omit<CapturePath, "mapping" | "published"> & { definition: unknown }>(
      `select capture_paths.id, capture_paths.slug, capture_paths.protocol, capture_paths.max_body_bytes as "maxBodyBytes",
              territories.country, territories.time_zone as "timeZone", contracts.id as "contractId", contracts.definition
         from app_public.capture_paths
         join app_public.contracts on contracts.id = capture_paths.active_contract_id
         join app_public.territories on territories.id = capture_paths.territory_id
        where capture_paths.is_active order by capture_paths.slug`,
    ),
  );
  const path = rows.find((row) => row.slug === slug);
  if (path !== undefined) {
    const { definition, ...rest } = path;
    const contract = Contract.parse(definition);
    const published = { contract, compiled: compileContract(contract) };
    return { ...rest, mapping: compileMapping(contract), published };
  }
  const known = rows.map((row) => row.slug).join(", ") || "none: run `npx catchment apply` first";
  throw new CommandError(EXIT.failed, `No open capture path is called "${slug}". There are ${known}.`);
}

/** A file of another kind would quarantine every row: better to stop before the first. */
export function refuseForeignFile(path: CapturePath, { columns }: RowFile): void {
  if (columns === undefined) return;
  if (path.protocol !== "json") {
    throw new CommandError(
      EXIT.failed,
      `${path.slug} takes what ${path.protocol} sends: a table cannot be that. Nothing was imported.`,
    );
  }
  const wanted = path.mapping.flatMap(({ places }) => places.flatMap(([first]) => first ?? []));
  if (wanted.some((name) => columns.includes(name))) return;
  throw new CommandError(
    EXIT.failed,
    `The header (${columns.slice(0, 20).join(", ")}) has none of the columns that ${path.slug} maps: ` +
      `${[...new Set(wanted)].join(", ")}. Nothing was imported.`,
  );
}
