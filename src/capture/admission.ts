import type { IncomingMessage } from "node:http";
import type { Door } from "./doors.ts";
import type { Problem } from "./problem.ts";

/** What a request that is let in carries away: headers for its answer, whatever becomes of it. */
export type Admission = { headers: Readonly<Record<string, string>> };

/** Asked once the path is known and before anything of the body is read: keys, rates, origins. */
export type Admit = (door: Door, request: IncomingMessage) => Promise<Admission | Problem>;
