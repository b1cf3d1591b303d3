import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/**
 * A policy must be able to keep its word: no pause without an end, no working time where nobody says when people work. Nor
 * may two be for the same leads: which of them won would hang on the order of lines, and of files.
 */
export function checkSlaPolicies({ sla_policies, territories }: Organization, tree: Tree): Finding[] {
  const withCalendar = new Set(
    territories.filter(({ calendar }) => calendar !== null).map(({ slug }) => slug),
  );
  const earlier = new Map<string, string>();
  return sla_policies.flatMap((policy, at) => {
    const findings: Finding[] = [];
    const wanted = JSON.stringify([policy.territory, policy.kind, policy.source, policy.status]);
    const before = earlier.get(wanted);
    if (before !== undefined) {
      const message = `is for the same leads as "${before}" before it, so one of them would never be in force: leave one out`;
      findings.push({ path: ["sla_policies", at], message });
    }
    earlier.set(wanted, before ?? policy.slug);
    const refuse = (key: keyof typeof policy, message: string) => {
      findings.push({ path: ["sla_policies", at, key], message });
    };
    if (policy.time === "working" && !tree.chain(policy.territory).some((slug) => withCalendar.has(slug))) {
      refuse("time", `neither "${policy.territory}" nor a territory above it has a calendar`);
    }
    if (policy.pauses_on.length > 0 && policy.max_pause_seconds === null) {
      refuse("pauses_on", "needs max_pause_seconds: no pause is without an end");
    }
    if (policy.pauses_on.includes("customer") && policy.kind.endsWith("_response")) {
      refuse("pauses_on", "customer: our response, after which the ball is theirs, stops this clock");
    }
    if (policy.on_reassign === "restart" && policy.kind === "outcome") {
      refuse("on_reassign", "an outcome is timed from the capture on, whoever owns the lead");
    }
    return findings;
  });
}
