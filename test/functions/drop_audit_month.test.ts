import type { ClientBase } from "pg";
import { expect } from "vitest";
import { verifyAudit } from "../../src/audit/verify.ts";
import { faultsOf, sealAll, signedHead } from "../audit/chain.ts";
import { asWorker } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { oneValue, refusalOf } from "../support/rows.ts";

const LATER = "2035-06-01Z";

test("a month behind a checkpoint goes; the chain stays whole for who has the signed word of it", async ({
  database,
}) => {
  const root = await connect(database.urls.superuser);
  await fill(root, "2035-01");
  await fill(root, "2035-02");
  await sealAll(root, 1_000);
  const { statements } = await signedHead(root);
  const [head] = statements;
  if (head === undefined) throw new Error("There is no head.");
  const ask = (name: string, month: string, hash = head.hash) =>
    oneValue<string>(root, `select app_private.${name}($1, $2, decode($3, 'hex'), $4) as value`, [
      month,
      head.block,
      hash,
      LATER,
    ]);
  await root.query("set role catchment_worker");
  expect(await ask("may_drop_audit_month", "2035_01")).toBe("3");
  expect(await ask("drop_audit_month", "2035_01")).toBe("3");
  await expect(ask("drop_audit_month", "2035_01")).rejects.toThrow("no month");
  await expect(ask("drop_audit_month", "2035_02", "00")).rejects.toThrow("is not in the chain");
  await root.query("reset role");
  await sealAll(root);
  const drop = { ...head, kind: "drop" as const, month: "2035_01" };
  expect(
    await verifyAudit(root, { checkpoints: { statements: [head, drop], unreadable: [], forged: [] } }),
  ).toMatchObject({ faults: [] });
  expect(await faultsOf(root, { statements: [head], unreadable: [], forged: [] })).toEqual([
    expect.stringContaining("entry deleted"),
    expect.stringContaining("entry deleted"),
    expect.stringContaining("entry deleted"),
  ]);
  const told =
    "select changes ->> 'entries' as value from app_private.audit_entries where entity = 'audit_entries' and entity_id = 'audit_entries_2035_01'";
  expect(await oneValue(root, told)).toBe("3");
});

test("a month stays that is not over, or of which an entry is not sealed before the checkpoint", async ({
  database,
}) => {
  const root = await connect(database.urls.superuser);
  await sealAll(root, 1_000);
  const { statements } = await signedHead(root);
  const [head] = statements;
  await fill(root, "2035-03");
  await root.query("begin");
  const refusal = (month: string, asOf: string) =>
    asWorker(root, () =>
      refusalOf(root, "select app_private.drop_audit_month($1, $2, decode($3, 'hex'), $4)", [
        month,
        head?.block,
        head?.hash,
        asOf,
      ]),
    );
  expect(await refusal("2035_03", "2035-03-31T23:59Z")).toBe("STATE");
  expect(await refusal("2035_03", LATER)).toBe("STATE");
  expect(
    await oneValue(root, "select to_regclass('app_private.audit_entries_2035_03') is not null as value"),
  ).toBe(true);
  await root.query("set local role catchment_user");
  expect(await refusalOf(root, "select app_private.drop_audit_month('2035_03', 1, '', now())")).toBe("42501");
  await root.query("rollback");
});

async function fill(root: ClientBase, month: string): Promise<void> {
  await root.query("select app_private.make_partitions($1, 0)", [`${month}-10Z`]);
  await root.query(
    `insert into app_private.audit_entries (id, entity, entity_id, action, login, changes)
     select (substr(app_private.uuid_floor($1)::text, 1, 24) || lpad(n::text, 12, '0'))::uuid, 'things', n::text, 'insert', 'x', '{}'
       from generate_series(1, 3) as n`,
    [`${month}-10Z`],
  );
}
