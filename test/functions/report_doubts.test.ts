import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receive, receiveOne } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

const ANA = { email: "ana@mail.example" };

test("a touch from elsewhere stays with its lead, and operations above both learn of it", async ({ db }) => {
  const first = await receiveOne(db, { attributes: { ...ANA, country: "DE" } });
  const touch = await receiveOne(db, { attributes: { ...ANA, country: "US" } });
  expect(touch.leadId).toBe(first.leadId);
  const places = await allRows(
    db,
    `select territories.slug from app_public.source_events
       join app_public.territories on territories.id = source_events.territory_id`,
  );
  expect(places).toEqual([{ slug: "de" }, { slug: "de" }]);
  const conflict = await oneRow(
    db,
    `select exceptions.kind, territories.slug as territory, teams.slug as team, exceptions.capture_id,
            extract(hours from exceptions.due_at - exceptions.opened_at)
              + 24 * extract(days from exceptions.due_at - exceptions.opened_at) as hours,
            elsewhere.slug as located_in, exceptions.details ->> 'lead_id' as lead_id
       from app_public.exceptions join app_public.territories on territories.id = exceptions.territory_id
       join app_public.teams on teams.id = exceptions.owner_team_id
       join app_public.territories as elsewhere on elsewhere.id = (exceptions.details ->> 'located_in')::int`,
  );
  expect(conflict).toEqual({
    kind: "territory_conflict",
    territory: "global",
    team: "operations",
    capture_id: touch.captureId,
    hours: "24",
    located_in: "us",
    lead_id: first.leadId,
  });
});

test("the other territory sees nothing of it, its own lead's owner and operations do", async ({ db }) => {
  await receiveOne(db, { attributes: { ...ANA, country: "DE" } });
  await receiveOne(db, { attributes: { ...ANA, country: "US" } });
  const ids = new Map<string, number>();
  for (const slug of ["uma", "dora", "olga"]) ids.set(slug, await actorId(db, slug));

  const seen: Record<string, number[]> = {};
  for (const [slug, id] of ids) {
    await actAs(db, id);
    const counts = await oneRow<Record<string, number>>(
      db,
      `select (select count(*)::int from app_public.leads) as leads,
              (select count(*)::int from app_public.source_events) as touches,
              (select count(id)::int from app_public.captures) as captures,
              (select count(*)::int from app_public.decisions) as decisions,
              (select count(*)::int from app_public.exceptions) as cases`,
    );
    seen[slug] = Object.values(counts);
  }
  await stopActing(db);
  expect(seen).toEqual({ uma: [0, 0, 0, 0, 0], dora: [1, 2, 2, 2, 0], olga: [1, 2, 2, 2, 1] });
});

test("a conflict inside one batch is seen as well", async ({ db }) => {
  await receive(db, [
    { attributes: { ...ANA, country: "DE" } },
    { attributes: { ...ANA, country: "FR" } },
    { attributes: { ...ANA, country: "DE" } },
  ]);
  expect(
    await allRows(
      db,
      `select territories.slug from app_public.exceptions
         join app_public.territories on territories.id = exceptions.territory_id`,
    ),
  ).toEqual([{ slug: "emea" }]);
});
