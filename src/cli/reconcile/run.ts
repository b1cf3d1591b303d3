import { vendorOf } from "../../capture/fetching.ts";
import { loadSealedSecrets, makePathSecrets } from "../../capture/path_secrets.ts";
import { sourceOf } from "../../capture/sources/registry.ts";
import { VendorRefusal } from "../../capture/vendor_refusal.ts";
import type { Config } from "../../config.ts";
import { ensureKey } from "../../postgres/key.ts";
import { makePool } from "../../postgres/pools.ts";
import { configure } from "../configuration.ts";
import { attach } from "../find_running.ts";
import { readPath } from "../import/capture_path.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { note, say, sayJson } from "../output.ts";
import { compare, type Pools, type ReconciledPath } from "./compare.ts";
import { exportedLeads } from "./exported.ts";
import { formsOf } from "./forms.ts";
import { type Listed, listedLeads } from "./listed.ts";
import { describeReconciliation } from "./result.ts";

export type ReconcileOptions = { since: Date; form?: string[]; file?: string; json?: true };

/**
 * Finds what a vendor has and never told, and stages it under the keys that the vendor's own message would have had:
 * a second time, or one that comes late by itself, adds nothing. Fails when a lead is missed that it cannot capture.
 */
export async function reconcile(slug: string, options: ReconcileOptions): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  const pools = {
    api: makePool(urls.api, { max: 1, applicationName: "catchment reconcile" }),
    worker: makePool(urls.worker, { max: 1, applicationName: "catchment reconcile" }),
  };
  try {
    const { id, protocol } = await readPath(urls, slug);
    const path = { id, slug, protocol, source: sourceOf(protocol) };
    const listed = await leadsOf(path, options, config, pools);
    const result = await compare(path, listed, pools);
    if (options.json) sayJson(result);
    else for (const line of describeReconciliation(result)) say(line);
    if (result.failed > 0 || result.missing.length > 0) process.exitCode = EXIT.failed;
  } catch (error) {
    if (!(error instanceof VendorRefusal)) throw error;
    throw new CommandError(EXIT.failed, `The vendor of ${slug} does not list its leads: ${error.message}.`);
  } finally {
    await Promise.all([pools.api.end(), pools.worker.end()]);
    await stop();
  }
}

async function leadsOf(
  path: ReconciledPath,
  { since, form, file }: ReconcileOptions,
  config: Config,
  pools: Pools,
): Promise<Listed> {
  const { source, slug, protocol } = path;
  if (file !== undefined) {
    if (source.fromExport !== undefined) return exportedLeads(source.fromExport, file);
    throw misused(
      `--file is for google-ads; ${slug} speaks ${protocol}. Leave it out, or use \`catchment import\`.`,
    );
  }
  if (source.list === undefined) {
    throw misused(
      source.fromExport === undefined
        ? `${slug} speaks ${protocol}, whose senders list nothing that could be compared.`
        : `${protocol} lists no leads by an API that goes with its webhook. Export them there and name the file: --file leads.csv`,
    );
  }
  const forms = form ?? (await formsOf(path, pools.worker));
  if (forms.length === 0) throw misused(`No earlier arrival of ${slug} names a form: name them with --form.`);
  const secrets = makePathSecrets({
    fromEnvironment: config.pathSecret,
    key: await ensureKey(config),
    load: () => loadSealedSecrets(pools.worker),
    onFailure: () => note("The stored secrets were not read."),
  });
  await secrets.refresh();
  const vendor = vendorOf(slug, { pathSecret: secrets.find, vendorUrl: config.vendorUrl }, NEVER);
  return listedLeads(source.list, vendor, forms, since);
}

/** Ctrl-C ends the process; what was staged until then is known the next time. */
const NEVER = new AbortController().signal;
