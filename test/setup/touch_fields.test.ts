import { expect, test } from "vitest";
import { readSetup } from "../../src/setup/read.ts";
import { ACME } from "./folder_of.ts";

const TOUCH = [
  "channel",
  "campaign",
  "medium",
  "content",
  "term",
  "landing_page",
  "referrer",
  "click_id",
] as const;

/** Lists of people and of the past, whose columns tell nothing more. */
const LISTS = ["olist-mql", "olist-deals", "csv"];

test("every door of the sample brings whatever is told of a touch", async () => {
  const { organization } = await readSetup(ACME);
  const doors = organization.capture_paths.filter(({ slug }) => !LISTS.includes(slug));
  expect(doors.length).toBeGreaterThan(15);
  const missing = doors.flatMap(({ slug, contract }) =>
    TOUCH.filter((field) => contract.mapping[field] === undefined).map((field) => `${slug}: ${field}`),
  );
  expect(missing).toEqual([]);
});
