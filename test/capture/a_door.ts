import type { Door } from "../../src/capture/doors.ts";

/** A door that demands nothing, but what a test says. */
export function aDoor(said: Partial<Door> = {}): Door {
  return {
    pathId: 1,
    slug: "web-form",
    protocol: "json",
    requiresSignature: false,
    maxBodyBytes: 100,
    requiresKey: false,
    rate: null,
    corsOrigins: [],
    ...said,
  };
}
