import type { ClientBase } from "pg";
import { expect } from "vitest";
import {
  acceptedOf,
  asWorker,
  processAccepted,
  receiveOne,
  secondsLater,
  someone,
} from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { refuse, VIOLATIONS } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

test("a refused capture is pending again, by the contract in force, as old as it was; a drain is asked for", async ({
  db,
}) => {
  const [id] = await refuse(db, [{ attributes: someone() }]);
  const before = await oneRow(db, "select received_at, contract_id from app_public.captures");
  const next = await publishNext(db, "web-form", COLOUR);
  await db.query("delete from graphile_worker._private_jobs");
  expect(await release(db, [id])).toEqual([id]);
  expect(
    await oneRow(
      db,
      "select status, outcome, violations, processed_at, contract_id, received_at, released_at is not null as released from app_public.captures",
    ),
  ).toEqual({
    status: "pending",
    outcome: null,
    violations: null,
    processed_at: null,
    contract_id: next,
    received_at: before.received_at,
    released: true,
  });
  expect((await jobs(db)).map(({ task }) => task)).toEqual(["drain_captures"]);
  expect(await open(db)).toHaveLength(1);
});

test("what is pending or processed is left alone, and no drain is asked for", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  const [id] = await refuse(db, [{ attributes: someone() }]);
  await release(db, [id]);
  await db.query("delete from graphile_worker._private_jobs");
  expect(await release(db, [id, captureId])).toEqual([]);
  expect(await jobs(db)).toEqual([]);
});

test("settle_releases: the case of one that was processed is closed; one that the stages opened is not", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone({ email: "a@mail.example" }) });
  await receiveOne(db, { attributes: someone({ email: "b@mail.example", phone: "+4930901820" }) });
  const doubtful = { attributes: someone({ email: "a@mail.example", phone: "+4930901820" }) };
  const ids = await refuse(db, [doubtful]);
  await release(db, ids);
  await settle(db, ids);
  expect(await open(db)).toMatchObject([{ kind: "contract_violation" }]); // it is on its way
  const later = await secondsLater(db, 60);
  await processAccepted(db, acceptedOf([doubtful], ids), later);
  await settle(db, ids, later);
  expect(await open(db)).toMatchObject([{ kind: "possible_duplicate" }]);
  expect(
    await oneValue(db, "select outcome as value from app_public.exceptions where resolved_at is not null"),
  ).toBe("released");
});

test("refuse_again: the case says what is wrong now and keeps its deadline", async ({ db }) => {
  const [id] = await refuse(db, [{ attributes: someone() }]);
  const [before] = await open(db);
  const violations = VIOLATIONS.slice(1);
  await refuseAgain(db, [{ id, kind: "contract_violation", contract: null, violations }]);
  expect(await open(db)).toEqual([
    { ...before, reason: "contract violation: email is missing", details: { violations } },
  ]);
  expect(await oneRow(db, "select status, violations, released_at from app_public.captures")).toEqual({
    status: "quarantined",
    violations,
    released_at: null,
  });
});

test("refuse_again: for another kind of reason there is another case, and the old one is closed", async ({
  db,
}) => {
  const [id] = await refuse(db, [{ attributes: someone() }], { kind: "processing_failed" });
  const refusal = [{ id, kind: "contract_violation", contract: null, violations: VIOLATIONS }];
  await refuseAgain(db, refusal);
  expect(await open(db)).toMatchObject([{ kind: "contract_violation" }]);
  expect(
    await oneValue(db, "select outcome as value from app_public.exceptions where resolved_at is not null"),
  ).toBe("refused_again");
});

test("refuse_again: what is not in quarantine is left alone", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  await refuseAgain(db, [
    { id: captureId, kind: "contract_violation", contract: null, violations: VIOLATIONS },
  ]);
  expect(await oneValue(db, "select status as value from app_public.captures")).toBe("processed");
  expect(await open(db)).toEqual([]);
});

function release(db: ClientBase, ids: unknown[]): Promise<string[]> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.release_captures($1, null, now()) as value", [ids]),
  );
}

function settle(db: ClientBase, ids: unknown[], asOf?: Date) {
  return asWorker(db, () =>
    db.query("select app_private.settle_releases($1, coalesce($2, now()))", [ids, asOf ?? null]),
  );
}

function refuseAgain(db: ClientBase, refused: object[]) {
  return asWorker(db, () =>
    db.query("select app_private.refuse_again($1, now())", [JSON.stringify(refused)]),
  );
}

function open(db: ClientBase) {
  return allRows(
    db,
    "select id, kind, reason, details, opened_at, due_at from app_public.exceptions where resolved_at is null order by kind",
  );
}
