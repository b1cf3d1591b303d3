import { createServer } from "node:http";
import express from "express";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/express/v4";
import { expect } from "vitest";
import { makeSchemaPreset } from "../../src/api/preset.ts";
import { settingsOf } from "../../src/api/settings.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { serve } from "../api/serve.ts";
import { test } from "./land.ts";

/** A fault whose words hold a hidden value: as a unique key of another territory would say it. */
const FAULT = `
  create or replace function app_public.current_actor() returns app_public.actors language plpgsql stable as $$
  begin raise exception 'Key (email)=(canary=fr=leads.email=) already exists' using errcode = '23505', constraint = 'leads_email_key'; end $$`;

const BODY = JSON.stringify({ query: "{ currentActor { slug } }" });

/** What two answers to one fault have in common, beyond our own words: something that could be computed or compared. */
function tellTales(first: string, second: string): string[] {
  const said = (text: string) => new Set(text.replaceAll(OURS, "").match(/[\w=.-]{6,}/g));
  return [...said(first)].filter((word) => said(second).has(word));
}

const OURS =
  /"(?:errors|message|path|currentActor|locations|line|column|extensions|code|INTERNAL|data)"|Something went wrong here. The log has more under this id./g;

test("a fault is told by a random id alone; the default mask of the library would tell a hash of it", async ({
  land,
}) => {
  await withConnection(land.urls.superuser, (root) => root.query(FAULT));
  const api = await serve(land);
  const [first, second] = [
    await api.ask("dora", "{ currentActor { slug } }"),
    await api.ask("dora", "{ currentActor { slug } }"),
  ];
  await api.close();
  expect([first.code, second.code]).toEqual(["INTERNAL", "INTERNAL"]);
  expect(tellTales(first.text, second.text)).toEqual([]);

  const mutant = await serveWithDefaultMask(land.urls.api);
  const tales = tellTales(await mutant.ask(), await mutant.ask());
  await mutant.close();
  expect(tales.length).toBeGreaterThan(0);
});

/** The same schema behind the mask that grafserv brings along. */
async function serveWithDefaultMask(apiUrl: string) {
  const pool = makePool(apiUrl, { max: 2, applicationName: "mutant" });
  const graphql = postgraphile({
    extends: [makeSchemaPreset(pool, async () => {})],
    grafast: { context: () => ({ pgSettings: settingsOf(undefined), live: null }) },
    grafserv: { graphqlPath: "/graphql", websockets: false },
  });
  const app = express();
  const server = createServer(app);
  await graphql.createServ(grafserv).addTo(app, server, false);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = address instanceof Object ? address.port : 0;
  return {
    ask: async () =>
      (
        await fetch(`http://127.0.0.1:${port}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: BODY,
        })
      ).text(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await graphql.release();
      await pool.end();
    },
  };
}
