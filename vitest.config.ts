import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begun last, a file that waits for two minutes would be waited for alone. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = ["chaos", "cli"].findIndex((folder) => moduleId.includes(`/test/${folder}/`));
      return at === -1 ? 2 : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.soak.test.ts", "node_modules/**"],
    sequence: { sequencer: WaitingFirst },
    globalSetup: ["test/support/cluster.ts"],
    env: { GRAPHILE_ENV: "test" },
    isolate: false, // a third of a short file's time went into loading the same modules again
    maxWorkers: 3, // on two cores: some wait for a clock or a process most of the time
    testTimeout: 120_000, // three times what the longest needs on a quiet machine
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } }, // a busy machine is late, not wrong
    teardownTimeout: 30_000,
  },
});
