import { GATE_QUESTIONS, type GateRule } from "./gate_rule.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/**
 * Rules of the gate speak of territories and sources that exist, no two of one territory and source ask the same, and one
 * that says `automate` lifts something.
 */
export function checkGateRules(
  { gate_rules, capture_paths }: Pick<Organization, "gate_rules" | "capture_paths">,
  tree: Tree,
): Finding[] {
  const sources = new Set(capture_paths.map((path) => path.source));
  const asked = new Set<string>();
  return gate_rules.flatMap((rule, at): Finding[] => {
    const path = ["gate_rules", at];
    const findings: Finding[] = [];
    if (!tree.has(rule.territory)) {
      findings.push({
        path: [...path, "territory"],
        message: `there is no territory "${rule.territory}"`,
      });
    }
    if (rule.source !== null && !sources.has(rule.source)) {
      findings.push({
        path: [...path, "source"],
        message: `no capture path has the source "${rule.source}"`,
      });
    }
    const wanted = JSON.stringify(
      [rule.territory, rule.source, questionOf(rule), rule.condition].concat(rule.missing ?? []),
    );
    if (asked.has(wanted)) {
      findings.push({ path, message: "asks the same as a rule before it: leave one out" });
    }
    asked.add(wanted);
    if (rule.result === "automate" && rule.condition !== null) {
      findings.push({
        path: [...path, "condition"],
        message:
          "what is lifted is lifted for every lead there, so no condition is asked: say `missing: [phone]`, or any field",
      });
    } else if (rule.result === "automate" && !gate_rules.some((other) => isLiftedBy(other, rule, tree))) {
      findings.push({
        path: [...path, "result"],
        message: `there is nothing to lift: no rule above asks for ${questionOf(rule)}`,
      });
    }
    return findings;
  });
}

function questionOf(rule: GateRule) {
  return GATE_QUESTIONS.find((question) => rule[question] !== null);
}

/** What a rule is about, as the column `subject` of the table has it: `missing` and `condition` are both evidence. */
function subjectOf(rule: GateRule) {
  const question = questionOf(rule);
  return question === "condition" ? "missing" : question;
}

function isLiftedBy(other: GateRule, lifting: GateRule, tree: Tree): boolean {
  if (other.result === "automate" || subjectOf(other) !== subjectOf(lifting)) return false;
  if (other.territory === lifting.territory) return other.source === null && lifting.source !== null;
  return tree.has(lifting.territory) && tree.chain(lifting.territory).includes(other.territory);
}
