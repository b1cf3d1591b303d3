import { createTransport, type SendMailOptions } from "nodemailer";
import type { Message, Outcome, Send } from "./channel.ts";

export type EmailOptions = {
  /** `smtps://user:password@mail.example.com`; never shown. */
  smtpUrl: string;
  /** `Catchment <leads@example.com>` */
  from: string;
  /** Of each silence. */
  timeoutMs?: number;
  /** Of one attempt as a whole. The database hands a message out again after two minutes. */
  attemptMs?: number;
};

/** One message to one mailbox. `Message-ID` is that of the message at every attempt; robots do not answer it. */
export function makeEmailChannel({
  smtpUrl,
  from,
  timeoutMs = 15_000,
  attemptMs = 60_000,
}: EmailOptions): Send {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (message) => {
    if (message.address === null) return { outcome: "refused", reason: "not_set_up" };
    try {
      await transport.sendMail({
        ...mailOf(message, message.address, from),
        signal: AbortSignal.timeout(attemptMs), // a server that answers a byte at a time is never silent
      });
      return { outcome: "accepted" };
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

function mailOf({ id, title, items, open }: Message, to: string, from: string): SendMailOptions {
  const isOne = items.length === 1;
  const paragraphs = items.map(({ title: own, lines, link }) =>
    [own, ...lines, ...(link === null ? [] : [`${open}: ${link}`])].join("\n"),
  );
  return {
    from,
    to: { name: "", address: to }, // as one address, whatever it holds
    subject: title,
    text: `${(isOne ? paragraphs : [title, ...paragraphs]).join("\n\n")}\n`,
    messageId: `<${id}@${domainOf(from)}>`,
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
  };
}

/**
 * 4xx asks for patience (a gray list, a full mailbox), 5xx is for good, where it is about this mail. A login that fails, and what
 * is refused before a recipient was named (our host, our sender), concerns every mail and is ours to mend.
 */
function outcomeOf(error: unknown): Outcome {
  const { code, command, responseCode } = said(error);
  if (code === "EAUTH" || code === "ENOAUTH")
    return { outcome: "later", reason: "login_refused", rests: true };
  if (responseCode === 421) return { outcome: "later", reason: "rate_limited", after: 60, rests: true };
  if (responseCode >= 400 && responseCode < 500) return { outcome: "later", reason: "mailbox_busy" };
  if (responseCode === 552) return { outcome: "refused", reason: "too_large" };
  if (responseCode >= 500 && BEFORE_RECIPIENT.has(command))
    return { outcome: "later", reason: "refused", rests: true };
  if (responseCode >= 500) return { outcome: "refused", reason: "mailbox_refused" };
  const reason = code === "ETIMEDOUT" || code === "EABORT" ? "timed_out" : "unreachable";
  return { outcome: "later", reason, rests: true };
}

/** As nodemailer calls what it was at when an error came. */
const BEFORE_RECIPIENT = new Set<unknown>(["CONN", "EHLO", "HELO", "STARTTLS", "MAIL FROM"]);

function said(error: unknown): { code: unknown; command: unknown; responseCode: number } {
  if (!(error instanceof Error)) return { code: undefined, command: undefined, responseCode: 0 };
  const responseCode = "responseCode" in error ? Number(error.responseCode) : 0;
  return {
    code: "code" in error ? error.code : undefined,
    command: "command" in error ? error.command : undefined,
    responseCode,
  };
}

function domainOf(from: string): string {
  return /@([^>\s]+)>?\s*$/.exec(from)?.[1] ?? "catchment.invalid";
}
