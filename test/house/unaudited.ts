const DERIVED = "follows from rows that are audited, and can be made again from them";
const MACHINE = "a moment's state of the machine: nobody's decision";
const INDEX = "an index over people, written with their leads and arrivals";
const STORY = "itself a story that is only added to; what it did to a lead is audited there";
const SCRUBBED = "only an erasure writes it so, and that is audited as one";
const CLOCK =
  "follows from leads, cases and policies, which are audited; its story is clock_segments and escalations";

/** Changes that the worker may make without an entry in the audit, as `table: verbs`. */
export const UNAUDITED: Record<string, string> = {
  "app_private.audit_blocks: insert": "seals the audit itself",
  "app_private.audit_entries: insert": "is the audit itself",
  "app_private.audit_salts: delete insert update": "secrets of the audit's own digests",
  "app_private.calendar_holidays: delete insert": DERIVED,
  "app_private.calendar_spans: delete insert update": DERIVED,
  "app_private.capture_keys: insert update":
    "which arrival had which key: the arrival itself is kept as it came",
  "app_private.clock_changes: insert update":
    "changes that clocks have to follow; the changes are audited where they are made",
  "app_private.draft_members: insert": "of drafts, by which nothing is decided; their revision is audited",
  "app_private.erasures: update":
    "only that the ledger has it: the erasure itself is audited when it is made",
  "app_private.import_batches: delete insert update": MACHINE,
  "app_private.imports: delete insert": "which file came; every arrival in it is kept",
  "app_private.lead_identities: delete insert update": INDEX,
  "app_private.lead_texts: delete insert update": INDEX,
  "app_private.live_territories: insert update": MACHINE,
  "app_private.match_keys: delete insert": INDEX,
  "app_private.match_records: delete insert update": INDEX,
  "app_private.match_statistics: insert update": INDEX,
  "app_private.match_terms: delete insert update": INDEX,
  "app_private.notification_kinds: delete insert update": "of the program, written by its migrations alone",
  "app_private.rate_buckets: insert update": MACHINE,
  "app_private.realignment_moves: insert update":
    "the plan of a realignment, which is audited; each move is audited at its lead",
  "app_private.scoring_weights: insert": "what a scoring model says, which is audited when it is made",
  "app_private.shadow_runs: insert update": "drafts that were tried: nothing is decided by them",
  "app_private.actor_scopes: delete insert update": DERIVED,
  "app_private.territory_grants: delete insert": DERIVED,
  "app_private.territory_shapes: insert": DERIVED,
  "app_private.drain_watches: update": MACHINE,
  "app_private.turns: insert update": MACHINE,
  "app_private.watched_stores: update": MACHINE,
  "app_private.worker_deaths: delete insert": MACHINE,
  "app_private.worker_pools: delete insert update": MACHINE,
  "app_public.activities: insert update": STORY,
  "app_public.assignments: insert update":
    "who had a lead, by the change of its owner, which is audited with the decision",
  "app_public.captures: insert": "arrivals are kept as they came; what people do to one is audited",
  "app_public.clock_segments: delete insert update": CLOCK,
  "app_public.clocks: insert update": CLOCK,
  "app_public.consents: insert update": STORY,
  "app_public.decisions: update": "only by which later one it is superseded, and that one is audited",
  "app_public.escalations: insert update": CLOCK,
  "app_public.exception_comments: update": SCRUBBED,
  "app_public.exception_escalations: insert update":
    "follows from the exception, whose change of team is audited",
  "app_public.match_candidates: delete insert update":
    "doubts: their exceptions are audited, and so are merges",
  "app_public.notifications: delete insert update": "what was said, not what was decided",
  "app_public.shadow_routes: insert": "drafts that were tried: nothing is decided by them",
  "app_public.source_events: insert update": STORY,
};
