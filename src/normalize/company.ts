import { getDomain } from "tldts";
import { asciiDomain } from "./domain.ts";
import { isFreemail } from "./freemail.ts";
import { cleanLine } from "./text.ts";

/** The registrable domain of a domain, web address or e-mail address: `acme.co.uk`. Refuses freemail providers. */
export function normalizeCompanyDomain(text: string): string | undefined {
  return companyDomain(getDomain(cleanLine(text) ?? ""));
}

/** The same of an e-mail address that is already normalized. */
export function companyDomainOfEmail(email: string): string | undefined {
  const host = email.slice(email.indexOf("@") + 1);
  return companyDomain(getDomain(host, { extractHostname: false, validateHostname: false }));
}

function companyDomain(registrable: string | null): string | undefined {
  const domain = registrable === null ? undefined : asciiDomain(registrable);
  return domain === undefined || isFreemail(domain) ? undefined : domain;
}
