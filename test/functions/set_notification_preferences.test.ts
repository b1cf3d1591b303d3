import { expect } from "vitest";
import { act, test } from "../policies/land.ts";
import { refusal } from "../policies/refusal.ts";
import { stopActing } from "../support/act_as.ts";
import { oneRow, oneValue } from "../support/rows.ts";

const SET = "select * from app_public.set_notification_preferences($1, $2, $3, $4, $5, $6, $7, $8)";

test("everybody says how they want to be told, and what is left out goes back", async ({ db }) => {
  await act(db, "dora");
  const wish = ["dora", "de", "Europe/Vienna", "18:00", "08:00", "daily", "07:30", "{lead_assigned:email}"];
  const settings = {
    actor: "dora",
    language: "de",
    time_zone: "Europe/Vienna",
    quiet_from: "18:00:00",
    quiet_until: "08:00:00",
    digest: "daily",
    digest_time: "07:30:00",
    muted: ["lead_assigned:email"],
  };
  expect(await oneRow(db, SET, wish)).toEqual(settings);
  expect(await oneRow(db, "select * from app_public.notification_settings()")).toEqual(settings);
  expect(await oneRow(db, "select * from app_public.set_notification_preferences('dora')")).toEqual({
    actor: "dora",
    language: null,
    time_zone: null,
    quiet_from: null,
    quiet_until: null,
    digest: null,
    digest_time: null,
    muted: [],
  });
});

test("require_oneself: nobody speaks for somebody else, and nobody learns who is hidden", async ({ db }) => {
  for (const [who, whose, code] of [
    ["mona", "dora", "DENID"],
    ["ada", "dora", "DENID"],
    ["felix", "dora", "NFUND"],
    ["felix", "no-such-person", "NFUND"],
    [null, "dora", "NFUND"],
  ] as const) {
    await act(db, who);
    expect([who, whose, await refusal(db, SET, [whose, ...Array(7).fill(null)])]).toEqual([who, whose, code]);
  }
  await act(db, "felix");
  expect(await oneValue(db, "select actor as value from app_public.notification_settings()")).toBe("felix");
  await act(db, null);
  expect(await oneValue(db, "select actor as value from app_public.notification_settings()")).toBeNull();
});

test("what has no meaning is refused, and the law cannot be muted", async ({ db }) => {
  await act(db, "dora");
  for (const wrong of [
    ["deutsch"],
    [null, "Mars/Olympus"],
    [null, "+02:00"],
    [null, null, "18:00"],
    [null, null, null, null, "weekly"],
    [null, null, null, null, null, null, "{Lead Assigned}"],
    [null, null, null, null, null, null, "{lead_assigned:pigeon}"],
    [null, null, null, null, null, null, "{contact_stopped}"],
    [null, null, null, null, null, null, "{contact_stopped:email}"],
    [null, null, null, null, null, null, "{exception_escalated}"],
    [null, null, null, null, null, null, "{NULL}"],
  ]) {
    const values = Array.from({ length: 7 }, (_, at) => wrong[at] ?? null);
    expect([wrong, await refusal(db, SET, ["dora", ...values])]).toEqual([wrong, "BADIN"]);
  }
  await stopActing(db);
  expect(await oneValue(db, "select count(*)::int as value from app_private.notification_preferences")).toBe(
    0,
  );
});

test("is_time_zone knows names and no offsets", async ({ db }) => {
  const names = [
    "Europe/Berlin",
    "UTC",
    "America/Argentina/Buenos_Aires",
    "Etc/GMT+3",
    "GMT+3",
    "+03",
    "nowhere",
    "",
    "Europe/Berlin'; drop",
  ];
  expect(
    await oneValue(
      db,
      "select array_agg(app_private.is_time_zone(name) order by n) as value from unnest($1::text[]) with ordinality as names (name, n)",
      [names],
    ),
  ).toEqual([true, true, true, true, false, false, false, false, false]);
});
