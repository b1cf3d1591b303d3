import { checkSlugs, findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

type Say = (path: PropertyKey[], message: string) => void;

/** A channel is somebody's, an address is an email channel's, and no secret is asked for under the name of a path's. */
export function checkNotifications(organization: Organization, tree: Tree): Finding[] {
  const { notification_channels: channels, notification_policies: policies } = organization;
  const findings = [
    ...checkSlugs("notification_channels", channels),
    ...checkSlugs("notification_policies", policies),
  ];
  const sayOf =
    (section: string, at: number): Say =>
    (path, message) =>
      findings.push({ path: [section, at, ...path], message });
  channels.forEach((channel, at) => {
    checkChannel(channel, organization, tree, sayOf("notification_channels", at));
  });
  policies.forEach((policy, at) => {
    const say = sayOf("notification_policies", at);
    if (!tree.has(policy.territory)) say(["territory"], `there is no territory "${policy.territory}"`);
    const { is_urgent, quiet_from, quiet_until, digest } = policy;
    if ((quiet_from === null) !== (quiet_until === null)) {
      say(["quiet_from"], "quiet_from and quiet_until go together");
    }
    if ([is_urgent, quiet_from, quiet_until, digest].every((said) => said === null)) {
      say([], "says nothing: is_urgent, quiet hours or digest");
    }
  });
  for (const at of findRepeats(policies.map(({ territory, kind }) => `${territory} ${kind ?? ""}`))) {
    sayOf("notification_policies", at)([], "says of the same what an earlier policy says");
  }
  return findings;
}

function checkChannel(
  channel: Organization["notification_channels"][number],
  { teams, actors, capture_paths }: Organization,
  tree: Tree,
  say: Say,
): void {
  const { slug, kind, territory, team, person, address } = channel;
  if ([territory, team, person].filter((whose) => whose !== null).length !== 1) {
    say(["slug"], "needs one of territory, team, person: whose channel it is");
  }
  if (territory !== null && !tree.has(territory)) say(["territory"], `there is no territory "${territory}"`);
  if (team !== null && !teams.some((each) => each.slug === team)) say(["team"], `there is no team "${team}"`);
  if (person !== null && actors.find((each) => each.slug === person)?.kind !== "person") {
    say(["person"], `there is no person "${person}"`);
  }
  if (kind === "email" && address === null) say(["kind"], "an email channel needs its address");
  if (kind !== "email" && address !== null) {
    say(["address"], "is for kind: email; where others send to is a secret: CATCHMENT_SECRET_<SLUG>");
  }
  // CATCHMENT_SECRET_X_SIGNING_KEY must be one thing only.
  const same = capture_paths.find((path) => path.slug === slug || path.slug === `${slug}-signing-key`);
  if (same !== undefined) {
    say(["slug"], `would share secrets with the capture path "${same.slug}": call it otherwise`);
  }
}
