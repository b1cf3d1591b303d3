import { serve } from "../api/serve.ts";
import { test as base } from "./land.ts";

/** `api`: the real one over HTTP, on the file's database with its rows in every market. */
export const test = base.extend("api", { scope: "file" }, async ({ land }, { onCleanup }) => {
  const served = await serve(land);
  onCleanup(served.close);
  return served;
});
