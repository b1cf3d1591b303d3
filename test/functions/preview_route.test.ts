import type { Client } from "pg";
import { expect } from "vitest";
import { account } from "../support/accounts.ts";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receive, receiveOne, someone } from "../support/arrivals.ts";
import { addGateRules } from "../support/gate_rules.ts";
import { suppress } from "../support/gates.ts";
import { test } from "../support/rolled_back.ts";
import { addRoutingRules } from "../support/routing_rules.ts";
import { allRows, oneRow, refusalOf } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

type Preview = Record<string, unknown> & {
  candidates: { actor: string; reason: string }[];
  explanation: string;
};

test("somebody made up: territory, gate, owner, every candidate and deadlines; nothing is written", async ({
  db,
}) => {
  await receive(db, [{ attributes: someone() }]);
  await absent(db, ["dirk"]);
  const before = await everything(db);
  const preview = await ask(db, "olga", {
    path: "web-form",
    fields: { country: "DE", postal_code: "10115" },
  });
  expect(preview).toMatchObject({
    territory: "de",
    located_by: { rule: expect.any(Number) },
    gate: "automate",
    action: "assign",
    owner: "doris",
    team: "sales-de",
    policy: expect.any(String),
    due_at: expect.any(Date),
    assumes: ["nobody knows the person yet"],
  });
  expect(preview.candidates.map(({ actor }) => actor)).toEqual(["dieter", "dirk", "dora", "doris"]);
  expect(preview.candidates.find(({ actor }) => actor === "dirk")?.reason).toMatch(/^is absent until/);
  expect(await everything(db)).toEqual(before);
});

test("it is what then happens", async ({ db }) => {
  await addRoutingRules(db, [{ territory: "de", score_min: 90, person: "doris" }]);
  await account(db, { territory: "de", owner: "dieter" });
  for (const fields of [
    { country: "DE" },
    { country: "FR" },
    { country: "DE", company_domain: "acme.example" },
    { language: "de" },
  ]) {
    const preview = await ask(db, "olga", { path: "web-form", fields });
    const { country: _, ...rest } = someone();
    const { leadId } = await receive(db, [{ attributes: { ...rest, ...fields } }]).then(
      ([one]) => one ?? { leadId: null },
    );
    const happened =
      leadId === null
        ? null
        : await oneRow(
            db,
            `select territories.slug as territory, actors.slug as owner, decisions.reason as explanation, decisions.candidates,
              leads.sla_due_at as due_at
         from app_public.leads join app_public.territories on territories.id = leads.territory_id
         join app_public.decisions on decisions.lead_id = leads.id left join app_public.actors on actors.id = leads.owner_id
        where leads.id = $1`,
            [leadId],
          );
    if (happened === null) expect(preview).toMatchObject({ action: "no_territory", territory: null });
    else expect(preview).toMatchObject(happened);
  }
  const scored = await ask(db, "olga", { path: "web-form", fields: { country: "DE", score: 95 } });
  expect(scored).toMatchObject({
    owner: "doris",
    explanation: "Assigned to doris, who is named by routing rule 1.",
  });
});

test("preview_gate: rules and the suppression list are asked", async ({ db }) => {
  await addGateRules(db, [{ territory: "de", missing: ["phone"], result: "review" }]);
  await suppress(db, [{ kind: "domain", value: "firm.example" }]);
  expect(await ask(db, "olga", { path: "web-form", fields: { country: "DE" } })).toMatchObject({
    gate: "review",
    action: "hold",
    held_because: "it does not say phone",
    explanation: expect.stringMatching(
      /^Held \(review\): it does not say phone\. Let go, it would be: Assigned to dora/,
    ),
  });
  await addGateRules(db, [{ territory: "fr", condition: "$.segment > 5", result: "blocked" }]);
  expect(
    await ask(db, "olga", { path: "web-form", fields: { country: "FR", segment: "public" } }),
  ).toMatchObject({
    gate: "automate",
    gate_reasons: [{ check: "evidence", unread: true }],
  });
  const blocked = { country: "FR", company_domain: "firm.example" };
  expect(await ask(db, "olga", { path: "web-form", fields: blocked })).toMatchObject({ gate: "blocked" });
});

test("a lead with other fields, under another revision", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  expect(await ask(db, "olga", { leadId })).toMatchObject({
    territory: "fr",
    owner: "felix",
    path: "web-form",
  });
  expect(await ask(db, "olga", { leadId, fields: { country: "DE" } })).toMatchObject({ territory: "de" });
  expect(await ask(db, "olga", { leadId, revision: 1 })).toMatchObject({ revision: 1, territory: "fr" });
});

test("for operations and admins where they are; hidden and absent answer alike; what lies elsewhere is not told", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  const refusal = async (slug: string, asked: Asked) => {
    await actAs(db, await actorId(db, slug));
    const code = await refusalOf(db, ASK, values(asked));
    await stopActing(db);
    return code;
  };
  const form = { path: "web-form", fields: { country: "DE" } };
  expect(await refusal("ada", form)).toBe("");
  for (const slug of ["dora", "mona", "vera"])
    expect([slug, await refusal(slug, form)]).toEqual([slug, "DENID"]);
  expect(await refusal("gus", form)).toBe("NFUND");
  expect(await refusal("gus", { path: "no-such-path" })).toBe("NFUND");
  expect(await refusal("gus", { leadId })).toBe("NFUND");
  expect(await refusal("gus", { leadId: "01900000-0000-7000-8000-000000000000" })).toBe("NFUND");
  expect(await refusal("olga", { path: "web-form", fields: { shoe_size: 44 } })).toBe("BADIN");
  expect(await refusal("olga", { path: "web-form", fields: { country: "DE", employees: "many" } })).toBe(
    "BADIN",
  );
  expect(await refusal("olga", { path: "web-form", revision: 99 })).toBe("BADIN");
  expect(await refusal("olga", {})).toBe("NFUND");

  await db.query(
    "insert into app_public.memberships (actor_id, territory_id, role) select $1, id, 'operations' from app_public.territories where slug = 'de'",
    [await actorId(db, "vera")],
  );
  await db.query("delete from app_public.memberships where actor_id = $1 and role = 'viewer'", [
    await actorId(db, "vera"),
  ]);
  expect(await ask(db, "vera", form)).toMatchObject({ territory: "de", action: "assign" });
  expect(await ask(db, "vera", { path: "web-form", fields: { country: "FR" } })).toEqual({
    ...Object.fromEntries(Object.keys(await ask(db, "vera", form)).map((key) => [key, null])),
    revision: 1,
    path: "web-form",
    action: "elsewhere",
    explanation: "It would lie outside of your territories.",
  });
});

type Asked = { path?: string; leadId?: string; fields?: object; revision?: number };

const ASK = "select * from app_public.preview_route($1, $2, $3, $4)";

function values({ path, leadId, fields, revision }: Asked): unknown[] {
  return [
    path ?? null,
    leadId ?? null,
    fields === undefined ? null : JSON.stringify(fields),
    revision ?? null,
  ];
}

async function ask(db: Client, slug: string, asked: Asked): Promise<Preview> {
  await actAs(db, await actorId(db, slug));
  const preview = await oneRow<Preview>(db, ASK, values(asked));
  await stopActing(db);
  return preview;
}

async function everything(db: Client): Promise<object[][]> {
  const tables = [
    "leads",
    "decisions",
    "assignments",
    "team_members",
    "teams",
    "notifications",
    "clocks",
    "captures",
  ];
  const rows: object[][] = [];
  for (const table of tables)
    rows.push(await allRows(db, `select * from app_public.${table} order by 1, 2, 3`));
  return rows;
}
