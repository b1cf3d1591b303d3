import { type DestinationStream, type Logger, pino } from "pino";

export type Log = Logger;

/** JSON lines on standard output. What is known to be secret is cut out; people's data must not be passed at all. */
export function makeLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    redact: { paths: SECRET_PATHS, censor: "[cut]" },
    serializers: { err: plainError, url: cleanUrl },
    hooks: { streamWrite: withoutPasswords }, // messages too: drivers quote the URL that they were given
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const SECRET_NAMES = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "signature",
  "apiKey",
  '["x-catchment-signature"]',
];
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => {
  const step = name.startsWith("[") ? name : `.${name}`;
  return [name, `*${step}`, `*.*${step}`];
});

/** `sig` and `token` stand in the links of chat services and one-time pages. */
export function cleanUrl(url: unknown): unknown {
  if (typeof url !== "string") return url;
  return url.replace(/([?&][^=&#]*(?:sig|token|secret|key|code)[^=&#]*)=[^&#]*/gi, "$1=[cut]");
}

/** Without `detail` and `where`: PostgreSQL quotes the values of the row there. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...("code" in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: plainError(error.cause) }),
  };
}

function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/[^:/@\s]*):[^@/\s"]+@/g, "$1:[cut]@");
}
