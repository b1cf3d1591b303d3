import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { acmeWith } from "../setup/folder_of.ts";
import { arrive } from "../support/arrive.ts";
import { test } from "../support/database.ts";
import { oneValue } from "../support/rows.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a change of rules is previewed, scheduled without one lead, and moves the rest when its time comes", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const leads: string[] = [];
  for (const n of [1, 2]) {
    const attributes = { email: `berlin-${n}@mail.example`, country: "DE", postal_code: "10115" };
    leads.push((await arrive(database, { attributes })).leadId ?? "");
  }
  const realign = (...words: string[]) => catchment(["realign", ...words], env);
  expect(await realign("preview", "global")).toMatchObject({
    code: 0,
    stdout: "Every lead lies where the rules put it.\n",
  });
  const uk = "- { territory: uk, country: GB }";
  const berlin = '- { territory: fr, country: DE, postal_prefix: "10" }';
  await applyFolder(database.urls.worker, await acmeWith("territory_rules.yaml", uk, `${uk}\n  ${berlin}`));

  const preview = await realign("preview", "global");
  expect(preview.stdout).toMatch(/de → fr +2 +2/);
  expect(JSON.parse((await realign("preview", "global", "--json")).stdout)).toMatchObject([
    { from: "de", to: "fr", keepsOwner: false },
    { from: "de", to: "fr", keepsOwner: false },
  ]);
  expect((await realign("schedule", "global", "--at", "2199-01-01T00:00:00+01:00")).code).toBe(0);
  expect(await realign("schedule", "global")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("cancel it"),
  });
  expect((await realign("cancel", "global")).code).toBe(0);
  expect((await realign("schedule", "global")).stdout).toContain("within a minute");
  expect((await realign("exempt", leads[0] ?? "")).stdout).toBe("1 of 1 leads will stay.\n");

  const territories = await withConnection(database.urls.worker, async (worker) => {
    await worker.query("select app_private.apply_realignments(now())");
    return oneValue(
      worker,
      `select array_agg(territories.slug order by leads.id) as value from app_public.leads
         join app_public.territories on territories.id = leads.territory_id`,
    );
  });
  expect(territories).toEqual(["de", "fr"]);
  expect(JSON.parse((await realign("list", "--json")).stdout)).toMatchObject([
    { state: "done", leads: 2, exempt: 1, moved: 1 },
    { state: "called off", moved: 0 },
  ]);
});

test("what cannot be meant is refused, with what can", async ({ database }) => {
  const env = preparedEnv(database);
  const realign = (...words: string[]) => catchment(["realign", ...words], env);
  expect(await realign("preview", "de")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("global, globex"),
  });
  expect((await realign("schedule", "global", "--at", "tomorrow")).code).toBe(2);
  expect((await realign("schedule", "global", "--at", "2199-01-01T00:00:00")).code).toBe(2);
  expect((await realign("exempt", "7")).code).toBe(2);
  expect((await realign("cancel", "globex")).code).toBe(3);
  const nobody = await realign("exempt", "01a20237-183d-7d46-85b5-1b395969fb36");
  expect(nobody).toMatchObject({ code: 1, stdout: "0 of 1 leads will stay.\n" });
});
