import type { Config } from "../config.ts";
import { withConnection } from "../postgres/connect.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { ensureKey } from "../postgres/key.ts";
import { pendingMigrations } from "../postgres/pending_migrations.ts";
import { configure } from "./configuration.ts";
import { checkAudit } from "./doctor/audit.ts";
import { checkCalendars } from "./doctor/calendars.ts";
import { type Finding, fail, ok } from "./doctor/finding.ts";
import { checkLeads } from "./doctor/leads.ts";
import { checkLedger } from "./doctor/ledger.ts";
import { checkNotifications } from "./doctor/notifications.ts";
import { checkPoolers } from "./doctor/pooler.ts";
import { checkRoles } from "./doctor/roles.ts";
import { checkSecrets } from "./doctor/secrets.ts";
import { checkServer } from "./doctor/server.ts";
import { checkWalls } from "./doctor/walls.ts";
import { checkWork } from "./doctor/work.ts";
import { attach } from "./find_running.ts";
import { EXIT } from "./outcome.ts";
import { say, sayJson } from "./output.ts";

/** Looks and changes nothing. Fails when something loses or leaks data, or work stands still. */
export async function doctor({ json }: { json?: true }): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    const findings = await examine(urls, config);
    const failed = findings.filter(({ state }) => state === "fail").length;
    const warned = findings.filter(({ state }) => state === "warn").length;
    if (failed > 0) process.exitCode = EXIT.failed;
    if (json) {
      sayJson({ failed, warned, findings });
      return;
    }
    for (const line of findings.flatMap(describe)) say(line);
    say(`${findings.length} checks: ${failed} failed, ${warned} to look at.`);
  } finally {
    await stop();
  }
}

async function examine(urls: DatabaseUrls, config: Config): Promise<Finding[]> {
  const isEmbedded = config.database.kind === "embedded";
  const server = await withConnection(urls.api, (session) => checkServer(session, isEmbedded));
  const pending = await pendingMigrations(urls.owner);
  const basis = [...server, ...(await checkPoolers(urls, config.poolerUrl)), migrations(pending)];
  // Tables that are not there yet cannot be looked at.
  if (pending.length > 0) return basis;
  return [
    ...basis,
    ...(await withConnection(urls.owner, async (owner) => [
      ...(await checkRoles(owner)),
      ...(await checkWalls(owner)),
    ])),
    ...(await withConnection(urls.worker, async (worker) => [
      ...(await checkWork(worker)),
      ...(await checkLeads(worker)),
      ...(await checkCalendars(worker)),
      ...(await checkLedger(worker, config.erasureLedger)),
      ...(await checkAudit(worker, config.auditCheckpoints, config.auditKey ?? (await ensureKey(config)))),
      ...(await checkNotifications(worker, { key: await ensureKey(config), config })),
      ...(await checkSecrets(worker, { key: await ensureKey(config), pathSecret: config.pathSecret })),
    ])),
  ];
}

function migrations(pending: string[]): Finding {
  if (pending.length === 0) return ok("migrations", "none is pending");
  const advice = "`npx catchment migrate` runs them; then ask me again, for the rest.";
  return fail("migrations", `pending: ${pending.join(", ")}`, advice);
}

function describe({ check, state, detail, advice }: Finding): string[] {
  const line = `${state.padEnd(5)} ${check}: ${detail}`;
  return advice === undefined ? [line] : [line, `      ${advice}`];
}
