import { expect, test } from "vitest";
import { makeDoors } from "../../src/capture/doors.ts";
import { aDoor } from "./a_door.ts";

const door = (slug: string) => aDoor({ slug });

function open() {
  const world = { now: 0, reads: 0, slugs: ["known"], isAway: false };
  const load = async () => {
    world.reads += 1;
    if (world.isAway) throw new Error("away");
    return world.slugs.map(door);
  };
  return { world, doors: makeDoors(load, { now: () => world.now }) };
}

test("the list is read once for many, and again beside the traffic after 5 s", async () => {
  const { world, doors } = open();
  await Promise.all([doors.find("known"), doors.find("known")]);
  world.now = 4_999;
  await doors.find("known");
  expect(world.reads).toBe(1);
  world.now = 5_001;
  await doors.find("known");
  expect(world.reads).toBe(2);
});

test("after 30 s of silence a closed door is closed for the first who comes", async () => {
  const { world, doors } = open();
  await doors.find("known");
  world.slugs = [];
  world.now = 30_001;
  expect(await doors.find("known")).toBeUndefined();
});

test("an unknown name is looked up at once, but not more than once a second", async () => {
  const { world, doors } = open();
  await doors.find("known");
  world.slugs.push("new");
  world.now = 999;
  expect(await doors.find("new")).toBeUndefined();
  world.now = 1_000;
  expect(await doors.find("new")).toBeDefined();
  expect(await doors.find("toString")).toBeUndefined();
  expect(world.reads).toBe(2);
});

test("the last list goes on while the database is away; without any it says so", async () => {
  const { world, doors } = open();
  await doors.find("known");
  world.isAway = true;
  world.now = 100_000;
  expect(await doors.find("known")).toBeDefined();
  const fresh = open();
  fresh.world.isAway = true;
  await expect(fresh.doors.find("known")).rejects.toThrow("could not be read");
});
