import type { ClientBase } from "pg";
import type { Match } from "../normalize/match.ts";
import type { Model } from "./estimate.ts";
import { readModel, saveModel, saveTerms } from "./models.ts";
import { termsOf } from "./terms.ts";
import { type Trained, train, type Watch } from "./train.ts";

/** From the shipped model, not from the one before: nothing is learned twice. */
export async function learn(
  client: ClientBase,
  people: readonly Match[],
  watch: Watch = {},
): Promise<Trained> {
  return train(client, people, await readModel(client, null), watch);
}

/**
 * Keeps what was learned from people as the next version of their boundary; without a model only what is frequent among
 * them. Belongs in one transaction.
 */
export async function keepLearned(
  client: ClientBase,
  {
    boundaryId,
    people,
    model,
    asOf,
  }: { boundaryId: number; people: readonly Match[]; model: Model | null; asOf: Date },
): Promise<number | null> {
  const records = people.length;
  const version = model === null ? null : await saveModel(client, { boundaryId, model, records, asOf });
  await saveTerms(client, { boundaryId, terms: termsOf(people), records, asOf });
  await client.query("select app_private.refresh_match_statistics($1)", [asOf]); // where more are known than were read
  return version;
}
