import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import { answerParent } from "./child.ts";
import { type Connection, openConnection, type Response } from "./connection.ts";
import { LoadOrder, type LoadResult, makeTally } from "./load.ts";
import { sampleLead } from "./sample_lead.ts";

answerParent((message) => run(LoadOrder.parse(message)));

type Order = z.output<typeof LoadOrder>;

/**
 * Closed loop: each connection sends when it has its answer, as fast as the server goes. Open loop: requests are
 * due at a fixed rate whatever the server does, and one that finds no idle connection waits, which counts.
 */
async function run(order: Order): Promise<LoadResult> {
  const startedAt = performance.now();
  const tally = makeTally(order, startedAt);
  const due: number[] = [];
  const idle: Sender[] = [];
  let next = order.firstNumber;
  let busy = 0;

  const send = (sender: Sender, sentAt: number) => {
    sender.sentAt = sentAt;
    busy += 1;
    sender.send(order.request ?? request(next++));
  };
  /** The connection that was idle longest comes first: a server closes those that nobody uses. */
  const serve = () => {
    while (due.length > 0 && idle.length > 0) {
      const [sender, sentAt] = [idle.shift(), due.shift()];
      if (sender !== undefined && sentAt !== undefined) send(sender, sentAt);
    }
  };
  const senders = await openSenders(order, (sender, response) => {
    busy -= 1;
    tally.record(response, sender.sentAt);
    if (response === null) return;
    const now = performance.now();
    if (order.rate === undefined && now < tally.until) due.push(now);
    idle.push(sender);
    serve();
  });

  idle.push(...senders);
  if (order.rate === undefined) {
    due.push(...senders.map(() => performance.now()));
    serve();
    await pause(tally.until - performance.now());
  } else {
    await keepRate(order.rate, tally.until, due, serve);
  }
  const patience = performance.now() + ANSWER_MS;
  while ((busy > 0 || due.length > 0) && performance.now() < patience) await pause(2);
  for (const sender of senders) sender.close();
  for (let lost = busy + due.length; lost > 0; lost -= 1) tally.record(null, 0);
  return tally.result();
}

type Sender = Connection & { sentAt: number };

/** `onAnswer` with null: the connection was closed instead. */
async function openSenders(
  order: Order,
  onAnswer: (sender: Sender, response: Response | null) => void,
): Promise<Sender[]> {
  const senders: Sender[] = [];
  for (let count = 0; count < order.connections; count += 1) {
    const connection: Connection = await openConnection(order.port, (response) => onAnswer(sender, response));
    const sender: Sender = { ...connection, sentAt: 0 };
    senders.push(sender);
  }
  return senders;
}

/** How long an answer may take before it counts as none. */
const ANSWER_MS = 10_000;

/** Puts the instant of each request into `due` when it has come, and calls `serve`. */
async function keepRate(rate: number, until: number, due: number[], serve: () => void): Promise<void> {
  for (let at = performance.now(); at < until; ) {
    const now = performance.now();
    for (; at <= now && at < until; at += 1_000 / rate) due.push(at);
    serve();
    await pause(1);
  }
}

/** Unique by number. Built by hand: the bytes are the same for every server. */
function request(n: number): string {
  const body = sampleLead(n);
  return (
    "POST /capture/web-form HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n" +
    `idempotency-key: bench-${n}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}
