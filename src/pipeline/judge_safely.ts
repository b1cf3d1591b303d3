import { type Failed, failed } from "./failed.ts";
import { type ClaimedCapture, type Judgement, judge, type PublishedContract } from "./judge.ts";
import { withMatch } from "./with_match.ts";

/** What one capture comes to before the database sees it; an accepted one with what identity compares. */
export type Judged = Judgement | Failed;

/**
 * Judges one capture of a batch. What throws is a fault of ours on this one alone: it must not hold up the captures
 * beside it, and would be thrown again for as long as it is tried.
 */
export function judgeSafely(
  capture: ClaimedCapture,
  published: PublishedContract | undefined,
  log: (line: string) => void,
): Judged {
  try {
    if (published === undefined) throw new Error(`Contract ${capture.contract_id} cannot be used`);
    const judgement = judge(capture, published);
    return "attributes" in judgement ? withMatch(judgement) : judgement;
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    log(`capture ${capture.id} was quarantined: judging it failed with ${kind}`);
    return failed(capture.id);
  }
}
