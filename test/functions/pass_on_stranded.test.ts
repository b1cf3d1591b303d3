import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receive, receiveOne, someone } from "../support/arrivals.ts";
import { chainOf, ownerOf } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("who became a viewer passes their open leads on, so many at a time, and is dealt none", async ({
  db,
}) => {
  const leads = (await receive(db, eight())).map(({ leadId }) => leadId);
  expect(await ownedBy(db, "dora")).toEqual([leads[0], leads[4]]);
  expect(await passOn(db)).toBe(0);
  await becomes(db, "dora", "viewer", "de");
  expect([await passOn(db, 1), await passOn(db, 1), await passOn(db, 1)]).toEqual([1, 1, 0]);
  expect(await ownedBy(db, "dora")).toEqual([]);
  expect((await chainOf(db, String(leads[0]))).at(-1)).toMatchObject({
    action: "reassign",
    cause: "left",
    reason: expect.stringMatching(
      /^dora may not work leads there any more\. Assigned to \w+: next in turn of team sales-de\.$/,
    ),
  });
  await receive(db, eight());
  expect(await ownedBy(db, "dora")).toEqual([]);
});

test("so does who went to another territory, or has no role at all; with nobody there they wait in the queue", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await absent(db, ["mona", "olga"]);
  await becomes(db, "felix", "rep", "uk");
  expect(await passOn(db)).toBe(1);
  expect(await ownerOf(db, leadId)).toBeNull();
  expect(await passOn(db)).toBe(0);

  const [american] = await receive(db, [{ attributes: someone({ country: "US" }) }]);
  await db.query(
    "delete from app_public.memberships where actor_id = (select id from app_public.actors where slug = 'uma')",
  );
  expect(await passOn(db)).toBe(1);
  expect(await ownerOf(db, String(american?.leadId))).toBe("marco");
});

test("what is closed, held or of the past stays where it is", async ({ db }) => {
  for (const said of ["closed_at = now(), status = 'closed_lost'", "held_at = now()", "is_history = true"]) {
    const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
    await db.query(`update app_public.leads set ${said} where id = $1`, [leadId]);
  }
  await becomes(db, "felix", "viewer", "fr");
  expect(await passOn(db)).toBe(0);
  expect(await ownedBy(db, "felix")).toHaveLength(3);
});

test("a touch of such a lead does not keep the owner, who still keeps what they may work", async ({ db }) => {
  const person = someone();
  const { leadId } = await receiveOne(db, { attributes: person });
  const kept = someone();
  const other = await receiveOne(db, { attributes: kept });
  await becomes(db, "dora", "rep", "uk");
  const again = await receiveOne(db, { attributes: person });
  await receiveOne(db, { attributes: kept });
  expect(again.leadId).toBe(leadId);
  expect(await ownerOf(db, leadId)).toBe("doris");
  expect(await ownerOf(db, other.leadId)).toBe("dirk");
  expect(
    await allRows(
      db,
      "select action, reason from app_public.decisions where lead_id = $1 and kind = 'route' and superseded_by_id is null order by id",
      [leadId],
    ),
  ).toEqual([
    {
      action: "reassign",
      reason: "dora may not work leads there any more. Assigned to doris: next in turn of team sales-de.",
    },
    { action: "keep_owner", reason: "A touch of a known lead: it keeps its owner." },
  ]);
  expect(
    await allValues(
      db,
      "select outcome as value from app_public.assignments where lead_id = $1 and ended_at is not null",
      [leadId],
    ),
  ).toEqual(["handed_over"]);
});

const eight = () => Array.from({ length: 8 }, () => ({ attributes: someone() }));

function passOn(db: ClientBase, atMost = 10): Promise<number> {
  return asWorker(db, () => oneValue(db, "select app_private.pass_on_expired(now(), $1) as value", [atMost]));
}

/** From now on this is their only membership. */
function becomes(db: ClientBase, slug: string, role: string, territory: string) {
  return db.query(
    `update app_public.memberships set role = $2, territory_id = (select id from app_public.territories where slug = $3)
      where actor_id = (select id from app_public.actors where slug = $1)`,
    [slug, role, territory],
  );
}

function ownedBy(db: ClientBase, slug: string): Promise<string[]> {
  return allValues(
    db,
    "select leads.id as value from app_public.leads join app_public.actors on actors.id = owner_id where slug = $1 order by leads.id",
    [slug],
  );
}
