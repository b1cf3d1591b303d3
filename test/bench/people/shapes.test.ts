import { expect, test } from "vitest";
import { makeShapes } from "../../../src/bench/people/shapes.ts";
import { countTraps } from "../../../src/bench/people/trap_counts.ts";

const SIZE = 600;

test("the same seed makes the same people, another one others", () => {
  const rows = (seed: number) => makeShapes({ seed, size: 50 }).map(({ files }) => files);
  expect(rows(1)).toEqual(rows(1));
  expect(rows(1)).not.toEqual(rows(2));
});

test("every shape maps columns that its files have, and has people who come again", () => {
  const shapes = makeShapes({ seed: 1, size: SIZE });
  expect(shapes.map(({ name }) => name)).toEqual(["census", "messy", "births", "linked", "leads"]);
  for (const { files, mapping, cellsOf } of shapes) {
    for (const { columns, sightings } of files) {
      expect(columns).toEqual(expect.arrayContaining(Object.values(mapping).flat()));
      expect(new Set(sightings.map((sighting) => cellsOf(sighting).length))).toEqual(
        new Set([columns.length]),
      );
    }
    const people = files.flatMap(({ sightings }) => sightings.map(({ number }) => number));
    expect(people.length).toBeGreaterThan(SIZE / 2);
    expect(new Set(people).size).toBeLessThan(people.length);
  }
});

test("of two linked files each names a person at most once", () => {
  const linked = makeShapes({ seed: 1, size: SIZE }).find(({ name }) => name === "linked");
  expect(linked?.files).toHaveLength(2);
  for (const { sightings } of linked?.files ?? [])
    expect(new Set(sightings.map(({ number }) => number)).size).toBe(sightings.length);
});

test("neighbors of a trap share what they are called after, and are two", () => {
  const shapes = makeShapes({ seed: 1, size: 2_000 });
  const people = new Map(
    shapes.flatMap(({ name, files }) =>
      files.flatMap(({ sightings }) =>
        sightings
          .filter(({ slips }) => slips.length === 0)
          .map((one) => [`${name} ${one.number}`, one] as const),
      ),
    ),
  );
  let pairs = 0;
  for (const [key, one] of people) {
    const [shape = "", number] = key.split(" ");
    const other = people.get(`${shape} ${Number(number) + 1}`);
    const [trap = ""] = one.traps;
    if (other === undefined || trap === "" || other.traps[0] !== trap) continue;
    pairs += 1;
    const [mine, theirs] = [one.facts, other.facts];
    const same = {
      household: [mine.last_name, mine.street, mine.phone],
      twins: [mine.last_name, mine.street, mine.birth_date],
      junior: [mine.first_name, mine.last_name, mine.street],
      namesake: [mine.first_name, mine.last_name],
      front_desk: [mine.phone, mine.company],
      role_address: [mine.email, mine.company],
      colleague: [mine.company_domain],
    }[trap.split(":")[0] ?? ""];
    expect(Object.values(theirs)).toEqual(expect.arrayContaining(same ?? ["no such trap"]));
    expect(theirs).not.toEqual(mine);
  }
  expect(pairs).toBeGreaterThan(100);
});

test("a trap counts when two people share a lead, a slip when one person has two", () => {
  const shape = makeShapes({ seed: 1, size: SIZE })[0];
  const sightings = shape?.files[0]?.sightings ?? [];
  const perfect = countTraps(
    sightings,
    sightings.map(({ number }) => String(number)),
  );
  expect(perfect.filter(({ wrong }) => wrong > 0)).toEqual([]);
  const hopeless = countTraps(
    sightings,
    sightings.map(() => "everybody"),
  );
  const traps = hopeless.filter(({ kind }) => kind === "trap");
  expect(traps.map(({ name }) => name)).toEqual(["household", "junior", "namesake", "twins"]);
  expect(traps.every(({ pairs, wrong }) => pairs > 0 && wrong === pairs)).toBe(true);
  expect(hopeless.filter(({ kind, wrong }) => kind === "slip" && wrong > 0)).toEqual([]);
});
