import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export type Child = {
  pid: number;
  /** What the child answers, checked. Rejects with what it threw, or when it has ended. */
  ask: <Answer>(message: object, answer: z.ZodType<Answer>) => Promise<Answer>;
  stop: () => Promise<void>;
};

/** Runs a module of this folder in a process of its own. It ends with this one. What it prints is thrown away. */
export function startChild(module: string): Child {
  const file = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(file, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    ask: async (message, answer) => {
      child.send(message);
      const [reply] = await Promise.race([once(child, "message"), ended.then(() => [GONE])]);
      const { ok, value } = Reply.parse(reply);
      if (!ok) throw new Error(`${module}: ${value}`);
      return answer.parse(value);
    },
    stop: () => stop(child, ended),
  };
}

/** In the child: answers one request after the other, and ends when the parent has gone. */
export function answerParent(handle: (message: unknown) => Promise<unknown>): void {
  process.on("message", (message) => {
    handle(message).then(
      (value) => process.send?.({ ok: true, value }),
      (error: unknown) => process.send?.({ ok: false, value: String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}

const Reply = z.object({ ok: z.boolean(), value: z.unknown() });
const GONE = { ok: false, value: "the process has ended" };

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect();
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  if (child.exitCode === null && child.signalCode === null) await ended;
  clearTimeout(late);
}
