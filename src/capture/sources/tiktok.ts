import { readDocument } from "../../contracts/read_document.ts";
import { ofEpochSeconds } from "../instants.ts";
import { at, ignored, keyOf, known, membersAt, objectIn, readObject, textAt, unreadable } from "../told.ts";
import { headerOf, hmacSignature } from "../verify.ts";
import type { Reading, Request, Source } from "./source.ts";

/**
 * TikTok. Envelope and signature are documented, the lead event is not: every event named after leads is a lead, and
 * the contract maps what its content holds. Secret: the client secret. The signed time may be five minutes away.
 */
export const tiktok: Source = {
  verify: hmacSignature({
    header: "tiktok-signature",
    encoding: "hex",
    claims: (request) => [partsOf(request).get("s")].flatMap((claim) => claim ?? []),
    signed: (request) => {
      const time = partsOf(request).get("t");
      return time === undefined ? undefined : [time, ".", request.sent];
    },
    window: { signedAt: (request) => Number(partsOf(request).get("t")) * 1_000, toleranceMs: 300_000 },
  }),
  key: (event) => {
    const envelope = objectIn(event.body);
    return keyOf(withoutColon(textAt(envelope, "event")), idOf(contentOf(envelope)));
  },
  read: (event) => readObject(event, readEnvelope),
};

/** t=<seconds>,s=<signature> */
function partsOf(request: Request): Map<string, string> {
  const parts = headerOf(request, "tiktok-signature")?.split(",") ?? [];
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf("=")).trim(), part.slice(part.indexOf("=") + 1).trim()]),
  );
}

/** JSON inside JSON. */
function contentOf(envelope: unknown): unknown {
  const content = at(envelope, "content");
  if (typeof content !== "string") return content;
  const read = readDocument(Buffer.from(content));
  return read.ok ? read.document : undefined;
}

/** So that the first colon of a key is the one between its parts: "lead:1" and "2" are not "lead" and "1:2". */
function withoutColon(event: string | undefined): string | undefined {
  return event?.replaceAll("%", "%25").replaceAll(":", "%3A");
}

function idOf(content: unknown): string | undefined {
  return textAt(content, "lead_id") ?? textAt(content, "id");
}

/**
 * Document: event, occurred_at, user_openid, external_id (the lead's id), and every member of the content under its
 * own name; numbers as text, so that ids are exact and text whatever TikTok makes them.
 */
function readEnvelope(envelope: object): Reading {
  const name = textAt(envelope, "event") ?? "";
  if (!/\blead/i.test(name.replaceAll("_", " "))) return ignored("An event that tells of no lead.");
  const content = contentOf(envelope);
  if (content === undefined) {
    return unreadable({ kind: "unreadable", path: "/content", message: "must be JSON in a text" });
  }
  const members = membersAt(content).map(([member, value]): [string, unknown] => [
    member,
    typeof value === "number" ? String(value) : value,
  ]);
  const document = known({
    ...Object.fromEntries(members),
    event: name,
    occurred_at: ofEpochSeconds(at(envelope, "create_time")),
    user_openid: textAt(envelope, "user_openid"),
    external_id: idOf(content),
  });
  return { kind: "lead", document };
}
