import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { z } from "zod";
import { territoryId } from "../support/acme.ts";
import { bringEnded, type EndedLead } from "../support/ended_leads.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const LEADS = fileOf("marketing_qualified_leads.csv");
const DEALS = fileOf("closed_deals.csv");
const DAY = 86_400_000;
const SPLIT_AT = new Date("2018-03-01T00:00:00Z");
const AS_OF = new Date("2018-11-30T00:00:00Z");

/** The file tells of no lead that it was lost: who was not won within 90 days counts as lost then. */
async function readLeads(): Promise<EndedLead[]> {
  const deals = z
    .array(z.object({ mql_id: z.string(), won_date: z.string() }))
    .parse(parse(await readFile(DEALS), { columns: true }));
  const wonAt = new Map(
    deals.map(({ mql_id, won_date }) => [mql_id, new Date(`${won_date.replace(" ", "T")}Z`)]),
  );
  const leads = z
    .array(
      z.object({
        mql_id: z.string(),
        first_contact_date: z.string(),
        landing_page_id: z.string(),
        origin: z.string(),
      }),
    )
    .parse(parse(await readFile(LEADS), { columns: true }));
  return leads.map(({ mql_id, first_contact_date, landing_page_id, origin }) => {
    const firstSeenAt = new Date(first_contact_date);
    const end = new Date(firstSeenAt.getTime() + 90 * DAY);
    const won = wonAt.get(mql_id);
    const isWon = won !== undefined && won <= end;
    return { firstSeenAt, closedAt: isWon ? won : end, isWon, channel: origin, landingPage: landing_page_id };
  });
}

test("real leads of which only origin and landing page are known: weak, and still better than none", async ({
  db,
  skip,
}) => {
  skip(!existsSync(LEADS) || !existsSync(DEALS), "The data of Olist is not here (../shared/data/olist).");
  await bringEnded(db, "br", await readLeads());
  const rows = await allRows<{ scorer: string; auc: number; brier: number }>(
    db,
    "select * from app_private.evaluate_scoring($1, $2, $3)",
    [await territoryId(db, "global"), SPLIT_AT, AS_OF],
  );
  const [model, rules, constant] = rows;
  expect(rows.map(({ scorer }) => scorer)).toEqual(["model", "rules", "constant"]);
  // The figures of docs/scoring.md.
  expect([model?.auc, rules?.auc, constant?.auc]).toEqual([expect.closeTo(0.674, 3), 0.5, 0.5]);
  expect([model?.brier, constant?.brier]).toEqual([expect.closeTo(0.0964, 4), expect.closeTo(0.0989, 4)]);
});

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../../../shared/data/olist/${name}`, import.meta.url));
}
