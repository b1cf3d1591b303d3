import { createHmac } from "node:crypto";
import { askVendor, failureOf } from "../ask_vendor.ts";
import { readLinkedinLead } from "../linkedin_lead.ts";
import { at, ignored, keyOf, listAt, objectIn, partOf, readObject, textAt } from "../told.ts";
import { VendorRefusal } from "../vendor_refusal.ts";
import { hmacSignature } from "../verify.ts";
import type { Event, Fetched, Source, Vendor } from "./source.ts";

/**
 * LinkedIn lead sync. The webhook tells a response's id only. Secrets: the client secret, `access-token` with
 * r_marketing_leadgen_automation, and `version` where another month of the API than `VERSION` is wanted.
 */
export const linkedin: Source = {
  verify: hmacSignature({
    header: "x-li-signature",
    encoding: "hex",
    signed: ({ sent }) => ["hmacsha256=", sent], // part of what is signed, not of the header
  }),
  handshake: (request, secrets) => {
    const code = new URL(request.target, "http://door").searchParams.get("challengeCode");
    if (request.method !== "GET" || code === null) return undefined;
    const secret = secrets();
    if (secret === undefined) return { status: 403, body: "" };
    const challengeResponse = createHmac("sha256", secret).update(code).digest("hex");
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ challengeCode: code, challengeResponse }),
    };
  },
  key: (event) => {
    const told = objectIn(event.body);
    return keyOf(textAt(told, "leadGenFormResponse"), textAt(told, "leadAction"));
  },
  read: (event) =>
    readObject(event, (told) => {
      const externalId = tailOf(textAt(told, "leadGenFormResponse"));
      const action = textAt(told, "leadAction");
      if (textAt(told, "type") !== "LEAD_ACTION" || externalId === undefined)
        return ignored("It tells of no lead.");
      if (action === "CREATED") return { kind: "thin" };
      if (action === "DELETED") return { kind: "privacy", request: "erasure", subject: { externalId } };
      return ignored("A lead action that has no meaning here.");
    }),
  fetch: fetchResponse,
  /** Document: see `readLinkedinLead`. */
  readFetched: (event, answer) =>
    readLinkedinLead(at(answer, "response"), at(answer, "form"), tailOf(responseOf(event))),
  list: listResponses,
  formOf: (event) => textAt(objectIn(event.body), "owner", "sponsoredAccount"),
};

const BASE_URL = "https://api.linkedin.com";
/** Each month's version is served for a year. */
const VERSION = "202610";

function responseOf(event: Event): string | undefined {
  return textAt(objectIn(event.body), "leadGenFormResponse");
}

/** urn:li:leadGenFormResponse:<id> */
function tailOf(urn: string | undefined): string | undefined {
  return urn?.slice(urn.lastIndexOf(":") + 1) || undefined;
}

/** Answers refer to the form's questions, so the form is asked for too; without it they stand under their numbers. */
async function fetchResponse(event: Event, vendor: Vendor): Promise<Fetched> {
  const response = await ask(
    vendor,
    `leadFormResponses/${encodeURIComponent(tailOf(responseOf(event)) ?? "")}`,
  );
  if ("outcome" in response) return response;
  if (response.status !== 200) return failureOf(response);
  const formId = /leadGenForm:(\d+)/.exec(textAt(response.document, "versionedLeadGenFormUrn") ?? "")?.[1];
  if (formId === undefined)
    return { outcome: "fetched", answer: { response: response.document, form: null } };
  const form = await ask(vendor, `leadForms/${formId}`);
  if ("outcome" in form) return form;
  if (form.status !== 200 && failureOf(form).outcome === "later") return failureOf(form);
  return {
    outcome: "fetched",
    answer: { response: response.document, form: form.status === 200 ? form.document : null },
  };
}

function ask(vendor: Vendor, resource: string) {
  return askVendor(vendor, `${vendor.baseUrl ?? BASE_URL}/rest/${resource}`, {
    "linkedin-version": vendor.secrets("version") ?? VERSION,
    "x-restli-protocol-version": "2.0.0",
  });
}

/** `forms` are owners: sponsored accounts, as URN or as number. */
async function* listResponses(vendor: Vendor, forms: readonly string[], since: Date): AsyncGenerator<Event> {
  for (const form of forms) {
    const owner = form.startsWith("urn:") ? form : `urn:li:sponsoredAccount:${form}`;
    for (let start = 0, isMore = true; isMore; start += PAGE) {
      const query = [
        "q=owner",
        `owner=(sponsoredAccount:${encodeURIComponent(owner)})`,
        "leadType=(leadType:SPONSORED)",
        "limitedToTestLeads=false",
        `submittedAtTimeRange=(start:${since.getTime()},end:${Date.now()})`,
        `start=${start}&count=${PAGE}`,
      ].join("&");
      const answer = await ask(vendor, `leadFormResponses?${query}`);
      if ("outcome" in answer) throw new VendorRefusal(answer.reason);
      if (answer.status !== 200) throw new VendorRefusal(failureOf(answer).reason);
      const responses = listAt(answer.document, "elements");
      for (const response of responses) yield listed(response, owner);
      isMore = responses.length === PAGE;
    }
  }
}

const PAGE = 100;

/** As the notification would have told it. */
function listed(response: unknown, owner: string): Event {
  return partOf(LISTED, {
    type: "LEAD_ACTION",
    leadGenFormResponse: `urn:li:leadGenFormResponse:${textAt(response, "id") ?? ""}`,
    owner: { sponsoredAccount: owner },
    leadGenForm: at(response, "versionedLeadGenFormUrn"),
    leadAction: "CREATED",
    occurredAt: at(response, "submittedAt"),
  });
}

const LISTED: Event = { body: Buffer.alloc(0), contentType: "application/json", headers: {} };
