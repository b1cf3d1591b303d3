import { makePathSecrets } from "../capture/path_secrets.ts";
import type { SealedSecret } from "../capture/sealed_secret.ts";
import { ensureKey } from "../postgres/key.ts";
import { type Flight, fly } from "./canary/fly.ts";
import { type CanaryPath, readPaths } from "./canary/paths.ts";
import { configure } from "./configuration.ts";
import { findAddress, findRunning } from "./find_running.ts";
import { look } from "./organization.ts";
import { CommandError, EXIT, misused, refused } from "./outcome.ts";
import { say, sayJson, table } from "./output.ts";

/**
 * Sends a marked test arrival through each of these paths (all that are open when none is named) of the running
 * instance, and proves that it arrived, was judged and routed. Exit code 1 when one did not. Nobody is bothered and
 * nothing is counted (docs/decisions/008).
 */
export async function canary(
  slugs: string[],
  options: { timeout: string; url?: string; json?: true },
): Promise<void> {
  const config = configure();
  const timeoutMs = 1_000 * secondsOf(options.timeout);
  const base = options.url?.replace(/\/+$/, "") ?? (await findAddress(config));
  const flights = await look(await findRunning(config), async (worker) => {
    const paths = await readPaths(worker, slugs);
    refuseUnknown(slugs, paths);
    const secrets = makePathSecrets({
      fromEnvironment: config.pathSecret,
      key: await ensureKey(config),
      load: async () => (await worker.query<SealedSecret>(SEALED)).rows,
    });
    await secrets.refresh();
    const flown: Flight[] = [];
    for (const path of paths)
      flown.push(await fly(path, { base, worker, timeoutMs, secretOf: secrets.find }));
    return flown;
  });
  if (flights.some(({ result }) => result === "failed")) process.exitCode = EXIT.failed;
  if (options.json) sayJson({ flights });
  else for (const line of describe(flights)) say(line);
}

const SEALED = `select slug, name, ciphertext, key_id as "keyId" from app_private.sealed_secrets()`;

/** `60s`, `2m` or plain seconds. */
function secondsOf(text: string): number {
  const [, number, unit] = /^(\d{1,4})(s|m)?$/.exec(text) ?? [];
  const seconds = Number(number) * (unit === "m" ? 60 : 1);
  if (seconds > 0) return seconds;
  throw misused(`--timeout ${text} is not a time like 60s or 2m.`);
}

function refuseUnknown(slugs: readonly string[], paths: readonly CanaryPath[]): void {
  const unknown = slugs.filter((slug) => !paths.some((path) => path.slug === slug));
  if (unknown.length > 0)
    throw new CommandError(EXIT.failed, `No open path is called ${unknown.join(" or ")}.`);
  if (paths.length === 0) throw refused("No path is open: `npx catchment apply` makes them.");
}

function describe(flights: readonly Flight[]): string[] {
  const mark = (is: boolean) => (is ? "yes" : "no");
  const of = (result: Flight["result"]) => flights.filter((flight) => flight.result === result).length;
  return [
    ...table([
      ["path", "arrived", "judged", "routed", "seconds", ""],
      ...flights.map(({ path, result, hasArrived, isJudged, isRouted, seconds, detail }) =>
        result === "not possible"
          ? [path, "-", "-", "-", "-", detail]
          : [path, mark(hasArrived), mark(isJudged), mark(isRouted), seconds.toFixed(2), detail],
      ),
    ]),
    `${flights.length} paths: ${of("routed")} routed, ${of("failed")} failed, ${of("not possible")} not possible.`,
  ];
}
