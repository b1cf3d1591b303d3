import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Counts read from the database at each scrape, by the name of their gauge. Null: it does not answer. */
export type ReadGauges = () => Promise<Record<DatabaseGauge, number> | null>;

export type Metrics = {
  observeCapture: (path: string, result: string, seconds: number) => void;
  observeBatch: (rows: number) => void;
  contentType: string;
  /** The text of one scrape; also while the database is away. */
  scrape: () => Promise<string>;
};

export function makeMetrics(readGauges: ReadGauges): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const captures = new Counter({
    name: "catchment_captures_total",
    help: "Requests at the doors, by path and result (stored, known, aborted, or the problem).",
    labelNames: ["path", "result"],
    registers,
  });
  const seconds = new Histogram({
    name: "catchment_capture_seconds",
    help: "From the request's headers to the answer, of captures that were stored or known.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const batchRows = new Histogram({
    name: "catchment_capture_batch_rows",
    help: "Captures that shared one durable statement.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const databaseUp = new Gauge({ name: "catchment_database_up", help: "1 when it answered.", registers });
  const gauges = Object.entries(GAUGES).map(([name, help]) => ({
    name,
    gauge: new Gauge({ name: `catchment_${name}`, help, registers }),
  }));

  return {
    observeCapture: (path, result, took) => {
      captures.inc({ path: path || "unknown", result });
      if (result === "stored" || result === "known") seconds.observe(took);
    },
    observeBatch: (rows) => batchRows.observe(rows),
    contentType: registry.contentType,
    scrape: async () => {
      const counts = new Map(Object.entries((await readGauges()) ?? {}));
      databaseUp.set(counts.size > 0 ? 1 : 0);
      for (const { name, gauge } of gauges) {
        const count = counts.get(name);
        // A number that nobody knows is left out: the last one would look like a healthy one.
        if (count === undefined) gauge.remove();
        else gauge.set(count);
      }
      return registry.metrics();
    },
  };
}

const GAUGES = {
  captures_pending: "Captures that no stage has taken yet.",
  captures_quarantined: "Captures that wait for people.",
  leads_unassigned: "Open leads without an owner.",
  thresholds_due: "Thresholds whose instant has passed and that have not fired.",
  thresholds_late_seconds: "Seconds since the oldest threshold that has not fired was due.",
  notifications_due: "Messages whose time has come and that no channel has accepted yet.",
  notifications_failed: "Messages given up within the last day.",
  exceptions_open: "Exceptions that are not resolved.",
} as const;

export type DatabaseGauge = keyof typeof GAUGES;
