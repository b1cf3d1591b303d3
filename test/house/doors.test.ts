import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { SOURCES } from "../../src/capture/sources/registry.ts";
import { filesIn, read } from "./files.ts";

const protocols = Object.keys(SOURCES);
const sourceFiles = filesIn("src/capture/sources").map((path) => path.replace(/^.*\/|\.ts$/g, ""));
const fileOf = (protocol: string) => protocol.replaceAll("-", "_");

test("every file of a source is a protocol, and has a test of its own", () => {
  expect(sourceFiles.filter((file) => !["registry", "source"].includes(file)).sort()).toEqual(
    protocols.map(fileOf).sort(),
  );
  const tests = filesIn("test/capture/sources");
  const untested = protocols.filter((one) => !tests.includes(`test/capture/sources/${fileOf(one)}.test.ts`));
  expect(untested).toEqual([]);
});

test("every protocol has a path in the sample organization, and stands in docs/sources.md", () => {
  const Paths = z.object({ capture_paths: z.array(z.looseObject({ protocol: z.string().default("json") })) });
  const { capture_paths } = Paths.parse(parse(read("examples/acme/capture_paths.yaml")));
  const spoken = new Set(capture_paths.map(({ protocol }) => protocol));
  expect(protocols.filter((protocol) => !spoken.has(protocol))).toEqual([]);
  const rows = read("docs/sources.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const told = rows.map((row) => row.split("|")[1] ?? "");
  expect(protocols.filter((protocol) => !told.some((cell) => cell.includes(`\`${protocol}\``)))).toEqual([]);
});

test("no source keeps a header that lets somebody in", () => {
  const secret = /auth|cookie|signature|hmac|token|key|secret/;
  const kept = Object.entries(SOURCES).flatMap(([protocol, { keeps = [] }]) =>
    keeps
      .filter((name) => secret.test(name) || name !== name.toLowerCase())
      .map((name) => `${protocol}: ${name}`),
  );
  expect(kept).toEqual([]);
});
