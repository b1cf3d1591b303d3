import type { DestinationStream } from "pino";

/** The log for a person at a terminal: one short line instead of JSON. */
export function readableLog(write: (text: string) => void): DestinationStream {
  return { write: (line) => write(`${readable(line)}\n`) };
}

function readable(line: string): string {
  const { level, time, msg, pid: _pid, hostname: _host, err, ...rest } = JSON.parse(line);
  const label = level >= 50 ? "error: " : level >= 40 ? "warning: " : "";
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${text(value)}`);
  const cause = err?.message === undefined ? [] : [`(${err.message})`];
  const clock = new Date(time).toLocaleTimeString("en-GB");
  return [clock, `${label}${msg ?? ""}`, ...cause, ...fields].join(" ");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
