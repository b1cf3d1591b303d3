import { Contract } from "../../contracts/contract.ts";
import { compileMapping, type MappedField } from "../../contracts/mapping.ts";
import type { DatabaseUrls } from "../../postgres/instance.ts";
import { look } from "../organization.ts";
import { CommandError, EXIT } from "../outcome.ts";

export type CapturePath = { id: number; slug: string; mapping: MappedField[] };

/** The path with its active contract. Refuses one that takes nothing, and names those that do. */
export async function readPath(urls: DatabaseUrls, slug: string): Promise<CapturePath> {
  const { rows } = await look(urls, (worker) =>
    worker.query<{ id: number; slug: string; definition: unknown }>(
      `select capture_paths.id, capture_paths.slug, contracts.definition
         from app_public.capture_paths join app_public.contracts on contracts.id = capture_paths.active_contract_id
        where capture_paths.is_active order by capture_paths.slug`,
    ),
  );
  const path = rows.find((row) => row.slug === slug);
  if (path !== undefined) {
    return { id: path.id, slug, mapping: compileMapping(Contract.parse(path.definition)) };
  }
  const known = rows.map((row) => row.slug).join(", ") || "none: run `npx catchment apply` first";
  throw new CommandError(EXIT.failed, `No open capture path is called "${slug}". There are ${known}.`);
}

/** A file of another kind would quarantine every row: better to stop before the first. */
export function refuseForeignHeader(path: CapturePath, columns: string[]): void {
  const wanted = path.mapping.flatMap(({ places }) => places.flatMap(([first]) => first ?? []));
  if (wanted.some((name) => columns.includes(name))) return;
  throw new CommandError(
    EXIT.failed,
    `The header (${columns.slice(0, 20).join(", ")}) has none of the columns that ${path.slug} maps: ` +
      `${[...new Set(wanted)].join(", ")}. Nothing was imported.`,
  );
}
