import type { Task } from "graphile-worker";
import type { Revalidate } from "../pipeline/revalidate.ts";

/** Judges refused captures again for those who asked. Does nothing when nobody did, or others hold them. */
export function makeRevalidateCaptures(revalidate: Revalidate): Task {
  return async () => {
    await revalidate();
  };
}
