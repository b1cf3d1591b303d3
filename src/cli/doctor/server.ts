import type { Client } from "pg";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** What the server may lose or leak. `session` is of the API's login: settings of a role count there. */
export async function checkServer(session: Client, isEmbedded: boolean): Promise<Finding[]> {
  const { rows } = await session.query<{ name: string; setting: string }>(
    "select name, setting from pg_catalog.pg_settings",
  );
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
  const settingOf = (name: string) => settings.get(name) ?? "";
  return [
    checkVersion(Number(settingOf("server_version_num")), settingOf("server_version"), isEmbedded),
    checkDurability(settingOf),
    ...checkLogs(settingOf),
    settingOf("jit") === "off"
      ? ok("jit", "off for the API")
      : warn(
          "jit",
          "on for the API: short queries wait for a compiler",
          "alter role catchment_api set jit = off",
        ),
  ];
}

function checkVersion(number: number, version: string, isEmbedded: boolean): Finding {
  const check = "PostgreSQL";
  if (number < 180_000)
    return fail(check, version, "Catchment needs PostgreSQL 18 or newer: upgrade the server.");
  if (number >= 180_006) return ok(check, version);
  const lacks = `${version} lacks the security fixes up to 18.6`;
  // The npm package has no newer one, and it listens on this machine only.
  if (isEmbedded) return ok(check, `${lacks}; it is the embedded one, for looking around`);
  return warn(check, lacks, "Install the newest 18.x.");
}

function checkDurability(settingOf: (name: string) => string): Finding {
  const names = ["fsync", "full_page_writes", "synchronous_commit"];
  // remote_apply, remote_write and local wait for this server's disk as well.
  const off = names.filter((name) => settingOf(name) === "off");
  if (off.length === 0) return ok("durability", `${names.join(", ")} are on`);
  return fail(
    "durability",
    `${off.join(", ")} off: arrivals answered 200 can be lost`,
    `Turn ${off.join(", ")} on.`,
  );
}

/** A statement in the server's log brings its values with it, and those are people. */
function checkLogs(settingOf: (name: string) => string): Finding[] {
  const check = "personal data in the server's log";
  const logsStatements =
    ["mod", "all"].includes(settingOf("log_statement")) ||
    ["log_min_duration_statement", "log_min_duration_sample"].some((name) => Number(settingOf(name)) >= 0);
  const leaks = [
    ...(logsStatements && settingOf("log_parameter_max_length") !== "0"
      ? ["log_parameter_max_length = 0 (logged statements carry their values)"]
      : []),
    ...(settingOf("log_parameter_max_length_on_error") !== "0"
      ? ["log_parameter_max_length_on_error = 0 (failed statements carry their values)"]
      : []),
    ...(settingOf("log_error_verbosity") !== "terse"
      ? ["log_error_verbosity = terse (DETAIL quotes the values of rows)"]
      : []),
  ];
  if (leaks.length === 0) return [ok(check, "values are not logged")];
  return leaks.map((leak) => warn(check, `not ${leak}`, `alter system set ${leak.split(" (")[0]}`));
}
