import type { CronItem } from "graphile-worker";

/** A worker that slept through the night, or runs by day only, does at its start what the last day should have brought. */
const CAUGHT_UP = { backfillPeriod: 24 * 3_600_000 };

/** What a lost job left is found within a minute. Times are UTC. */
export const SWEEPS: CronItem[] = [
  { task: "drain_captures", match: "* * * * *", identifier: "sweep_captures" },
  { task: "fetch_leads", match: "* * * * *", identifier: "sweep_fetches" },
  { task: "fire_thresholds", match: "* * * * *", identifier: "sweep_thresholds" },
  { task: "notify", match: "* * * * *", identifier: "sweep_notifications" },
  { task: "realign_leads", match: "* * * * *", identifier: "sweep_realignments" },
  { task: "rearm_clocks", match: "* * * * *", identifier: "sweep_rearming" },
  { task: "record_erasures", match: "* * * * *", identifier: "sweep_erasures" },
  { task: "revalidate_captures", match: "* * * * *", identifier: "sweep_revalidations" },
  { task: "route_queue", match: "* * * * *", identifier: "sweep_queue" },
  { task: "seal_audit", match: "* * * * *", identifier: "sweep_audit" },
  { task: "shadow_routes", match: "* * * * *", identifier: "sweep_shadow" },
  { task: "watch_captures", match: "* * * * *", identifier: "sweep_unprocessed" },
  { task: "follow_up", match: "* * * * *", identifier: "sweep_stagnant" },
  { task: "watch_work", match: "* * * * *", identifier: "sweep_watchdog" },
  { task: "watch_thresholds", match: "* * * * *", identifier: "sweep_overdue" },
  { task: "watch_notifications", match: "* * * * *", identifier: "sweep_handovers" },
  { task: "apply_retention", match: "37 3 * * *", identifier: "sweep_retention", options: CAUGHT_UP },
  { task: "count_records", match: "57 3 * * *", identifier: "sweep_records", options: CAUGHT_UP },
  { task: "extend_calendars", match: "27 3 * * *", identifier: "sweep_calendars", options: CAUGHT_UP },
  { task: "make_partitions", match: "17 3 * * *", identifier: "sweep_partitions", options: CAUGHT_UP },
];
