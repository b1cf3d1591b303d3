import { expect, test } from "vitest";
import { acmeWith, expectRefusal, problemsOf } from "./folder_of.ts";

const FIRST = "slug: first-response, territory: global, target_seconds: 900";
const refuses = (wrong: string, problem: string, on = FIRST) =>
  expectRefusal({ file: "sla_policies.yaml", text: FIRST, wrong, on }, problem);

test("a target of no time is refused, and a negative one", async () => {
  const of = (seconds: number) => `slug: first-response, territory: global, target_seconds: ${seconds}`;
  for (const seconds of [0, -60]) {
    await expectRefusal(
      { file: "sla_policies.yaml", text: FIRST, wrong: of(seconds), on: of(seconds) },
      "target_seconds: Too small",
    );
  }
});

test("working time where nobody says when people work is refused", () =>
  refuses(`${FIRST}, time: working`, 'neither "global" nor a territory above it has a calendar'));

test("a pause without an end is refused", () =>
  refuses(`${FIRST}, pauses_on: [nurturing]`, "needs max_pause_seconds: no pause is without an end"));

test("a pause in a status that nobody knows is refused", () =>
  refuses(`${FIRST}, pauses_on: [asleep], max_pause_seconds: 60`, "pauses_on"));

test("a response that waits for the person is refused", () =>
  refuses(`${FIRST}, pauses_on: [customer], max_pause_seconds: 60`, "customer: our response"));

test("an outcome that begins anew with each owner is refused", () =>
  refuses(`${FIRST}, kind: outcome, on_reassign: restart`, "an outcome is timed from the capture on"));

test("a second one for the same leads is refused, whatever else it says", () =>
  refuses(
    `${FIRST} }\n  - { slug: second, territory: global, target_seconds: 60, time: calendar`,
    'is for the same leads as "first-response" before it',
    "slug: second",
  ));

test("one of another kind, source, status or territory is another", async () => {
  const others = ["kind: outcome", "source: web-form", "kind: stage_time, status: new"].map(
    (more, n) => `\n  - { slug: other-${n}, territory: global, target_seconds: 60, ${more} }`,
  );
  const folder = await acmeWith("sla_policies.yaml", `${FIRST} }`, `${FIRST} }${others.join("")}`);
  expect(await problemsOf(folder)).toEqual([]);
});
