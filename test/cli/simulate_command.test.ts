import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, linesOf } from "./program.ts";

const SAMPLE = fileURLToPath(new URL("../../examples/acme", import.meta.url));
const MODEL = fileURLToPath(new URL("../../src/cli/simulate/model.yaml", import.meta.url));

test("a changed policy is tried beside the one in force, on the same arrivals", {
  timeout: 120_000,
}, async () => {
  const folder = await temporaryFolder();
  const changed = join(folder, "changed");
  await cp(SAMPLE, changed, { recursive: true });
  await rewrite(join(changed, "sla_policies.yaml"), (text) =>
    text.replaceAll("target_seconds: 900", "target_seconds: 90000"),
  );
  const model = join(folder, "model.yaml");
  await writeFile(model, (await readFile(MODEL, "utf8")).replace("per_day: 100", "per_day: 25"));

  const words = ["simulate", "--days", "1", "--seed", "7", "--from", "2027-03-22", "--model", model];
  const { code, stdout, stderr } = await catchment([...words, "--against", changed, "--json"], {});
  expect([code, stderr.includes("Error")]).toEqual([0, false]);
  const { arrivals, territories, seed, against } = JSON.parse(stdout);
  expect(seed).toBe(7);
  expect(arrivals).toBeGreaterThan(5);
  expect(against.arrivals).toBe(arrivals);
  const breached = (counts: { name: string; breached: number }[]) =>
    counts
      .filter(({ name }) => ["fr", "uk", "us", "br"].includes(name))
      .reduce((sum, one) => sum + one.breached, 0);
  expect(breached(territories)).toBeGreaterThan(0);
  expect(breached(against.territories)).toBeLessThan(breached(territories));
});

test("what makes no sense is refused before anything is started, with its line", async () => {
  const folder = await temporaryFolder();
  const model = join(folder, "model.yaml");
  await writeFile(model, (await readFile(MODEL, "utf8")).replace("never: 0.06", "never: 1.5"));
  const wrong = await catchment(["simulate", "--model", model], {});
  expect([wrong.code, wrong.stdout]).toEqual([1, ""]);
  expect(wrong.stderr).toMatch(/model\.yaml:\d+: answers\.never: /);

  const refusals = [
    ["--days", "0"],
    ["--seed", "x"],
    ["--from", "tomorrow"],
    ["--from", "2027-13-01"],
    ["--model", "/nowhere"],
  ];
  for (const words of refusals)
    expect([words, (await catchment(["simulate", ...words], {})).code]).toEqual([words, 2]);
  expect((await catchment(["simulate", "--folder", folder], {})).code).toBe(1);
});

test("it says what the shipped model is", async () => {
  const help = await catchment(["simulate", "--help"], {});
  expect(linesOf(help).join(" ")).toContain("model.yaml");
});

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, "utf8")));
}
