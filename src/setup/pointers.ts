import { pointerStep } from "../contracts/violation.ts";
import { canonicalJson } from "./digest.ts";

type Pointer = { field: string; how: "added" | "changed" | "removed" };

/** Where two JSON documents differ, as JSON pointers to the outermost place that does. Lists compare place by place. */
export function changedPointers(before: unknown, after: unknown, at = ""): Pointer[] {
  const [old, next] = [childrenOf(before), childrenOf(after)];
  if (old === undefined || next === undefined || Array.isArray(before) !== Array.isArray(after)) {
    return canonicalJson(before ?? null) === canonicalJson(after ?? null)
      ? []
      : [{ field: at === "" ? "/" : at, how: "changed" }];
  }
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((key): Pointer[] => {
    const field = at + pointerStep(key);
    if (!old.has(key)) return [{ field, how: "added" }];
    if (!next.has(key)) return [{ field, how: "removed" }];
    return changedPointers(old.get(key), next.get(key), field);
  });
}

// What is undefined is not written, so it is not there.
function childrenOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return new Map(Object.entries(value).filter(([, item]) => item !== undefined));
}
