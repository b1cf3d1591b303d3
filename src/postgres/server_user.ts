import { type SpawnOptions, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";

/** Who runs the server's programs. Null: whoever runs Node. */
export type ServerUser = { name: string; uid: number; gid: number } | null;

/**
 * PostgreSQL refuses to run as root, so root lends it another user: the owner of the data folder that is
 * there already, else the system's `postgres`, else `nobody`.
 */
export async function chooseServerUser(existingFolder: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(existingFolder).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account) return { name, uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(
    "PostgreSQL refuses to run as root and there is no user postgres or nobody: start as another user.",
  );
}

/** Options that make a child run as that user. Its folder is `/`, since it may not reach ours. */
export function runAs(user: ServerUser): SpawnOptions {
  return user === null ? { cwd: "/" } : { cwd: "/", uid: user.uid, gid: user.gid };
}

/** Runs a program to its end as that user. `output` is what it said on both channels. */
export function runToEnd(
  user: ServerUser,
  command: string,
  args: string[],
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...runAs(user), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("error", (error) => resolve({ ok: false, output: error.message }));
    child.once("close", (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}

/** By trying: no reading of mode bits knows about mounts, namespaces and every folder above. */
export async function canWriteIn(user: ServerUser, folder: string): Promise<boolean> {
  const probe = 'cd "$1" && : > .probe && rm .probe';
  return (await runToEnd(user, "/bin/sh", ["-c", probe, "sh", folder])).ok;
}
