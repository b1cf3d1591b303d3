import { expect, test } from "vitest";
import { makeRulesEngine } from "../../src/bench/territory_engine.ts";
import { makeCompiledLoop } from "../../src/bench/territory_loop.ts";
import { drawLeads, drawRules } from "../../src/bench/territory_sample.ts";

test.for([true, false])(
  "json-rules-engine finds what the loop finds, a rule matching: %s",
  async (isMatching) => {
    const rules = drawRules(100, 50);
    const [engine, loop] = [makeRulesEngine(rules), makeCompiledLoop(rules)];
    for (const lead of drawLeads(rules, 40, isMatching)) {
      const found = await engine(lead);
      expect(found).toBe(loop(lead));
      expect(found !== null).toBe(isMatching);
    }
  },
);
