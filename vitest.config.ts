import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.soak.test.ts", "node_modules/**"],
    globalSetup: ["test/support/cluster.ts"],
    env: { GRAPHILE_ENV: "test" },
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } }, // a busy machine is late, not wrong
    teardownTimeout: 30_000,
  },
});
