import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { misused } from "../outcome.ts";

export type Output = {
  write: (text: string) => Promise<void>;
  finish: () => Promise<void>;
  discard: () => Promise<void>;
};

/** A file stands under its name only when it is whole, and only its owner may read it. */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined) {
    return {
      write: async (text) => {
        if (!process.stdout.write(text)) await once(process.stdout, "drain");
      },
      finish: async () => {},
      discard: async () => {},
    };
  }
  const unfinished = `${path}.unfinished`;
  const stream = createWriteStream(unfinished, { mode: 0o600 });
  await once(stream, "open").catch(() => {
    throw misused(`The file ${path} cannot be written.`);
  });
  return {
    write: async (text) => {
      if (!stream.write(text)) await once(stream, "drain");
    },
    finish: async () => {
      stream.end();
      await finished(stream);
      await rename(unfinished, path);
    },
    discard: async () => {
      stream.destroy();
      await rm(unfinished, { force: true });
    },
  };
}
