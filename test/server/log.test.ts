import { expect, test } from "vitest";
import { makeLog } from "../../src/telemetry/log.ts";

test("secrets, and what PostgreSQL quotes of a row, stay out of the log", () => {
  const lines: string[] = [];
  const log = makeLog("info", { write: (line) => lines.push(line) });
  log.info({
    headers: { authorization: "Bearer HIDDEN", "x-catchment-signature": "HIDDEN" },
    token: "HIDDEN",
    url: "/hook/1?sig=HIDDEN&page=2&access_token=HIDDEN",
    err: Object.assign(new Error("no way to postgres://api:HIDDEN@db/x"), {
      code: "23505",
      detail: "Key (email)=(HIDDEN)",
    }),
  });
  expect(lines.join("")).not.toContain("HIDDEN");
  expect(lines.join("")).toContain("page=2");
  expect(lines.join("")).toContain("23505");
});
