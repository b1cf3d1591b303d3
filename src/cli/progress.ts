import { Presets, SingleBar } from "cli-progress";
import { note } from "./output.ts";

export type Progress = {
  /** `done` in the unit of `total`; `doing` is what a person wants to read beside it. */
  update: (done: number, doing: string) => void;
  stop: () => void;
};

/** A bar for a person; where nobody watches, a line every ten seconds. Both on standard error. */
export function makeProgress(total: number): Progress {
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  const single = new SingleBar(
    { format: "{bar} {percentage} %  {doing}", hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  single.start(Math.max(1, total), 0, { doing: "" });
  return { update: (done, doing) => single.update(done, { doing }), stop: () => single.stop() };
}

function lines(total: number): Progress {
  let saidAt = performance.now();
  return {
    update: (done, doing) => {
      if (performance.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = performance.now();
      note(`${Math.floor((done / Math.max(1, total)) * 100)} %  ${doing}`);
    },
    stop: () => {},
  };
}

const LINE_EVERY_MS = 10_000;
