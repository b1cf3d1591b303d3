import { defineConfig } from "vitest/config";

/** Long runs under load, apart from `npm test`. One at a time: they measure. */
export default defineConfig({
  test: {
    include: ["test/**/*.soak.test.ts"],
    globalSetup: ["test/support/cluster.ts"],
    env: { GRAPHILE_ENV: "test" },
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 30 * 60_000,
    hookTimeout: 5 * 60_000,
    expect: { poll: { timeout: 20_000 } },
    teardownTimeout: 60_000,
  },
});
