import { readDocument } from "../../contracts/read_document.ts";
import { violation } from "../../contracts/violation.ts";
import { slicesOf } from "../json_slices.ts";
import { mediaTypeOf } from "../media_type.ts";
import { at, ignored, objectIn, textAt, unreadable } from "../told.ts";
import { readActivity } from "../told_activity.ts";
import { readPlain } from "./json.ts";
import { type Event, MOST_EVENTS, type Reading, type Source } from "./source.ts";

/** One event, however it was written: its attributes as text, and its data. */
export type CloudEvent = { attributes: Readonly<Record<string, string>>; data: Reading };

/**
 * CloudEvents 1.0 over HTTP: structured, binary, or a batch. The document is the data alone; a type that ends
 * in `activity.<kind>` tells what happened to a lead elsewhere. It proves nobody: a path
 * that requires a signature takes X-Catchment-Signature.
 */
export const cloudevents: Source = {
  keeps: ["ce-*"],
  split: (event) => {
    if (mediaTypeOf(event.contentType).type !== BATCH) return [withTrace(event)];
    const read = readDocument(event.body);
    if (!read.ok || !Array.isArray(read.document)) return undefined;
    const slices = slicesOf(event.body, MOST_EVENTS + 1);
    return slices.map(({ bytes }) => withTrace({ ...event, body: bytes, contentType: STRUCTURED }));
  },
  key: (event) => {
    const { attributes } = cloudEventOf(event);
    const { source, id } = attributes;
    return source === undefined || id === undefined ? undefined : `${source}|${id}`;
  },
  read: (event) => readCloudEvent(cloudEventOf(event)),
  reply: () => ({ status: 202, body: "" }),
};

const STRUCTURED = "application/cloudevents+json";
const BATCH = "application/cloudevents-batch+json";
const BINARY_PREFIX = "ce-";

/** Whether its Content-Type says so. */
export function isCloudEvent(event: Event): boolean {
  return mediaTypeOf(event.contentType).type === STRUCTURED;
}

export function cloudEventOf(event: Event): CloudEvent {
  return isCloudEvent(event) ? structured(event) : binary(event);
}

/** A CloudEvent without what every one must have is refused; an event without data tells of nobody. */
export function readCloudEvent({ attributes, data }: CloudEvent): Reading {
  const missing = ["specversion", "id", "source", "type"].filter((name) => attributes[name] === undefined);
  if (data.kind !== "unreadable" && missing.length > 0) {
    return unreadable(...missing.map((name) => violation("missing", `/${name}`, "must be there")));
  }
  return (data.kind === "lead" ? readActivity(attributes.type, data.document) : undefined) ?? data;
}

function structured(event: Event): CloudEvent {
  const envelope = objectIn(event.body);
  if (envelope === undefined) return { attributes: {}, data: readPlain(event) };
  const names = ["specversion", "id", "source", "type", "traceparent"];
  const attributes = names.flatMap((name) => {
    const value = textAt(envelope, name);
    return value === undefined ? [] : [[name, value]];
  });
  return { attributes: Object.fromEntries(attributes), data: dataOf(envelope) };
}

function dataOf(envelope: object): Reading {
  const data = at(envelope, "data");
  if (data !== undefined && data !== null) return { kind: "lead", document: data };
  const encoded = at(envelope, "data_base64");
  if (typeof encoded !== "string") return ignored("The event has no data.");
  return readPlain({
    body: Buffer.from(encoded, "base64"),
    contentType: textAt(envelope, "datacontenttype") ?? null,
  });
}

function binary(event: Event): CloudEvent {
  const attributes = Object.entries(event.headers)
    .filter(([name]) => name.startsWith(BINARY_PREFIX))
    .map(([name, value]) => [name.slice(BINARY_PREFIX.length), decoded(value)]);
  return { attributes: Object.fromEntries(attributes), data: readPlain(event) };
}

/** The binding writes what is not printable ASCII as %-escapes of UTF-8. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function withTrace(event: Event): Event {
  const { traceparent } = cloudEventOf(event).attributes;
  return traceparent === undefined ? event : { ...event, traceparent };
}
