import { CommandError, EXIT } from "../outcome.ts";
import type { ColumnMapping } from "./mapping_file.ts";
import type { LabeledRecord } from "./records.ts";
import { type Resolved, resolveRecords } from "./resolve_records.ts";
import { openScratchOrganization } from "./scratch_organization.ts";
import { trainOnRecords } from "./train_on_records.ts";

export type EvaluationPlan = {
  mapping: ColumnMapping;
  /** Of telephone numbers in national form. */
  country: string | null;
  batchSize: number;
  model: "trained" | "shipped";
  isStopped?: () => boolean;
  onDone?: (count: number) => void;
};

/** Resolves records in a database made for this, which is gone afterwards, whatever happens. */
export async function evaluateRecords(
  records: readonly LabeledRecord[],
  { mapping, country, batchSize, model, isStopped = () => false, onDone = () => {} }: EvaluationPlan,
): Promise<Resolved> {
  const { urls, close } = await openScratchOrganization(mapping, { country, log: () => {} });
  try {
    const onCompared = () => {
      if (isStopped()) throw new CommandError(EXIT.failed, "Stopped: nothing was measured.");
    };
    if (model === "trained") await trainOnRecords(urls.worker, records, { mapping, country, onCompared });
    return await resolveRecords(urls, records, { batchSize, isStopped, onDone });
  } finally {
    await close();
  }
}
