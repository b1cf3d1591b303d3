import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { chainOf, mustAccept, ownerOf, sweep } from "../support/pools.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, refusalOf } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

const DECLINE = "select app_public.decline_lead($1, 'On the road')";
const ACCEPT = "select app_public.accept_lead($1)";

test("who declines keeps no claim: the next candidate has the lead, and the chain is kept", async ({
  db,
}) => {
  await mustAccept(db, "sales-de", 300);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  for (const slug of ["dora", "dirk"]) {
    await actAs(db, await actorId(db, slug));
    await db.query(DECLINE, [leadId]);
    await stopActing(db);
  }
  expect(await ownerOf(db, leadId)).toBe("doris");
  expect(await chainOf(db, leadId)).toMatchObject([
    { action: "assign", owner: "dora", cause: null },
    { action: "reassign", owner: "dirk", cause: "declined" },
    {
      action: "reassign",
      owner: "doris",
      reason: "dirk declined it: On the road. Assigned to doris: next in turn of team sales-de.",
    },
  ]);
  const { candidates } = await oneRow<{ candidates: object[] }>(
    db,
    "select candidates from app_public.decisions where superseded_by_id is null",
  );
  expect(candidates).toContainEqual({ actor: "dora", chosen: false, reason: "has had this lead" });
  const told = await allRows(db, "select from app_public.notifications where kind = 'lead_assigned'");
  expect(told).toHaveLength(3);
});

test("who accepts in time keeps it; whoever is late loses it to the next, once", async ({ db }) => {
  await mustAccept(db, "sales-de", 300);
  const kept = await receiveOne(db, { attributes: someone() });
  const late = await receiveOne(db, { attributes: someone() });
  await actAs(db, await actorId(db, "dora"));
  await db.query(ACCEPT, [kept.leadId]);
  await stopActing(db);
  expect(await sweep(db, "pass_on_expired", 299)).toBe(0);
  expect(await sweep(db, "pass_on_expired", 300)).toBe(1);
  expect(await sweep(db, "pass_on_expired", 300)).toBe(0);
  expect([await ownerOf(db, kept.leadId), await ownerOf(db, late.leadId)]).toEqual(["dora", "doris"]);
  expect(await sweep(db, "pass_on_expired", 600)).toBe(1);
  expect(await ownerOf(db, late.leadId)).toBe("dieter");
  const running = await allRows(db, "select from app_public.assignments where ended_at is null");
  expect(running).toHaveLength(2);
});

test("when everybody declined, the pools above are asked, then who answers for the territory, then the queue", async ({
  db,
}) => {
  await mustAccept(db, "sales-fr", 60);
  await mustAccept(db, "sales-emea", 60);
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  for (const slug of ["felix", "mona"]) {
    expect(await ownerOf(db, leadId)).toBe(slug);
    await actAs(db, await actorId(db, slug));
    await db.query(DECLINE, [leadId]);
    await stopActing(db);
  }
  expect(await ownerOf(db, leadId)).toBe("olga"); // of operations, where sales-emea escalates to
  await actAs(db, await actorId(db, "olga"));
  await db.query(DECLINE, [leadId]);
  await stopActing(db);
  expect(await chainOf(db, leadId)).toMatchObject([{}, {}, {}, { action: "queue", owner: null }]);
  const [open] = await allRows(
    db,
    "select kind from app_public.exceptions where lead_id = $1 and resolved_at is null",
    [leadId],
  );
  expect(open).toEqual({ kind: "nobody_available" });
});

test("one declines what is one's own and not accepted; without a reason nothing moves", async ({ db }) => {
  await mustAccept(db, "sales-de", 300);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const attempt = async (slug: string, text: string, values: unknown[]) => {
    await actAs(db, await actorId(db, slug));
    const code = await refusalOf(db, text, values);
    await stopActing(db);
    return code;
  };
  expect(await attempt("dirk", DECLINE, [leadId])).toBe("DENID"); // a colleague's
  expect(await attempt("mona", DECLINE, [leadId])).toBe("STATE"); // she may work it, it is not hers
  expect(await attempt("felix", DECLINE, [leadId])).toBe("NFUND");
  expect(await attempt("felix", ACCEPT, [leadId])).toBe("NFUND");
  expect(await attempt("dora", "select app_public.decline_lead($1, ' ')", [leadId])).toBe("BADIN");
  await actAs(db, await actorId(db, "dora"));
  await db.query(ACCEPT, [leadId]);
  await db.query(ACCEPT, [leadId]);
  expect(await refusalOf(db, DECLINE, [leadId])).toBe("STATE");
  await stopActing(db);
  expect(await ownerOf(db, leadId)).toBe("dora");
});

test("a passed-on lead counts as dealt: the credits of the pool stay whole", async ({ db }) => {
  await mustAccept(db, "sales-de", 300);
  await absent(db, ["dieter"]);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await sweep(db, "pass_on_expired", 300);
  const credits = await allRows<{ slug: string; credit: string }>(
    db,
    `select actors.slug, team_members.credit from app_public.team_members
       join app_public.teams on teams.id = team_id join app_public.actors on actors.id = actor_id
      where teams.slug = 'sales-de' order by position`,
  );
  expect(credits.reduce((sum, { credit }) => sum + Number(credit), 0)).toBe(0);
  expect(credits.find(({ slug }) => slug === "dieter")?.credit).toBe("0");
  expect((await chainOf(db, leadId)).at(-1)?.owner).toBe("dirk");
});
