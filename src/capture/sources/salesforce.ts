import { type FormReading, readForm } from "../form_body.ts";
import { mediaTypeOf } from "../media_type.ts";
import type { Event, Reading, Reply, Secrets, Source } from "./source.ts";

/**
 * The form of Salesforce Web-to-Lead: a site changes the address of its form and nothing else. Nobody can sign it, so
 * the path must not require a signature. `return-hosts` (comma-separated) are the hosts a browser may be sent back
 * to: without it this would be an open redirect for whoever makes a form.
 *
 * There is no key: the form carries nothing that tells a second click from a second wish. A hash of the fields would
 * swallow the wish, and the clicks become two touches of one lead, whom the e-mail address makes one.
 */
export const salesforce: Source = {
  read: readLead,
  reply: ({ body, headers }, secrets) => {
    const form = formOf({ body, contentType: headers["content-type"] ?? null });
    const back = form.ok ? form.fields.retURL : undefined;
    return (
      backTo(back, secrets) ?? { status: 200, headers: { "content-type": "text/plain" }, body: "Thank you." }
    );
  },
};

function backTo(back: string | string[] | undefined, secrets: Secrets): Reply | undefined {
  if (typeof back !== "string" || !URL.canParse(back)) return undefined;
  const url = new URL(back);
  const hosts = (secrets("return-hosts") ?? "").split(",").map((host) => host.trim().toLowerCase());
  const isAllowed = /^https?:$/.test(url.protocol) && url.username === "" && hosts.includes(url.host);
  return isAllowed ? { status: 302, headers: { location: url.href }, body: "" } : undefined;
}

/** Old sites say in a field what their letters are; it counts more than the content type. */
function formOf({ body, contentType }: Pick<Event, "body" | "contentType">): FormReading {
  const declared = /(?:^|&)encoding=([\w-]+)/.exec(body.toString("latin1"))?.[1];
  return readForm(body, declared ?? mediaTypeOf(contentType).charset);
}

/**
 * Document: first_name, last_name, email, phone, mobile, company, title, company_domain (URL), street, city, region,
 * postal_code, country, channel (lead_source), segment (industry), rating, employees, message, campaign (its id),
 * member_status, org_id, answers (every field under its own name, custom ones by their id, picklists as lists; no debug
 * fields).
 */
function readLead(event: Event): Reading {
  const form = formOf(event);
  if (!form.ok) return { kind: "unreadable", violations: form.violations };
  const told = Object.entries(form.fields).filter(([name, value]) => !SILENT.has(name) && value !== "");
  const named = told.flatMap(([name, value]): [string, string][] => {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    const text = [value].flat().find((one) => one !== "");
    return field === undefined || text === undefined ? [] : [[field, text]];
  });
  const answers = Object.fromEntries(told.filter(([name]) => name !== "oid"));
  return { kind: "lead", document: { ...Object.fromEntries(named), answers } };
}

const SILENT = new Set(["retURL", "debug", "debugEmail", "encoding"]);

const FIELDS: Readonly<Record<string, string>> = {
  oid: "org_id",
  first_name: "first_name",
  last_name: "last_name",
  email: "email",
  phone: "phone",
  mobile: "mobile",
  company: "company",
  title: "title",
  URL: "company_domain",
  street: "street",
  city: "city",
  state: "region",
  zip: "postal_code",
  country: "country",
  lead_source: "channel",
  industry: "segment",
  rating: "rating",
  employees: "employees",
  description: "message",
  Campaign_ID: "campaign",
  member_status: "member_status",
};
