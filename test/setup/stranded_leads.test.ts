import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { ACME, acmeWith } from "./folder_of.ts";

const FELIX = "memberships: [{ territory: fr, role: rep }]";

test("whose open leads a folder takes away is said by plan and by apply, as far as they may not work them", async ({
  database,
}) => {
  const { worker, superuser } = database.urls;
  await withConnection(superuser, async (root) => {
    await receive(root, [french(), french(), french(), { attributes: someone() }]);
    await root.query(
      `update app_public.leads set closed_at = now(), status = 'closed_lost'
        where id = (select min(id::text)::uuid from app_public.leads where country = 'FR')`,
    );
  });
  expect((await planFolder(worker, ACME)).warnings.join()).not.toContain("felix");
  const above = await acmeWith("actors.yaml", FELIX, "memberships: [{ territory: emea, role: rep }]");
  expect((await planFolder(worker, above)).warnings.join()).not.toContain("felix");

  const viewer = await acmeWith("actors.yaml", FELIX, "memberships: [{ territory: fr, role: viewer }]");
  const warning = expect.stringMatching(
    /^actors\.yaml:\d+: memberships: "felix" keeps 2 open leads in "fr" that they may not work: the rules pass them on$/,
  );
  expect((await planFolder(worker, viewer)).warnings).toContainEqual(warning);
  expect(await applyFolder(worker, viewer)).toMatchObject({
    changed: true,
    warnings: expect.arrayContaining([warning]),
  });
});

const french = () => ({ attributes: someone({ country: "FR" }) });
