import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withConnection } from "../../src/postgres/connect.ts";
import { freePort } from "../../src/postgres/port.ts";
import { chooseServerUser, runAs } from "../../src/postgres/server_user.ts";

/** Where Debian puts it; other systems have it on the path. */
const PROGRAM = ["/usr/sbin/pgbouncer", "pgbouncer"].find(
  (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0,
);

export const hasPgbouncer = PROGRAM !== undefined;

/**
 * A pgbouncer in transaction mode before that database, with so many connections to it, ended by `stop`. It refuses to run
 * as root, so root lends it the user of the database server.
 */
export async function startPgbouncer(
  url: string,
  connections: number,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (PROGRAM === undefined) throw new Error("There is no pgbouncer: apt-get install pgbouncer");
  const target = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), "catchment-pgbouncer-"));
  await chmod(folder, 0o755);
  const port = await freePort(null);
  const database = target.pathname.slice(1);
  await writeFile(
    join(folder, "users.txt"),
    `"${target.username}" "${decodeURIComponent(target.password)}"\n`,
  );
  await writeFile(
    join(folder, "pgbouncer.ini"),
    `[databases]
${database} = host=${target.hostname} port=${target.port} dbname=${database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, "users.txt")}
pool_mode = transaction
default_pool_size = ${connections}
`,
  );
  const child = spawn(PROGRAM, ["-q", join(folder, "pgbouncer.ini")], {
    ...runAs(await chooseServerUser(folder)),
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const end = () => child.kill("SIGKILL"); // at once: nothing of it is worth an orderly end
  process.once("exit", end); // a run that broke off leaves none behind
  const stop = async () => {
    end();
    process.off("exit", end);
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  target.port = String(port);
  target.hostname = "127.0.0.1";
  for (let asked = 1; ; asked += 1) {
    const refusal = await withConnection(target.href, (client) => client.query("select 1")).then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal === null) return { url: target.href, stop };
    if (asked < 200 && child.exitCode === null) continue;
    await stop();
    throw refusal;
  }
}
