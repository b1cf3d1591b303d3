import type { Outcome } from "./channel.ts";
import type { Posted } from "./post.ts";

/** What an answer means. `gone`: by which a receiver says that it is no more. */
export function classify(posted: Posted, gone: readonly number[] = [404, 410]): Outcome {
  if ("failure" in posted) {
    const { failure: reason } = posted;
    if (reason === "blocked_address") return { outcome: "refused", reason };
    return { outcome: "later", reason, rests: true };
  }
  const { status } = posted;
  const after = posted.after === undefined ? {} : { after: posted.after };
  if (status >= 200 && status < 300)
    return posted.isDenied ? { outcome: "later", reason: "refused" } : { outcome: "accepted" };
  if (gone.includes(status)) return { outcome: "refused", reason: "gone", isGone: true };
  if (status === 413) return { outcome: "refused", reason: "too_large" };
  if (status === 429) {
    return { outcome: "later", reason: "rate_limited", after: 30, ...after, rests: true, isFree: true };
  }
  if (status >= 300 && status < 400) return { outcome: "later", reason: "redirected" };
  if (status >= 500 || status === 408 || status === 425)
    return { outcome: "later", reason: "server_error", ...after, ...(status === 500 ? {} : { rests: true }) };
  return { outcome: "refused", reason: status === 400 ? "invalid" : "refused" };
}
