import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { acmeWith } from "../setup/folder_of.ts";
import { receive, someone } from "../support/arrivals.ts";
import { arrive } from "../support/arrive.ts";
import { test } from "../support/database.ts";
import { catchment, preparedEnv } from "./program.ts";

test("a draft: written down, rehearsed, run in the shadow, stopped", async ({ database }) => {
  const env = preparedEnv(database);
  await withConnection(database.urls.worker, (worker) =>
    receive(worker, [{ attributes: someone() }, { attributes: someone() }]),
  );
  const folder = await acmeWith("teams.yaml", "", "");
  await writeFile(
    join(folder, "routing_rules.yaml"),
    "routing_rules:\n  - { territory: de, person: dieter }\n  - { territory: fr, country: LI, person: felix }\n",
  );
  const drafted = await catchment(["apply", folder, "--draft"], env);
  expect(drafted.code).toBe(0);
  const revision = /Written down as revision (\d+), a draft/.exec(drafted.stdout)?.[1] ?? "";

  const rehearsed = await catchment(["rehearse", "--leads", "--revision", revision], env);
  expect(rehearsed.stdout).toContain(
    `2 leads were rehearsed under revision ${revision}; nothing was changed.`,
  );
  expect(rehearsed.stdout).toMatch(/^ {2}dieter +0 +2$/m);
  expect(rehearsed.stdout).toContain("  routing: fr, LI to felix (rule 2)");
  expect(await catchment(["rehearse", "--leads", "--contract", "1"], env)).toMatchObject({ code: 2 });

  const shadow = (...words: string[]) => catchment(["shadow", ...words], env);
  expect(await shadow("start", "1")).toMatchObject({ code: 3, stderr: expect.stringContaining("no draft") });
  expect((await shadow("start", revision, "--for", "12h")).code).toBe(0);
  expect(await shadow("start", revision)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("stop it"),
  });
  await arrive(database, { attributes: someone() });
  await withConnection(database.urls.worker, (worker) =>
    worker.query("select app_private.shadow_routes(now() + interval '1 second', 200)"),
  );
  expect(JSON.parse((await shadow("list", "--json")).stdout)).toMatchObject([
    { revision: Number(revision), state: "running", compared: 1, target: 1, territory: 0, failed: 0 },
  ]);
  expect((await shadow("stop")).code).toBe(0);
}, 120_000);

test("route-preview: what people type is brought into shape; what cannot be meant is refused", async ({
  database,
}) => {
  const env = preparedEnv(database);
  const preview = (...words: string[]) => catchment(["route-preview", ...words], env);
  const typed = ["--path", "web-form", "--field", "country=germany", "--field", "phone=030 901820"];
  const said = await preview(...typed);
  expect(said.stdout).toMatch(/^Assigned to \w+: next in turn of team sales-de\.$/m);
  expect(said.stdout).toMatch(/^ {2}territory +de$/m);
  expect(JSON.parse((await preview(...typed, "--json")).stdout)).toMatchObject({
    territory: "de",
    action: "assign",
  });
  const { leadId } = await arrive(database, { attributes: someone({ country: "FR" }) });
  expect(JSON.parse((await preview(leadId ?? "", "--json")).stdout)).toMatchObject({
    territory: "fr",
    owner: "felix",
  });
  expect(JSON.parse((await preview(leadId ?? "", "--field", "country=DE", "--json")).stdout)).toMatchObject({
    territory: "de",
  });
  for (const words of [
    [],
    ["--path", "web-form", "--field", "shoe_size=44"],
    ["--path", "web-form", "--field", "country"],
    ["--path", "web-form", "--field", "country=Nowhere"],
    ["--path", "web-form", "--field", "score=many"],
    ["no-id"],
  ]) {
    expect([words, (await preview(...words)).code]).toEqual([words, 2]);
  }
  expect(await preview("--path", "nowhere")).toMatchObject({ code: 1 });
}, 120_000);
