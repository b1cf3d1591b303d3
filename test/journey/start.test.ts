import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { postmasterPid } from "../../src/postgres/leftover.ts";
import { identityOf } from "../../src/postgres/processes.ts";
import { catchment, type Running, startInstance } from "../cli/program.ts";
import { temporaryFolder } from "../support/folder.ts";

test("what a newcomer does: start, paste the line, see the lead, stop, start again", async () => {
  const dataDir = await temporaryFolder();
  const env = { CATCHMENT_DATA_DIR: dataDir };
  const first = await startInstance(env);
  expect(first.address).toMatch(/^http:\/\/localhost:\d+$/);

  expect(await countOfAna(first, "dora", env)).toBe(0);
  const receipt = await pasteCurl(first);
  expect(receipt).toMatchObject({
    status: "pending",
    captureId: expect.any(String),
    traceId: expect.any(String),
  });
  await expect.poll(() => countOfAna(first, "dora", env), { timeout: 1_000, interval: 50 }).toBe(1);
  expect(await countOfAna(first, "felix", env)).toBe(0);
  expect(await countOfAna(first, "nina", env)).toBe(0);

  const [decision] = (await askForAna(first, "dora", env)).nodes[0].decisions.nodes;
  const candidates: { actor: string; reason: string }[] = decision.candidates;
  expect(candidates.map(({ actor }) => actor).sort()).toEqual(["dieter", "dirk", "dora", "doris"]);
  for (const { reason } of candidates) expect(reason).toMatch(/\w+/);

  const health = await catchment(["doctor"], env);
  expect(health).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/secrets: missing for .* 0 failed, 1 to look at\.\n$/s),
  });

  const postgres = await serverOf(dataDir);
  expect(await first.end("SIGINT")).toBe(0);
  expect(identityOf(postgres)).toBeNull();

  const second = await startInstance(env);
  expect(await countOfAna(second, "dora", env)).toBe(1);
  expect(await second.end("SIGKILL")).toBe("SIGKILL");

  // At once: the old server may still be closing.
  const third = await startInstance(env);
  expect(await countOfAna(third, "dora", env)).toBe(1);
  const last = await serverOf(dataDir);
  expect(await third.end("SIGTERM")).toBe(0);
  expect(identityOf(last)).toBeNull();
}, 120_000);

/** The line as it was printed, in a shell. */
async function pasteCurl({ lines }: Running): Promise<unknown> {
  const find = () => lines.find((line) => line.includes("/capture/web-form"));
  await expect.poll(find).toBeDefined(); // it follows "ready"
  const { stdout } = await promisify(execFile)("sh", ["-c", find() ?? ""]);
  return JSON.parse(stdout);
}

async function countOfAna(instance: Running, actor: string, env: Record<string, string>): Promise<number> {
  return (await askForAna(instance, actor, env)).totalCount;
}

async function askForAna({ address }: Running, actor: string, env: Record<string, string>) {
  const response = await fetch(`${address}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await tokenOf(actor, env)}` },
    body: JSON.stringify({
      query: `{ leads(filter: { email: { equalTo: "ana@example.de" } }) {
        totalCount nodes { email decisions { nodes { candidates } } } } }`,
    }),
  });
  const { data } = JSON.parse(await response.text());
  return data.leads;
}

const tokens = new Map<string, string>();

/** One process an actor: asking again must not take longer than the lead. */
async function tokenOf(actor: string, env: Record<string, string>): Promise<string> {
  const known = tokens.get(actor) ?? (await catchment(["token", actor], env)).stdout.trim();
  tokens.set(actor, known);
  return known;
}

/** The pid of the embedded server, which may live outside the data folder. */
async function serverOf(dataDir: string): Promise<number> {
  const { directory } = JSON.parse(await readFile(join(dataDir, "postgres.json"), "utf8"));
  const pid = await postmasterPid(directory);
  if (pid === null) throw new Error("No server runs.");
  return pid;
}
