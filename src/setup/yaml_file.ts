import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { z } from "zod";
import type { Finding } from "./problem.ts";

/** One YAML file that remembers its lines. */
export type YamlFile = {
  name: string;
  value: unknown;
  /** What is not YAML at all, as `file:line: …`. */
  faults: string[];
  /** `file:line` of a place, or of the nearest thing around it that is written down. */
  locate: (path: readonly PropertyKey[]) => string;
};

/** Reads one document of YAML 1.2, so that `NO` is Norway. Refuses keys that stand twice. */
export function readYaml(name: string, text: string): YamlFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const line = (offset: number) => lines.linePos(offset).line;
  const [document, second] = documents;
  if (document === undefined) return { name, value: null, faults: [], locate: () => `${name}:1` };
  const faults = document.errors.map((error) => `${name}:${line(error.pos[0])}: ${error.message}`);
  if (second !== undefined) faults.push(`${name}:${line(second.range?.[0] ?? 0)}: one document per file`);
  const value: unknown = faults.length === 0 ? contentOf(document, name, faults) : null;
  const locate = (path: readonly PropertyKey[]) => `${name}:${line(offsetOf(document, path))}`;
  return { name, value, faults, locate };
}

/** Names every breach of a schema, each where it stands. */
export function findingsOf(error: z.ZodError): Finding[] {
  return error.issues.flatMap((issue): Finding[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: "is not known here" }));
    }
    const nested = issue.code === "invalid_union" ? issue.errors.map((branch) => branch[0]?.message) : [];
    const messages = [...new Set(nested.filter((message) => message !== undefined))];
    return [{ path: issue.path, message: messages.length > 0 ? messages.join(", or ") : issue.message }];
  });
}

// Aliases that multiply into millions of nodes are refused by the parser with an error of its own.
function contentOf(document: Document, name: string, faults: string[]): unknown {
  try {
    return document.toJS();
  } catch (error) {
    faults.push(`${name}:1: ${error instanceof Error ? error.message : "cannot be read"}`);
    return null;
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) offset = node.range?.[0] ?? offset;
      else break;
    } else break;
  }
  return offset;
}
