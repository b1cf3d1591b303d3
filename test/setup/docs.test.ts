import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { Contract } from "../../src/contracts/contract.ts";
import { checkContracts } from "../../src/setup/check_contracts.ts";
import { CapturePath, OrganizationFile } from "../../src/setup/organization.ts";

const text = await readFile(new URL("../../docs/contracts.md", import.meta.url), "utf8");

test("docs/contracts.md shows every key of a path and of a contract", () => {
  const keys = [...Object.keys(CapturePath.shape), ...Object.keys(Contract.shape)];
  expect(keys.length).toBeGreaterThan(20);
  expect(keys.filter((key) => !new RegExp(`^ +(?:- )?${key}:`, "m").test(text))).toEqual([]);
});

test("the contract that it shows is one, and does with its examples what it says", () => {
  const [, block] = /^## A contract\n\n```yaml\n([^`]*)```/m.exec(text) ?? [];
  const { contract } = parse(block ?? "");
  const path = {
    slug: "shown",
    name: "Shown",
    territory: "de",
    source: "web",
    responsibilities: {},
    contract,
  };
  const organization = OrganizationFile.parse({ capture_paths: [path] });
  expect(organization.capture_paths).toHaveLength(1);
  expect(checkContracts(organization, new Date("2026-01-01T00:00:00Z"))).toEqual([]);
});
