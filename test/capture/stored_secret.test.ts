import { createHmac } from "node:crypto";
import { expect } from "vitest";
import { sealSecret } from "../../src/capture/sealed_secret.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "../support/database.ts";
import { openServer, send } from "./open_server.ts";

const KEY = "a key of the tests, at least 32 characters";

test("a door opens to a signature by a stored secret, while the server that has no key refuses it", async ({
  database,
}) => {
  const { ciphertext, keyId } = sealSecret(KEY, { slug: "partner-feed", name: "" }, "hush");
  await withConnection(database.urls.worker, (worker) =>
    worker.query(
      `insert into app_private.path_secrets (path_id, name, ciphertext, key_id, created_at)
       select id, '', $1, $2, now() from app_public.capture_paths where slug = 'partner-feed'`,
      [ciphertext, keyId],
    ),
  );
  const body = JSON.stringify({ id: 1, email: "kontakt@example.de" });
  const signed = (secret: string) => ({
    path: "partner-feed",
    headers: { "x-catchment-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` },
  });
  const open = await openServer(database, { key: KEY });
  expect((await send(open, body, signed("hush"))).status).toBe(200);
  expect((await send(open, body, signed("guessed"))).status).toBe(401);
  const [without, other] = [
    await openServer(database),
    await openServer(database, { key: `${KEY}, another` }),
  ];
  for (const closed of [without, other]) {
    expect((await send(closed, body, signed("hush"))).status).toBeGreaterThanOrEqual(400);
    expect(closed.logged() + open.logged()).not.toContain("hush");
  }
});
