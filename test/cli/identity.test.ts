import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, PROGRAM, plainEnvironment } from "./program.ts";

const MAPPING = "first_name: first\nlast_name: last\nemail: mail\nbirth_date: [year, month, day]\n";
const HEADER = "person,first,last,mail,year,month,day\n";
const ROWS = [
  "p1,Ana,Weber,ana.weber@example.de,1980,3,9",
  "p2,Bruno,Costa,bruno@example.com,1971,12,24",
  "p1,ANA,Weber,Ana.Weber@example.de,1980,3,9",
  "p3,Clara,,,,,", // nobody could answer her, and she is counted all the same
];

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test("evaluate takes files one after the other through the real stages, and touches nothing else", async () => {
  const folder = await folderWith({
    "one.csv": HEADER + ROWS.slice(0, 2).join("\n"),
    "two.csv": HEADER + ROWS.slice(2).join("\n"),
    "mapping.yaml": MAPPING,
  });
  const at = (name: string) => join(folder, name);
  const words = ["identity", "evaluate", at("one.csv"), at("two.csv"), "--mapping", at("mapping.yaml")];
  const ended = await catchment(
    [
      ...words,
      "--truth",
      "person",
      "--batch",
      "1",
      "--model",
      "shipped",
      "--json",
      "--errors",
      at("wrong.csv"),
    ],
    { CATCHMENT_DATA_DIR: at("nothing") },
  );
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^( *\d+ %.*\n)*$/) });
  expect(JSON.parse(ended.stdout)).toEqual({
    records: 4,
    truePairs: 1,
    foundPairs: 1,
    precision: 1,
    recall: 1,
    f1: 1,
    clusterF1: 1,
    doubtful: 0,
    seconds: expect.any(Number),
  });
  expect(await readFile(at("wrong.csv"), "utf8")).toBe(
    "pair,fault,place,truth,lead,first,last,mail,year,month,day\r\n",
  );
  expect(await readdir(folder)).not.toContain("nothing");
});

test.each([
  [["--truth", "who"], 1, /one\.csv:1: there is no column "who"/],
  [
    ["--truth", "person", "--truth-pattern", "x(\\d)"],
    1,
    /one\.csv:2: person is "p1", and x\(\\d\) does not match/,
  ],
  [["--truth", "person", "--batch", "0"], 2, /--batch 0 is not a whole number/],
  [["--truth", "person", "--country", "Germany"], 2, /--country Germany/],
  [["--truth", "person", "--country", "XX"], 2, /--country XX/],
])("%j is refused before anything starts", async (words, code, message) => {
  const folder = await folderWith({ "one.csv": HEADER + ROWS.join("\n"), "mapping.yaml": MAPPING });
  const ended = await catchment(
    ["identity", "evaluate", join(folder, "one.csv"), "--mapping", join(folder, "mapping.yaml"), ...words],
    {},
  );
  expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) });
});

test("Ctrl-C stops it in order: no server and no folder is left", async () => {
  const folder = await folderWith({ "one.csv": HEADER + ROWS.join("\n"), "mapping.yaml": MAPPING });
  const files = [
    join(folder, "one.csv"),
    "--mapping",
    join(folder, "mapping.yaml"),
    "--truth",
    "person",
    "--model",
    "shipped",
  ];
  const child = spawn(process.execPath, [PROGRAM, "identity", "evaluate", ...files], {
    stdio: ["ignore", "ignore", "pipe"],
    env: plainEnvironment(),
  });
  const complaints = text(child.stderr);
  const exited = once(child, "exit");
  const ours = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`catchment-scratch-${child.pid}-`));
  while ((await ours()).length === 0) await pause(20);
  child.kill("SIGINT");
  expect(await exited).toEqual([1, null]);
  expect(await complaints).toContain("Stopped: nothing was measured.");
  expect(await ours()).toEqual([]);
});
