import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMapping } from "../../../src/cli/identity/mapping_file.ts";
import { readRecords, truthOf } from "../../../src/cli/identity/records.ts";
import { temporaryFolder } from "../../support/folder.ts";

const MAPPING = [
  { field: "first_name" as const, columns: ["given name"] },
  { field: "street" as const, columns: ["no", "street"] },
];

async function file(name: string, text: string | Buffer): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

async function read(text: string | Buffer, truth = truthOf("id", undefined)) {
  const path = await file("people.csv", text);
  const records = await readRecords(path, { mapping: MAPPING, truth, encoding: undefined });
  return records.map(({ place, ...record }) => ({ ...record, place: place.replace(path, "people.csv") }));
}

test("a file as programs of statistics write it: blanks, quotes, a byte order mark, nameless row numbers, NA", async () => {
  const text =
    '\ufeff"", id, given name, no, "street"\r\n1, a, " Ana ", NA, "High, Street"\r\n\r\n2, , "O""Neil", 7, \r\n';
  expect(await read(text.replace("High, Street", "High Street"))).toEqual([
    { place: "people.csv:2", truth: "a", row: { "given name": "Ana", no: "", street: "High Street" } },
    { place: "people.csv:4", truth: null, row: { "given name": 'O"Neil', no: "7", street: "" } },
  ]);
});

test("lines are those of the file, also behind a cell of several", async () => {
  const records = await read('id,given name,no,street\na,"x\ny",1,s\nb,z,2,s\n');
  expect(records.map(({ place }) => place)).toEqual(["people.csv:2", "people.csv:4"]);
});

test("the truth is the pattern's first group, else what it matches", async () => {
  const text = "id,given name,no,street\nrec-17-org,a,1,s\n";
  expect((await read(text, truthOf("id", "rec-(\\d+)-")))[0]?.truth).toBe("17");
  expect((await read(text, truthOf("id", "rec-\\d+")))[0]?.truth).toBe("rec-17");
});

test.each([
  ["id,given name,no\na,b,1\n", /people\.csv:1: there is no column "street"\. There are id, given name, no$/],
  ["id,id,given name,no,street\n", /people\.csv:1: the column "id" stands there twice$/],
  ["id,given name,no,street\na,b,1\n", /people\.csv:2: has 3 cells where the header has 4$/],
  ['id,given name,no,street\na,"b,1,s\n', /people\.csv:2: a quote is not closed/],
  [
    "id,given name,no,street\nrec-1,b,1,s\norg-2,c,1,s\n",
    /people\.csv:3: id is "org-2", and rec- does not match it$/,
  ],
])("%j is refused with its line", async (text, message) => {
  await expect(read(text, truthOf("id", text.includes("rec-1") ? "rec-" : undefined))).rejects.toThrow(
    message,
  );
});

test("a pattern that is none is said so", () => {
  expect(() => truthOf("id", "(")).toThrow(/--truth-pattern/);
});

test("a mapping names a column or several", async () => {
  const path = await file("mapping.yaml", "street: [no, street]\nlast_name: name\n");
  expect(await readMapping(path)).toEqual([
    { field: "last_name", columns: ["name"] },
    { field: "street", columns: ["no", "street"] },
  ]);
});

test.each([
  ["last_name: name\nsurname: name\n", /mapping\.yaml:2: surname is no field\. There are first_name, /],
  ["last_name: name\ncity: { a: b }\n", /mapping\.yaml:2: city must be field: column/],
  ["city: [\n", /mapping\.yaml:/],
  ["[]\n", /mapping\.yaml/],
  ["", /mapping\.yaml/],
  ["{}\n", /maps no field/],
])("the mapping %j is refused", async (text, message) => {
  await expect(readMapping(await file("mapping.yaml", text))).rejects.toThrow(message);
});
