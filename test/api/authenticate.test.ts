import { expect } from "vitest";
import { makeAuthenticate } from "../../src/api/authenticate.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { test } from "../support/database.ts";

test("a signature is checked once in some seconds, and a token counts no longer than it lives", async ({
  database,
}) => {
  const pool = makePool(database.urls.api, { max: 1, applicationName: "test" });
  let verified = 0;
  let expiresAt = Date.now() + 60_000;
  const authenticate = makeAuthenticate({
    pool,
    tokens: {
      verify: async () => {
        verified += 1;
        return { slug: "dora", expiresAt };
      },
    },
  });
  const [one, other] = [bearer("one"), bearer("another")];
  expect(await authenticate(one)).toMatchObject({ mayWrite: true, expiresAt });
  expect(await authenticate(one)).toMatchObject({ mayWrite: true, expiresAt });
  expect(verified).toBe(1);
  expiresAt = Date.now() + 50;
  expect(await authenticate(other)).toMatchObject({ expiresAt });
  await expect.poll(() => authenticate(other)).toBe("invalid");
  expect(verified).toBe(2);
  await pool.end();
});

test("what was refused once is looked at again", async ({ database }) => {
  const pool = makePool(database.urls.api, { max: 1, applicationName: "test" });
  let verified = 0;
  const verify = async () => {
    verified += 1;
    throw new Error("Not one of ours.");
  };
  const authenticate = makeAuthenticate({ pool, tokens: { verify } });
  for (let n = 0; n < 2; n += 1) expect(await authenticate(bearer("one"))).toBe("invalid");
  expect(verified).toBe(2);
  await pool.end();
});

function bearer(signature: string): string {
  return `Bearer header.${Buffer.from('{"iss":"catchment"}').toString("base64url")}.${signature}`;
}
