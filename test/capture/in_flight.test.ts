import { expect } from "vitest";
import { makeInFlight } from "../../src/capture/in_flight.ts";
import { test } from "../support/database.ts";
import { openServer, send } from "./open_server.ts";

test("a key is under way until its first request is answered", () => {
  const inFlight = makeInFlight();
  const leave = inFlight.enter(1, "a");
  expect(leave).toBeDefined();
  expect(inFlight.enter(1, "a")).toBeUndefined();
  expect(inFlight.enter(2, "a")).toBeDefined();
  expect(inFlight.enter(1, "b")).toBeDefined();
  leave?.();
  expect(inFlight.enter(1, "a")).toBeDefined();
});

test("without a key nothing is ever under way", () => {
  const inFlight = makeInFlight();
  inFlight.enter(1, null);
  expect(inFlight.enter(1, null)).toBeDefined();
});

test("across processes the second waits for the first and gets the same answer", async ({ database }) => {
  const servers = await Promise.all([openServer(database), openServer(database)]);
  const headers = { "idempotency-key": "two doors" };
  const [one, other] = await Promise.all(servers.map((server) => send(server, "{}", { headers })));
  expect([one?.status, other?.status]).toEqual([200, 200]);
  expect(one?.answer.captureId).toBe(other?.answer.captureId);
  expect([one?.answer.status, other?.answer.status].sort()).toEqual(["known", "pending"]);
});
