import { readDocument } from "../contracts/read_document.ts";
import { retryAfter } from "../http/retry_after.ts";
import type { Fetched, Vendor } from "./sources/source.ts";

export type VendorAnswer = { status: number; headers: Headers; document: unknown };
type Later = Extract<Fetched, { outcome: "later" }>;

/**
 * One question to a vendor, with the path's `access-token`. `later` when nobody answers in time, or with something
 * that is no JSON; no redirect is followed, since the token would go along. Reasons name no value of the answer.
 */
export async function askVendor(
  vendor: Vendor,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<VendorAnswer | Later> {
  const token = vendor.secrets("access-token");
  if (token === undefined) return later("no access token is set for this path");
  try {
    const response = await vendor.fetch(url, {
      headers: { accept: "application/json", ...headers, authorization: `Bearer ${token}` },
      redirect: "manual",
      signal: vendor.signal(),
    });
    const body = await bodyOf(response);
    if (body === undefined) return later("the vendor's answer is too large");
    const read = readDocument(Buffer.from(storable(body.toString("utf8"))));
    const document = read.ok && typeof read.document === "object" ? (read.document ?? undefined) : undefined;
    if (document === undefined && response.ok) return later("the vendor's answer is no JSON object");
    return { status: response.status, headers: response.headers, document };
  } catch (error) {
    const isSlow = error instanceof Error && error.name === "TimeoutError";
    return later(isSlow ? "the vendor did not answer in time" : "the vendor could not be reached");
  }
}

/** What most vendors mean by a status that is none of success. What people can mend is asked again. */
export function failureOf({ status, headers }: VendorAnswer): Exclude<Fetched, { outcome: "fetched" }> {
  if (status === 404 || status === 410) return { outcome: "never", reason: "the vendor knows it no more" };
  if (status === 401 || status === 403) return later(`the access token was refused (${status})`);
  if (status === 429) return later("the vendor's rate limit was reached", patienceOf(headers));
  return later(`the vendor answered with status ${status}`, patienceOf(headers));
}

export function later(reason: string, afterSeconds?: number): Later {
  return afterSeconds === undefined
    ? { outcome: "later", reason }
    : { outcome: "later", reason, afterSeconds };
}

/** How many seconds the vendor asks to be left alone, if it does. */
export function patienceOf(headers: Headers): number | undefined {
  return retryAfter(headers.get("retry-after"), Date.now());
}

/** Undefined when it is larger than an answer about one lead, or one page of them, can be. */
async function bodyOf(response: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const MOST_BYTES = 8 * 1024 * 1024;

/** The database holds no U+0000; every escape is looked at, so that none inside another is taken for one. */
function storable(json: string): string {
  return json.replaceAll(/\\(?:u0000|.)/gs, (found) => (found === "\\u0000" ? "\\ufffd" : found));
}
