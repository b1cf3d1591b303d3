/** Tables that speak of no person who came as a lead. */
export const KEPT_TABLES: Record<string, string> = {
  "app_private.api_keys": "keys of partners, their secrets as digests",
  "app_private.audit_entries": "never holds a personal value, only digests; their salt goes (digests_of)",
  "app_private.import_batches": "places in a file: numbers of rows",
  "app_private.imports": "the digest of a whole file, so that it is known when it comes again",
  "app_private.lead_fields": "configuration",
  "app_private.match_terms": "values so frequent that they are nobody's, with their share",
  "app_private.path_secrets": "secrets of doors, sealed",
  "app_private.permissions": "configuration",
  "app_private.retention_rules": "configuration",
  "app_private.suppressions":
    "digests of who asked not to be contacted: kept so that nobody does (docs/privacy.md)",
  "app_private.territory_grants": "rights of our own people",
  "app_private.worker_pools": "processes",
  "app_public.accounts":
    "companies that our people manage; a person's own field `company` is scrubbed at the lead",
  "app_public.actors": "our own people and machines",
  "app_public.assignments": "which of our people had the lead, and why no longer: words of ours",
  "app_public.capture_paths": "configuration",
  "app_public.contracts": "configuration",
  "app_public.exception_policies": "configuration",
  "app_public.revisions": "who applied the configuration",
  "app_public.routing_rules": "configuration",
  "app_public.scoring_rules": "configuration",
  "app_public.sla_policies": "configuration",
  "app_public.survivorship_rules": "configuration",
  "app_public.team_members": "our own people",
  "app_public.teams": "our own people and partners",
  "app_public.territories": "configuration",
  "app_public.territory_rules": "configuration",
};

/** Columns that stay although they hold text. A trace is a random number of ours or of the sender's systems. */
export const KEPT_COLUMNS: Record<string, string> = {
  "app_public.activities.value_currency": "of the deal: amounts stay",
  "app_public.captures.located_by": "ids of the rules that located it",
  "app_public.consents.purpose": "proof of what was consented to, without the person",
  "app_public.consents.text_version": "proof of what was consented to, without the person",
  "app_public.decisions.candidates": "our own people, and why not each",
  "app_public.exceptions.runbook": "a page of the manual",
  "app_public.lead_merges.evidence": "how alike fields were (same, close, different), not what they said",
  "app_public.lead_merges.merged_before":
    "app_private.lead_state: owner, clock, score; nothing of the person",
  "app_public.lead_merges.moved": "ids of rows",
  "app_public.lead_merges.returned": "ids of rows",
  "app_public.lead_merges.survivor_before":
    "app_private.lead_state: owner, clock, score; nothing of the person",
  "app_public.leads.source": "source, channel, campaign and medium stay, for the numbers of marketing",
  "app_public.leads.value_currency": "of the deal: amounts stay",
  "app_public.notifications.kind": "which of our messages it was",
  "app_public.source_events.campaign": "as leads.source",
  "app_public.source_events.channel": "as leads.source",
  "app_public.source_events.medium": "as leads.source",
  "app_public.source_events.source": "as leads.source",
};
