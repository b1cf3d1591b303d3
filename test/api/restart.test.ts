import { expect, onTestFinished, test } from "vitest";
import { bootstrap } from "../../src/postgres/bootstrap.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { rolePasswords } from "../../src/postgres/role_urls.ts";
import { openScratch } from "../../src/postgres/scratch.ts";
import { serve } from "./serve.ts";

test("a killed database is answered 503, and once it is back the next requests work", async () => {
  const log = () => {};
  const scratch = await openScratch(log);
  onTestFinished(scratch.close);
  const rootUrl = scratch.server.superuserUrl("postgres");
  const passwords = rolePasswords("only for a scratch server");
  const roles = await bootstrap({ rootUrl, database: "catchment", passwords, log });
  await migrate({ ownerUrl: roles.owner, rootUrl, withCurrent: true, log });
  const urls = { ...roles, superuser: scratch.server.superuserUrl("catchment") };
  const api = await serve({ urls });
  onTestFinished(api.close);
  const nobody = () => api.ask(null, "{ leads { totalCount } }");
  const somebody = () => api.ask("dora", "{ leads { totalCount } }");

  // Several connections idle in the pool when the server dies.
  const before = await Promise.all(Array.from({ length: 8 }, nobody));
  expect(before.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect((await somebody()).status).toBe(401); // this database knows no actors

  for (let round = 0; round < 2; round += 1) {
    await scratch.server.kill9();
    const away = await Promise.all([nobody(), nobody(), somebody()]);
    expect(away.map(({ status, code }) => code ?? status)).toEqual([
      "UNAVAILABLE",
      "UNAVAILABLE",
      expect.anything(),
    ]);
    await scratch.server.restart();
    const back = await Promise.all(Array.from({ length: 8 }, nobody));
    expect(back.map(({ text }) => text)).toEqual(Array(8).fill('{"data":{"leads":{"totalCount":0}}}'));
  }
});
