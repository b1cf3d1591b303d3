import type { ClientBase } from "pg";
import { compileContract } from "../contracts/check.ts";
import { Contract } from "../contracts/contract.ts";
import { type Judgement, judge, type PublishedContract } from "./judge.ts";
import { NoSuchContract } from "./no_such_contract.ts";
import type { SelectedCapture } from "./selection.ts";

/** Who judges past captures: what is in force on their paths, a version of one path, or contracts not applied yet. */
export type JudgeChoice =
  | { by: "active" }
  | { by: "version"; path: string; version: number }
  /** By slug of the path; a path that is missing here is judged by what is in force. */
  | { by: "draft"; contracts: ReadonlyMap<string, Contract> };

/** `id`: null where the contract is not in the database. */
export type Judge = PublishedContract & { id: number | null };

/** The judge of each path, by its slug. A path without any contract has none. */
export type Judges = { get: (slug: string) => Judge | undefined };

/** Reads the contracts of all paths, once for a whole walk; each is compiled when its first capture comes. */
export async function loadJudges(client: ClientBase, choice: JudgeChoice): Promise<Judges> {
  const { rows } = await client.query<{ slug: string; id: number; definition: unknown }>(
    `select capture_paths.slug, contracts.id, contracts.definition
       from app_public.capture_paths
       join app_public.contracts on contracts.path_id = capture_paths.id
      where case when capture_paths.slug = $1 then contracts.version = $2 else contracts.id = capture_paths.active_contract_id end`,
    choice.by === "version" ? [choice.path, choice.version] : [null, null],
  );
  if (choice.by === "version" && !rows.some(({ slug }) => slug === choice.path)) {
    throw new NoSuchContract(`There is no version ${choice.version} of the contract of ${choice.path}.`);
  }
  const drafts = choice.by === "draft" ? choice.contracts : new Map<string, Contract>();
  const stored = new Map(rows.map((row) => [row.slug, row]));
  const known = new Map<string, Judge>();
  const read = (slug: string): Judge | undefined => {
    const [draft, row] = [drafts.get(slug), stored.get(slug)];
    if (draft !== undefined) return { id: null, ...publish(draft) };
    return row === undefined ? undefined : { id: row.id, ...publish(Contract.parse(row.definition)) };
  };
  return {
    get: (slug) => {
      const judge = known.get(slug) ?? read(slug);
      if (judge !== undefined) known.set(slug, judge);
      return judge;
    },
  };
}

export type Judged = { capture: SelectedCapture; judge: Judge; judgement: Judgement };

/** Each capture by the judge of its path. Changes nothing. */
export function judgeAll(captures: readonly SelectedCapture[], judges: Judges): Judged[] {
  return captures.flatMap((capture) => {
    const found = judges.get(capture.path_slug);
    return found === undefined ? [] : [{ capture, judge: found, judgement: judge(capture, found) }];
  });
}

function publish(contract: Contract): PublishedContract {
  return { contract, compiled: compileContract(contract) };
}
