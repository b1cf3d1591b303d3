import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { test } from "../support/database.ts";
import { countCaptures, openServer, send, stored } from "./open_server.ts";

/** Strange, but perhaps a lead: kept byte for byte. */
const KEPT: Record<string, Buffer | string> = {
  "nothing at all": "",
  "not JSON": "name=Ana&mail=ana@example.de",
  "another charset than it says": Buffer.from([0x7b, 0xff, 0xfe, 0xe4, 0xf6, 0x7d]),
  "a NUL": '{"name":"A\u0000na"}',
  "every byte there is": Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  "5,000 levels deep": `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  "50,000 levels deep": '{"a":'.repeat(50_000),
  __proto__: '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
  "a number beyond all numbers": '{"value":1e400}',
  "duplicate keys": '{"a":1,"a":2}',
  "a lone surrogate": '{"name":"\\ud800"}',
  "a lone surrogate in bytes": Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  "SQL and array syntax": '{"\'); drop table captures; --",NULL}\\x',
  "exactly as large as allowed": Buffer.alloc(262_144, 0x20),
};

const CAPTURE = "POST /capture/web-form HTTP/1.1\r\nHost: x\r\n";

/** Written to a raw connection. `answers`: how the reply begins; empty where the connection may simply end. */
const REFUSED: { what: string; bytes: Buffer | string; hangUp?: boolean; answers: RegExp }[] = [
  { what: "more than is allowed", bytes: raw(Buffer.alloc(262_145)), answers: /^HTTP\/1.1 413 / },
  {
    what: "more than is allowed, in chunks without a length",
    bytes: `${CAPTURE}Transfer-Encoding: chunked\r\n\r\n${"10000\r\n".concat("x".repeat(65_536), "\r\n").repeat(5)}0\r\n\r\n`,
    answers: /^HTTP\/1.1 413 /,
  },
  {
    what: "a gzip bomb",
    bytes: raw(gzipSync(Buffer.alloc(100_000_000)), "Content-Encoding: gzip\r\n"),
    answers: /^HTTP\/1.1 413 /,
  },
  {
    what: "a petabyte, announced",
    bytes: `${CAPTURE}Content-Length: 1000000000000000\r\n\r\nx`,
    answers: /^HTTP\/1.1 413 /,
  },
  {
    what: "an unknown path",
    bytes: "POST /capture/%2e%2e HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    answers: /^HTTP\/1.1 404 /,
  },
  {
    what: "a truncated body",
    bytes: `${CAPTURE}Content-Length: 100\r\n\r\n{"a":`,
    hangUp: true,
    answers: /^(HTTP\/1.1 400 |$)/,
  },
  {
    what: "a truncated chunk",
    bytes: `${CAPTURE}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a"`,
    hangUp: true,
    answers: /^(HTTP\/1.1 400 |$)/,
  },
  {
    what: "a chunk of nonsense length",
    bytes: `${CAPTURE}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}`,
    answers: /^HTTP\/1.1 400 /,
  },
  {
    what: "two lengths",
    bytes: `${CAPTURE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    answers: /^HTTP\/1.1 400 /,
  },
  {
    what: "a length and chunks",
    bytes: `${CAPTURE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    answers: /^HTTP\/1.1 400 /,
  },
  {
    what: "a NUL in a header",
    bytes: `${CAPTURE}Idempotency-Key: a\0b\r\nContent-Length: 2\r\n\r\n{}`,
    answers: /^HTTP\/1.1 400 /,
  },
  { what: "10,000 headers", bytes: `${CAPTURE}${"a: b\r\n".repeat(10_000)}\r\n`, answers: /^HTTP\/1.1 431 / },
  {
    what: "garbage",
    bytes: Buffer.from("\u0016\u0003\u0001 TLS here? \r\n\r\n"),
    answers: /^HTTP\/1.1 400 /,
  },
];

test("what may be a lead is kept byte for byte, however strange", async ({ database }) => {
  const server = await openServer(database);
  for (const [what, body] of Object.entries(KEPT)) {
    const { status, answer } = await send(server, body, {
      headers: { "content-type": "application/json; charset=utf-16" },
    });
    expect([what, status]).toEqual([what, 200]);
    expect((await stored(database, answer.captureId))?.body.equals(Buffer.from(body)), what).toBe(true);
  }
});

test("what is certainly no lead is refused, leaves nothing, and the next capture is unharmed", async ({
  database,
}) => {
  const server = await openServer(database);
  for (const { what, bytes, hangUp = false, answers } of REFUSED) {
    const before = await countCaptures(database);
    const said = await speak(server.port, bytes, hangUp);
    expect(said, what).toMatch(answers);
    expect(said, what).not.toMatch(/\bat .*:\d+:\d+|node_modules|select /);
    expect(await countCaptures(database), what).toBe(before);
    expect((await send(server, "{}")).status, `after ${what}`).toBe(200);
  }
});

test("garbage behind a good request on one connection does not take the good one back", async ({
  database,
}) => {
  const server = await openServer(database);
  const before = await countCaptures(database);
  await speak(
    server.port,
    Buffer.concat([raw("{}"), raw("[]"), Buffer.from("\r\n\r\nGARBAGE\r\n\r\n")]),
    false,
  );
  expect(await countCaptures(database)).toBeGreaterThanOrEqual(before);
  expect((await send(server, "{}")).status).toBe(200);
});

function raw(body: Buffer | string, headers = ""): Buffer {
  const head = `${CAPTURE}${headers}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

/** What came back, until the first answer is whole or the connection ended. */
async function speak(port: number, bytes: Buffer | string, hangUp: boolean): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  let said = "";
  const answered = new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      said += chunk.toString("latin1");
      if (said.includes("\r\n\r\n")) resolve();
    });
    socket.on("close", () => resolve());
  });
  await once(socket, "connect");
  if (hangUp) socket.end(bytes);
  else socket.write(bytes);
  await answered;
  socket.destroy();
  return said;
}
