import { setFlagsFromString } from "node:v8";

/**
 * Keeps the young generation of the heap at its first 16 MB. Rows die young whatever its size; left alone it grows to
 * 134 MB under them, which is most of what an import would hold (docs/decisions/009).
 */
export function keepMemoryFlat(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
