/** Something wrong with one place of an organization: `["teams", 3, "members", 0, "actor"]`. */
export type Finding = { path: readonly PropertyKey[]; message: string };

/** Everything that is wrong with a folder, one line each: `teams.yaml:14: …`. Nothing of it was applied. */
export class SetupError extends Error {
  readonly problems: readonly string[];

  constructor(folder: string, problems: readonly string[]) {
    const lines = [...new Set(problems)].map((problem) => `  - ${problem}`);
    super(`The configuration in ${folder} cannot be applied:\n${lines.join("\n")}`);
    this.name = "SetupError";
    this.problems = problems;
  }
}
