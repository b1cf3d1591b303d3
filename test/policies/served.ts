import { askForKey, makeKeys } from "../../src/capture/keys.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { serve } from "../api/serve.ts";
import { test as base } from "./land.ts";

/** `api`: the real one over HTTP, with keys, on the file's database with its rows in every market. */
export const test = base.extend("api", { scope: "file" }, async ({ land }, { onCleanup }) => {
  const pool = makePool(land.urls.api, { max: 2, applicationName: "test" });
  const served = await serve(land, { holderOf: makeKeys(askForKey(pool)).holderOf });
  onCleanup(async () => {
    await served.close();
    await pool.end();
  });
  return served;
});
