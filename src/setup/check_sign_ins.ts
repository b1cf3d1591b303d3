import { findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/** People sign in, each under one subject of a provider, and no subject speaks for two. */
export function checkSignIns({ sign_ins, actors }: Organization): Finding[] {
  const people = new Set(actors.filter(({ kind }) => kind === "person").map(({ slug }) => slug));
  const findings: Finding[] = [];
  sign_ins.forEach(({ actor }, at) => {
    if (!people.has(actor)) {
      findings.push({ path: ["sign_ins", at, "actor"], message: `there is no person "${actor}"` });
    }
  });
  for (const at of findRepeats(sign_ins.map(({ issuer, subject }) => JSON.stringify([issuer, subject])))) {
    findings.push({ path: ["sign_ins", at, "subject"], message: "speaks for somebody already" });
  }
  for (const at of findRepeats(sign_ins.map(({ issuer, actor }) => JSON.stringify([issuer, actor])))) {
    findings.push({ path: ["sign_ins", at, "actor"], message: "has a subject of that provider already" });
  }
  return findings;
}
