import { answersDocument } from "../answers.ts";
import { at, keyOf, known, listAt, objectIn, partOf, readObject, textAt } from "../told.ts";
import { sharedKey } from "../verify.ts";
import type { Event, Exported, Reading, Source } from "./source.ts";

/**
 * Google Ads lead forms. Nothing is signed: Google shows the path's secret in the body, as `google_key`. The bytes
 * are kept as they came, so the key is in them for whoever may see raw bodies (operations and admins); it gets into
 * no document, and so into no lead, violation or export.
 */
export const googleAds: Source = {
  verify: sharedKey({ find: ({ body }) => textAt(objectIn(body), "google_key") }),
  key: (event) => keyOf(textAt(objectIn(event.body), "lead_id")),
  read: (event) => readObject(event, readLead),
  reply: () => ({ status: 200, headers: { "content-type": "application/json" }, body: "{}" }),
  fromExport,
};

/**
 * Document: external_id (the lead's id), occurred_at, form_id, campaign (its id), adgroup_id, creative_id,
 * asset_group_id, click_id, lead_stage, first_name, last_name, full_name (when it is not two words), email, phone,
 * street, city, region, postal_code, country, company, job_title, answers by the column's id. Ids are text.
 */
function readLead(lead: object): Reading {
  const answers = listAt(lead, "user_column_data").map((column) => ({
    question: textAt(column, "column_id") ?? textAt(column, "column_name") ?? "",
    values: [textAt(column, "string_value")].flatMap((value) => value ?? []),
  }));
  const document = known({
    external_id: textAt(lead, "lead_id"),
    occurred_at: textAt(lead, "lead_submit_time"),
    form_id: textAt(lead, "form_id"),
    campaign: textAt(lead, "campaign_id"),
    adgroup_id: textAt(lead, "adgroup_id"),
    creative_id: textAt(lead, "creative_id"),
    asset_group_id: textAt(lead, "asset_group_id"),
    click_id: textAt(lead, "gcl_id"),
    lead_stage: textAt(lead, "lead_stage"),
    ...answersDocument(answers, COLUMNS),
  });
  return { kind: "lead", document, isTest: at(lead, "is_test") === true };
}

/** Google's own columns; what a person would rather be reached by counts when it stands first. */
const COLUMNS = {
  FULL_NAME: "full_name",
  FIRST_NAME: "first_name",
  LAST_NAME: "last_name",
  EMAIL: "email",
  USER_EMAIL: "email",
  WORK_EMAIL: "email",
  PHONE_NUMBER: "phone",
  USER_PHONE: "phone",
  WORK_PHONE: "phone",
  STREET_ADDRESS: "street",
  CITY: "city",
  REGION: "region",
  POSTAL_CODE: "postal_code",
  COUNTRY: "country",
  COMPANY_NAME: "company",
  JOB_TITLE: "job_title",
};

/**
 * A row of a file exported from Google Ads, as the webhook would have told it: the lead's id and what else has a name
 * that the webhook knows; every other column is an answer.
 */
function fromExport(row: Readonly<Record<string, string>>): Exported | undefined {
  const cells = Object.entries(row)
    .map(([name, cell]): [string, string] => [slugOf(name), cell.trim()])
    .filter(([, cell]) => cell !== "");
  const lead = Object.fromEntries(
    cells.flatMap(([name, cell]): [string, string][] => {
      const member = MEMBERS.get(name);
      return member === undefined ? [] : [[member, cell]];
    }),
  );
  if (lead.lead_id === undefined) return undefined;
  const user_column_data = cells
    .filter(([name]) => !MEMBERS.has(name))
    .map(([name, string_value]) => ({ column_id: name.toUpperCase(), string_value }));
  return { event: partOf(EXPORTED, { ...lead, user_column_data }), isBare: user_column_data.length === 0 };
}

function slugOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");
}

/** Columns of a file by the webhook's members. */
const MEMBERS = new Map([
  ["lead_id", "lead_id"],
  ["form_id", "form_id"],
  ["lead_form_id", "form_id"],
  ["campaign_id", "campaign_id"],
  ["adgroup_id", "adgroup_id"],
  ["ad_group_id", "adgroup_id"],
  ["creative_id", "creative_id"],
  ["asset_group_id", "asset_group_id"],
  ["gcl_id", "gcl_id"],
  ["gclid", "gcl_id"],
  ["google_click_id", "gcl_id"],
  ["lead_stage", "lead_stage"],
  ["lead_submit_time", "lead_submit_time"],
]);

const EXPORTED: Event = { body: Buffer.alloc(0), contentType: "application/json", headers: {} };
