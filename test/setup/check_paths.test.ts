import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const file = "capture_paths.yaml";
const DUTIES = "capture: operations, execution: operations, system: operations, incident: operations";

test("a path in no territory is refused", () =>
  expectRefusal(
    { file, text: "territory: globex", wrong: "territory: globe", on: "territory: globe" },
    'there is no territory "globe"',
  ));

test("a path without all four duties is refused", () =>
  expectRefusal(
    { file, text: ", incident: operations", wrong: "", on: "execution: operations" },
    'no team has the duty "incident"',
  ));

test("a duty of a team that is not there is refused", () =>
  expectRefusal(
    {
      file,
      text: DUTIES,
      wrong: DUTIES.replace("capture: operations", "capture: nobody"),
      on: "capture: nobody",
    },
    'there is no team "nobody"',
  ));

test("a duty of a team of another client is refused", () =>
  expectRefusal(
    { file, text: DUTIES, wrong: DUTIES.replace("capture: o", "capture: globex-o"), on: "capture: globex-o" },
    '"globex-operations" belongs to another root',
  ));

test("a fallback that is not there is refused", () =>
  expectRefusal(
    { file, text: "fallback_territory: br", wrong: "fallback_territory: rj", on: "fallback_territory: rj" },
    'there is no territory "rj"',
  ));

test("a fallback over an identity boundary is refused", () =>
  expectRefusal(
    {
      file,
      text: "fallback_territory: br",
      wrong: "fallback_territory: globex-nl",
      on: "fallback_territory: globex-nl",
    },
    "lies in another identity boundary",
  ));

const ORIGINS = 'cors_origins: ["https://www.acme.example"]';

test("a path that requires a key is not open to every page", () =>
  expectRefusal(
    { file, text: ORIGINS, wrong: 'requires_key: true\n    cors_origins: ["*"]', on: 'cors_origins: ["*"]' },
    "name the origins",
  ));

test("an origin is written as browsers send it", async () => {
  for (const origin of [
    "https://www.acme.example/",
    "www.acme.example",
    "https://WWW.acme.example",
    "null",
  ]) {
    const wrong = `cors_origins: ["${origin}"]`;
    await expectRefusal({ file, text: ORIGINS, wrong, on: wrong }, "must be an origin");
  }
});

test("a rate has both of its numbers, and more than nothing", async () => {
  for (const wrong of [
    "{ per_second: 100 }",
    "{ per_second: 0, burst: 1 }",
    "{ per_second: 1, burst: 0.5 }",
  ]) {
    const text = "rate: { per_second: 100, burst: 1000 }";
    await expectRefusal({ file, text, wrong: `rate: ${wrong}`, on: `rate: ${wrong}` }, "rate");
  }
});
