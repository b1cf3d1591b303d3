import { type Config, readConfig } from "../config.ts";
import { misused } from "./outcome.ts";

/** The environment as `src/config.ts` reads it; one that is not usable is the caller's to repair. */
export function configure(): Config {
  try {
    return readConfig();
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error));
  }
}
