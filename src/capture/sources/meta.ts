import { violation } from "../../contracts/violation.ts";
import { type Answer, answersDocument } from "../answers.ts";
import { askVendor, failureOf, later, patienceOf, type VendorAnswer } from "../ask_vendor.ts";
import { withColon } from "../instants.ts";
import {
  at,
  ignored,
  known,
  listAt,
  membersAt,
  objectIn,
  partOf,
  readObject,
  textAt,
  unreadable,
} from "../told.ts";
import { VendorRefusal } from "../vendor_refusal.ts";
import { hmacSignature, isSame } from "../verify.ts";
import type { Event, Fetched, Reading, Source, Vendor } from "./source.ts";

/**
 * Meta lead ads, of a Facebook page or Instagram. The webhook tells ids only. Secrets: the app secret,
 * `verify-token` for the handshake, `access-token` of the page with leads_retrieval.
 */
export const meta: Source = {
  verify: hmacSignature({ header: "x-hub-signature-256", encoding: "hex", prefix: "sha256=" }),
  handshake: (request, secrets) => {
    const query = new URL(request.target, "http://door").searchParams;
    const challenge = query.get("hub.challenge");
    if (request.method !== "GET" || query.get("hub.mode") !== "subscribe" || challenge === null)
      return undefined;
    const token = secrets("verify-token");
    const isRight = token !== undefined && isSame(query.get("hub.verify_token") ?? "", token);
    return { status: isRight ? 200 : 403, headers: PLAIN_TEXT, body: isRight ? challenge : "" };
  },
  split: (event) => {
    const whole = objectIn(event.body);
    return (
      whole && listAt(whole, "entry").flatMap((entry) => leadsOf(entry).map((lead) => partOf(event, lead)))
    );
  },
  key: leadIdOf,
  read: (event) => readObject(event, () => readChange(event)),
  fetch: fetchLead,
  readFetched: (event, answer) => readLead(event, answer),
  list: listLeads,
  formOf: (event) => textAt(leadOf(event), "form_id"),
};

const PLAIN_TEXT = { "content-type": "text/plain" };
const BASE_URL = "https://graph.facebook.com/v24.0";
const FIELDS =
  "id,created_time,ad_id,adset_id,campaign_id,form_id,is_organic,platform,field_data,custom_disclaimer_responses";

/** Each in the form of a whole request, so that a part reads like a request of one. */
function leadsOf(entry: unknown): object[] {
  return listAt(entry, "changes")
    .filter(isOfLeads)
    .map((change) => envelope({ id: at(entry, "id"), time: at(entry, "time"), changes: [change] }));
}

/** Meta also tells of changes without their value, which tell nothing. */
function isOfLeads(change: unknown): boolean {
  return at(change, "field") === "leadgen" && (at(change, "value") ?? null) !== null;
}

/** A lead without its id cannot be asked for: people must see that it was there. */
function readChange(event: Event): Reading {
  if (leadIdOf(event) !== undefined) return { kind: "thin" };
  if (!isOfLeads(at(objectIn(event.body), ...CHANGE))) return ignored("It tells of no lead of a form.");
  return unreadable(violation("missing", `/${CHANGE.join("/")}/value/leadgen_id`, "must be there"));
}

const CHANGE = ["entry", 0, "changes", 0] as const;

function envelope(entry: object): object {
  return { object: "page", entry: [entry] };
}

function leadOf(event: Event): unknown {
  return at(objectIn(event.body), ...CHANGE, "value");
}

function leadIdOf(event: Event): string | undefined {
  return textAt(leadOf(event), "leadgen_id");
}

async function fetchLead(event: Event, vendor: Vendor): Promise<Fetched> {
  const id = encodeURIComponent(leadIdOf(event) ?? "");
  const answer = await askVendor(vendor, `${vendor.baseUrl ?? BASE_URL}/${id}?fields=${FIELDS}`);
  if ("outcome" in answer) return answer;
  return answer.status === 200 ? { outcome: "fetched", answer: answer.document } : refusalOf(answer);
}

/** Meta answers 400 for nearly everything; the code in the body tells more. */
function refusalOf(answer: VendorAnswer): Exclude<Fetched, { outcome: "fetched" }> {
  const error = at(answer.document, "error");
  const code = Number(textAt(error, "code"));
  if (code === 190) return later("the access token has expired or was withdrawn (code 190)");
  if (at(error, "is_transient") === true || TRANSIENT.has(code)) {
    return later(`the vendor asks for patience (code ${code})`, patienceOf(answer.headers));
  }
  if (code === 100 && textAt(error, "error_subcode") === "33") {
    return { outcome: "never", reason: "the lead is gone, or the page's token may not see it (code 100/33)" };
  }
  return Number.isNaN(code) ? failureOf(answer) : later(`the vendor refused with code ${code}`);
}

/** Unknown and temporary failures, and the limits of app, user, page and calls. */
const TRANSIENT = new Set([1, 2, 4, 17, 32, 613, 80005]);

/**
 * Document: external_id (the lead's id), occurred_at, form_id, page_id, ad_id, adset_id, campaign (its id), channel
 * (`fb`, `ig`), is_organic, first_name, last_name, full_name (when it is not two words), email, phone, street, city,
 * region, postal_code, country, company, job_title, birth_date, consents (checkbox → whether ticked), answers.
 */
function readLead(event: Event, lead: unknown): Reading {
  const answers = listAt(lead, "field_data").map(answerOf);
  const document = known({
    external_id: textAt(lead, "id") ?? leadIdOf(event),
    occurred_at: withColon(textAt(lead, "created_time")),
    form_id: textAt(lead, "form_id") ?? textAt(leadOf(event), "form_id"),
    page_id: textAt(leadOf(event), "page_id"),
    ad_id: textAt(lead, "ad_id"),
    adset_id: textAt(lead, "adset_id"),
    campaign: textAt(lead, "campaign_id"),
    channel: textAt(lead, "platform"),
    is_organic: at(lead, "is_organic"),
    consents: consentsOf(lead),
    ...answersDocument(answers, QUESTIONS),
  });
  const isTest = answers.some(({ values }) =>
    values.some((value) => value.startsWith("<test lead: dummy data")),
  );
  return { kind: "lead", document, isTest };
}

function answerOf(field: unknown): Answer {
  const values = listAt(field, "values").flatMap((value) => textAt(value) ?? []);
  return { question: textAt(field, "name") ?? "", values };
}

function consentsOf(lead: unknown): Record<string, boolean> | undefined {
  const boxes = listAt(lead, "custom_disclaimer_responses").map((box): [string, boolean] => [
    textAt(box, "checkbox_key") ?? "",
    ["1", "true"].includes(textAt(box, "is_checked") ?? ""),
  ]);
  return boxes.length === 0 ? undefined : Object.fromEntries(boxes);
}

/** Meta's own names for what its forms fill in. */
const QUESTIONS = {
  full_name: "full_name",
  first_name: "first_name",
  last_name: "last_name",
  email: "email",
  work_email: "email",
  phone_number: "phone",
  work_phone_number: "phone",
  street_address: "street",
  city: "city",
  state: "region",
  province: "region",
  post_code: "postal_code",
  zip_code: "postal_code",
  country: "country",
  company_name: "company",
  job_title: "job_title",
  date_of_birth: "birth_date",
};

async function* listLeads(vendor: Vendor, forms: readonly string[], since: Date): AsyncGenerator<Event> {
  const from = Math.floor(since.getTime() / 1_000);
  const filter = JSON.stringify([{ field: "time_created", operator: "GREATER_THAN_OR_EQUAL", value: from }]);
  for (const form of forms) {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const query = new URLSearchParams({
        fields: "id,created_time,ad_id",
        filtering: filter,
        limit: "100",
        after,
      });
      const url = `${vendor.baseUrl ?? BASE_URL}/${encodeURIComponent(form)}/leads?${query}`;
      const answer = await askVendor(vendor, url);
      if ("outcome" in answer) throw new VendorRefusal(answer.reason);
      if (answer.status !== 200) throw new VendorRefusal(refusalOf(answer).reason);
      for (const lead of listAt(answer.document, "data")) yield listed(lead, form);
      const hasNext = at(answer.document, "paging", "next") !== undefined;
      after = hasNext ? textAt(answer.document, "paging", "cursors", "after") : undefined;
    }
  }
}

function listed(lead: unknown, form: string): Event {
  const { id: leadgen_id, ...others } = Object.fromEntries(membersAt(lead));
  const value = { ...others, leadgen_id, form_id: form };
  return partOf(LISTED, envelope({ changes: [{ field: "leadgen", value }] }));
}

const LISTED: Event = { body: Buffer.alloc(0), contentType: "application/json", headers: {} };
