import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { Request, Secrets } from "../../src/capture/sources/source.ts";
import { basicAuth, hmacSignature, sharedKey } from "../../src/capture/verify.ts";

const BODY = '{"email":"ana@example.de"}';
const NOW = 1_763_712_045_000;
const secrets: Secrets = (name) => (name === undefined ? "hush" : undefined);
const none: Secrets = () => undefined;

function request(headers: Request["headers"], more: Partial<Request> = {}): Request {
  const sent = Buffer.from(BODY);
  return {
    method: "POST",
    target: "/capture/x",
    headers,
    sent,
    body: sent,
    publicUrl: "",
    now: NOW,
    ...more,
  };
}

function hmac(encoding: "hex" | "base64", signed = BODY, secret = "hush", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(signed).digest(encoding);
}

test("the right signature is right, however it is written; every other is wrong", () => {
  const cases = [
    { verify: hmacSignature({ header: "x-sig", encoding: "hex" }), right: hmac("hex") },
    { verify: hmacSignature({ header: "x-sig", encoding: "hex" }), right: hmac("hex").toUpperCase() },
    {
      verify: hmacSignature({ header: "x-sig", encoding: "hex", prefix: "sha256=" }),
      right: `sha256=${hmac("hex")}`,
    },
    { verify: hmacSignature({ header: "x-sig", encoding: "base64" }), right: hmac("base64") },
    {
      verify: hmacSignature({ header: "x-sig", encoding: "base64", algorithm: "sha1" }),
      right: hmac("base64", BODY, "hush", "sha1"),
    },
    {
      verify: hmacSignature({ header: "x-sig", encoding: "hex", signed: ({ sent }) => ["in front=", sent] }),
      right: hmac("hex", `in front=${BODY}`),
    },
    {
      verify: hmacSignature({ header: "x-sig", encoding: "hex", isPlainHash: true }),
      right: createHash("sha256").update(`hush${BODY}`).digest("hex"),
    },
    {
      verify: hmacSignature({ header: "x-sig", encoding: "hex", key: (secret) => secret.toUpperCase() }),
      right: hmac("hex", BODY, "HUSH"),
    },
  ];
  for (const { verify, right } of cases) {
    expect(verify(request({ "x-sig": right }), secrets)).toBe("right");
    expect(verify(request({ "x-sig": right }, { sent: Buffer.from(`${BODY} `) }), secrets)).toBe("wrong");
    for (const wrong of ["", "sha256=", right.slice(0, -1), `${right}0`, "ä"]) {
      expect(verify(request({ "x-sig": wrong }), secrets), wrong).toBe("wrong");
    }
    expect(verify(request({}), secrets)).toBe("wrong");
    expect(verify(request({ "x-sig": right }), none)).toBe("no secret");
  }
});

test("a signature with one flipped bit is wrong, also in the last digit of base64", () => {
  const verify = hmacSignature({ header: "x-sig", encoding: "base64" });
  const right = Buffer.from(hmac("base64"));
  for (let bit = 0; bit < right.length * 8; bit += 1) {
    const flipped = Buffer.from(right);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(verify(request({ "x-sig": flipped.toString("latin1") }), secrets), `bit ${bit}`).toBe("wrong");
  }
});

test("of several signatures one must be right", () => {
  const verify = hmacSignature({
    header: "x-sig",
    encoding: "hex",
    claims: ({ headers }) => String(headers["x-sig"]).split(" "),
  });
  expect(verify(request({ "x-sig": `${hmac("hex", BODY, "old")} ${hmac("hex")}` }), secrets)).toBe("right");
  expect(verify(request({ "x-sig": `${hmac("hex", BODY, "old")} x` }), secrets)).toBe("wrong");
});

test("outside of its window a right signature is stale, a wrong one is still wrong", () => {
  const verify = hmacSignature({
    header: "x-sig",
    encoding: "hex",
    signed: ({ headers, sent }) => [`${headers["x-at"]}.`, sent],
    window: { signedAt: ({ headers }) => Number(headers["x-at"]) * 1_000, toleranceMs: 300_000 },
  });
  const at = (seconds: number | string, sig = hmac("hex", `${seconds}.${BODY}`)) =>
    verify(request({ "x-at": String(seconds), "x-sig": sig }), secrets);
  const now = NOW / 1_000;
  expect([at(now), at(now - 300), at(now + 300)]).toEqual(["right", "right", "right"]);
  expect([at(now - 301), at(now + 301), at("soon")]).toEqual(["stale", "stale", "stale"]);
  expect(at(now - 301, hmac("hex"))).toBe("wrong");
});

test("what is signed but not there makes the signature wrong", () => {
  const verify = hmacSignature({ header: "x-sig", encoding: "hex", signed: () => undefined });
  expect(verify(request({ "x-sig": hmac("hex") }), secrets)).toBe("wrong");
});

test("HTTP Basic takes its user and password, nothing else", () => {
  const basic = (credentials: string) => ({
    authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
  });
  const verify = basicAuth({ credentials: (secret) => `${secret}:` });
  expect(verify(request(basic("hush:")), secrets)).toBe("right");
  for (const wrong of ["hush", "hush:x", "", ":hush"])
    expect(verify(request(basic(wrong)), secrets)).toBe("wrong");
  for (const authorization of ["", "Basic", "Bearer aHVzaDo=", "Basic ????"]) {
    expect(verify(request({ authorization }), secrets)).toBe("wrong");
  }
  expect(verify(request({}), secrets)).toBe("wrong");
  expect(verify(request(basic("hush:")), none)).toBe("no secret");
  const both: Secrets = () => "user:password";
  expect(basicAuth()(request(basic("user:password")), both)).toBe("right");
});

test("a shared key is compared as a whole, under its own name", () => {
  const named: Secrets = (name) => (name === "token" ? "hush" : undefined);
  const verify = sharedKey({ secret: "token", find: ({ headers }) => headers["x-key"]?.toString() });
  expect(verify(request({ "x-key": "hush" }), named)).toBe("right");
  for (const wrong of ["", "hus", "hush ", "HUSH"])
    expect(verify(request({ "x-key": wrong }), named)).toBe("wrong");
  expect(verify(request({}), named)).toBe("wrong");
  expect(verify(request({ "x-key": "hush" }), secrets)).toBe("no secret");
});
