import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applySetup } from "../../src/setup/apply.ts";
import type { Organization } from "../../src/setup/organization.ts";
import { planSetup } from "../../src/setup/plan.ts";
import { SetupError } from "../../src/setup/problem.ts";
import { readSetup } from "../../src/setup/read.ts";
import { type Arrival, newTraceId, receive, someone, stageArrivals } from "../support/arrivals.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { ACME } from "./folder_of.ts";

test("an actor who owns open leads stays, with their number; closed ones keep nobody", async ({
  database,
}) => {
  await arrived(database, [{ attributes: someone({ country: "FR" }) }]);
  const withoutFelix = await acme((organization) => {
    drop(organization, "actors", "felix");
    for (const team of organization.teams)
      team.members = team.members.filter(({ actor }) => actor !== "felix");
    for (const team of organization.teams) if (team.members.length === 0) team.takes_leads = false;
  });
  expect(await refused(database, withoutFelix)).toEqual([
    `${ACME}: actors: "felix" is missing and still has 1 open lead: hand them over first, or name it again`,
  ]);
  await asSuperuser(database, "update app_public.leads set status = 'closed_lost', closed_at = now()");
  expect(await refused(database, withoutFelix)).toEqual([]);
  await withConnection(database.urls.worker, async (worker) => {
    expect(
      await oneValue(worker, "select is_active as value from app_public.actors where slug = 'felix'"),
    ).toBe(false);
    await applySetup(worker, await readSetup(ACME), {});
  });
});

test("a path with captures to work off stays, with their numbers", async ({ database }) => {
  await withConnection(database.urls.superuser, async (root) => {
    await stageArrivals(root, [
      { path: "globex-form", attributes: {} },
      { path: "globex-form", attributes: {} },
    ]);
    const [first] = await stageArrivals(root, [{ path: "globex-form", attributes: {} }]);
    await root.query(
      "update app_public.captures set status = 'quarantined', processed_at = now() where id = $1",
      [first],
    );
  });
  const without = await acme((organization) => drop(organization, "capture_paths", "globex-form"));
  expect(await refused(database, without)).toEqual([
    expect.stringContaining(
      `"globex-form" is missing and still has 2 pending captures and 1 quarantined capture: release or discard them`,
    ),
  ]);
  await asSuperuser(database, "update app_public.captures set status = 'processed', processed_at = now()");
  expect(await refused(database, without)).toEqual([]);
  await withConnection(database.urls.worker, async (worker) => applySetup(worker, await readSetup(ACME), {}));
});

test("a team with an open case stays; one without is switched off, and comes back", async ({ database }) => {
  const without = await acme(
    (organization) => drop(organization, "teams", "sales-br"),
    "sales-br",
    "sales-us",
  );
  await withConnection(database.urls.superuser, (root) =>
    root.query(
      `insert into app_public.exceptions (territory_id, kind, reason, trace_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
       select territory_id, 'no_territory', 'x', $1, id, id, 'x', now(), now() + interval '1 hour'
         from app_public.teams where slug = 'sales-br'`,
      [newTraceId()],
    ),
  );
  expect(await refused(database, without)).toEqual([
    expect.stringContaining(`"sales-br" is missing and still has 1 open exception`),
  ]);
  await asSuperuser(database, "update app_public.exceptions set resolved_at = now(), outcome = 'x'");
  expect(await refused(database, without)).toEqual([]);
  const state =
    "select is_active as active, takes_leads as takes from app_public.teams where slug = 'sales-br'";
  await withConnection(database.urls.worker, async (worker) => {
    expect(await allRows(worker, state)).toEqual([{ active: false, takes: false }]);
    const acmeAgain = await readSetup(ACME);
    expect(await planSetup(worker, acmeAgain)).toContainEqual(
      expect.objectContaining({ part: "teams", action: "add", name: "sales-br" }),
    );
    await applySetup(worker, acmeAgain, {});
    expect(await allRows(worker, state)).toEqual([{ active: true, takes: true }]);
  });
});

test("a territory goes when nothing speaks of it, and stays when a rule of a former revision does", async ({
  database,
}) => {
  const patch = {
    slug: "de-north",
    parent: "de",
    name: "North",
    kind: "patch",
    time_zone: "UTC",
    country: null,
    is_identity_boundary: null,
    unassigned_seconds: null,
    stagnant_seconds: null,
    follow_up_seconds: null,
    approval_seconds: null,
    handover_seconds: null,
    fallback: null,
    attribution_half_life_days: null,
    routing_score: null,
    calendar: null,
  } as const;
  const more = await acme(({ territories }) => {
    territories.push(patch);
    territories.push({ ...patch, slug: "de-far-north", parent: "de-north" });
  });
  const ruled = await acme(({ territories, territory_rules }) => {
    territories.push(patch);
    const [rule] = territory_rules;
    if (rule !== undefined) territory_rules.push({ ...rule, territory: "de-north", postal_prefix: "2" });
  });
  const less = await readSetup(ACME);
  await withConnection(database.urls.worker, async (worker) => {
    await applySetup(worker, more, {});
    const { changes } = await applySetup(worker, less, {});
    expect(changes.map(({ action, name }) => `${action} ${name}`)).toEqual([
      "close de-far-north",
      "close de-north",
    ]);
    expect(await allRows(worker, "select from app_public.territories where slug like 'de-%'")).toEqual([]);
    await applySetup(worker, ruled, {});
  });
  expect(await refused(database, less)).toEqual([
    expect.stringContaining(`"de-north" is missing and cannot be removed: territory rules still speak of it`),
  ]);
});

type Named = "actors" | "teams" | "capture_paths";

function drop(organization: Organization, section: Named, slug: string): void {
  const items: { slug: string }[] = organization[section];
  items.splice(
    items.findIndex((item) => item.slug === slug),
    1,
  );
}

/** The sample organization, edited; `from` is replaced by `to` where a path makes it responsible. */
async function acme(edit: (organization: Organization) => unknown, from?: string, to?: string) {
  const setup = await readSetup(ACME);
  edit(setup.organization);
  for (const { responsibilities } of setup.organization.capture_paths) {
    for (const duty of ["capture", "execution", "system", "incident"] as const) {
      if (responsibilities[duty] === from && to !== undefined) responsibilities[duty] = to;
    }
  }
  return setup;
}

/** By plan and by apply alike; empty when it was applied. */
async function refused(
  { urls }: TestDatabase,
  setup: Awaited<ReturnType<typeof acme>>,
): Promise<readonly string[]> {
  return withConnection(urls.worker, async (worker) => {
    const planned = await problemsOf(() => planSetup(worker, setup));
    expect(await problemsOf(() => applySetup(worker, setup, {}))).toEqual(planned);
    return planned;
  });
}

async function problemsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof SetupError) return error.problems;
    throw error;
  }
}

async function arrived({ urls }: TestDatabase, arrivals: Arrival[]): Promise<void> {
  await withConnection(urls.superuser, (root: Client) => receive(root, arrivals));
}

async function asSuperuser({ urls }: TestDatabase, sql: string): Promise<void> {
  await withConnection(urls.superuser, (root) => root.query(sql));
}
