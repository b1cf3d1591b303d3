import { resolve } from "node:path";
import { withConnection } from "../../postgres/connect.ts";
import { applySetup } from "../../setup/apply.ts";
import { readSetup, type Setup } from "../../setup/read.ts";
import { SAMPLE_FOLDER } from "../organization.ts";
import { CommandError, EXIT } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { openScratchDatabases } from "../scratch_databases.ts";
import { catchStopSignals } from "../stop_signals.ts";
import type { Period } from "./arrivals.ts";
import { describe, describeBoth, type Simulation } from "./describe.ts";
import { type Model, readModel } from "./model.ts";
import { play } from "./play.ts";
import { readReport } from "./report.ts";

export type SimulateOptions = {
  days: number;
  seed: number;
  folder?: string;
  against?: string;
  from?: Date;
  model?: string;
  json?: true;
};

/**
 * Plays some days in a database made for this, by the real functions, and tells what would be breached. Nothing else is
 * read or changed. Fails, before anything is started, on a folder or a model that is wrong.
 */
export async function simulate(options: SimulateOptions): Promise<void> {
  const model = await readModel(options.model);
  const from = options.from ?? nextMonday(new Date());
  const period = { from, until: new Date(from.getTime() + options.days * DAY_MS), seed: options.seed };
  const folder = options.folder === undefined ? SAMPLE_FOLDER : resolve(options.folder);
  const folders = options.against === undefined ? [folder] : [folder, resolve(options.against)];
  const setups = await Promise.all(folders.map((name) => readSetup(name, from)));

  const [one, other] = await playAll(setups, model, period);
  if (one === undefined) return;
  if (options.json) return sayJson(other === undefined ? one : { ...one, against: other });
  for (const line of other === undefined ? describe(one) : describeBoth(one, other)) say(line);
}

async function playAll(setups: readonly Setup[], model: Model, period: Period): Promise<Simulation[]> {
  const signals = catchStopSignals(() => process.exit(EXIT.failed));
  const { databases, close } = await openScratchDatabases(setups.length, () => {});
  const total = (period.until.getTime() - period.from.getTime()) * setups.length;
  const progress = makeProgress(total);
  const done = setups.map(() => 0);
  const onStep = (position: number, now: Date) => {
    done[position] = now.getTime() - period.from.getTime();
    progress.update(
      done.reduce((sum, one) => sum + one, 0),
      `until ${now.toISOString().slice(0, 16)}`,
    );
  };
  try {
    return await Promise.all(
      setups.map((setup, position) =>
        withConnection(databases[position]?.worker ?? "", async (client) => {
          await applySetup(client, setup, { now: period.from });
          const played = await play(client, {
            model,
            period,
            isStopped: signals.isAsked,
            onStep: (now) => onStep(position, now),
          });
          if (signals.isAsked()) throw new CommandError(EXIT.failed, "Stopped: nothing was measured.");
          return { folder: setup.folder, ...period, ...played, ...(await readReport(client)) };
        }),
      ),
    );
  } finally {
    progress.stop();
    await close();
  }
}

const DAY_MS = 86_400_000;

/** Midnight UTC, after today. */
function nextMonday(today: Date): Date {
  const ahead = ((8 - today.getUTCDay()) % 7 || 7) * DAY_MS;
  return new Date(Math.floor(today.getTime() / DAY_MS) * DAY_MS + ahead);
}
