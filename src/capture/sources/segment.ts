import { withNameParts } from "../answers.ts";
import { type Slice, sliceAt, slicesOf } from "../json_slices.ts";
import type { Problem } from "../problem.ts";
import { at, ignored, keyOf, known, membersAt, objectIn, readObject, textAt } from "../told.ts";
import { basicCredentials, sharedKey } from "../verify.ts";
import type { Reading, Request, Source } from "./source.ts";

/**
 * Segment's HTTP tracking API, which products, sites and chatbots speak. Its secret is the write key: user name of
 * HTTP Basic with an empty password, or `writeKey` in the body. `identify` tells who somebody is, `track` what they
 * did; of page views, screens and groups nobody can be called back.
 */
export const segment: Source = {
  verify: sharedKey({ expected: (writeKey) => `${writeKey}:`, find: shownKey }),
  refuses: ({ body }) => {
    if (body.length > MOST_BATCH_BYTES) return tooLarge("A batch has at most 500 KB.");
    const batch = batchOf(body);
    const events = batch ?? [body];
    if (events.length > MOST_BATCH_EVENTS) return tooLarge("A batch has at most 2,500 events.");
    const common = batch === undefined ? [] : commonOf(body);
    if (sizeOf(common) * events.length > MOST_COMMON_BYTES)
      return tooLarge("What is common to the events of a batch has at most 8 MB, counted once for each.");
    return events.some((event) => event.length > MOST_EVENT_BYTES)
      ? tooLarge("An event has at most 32 KB.")
      : undefined;
  },
  split: (event) => {
    const common = commonOf(event.body);
    return batchOf(event.body)?.map((body) => ({ ...event, body: withCommon(body, common) }));
  },
  key: (event) => keyOf(textAt(objectIn(event.body), "messageId")),
  read: (event) => readObject(event, readCall),
};

const MOST_EVENT_BYTES = 32 * 1024;
const MOST_BATCH_BYTES = 500 * 1024;
const MOST_BATCH_EVENTS = 2_500;
/** Ours: the rules of Segment would let 500 KB grow to a gigabyte. */
const MOST_COMMON_BYTES = 8 * 1024 * 1024;

function tooLarge(detail: string): Problem {
  return { status: 400, slug: "segment-limit", title: "Too large", detail };
}

function batchOf(body: Buffer): Buffer[] | undefined {
  if (!Array.isArray(at(objectIn(body), "batch"))) return undefined;
  return slicesOf(sliceAt(body, "batch") ?? body, MOST_BATCH_EVENTS + 1).map(({ bytes }) => bytes);
}

type Common = { name: string; members: Slice[] };

/** What a batch says once for all its events. */
function commonOf(body: Buffer): Common[] {
  const batch = objectIn(body);
  return ["context", "integrations"].flatMap((name) => {
    const slice = membersAt(batch, name).length === 0 ? undefined : sliceAt(body, name);
    return slice === undefined ? [] : [{ name, members: slicesOf(slice) }];
  });
}

function sizeOf(common: readonly Common[]): number {
  return common
    .flatMap(({ members }) => members)
    .reduce((sum, { key = "", bytes }) => sum + key.length + bytes.length, 0);
}

/** The event with what its batch says beside it, byte for byte; its own members win. What is no event stays as it is. */
function withCommon(body: Buffer, common: readonly Common[]): Buffer {
  const event = common.length === 0 ? undefined : objectIn(body);
  if (event === undefined) return body;
  const members = new Map(slicesOf(body).map(({ key = "", bytes }) => [key, bytes]));
  for (const { name, members: shared } of common) {
    const own = at(event, name) ?? {};
    if (typeof own !== "object" || Array.isArray(own)) continue;
    members.set(name, objectOf([...shared, ...slicesOf(members.get(name) ?? NOTHING)]));
  }
  return objectOf([...members].map(([key, bytes]) => ({ key, bytes })));
}

/** Of a key that stands twice the last value counts. */
function objectOf(slices: readonly Slice[]): Buffer {
  const members = new Map(slices.map(({ key = "", bytes }) => [key, bytes]));
  const parts = [...members].flatMap(([key, bytes]) => [Buffer.from(`,${JSON.stringify(key)}:`), bytes]);
  return Buffer.concat([Buffer.from("{"), Buffer.concat(parts).subarray(1), Buffer.from("}")]);
}

const NOTHING = Buffer.from("{}");

function shownKey(request: Request): string | undefined {
  const credentials = basicCredentials(request);
  if (credentials !== undefined) return credentials;
  const writeKey = textAt(objectIn(request.body), "writeKey");
  return writeKey === undefined ? undefined : `${writeKey}:`;
}

/**
 * Document: first_name, last_name, full_name (when it is not two words), email, phone, company, employees, street, city, region, postal_code, country, occurred_at, external_id (userId, else anonymousId), channel, campaign, medium,
 * content, term, landing_page, referrer, message, and as sent: type, event, traits, properties, context, messageId.
 */
function readCall(call: object): Reading {
  const type = textAt(call, "type");
  if (type !== "identify" && type !== "track")
    return ignored(`A call of type ${knownType(type)} names nobody.`);
  const traits = [at(call, "traits"), at(call, "context", "traits"), at(call, "properties")];
  const first = (...steps: string[]) => firstText(traits.map((told) => textAt(told, ...steps)));
  const address = (part: string) => first("address", part) ?? first(part);
  const page = at(call, "context", "page");
  const campaign = at(call, "context", "campaign");
  const document = known({
    first_name: first("firstName") ?? first("first_name"),
    last_name: first("lastName") ?? first("last_name"),
    full_name: first("name"),
    email: first("email"),
    phone: first("phone"),
    company: first("company", "name") ?? first("company"),
    employees: first("company", "employee_count") ?? first("employees"),
    street: address("street"),
    city: address("city"),
    region: address("state"),
    postal_code: address("postalCode"),
    country: address("country"),
    message: first("message"),
    occurred_at: textAt(call, "timestamp") ?? textAt(call, "originalTimestamp"),
    external_id: textAt(call, "userId") ?? textAt(call, "anonymousId"),
    channel: textAt(campaign, "source"),
    campaign: textAt(campaign, "name"),
    medium: textAt(campaign, "medium"),
    content: textAt(campaign, "content"),
    term: textAt(campaign, "term"),
    landing_page: textAt(page, "url"),
    referrer: textAt(page, "referrer"),
    ...Object.fromEntries(membersAt(call).filter(([name]) => AS_SENT.has(name))),
  });
  const isReachable = document.email !== undefined || document.phone !== undefined;
  return isReachable
    ? { kind: "lead", document: withNameParts(document) }
    : ignored(`This ${type} tells neither e-mail address nor telephone number.`);
}

const AS_SENT: ReadonlySet<string> = new Set([
  "type",
  "event",
  "traits",
  "properties",
  "context",
  "messageId",
]);
const OTHER_TYPES: ReadonlySet<string> = new Set(["page", "screen", "group", "alias"]);

/** A reason is stored and shown, so it repeats nothing that a stranger wrote. */
function knownType(type: string | undefined): string {
  return type !== undefined && OTHER_TYPES.has(type) ? type : "unknown";
}

function firstText(found: readonly (string | undefined)[]): string | undefined {
  return found.find((text) => text !== undefined);
}
