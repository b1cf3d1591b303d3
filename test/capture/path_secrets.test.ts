import { expect } from "vitest";
import { loadSealedSecrets, makePathSecrets } from "../../src/capture/path_secrets.ts";
import { type SealedSecret, sealSecret } from "../../src/capture/sealed_secret.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { test } from "../support/database.ts";

const KEY = "a key of the tests, at least 32 characters";
const none = () => undefined;

test("a stored secret is found by path, or by path and name, and the environment wins", async () => {
  const load = async () => [
    sealSecret(KEY, { slug: "meta", name: "" }, "stored"),
    sealSecret(KEY, { slug: "meta", name: "verify-token" }, "by name"),
    sealSecret(KEY, { slug: "tiktok", name: "" }, "stored too"),
  ];
  const fromEnvironment = (slug: string) => (slug === "tiktok" ? "from the environment" : undefined);
  const secrets = makePathSecrets({ fromEnvironment, key: KEY, load });
  expect(secrets.find("meta")).toBeUndefined();
  await secrets.refresh();
  expect(secrets.find("meta")).toBe("stored");
  expect(secrets.find("meta-verify-token")).toBe("by name");
  expect(secrets.find("tiktok")).toBe("from the environment");
  expect(secrets.find("hubspot")).toBeUndefined();
});

test("a path's own secret goes before that of a shorter path with a name", async () => {
  const named = sealSecret(KEY, { slug: "web", name: "form" }, "of web");
  const own = sealSecret(KEY, { slug: "web-form", name: "" }, "of web-form");
  for (const order of [
    [named, own],
    [own, named],
  ]) {
    const secrets = makePathSecrets({ fromEnvironment: none, key: KEY, load: async () => order });
    await secrets.refresh();
    expect(secrets.find("web-form")).toBe("of web-form");
  }
});

test("one that does not open is as good as none; the others are not hurt", async () => {
  const moved: SealedSecret = { ...sealSecret(KEY, { slug: "meta", name: "" }, "moved"), slug: "tiktok" };
  const load = async () => [moved, sealSecret(KEY, { slug: "hubspot", name: "" }, "right")];
  const secrets = makePathSecrets({ fromEnvironment: none, key: KEY, load });
  await secrets.refresh();
  expect([secrets.find("tiktok"), secrets.find("hubspot")]).toEqual([undefined, "right"]);
});

test("while the database is away the last ones go on; one that was removed is gone", async () => {
  let answer = async (): Promise<SealedSecret[]> => [sealSecret(KEY, { slug: "meta", name: "" }, "kept")];
  const failures: unknown[] = [];
  const secrets = makePathSecrets({
    fromEnvironment: none,
    key: KEY,
    load: () => answer(),
    onFailure: (error) => failures.push(error),
  });
  await secrets.refresh();
  answer = () => Promise.reject(new Error("away"));
  await secrets.refresh();
  expect([secrets.find("meta"), failures.length]).toEqual(["kept", 1]);
  answer = async () => [];
  await secrets.refresh();
  expect(secrets.find("meta")).toBeUndefined();
});

test("the doors' login reads ciphertexts through sealed_secrets, and the table not at all", async ({
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
  const pool = makePool(database.urls.api, { max: 1, applicationName: "test", log: () => {} });
  try {
    const secrets = makePathSecrets({ fromEnvironment: none, key: KEY, load: () => loadSealedSecrets(pool) });
    await secrets.refresh();
    expect(secrets.find("partner-feed")).toBe("hush");
    await expect(pool.query("select from app_private.path_secrets")).rejects.toThrow("permission denied");
  } finally {
    await pool.end();
  }
});
