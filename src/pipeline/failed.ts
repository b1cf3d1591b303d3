/** A capture that the pipeline itself failed on: no fault of whoever sent it, so people look and release it. */
export type Failed = {
  id: string;
  kind: "processing_failed";
  violations: { kind: "failed"; path: ""; message: string }[];
};

/** Only the code: the message of whatever was thrown may hold what a stranger typed. */
export function failed(id: string, code = ""): Failed {
  const message = `The pipeline failed on this capture${code ? ` (${code})` : ""}`;
  return { id, kind: "processing_failed", violations: [{ kind: "failed", path: "", message }] };
}
