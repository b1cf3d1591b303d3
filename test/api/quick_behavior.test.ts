import { expect, test } from "vitest";
import { quicken } from "../../src/api/quick_behavior.ts";

/** As the library's, with what is said of a thing in place of the thing. */
class Behavior {
  asked: string[] = [];
  getBehaviorForEntity(_type: string, said: string) {
    return { behaviorString: said };
  }
  getDefaultBehaviorFor() {
    return "+list";
  }
  entityMatches(type: string, said: string, filter: string) {
    this.asked.push(`${type} ${filter}`);
    return said.includes(filter) ? !said.includes(`-${filter}`) : undefined;
  }
  getPreferencesAppliedBehaviors(
    type: string,
    inferred: { behaviorString: string },
    _override: { behaviorString: string },
  ) {
    this.asked.push(`${type} applied`);
    return { behaviorString: `${type} ${inferred.behaviorString}` };
  }
}

test("the library is asked once for each question and text, and its answers stand", () => {
  quicken(Behavior.prototype as never);
  quicken(Behavior.prototype as never); // as the next build does
  const behavior = new Behavior();
  for (const _ of [1, 2]) {
    expect(behavior.entityMatches("pgCodec", "+select -order", "select")).toBe(true);
    expect(behavior.entityMatches("pgCodec", "+select -order", "order")).toBe(false);
    expect(behavior.entityMatches("pgCodec", "+select", "order")).toBeUndefined();
    expect(behavior.entityMatches("pgResource", "+select", "order")).toBeUndefined();
    const applied = ["+a", "+b"].map((behaviorString) =>
      behavior.getPreferencesAppliedBehaviors("pgCodec", { behaviorString }, { behaviorString: "" }),
    );
    expect(applied).toEqual([{ behaviorString: "pgCodec +a" }, { behaviorString: "pgCodec +b" }]);
  }
  expect(behavior.asked).toEqual([
    "pgCodec select",
    "pgCodec order",
    "pgCodec order",
    "pgResource order",
    "pgCodec applied",
    "pgCodec applied",
  ]);
});
