import { expect, test } from "vitest";
import { makeDispatch, type RecordTold } from "../../src/notify/dispatch.ts";
import { accepted } from "../support/outbox.ts";
import { aMessage } from "./a_message.ts";
import { aRow } from "./a_row.ts";

const dispatch = makeDispatch({ log: async () => accepted }, () => aMessage());

test("a deadlock loses no outcome: what was not written is written again", async () => {
  const failures = [withCode("40P01"), withCode("40001")];
  const { record, written } = recorder(() => failures.pop());
  const rows = [aLine(), aLine()];
  await dispatch.send(rows, record);
  expect(failures).toEqual([]);
  expect(written).toEqual(rows.map(({ id }) => id));
});

test("a conflict that does not end is said, after five tries", async () => {
  let tries = 0;
  const { record } = recorder(() => {
    tries += 1;
    return withCode("40P01");
  });
  await expect(dispatch.send([aLine()], record)).rejects.toMatchObject({ code: "40P01" });
  expect(tries).toBe(5);
});

test("what could not be written is written with what ends next", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const slow = makeDispatch(
    {
      log: async () => accepted,
      slack: async () => {
        await held;
        return accepted;
      },
    },
    ([row]) => ({ ...aMessage(), channel: row.channel }),
  );
  const failures = [withCode("22P02")];
  const { record, written } = recorder(() => failures.pop());
  const rows = [aLine(), aRow()];
  await expect(slow.send(rows, record)).rejects.toMatchObject({ code: "22P02" });
  release();
  await expect.poll(() => written).toEqual(rows.map(({ id }) => id));
});

function aLine() {
  return aRow({ channel: "log", target: "dora" });
}

function withCode(code: string): Error {
  return Object.assign(new Error("It did not work."), { code });
}

/** Fails as long as there is a failure, and keeps what it was told otherwise. */
function recorder(failure: () => Error | undefined): { record: RecordTold; written: string[] } {
  const written: string[] = [];
  const record: RecordTold = async (told) => {
    const error = failure();
    if (error !== undefined) throw error;
    written.push(...told.map(({ id }) => id));
  };
  return { record, written };
}
