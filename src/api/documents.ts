import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PersistedPlugin } from "@grafserv/persisted";
import { SafeError } from "postgraphile/grafast";

/** Documents that may be asked for by name: the SHA-256 of their text, in hexadecimal digits. */
export type Documents = ReadonlyMap<string, string>;

/** Those of graphql/operations, as scripts/codegen.ts wrote them down. */
export async function loadDocuments(path = GENERATED): Promise<Documents> {
  const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
  return new Map(Object.entries(parsed ?? {}).map(([hash, text]) => [bare(hash), String(text)]));
}

const GENERATED = fileURLToPath(new URL("../../graphql/generated/persisted-documents.json", import.meta.url));

/** A request names its document by `documentId`; with `isFree` it may bring one of its own instead. */
export function makeDocumentsPreset(documents: Documents, isFree: boolean): GraphileConfig.Preset {
  return {
    plugins: [PersistedPlugin],
    grafserv: {
      persistedOperationsGetter: (hash) => documents.get(bare(hash)) ?? refuse(isFree),
      // Always a name where a document of one's own will not do: without any, the plugin would log the request, and
      // with it the variables.
      hashFromPayload: (payload) => {
        const named = nameOf(payload);
        if (named !== undefined) return named;
        return isFree && typeof payload.query === "string" ? undefined : "";
      },
      allowUnpersistedOperation: isFree,
    },
  };
}

/** Rejects: what the plugin would throw by itself it would log before, with the request. */
async function refuse(isFree: boolean): Promise<never> {
  const own = isFree ? ", or send a document of your own as query, a string" : "";
  throw new SafeError(`Ask for one of the documents of this server, by its documentId${own}.`, {
    statusCode: 400,
    code: "BAD_INPUT",
  });
}

/** As the typed documents name themselves, the algorithm stands before it. */
function bare(hash: string): string {
  return hash.replace(/^sha256:/, "");
}

function nameOf({
  documentId,
  extensions,
}: {
  documentId?: unknown;
  extensions?: unknown;
}): string | undefined {
  if (typeof documentId === "string") return documentId;
  if (!isObject(extensions) || !("persistedQuery" in extensions)) return undefined;
  const { persistedQuery } = extensions; // as Apollo names it
  if (!isObject(persistedQuery) || !("sha256Hash" in persistedQuery)) return undefined;
  return typeof persistedQuery.sha256Hash === "string" ? persistedQuery.sha256Hash : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
