import { table } from "../output.ts";
import type { Period } from "./arrivals.ts";
import type { Played } from "./play.ts";
import type { Count, Report } from "./report.ts";

export type Simulation = { folder: string } & Period & Played & Report;

/** What a person reads of one simulation. */
export function describe(simulation: Simulation): string[] {
  const { territories, owners, thresholds, exceptions } = simulation;
  const rows = (counts: readonly Count[]) =>
    counts.map((one) => [
      one.name,
      one.leads,
      one.clocks,
      one.breached,
      time(one.medianSeconds),
      time(one.worstSeconds),
    ]);
  return [
    ...head(simulation),
    "",
    ...table([
      ["territory", "leads", "clocks", "breached", "median answer", "worst", "unanswered", "unassigned"],
      ...rows(territories).map((row, position) => [
        ...row,
        territories[position]?.unanswered ?? 0,
        territories[position]?.unassigned ?? 0,
      ]),
    ]),
    "",
    ...table([["owner", "leads", "clocks", "breached", "median answer", "worst"], ...rows(owners)]),
    "",
    ...table([
      ["exceptions", "opened", "escalated", "open"],
      ...exceptions.map(({ kind, opened, escalated, open }) => [kind, opened, escalated, open]),
    ]),
    "",
    ...table([
      ["thresholds", "fired", "late"],
      ...thresholds.map(({ threshold, fired, late }) => [`${threshold} %`, fired, late]),
    ]),
    "",
    "Answers in working time of the territory's calendar. A breach is of who owned the lead when the time was over.",
  ];
}

/** The same people and arrivals under two organizations: what each line says is first of the one, then of the other. */
export function describeBoth(one: Simulation, other: Simulation): string[] {
  const pairs = (title: string, ones: readonly Count[], others: readonly Count[]) => {
    const names = [...new Set([...ones, ...others].map(({ name }) => name))].toSorted();
    const rows = names.map((name) => {
      const [before, after] = [ones, others].map((list) => list.find((count) => count.name === name));
      return [
        name,
        ...both(before?.breached ?? 0, after?.breached ?? 0),
        ...both(time(before?.medianSeconds ?? null), time(after?.medianSeconds ?? null)),
        ...both(time(before?.worstSeconds ?? null), time(after?.worstSeconds ?? null)),
      ];
    });
    return ["", ...table([[title, "breached", "", "median answer", "", "worst", ""], ...rows])];
  };
  const kinds = [...new Set([...one.exceptions, ...other.exceptions].map(({ kind }) => kind))].toSorted();
  const opened = ({ exceptions }: Simulation, kind: string) =>
    exceptions.find((counted) => counted.kind === kind)?.opened ?? 0;
  return [
    ...head(one),
    `Against ${other.folder}: the second of each two columns.`,
    ...pairs("territory", one.territories, other.territories),
    ...pairs("owner", one.owners, other.owners),
    "",
    ...table([
      ["exceptions", "opened", ""],
      ...kinds.map((kind) => [kind, ...both(opened(one, kind), opened(other, kind))]),
    ]),
  ];
}

function head({ folder, from, until, seed, arrivals, leads, absences, outages }: Simulation): string[] {
  const days = Math.round((until.getTime() - from.getTime()) / 86_400_000);
  return [
    `${days} days from ${from.toISOString().slice(0, 10)}, seed ${seed}, in ${folder}`,
    `${arrivals} arrivals of ${leads} people, ${absences.length} absences, ${outages.length} outages`,
  ];
}

function both<Cell>(one: Cell, other: Cell): [Cell, Cell] {
  return [one, other];
}

/** 45 s, 12 min, 3 h 20 min. */
function time(seconds: number | null): string {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
