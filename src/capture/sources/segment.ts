import { withNameParts } from "../answers.ts";
import { sliceAt, slicesOf } from "../json_slices.ts";
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
    return events.some((event) => event.length > MOST_EVENT_BYTES)
      ? tooLarge("An event has at most 32 KB.")
      : undefined;
  },
  split: (event) => batchOf(event.body)?.map((body) => ({ ...event, body })),
  key: (event) => keyOf(textAt(objectIn(event.body), "messageId")),
  read: (event) => readObject(event, readCall),
};

const MOST_EVENT_BYTES = 32 * 1024;
const MOST_BATCH_BYTES = 500 * 1024;
const MOST_BATCH_EVENTS = 2_500;

function tooLarge(detail: string): Problem {
  return { status: 400, slug: "segment-limit", title: "Too large", detail };
}

function batchOf(body: Buffer): Buffer[] | undefined {
  if (!Array.isArray(at(objectIn(body), "batch"))) return undefined;
  return slicesOf(sliceAt(body, "batch") ?? body, MOST_BATCH_EVENTS + 1).map(({ bytes }) => bytes);
}

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
