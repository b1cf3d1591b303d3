import { relative, resolve } from "node:path";
import type { Config } from "../config.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { addressOf } from "./address.ts";
import { look } from "./organization.ts";

/** What stands below "ready": commands that work when pasted into a shell in this folder. */
export async function firstSteps(config: Config, urls: DatabaseUrls, port: number): Promise<string[]> {
  const base = addressOf(config.host, port);
  const ready = `ready ${base}`;
  const catchment = `${folderOf(config)}npx catchment`;
  if (!(await isSample(urls))) return [ready, "", `A token for an actor: ${catchment} token <slug>`];
  return [
    ready,
    "",
    "Send a lead:",
    `  curl -sS ${base}/capture/web-form -H 'content-type: application/json' -d '${LEAD}'`,
    "Get a token for dora, who sells in Germany:",
    `  ${catchment} token dora`,
    "See the lead as dora does:",
    `  curl -sS ${base}/graphql -H "authorization: Bearer $(${catchment} token dora)" \\`,
    `    -H 'content-type: application/json' -d '${QUERY}'`,
    "",
    `What happens now: ${base}/    Ctrl-C stops everything.`,
  ];
}

const LEAD = JSON.stringify({
  first_name: "Ana",
  last_name: "Weber",
  email: "ana@example.de",
  utm_source: "newsletter",
});
const QUERY = JSON.stringify({
  query:
    '{ leads(filter: { email: { equalTo: "ana@example.de" } }) { totalCount ' +
    "nodes { rowId email owner { slug } slaDueAt sourceEvents { totalCount } } } }",
});

/** Both are there in the sample organization. */
async function isSample(urls: DatabaseUrls): Promise<boolean> {
  const { rows } = await look(urls, (worker) =>
    worker.query<{ is_sample: boolean }>(
      `select exists (select from app_public.actors where slug = 'dora' and is_active)
          and exists (select from app_public.capture_paths where slug = 'web-form' and is_active) as is_sample`,
    ),
  );
  return rows[0]?.is_sample ?? false;
}

/** The pasted command must find the same instance. */
function folderOf({ dataDir }: Config): string {
  if (dataDir === resolve(".catchment")) return "";
  const near = relative(process.cwd(), dataDir);
  const path = near.startsWith("..") ? dataDir : near;
  return `CATCHMENT_DATA_DIR='${path.replaceAll("'", "'\\''")}' `;
}
