import type { lookup } from "node:dns";
import { expect, test } from "vitest";
import { makeReach } from "../../src/notify/addresses.ts";
import { makePost } from "../../src/notify/post.ts";
import { startReceiver } from "./fake_receiver.ts";

const closed = makePost({ reach: makeReach([]), timeoutMs: 500 });

test("what only this host can reach is not reached, however it is written", async () => {
  await using receiver = await startReceiver();
  const port = new URL(receiver.url).port;
  for (const host of [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "017700000001",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0",
    "localhost",
  ]) {
    expect([host, await closed(`http://${host}:${port}/`, "{}")]).toEqual([
      host,
      { failure: "blocked_address" },
    ]);
    expect([host, await closed(`https://${host}:${port}/`, "{}")]).toEqual([
      host,
      { failure: "blocked_address" },
    ]);
  }
  expect(receiver.seen).toEqual([]);
});

test("a name is refused when one of its addresses is not public, also one that changes between two questions", async () => {
  await using receiver = await startReceiver();
  const answers = [["93.184.215.14", "127.0.0.1"], ["127.0.0.1"]];
  const asked: string[] = [];
  const fake = ((name: string, _: object, done: (error: null, found: object[]) => void) => {
    asked.push(name);
    done(
      null,
      (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
    );
  }) as typeof lookup;
  const post = makePost({ reach: makeReach([]), timeoutMs: 500, lookup: fake });
  for (let n = 0; n < 3; n += 1) {
    expect(await post("https://hooks.example/x", "{}")).toEqual({ failure: "blocked_address" });
  }
  expect(asked).toHaveLength(3);
  expect(receiver.seen).toEqual([]);
});

test("a name that nobody knows, and a text that is no URL, reveal nothing of themselves", async () => {
  expect(await closed("https://canary.invalid/secret", "{}")).toEqual({ failure: "unreachable" });
  expect(await closed("canary", "{}")).toEqual({ failure: "not_set_up" });
  expect(await closed("file:///etc/passwd", "{}")).toEqual({ failure: "not_set_up" });
});

test("without encryption nothing goes to a public address", async () => {
  expect(await closed("http://93.184.215.14/", "{}")).toEqual({ failure: "blocked_address" });
});

test("Retry-After counts in seconds or as a date, within a day", async () => {
  const open = makePost({ reach: makeReach(["127.0.0.1/32"]), timeoutMs: 500 });
  const values = ["7", "0", "999999999", new Date(Date.now() + 90_000).toUTCString(), "soon", ""];
  await using receiver = await startReceiver(
    ...values.map((value) => ({ status: 429, headers: { "retry-after": value } })),
  );
  const after: unknown[] = [];
  for (const _ of values) after.push(await open(receiver.url, "{}"));
  expect(after).toEqual([
    { status: 429, after: 7 },
    { status: 429, after: 1 },
    { status: 429, after: 86_400 },
    { status: 429, after: expect.toSatisfy((seconds: number) => seconds > 60 && seconds <= 90) },
    { status: 429 },
    { status: 429 },
  ]);
});

test("every network that is not public is known", () => {
  const reach = makeReach(["10.1.0.0/16"]);
  const blocked = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.1.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.1.1",
    "198.19.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:a00:1",
    "fd00::1",
    "fe80::1",
    "ff02::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "not an address",
  ];
  expect(blocked.filter((address) => reach(address) !== "blocked")).toEqual([]);
  expect(["10.1.2.3", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"].map(reach)).toEqual([
    "inside",
    "public",
    "public",
    "public",
  ]);
});
