import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { reported, settle } from "../support/settle.ts";

const ANA = "ana@mail.example";

test("a deal's worth is kept with the status it was told with, and becomes the lead's", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ email: ANA }) });
  await won(db, 60, { valueAmount: "1200.505", valueCurrency: "EUR" });
  expect(
    await oneRow(db, "select lead_id, kind, value_amount, value_currency from app_public.activities"),
  ).toEqual({
    lead_id: leadId,
    kind: "status_change",
    value_amount: "1200.51",
    value_currency: "EUR",
  });
  expect(await worth(db)).toEqual({ status: "closed_won", value_amount: "1200.51", value_currency: "EUR" });
});

test("nothing, less than a cent and an amount without a currency leave the lead as it was", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone({ email: ANA, value_amount: "10", value_currency: "USD" }) });
  for (const value of [
    {},
    { valueAmount: "0.0", valueCurrency: "EUR" },
    { valueAmount: "0.004", valueCurrency: "EUR" },
    { valueAmount: "-5", valueCurrency: "EUR" },
    { valueAmount: "700" },
    { valueCurrency: "EUR" },
  ]) {
    await won(db, 60, value);
  }
  expect(await worth(db)).toEqual({ status: "closed_won", value_amount: "10.00", value_currency: "USD" });
  expect(await allRows(db, "select from app_public.activities where value_amount is not null")).toEqual([]);
});

test("what was told of the latest instant counts, in whatever order it comes", async ({ db }) => {
  await receiveOne(db, { attributes: someone({ email: ANA }) });
  await won(db, 90, { valueAmount: "300", valueCurrency: "EUR" });
  await won(db, 30, { valueAmount: "100", valueCurrency: "USD" });
  expect(await worth(db)).toMatchObject({ value_amount: "300.00", value_currency: "EUR" });
  await settle(
    db,
    await Promise.all(
      [130, 120].map(async (seconds) => ({
        settle: reported(ANA, {
          kind: "status_change",
          isResponse: false,
          status: "closed_won",
          occurredAt: (await secondsLater(db, seconds)).toISOString(),
          valueAmount: `${seconds}`,
          valueCurrency: "EUR",
        }),
      })),
    ),
    { asOf: await secondsLater(db, 900) },
  );
  expect(await worth(db)).toMatchObject({ value_amount: "130.00" });
});

async function won(
  db: ClientBase,
  seconds: number,
  value: { valueAmount?: string; valueCurrency?: string },
): Promise<void> {
  const occurredAt = (await secondsLater(db, seconds)).toISOString();
  const told = {
    kind: "status_change",
    isResponse: false,
    status: "closed_won",
    occurredAt,
    ...value,
  } as const;
  await settle(db, [{ settle: reported(ANA, told) }], { asOf: await secondsLater(db, 900) });
}

function worth(db: ClientBase) {
  return oneRow(db, "select status, value_amount, value_currency from app_public.leads");
}
