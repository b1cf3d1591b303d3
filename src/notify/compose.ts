import type { Item, Message, Notification } from "./channel.ts";
import { fill, type Language } from "./templates.ts";

export type Compose = (rows: readonly [Notification, ...Notification[]]) => Message;

/** `publicUrl`: where people open the console; without one, messages have no link. */
export function makeCompose(languages: ReadonlyMap<string, Language>, publicUrl: string | null): Compose {
  const english = languages.get("en");
  if (english === undefined) throw new Error("There are no English templates.");
  return (rows) => {
    const [{ message_id: id, target, address, recipient, language }] = rows;
    const words = languages.get(language) ?? english;
    const items = rows.slice(0, MOST_ITEMS).map((row) => itemOf(row, words, publicUrl));
    const count = rows.length;
    const [first] = items;
    const isDigest = count > 1 || first === undefined;
    const title = isDigest ? (fill(words.digest, { count }) ?? words.digest) : first.title;
    return { id, target, address, recipient, title, items, open: words.open };
  };
}

/** Slack takes 50 blocks, Teams 21 KB; whoever has more to read has the console. */
const MOST_ITEMS = 20;
const MOST_TEXT = 400;

function itemOf(row: Notification, { kinds }: Language, publicUrl: string | null): Item {
  const { kind, lead_id: leadId, trace_id: traceId } = row;
  const template = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  const values = { ...row.details, lead: leadId };
  const said = template && [template.title, ...template.lines].map((text) => fill(text, values));
  const [written = "", place] = row.text.split(PLACE);
  const [title, ...lines] = said?.every((text) => text !== null) ? said : [written];
  const page = place ?? (leadId === null ? undefined : `/?lead=${leadId}`);
  return {
    kind,
    title: short(title ?? written),
    lines: lines.map(short),
    link: publicUrl === null || page === undefined ? null : publicUrl + page,
    leadId,
    traceId,
  };
}

/** The page of the console at the end of a text: its writer knows no address of ours. */
const PLACE = /[:\s]*(\/\?\w+=[0-9a-f-]{36})\s*$/;

/** Of one line: a subject must not have more. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT - 1)}…` : line;
}
