import type { ClientBase } from "pg";
import { correct, holds } from "../../pipeline/correct.ts";
import { tell } from "../../pipeline/judge.ts";
import { type SelectedCapture, selectChunk } from "../../pipeline/selection.ts";
import { CommandError, EXIT } from "../outcome.ts";

type Corrections = Readonly<Record<string, unknown>>;

/**
 * Ends the command when a correction would change nothing of what is judged: a misspelt pointer would be found out only
 * when its capture is refused again. Silent about what is not in quarantine: the database says so.
 */
export async function refuseWithoutEffect(
  client: ClientBase,
  id: string,
  { corrections, isClear }: { corrections: Corrections; isClear: true | undefined },
): Promise<void> {
  const { captures } = await selectChunk(client, { filter: { ids: [id] }, scope: "refused", after: null });
  const [capture] = captures;
  if (capture === undefined) return;
  const earlier: Corrections = isClear ? {} : Object(capture.corrections ?? {});
  const sent = documentOf(capture, { ...earlier, ...corrections });
  if (sent === undefined) return;
  // What an earlier call took away may be taken away again.
  const document = "" in corrections ? { "": corrections[""] } : {};
  const standing = Object.assign({ ...document }, earlier, document); // a document comes before its fields
  const before = correct(
    sent,
    taken(standing, (value) => value !== null),
  );
  const after = correct(
    before,
    taken(corrections, (value) => value !== null),
  );
  for (const [pointer, value] of Object.entries(corrections)) {
    if (pointer !== "" && !pointer.startsWith("/")) return; // the database refuses it
    if (holds(value === null ? before : after, pointer)) continue;
    throw new CommandError(
      EXIT.failed,
      `Nothing of what was sent is at ${pointer}. There are ${fieldsOf(before)}. Nothing was corrected.`,
    );
  }
}

/** Undefined where no document is judged, as of an activity. */
function documentOf(capture: SelectedCapture, corrections: Corrections): unknown {
  const reading = tell(capture);
  if (reading.kind === "lead") return reading.document;
  if (reading.kind !== "unreadable") return undefined;
  if ("" in corrections) return null;
  throw new CommandError(
    EXIT.failed,
    "Its bytes cannot be read, so no field of them can be put right: --document '{…}' puts a document in their place.",
  );
}

function taken(corrections: Corrections, isTaken: (value: unknown) => boolean): Corrections {
  return Object.fromEntries(Object.entries(corrections).filter(([, value]) => isTaken(value)));
}

function fieldsOf(document: unknown): string {
  const keys = typeof document === "object" && document !== null ? Object.keys(document) : [];
  return keys.length === 0
    ? "no fields"
    : keys
        .slice(0, 30)
        .map((key) => `/${key}`)
        .join(", ");
}
