import { hash } from "node:crypto";
import { eventKey, isUsableKey } from "../../capture/idempotency.ts";
import { sourceOf } from "../../capture/sources/registry.ts";
import type { Event, Source } from "../../capture/sources/source.ts";
import { type MappedField, mapFields } from "../../contracts/mapping.ts";
import type { CapturePath } from "./capture_path.ts";
import type { FileRow } from "./row_file.ts";

export const CONTENT_TYPE = "application/json";

/** What one row brings: usually one body, and the key under which a second import finds it again. */
export type RowArrival = { key: string; body: string | Buffer };

/** What of a path decides how rows become arrivals. */
type Way = Pick<CapturePath, "protocol" | "mapping" | "maxBodyBytes">;

/**
 * Keys are what the path's protocol says, else the external id that the contract maps, else made of the content. So a
 * repeated import adds nothing, and a row that came through the door before is known. A line that tells of
 * several events brings each of them. A row that is larger than the path takes brings none.
 */
export function makeArrivalsOf(path: Way): (row: FileRow) => RowArrival[] {
  const read = makeReader(path);
  return (row) => {
    if (row.raw.length > path.maxBodyBytes) return [];
    const arrivals = read(row);
    return arrivals.some(({ body }) => Buffer.byteLength(body) > path.maxBodyBytes) ? [] : arrivals;
  };
}

function makeReader(path: Way): (row: FileRow) => RowArrival[] {
  const source = sourceOf(path.protocol);
  const idMapping = path.mapping.filter(({ field }) => field === "external_id");
  const isPlain = path.protocol === "json";
  return (row) => {
    const text = row.body();
    // A text as long as it can be: a buffer for each row of a file is what fills the memory.
    if (isPlain && idMapping.length === 0) return [{ key: hashOf(text), body: text }];
    const body = Buffer.from(text);
    const event: Event = { body, contentType: CONTENT_TYPE, headers: {} };
    const events = isPlain ? [event] : (source.split?.(event) ?? [event]);
    const keyOf = (one: Event) => vendorsKey(source, one) ?? usable(externalIdOf(source, idMapping, one));
    // As at the door: of several events each is kept, a single one as it came.
    return events.length > 1
      ? events.map((one) => ({ key: keyOf(one) ?? hashOf(one.body), body: one.body }))
      : [{ key: keyOf(events[0] ?? event) ?? hashOf(text), body }];
  };
}

function vendorsKey(source: Source, event: Event): string | undefined {
  const key = source.key?.(event);
  return key === undefined ? undefined : eventKey(key);
}

function hashOf(body: string | Buffer): string {
  return hash("sha256", body, "hex");
}

function externalIdOf(source: Source, mapping: MappedField[], event: Event): string | undefined {
  if (mapping.length === 0) return undefined;
  const reading = source.read(event);
  const mapped = reading.kind === "lead" ? mapFields(mapping, reading.document) : undefined;
  return mapped?.ok ? mapped.fields.external_id?.trim() : undefined;
}

/** Null bytes, long texts and the like could not be a key; the content then is. */
function usable(key: string | undefined): string | undefined {
  return key !== undefined && isUsableKey(key) ? key : undefined;
}
