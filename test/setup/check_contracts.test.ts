import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const file = "capture_paths.yaml";
const PHONE = 'phone: "+49 30 901820"';

test("a schema that cannot be meant is refused", () =>
  expectRefusal(
    {
      file,
      text: "email: { type: string, maxLength",
      wrong: "email: { type: string, maxLenght",
      on: "schema:",
    },
    'unknown keyword: "maxLenght"',
  ));

test("a field that nobody knows is refused", () =>
  expectRefusal({ file, text: "channel: origin", wrong: "chanel: origin", on: "chanel: origin" }, "chanel"));

test("an example that its contract refuses is refused", () =>
  expectRefusal(
    { file, text: PHONE, wrong: `${PHONE}, fax: "1"`, on: "fax:" },
    "the contract refuses it: /fax must NOT have additional properties",
  ));

test("an example of somebody whom nobody could reach is refused", () =>
  expectRefusal(
    { file, text: PHONE, wrong: 'phone: "+49 30"', on: 'phone: "+49 30"' },
    "the contract refuses it: /phone is not a telephone number",
  ));

test("an example that should be refused and is taken is refused", () =>
  expectRefusal(
    {
      file,
      text: "- { email: not an address }",
      wrong: "- { email: an@address.example }",
      on: "an@address.example",
    },
    "the contract takes it",
  ));
