import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Embedded, startEmbedded } from "./embedded.ts";
import { identityOf } from "./processes.ts";

/** A server for tests and scripts in a folder of its own, which goes with it. Nothing on it survives. */
export async function openScratch(
  log: (line: string) => void,
  parent = tmpdir(),
): Promise<{ server: Embedded; dataDir: string; close: () => Promise<void> }> {
  await removeAbandoned(parent);
  const dataDir = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    await chmod(dataDir, 0o755); // under root the server is another user
    const server = await startEmbedded({ dataDir, password: "scratch", durable: false, log });
    const close = async () => {
      await server.stop();
      await remove();
    };
    return { server, dataDir, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

const PREFIX = "catchment-scratch-";

/** A run that was killed could not remove its folder; the name says which process to ask for. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && identityOf(pid) === null) {
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {}); // another user's
    }
  }
}
