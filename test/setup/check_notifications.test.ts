import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { applyFolder } from "../../src/setup/apply.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allRows } from "../support/rows.ts";
import { ACME, problemsOf } from "./folder_of.ts";

const GOOD = `
notification_channels:
  - { slug: emea-slack, kind: slack, territory: emea }
  - { slug: sales-de-teams, kind: teams, team: sales-de, kinds: [lead_assigned], language: de }
  - { slug: front-desk, kind: email, territory: global, address: desk@acme.example }
  - { slug: dora-hook, kind: webhook, person: dora }
notification_policies:
  - { slug: nights, territory: global, quiet_from: "20:00", quiet_until: "07:30" }
  - { slug: breaches, territory: de, kind: sla_threshold, is_urgent: false, digest: hourly }
`;

test("a bad channel or policy is refused with its file and line", async () => {
  for (const [line, says] of [
    ["{ slug: a, kind: slack }", "needs one of territory, team, person"],
    ["{ slug: a, kind: slack, territory: de, team: sales-de }", "needs one of territory, team, person"],
    ["{ slug: a, kind: slack, territory: nowhere }", 'there is no territory "nowhere"'],
    ["{ slug: a, kind: slack, team: nobody }", 'there is no team "nobody"'],
    ["{ slug: a, kind: slack, person: bi_de }", 'there is no person "bi_de"'],
    ["{ slug: a, kind: email, territory: de }", "an email channel needs its address"],
    ["{ slug: a, kind: slack, territory: de, address: a@acme.example }", "is for kind: email"],
    ["{ slug: a, kind: pigeon, territory: de }", "kind"],
    ["{ slug: a, kind: slack, territory: de, kinds: [Lead Assigned] }", "must be a kind of notification"],
    ["{ slug: a, kind: slack, territory: de, url: https://hooks.example/T0 }", "url"],
    [
      "{ slug: web-form, kind: slack, territory: de }",
      'would share secrets with the capture path "web-form"',
    ],
    ["{ slug: emea-slack, kind: slack, territory: de }", '"emea-slack" is there already'],
  ] as const) {
    const problems = await problemsOf(
      await withNotifications(GOOD.replace("notification_policies:", `  - ${line}\nnotification_policies:`)),
    );
    expect([line, problems.join("\n")]).toEqual([line, expect.stringContaining(says)]);
    expect(problems.every((problem) => problem.startsWith("notifications.yaml:7: "))).toBe(true);
  }
  for (const [line, says] of [
    ["{ slug: b, territory: de }", "says nothing"],
    ['{ slug: b, territory: de, quiet_from: "20:00" }', "go together"],
    ["{ slug: b, territory: nowhere, digest: daily }", 'there is no territory "nowhere"'],
    ["{ slug: b, territory: global, digest: daily }", "says of the same what an earlier policy says"],
    ['{ slug: b, territory: de, quiet_from: "24:00", quiet_until: "07:00" }', "a day begins"],
    ["{ slug: b, territory: de, digest: weekly }", "digest"],
  ] as const) {
    const problems = await problemsOf(await withNotifications(`${GOOD}  - ${line}\n`));
    expect([line, problems.join("\n")]).toEqual([line, expect.stringContaining(says)]);
    expect(problems.every((problem) => problem.startsWith("notifications.yaml:10: "))).toBe(true);
  }
});

test("what is applied is what was planned; a second time nothing changes, and what is gone is switched off", async ({
  database,
}) => {
  const folder = await withNotifications(GOOD);
  const db = await connect(database.urls.superuser);
  const { changes } = await planFolder(database.urls.worker, folder);
  expect(changes.map(({ part, name }) => `${part} ${name}`)).toEqual([
    "notification_channels emea-slack",
    "notification_channels sales-de-teams",
    "notification_channels front-desk",
    "notification_channels dora-hook",
    "notification_policies nights",
    "notification_policies breaches",
  ]);
  expect(JSON.stringify(changes)).not.toContain("desk@acme.example");
  await applyFolder(database.urls.worker, folder);
  await db.query("update app_private.notification_channels set disabled_at = now()");
  expect((await applyFolder(database.urls.worker, folder)).changed).toBe(false);
  await applyFolder(
    database.urls.worker,
    await withNotifications(
      GOOD.replace(/ {2}- \{ slug: emea-slack.*\n/, "").replace(/ {2}- \{ slug: breaches.*\n/, ""),
    ),
  );
  expect(
    await allRows(
      db,
      "select slug, is_active, disabled_at is null as open from app_private.notification_channels order by slug",
    ),
  ).toEqual([
    { slug: "dora-hook", is_active: true, open: true },
    { slug: "emea-slack", is_active: false, open: false },
    { slug: "front-desk", is_active: true, open: true },
    { slug: "sales-de-teams", is_active: true, open: true },
  ]);
  expect(await allRows(db, "select slug from app_private.notification_policies")).toEqual([
    { slug: "nights" },
  ]);
});

async function withNotifications(text: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(ACME, folder, { recursive: true });
  await writeFile(join(folder, "notifications.yaml"), text);
  return folder;
}
