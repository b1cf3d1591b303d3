import { keepLearned, learn } from "../../identity/learn.ts";
import type { Watch } from "../../identity/train.ts";
import { normalizeAttributes } from "../../normalize/attributes.ts";
import { type Match, matchOf } from "../../normalize/match.ts";
import { withConnection } from "../../postgres/connect.ts";
import type { ColumnMapping } from "./mapping_file.ts";
import type { LabeledRecord } from "./records.ts";

/** Does what `identity train` does, with the records of a file in place of a boundary's arrivals. Nobody tells it the truth. */
export async function trainOnRecords(
  workerUrl: string,
  records: readonly LabeledRecord[],
  { mapping, country, ...watch }: { mapping: ColumnMapping; country: string | null } & Watch,
): Promise<void> {
  const people = records.flatMap(({ row, place }) => matchOfRow(row, { mapping, country, place }));
  await withConnection(workerUrl, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      "select boundary_id as id from app_public.territories limit 1",
    );
    const boundaryId = rows[0]?.id ?? 0;
    const { model } = await learn(client, people, watch);
    await keepLearned(client, { boundaryId, people, model, asOf: new Date() });
  });
}

function matchOfRow(
  row: Record<string, string>,
  { mapping, country, place }: { mapping: ColumnMapping; country: string | null; place: string },
): Match[] {
  const fields: Record<string, string> = { external_id: place };
  for (const { field, columns } of mapping) {
    const text = columns
      .map((column) => row[column] ?? "")
      .filter((part) => part !== "")
      .join(" ");
    if (text !== "") fields[field] = text;
  }
  const normalized = normalizeAttributes(fields, {
    defaultCountry: country,
    timeZone: "UTC",
    receivedAt: new Date(),
    reach: ["external_id"],
    externalIdSource: "file",
  });
  return normalized.ok ? [matchOf(normalized.attributes)] : [];
}
