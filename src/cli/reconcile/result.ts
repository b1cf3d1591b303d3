import { table } from "../output.ts";
import type { Reconciliation } from "./compare.ts";

export function describeReconciliation({ path, ...counts }: Reconciliation): string[] {
  const { listed, known, captured, missing, failed } = counts;
  return [
    `${path}, compared with its vendor`,
    ...table([
      ["  listed", listed],
      ["  known", known],
      ["  captured now", captured],
      ...(missing.length > 0 ? [["  missing", missing.length]] : []),
      ...(failed > 0 ? [["  refused by the database", failed]] : []),
    ]),
    ...(listed > 0 && known === listed ? ["Nothing was missing."] : []),
    ...(captured > 0 ? ["The worker takes what was captured through the stages, as any other arrival."] : []),
    ...(missing.length > 0
      ? [
          "Missing, and the file tells no more than the id:",
          ...missing.slice(0, MOST).map((key) => `  ${key}`),
        ]
      : []),
    ...(missing.length > MOST ? [`  and ${missing.length - MOST} more; --json lists all`] : []),
  ];
}

const MOST = 50;
