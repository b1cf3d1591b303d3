import { readDocument } from "../../contracts/read_document.ts";
import { askVendor, failureOf, later, type VendorAnswer } from "../ask_vendor.ts";
import { ofEpochMilliseconds } from "../instants.ts";
import { at, ignored, keyOf, known, membersAt, objectIn, partOf, readObject, textAt } from "../told.ts";
import { headerOf, hmacSignature } from "../verify.ts";
import type { Event, Fetched, Reading, Request, Source, Vendor } from "./source.ts";

/**
 * HubSpot, as an app's webhooks: batches that tell only ids. Secrets: the app's client secret, `access-token` with
 * crm.objects.contacts.read. The signature covers the public address, which CATCHMENT_PUBLIC_URL must name.
 */
export const hubspot: Source = {
  verify: (request, secrets) =>
    request.headers["x-hubspot-signature-v3"] === undefined
      ? version1(request, secrets)
      : version3(request, secrets),
  split: (event) => {
    const read = readDocument(event.body);
    return read.ok && Array.isArray(read.document)
      ? read.document.map((change: unknown) => partOf(event, change))
      : undefined;
  },
  key: (event) => {
    const change = objectIn(event.body);
    const named = ["portalId", "subscriptionId", "objectId", "occurredAt"].map((name) =>
      textAt(change, name),
    );
    return keyOf(...named, textAt(change, "propertyName") ?? "");
  },
  read: (event) => readObject(event, readChange),
  fetch: fetchContact,
  readFetched: (event, answer) => readContact(answer, event),
  reply: () => ({ status: 204, body: "" }),
};

const version3 = hmacSignature({
  header: "x-hubspot-signature-v3",
  encoding: "base64",
  signed: (request) => {
    const time = headerOf(request, "x-hubspot-request-timestamp");
    return time === undefined ? undefined : [request.method, decoded(addressOf(request)), request.sent, time];
  },
  window: {
    signedAt: (request) => Number(headerOf(request, "x-hubspot-request-timestamp")),
    toleranceMs: 300_000,
  },
});

const version1 = hmacSignature({ header: "x-hubspot-signature", encoding: "hex", isPlainHash: true });

function addressOf({ publicUrl, target }: Request): string {
  const query = target.indexOf("?");
  return query < 0 || publicUrl.includes("?") ? publicUrl : publicUrl + target.slice(query);
}

/** HubSpot signs the address with these escapes undone, and no others. */
function decoded(address: string): string {
  return address.replaceAll(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, decodeURIComponent);
}

function readChange(change: object): Reading {
  const type = textAt(change, "subscriptionType") ?? "";
  const externalId = textAt(change, "objectId");
  if (externalId === undefined) return ignored("It names no object.");
  switch (type) {
    case "contact.creation":
      return { kind: "thin" };
    case "contact.deletion":
    case "contact.privacyDeletion":
      return { kind: "privacy", request: "erasure", subject: { externalId } };
    case "contact.propertyChange":
      return readPropertyChange(change, externalId);
    default:
      return ignored("A subscription that has no meaning here.");
  }
}

function readPropertyChange(change: object, externalId: string): Reading {
  const property = textAt(change, "propertyName") ?? "";
  const value = textAt(change, "propertyValue");
  const statuses = Object.hasOwn(STATUSES, property) ? STATUSES[property] : undefined;
  if (statuses === undefined || value === undefined) return ignored("A property that is no status changed.");
  const status = Object.hasOwn(statuses, value) ? statuses[value] : undefined;
  return {
    kind: "activity",
    activity: {
      subject: { externalId },
      kind: "status_change",
      isResponse: false,
      note: `${property}: ${value}`,
      ...known({ occurredAt: ofEpochMilliseconds(at(change, "occurredAt")), status }),
    },
  };
}

/** HubSpot's words that mean one of our states. Whatever says less than ours is noted and changes none. */
const STATUSES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lifecyclestage: { salesqualifiedlead: "qualified", opportunity: "qualified", customer: "closed_won" },
  hs_lead_status: {
    ATTEMPTED_TO_CONTACT: "attempting_to_contact",
    CONNECTED: "contacted",
    OPEN_DEAL: "qualified",
    BAD_TIMING: "nurturing",
    UNQUALIFIED: "closed_lost",
  },
};

const BASE_URL = "https://api.hubapi.com";

async function fetchContact(event: Event, vendor: Vendor): Promise<Fetched> {
  const id = encodeURIComponent(textAt(objectIn(event.body), "objectId") ?? "");
  const properties = [...Object.keys(PROPERTIES), "createdate", "hs_lead_status"].join(",");
  const url = `${vendor.baseUrl ?? BASE_URL}/crm/v3/objects/contacts/${id}?properties=${properties}`;
  const answer = await askVendor(vendor, url);
  if ("outcome" in answer) return answer;
  if (answer.status === 200) return { outcome: "fetched", answer: answer.document };
  return answer.status === 429 ? limited(answer) : failureOf(answer);
}

/** Ten seconds, unless it is the limit of the day, which HubSpot lifts at midnight of the account's own time zone. */
function limited(answer: VendorAnswer): Fetched {
  const failure = failureOf(answer);
  if (failure.outcome === "never" || failure.afterSeconds !== undefined) return failure;
  const isDaily = textAt(answer.document, "policyName") === "DAILY";
  return later(failure.reason, isDaily ? 3_600 : 10);
}

/**
 * Document: external_id (the contact's id), occurred_at (of its creation), and of its properties those with a value:
 * first_name, last_name, email, phone, mobile, company, company_domain, street, city, region, postal_code, country,
 * job_title, employees, message, language, segment (lifecycle stage), channel (original source), landing_page (first
 * page seen), referrer, portal_id, answers (all properties under HubSpot's names).
 */
function readContact(contact: unknown, event: Event): Reading {
  const told = objectIn(event.body);
  const properties = membersAt(contact, "properties").flatMap(([name, value]): [string, string][] => {
    const text = textAt(value);
    return text === undefined ? [] : [[name, text]];
  });
  const fields = properties.flatMap(([name, value]): [string, string][] => {
    const field = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
    return field === undefined ? [] : [[field, value]];
  });
  const document = known({
    external_id: textAt(contact, "id") ?? textAt(told, "objectId"),
    occurred_at: textAt(contact, "createdAt") ?? ofEpochMilliseconds(at(told, "occurredAt")),
    portal_id: textAt(told, "portalId"),
    ...Object.fromEntries(fields),
    answers: Object.fromEntries(properties),
  });
  return { kind: "lead", document };
}

const PROPERTIES: Readonly<Record<string, string>> = {
  firstname: "first_name",
  lastname: "last_name",
  email: "email",
  phone: "phone",
  mobilephone: "mobile",
  company: "company",
  website: "company_domain",
  address: "street",
  city: "city",
  state: "region",
  zip: "postal_code",
  country: "country",
  jobtitle: "job_title",
  numemployees: "employees",
  message: "message",
  hs_language: "language",
  lifecyclestage: "segment",
  hs_analytics_source: "channel",
  hs_analytics_first_url: "landing_page",
  hs_analytics_first_referrer: "referrer",
};
