/** How a command ends, for scripts. `catchment --help` lists the same. */
export const EXIT = {
  ok: 0,
  /** It was tried and did not work, or what was looked at is not in order. */
  failed: 1,
  /** The command line or the environment cannot be understood. Nothing was done. */
  usage: 2,
  /** Understood, but not possible now: nothing runs, something runs already, migrations are pending. */
  refused: 3,
} as const;

/** An end that the caller can do something about: printed without a stack, with its own exit code. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

export function refused(message: string): CommandError {
  return new CommandError(EXIT.refused, message);
}

export function misused(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
