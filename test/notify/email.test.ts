import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { expect, test } from "vitest";
import { makeEmailChannel } from "../../src/notify/email.ts";
import { aMessage, anItem } from "./a_message.ts";

test("a mail says that no person wrote it, and bears the same id at every attempt", async () => {
  await using server = await startMailServer({});
  const send = server.channel();
  expect(await send(aMessage())).toEqual({ outcome: "accepted" });
  expect(await send(aMessage())).toEqual({ outcome: "accepted" });
  for (const mail of server.mails) {
    expect(mail).toContain(`Message-ID: <${aMessage().id}@acme.example>`);
    expect(mail).toContain("Auto-Submitted: auto-generated");
    expect(mail).toContain("To: dora@acme.example");
    expect(mail).toContain("Subject: A new lead is yours.");
    expect(mail).toContain("Open the lead: https://leads.example/?lead=1");
  }
});

test("a title cannot smuggle a header in, and an address only one recipient", async () => {
  await using server = await startMailServer({});
  const title = "Yours\r\nBcc: eve@evil.example";
  const address = "dora@acme.example, eve@evil.example";
  await server.channel()(aMessage({ title, address, items: [anItem({ title })] }));
  expect(server.recipients).not.toContain("eve@evil.example");
  expect(server.mails.join().split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/m);
});

for (const [code, outcome] of [
  [450, { outcome: "later", reason: "mailbox_busy" }],
  [451, { outcome: "later", reason: "mailbox_busy" }],
  [550, { outcome: "refused", reason: "mailbox_refused" }],
  [552, { outcome: "refused", reason: "too_large" }],
] as const) {
  test(`${code} for the recipient: ${outcome.outcome}`, async () => {
    await using server = await startMailServer({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error("canary-of-the-server"), { responseCode: code })),
    });
    expect(await server.channel()(aMessage())).toEqual(outcome);
  });
}

test("a gray list lets the second attempt through", async () => {
  let attempts = 0;
  await using server = await startMailServer({
    onRcptTo: (_address, _session, done) => {
      attempts += 1;
      done(attempts === 1 ? Object.assign(new Error("greylisted"), { responseCode: 451 }) : null);
    },
  });
  const send = server.channel();
  expect([(await send(aMessage())).outcome, (await send(aMessage())).outcome]).toEqual(["later", "accepted"]);
});

test("a server that hangs up, is away, or refuses our login is tried again, and others wait meanwhile", async () => {
  await using server = await startMailServer({
    onConnect: (_session, done) => done(Object.assign(new Error("too busy"), { responseCode: 421 })),
  });
  expect(await server.channel()(aMessage())).toMatchObject({ outcome: "later", rests: true });
  const away = makeEmailChannel({ smtpUrl: "smtp://127.0.0.1:1", from: "leads@acme.example" });
  expect(await away(aMessage())).toEqual({ outcome: "later", reason: "unreachable", rests: true });
  await using strict = await startMailServer({
    authOptional: false,
    onAuth: (_auth, _session, done) => done(new Error("no")),
  });
  const send = strict.channel("user:canary@");
  expect(await send(aMessage())).toEqual({ outcome: "later", reason: "login_refused", rests: true });
});

test("a server that refuses us, not the mailbox, fails no mail: its operator has time to mend it", async () => {
  const no = (code: number) => Object.assign(new Error("canary-of-the-server"), { responseCode: code });
  for (const options of [
    { authOptional: false }, // 530: our URL has no login
    { onConnect: (_session, done) => done(no(554)) }, // our host is on a list
    { onMailFrom: (_address, _session, done) => done(no(550)) }, // our sender may not, or not so often
  ] satisfies SMTPServerOptions[]) {
    await using server = await startMailServer(options);
    expect(await server.channel()(aMessage())).toEqual({ outcome: "later", reason: "refused", rests: true });
  }
});

test("a server that answers a byte at a time is given up after the time of an attempt", async () => {
  const timers = new Set<NodeJS.Timeout>();
  await using server = await listen((socket) => {
    timers.add(setInterval(() => socket.write("2"), 20));
    socket.on("error", () => {});
  });
  const send = makeEmailChannel({ ...server.mail, timeoutMs: 60_000, attemptMs: 300 });
  expect(await send(aMessage())).toEqual({ outcome: "later", reason: "timed_out", rests: true });
  for (const timer of timers) clearInterval(timer);
});

async function listen(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    mail: { smtpUrl: `smtp://127.0.0.1:${port}`, from: "leads@acme.example" },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function startMailServer(options: SMTPServerOptions) {
  const mails: string[] = [];
  const recipients: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onRcptTo: ({ address }, _session, done) => {
      recipients.push(address);
      done();
    },
    onData: async (stream, _session, done) => {
      mails.push(await text(stream));
      done();
    },
    ...options,
  });
  server.on("error", () => {});
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    mails,
    recipients,
    channel: (login = "") =>
      makeEmailChannel({
        smtpUrl: `smtp://${login}127.0.0.1:${port}`,
        from: "Catchment <leads@acme.example>",
        timeoutMs: 2_000,
      }),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
