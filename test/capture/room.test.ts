import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished } from "vitest";
import { makeDoor } from "../../src/capture/receive.ts";
import { makeRoom } from "../../src/capture/room.ts";
import { makeStager } from "../../src/capture/stage.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import { test } from "../support/database.ts";
import { oneValue } from "../support/rows.ts";
import { aDoor } from "./a_door.ts";
import { countCaptures, send } from "./open_server.ts";

test("a full door refuses before it accepts; what it accepted is stored, what it refused is not", async ({
  database,
}) => {
  const pathId = await withConnection(database.urls.superuser, (root) =>
    oneValue<number>(root, "select id as value from app_public.capture_paths where slug = 'web-form'"),
  );
  const pool = makePool(database.urls.api, { max: 1, applicationName: "test" });
  const stager = makeStager(pool);
  const room = makeRoom({ maxArrivals: 5, maxBytes: 10_000 });
  const doors = { find: async () => aDoor({ pathId }) };
  const server = createServer(
    makeDoor({ stage: stager.stage, doors, pathSecret: () => undefined, log: makeLog("silent"), room }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    await stager.close();
    await pool.end();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const before = await countCaptures(database);

  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, number) => send({ url }, `{"n":${number}}`)),
  );
  const accepted = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);
  expect(accepted.length + refused.length).toBe(200);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers } of refused) expect(headers.get("retry-after")).toBe("1");
  expect(new Set(accepted.map(({ answer }) => answer.captureId)).size).toBe(accepted.length);
  expect(await countCaptures(database)).toBe(before + accepted.length);
  expect([room.arrivals, room.bytes]).toEqual([0, 0]);
});
