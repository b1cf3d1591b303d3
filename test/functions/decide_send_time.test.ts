import { readFileSync } from "node:fs";
import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneRow, oneValue } from "../support/rows.ts";

test("after_quiet_hours: within them it waits for their end, outside it does not", async ({ db }) => {
  for (const [from, until, at, expected] of [
    ["20:00", "08:00", "2026-06-01T19:59:59+02:00", "2026-06-01T19:59:59+02:00"],
    ["20:00", "08:00", "2026-06-01T20:00:00+02:00", "2026-06-02T08:00:00+02:00"],
    ["20:00", "08:00", "2026-06-02T07:59:59+02:00", "2026-06-02T08:00:00+02:00"],
    ["20:00", "08:00", "2026-06-02T08:00:00+02:00", "2026-06-02T08:00:00+02:00"],
    ["12:00", "13:00", "2026-06-02T12:30:00+02:00", "2026-06-02T13:00:00+02:00"],
    ["12:00", "12:00", "2026-06-02T12:00:00+02:00", "2026-06-02T12:00:00+02:00"], // none at all
    [null, null, "2026-06-02T03:00:00+02:00", "2026-06-02T03:00:00+02:00"],
    // The nights in which the clocks change: it ends when the clock on the wall says so.
    ["20:00", "08:00", "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00"],
    ["20:00", "08:00", "2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00"],
    ["01:00", "02:30", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"], // 02:30 does not exist
  ] as const) {
    const ends = await oneValue<Date>(
      db,
      "select app_private.after_quiet_hours('Europe/Berlin', $1, $2, $3) as value",
      [from, until, at],
    );
    expect([from, at, ends.toISOString()]).toEqual([from, at, new Date(expected).toISOString()]);
  }
});

test("notification_terms: quiet hours are those of the nearest policy, in the person's own time zone", async ({
  db,
}) => {
  await policy(db, { territory: "global", quiet: ["22:00", "06:00"] });
  await policy(db, { territory: "de", quiet: ["18:00", "09:00"] });
  expect(await sendAt(db, "dora", "2026-06-01T19:00:00+02:00")).toBe("2026-06-02T07:00:00.000Z");
  await db.query("update app_public.actors set time_zone = 'America/New_York' where slug = 'dora'");
  expect(await sendAt(db, "dora", "2026-06-01T19:00:00+02:00")).toBe("2026-06-01T17:00:00.000Z");
  expect(await sendAt(db, "dora", "2026-06-02T01:00:00+02:00")).toBe("2026-06-02T13:00:00.000Z");
});

test("what a person wants goes before the policy, also no quiet hours at all", async ({ db }) => {
  await policy(db, { territory: "de", quiet: ["18:00", "09:00"], digest: "daily" });
  await prefer(db, "dora", { quiet: ["00:00", "00:00"], digest: "none" });
  expect(await sendAt(db, "dora", "2026-06-01T19:00:00+02:00")).toBe("2026-06-01T17:00:00.000Z");
  expect(await sendAt(db, "dirk", "2026-06-01T19:00:00+02:00")).toBe("2026-06-02T07:00:00.000Z");
});

test("what is urgent breaks quiet hours and waits for no digest; a policy may say what is", async ({
  db,
}) => {
  await policy(db, { territory: "de", quiet: ["00:00", "23:59"], digest: "daily" });
  const at = "2026-06-01T12:00:00+02:00";
  expect(await decided(db, "dora", at, "contact_stopped")).toEqual({
    send_at: new Date(at),
    is_digest: false,
  });
  expect(await decided(db, "dora", at, "lead_assigned")).toMatchObject({ is_digest: true });
  await policy(db, { territory: "global", kind: "lead_assigned", isUrgent: true });
  await policy(db, { territory: "de", kind: "contact_stopped", isUrgent: false });
  expect(await decided(db, "dora", at, "lead_assigned")).toEqual({ send_at: new Date(at), is_digest: false });
  expect(await decided(db, "dora", at, "contact_stopped")).toMatchObject({ is_digest: true });
});

test("the kinds that docs/notifications.md calls urgent are, and those that it says cannot be muted cannot", async ({
  db,
}) => {
  const page = readFileSync(new URL("../../docs/notifications.md", import.meta.url), "utf8");
  const [said = ""] = /\*\*Urgent\*\* kinds[\s\S]*?unless/.exec(page) ?? [];
  const urgent = [...said.matchAll(/`(\w+)`/g)].map(([, kind = ""]) => kind).sort();
  expect(urgent).toContain("exception_escalated");
  expect(
    await allValues(
      db,
      "select kind as value from app_private.notification_kinds where is_urgent order by 1",
    ),
  ).toEqual(urgent);
  expect(
    await allValues(
      db,
      "select kind as value from app_private.notification_kinds where not may_be_muted order by 1",
    ),
  ).toEqual([
    ...["approval_overdue", "approval_requested", "contact_stopped", "exception_escalated", "lead_stagnant"],
  ]);
});

test("a digest goes at the next full hour, or at its hour of the day, and not within quiet hours", async ({
  db,
}) => {
  await prefer(db, "dora", { digest: "hourly" });
  expect(await sendAt(db, "dora", "2026-06-01T12:00:00+02:00")).toBe("2026-06-01T11:00:00.000Z");
  await prefer(db, "dirk", { digest: "daily" });
  expect(await sendAt(db, "dirk", "2026-06-01T07:00:00+02:00")).toBe("2026-06-01T06:00:00.000Z");
  expect(await sendAt(db, "dirk", "2026-06-01T08:00:00+02:00")).toBe("2026-06-02T06:00:00.000Z");
  await prefer(db, "doris", { digest: "daily", digestTime: "21:30", quiet: ["21:00", "07:00"] });
  expect(await sendAt(db, "doris", "2026-06-01T12:00:00+02:00")).toBe("2026-06-02T05:00:00.000Z");
});

type Wish = { quiet?: [string, string]; digest?: string; digestTime?: string };

async function policy(
  db: ClientBase,
  {
    territory,
    kind,
    isUrgent,
    quiet,
    digest,
  }: Wish & { territory: string; kind?: string; isUrgent?: boolean },
): Promise<void> {
  await db.query(
    `insert into app_private.notification_policies (slug, territory_id, kind, is_urgent, quiet_from, quiet_until, digest)
     select concat_ws('-', slug, replace($2, '_', '-')), id, $2, $3, $4, $5, $6 from app_public.territories where slug = $1`,
    [territory, kind, isUrgent, quiet?.[0], quiet?.[1], digest],
  );
}

async function prefer(db: ClientBase, slug: string, { quiet, digest, digestTime }: Wish): Promise<void> {
  await db.query(
    `insert into app_private.notification_preferences (actor_id, quiet_from, quiet_until, digest, digest_time, updated_at)
     select id, $2, $3, $4, $5, now() from app_public.actors where slug = $1`,
    [slug, quiet?.[0], quiet?.[1], digest, digestTime],
  );
}

function decided(
  db: ClientBase,
  slug: string,
  at: string,
  kind: string,
): Promise<{ send_at: Date; is_digest: boolean }> {
  return asWorker(db, () =>
    oneRow(
      db,
      `select * from app_private.decide_send_time((select id from app_public.actors where slug = $1),
         (select id from app_public.territories where slug = 'de'), $3, $2)`,
      [slug, at, kind],
    ),
  );
}

async function sendAt(db: ClientBase, slug: string, at: string): Promise<string> {
  return (await decided(db, slug, at, "lead_assigned")).send_at.toISOString();
}
