--! Previous: sha1:65e927b6a51e55d9204f00c7d4d6d6e6a8600be7
--! Hash: sha1:a00928b5323466a76464a2c982c3dc8ff3ba01ed
--! Message: One person, every touch

--! split: 1-current.sql
-- Enter migration here

--! split: 10-matching.sql
-- Matching: what of arrivals is compared, by which keys leads are found, and what a model makes of agreement.
create extension if not exists fuzzystrmatch with schema app_private;

alter table app_private.lead_identities
  add column if not exists record_id uuid,                             -- the arrival that brought the key first
  add column if not exists is_shared boolean not null default false;   -- seen with people who cannot be one: it joins nobody by itself any more
alter table app_private.lead_identities drop constraint if exists lead_identities_kind_check;
alter table app_private.lead_identities add constraint lead_identities_kind_check
  check (kind in ('email', 'phone', 'external_id', 'person'));

-- What is compared of an arrival, folded (src/normalize/match.ts). One row for each arrival that told something new of its lead.
-- lead_id: the lead it made or joined first; merges do not move it. No foreign keys: leads are never deleted, captures are partitioned.
create table if not exists app_private.match_records (
  id uuid primary key,  -- the capture
  boundary_id int not null,
  lead_id uuid not null,
  is_test boolean not null,
  first_name text,
  name_root text,
  last_name text,
  birth_date text,
  street text,
  city text,
  postal_code text,
  region text,
  country text,
  company text,
  company_domain text,
  email text,
  mailbox text,
  handle text,
  phone text,
  keys bigint[] not null
);

-- By what records are found that may be of the same person. A key that more than 32 records share is not looked at.
create table if not exists app_private.match_keys (
  key_hash bigint not null,  -- app_private.match_key_hash
  record_id uuid not null,
  primary key (key_hash, record_id)
);

-- How often a folded value stands among the records of a boundary; only of values that are frequent.
create table if not exists app_private.match_terms (
  boundary_id int not null,
  field text not null,
  term text not null,
  share real not null check (share > 0 and share <= 1),
  primary key (boundary_id, field, term)
);

-- How many records a boundary has, as of the last night or training (app_private.refresh_match_statistics).
create table if not exists app_private.match_statistics (
  boundary_id int primary key,
  records bigint not null,
  counted_at timestamptz not null
);

drop type if exists app_private.resolution cascade;
-- What identity decided of one arrival: its lead, the id it would have given a new one, whether it is the first of a
-- new lead, the lead its key belongs to where that was merged into another, whom else it may be, what others are compared
-- with (null: nothing), and the keys by which they find it.
--   doubts: [{"lead_id", "key", "probability", "bits", "levels"}, …]
create type app_private.resolution as (
  arrival app_private.arrival, lead_id uuid, proposed_id uuid, is_first boolean, origin_lead_id uuid, doubts jsonb,
  record app_private.match_records, keys bigint[]);

-- What agreement and disagreement are worth. Of pairs whose field is known on both sides, shares say how many have a level:
-- among records of one person, of strangers, of two people of one household or office. Flat arrays, five levels (unknown,
-- different, partly, close, same) of each field in the order of app_private.compare_people.
create table if not exists app_private.identity_models (
  id int primary key generated always as identity,
  boundary_id int references app_public.territories (id) on delete cascade,  -- null: shipped, for boundaries without their own
  version int not null check (version > 0),
  same_shares real[] not null check (cardinality(same_shares) = 60),
  stranger_shares real[] not null check (cardinality(stranger_shares) = 60),
  household_shares real[] not null check (cardinality(household_shares) = 60),
  weights real[] not null check (cardinality(weights) = 60),                      -- bits of one person against strangers
  household_weights real[] not null check (cardinality(household_weights) = 60),  -- and against a household
  household_bits real not null,  -- log2 of the odds that two records of one household or office are of one person
  prior_share real not null check (prior_share > 0 and prior_share < 1),  -- of arrivals that are of somebody known
  upper_probability real not null,  -- from here: the same person
  lower_probability real not null,  -- from here: a case for people
  records bigint not null,          -- that it was trained on; 0: shipped
  trained_at timestamptz not null,
  is_active boolean not null,
  constraint thresholds_in_order check (0.5 <= lower_probability and lower_probability <= upper_probability and upper_probability < 1)
);
create unique index if not exists one_version_of_a_model on app_private.identity_models (coalesce(boundary_id, 0), version);
create unique index if not exists one_active_model on app_private.identity_models (coalesce(boundary_id, 0)) where is_active;
create index if not exists identity_models_boundary_id_idx on app_private.identity_models (boundary_id);

drop type if exists app_private.claim cascade;
-- A key of one arrival and who has it: a known lead, through the record that brought it, or an earlier arrival of the batch.
create type app_private.claim as (
  capture_id uuid, rank bigint, boundary_id int, kind text, value_hash bytea, is_role boolean, is_shared boolean,
  lead_id uuid, record_id uuid, is_earlier boolean);

drop type if exists app_private.key_holders cascade;
-- A key of an arrival that others have: stored records, and earlier arrivals of the batch.
create type app_private.key_holders as (capture_id uuid, key_hash bigint, record_ids uuid[], earlier_ids uuid[]);

drop type if exists app_private.likeness cascade;
-- How like an arrival is to a record (of a known lead, or of an earlier arrival of the batch).
create type app_private.likeness as (
  capture_id uuid, record_id uuid, is_earlier boolean, lead_id uuid, levels smallint[], bits real, probability real,
  are_nameless boolean, is_contradicted boolean);

drop type if exists app_private.offer cascade;
-- Whom an arrival may follow, by a key (rank: in their order) or by likeness (rank 100), and whether it does. lead_id: whose
-- the record is; root_id: who stands for that lead today. is_odd: too much to pass over, too little to follow.
create type app_private.offer as (
  capture_id uuid, record_id uuid, is_earlier boolean, lead_id uuid, root_id uuid, rank bigint, key text, bits real, probability real,
  levels smallint[], holds boolean, is_odd boolean);

-- Pairs that a machine does not join and people should look at. The pair belongs to the nearest common territory.
create table if not exists app_public.match_candidates (
  id uuid primary key default uuidv7(),
  territory_id int not null references app_public.territories (id) on delete restrict,
  lead_id uuid not null references app_public.leads (id) on delete cascade,        -- of the arrival that raised the doubt
  other_lead_id uuid not null references app_public.leads (id) on delete cascade,
  capture_id uuid not null,
  trace_id text not null,
  probability real check (probability between 0 and 1),  -- that both are one person; null where only a key speaks for it
  evidence jsonb not null,  -- {"key": kind of the shared key, "bits": …, "fields": {field: unknown | different | partly | close | same}}
  state text not null default 'open' check (state in ('open', 'merged', 'rejected')),
  opened_at timestamptz not null,
  decided_at timestamptz,
  decided_by_id int references app_public.actors (id) on delete restrict,
  constraint decided_or_open check ((state = 'open') = (decided_at is null)),
  constraint two_different_leads check (lead_id <> other_lead_id)
);
create unique index if not exists one_candidate_per_pair on app_public.match_candidates (least(lead_id, other_lead_id), greatest(lead_id, other_lead_id));
create index if not exists match_candidates_lead_id_idx on app_public.match_candidates (lead_id);
create index if not exists match_candidates_other_lead_id_idx on app_public.match_candidates (other_lead_id);
create index if not exists match_candidates_territory_id_idx on app_public.match_candidates (territory_id, id desc);
create index if not exists match_candidates_decided_by_id_idx on app_public.match_candidates (decided_by_id);
create index if not exists match_candidates_capture_id_idx on app_public.match_candidates (capture_id) where state = 'open';
drop index if exists app_private.match_records_lead_id_idx;
alter table app_public.captures add column if not exists origin_lead_id uuid;  -- whose key brought it, where that lead was merged into another

--! split: 20-merge.sql
-- Merging: a reversible link between two leads, and the record of what it moved.

-- What a lead is by itself, apart from what people say of the person: who owns it, what its clock does, what it earned.
-- assignment_id: its running assignment; clock_id: its first-response clock, which runs or would if no merge had stopped it.
do $$
begin
  create type app_private.lead_state as (
    lead_id uuid, status text, owner_id int, team_id int, owned_at timestamptz, routed_at timestamptz, assignment_id uuid,
    clock_id uuid, is_clock_running boolean, first_responded_at timestamptz, handed_over_at timestamptz,
    score smallint, score_reasons jsonb, first_seen_at timestamptz, last_activity_at timestamptz);
exception when duplicate_object then null;
end
$$;

-- What a merge or an unmerge would do: moves names how many rows of each table change their lead; survivor and merged say
-- what the leads are afterwards; notes say what is not as one might expect.
do $$
begin
  create type app_public.merge_preview as (
    survivor_id uuid, merged_id uuid, moves jsonb, survivor jsonb, merged jsonb, notes text[]);
exception when duplicate_object then null;
end
$$;

-- What decide_merge and decide_unmerge decide: what both leads are by themselves, what they become (merged_after: only of an
-- unmerge), the rows that move, by table, and what a person should know before.
do $$
begin
  create type app_private.merge_decision as (
    survivor app_private.lead_state, merged app_private.lead_state, survivor_after app_private.lead_state,
    merged_after app_private.lead_state, moves jsonb, notes text[]);
exception when duplicate_object then null;
end
$$;

-- One row a merge. A pair across territories belongs to their nearest common ancestor.
create table if not exists app_public.lead_merges (
  id uuid primary key default uuidv7(),
  survivor_id uuid not null references app_public.leads (id) on delete restrict,
  merged_id uuid not null references app_public.leads (id) on delete restrict,
  territory_id int not null references app_public.territories (id) on delete restrict,
  actor_id int references app_public.actors (id) on delete restrict,
  score double precision,
  evidence jsonb,
  moved jsonb not null,
  survivor_before jsonb not null,
  merged_before jsonb not null,
  merged_at timestamptz not null,
  unmerged_at timestamptz,
  unmerged_by_id int references app_public.actors (id) on delete restrict,
  returned jsonb,
  constraint two_leads_become_one check (survivor_id <> merged_id),
  constraint undone_after_it_was_done check (unmerged_at >= merged_at),
  constraint undone_says_what_returned check ((unmerged_at is null) = (returned is null)),
  constraint nobody_undoes_what_stands check (unmerged_by_id is null or unmerged_at is not null)
);
create unique index if not exists merged_into_one_lead_at_a_time on app_public.lead_merges (merged_id) where unmerged_at is null;
create index if not exists lead_merges_survivor_id_idx on app_public.lead_merges (survivor_id);
create index if not exists lead_merges_merged_id_idx on app_public.lead_merges (merged_id);
create index if not exists lead_merges_territory_id_id_idx on app_public.lead_merges (territory_id, id desc);
create index if not exists lead_merges_actor_id_idx on app_public.lead_merges (actor_id);
create index if not exists lead_merges_unmerged_by_id_idx on app_public.lead_merges (unmerged_by_id) where unmerged_by_id is not null;
comment on table app_public.lead_merges is 'One row a merge of two leads; one that was undone keeps its row.';
comment on column app_public.lead_merges.territory_id is 'Nearest common ancestor of the territories of both leads.';
comment on column app_public.lead_merges.actor_id is 'Who merged them; null: the machine.';
comment on column app_public.lead_merges.score is 'Of the match behind it, as the matching gave it; null: none.';
comment on column app_public.lead_merges.evidence is 'Of the match behind it, field by field.';
comment on column app_public.lead_merges.moved is 'Ids of the rows that went to the survivor, by table.';
comment on column app_public.lead_merges.survivor_before is 'app_private.lead_state: what the survivor is by itself, without any lead that was merged into it. Written anew by each later merge or unmerge of it while this one stands.';
comment on column app_public.lead_merges.merged_before is 'app_private.lead_state: what the merged lead was by itself.';
comment on column app_public.lead_merges.returned is 'Ids of the rows that the unmerge gave back, by table; null while it stands.';

-- Where a row comes from that a merge moved. Null: it was never moved.
alter table app_public.activities add column if not exists origin_lead_id uuid;
alter table app_public.assignments add column if not exists origin_lead_id uuid;
alter table app_public.clocks add column if not exists origin_lead_id uuid;
alter table app_public.consents add column if not exists origin_lead_id uuid;
alter table app_public.exceptions add column if not exists origin_lead_id uuid;
alter table app_public.notifications add column if not exists origin_lead_id uuid;
alter table app_private.privacy_requests add column if not exists origin_lead_id uuid;
comment on column app_public.activities.origin_lead_id is 'The lead that a merge moved it away from; null: never moved.';
comment on column app_public.assignments.origin_lead_id is 'The lead that a merge moved it away from; null: never moved.';
comment on column app_public.captures.origin_lead_id is 'The lead that a merge moved it away from, or that its key belongs to; null: never moved.';
comment on column app_public.clocks.origin_lead_id is 'The lead that a merge took it over from; null: it runs for its own lead.';
comment on column app_public.consents.origin_lead_id is 'The lead that a merge moved it away from; null: never moved.';
comment on column app_public.exceptions.origin_lead_id is 'The lead that a merge moved it away from; null: never moved.';
comment on column app_public.notifications.origin_lead_id is 'The lead that a merge moved it away from; null: never moved.';
comment on column app_private.privacy_requests.origin_lead_id is 'The lead that a merge moved it away from; null: never moved.';

alter table app_public.clocks add column if not exists stop_reason text;
alter table app_public.clocks drop constraint if exists only_a_stopped_clock_has_a_reason;
alter table app_public.clocks add constraint only_a_stopped_clock_has_a_reason
  check (stop_reason is null or (stop_reason = 'merged' and stopped_at is not null));
comment on column app_public.clocks.stop_reason is 'merged: a merge stopped it, and the unmerge lets it go on; null: it runs or was answered.';

alter table app_public.exceptions add column if not exists is_closed_by_merge boolean not null default false;
alter table app_public.exceptions drop constraint if exists a_merge_closes_what_is_resolved;
alter table app_public.exceptions add constraint a_merge_closes_what_is_resolved check (not is_closed_by_merge or resolved_at is not null);
comment on column app_public.exceptions.is_closed_by_merge is 'A merge made it pointless and closed it; the unmerge opens it again.';

alter table app_public.decisions drop constraint if exists decisions_kind_check;
alter table app_public.decisions add constraint decisions_kind_check check (kind in ('route', 'merge'));
-- Their actions and whose owner is named: 50-consent.sql, which adds more.

drop function if exists app_private.known_leads(jsonb);  -- tells whose key it was

-- Merged leads have no owner either, and wait for none.
drop index if exists app_public.leads_without_owner;
create index leads_without_owner on app_public.leads (territory_id, id)
  where owner_id is null and closed_at is null and merged_into_id is null;

--! split: 30-survivorship.sql
-- Survivorship: which of the things said about a person its lead shows, and people's edits.
do $$
begin
  create type app_public.lead_field as enum (
    'first_name', 'last_name', 'email', 'phone', 'company', 'company_domain', 'street', 'city', 'postal_code', 'region', 'country',
    'language', 'segment', 'birth_date', 'employees', 'value_amount', 'value_currency');
exception when duplicate_object then null;
end
$$;

alter table app_public.leads add column if not exists field_origins jsonb;
comment on column app_public.leads.field_origins is
  'Where fields come from that the first touch did not say: {field: {"source_event" | "activity" | "edit": id}}. Null: all are of the first touch.';

-- The fields that touches and people fill, and the shipped rule of each. What belongs together (a name, an address) is one group.
create table if not exists app_private.lead_fields (
  field app_public.lead_field primary key,
  field_group text not null,
  criteria text[] not null
);

-- Rules of an organization, in the order of its YAML; of the nearest ancestor that names a field the last one counts.
create table if not exists app_public.survivorship_rules (
  id int primary key generated always as identity,
  revision int not null references app_public.revisions (id) on delete restrict,
  territory_id int not null references app_public.territories (id) on delete restrict,
  position int not null,
  fields text[] not null check (cardinality(fields) > 0),
  criteria text[] not null check (criteria <@ array['trusted', 'verified', 'most_complete', 'most_recent', 'first'] and cardinality(criteria) > 0),
  trusted_sources text[] not null default '{}',  -- most trusted first
  constraint trust_names_its_sources check (('trusted' = any (criteria)) = (cardinality(trusted_sources) > 0))
);
create index if not exists survivorship_rules_revision_territory_id_idx on app_public.survivorship_rules (revision, territory_id);
create index if not exists survivorship_rules_territory_id_idx on app_public.survivorship_rules (territory_id);
create index if not exists capture_paths_source_idx on app_public.capture_paths (source);

-- What people wrote into a lead. It stands until a later edit of the field supersedes it or somebody undoes it.
create table if not exists app_public.lead_edits (
  id uuid primary key default uuidv7(),
  lead_id uuid not null,
  territory_id int not null,
  origin_lead_id uuid,  -- whose it was before a merge; null: never moved
  trace_id text not null,
  field app_public.lead_field not null,
  value text,  -- in normal form; null: left blank on purpose
  actor_id int references app_public.actors (id) on delete restrict,
  edited_at timestamptz not null,
  superseded_at timestamptz,
  undone_at timestamptz,
  undone_by_id int references app_public.actors (id) on delete restrict,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint superseded_or_undone check (superseded_at is null or undone_at is null),
  constraint who_undoes_is_known_by_when check (undone_by_id is null or undone_at is not null)
);
create unique index if not exists one_standing_edit_per_field on app_public.lead_edits (coalesce(origin_lead_id, lead_id), field)
  where superseded_at is null and undone_at is null;
create index if not exists lead_edits_lead_id_territory_id_idx on app_public.lead_edits (lead_id, territory_id);
create index if not exists lead_edits_territory_id_id_idx on app_public.lead_edits (territory_id, id desc);
create index if not exists lead_edits_trace_id_idx on app_public.lead_edits (trace_id);
create index if not exists lead_edits_actor_id_idx on app_public.lead_edits (actor_id);
create index if not exists lead_edits_undone_by_id_idx on app_public.lead_edits (undone_by_id);
comment on table app_public.lead_edits is 'What people wrote into fields of a lead; wins over every touch while it stands.';
comment on column app_public.lead_edits.value is 'In the normal form of arrivals; null: left blank on purpose.';

alter table app_public.match_candidates alter column capture_id drop not null;  -- null: an edit raised the doubt

do $$
begin
  create type app_public.field_origin as (
    field app_public.lead_field, value text, rule text, source_event_id uuid, activity_id uuid, edit_id uuid,
    source text, occurred_at timestamptz, actor text);
exception when duplicate_object then null;
end
$$;

drop function if exists app_private.fill_blanks(app_private.resolution[]);
drop function if exists app_private.score_leads(uuid[], int);

--! split: 40-attribution.sql
-- Attribution: the half-life of time decay is configuration of a territory; what a deal was worth is told with the deal.
alter table app_public.territories
  add column if not exists attribution_half_life_days double precision,
  add column if not exists half_life_days double precision not null default 7;
alter table app_public.territories drop constraint if exists a_half_life_is_a_span_of_days;
alter table app_public.territories add constraint a_half_life_is_a_span_of_days
  check (attribution_half_life_days between 0.01 and 3650);
comment on column app_public.territories.attribution_half_life_days is 'Days in which a touch loses half its weight under time decay, as the YAML says; null: that of the nearest ancestor that says one, else 7.';
comment on column app_public.territories.half_life_days is 'The half-life that counts here, in days; kept by place_in_tree.';

alter table app_public.activities
  add column if not exists value_amount numeric(18,2),
  add column if not exists value_currency text;
alter table app_public.activities drop constraint if exists an_amount_has_its_currency;
alter table app_public.activities add constraint an_amount_has_its_currency
  check ((value_amount is null) = (value_currency is null));
comment on column app_public.activities.value_amount is 'What the deal is worth as told with this change of status, in value_currency; null: nothing was told.';
comment on column app_public.activities.value_currency is 'ISO 4217.';

do $$
begin
  create type app_public.attribution_model as enum ('first_touch', 'last_touch', 'linear', 'position_based', 'time_decay');
exception when duplicate_object then null;
end
$$;

--! split: 50-consent.sql
-- Consent, suppression and the gate: who may be contacted, and what holds a lead back.

-- Purposes that a contract demands: without them nothing happens by itself. An array of text, from the definition.
alter table app_public.contracts add column if not exists required_purposes jsonb not null generated always as (
  jsonb_path_query_array(definition, '$.consents[*] ? (@.required == true).purpose')) stored;
comment on column app_public.contracts.required_purposes is 'Purposes of its consent rules that are required: a lead that came through it is routed only with these granted.';
create index if not exists contracts_that_demand on app_public.contracts (id) where required_purposes <> '[]';

-- People write consents down too: what somebody said on the telephone has no capture.
alter table app_public.consents alter column capture_id drop not null;
alter table app_public.consents
  add column if not exists actor_id int references app_public.actors (id) on delete restrict,
  add column if not exists note text check (length(note) <= 10000);
alter table app_public.consents drop constraint if exists an_arrival_or_a_person_tells;
alter table app_public.consents add constraint an_arrival_or_a_person_tells check ((capture_id is null) <> (actor_id is null));
create index if not exists consents_actor_id_idx on app_public.consents (actor_id) where actor_id is not null;
comment on column app_public.consents.capture_id is 'The arrival that told it, hence its source event; null: a person wrote it down.';
comment on column app_public.consents.actor_id is 'Who wrote it down; null: an arrival told it.';

-- Keys of people and companies that are not to be contacted. Only hashes (app_private.identity_hash); several reasons
-- may stand for one key. A row that is lifted goes; the audit keeps that it was there.
create table if not exists app_private.suppressions (
  id uuid primary key default uuidv7(),
  boundary_id int not null references app_public.territories (id) on delete restrict,
  kind text not null check (kind in ('email', 'phone', 'external_id', 'domain')),
  value_hash bytea not null check (octet_length(value_hash) = 32),
  reason text not null check (reason in ('asked_not_to_be_contacted', 'bounced', 'complained', 'legal', 'erased')),
  suppressed_at timestamptz not null,
  ends_at timestamptz,  -- null: for good
  actor_id int references app_public.actors (id) on delete restrict,  -- null: the command line or the machine
  capture_id uuid,    -- the arrival that asked for it
  constraint suppressed_for_some_time check (ends_at > suppressed_at),
  constraint one_suppression_of_a_key_and_reason unique (boundary_id, kind, value_hash, reason)
);
create index if not exists suppressions_ending on app_private.suppressions (ends_at) where ends_at is not null;
create index if not exists suppressions_suppressed_at_idx on app_private.suppressions (suppressed_at);
create index if not exists suppressions_actor_id_idx on app_private.suppressions (actor_id) where actor_id is not null;

do $$
begin
  create type app_private.suppression_key as (boundary_id int, kind text, value_hash bytea);
exception when duplicate_object then null;
end
$$;

-- What decide_gates answers for a lead. gate: automate, review or blocked; reasons: one object for each thing that
-- speaks against automating; reason: the same in a sentence, null where nothing does.
do $$
begin
  create type app_private.gate as (lead_id uuid, gate text, reasons jsonb, reason text, was_held boolean);
exception when duplicate_object then null;
end
$$;

alter table app_public.leads add column if not exists held_at timestamptz;
comment on column app_public.leads.held_at is 'Since when the gate holds the lead back, so that nobody contacts the person; null: nothing holds it. Why stands in its effective decision (hold).';
create index if not exists leads_held on app_public.leads (territory_id, id) where held_at is not null;

alter table app_public.notifications add column if not exists withdrawn_at timestamptz;
comment on column app_public.notifications.withdrawn_at is 'When it lost its reason before it was sent: the person may no longer be contacted.';
alter table app_public.notifications drop constraint if exists sent_or_waiting;
alter table app_public.notifications drop constraint if exists sent_waiting_or_withdrawn;
alter table app_public.notifications add constraint sent_waiting_or_withdrawn check (num_nonnulls(sent_at, next_attempt_at, withdrawn_at) = 1);

alter table app_public.decisions drop constraint if exists an_owner_is_named_unless_queued;
alter table app_public.decisions add constraint an_owner_is_named_unless_queued
  check (kind <> 'route' or action = 'hold' or (action = 'queue') = (owner_id is null));
alter table app_public.decisions drop constraint if exists decisions_action_check;
alter table app_public.decisions add constraint decisions_action_check
  check (action in ('assign', 'keep_owner', 'queue', 'hold', 'claim', 'reassign', 'merge', 'unmerge'));

insert into app_public.exception_policies (kind, duty, resolve_seconds, runbook)
values ('gate_review', 'execution', 86400, 'docs/runbooks/gate_review.md')
on conflict (kind) do nothing;

--! split: 60-erasure.sql
-- Erasure and retention: who was forgotten, and for how long what is kept.

alter table app_public.leads add column if not exists erased_at timestamptz;
comment on column app_public.leads.erased_at is 'When its person was forgotten; the row stays, for counts, and nothing happens to it any more.';
alter table app_public.leads drop constraint if exists a_forgotten_lead_is_closed;
alter table app_public.leads add constraint a_forgotten_lead_is_closed
  check (erased_at is null or closed_at is not null);
create index if not exists leads_erased_at_idx on app_public.leads (erased_at) where erased_at is not null;

alter table app_public.captures add column if not exists erased_at timestamptz;
comment on column app_public.captures.erased_at is 'When its content was taken away: its person was forgotten, or its time was over (retention_rules). What became of it stays.';
-- Arrivals that hang on no lead: where an erasure looks for a person who was refused. No row enters it on the way of a lead.
create index if not exists captures_without_lead on app_public.captures (path_id, id)
  where lead_id is null and status <> 'pending' and erased_at is null;

alter table app_public.source_events add column if not exists derived_channel text;
comment on column app_public.source_events.derived_channel is 'app_hidden.channel_of, kept when the signs it was read from were erased; null before.';

-- One row for each person who was forgotten, written in the transaction that does it.
create table if not exists app_private.erasures (
  id uuid primary key default uuidv7(),
  lead_id uuid,
  territory_id int references app_public.territories (id) on delete restrict,
  lead_ids uuid[] not null,
  capture_ids uuid[] not null,
  cause text not null check (cause in ('request', 'retention')),
  actor_id int references app_public.actors (id) on delete restrict,
  erased_at timestamptz not null,
  recorded_at timestamptz,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint recorded_after_it_was_done check (recorded_at >= erased_at)
);
create index if not exists erasures_lead_id_territory_id_idx on app_private.erasures (lead_id, territory_id);
create index if not exists erasures_territory_id_idx on app_private.erasures (territory_id);
create index if not exists erasures_actor_id_idx on app_private.erasures (actor_id) where actor_id is not null;
create index if not exists erasures_unrecorded on app_private.erasures (id) where recorded_at is null;
comment on table app_private.erasures is 'Persons who were forgotten: ids and instants, nothing personal. The ledger outside the database holds the same rows.';
comment on column app_private.erasures.lead_id is 'The survivor of the tree of merges; null: only arrivals without a lead were erased.';
comment on column app_private.erasures.lead_ids is 'The whole tree of merges.';
comment on column app_private.erasures.capture_ids is 'Every arrival of the person, also those that hang on no lead: after a restore they may still be on their way.';
comment on column app_private.erasures.actor_id is 'Who asked for it in GraphQL; null: the command line or a retention rule.';
comment on column app_private.erasures.recorded_at is 'When it stood in the ledger, on disk; null: not yet.';

-- What makes digests of personal values in the audit. It goes with the person, and the digests say nothing any more.
create table if not exists app_private.audit_salts (
  id uuid primary key,
  salt bytea not null check (octet_length(salt) = 32)
);
comment on table app_private.audit_salts is 'One random salt a lead, made when a personal field of it first changes.';
comment on column app_private.audit_salts.id is 'That of the lead. No key to it: the audit asks for a salt inside every change of a lead.';

-- Of arrivals whose content was erased the key is a digest ('erased:' and sha256 in hex), and no digest of the body is kept.
alter table app_private.capture_keys alter column body_hash drop not null;
-- Found by their captures; ids grow as rows do, so a summary of blocks serves, and costs an arrival nothing.
create index if not exists capture_keys_capture_id_idx on app_private.capture_keys using brin (capture_id) with (pages_per_range = 16, autosummarize = on);
comment on column app_private.capture_keys.body_hash is 'sha256 of the body; null: its content was erased, and whatever comes under the key again is the same.';

create table if not exists app_private.retention_rules (
  slug text primary key check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  territory_id int not null references app_public.territories (id) on delete restrict,
  subject text not null check (subject in ('leads', 'processed_captures', 'refused_captures', 'captures', 'notifications')),
  status text,
  purpose text,
  keep_days int check (keep_days between 1 and 36500),
  constraint only_leads_have_a_status_and_a_purpose check (subject = 'leads' or (status is null and purpose is null)),
  constraint only_leads_are_kept_for_ever_by_a_rule check (subject = 'leads' or keep_days is not null)
);
create index if not exists retention_rules_territory_id_idx on app_private.retention_rules (territory_id);
create unique index if not exists one_retention_rule_of_a_kind on app_private.retention_rules (territory_id, subject, coalesce(status, ''), coalesce(purpose, ''));
comment on table app_private.retention_rules is 'For how long a client keeps what. Without a rule everything is kept.';
comment on column app_private.retention_rules.territory_id is 'A root: the client.';
comment on column app_private.retention_rules.status is 'Of leads; null: any.';
comment on column app_private.retention_rules.purpose is 'Leads that have said something of this purpose (consents); null: any.';
comment on column app_private.retention_rules.keep_days is 'Days since the last activity of a lead, since an arrival came, since a notification was written; null: for ever.';

alter table app_public.clocks drop constraint if exists only_a_stopped_clock_has_a_reason;
alter table app_public.clocks add constraint only_a_stopped_clock_has_a_reason
  check (stop_reason is null or (stop_reason in ('merged', 'erased') and stopped_at is not null));
comment on column app_public.clocks.stop_reason is 'merged: a merge stopped it, and the unmerge lets it go on; erased: its person was forgotten; null: it runs or was answered.';

do $$
begin
  create type app_public.erasure_receipt as (erasure_id uuid, lead_ids uuid[], captures int, erased_at timestamptz);
exception when duplicate_object then null;
end
$$;

--! split: 70-territories.sql
-- Territories: rules that are looked up instead of read through, companies with their owners.

alter table app_public.territory_rules add column if not exists employees_min int;
alter table app_public.territory_rules add column if not exists employees_max int;
alter table app_public.territory_rules drop constraint if exists a_rule_says_something;
alter table app_public.territory_rules add constraint a_rule_says_something check (
  num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, employees_min, employees_max, condition) > 0);
alter table app_public.territory_rules drop constraint if exists employees_from_few_to_many;
alter table app_public.territory_rules add constraint employees_from_few_to_many check (employees_min <= employees_max);
alter table app_public.territory_rules alter column specificity set expression as (
  10 * num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source,
                    coalesce(employees_min, employees_max), condition)
  + coalesce(length(postal_prefix), 0));
-- What a rule wants equal, as one number: app_private.candidate_rules makes the same of a lead. Two rules that want
-- different things may share a number, so the columns are compared as well.
alter table app_public.territory_rules add column if not exists match_key bigint not null generated always as (
  hash_record_extended(row(revision, boundary_id, country, region, postal_prefix, language, company_domain, segment, source), 0)) stored;
create index if not exists territory_rules_match_key_idx on app_public.territory_rules (match_key);
create index if not exists territory_rules_revision_position_idx on app_public.territory_rules (revision, position);
drop index if exists app_public.territory_rules_revision_boundary_id_specificity_position_idx;  -- its reader is gone

-- Which columns the rules of a revision set together. Few, however many rules there are: a lead asks once for each.
-- Kept by the trigger _100_note_shapes; never written by hand.
create table if not exists app_private.territory_shapes (
  revision int not null references app_public.revisions (id) on delete cascade,
  boundary_id int not null,
  specificity int not null,
  has_country boolean not null,
  has_region boolean not null,
  postal_length int not null,  -- characters; 0: no postal prefix
  has_language boolean not null,
  has_company_domain boolean not null,
  has_segment boolean not null,
  has_source boolean not null,
  has_employees boolean not null,
  has_condition boolean not null,
  primary key (revision, boundary_id, specificity, has_country, has_region, postal_length, has_language, has_company_domain,
               has_segment, has_source, has_employees, has_condition)
);

insert into app_private.territory_shapes
select distinct rules.revision, rules.boundary_id, rules.specificity, rules.country is not null, rules.region is not null,
       coalesce(length(rules.postal_prefix), 0), rules.language is not null, rules.company_domain is not null,
       rules.segment is not null, rules.source is not null,
       coalesce(rules.employees_min, rules.employees_max) is not null, rules.condition is not null
  from app_public.territory_rules as rules
on conflict do nothing;

drop function if exists app_private.match_territory(jsonb, text, int, int);  -- answers the rule as well

-- Why an arrival lies where it lies: {"rule": id} of territory_rules, {"contractRule": position} of its contract, or
-- {"fallback": true}; "unread": those before it whose condition could not be evaluated, which counts as no match.
do $$
begin
  if not exists (select from pg_attribute where attrelid = 'app_private.arrival'::regclass and attname = 'located_by') then
    alter type app_private.arrival add attribute located_by jsonb;
  end if;
end
$$;
alter table app_public.captures add column if not exists located_by jsonb;

-- Companies that somebody looks after: their new leads go to that person. One row for a company and territory; a row of
-- a territory counts for everything below it, and the nearest wins.
create table if not exists app_public.accounts (
  id uuid primary key default uuidv7(),
  territory_id int not null references app_public.territories (id) on delete restrict,
  domain text not null check (domain ~ '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$' and length(domain) <= 253),
  name text check (length(name) between 1 and 1000),
  owner_id int references app_public.actors (id) on delete restrict,
  status text not null default 'active' check (status in ('active', 'on_hold', 'former')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint one_account_of_a_company_and_territory unique (domain, territory_id)
);
create index if not exists accounts_territory_id_idx on app_public.accounts (territory_id);
create index if not exists accounts_owner_id_idx on app_public.accounts (owner_id);
comment on column app_public.accounts.domain is 'Registrable domain in lower case and ASCII, as leads carry it in company_domain.';
comment on column app_public.accounts.owner_id is 'Who gets its new leads, outside of any turn. Null: they are dealt as all others.';
comment on column app_public.accounts.status is 'active: its owner gets its leads; on_hold: nobody is chosen by it for now; former: it is over, until a lead of it is won.';

-- Leads that are to move because rules changed, from an instant on; what was previewed is what will happen.
create table if not exists app_private.realignments (
  id int primary key generated always as identity,
  boundary_id int not null references app_public.territories (id) on delete restrict,
  revision int not null references app_public.revisions (id) on delete restrict,  -- whose rules moved them
  effective_at timestamptz not null,
  created_at timestamptz not null,
  applied_at timestamptz,
  cancelled_at timestamptz,
  constraint applied_or_cancelled check (num_nonnulls(applied_at, cancelled_at) < 2),
  constraint not_applied_early check (applied_at >= effective_at)
);
create unique index if not exists one_open_realignment_per_boundary on app_private.realignments (boundary_id)
  where applied_at is null and cancelled_at is null;
create index if not exists realignments_boundary_id_idx on app_private.realignments (boundary_id);
create index if not exists realignments_revision_idx on app_private.realignments (revision);

create table if not exists app_private.realignment_moves (
  realignment_id int not null references app_private.realignments (id) on delete cascade,
  lead_id uuid not null,
  territory_id int not null,  -- where the lead lies; follows it
  from_territory_id int not null references app_public.territories (id) on delete restrict,
  to_territory_id int not null references app_public.territories (id) on delete restrict,
  rule_id int not null references app_public.territory_rules (id) on delete restrict,
  is_exempt boolean not null default false,  -- somebody wants it to stay
  moved_at timestamptz,
  primary key (realignment_id, lead_id),
  constraint a_move_goes_elsewhere check (from_territory_id <> to_territory_id),
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict
);
create index if not exists realignment_moves_lead_id_territory_id_idx on app_private.realignment_moves (lead_id, territory_id);
create index if not exists realignment_moves_from_territory_id_idx on app_private.realignment_moves (from_territory_id);
create index if not exists realignment_moves_to_territory_id_idx on app_private.realignment_moves (to_territory_id);
create index if not exists realignment_moves_rule_id_idx on app_private.realignment_moves (rule_id);

--! split: 80-pools.sql
-- Pools: how leads are dealt (docs/routing.md), hours and days of people, acceptance, and leads that lie unassigned.
alter table app_public.actors
  add column if not exists time_zone text;
comment on column app_public.actors.time_zone is 'Where their working hours and days are counted; null: where their team''s territory is.';

alter table app_public.team_members
  add column if not exists daily_capacity int constraint daily_capacity_is_no_debt check (daily_capacity >= 0),
  add column if not exists credit bigint not null default 0,
  add column if not exists past_credit bigint not null default 0,
  add column if not exists past_turn bigint not null default 0,
  add column if not exists dealt_on date,
  add column if not exists dealt int not null default 0;
comment on column app_public.team_members.daily_capacity is 'Leads of this team a day of the member''s time zone; null: no limit.';
comment on column app_public.team_members.credit is 'Fair share less what was dealt, while present: 720,720,000,000 is one lead (decide_deal).';
comment on column app_public.team_members.past_credit is 'The same for leads of the past, which are dealt by themselves.';
comment on column app_public.team_members.past_turn is 'As last_turn, for leads of the past.';
comment on column app_public.team_members.dealt_on is 'The day, in the member''s time zone, on which `dealt` leads were dealt.';

alter table app_public.teams
  add column if not exists past_turn bigint not null default 0,
  add column if not exists accept_seconds int constraint accept_seconds_last check (accept_seconds > 0);
comment on column app_public.teams.accept_seconds is 'So long a member may take to accept; then the lead goes to the next. Null: nobody is asked.';

create table if not exists app_public.working_hours (
  id int generated always as identity primary key,
  actor_id int references app_public.actors on delete cascade,
  team_id int references app_public.teams on delete cascade,
  day int not null constraint day_of_the_week_from_monday check (day between 1 and 7),
  starts time not null,
  ends time not null,
  constraint a_block_ends_after_it_starts check (ends > starts),
  constraint hours_of_somebody_or_of_a_team check (num_nonnulls(actor_id, team_id) = 1)
);
create index if not exists working_hours_actor_id_idx on app_public.working_hours (actor_id);
create index if not exists working_hours_team_id_idx on app_public.working_hours (team_id);

do $$
begin
  if to_regtype('app_private.deal') is null then
    create type app_private.deal as (places int[], credits bigint[], last_ns int[], counts int[]);
    create type app_private.hand as (actor_id int, credit bigint, turn bigint, leads int, day date);
    alter type app_private.route add attribute hand app_private.hand[];
  end if;
end
$$;

alter table app_public.territories
  add column if not exists unassigned_seconds int constraint unassigned_seconds_last check (unassigned_seconds > 0),
  add column if not exists fallback_team_id int references app_public.teams on delete restrict;
create index if not exists territories_fallback_team_id_idx on app_public.territories (fallback_team_id);
comment on column app_public.territories.unassigned_seconds is 'So long a lead may be without owner; null: as the nearest ancestor says, else 900.';
comment on column app_public.territories.fallback_team_id is 'Whose pool then takes it; null: as the nearest ancestor says, else a manager does.';

alter table app_public.assignments
  add column if not exists accept_due_at timestamptz,
  add column if not exists accepted_at timestamptz,
  add column if not exists outcome text constraint how_an_assignment_failed check (outcome in ('declined', 'expired', 'handed_over'));
create index if not exists assignments_to_accept on app_public.assignments (accept_due_at)
  where accept_due_at is not null and accepted_at is null and ended_at is null;
comment on column app_public.assignments.accept_due_at is 'Until when the owner may accept; then the next candidate is asked. Null: nobody need accept.';
comment on column app_public.assignments.outcome is 'Why it ended when its owner did not keep it: declined, expired, or handed_over by somebody''s absence or leaving.';

do $$
begin
  if to_regtype('app_private.next_owner') is null then
    create type app_private.next_owner as (actor_id int, slug text, team_id int, team_slug text, accept_seconds int, turn bigint, candidates jsonb, hand app_private.hand[]);
  end if;
  if to_regtype('app_public.absence_receipt') is null then
    create type app_public.absence_receipt as (actor text, starts_at timestamptz, ends_at timestamptz, handed_over int);
  end if;
end
$$;
drop function if exists app_private.decide_members(int, boolean, bigint, timestamptz);
drop function if exists app_private.change_owner(app_public.leads, int, text, text, timestamptz);

--! split: 85-routing.sql
-- Routing: leads that are reassigned because their time ran out, rules that say whose a lead is.
alter table app_public.assignments drop constraint if exists how_an_assignment_failed;
alter table app_public.assignments add constraint how_an_assignment_failed check (outcome in ('declined', 'expired', 'handed_over', 'escalated'));
comment on column app_public.assignments.outcome is
  'Why it ended when its owner did not keep it: declined, expired, escalated (150 % of the time passed), or handed_over by somebody''s absence or leaving.';
drop function if exists app_private.pass_on(app_public.leads, int[], int[], text, text, timestamptz, text, text);

-- Whose the leads of a territory and everything below it are, other than its team's. One target each.
create table if not exists app_public.routing_rules (
  id int primary key generated always as identity,
  revision int not null references app_public.revisions (id) on delete restrict,
  territory_id int not null references app_public.territories (id) on delete restrict,
  position int not null,
  source text,
  country text,
  segment text,
  language text,
  score_min smallint,  -- both included
  score_max smallint,
  condition jsonpath,
  actor_id int references app_public.actors (id) on delete restrict,
  team_id int references app_public.teams (id) on delete restrict,
  is_for_manager boolean constraint said_or_left_out check (is_for_manager),
  specificity int not null generated always as (
    num_nonnulls(source, country, segment, language, coalesce(score_min, score_max), condition)) stored,
  -- Which of the four columns it sets together, a bit each.
  shape int not null generated always as (
    (source is not null)::int + 2 * (country is not null)::int + 4 * (segment is not null)::int + 8 * (language is not null)::int) stored,
  -- What a rule wants equal, as one number: app_private.decide_targets makes the same of a lead. Different things may share one.
  match_key bigint not null generated always as (
    hash_record_extended(row(revision, territory_id, source, country, segment, language), 0)) stored,
  constraint a_rule_has_one_target check (num_nonnulls(actor_id, team_id, is_for_manager) = 1),
  constraint scores_from_low_to_high check (coalesce(score_min, 0) >= 0 and coalesce(score_min, 0) <= coalesce(score_max, 100) and coalesce(score_max, 100) <= 100)
);
create index if not exists routing_rules_match_key_idx on app_public.routing_rules (match_key);
create index if not exists routing_rules_revision_territory_id_shape_idx on app_public.routing_rules (revision, territory_id, shape);
create index if not exists routing_rules_territory_id_idx on app_public.routing_rules (territory_id);
create index if not exists routing_rules_actor_id_idx on app_public.routing_rules (actor_id);
create index if not exists routing_rules_team_id_idx on app_public.routing_rules (team_id);
comment on column app_public.routing_rules.is_for_manager is 'Its target is the manager of who owned the lead last; a lead that nobody owned yet is not met.';

-- {"rule": id, "position": n} of the routing rule that won, "unread": ids of those before it whose condition could not be evaluated.
do $$
begin
  if not exists (select from pg_attribute where attrelid = 'app_private.route'::regclass and attname = 'routed_by') then
    alter type app_private.route add attribute routed_by jsonb;
  end if;
end
$$;
drop function if exists app_private.decide_routes(uuid[], timestamptz);

--! split: 90-fixtures.sql
--! Included all.sql
-- Everything that lives in files, in the order it needs. A migration includes this file, or the files it changed.
--! Included functions/app_hidden/current_actor_id.sql
-- Who asks. A setting counts only on the API's login; a BI login is who it logged in as,
-- so nobody gains rows by `set`. Definer: callers may not read app_public.actors by role.
create or replace function app_hidden.current_actor_id() returns int as $$
  select case
    when session_user = 'catchment_api' then nullif(current_setting('catchment.actor', true), '')::int
    else (select actors.id from app_public.actors where actors.db_role = session_user)
  end
$$ language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp;

grant execute on function app_hidden.current_actor_id() to catchment_user, catchment_bi, catchment_worker;
--! EndIncluded functions/app_hidden/current_actor_id.sql
--! Included functions/app_hidden/my_territory_ids.sql
-- Every territory that the actor reaches through a membership there or above. Nobody, or somebody
-- switched off: none. Policies call it as `array(select …)`, once per table of a statement.
create or replace function app_hidden.my_territory_ids() returns setof int as $$
  select distinct territory_grants.territory_id
    from app_private.territory_grants
    join app_public.actors on actors.id = territory_grants.actor_id
   where territory_grants.actor_id = app_hidden.current_actor_id()
     and actors.is_active
$$ language sql stable security definer parallel safe rows 20 set search_path = pg_catalog, pg_temp;

grant execute on function app_hidden.my_territory_ids() to catchment_user, catchment_bi, catchment_worker;
--! EndIncluded functions/app_hidden/my_territory_ids.sql
--! Included functions/app_hidden/visible_actor_ids.sql
-- Actors who share a territory with the asking one. Of these one sees slug and name.
create or replace function app_hidden.visible_actor_ids() returns setof int as $$
  select distinct others.actor_id
    from app_private.territory_grants as others
   where others.territory_id = any (array(select app_hidden.my_territory_ids()))
$$ language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp;

grant execute on function app_hidden.visible_actor_ids() to catchment_user, catchment_bi, catchment_worker;
--! EndIncluded functions/app_hidden/visible_actor_ids.sql
--! Included functions/app_hidden/actor_id_of.sql
-- The actor behind a verified token's subject; null when there is none or it is switched off.
-- For the API's login only: it looks ids up itself and never passes on what a client sent.
create or replace function app_hidden.actor_id_of(slug text) returns int as $$
  select actors.id from app_public.actors
   where actors.slug = actor_id_of.slug and actors.is_active and actors.kind <> 'bi_login'
$$ language sql stable security definer set search_path = pg_catalog, pg_temp;

grant usage on schema app_hidden to catchment_api;
grant execute on function app_hidden.actor_id_of(text) to catchment_api;
--! EndIncluded functions/app_hidden/actor_id_of.sql
--! Included functions/app_hidden/channel_of.sql
-- The channel of a touch that was told none, by the surest sign: a click id in the address of the landing page or one
-- that shows by its beginning whose it is, the medium, the path that a lead ad came through, the referrer. Null where
-- nothing tells (docs/attribution.md lists the signs). plpgsql, since it stops at the first sign.
create or replace function app_hidden.channel_of(medium text, source text, click_id text, landing_page text, referrer text) returns text as $$
declare
  told text := lower(channel_of.medium);
  host text;
  by_medium text := case
    when told is null then null
    when told ~ '^(cpc|ppc|sem|paid|paid.?search)$' then 'paid search'
    when told ~ '^(paid.?social|social.?paid)$' then 'paid social'
    when told in ('cpm', 'banner', 'display') then 'display'
    when told ~ '^(e.?mail|newsletter)$' then 'email'
    when told ~ '^(social|social.?media|social.?network|sm)$' then 'social'
    when told ~ '^(organic|organic.?search)$' then 'organic search'
    when told in ('referral', 'affiliate') then told
    when told in ('(none)', 'direct') then 'direct traffic' end;
begin
  case
    when channel_of.landing_page ~ '[?&](gclid|gbraid|wbraid|msclkid)=.' or channel_of.click_id ~ '^(Cj0K|CjwK|EAIaI)' then return 'paid search';
    when channel_of.landing_page ~ '[?&](ttclid|li_fat_id|twclid)=.' then return 'paid social';
    when by_medium is not null then return by_medium;
    when channel_of.landing_page ~ '[?&]fbclid=.' or channel_of.click_id ~ '^Iw(AR|ZX|Y2)' then return 'social';  -- on every link out of Facebook
    when channel_of.source = 'google-ads' then return 'paid search';
    when channel_of.source in ('meta', 'linkedin', 'tiktok') then return 'paid social';
    when channel_of.referrer is null then return null;
    else host := substring(lower(channel_of.referrer) from '^(?:https?:)?//(?:www\.)?([a-z0-9.-]+)');
  end case;
  return case
    when host = substring(lower(channel_of.landing_page) from '^(?:https?:)?//(?:www\.)?([a-z0-9.-]+)') then null  -- our own page
    when host ~ '^(mail|webmail|outlook)\.' then 'email'
    when host ~ '(^|\.)(google|bing|yahoo|duckduckgo|ecosia|qwant|startpage|baidu|yandex|naver|seznam)\.(com|org|[a-z]{2}|com?\.[a-z]{2})$' then 'organic search'
    when host ~ '(^|\.)(facebook|instagram|linkedin|twitter|x|pinterest|reddit|tiktok|youtube|threads|xing|whatsapp)\.(com|net)$|^(t\.co|lnkd\.in|youtu\.be)$' then 'social'
    when host is not null then 'referral' end;
end
$$ language plpgsql immutable parallel safe;

grant execute on function app_hidden.channel_of(text, text, text, text, text) to catchment_user, catchment_bi, catchment_worker;
--! EndIncluded functions/app_hidden/channel_of.sql
--! Included functions/app_hidden/credit_until.sql
-- The share of a lead's credit that its first touches have together. A touch has what it adds to it, so the credits of
-- a lead sum to exactly 1: all touches together have 1.
--   touch: how many of them, from 0;   touches: all that count, at least 1
--   decay: their share of the weights of time decay, 0 to 1
create or replace function app_hidden.credit_until(model app_public.attribution_model, touch int, touches int, decay numeric) returns numeric as $$
  select case
    when credit_until.touch = 0 then 0
    when credit_until.touch >= credit_until.touches then 1
    when credit_until.model = 'first_touch' then 1
    when credit_until.model = 'last_touch' then 0
    when credit_until.model = 'linear' then round(credit_until.touch::numeric / credit_until.touches, 12)
    when credit_until.model = 'time_decay' then round(credit_until.decay, 12)
    when credit_until.touches = 2 then 0.5
    else 0.4 + round(0.2 * (credit_until.touch - 1) / (credit_until.touches - 2), 12) end
$$ language sql immutable parallel safe;

grant execute on function app_hidden.credit_until(app_public.attribution_model, int, int, numeric) to catchment_user, catchment_bi, catchment_worker;
--! EndIncluded functions/app_hidden/credit_until.sql
--! Included functions/app_hidden/require.sql
-- The gate of every mutation: may the asking actor do this in this territory, to something owned by
-- owner_id and kept by team_id? A territory that is hidden or absent answers NFUND, exactly alike; one
-- that is visible without the right answers DENID.
create or replace function app_hidden.require(
  action text, territory_id int, owner_id int default null, team_id int default null
) returns void as $$
<<asking>>
declare
  id int := app_hidden.current_actor_id();
begin
  if require.territory_id is null
     or not exists (select from app_hidden.my_territory_ids() as mine (id) where mine.id = require.territory_id) then
    raise exception 'Not there for this actor' using errcode = 'NFUND';
  end if;
  if not exists (
    select from app_private.territory_grants
      join app_private.permissions on permissions.role = territory_grants.role
     where territory_grants.actor_id = asking.id
       and territory_grants.territory_id = require.territory_id
       and permissions.action = require.action
       and case permissions.scope
             when 'any' then true
             when 'own' then require.owner_id = asking.id
             when 'own_or_unowned' then require.owner_id is null or require.owner_id = asking.id
             when 'own_team' then exists (
               select from app_public.team_members
                where team_members.team_id = require.team_id and team_members.actor_id = asking.id)
             else false
           end
  ) then
    raise exception 'Actor % may not % in territory %', asking.id, require.action, require.territory_id
      using errcode = 'DENID', hint = 'Ask a manager or the operations team of the territory.';
  end if;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require.sql
--! Included functions/app_hidden/require_lead.sql
-- The gate for a change of one lead: locks and returns it when the asking actor may do this to it. Hidden and absent
-- leads answer NFUND, exactly alike. One that was merged into another answers STATE, and names the lead that stands for
-- it if the actor sees that one. One whose person was erased answers STATE too.
create or replace function app_hidden.require_lead(action text, lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads;
begin
  select * into lead
    from app_public.leads
   where leads.id = require_lead.lead_id
     and leads.territory_id = any (array(select app_hidden.my_territory_ids()))
     for no key update;
  perform app_hidden.require(require_lead.action, lead.territory_id, lead.owner_id, lead.team_id);
  if lead.merged_into_id is not null then
    raise exception 'Lead % was merged into another', lead.id
      using errcode = 'STATE', hint = coalesce((
        select format('Lead %s stands for it.', leads.id) from app_public.leads
         where leads.id = app_private.survivor_of(lead.id) and leads.territory_id = any (array(select app_hidden.my_territory_ids()))),
        'Ask operations which lead stands for it.');
  end if;
  if lead.erased_at is not null then
    raise exception 'The person of lead % was forgotten', lead.id using errcode = 'STATE', hint = 'Nothing is held of the person any more. Who comes again is a new lead.';
  end if;
  return lead;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_lead.sql
--! Included functions/app_hidden/require_whole_person.sql
-- The gate for what concerns a whole person: answers the leads of the tree of merges that this one stands in, when the
-- asking actor may do this to every one of them. Locks nothing: an erasure takes its locks in another order. Hidden and
-- absent answer NFUND, exactly alike; a person who is also known where the actor may not, DENID.
create or replace function app_hidden.require_whole_person(action text, lead_id uuid) returns uuid[] as $$
declare
  people uuid[];
begin
  perform app_hidden.require(require_whole_person.action, (
    select leads.territory_id from app_public.leads
     where leads.id = require_whole_person.lead_id and leads.territory_id = any (array(select app_hidden.my_territory_ids()))));
  people := array(select trees.lead_id from app_private.merge_trees(array[require_whole_person.lead_id]) as trees order by trees.lead_id);
  if exists (
    select from app_public.leads
     where leads.id = any (people)
       and not exists (
         select from app_private.territory_grants
           join app_private.permissions on permissions.role = territory_grants.role
          where territory_grants.actor_id = app_hidden.current_actor_id() and territory_grants.territory_id = leads.territory_id
            and permissions.action = require_whole_person.action and permissions.scope = 'any')
  ) then
    raise exception 'The person is also known where actor % may not %', app_hidden.current_actor_id(), require_whole_person.action
      using errcode = 'DENID', hint = 'Ask somebody who may in every territory of the client.';
  end if;
  return people;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_whole_person.sql
--! Included functions/app_hidden/require_own_lead.sql
-- The gate for what only the owner of an open lead may say of it: accept or decline. Hidden leads answer NFUND, those
-- of others STATE, like closed ones.
create or replace function app_hidden.require_own_lead(action text, lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead(require_own_lead.action, require_own_lead.lead_id);
begin
  if lead.owner_id is distinct from app_hidden.current_actor_id() or lead.closed_at is not null then
    raise exception 'Lead % is not open and one''s own', lead.id
      using errcode = 'STATE', hint = 'Somebody else may have it by now.';
  end if;
  return lead;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_own_lead.sql
--! Included functions/app_hidden/require_person.sql
-- The gate for what concerns a person of the staff: oneself, or somebody whose leads the asking actor may reassign.
-- Answers their id. Whom one does not see is answered like nobody: NFUND.
create or replace function app_hidden.require_person(slug text, may_be_oneself boolean) returns int as $$
<<asking>>
declare
  id int := app_hidden.current_actor_id();
  person_id int := (
    select actors.id from app_public.actors
     where actors.slug = require_person.slug and actors.kind = 'person'
       and actors.id = any (array(select app_hidden.visible_actor_ids())));
  place int;
begin
  if asking.person_id = asking.id and require_person.may_be_oneself then
    return asking.person_id;
  end if;
  -- where both are, the one place in which the asking actor has most rights
  select theirs.territory_id into place
    from app_private.territory_grants as theirs
   where theirs.actor_id = asking.person_id and theirs.territory_id = any (array(select app_hidden.my_territory_ids()))
   order by exists (
     select from app_private.territory_grants as mine
       join app_private.permissions on permissions.role = mine.role and permissions.action = 'reassign_lead' and permissions.scope = 'any'
      where mine.actor_id = asking.id and mine.territory_id = theirs.territory_id) desc
   limit 1;
  perform app_hidden.require('reassign_lead', place);
  return asking.person_id;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_person.sql
--! Included functions/app_hidden/require_leads.sql
-- The gate for what concerns several leads at once: may the asking actor do this to every one of them? One that is hidden
-- or absent answers NFUND, exactly alike, before anything is said of the others.
create or replace function app_hidden.require_leads(action text, lead_ids uuid[]) returns void as $$
declare
  visible app_public.leads[] := array(
    select leads from app_public.leads
     where leads.id = any (require_leads.lead_ids)
       and leads.territory_id = any (array(select app_hidden.my_territory_ids()))
     order by leads.id);
  lead app_public.leads;
begin
  if exists (select from unnest(require_leads.lead_ids) as wanted (id) where wanted.id is null or wanted.id not in (select id from unnest(visible)))
     or visible = '{}' then
    raise exception 'Not there for this actor' using errcode = 'NFUND';
  end if;
  foreach lead in array visible loop
    perform app_hidden.require(require_leads.action, lead.territory_id, lead.owner_id, lead.team_id);
  end loop;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;

-- The same for a change: they are locked first, in the order of their ids.
create or replace function app_hidden.require_leads_to_change(action text, lead_ids uuid[]) returns void as $$
begin
  perform from app_public.leads
    where leads.id = any (require_leads_to_change.lead_ids)
      and leads.territory_id = any (array(select app_hidden.my_territory_ids()))
    order by leads.id for no key update;
  perform app_hidden.require_leads(require_leads_to_change.action, require_leads_to_change.lead_ids);
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_leads.sql
--! Included functions/app_hidden/require_exception.sql
-- The gate for work on one exception: locks and returns it when the asking actor may handle it. Hidden and
-- absent ones answer NFUND, exactly alike.
create or replace function app_hidden.require_exception(exception_id uuid) returns app_public.exceptions as $$
declare
  found_case app_public.exceptions;
begin
  select * into found_case
    from app_public.exceptions
   where exceptions.id = require_exception.exception_id
     and exceptions.territory_id = any (array(select app_hidden.my_territory_ids()))
     for no key update;
  perform app_hidden.require('handle_exception', found_case.territory_id, found_case.owner_id, found_case.owner_team_id);
  return found_case;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_exception.sql
--! Included functions/app_hidden/require_path.sql
-- The gate of a capture by hand: the open door of this name, when the asking actor may capture anywhere below
-- its home. Hidden, closed and absent doors answer NFUND, exactly alike.
create or replace function app_hidden.require_path(path text) returns app_public.capture_paths as $$
declare
  door app_public.capture_paths;
  permitted_in int;
begin
  select * into door from app_public.capture_paths
   where capture_paths.slug = require_path.path and capture_paths.is_active and capture_paths.active_contract_id is not null;
  select territory_grants.territory_id into permitted_in  -- one where it is allowed, else one that is visible
    from app_private.territory_grants
    join app_public.territories on territories.id = territory_grants.territory_id and door.territory_id = any (territories.path)
    left join app_private.permissions on permissions.role = territory_grants.role and permissions.action = 'capture'
   where territory_grants.actor_id = app_hidden.current_actor_id()
   order by permissions.action nulls last
   limit 1;
  perform app_hidden.require('capture', permitted_in);
  return door;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_path.sql
--! Included functions/app_hidden/require_territory.sql
-- The gate for work on a whole territory, by its slug; answers its id. Hidden and absent ones answer NFUND, exactly alike.
create or replace function app_hidden.require_territory(action text, slug text) returns int as $$
declare
  place int := (select territories.id from app_public.territories where territories.slug = require_territory.slug);
begin
  perform app_hidden.require(require_territory.action, place);
  return place;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_territory.sql
--! Included functions/app_hidden/require_captures.sql
-- The gate for work on refused captures: locks them and answers their ids when the asking actor may work them off
-- wherever they lie. One that is hidden or absent answers NFUND for all, exactly alike.
create or replace function app_hidden.require_captures(capture_ids uuid[]) returns uuid[] as $$
declare
  asked uuid[] := array(select distinct id from unnest(require_captures.capture_ids) as id where id is not null);
  found_ids uuid[];
  places int[];
begin
  if cardinality(asked) not between 1 and 1000 then
    raise exception 'Not between 1 and 1,000 captures' using errcode = 'BADIN', hint = 'Ask for at most 1,000 at a time.';
  end if;
  select array_agg(locked.id order by locked.id), array_agg(distinct locked.territory_id) into found_ids, places
    from (
      select captures.id, captures.territory_id
        from app_public.captures
       where captures.id = any (asked)
         and captures.territory_id = any (array(select app_hidden.my_territory_ids()))
       order by captures.id
         for no key update) as locked;
  if coalesce(cardinality(found_ids), 0) < cardinality(asked) then
    perform app_hidden.require('work_quarantine', null);
  end if;
  perform app_hidden.require('work_quarantine', place) from unnest(places) as place;
  return found_ids;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_captures.sql
--! Included functions/app_hidden/require_key_holder.sql
-- The gate for work on the keys of an actor, by its slug; answers its id. The asking one must administer every
-- territory that the actor was given, else a key would open more than its maker may. Hidden and absent actors
-- answer NFUND, exactly alike.
create or replace function app_hidden.require_key_holder(slug text) returns int as $$
declare
  holder_id int := (select actors.id from app_public.actors
                     where actors.slug = require_key_holder.slug and actors.kind = 'api_key' and actors.is_active);
  mine int[] := array(select app_hidden.my_territory_ids());
  place int;
begin
  for place in
    select memberships.territory_id from app_public.memberships
     where memberships.actor_id = holder_id
     order by memberships.territory_id = any (mine)  -- a hidden one first: NFUND, whatever else may be refused
  loop
    perform app_hidden.require('administer', place);
  end loop;
  if place is null then  -- nobody, or somebody without a territory
    perform app_hidden.require('administer', null);
  end if;
  return holder_id;
end
$$ language plpgsql stable security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_key_holder.sql
--! Included functions/app_hidden/require_key.sql
-- The gate for work on one key: locks it and answers its id. Absent keys and those of hidden actors answer NFUND,
-- exactly alike.
create or replace function app_hidden.require_key(prefix text) returns int as $$
declare
  found_id int;
  holder text;
begin
  select api_keys.id, actors.slug into found_id, holder
    from app_private.api_keys join app_public.actors on actors.id = api_keys.actor_id
   where api_keys.prefix = require_key.prefix
     for no key update of api_keys;
  perform app_hidden.require_key_holder(holder);
  return found_id;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_key.sql
--! Included permissions.sql
-- Design §6 as data. `named` and `self` are checked by the function of the action itself.
delete from app_private.permissions;
insert into app_private.permissions (action, role, scope)
select actions.action, granted.role, granted.scope
  from (values
    ('read',               'any',             'any', 'any', 'any',  'any'),
    ('capture',            'any',             'any', 'any', null,   'any'),
    ('work_lead',          'own_or_unowned',  'any', 'any', null,   'any'),
    ('edit_lead',          'own',             'any', 'any', null,   'any'),
    ('reassign_lead',      null,              'any', 'any', null,   'any'),
    ('edit_account',       null,              'any', 'any', null,   'any'),
    ('merge_leads',        null,              'any', 'any', null,   'any'),
    ('handle_exception',   'own_team',        'any', 'any', null,   'any'),
    ('decide_approval',    'named',           'any', 'any', null,   'any'),
    ('own_settings',       'self',            'self', 'self', 'self', 'self'),
    ('work_quarantine',    null,              null,  'any', null,   'any'),
    ('read_audit',         null,              'any', 'any', null,   'any'),
    ('lift_suppression',   null,              'any', 'any', null,   'any'),
    ('erase_person',       null,              null,  null,  null,   'any'),
    ('export_person',      null,              null,  null,  null,   'any'),
    ('administer',         null,              null,  null,  null,   'any')
  ) as actions (action, rep, manager, operations, viewer, admin)
 cross join lateral (values
    ('rep', actions.rep), ('manager', actions.manager), ('operations', actions.operations),
    ('viewer', actions.viewer), ('admin', actions.admin)
  ) as granted (role, scope)
 where granted.scope is not null;
--! EndIncluded permissions.sql
--! Included lead_fields.sql
-- The shipped rules of survivorship (docs/survivorship.md). By what somebody is recognized is never taken over by a later
-- touch through a door that anybody can use.
delete from app_private.lead_fields;
insert into app_private.lead_fields (field, field_group, criteria) values
  ('email',          'email',      '{verified,first}'),
  ('phone',          'phone',      '{verified,first}'),
  ('birth_date',     'birth_date', '{verified,first}'),
  ('first_name',     'name',       '{verified,most_complete,first}'),
  ('last_name',      'name',       '{verified,most_complete,first}'),
  ('company',        'company',    '{verified,most_complete,first}'),
  ('company_domain', 'company',    '{verified,most_complete,first}'),
  ('street',         'address',    '{verified,most_complete,most_recent}'),
  ('city',           'address',    '{verified,most_complete,most_recent}'),
  ('postal_code',    'address',    '{verified,most_complete,most_recent}'),
  ('region',         'address',    '{verified,most_complete,most_recent}'),
  ('country',        'address',    '{verified,most_complete,most_recent}'),
  ('language',       'language',   '{verified,most_recent}'),
  ('segment',        'segment',    '{verified,most_recent}'),
  ('employees',      'employees',  '{verified,most_recent}'),
  ('value_amount',   'value',      '{verified,most_recent}');  -- and its currency along with it
--! EndIncluded lead_fields.sql
--! Included functions/app_private/make_partitions.sql
-- The first uuidv7 of an instant: partition bounds.
create or replace function app_private.uuid_floor(at timestamptz) returns uuid as $$
  select (lpad(to_hex(floor(extract(epoch from uuid_floor.at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$ language sql immutable strict parallel safe;

grant execute on function app_private.uuid_floor(timestamptz) to catchment_worker;

-- Makes the monthly partitions (UTC) of the large append-only tables from the month of as_of on,
-- and returns the names of the new ones. Running it again makes nothing. Definer of catchment_owner,
-- since it is DDL; executed by the worker's daily job. A partition needs its own row security and its
-- own policy: those of its parent do not count when it is checked by a foreign key or named directly.
create or replace function app_private.make_partitions(as_of timestamptz, months_ahead int) returns setof text as $$
declare
  parent record;
  first timestamptz;
  following timestamptz;
  child text;
begin
  for parent in
    select namespaces.nspname as schema, tables.relname as name, tables.oid
      from pg_class as tables join pg_namespace as namespaces on namespaces.oid = tables.relnamespace
     where tables.relkind = 'p' and namespaces.nspname in ('app_public', 'app_private')
     order by 1, 2
  loop
    for month in 0 .. make_partitions.months_ahead loop
      first := (date_trunc('month', make_partitions.as_of at time zone 'UTC') + make_interval(months => month)) at time zone 'UTC';
      following := (first at time zone 'UTC' + interval '1 month') at time zone 'UTC';
      child := format('%s_%s', parent.name, to_char(first at time zone 'UTC', 'YYYY_MM'));
      continue when exists (
        select from pg_inherits join pg_class as children on children.oid = pg_inherits.inhrelid
         where pg_inherits.inhparent = parent.oid and children.relname = child);
      execute format('create table %I.%I (like %I.%I including defaults including constraints)', parent.schema, child, parent.schema, parent.name);
      execute format('alter table %I.%I attach partition %I.%I for values from (%L) to (%L)',
        parent.schema, parent.name, parent.schema, child, app_private.uuid_floor(first), app_private.uuid_floor(following));
      execute format('alter table %I.%I enable row level security', parent.schema, child);
      execute format('alter table %I.%I force row level security', parent.schema, child);
      execute format('create policy every_row_for_the_machine on %I.%I to catchment_worker using (true)', parent.schema, child);
      return next child;
    end loop;
  end loop;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.make_partitions(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/make_partitions.sql
--! Included functions/app_private/partition_months_ahead.sql
-- How many months after that of as_of (UTC) every partitioned table has its partition for, without a gap.
create or replace function app_private.partition_months_ahead(as_of timestamptz) returns int as $$
  select min(ahead.months)::int
    from pg_class as tables
   cross join lateral (
     select count(*) as months
       from generate_series(1, 24) as month
      where not exists (
        select from generate_series(1, month) as earlier
         where not exists (
           select from pg_inherits join pg_class as children on children.oid = pg_inherits.inhrelid
            where pg_inherits.inhparent = tables.oid
              and children.relname = format('%s_%s', tables.relname,
                to_char(date_trunc('month', partition_months_ahead.as_of at time zone 'UTC') + make_interval(months => earlier), 'YYYY_MM'))))
   ) as ahead
   where tables.relkind = 'p' and tables.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
$$ language sql stable;

grant execute on function app_private.partition_months_ahead(timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/partition_months_ahead.sql
--! Included functions/app_private/current_revision.sql
-- The revision in force: the last one applied. 0 before anything was.
create or replace function app_private.current_revision() returns int as $$
  select coalesce(max(revisions.id), 0) from app_public.revisions
$$ language sql stable;

grant execute on function app_private.current_revision() to catchment_worker;
--! EndIncluded functions/app_private/current_revision.sql
--! Included functions/app_private/operations_team.sql
-- The operations team of a territory: its own or that of the nearest ancestor.
create or replace function app_private.operations_team(territory_id int) returns int as $$
  select teams.id
    from app_public.territories
    join app_public.teams on teams.territory_id = any (territories.path) and teams.handles_operations
   where territories.id = operations_team.territory_id
   order by array_position(territories.path, teams.territory_id) desc
   limit 1
$$ language sql stable;

-- The nearest territory that all of these lie in; null when they have no root in common.
create or replace function app_private.common_ancestor(territory_ids int[]) returns int as $$
  select ancestor.id
    from app_public.territories
   cross join unnest(territories.path) with ordinality as ancestor (id, depth)
   where territories.id = any (common_ancestor.territory_ids)
   group by ancestor.id, ancestor.depth
  having count(*) = (select count(distinct id) from unnest(common_ancestor.territory_ids) as id)
   order by ancestor.depth desc
   limit 1
$$ language sql stable;

grant execute on function app_private.operations_team(int), app_private.common_ancestor(int[]) to catchment_worker;
--! EndIncluded functions/app_private/operations_team.sql
--! Included functions/app_private/sales_team.sql
-- The team that takes the leads of a territory: its own or that of the nearest ancestor.
create or replace function app_private.sales_team(territory_id int) returns int as $$
  select teams.id
    from app_public.territories
    join app_public.teams on teams.territory_id = any (territories.path) and teams.takes_leads
   where territories.id = sales_team.territory_id
   order by array_position(territories.path, teams.territory_id) desc
   limit 1
$$ language sql stable;

grant execute on function app_private.sales_team(int) to catchment_worker;
--! EndIncluded functions/app_private/sales_team.sql
--! Included functions/app_private/routing_team.sql
-- The team that a path's contract names, as far as that team's territory reaches: elsewhere its people would not even see
-- the lead. Null where it names none.
create or replace function app_private.contract_team(territory_id int, contract_id int) returns int as $$
  select teams.id
    from app_public.contracts
    join app_public.teams on teams.id = contracts.team_id and teams.is_active
    join app_public.territories on territories.id = contract_team.territory_id and teams.territory_id = any (territories.path)
   where contracts.id = contract_team.contract_id
$$ language sql stable;

-- The team that takes a lead of this territory which came under this contract, where no routing rule says otherwise: the
-- contract's own, else the territory's sales team.
create or replace function app_private.routing_team(territory_id int, contract_id int) returns int as $$
  select coalesce(app_private.contract_team(routing_team.territory_id, routing_team.contract_id),
                  app_private.sales_team(routing_team.territory_id))
$$ language sql stable;

grant execute on function app_private.contract_team(int, int), app_private.routing_team(int, int) to catchment_worker;
--! EndIncluded functions/app_private/routing_team.sql
--! Included functions/app_private/threshold_at.sql
-- The instant at which so many percent of a target (seconds) have passed.
create or replace function app_private.threshold_at(started_at timestamptz, target_seconds int, percent int) returns timestamptz as $$
  select threshold_at.started_at + make_interval(secs => threshold_at.target_seconds * threshold_at.percent / 100.0)
$$ language sql stable;

grant execute on function app_private.threshold_at(timestamptz, int, int) to catchment_worker;
--! EndIncluded functions/app_private/threshold_at.sql
--! Included functions/app_private/person_of.sql
-- The columns of a lead that normalized attributes speak of, in their types.
create or replace function app_private.person_of(attributes jsonb) returns table (
  first_name text, last_name text, email text, phone text, company text, company_domain text, street text, city text,
  postal_code text, region text, country text, language text, segment text, birth_date date, employees int,
  value_amount numeric, value_currency text, occurred_at timestamptz
) as $$
  select person.*
    from jsonb_to_record(person_of.attributes) as person (
      first_name text, last_name text, email text, phone text, company text, company_domain text, street text, city text,
      postal_code text, region text, country text, language text, segment text, birth_date date, employees int,
      value_amount numeric, value_currency text, occurred_at timestamptz)
$$ language sql stable rows 1;

grant execute on function app_private.person_of(jsonb) to catchment_worker;
--! EndIncluded functions/app_private/person_of.sql
--! Included functions/app_private/open_exceptions.sql
-- Opens cases for people, each with an owner team, a due time, a runbook and somebody to escalate to.
-- The policy of the kind says which duty owns it: the path's responsible team, or for `operations`
-- (and where no path is involved) the operations team of the nearest ancestor. The contract in force on the path may
-- name another duty or time for a kind (`exceptions`). A case that is open
-- already for the same capture or lead is left as it is.
create or replace function app_private.open_exceptions(cases app_private.exception_case[], as_of timestamptz) returns void as $$
  insert into app_public.exceptions
    (territory_id, kind, reason, details, trace_id, capture_id, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
  select cases.territory_id, cases.kind, cases.reason, cases.details, cases.trace_id, cases.capture_id, cases.lead_id,
         coalesce(responsible.team_id, operations.team_id),
         coalesce(responsible.escalates_to_id, operations.team_id),
         policies.runbook, open_exceptions.as_of, open_exceptions.as_of + make_interval(secs => terms.resolve_seconds)
    from unnest(open_exceptions.cases) as cases
    join app_public.exception_policies as policies on policies.kind = cases.kind
    left join lateral (
      select contracts.definition -> 'exceptions' -> cases.kind as terms
        from app_public.capture_paths join app_public.contracts on contracts.id = capture_paths.active_contract_id
       where capture_paths.id = cases.path_id
    ) as path on true
    cross join lateral (
      select coalesce(path.terms ->> 'duty', policies.duty) as duty,
             coalesce((path.terms ->> 'resolve_seconds')::int, policies.resolve_seconds) as resolve_seconds
    ) as terms
    left join lateral (
      select responsibilities.team_id, teams.escalates_to_id
        from app_public.responsibilities join app_public.teams on teams.id = responsibilities.team_id
       where responsibilities.path_id = cases.path_id and responsibilities.duty = terms.duty
    ) as responsible on true
    cross join lateral (
      select app_private.operations_team(cases.territory_id) as team_id
    ) as operations
  on conflict (coalesce(capture_id, lead_id), kind) where resolved_at is null and coalesce(capture_id, lead_id) is not null
  do nothing
$$ language sql volatile;

grant execute on function app_private.open_exceptions(app_private.exception_case[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/open_exceptions.sql
--! Included functions/app_private/wake.sql
-- Asks for a task in this transaction, by a key of this connection: writers never wait for one another,
-- and add_job's empty answer (the job was being taken at that moment) is asked again.
create or replace function app_private.wake(task text) returns void as $$
declare
  job_id bigint;
begin
  loop
    job_id := (graphile_worker.add_job(wake.task, job_key => wake.task || ':' || pg_backend_pid())).id;
    exit when job_id is not null;
  end loop;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.wake(text) to catchment_worker;
--! EndIncluded functions/app_private/wake.sql
--! Included functions/app_private/is_watched.sql
-- A drain that watches looks for captures again and again, so those who store some need not call it: under load
-- that spares a job, some 0.6 ms, a statement. No capture falls between: who counts on the watch holds `storing`
-- until its commit, and the watch is over only once nobody does. Two locks of the database, in the class of this
-- name: 1 `watching`, exclusive, of the session that drains; 2 `storing`, shared, of each transaction that counts on it.
create or replace function app_private.watch_lock_class() returns int as $$
  select hashtext('catchment.drain_captures')
$$ language sql stable;

-- Whether this session is now the one that watches. False: another one does, or somebody just saw that nobody did.
create or replace function app_private.begin_watch() returns boolean as $$
  select pg_try_advisory_lock(app_private.watch_lock_class(), 1)
$$ language sql volatile;

-- Ends the watch of this session. False: somebody counts on it still, so it must go on. True: look once more,
-- then rest; whoever stores from now on asks for a job.
create or replace function app_private.end_watch() returns boolean as $$
begin
  perform pg_advisory_unlock(app_private.watch_lock_class(), 1);
  return pg_try_advisory_lock(app_private.watch_lock_class(), 2)
     and pg_advisory_unlock(app_private.watch_lock_class(), 2);
end
$$ language plpgsql volatile;

-- Whether what this transaction stores will be looked for after its commit without being asked.
create or replace function app_private.is_watched() returns boolean as $$
begin
  return pg_try_advisory_xact_lock_shared(app_private.watch_lock_class(), 2)  -- first: it holds whoever ends
     and not pg_try_advisory_xact_lock_shared(app_private.watch_lock_class(), 1);
end
$$ language plpgsql volatile;

grant execute on function app_private.begin_watch(), app_private.end_watch(), app_private.is_watched(),
  app_private.watch_lock_class() to catchment_worker;
--! EndIncluded functions/app_private/is_watched.sql
--! Included functions/app_private/enqueue_drain_captures.sql
-- New captures ask for their way through the stages, unless a drain watches for them anyway. A statement that
-- stored none (all were known) asks nothing.
create or replace function app_private.enqueue_drain_captures() returns trigger as $$
begin
  if exists (select from arrived where arrived.status = 'pending') and not app_private.is_watched() then
    perform app_private.wake('drain_captures');
  end if;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/enqueue_drain_captures.sql
--! Included functions/app_private/enqueue_fire_thresholds.sql
-- A deadline nearer than two naps of the sweep (60 s each) nudges it; farther ones it finds itself.
create or replace function app_private.enqueue_fire_thresholds() returns trigger as $$
begin
  if exists (select from after_rows where after_rows.next_at < now() + interval '2 minutes') then
    perform app_private.wake('fire_thresholds');
  end if;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/enqueue_fire_thresholds.sql
--! Included functions/app_private/enqueue_notify.sql
-- New rows of the outbox ask to be sent.
create or replace function app_private.enqueue_notify() returns trigger as $$
begin
  if exists (select from after_rows where after_rows.next_attempt_at is not null) then
    perform app_private.wake('notify');
  end if;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/enqueue_notify.sql
--! Included functions/app_private/enqueue_route_queue.sql
-- Somebody may be free now: where leads wait for an owner, the queue is drained at once.
create or replace function app_private.enqueue_route_queue() returns trigger as $$
begin
  perform app_private.wake_queue();
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

-- The same for who changes owners. Does nothing while no lead waits.
create or replace function app_private.wake_queue() returns void as $$
begin
  if exists (select from app_public.leads where leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null) then
    perform app_private.wake('route_queue');
  end if;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.wake_queue() to catchment_worker;

-- Absences that were said: the queue is drained the moment each ends, by a key of its own, which nobody else locks.
create or replace function app_private.enqueue_return() returns trigger as $$
begin
  perform graphile_worker.add_job('route_queue', job_key => 'route_queue:absence:' || after_rows.id, run_at => after_rows.ends_at)
     from after_rows;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/enqueue_route_queue.sql
--! Included functions/app_private/place_in_tree.sql
-- Keeps root, boundary, path and half-life of a territory true to its parent (before insert or update of a row).
create or replace function app_private.place_in_tree() returns trigger as $$
declare
  parent app_public.territories;
begin
  select * into parent from app_public.territories where territories.id = new.parent_id;
  if new.id = any (parent.path) then
    raise exception 'Territory % would become its own ancestor', new.slug using errcode = 'CYCLE';
  end if;
  new.path := coalesce(parent.path, '{}') || new.id;
  new.root_id := new.path[1];
  new.boundary_id := case when new.is_identity_boundary then new.id else parent.boundary_id end;
  new.half_life_days := coalesce(new.attribution_half_life_days, parent.half_life_days, 7);
  return new;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

-- After a territory was moved or its half-life changed: its children follow, each asking for its own children in turn.
create or replace function app_private.move_subtree() returns trigger as $$
begin
  -- A statement that changed no row fires its triggers too: without this the update below would call itself for ever.
  if not exists (select from after_rows) then
    return null;
  end if;
  update app_public.territories set parent_id = territories.parent_id
    from after_rows join before_rows using (id)
   where territories.parent_id = after_rows.id
     and (after_rows.path, after_rows.boundary_id, after_rows.half_life_days)
         is distinct from (before_rows.path, before_rows.boundary_id, before_rows.half_life_days);
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/place_in_tree.sql
--! Included functions/app_private/close_grants.sql
-- Brings territory_grants in line with memberships and the tree: a membership reaches its territory
-- and everything below. Called after any change of either; changes only what differs.
create or replace function app_private.close_grants() returns trigger as $$
begin
  delete from app_private.territory_grants
   where not exists (
     select from app_public.memberships
       join app_public.territories on memberships.territory_id = any (territories.path)
      where memberships.actor_id = territory_grants.actor_id
        and territories.id = territory_grants.territory_id
        and memberships.role = territory_grants.role);
  insert into app_private.territory_grants (actor_id, territory_id, role)
    select memberships.actor_id, territories.id, memberships.role
      from app_public.memberships
      join app_public.territories on memberships.territory_id = any (territories.path)
  on conflict do nothing;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/close_grants.sql
--! Included functions/app_private/note_shapes.sql
-- After rules were written: which columns they set together, so that candidate_rules knows what to ask for. Definer:
-- whoever writes a rule need not be allowed to write this.
create or replace function app_private.note_shapes() returns trigger as $$
begin
  insert into app_private.territory_shapes
    (revision, boundary_id, specificity, has_country, has_region, postal_length, has_language, has_company_domain, has_segment,
     has_source, has_employees, has_condition)
  select distinct after_rows.revision, after_rows.boundary_id, after_rows.specificity, after_rows.country is not null,
         after_rows.region is not null, coalesce(length(after_rows.postal_prefix), 0), after_rows.language is not null,
         after_rows.company_domain is not null, after_rows.segment is not null, after_rows.source is not null,
         coalesce(after_rows.employees_min, after_rows.employees_max) is not null, after_rows.condition is not null
    from after_rows
  on conflict do nothing;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/note_shapes.sql
--! Included functions/app_private/refuse_change.sql
-- Guard of append-only tables (audit) and of published contracts.
create or replace function app_private.refuse_change() returns trigger as $$
begin
  raise exception 'Rows of % are never changed', tg_table_name using errcode = 'FIXED';
end
$$ language plpgsql volatile;
--! EndIncluded functions/app_private/refuse_change.sql
--! Included functions/app_private/keep_raw.sql
-- Guard of what arrived: bytes and headers are never changed. They go whole, once, with everything read from them
-- (app_private.scrub_captures), and do not come back.
create or replace function app_private.keep_raw() returns trigger as $$
begin
  if old.erased_at is null and new.erased_at is not null and new.body = ''
     and num_nonnulls(new.content_type, new.headers, new.attributes, new.fetched, new.violations, new.corrections,
                      new.error, new.discard_reason, new.revalidation) = 0 then
    return new;
  end if;
  raise exception 'What arrived is never changed' using errcode = 'FIXED';
end
$$ language plpgsql volatile;
--! EndIncluded functions/app_private/keep_raw.sql
--! Included functions/app_private/change_of.sql
-- [before, after] of a number that changed; null when it did not.
create or replace function app_private.change_of(before int, after int) returns jsonb as $$
  select case when change_of.before is distinct from change_of.after then jsonb_build_array(change_of.before, change_of.after) end
$$ language sql stable;

grant execute on function app_private.change_of(int, int) to catchment_worker;
--! EndIncluded functions/app_private/change_of.sql
--! Included functions/app_private/without_persons.sql
-- How a case ended, where the program said it; people write what they like.
create or replace function app_private.is_word_of_ours(outcome text) returns boolean as $$
  select coalesce(is_word_of_ours.outcome in ('released', 'refused_again', 'discarded', 'routed', 'merged', 'erased', 'exported', 'done'), false)
$$ language sql immutable;

-- A row as the audit may hold it: without what people wrote, what strangers sent, and whom it is about. A case that ended
-- in words of somebody is `said` there.
create or replace function app_private.without_persons(entity text, content jsonb) returns jsonb as $$
  select case
           when without_persons.entity <> 'exceptions' then without_persons.content
           when without_persons.content ->> 'outcome' is null or app_private.is_word_of_ours(without_persons.content ->> 'outcome') then without_persons.content - 'reason'
           else without_persons.content - 'reason' || '{"outcome": "said"}'
         end - '{note,details,secret_hash,subject_hashes,value_hash,value}'::text[]
$$ language sql stable;

grant execute on function app_private.is_word_of_ours(text), app_private.without_persons(text, jsonb) to catchment_worker;
--! EndIncluded functions/app_private/without_persons.sql
--! Included functions/app_private/digests_of.sql
-- The columns of a lead that are about its person: what an erasure empties, and of what the audit holds digests alone.
create or replace function app_private.personal_fields() returns text[] as $$
  select '{first_name,last_name,email,phone,company,company_domain,street,city,postal_code,region,country,language,segment,birth_date,employees}'::text[]
$$ language sql immutable;

-- {"personal": {field: [digest before, digest after]}} of the fields that differ, null where one is blank. Who knows a
-- value and has the salt can prove that it stood there; without the salt a digest says nothing. Null without a salt.
create or replace function app_private.digests_of(salt bytea, before jsonb, after jsonb) returns jsonb as $$
  select case when digests_of.salt is not null then jsonb_build_object('personal', jsonb_object_agg(field, jsonb_build_array(
           encode(sha256(digests_of.salt || convert_to(field || ':' || (digests_of.before ->> field), 'UTF8')), 'hex'),
           encode(sha256(digests_of.salt || convert_to(field || ':' || (digests_of.after ->> field), 'UTF8')), 'hex')))) end
    from unnest(app_private.personal_fields()) as field
   where digests_of.before ->> field is distinct from digests_of.after ->> field
$$ language sql stable;

grant execute on function app_private.personal_fields(), app_private.digests_of(bytea, jsonb, jsonb) to catchment_worker;
--! EndIncluded functions/app_private/digests_of.sql
--! Included functions/app_private/audit.sql
-- Audit triggers. Definer: rows changed by a cascade queue their triggers as the table's owner. They
-- record the login and the acting actor, never current_user. Of personal fields they hold digests alone.

-- Leads: what decides over them, column by column; personal columns as digests (digests_of), whose salt goes when the
-- person is forgotten. It is made when one first changes: a new lead needs none.
create or replace function app_private.audit_leads_insert() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select after_rows.territory_id, 'leads', after_rows.id::text, 'insert', (select app_hidden.current_actor_id()), session_user, after_rows.trace_id,
         jsonb_build_object('territory_id', after_rows.territory_id, 'status', after_rows.status, 'source', after_rows.source)
    from after_rows;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_leads_update() returns trigger as $$
begin
  if not exists (select from after_rows) then
    return null;
  end if;
  with changed as materialized (
    select after_rows.id, after_rows.territory_id, after_rows.trace_id,
           jsonb_strip_nulls(jsonb_build_object(
             'territory_id', app_private.change_of(before_rows.territory_id, after_rows.territory_id),
             'owner_id', app_private.change_of(before_rows.owner_id, after_rows.owner_id),
             'status', case when before_rows.status <> after_rows.status then jsonb_build_array(before_rows.status, after_rows.status) end,
             'merged_into_id', case when before_rows.merged_into_id is distinct from after_rows.merged_into_id
               then jsonb_build_array(before_rows.merged_into_id, after_rows.merged_into_id) end,
             'erased_at', case when before_rows.erased_at is distinct from after_rows.erased_at then after_rows.erased_at end)) as changes,
           case when persons.has_changed then to_jsonb(before_rows) end as person_before,
           case when persons.has_changed then to_jsonb(after_rows) end as person_after
      from after_rows join before_rows using (id)
     cross join lateral (
       select row(before_rows.first_name, before_rows.last_name, before_rows.email, before_rows.phone, before_rows.company,
                  before_rows.company_domain, before_rows.street, before_rows.city, before_rows.postal_code, before_rows.region,
                  before_rows.country, before_rows.language, before_rows.segment, before_rows.birth_date, before_rows.employees)
           is distinct from row(after_rows.first_name, after_rows.last_name, after_rows.email, after_rows.phone, after_rows.company, after_rows.company_domain,
                  after_rows.street, after_rows.city, after_rows.postal_code, after_rows.region, after_rows.country, after_rows.language,
                  after_rows.segment, after_rows.birth_date, after_rows.employees) as has_changed) as persons
     where persons.has_changed
        or row(before_rows.territory_id, before_rows.owner_id, before_rows.status, before_rows.merged_into_id, before_rows.erased_at)
           is distinct from row(after_rows.territory_id, after_rows.owner_id, after_rows.status, after_rows.merged_into_id, after_rows.erased_at)
  ),
  salts as (
    insert into app_private.audit_salts (id, salt)
    select changed.id, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) from changed where changed.person_after is not null order by changed.id
    on conflict (id) do update set salt = audit_salts.salt  -- `do nothing` would not answer it
    returning audit_salts.id, audit_salts.salt
  )
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select changed.territory_id, 'leads', changed.id::text, 'update', (select app_hidden.current_actor_id()), session_user, changed.trace_id,
         changed.changes || case when salts.salt is null then '{}' else app_private.digests_of(salts.salt, changed.person_before, changed.person_after) end
    from changed left join salts on salts.id = changed.id;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  set enable_hashjoin = on;  -- before and after are rows of one statement, whatever the caller has set

create or replace function app_private.audit_decisions_insert() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select after_rows.territory_id, 'decisions', after_rows.id::text, 'insert', after_rows.actor_id, session_user, after_rows.trace_id,
         jsonb_build_object('lead_id', after_rows.lead_id, 'action', after_rows.action, 'owner_id', after_rows.owner_id, 'revision', after_rows.revision)
    from after_rows;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

-- Rows of tables without personal data, whole: exceptions, memberships, policies. Of exceptions neither the note
-- nor the details: people wrote the one, and the other names fields that strangers sent; of keys not the hash, and their
-- use is no change; of privacy requests and suppressions not whom they are about; of edits the field, not what was written. The key is the id column,
-- or for a table without one the row itself.
create or replace function app_private.audit_rows_insert() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'insert',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', app_private.without_persons(tg_table_name, entry.content)
    from (select to_jsonb(after_rows) as content from after_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_rows_update() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'update',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', app_private.without_persons(tg_table_name, entry.content)
    from (select to_jsonb(after_rows) - 'last_used_at' as content from after_rows
          except select to_jsonb(before_rows) - 'last_used_at' from before_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_rows_delete() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'delete',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', app_private.without_persons(tg_table_name, entry.content)
    from (select to_jsonb(before_rows) as content from before_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/audit.sql
--! Included functions/app_private/audit_captures_update.sql
-- What people did to a capture in quarantine, of corrections only which fields. A row at a time, and only for such a
-- change: the stages write every capture, and a statement's transition tables would cost them all.
create or replace function app_private.audit_captures_update() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  values (new.territory_id, 'captures', new.id::text, 'update', app_hidden.current_actor_id(), session_user, new.trace_id,
          jsonb_strip_nulls(jsonb_build_object(
            'status', case when old.status <> new.status then jsonb_build_array(old.status, new.status) end,
            'contract_id', app_private.change_of(old.contract_id, new.contract_id),
            'released_at', case when old.released_at is distinct from new.released_at then new.released_at end,
            'discarded', case when old.discard_reason is distinct from new.discard_reason then true end,
            'corrected', case when old.corrections is distinct from new.corrections
              then (select coalesce(jsonb_agg(pointer order by pointer), '[]') from jsonb_object_keys(coalesce(new.corrections, '{}')) as pointer) end)));
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/audit_captures_update.sql
--! Included functions/app_private/capture_doors.sql
-- What a door must know before it takes anything: its protocol, its size cap, whether it demands a signature or a
-- key, its rate and the origins that may read its answers.
create or replace function app_private.capture_doors()
returns table (path_id int, slug text, protocol text, requires_signature boolean, max_body_bytes int, requires_key boolean,
               rate_per_second double precision, rate_burst int, cors_origins text[]) as $$
  select capture_paths.id, capture_paths.slug, capture_paths.protocol,
         capture_paths.requires_signature, capture_paths.max_body_bytes, capture_paths.requires_key,
         capture_paths.rate_per_second, capture_paths.rate_burst, capture_paths.cors_origins
    from app_public.capture_paths
   where capture_paths.is_active and capture_paths.active_contract_id is not null
$$ language sql stable security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.capture_doors() to catchment_api;
--! EndIncluded functions/app_private/capture_doors.sql
--! Included functions/app_private/use_api_key.sql
-- Who a key speaks for, while it is good: its secret is the right one, and it is neither revoked nor expired nor its
-- actor switched off. All else answers no row, alike. `path_ids`: where it may capture, the doors whose home lies in
-- its actor's territories. The use is written down at most once a minute.
create or replace function app_private.use_api_key(prefix text, secret_hash bytea, as_of timestamptz)
returns table (key_id int, actor_id int, operations text[], path_ids int[], rate_per_second double precision, rate_burst int) as $$
  with good as (
    select api_keys.*
      from app_private.api_keys
      join app_public.actors on actors.id = api_keys.actor_id and actors.is_active and actors.kind = 'api_key'
     where api_keys.prefix = use_api_key.prefix
       and api_keys.secret_hash = use_api_key.secret_hash
       and api_keys.revoked_at is null
       and (api_keys.expires_at is null or api_keys.expires_at > use_api_key.as_of)
  ),
  noted as (
    update app_private.api_keys set last_used_at = use_api_key.as_of
      from good
     where api_keys.id = good.id
       and (good.last_used_at is null or good.last_used_at < use_api_key.as_of - interval '1 minute')
  )
  select good.id, good.actor_id, good.operations,
         case when 'capture' = any (good.operations) then array(
           select capture_paths.id
             from app_public.capture_paths
            where exists (
              select from app_private.territory_grants
                join app_private.permissions on permissions.role = territory_grants.role and permissions.action = 'capture'
               where territory_grants.actor_id = good.actor_id
                 and territory_grants.territory_id = capture_paths.territory_id)
            order by capture_paths.id)
           else '{}' end,
         good.rate_per_second, good.rate_burst
    from good
$$ language sql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.use_api_key(text, bytea, timestamptz) to catchment_api;
--! EndIncluded functions/app_private/use_api_key.sql
--! Included functions/app_private/create_api_key.sql
-- Makes a key and answers it, the only time that anybody sees it: `ck_<prefix>_<secret>`. Made here, so that it
-- travels in no parameter that a statement log would keep. An actor has at most two live keys: the old and the new
-- one of a rotation. A lifetime of null never ends.
create or replace function app_private.create_api_key(
  actor_id int, operations text[], lifetime interval, rate_per_second double precision, rate_burst int, as_of timestamptz
) returns app_public.api_key_receipt as $$
declare
  new_prefix text := substr(replace(gen_random_uuid()::text, '-', ''), 1, 12);
  -- 122 random bits each, of which the hash keeps 256.
  secret text := encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex');
  holder app_public.actors;
  answer app_public.api_key_receipt;
begin
  select * into holder from app_public.actors
   where actors.id = create_api_key.actor_id and actors.is_active and actors.kind = 'api_key'
     for no key update;  -- two at once are counted one after the other
  if holder.id is null then
    raise exception 'Not there for this actor' using errcode = 'NFUND';
  end if;
  if coalesce(cardinality(create_api_key.operations), 0) = 0 or not create_api_key.operations <@ '{capture,read}'
     or create_api_key.lifetime <= '0' or (create_api_key.rate_per_second is null) <> (create_api_key.rate_burst is null)
     or create_api_key.rate_per_second <= 0 or create_api_key.rate_burst < 1 then
    raise exception 'A key may capture, read or both, for a lifetime and at a rate of more than nothing' using errcode = 'BADIN';
  end if;
  if (select count(*) from app_private.api_keys
       where api_keys.actor_id = holder.id and api_keys.revoked_at is null
         and (api_keys.expires_at is null or api_keys.expires_at > create_api_key.as_of)) >= 2 then
    raise exception 'There are two live keys already' using errcode = 'STATE', hint = 'Revoke the older one first.';
  end if;
  insert into app_private.api_keys (actor_id, prefix, secret_hash, operations, rate_per_second, rate_burst, created_at, expires_at)
  values (holder.id, new_prefix, sha256(convert_to(secret, 'UTF8')), create_api_key.operations, create_api_key.rate_per_second,
          create_api_key.rate_burst, create_api_key.as_of, create_api_key.as_of + create_api_key.lifetime)
  returning format('ck_%s_%s', new_prefix, secret), api_keys.prefix, holder.slug, api_keys.operations, api_keys.created_at, api_keys.expires_at
    into answer.key, answer.prefix, answer.actor, answer.operations, answer.created_at, answer.expires_at;
  return answer;
end
$$ language plpgsql volatile;

grant execute on function app_private.create_api_key(int, text[], interval, double precision, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/create_api_key.sql
--! Included functions/app_private/revoke_api_key.sql
-- Ends a key; doors that have seen it take it for ten seconds more at most. A second time keeps the first instant.
create or replace function app_private.revoke_api_key(key_id int, as_of timestamptz) returns app_public.api_key_receipt as $$
  with revoked as (
    update app_private.api_keys set revoked_at = coalesce(api_keys.revoked_at, revoke_api_key.as_of)
     where api_keys.id = revoke_api_key.key_id
    returning api_keys.*
  )
  select null, revoked.prefix, actors.slug, revoked.operations, revoked.created_at, revoked.expires_at, revoked.revoked_at
    from revoked join app_public.actors on actors.id = revoked.actor_id
$$ language sql volatile;

grant execute on function app_private.revoke_api_key(int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/revoke_api_key.sql
--! Included functions/app_private/lease_tokens.sql
-- Takes up to `wanted` tokens out of the bucket of a path or a key, for a door to spend by itself: one row written for
-- many requests. Doors of several processes share the bucket. `retry_seconds`: until the next token is there. A
-- subject that has no rate (any more) gives what is asked.
create or replace function app_private.lease_tokens(
  kind text, subject_id int, wanted int, as_of timestamptz,
  out taken int, out remaining int, out retry_seconds double precision
) as $$
declare
  rate record;
  bucket app_private.rate_buckets;
begin
  select limits.* into rate
    from (select capture_paths.rate_per_second as per_second, capture_paths.rate_burst as burst from app_public.capture_paths
           where lease_tokens.kind = 'path' and capture_paths.id = lease_tokens.subject_id
          union all
          select api_keys.rate_per_second, api_keys.rate_burst from app_private.api_keys
           where lease_tokens.kind = 'key' and api_keys.id = lease_tokens.subject_id) as limits;
  if rate.per_second is null then
    taken := lease_tokens.wanted;
    remaining := lease_tokens.wanted;
    retry_seconds := 0;
    return;
  end if;
  insert into app_private.rate_buckets values (lease_tokens.kind, lease_tokens.subject_id, rate.burst, lease_tokens.as_of)
  on conflict do nothing;
  select * into bucket from app_private.rate_buckets
   where rate_buckets.kind = lease_tokens.kind and rate_buckets.subject_id = lease_tokens.subject_id
     for update;
  -- Whoever waited for the row may come with an older instant than it holds.
  bucket.tokens := least(rate.burst, bucket.tokens
    + rate.per_second * greatest(0, extract(epoch from lease_tokens.as_of - bucket.filled_at)));
  taken := least(floor(bucket.tokens), lease_tokens.wanted);
  update app_private.rate_buckets
     set tokens = bucket.tokens - taken, filled_at = greatest(bucket.filled_at, lease_tokens.as_of)
   where rate_buckets.kind = lease_tokens.kind and rate_buckets.subject_id = lease_tokens.subject_id;
  remaining := floor(bucket.tokens - taken);
  retry_seconds := greatest(0, (1 - (bucket.tokens - taken)) / rate.per_second);
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.lease_tokens(text, int, int, timestamptz) to catchment_api;
--! EndIncluded functions/app_private/lease_tokens.sql
--! Included functions/app_private/key_surface.sql
-- The doors at which the holder of a key may capture, with the schema of what each takes: what /openapi.json tells
-- them, and nobody else.
create or replace function app_private.key_surface(path_ids int[])
returns table (slug text, name text, protocol text, requires_signature boolean, requires_key boolean, max_body_bytes int, schema jsonb) as $$
  select capture_paths.slug, capture_paths.name, capture_paths.protocol, capture_paths.requires_signature,
         capture_paths.requires_key, capture_paths.max_body_bytes, contracts.definition -> 'schema'
    from app_public.capture_paths
    join app_public.contracts on contracts.id = capture_paths.active_contract_id
   where capture_paths.is_active and capture_paths.id = any (key_surface.path_ids)
   order by capture_paths.slug
$$ language sql stable security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.key_surface(int[]) to catchment_api;
--! EndIncluded functions/app_private/key_surface.sql
--! Included functions/app_private/sealed_secrets.sql
-- The stored secrets of all paths as they are stored: ciphertexts, which only a process that has the key can open.
create or replace function app_private.sealed_secrets()
returns table (slug text, name text, ciphertext bytea, key_id text, created_at timestamptz) as $$
  select capture_paths.slug, path_secrets.name, path_secrets.ciphertext, path_secrets.key_id, path_secrets.created_at
    from app_private.path_secrets
    join app_public.capture_paths on capture_paths.id = path_secrets.path_id
   order by capture_paths.slug, path_secrets.name
$$ language sql stable security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.sealed_secrets() to catchment_api;
--! EndIncluded functions/app_private/sealed_secrets.sql
--! Included functions/app_private/stage_captures.sql
-- Stage 2: keeps arrivals raw, in one durable statement for all requests that came together.
-- Arrays run in parallel, one element an arrival; those left out hold nothing for any. An id comes along where
-- others are part of it, headers as JSON text. An arrival without key is always new. With a key,
-- the first one wins and later ones answer its capture; same_body = false means the key was used for
-- something else (the door answers 422). What was erased answers its empty capture: a vendor that sends it again, or a file
-- that is imported again, does not bring a forgotten person back. One lock order, so racing batches do not deadlock.
create or replace function app_private.stage_captures(
  path_ids int[], idempotency_keys text[], bodies bytea[], content_types text[], trace_ids text[], is_test boolean[],
  ids uuid[] default null, kept_headers text[] default null, parts_of uuid[] default null
) returns table (ordinal int, capture_id uuid, trace_id text, is_new boolean, same_body boolean) as $$
  with arrived as materialized (
    select arrival.ordinal::int, arrival.path_id,
           coalesce(
             (select capture_keys.idempotency_key from app_private.capture_keys
               where (select exists (select from app_private.erasures))  -- nobody looks while nobody was forgotten
                 and capture_keys.path_id = arrival.path_id
                 and capture_keys.idempotency_key = 'erased:' || encode(sha256(convert_to(arrival.key, 'UTF8')), 'hex')),
             arrival.key) as key,  -- no join: it would deal the ids out in another order than that of arrival
           arrival.body, arrival.content_type,
           arrival.trace_id, arrival.is_test, coalesce(arrival.id, uuidv7()) as id, arrival.headers, arrival.part_of,
           case when arrival.key is not null then sha256(arrival.body) end as body_hash
      from unnest(path_ids, idempotency_keys, bodies, content_types, trace_ids, is_test, ids, kept_headers, parts_of)
           with ordinality as arrival (path_id, key, body, content_type, trace_id, is_test, id, headers, part_of, ordinal)
  ),
  firsts as (
    select distinct on (arrived.path_id, arrived.key) arrived.*
      from arrived where arrived.key is not null
     order by arrived.path_id, arrived.key, arrived.ordinal
  ),
  known as (
    insert into app_private.capture_keys as keys (path_id, idempotency_key, capture_id, trace_id, body_hash)
    select firsts.path_id, firsts.key, firsts.id, firsts.trace_id, firsts.body_hash
      from firsts order by firsts.path_id, firsts.key
    on conflict (path_id, idempotency_key) do update set last_seen_at = now()  -- `do nothing` cannot answer who won
    returning new.path_id, new.idempotency_key, new.capture_id, new.trace_id, new.body_hash, old.capture_id is null as is_new
  ),
  stored as (
    insert into app_public.captures (id, path_id, territory_id, contract_id, trace_id, is_test, content_type, body, headers, part_of)
    select arrived.id, arrived.path_id, capture_paths.territory_id, capture_paths.active_contract_id,
           arrived.trace_id, arrived.is_test, arrived.content_type, arrived.body,
           arrived.headers::jsonb, arrived.part_of
      from arrived
      join app_public.capture_paths on capture_paths.id = arrived.path_id
      left join known on known.capture_id = arrived.id
     where arrived.key is null or known.is_new
     order by arrived.id
  )
  select arrived.ordinal,
         coalesce(known.capture_id, arrived.id),
         coalesce(known.trace_id, arrived.trace_id),
         arrived.key is null or (known.is_new and known.capture_id = arrived.id),
         coalesce(known.body_hash = arrived.body_hash, true)  -- of what has no key, or was erased, nothing is known
    from arrived
    left join known on known.path_id = arrived.path_id and known.idempotency_key = arrived.key
   order by arrived.ordinal
$$ language sql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.stage_captures(int[], text[], bytea[], text[], text[], boolean[], uuid[], text[], uuid[]) to catchment_api;
--! EndIncluded functions/app_private/stage_captures.sql
--! Included functions/app_private/stage_import.sql
-- Stage 2 for a batch of a file's rows: by the rules of stage_captures, and once, however often it is sent. A row whose
-- key is known with another body is one more arrival, under a key made of its body. Answers what the batch came to.
create or replace function app_private.stage_import(
  import_id uuid, place text, keys text[], bodies bytea[], content_type text
) returns app_private.import_batches as $$
declare
  path int := (select imports.path_id from app_private.imports where imports.id = stage_import.import_id);
  answer app_private.import_batches;
begin
  insert into app_private.import_batches (import_id, place, arrivals)
  values (stage_import.import_id, stage_import.place, cardinality(keys)) on conflict do nothing;
  if found then
    with staged as materialized (
      select staged.* from app_private.stage_rows(path, keys, bodies, content_type) as staged
    ),
    changed as materialized (
      select array_agg(bodies[staged.ordinal] order by staged.ordinal) as bodies from staged where not staged.same_body
    ),
    counted as (
      select staged.capture_id, staged.is_new from staged where staged.same_body
      union all
      select restaged.capture_id, restaged.is_new
        from changed
       cross join lateral app_private.stage_rows(
         path, array(select encode(sha256(body), 'hex') from unnest(changed.bodies) as body), changed.bodies, content_type
       ) as restaged
       where changed.bodies is not null
    ),
    sums as (
      select count(*) filter (where counted.is_new) as stored,
             (array_agg(counted.capture_id order by counted.capture_id))[1] as first_id,
             (array_agg(counted.capture_id order by counted.capture_id desc))[1] as last_id
        from counted
    )
    update app_private.import_batches
       set stored = sums.stored, first_capture_id = sums.first_id, last_capture_id = sums.last_id
      from sums
     where import_batches.import_id = stage_import.import_id and import_batches.place = stage_import.place;
  end if;
  select * into answer from app_private.import_batches
   where import_batches.import_id = stage_import.import_id and import_batches.place = stage_import.place;
  return answer;
end
$$ language plpgsql volatile;

-- Traces in the order of their time, so that a file's rows stand side by side in the index.
create or replace function app_private.stage_rows(path_id int, keys text[], bodies bytea[], content_type text)
returns table (ordinal int, capture_id uuid, is_new boolean, same_body boolean) as $$
  select staged.ordinal, staged.capture_id, staged.is_new, staged.same_body
    from app_private.stage_captures(
      array_fill(stage_rows.path_id, array[cardinality(keys)]), keys, bodies,
      array_fill(stage_rows.content_type, array[cardinality(keys)]),
      array(select replace(uuidv7()::text, '-', '') from generate_series(1, cardinality(keys))),
      array_fill(false, array[cardinality(keys)])
    ) as staged
$$ language sql volatile;

grant execute on function app_private.stage_import(uuid, text, text[], bytea[], text),
  app_private.stage_rows(int, text[], bytea[], text) to catchment_worker;
--! EndIncluded functions/app_private/stage_import.sql
--! Included functions/app_private/claim_captures.sql
-- The next pending captures in order of arrival, locked for this transaction; what another worker
-- holds is skipped, and so is what waits for a vendor to tell more. Any number of workers may drain side by side.
create or replace function app_private.claim_captures(at_most int)
returns table (
  id uuid, path_slug text, protocol text, contract_id int, content_type text, headers jsonb, body bytea, part_of uuid, fetched jsonb,
  corrections jsonb, released_at timestamptz, received_at timestamptz, default_country text, time_zone text
) as $$
  with claimed as (
    select captures.id, captures.path_id, captures.contract_id, captures.content_type, captures.headers, captures.body,
           captures.part_of, captures.fetched, captures.corrections, captures.released_at, captures.received_at
      from app_public.captures
     where captures.status = 'pending' and captures.fetch_due_at is null
     order by captures.id
     limit claim_captures.at_most
       for no key update skip locked
  )
  select claimed.id, capture_paths.slug, capture_paths.protocol, claimed.contract_id, claimed.content_type, claimed.headers,
         claimed.body, claimed.part_of, claimed.fetched, claimed.corrections, claimed.released_at, claimed.received_at,
         territories.country, territories.time_zone
    from claimed
    join app_public.capture_paths on capture_paths.id = claimed.path_id
    join app_public.territories on territories.id = capture_paths.territory_id
   order by claimed.id
$$ language sql volatile;

grant execute on function app_private.claim_captures(int) to catchment_worker;

-- Locks these captures again after a batch of theirs failed; waits for whoever holds them.
create or replace function app_private.reclaim_captures(capture_ids uuid[]) returns setof uuid as $$
  select captures.id from app_public.captures
   where captures.id = any (reclaim_captures.capture_ids)
   order by captures.id
     for no key update
$$ language sql volatile;

grant execute on function app_private.reclaim_captures(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/claim_captures.sql
--! Included functions/app_private/refusal_reason.sql
-- Why an arrival was refused, in a line for people: the kind and what each violation says.
create or replace function app_private.refusal_reason(kind text, violations jsonb) returns text as $$
  select format('%s: %s', replace(refusal_reason.kind, '_', ' '),
    (select string_agg(violation ->> 'message', '; ') from jsonb_array_elements(refusal_reason.violations) as violation))
$$ language sql stable;

grant execute on function app_private.refusal_reason(text, jsonb) to catchment_worker;
--! EndIncluded functions/app_private/refusal_reason.sql
--! Included functions/app_private/quarantine_captures.sql
-- Stage 3's refusals: keeps the capture raw, names each violation and opens an exception for the
-- capture owner. Captures that are no longer pending are left alone.
create or replace function app_private.quarantine_captures(refused jsonb, as_of timestamptz) returns void as $$
  with refusals as (
    select refusal.id, refusal.kind, refusal.violations, refusal.attributes, coalesce(refusal."isTest", false) as is_test
      from jsonb_to_recordset(quarantine_captures.refused) as refusal (id uuid, kind text, violations jsonb, attributes jsonb, "isTest" boolean)
  ),
  quarantined as (
    update app_public.captures
       set status = 'quarantined',
           outcome = coalesce(refusals.kind, 'contract_violation'),
           violations = refusals.violations,
           attributes = refusals.attributes,
           is_test = captures.is_test or refusals.is_test,
           processed_at = quarantine_captures.as_of
      from refusals
     where captures.id = refusals.id and captures.status = 'pending'
    returning captures.id, captures.path_id, captures.territory_id, captures.trace_id, captures.outcome, captures.violations
  )
  select app_private.open_exceptions(
    array_agg(row(
      quarantined.outcome, quarantined.territory_id, quarantined.path_id, quarantined.trace_id, quarantined.id, null,
      app_private.refusal_reason(quarantined.outcome, quarantined.violations),
      jsonb_build_object('violations', quarantined.violations)
    )::app_private.exception_case order by quarantined.id), quarantine_captures.as_of)
    from quarantined
  having count(*) > 0
$$ language sql volatile;

grant execute on function app_private.quarantine_captures(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/quarantine_captures.sql
--! Included functions/app_private/candidate_rules.sql
-- The rules of a revision whose columns these attributes meet, within a boundary. is_met: what the rule's condition says
-- of them; null where it could not be evaluated, which counts as no match.
-- A lead is not compared with rule after rule: for each set of columns that the revision's rules use (territory_shapes)
-- it asks an index for the rules that want just its values. Pure; where it is joined the planner takes its body in.
create or replace function app_private.candidate_rules(attributes jsonb, source text, boundary_id int, revision int)
returns table (id int, territory_id int, specificity int, "position" int, has_condition boolean, is_met boolean) as $$
  select rules.id, rules.territory_id, shapes.specificity, rules.position, shapes.has_condition,
         rules.condition is null or jsonb_path_match_tz(candidate_rules.attributes, rules.condition, '{}', silent => true)
    from app_private.territory_shapes as shapes
   cross join lateral (
     select same_key.* from app_public.territory_rules as same_key
      where same_key.match_key = hash_record_extended(row(
              shapes.revision, shapes.boundary_id,
              case when shapes.has_country then candidate_rules.attributes ->> 'country' end,
              case when shapes.has_region then candidate_rules.attributes ->> 'region' end,
              case when shapes.postal_length > 0 then left(candidate_rules.attributes ->> 'postal_code', shapes.postal_length) end,
              case when shapes.has_language then candidate_rules.attributes ->> 'language' end,
              case when shapes.has_company_domain then candidate_rules.attributes ->> 'company_domain' end,
              case when shapes.has_segment then candidate_rules.attributes ->> 'segment' end,
              case when shapes.has_source then candidate_rules.source end), 0)
     offset 0  -- so that the planner cannot begin with the rules, or take another index: that would read them all
   ) as rules
   where shapes.revision = candidate_rules.revision and shapes.boundary_id = candidate_rules.boundary_id
     and rules.revision = candidate_rules.revision and rules.boundary_id = candidate_rules.boundary_id
     and rules.specificity = shapes.specificity
     and (rules.condition is not null) = shapes.has_condition
     and (coalesce(rules.employees_min, rules.employees_max) is not null) = shapes.has_employees
     and (rules.country is null or rules.country = candidate_rules.attributes ->> 'country')
     and (rules.region is null or rules.region = candidate_rules.attributes ->> 'region')
     and (rules.postal_prefix is null or starts_with(candidate_rules.attributes ->> 'postal_code', rules.postal_prefix))
     and (rules.language is null or rules.language = candidate_rules.attributes ->> 'language')
     and (rules.company_domain is null or rules.company_domain = candidate_rules.attributes ->> 'company_domain')
     and (rules.segment is null or rules.segment = candidate_rules.attributes ->> 'segment')
     and (rules.source is null or rules.source = candidate_rules.source)
     and case when not shapes.has_employees then true
              when jsonb_typeof(candidate_rules.attributes -> 'employees') = 'number'
                then (candidate_rules.attributes -> 'employees')::numeric
                     between coalesce(rules.employees_min, 0) and coalesce(rules.employees_max, 'Infinity'::numeric)
              else false
         end
$$ language sql stable rows 5;

grant execute on function app_private.candidate_rules(jsonb, text, int, int) to catchment_worker;
--! EndIncluded functions/app_private/candidate_rules.sql
--! Included functions/app_private/match_territory.sql
-- The territory that the rules of a revision give these attributes within a boundary, and by which rule: the most
-- specific wins, then the first in the list. No row where none matches. Pure; where it is joined the planner takes its
-- body in, so it costs no call.
create or replace function app_private.match_territory(attributes jsonb, source text, boundary_id int, revision int)
returns table (territory_id int, rule_id int, specificity int, "position" int) as $$
  select rules.territory_id, rules.id, rules.specificity, rules.position
    from app_private.candidate_rules(match_territory.attributes, match_territory.source, match_territory.boundary_id,
                                     match_territory.revision) as rules
   where rules.is_met
   order by rules.specificity desc, rules.position
   limit 1
$$ language sql stable rows 1;

-- The rules that stood before the one that won and whose condition could not be evaluated for these attributes, such as
-- a number compared with a word: [{"contractRule": position}, {"rule": id}, …], null where there is none.
-- own_position: of the contract's rule that won, then no other was asked; specificity and position: of the rule that won.
create or replace function app_private.unread_rules(
  attributes jsonb, source text, boundary_id int, revision int, contract_id int, own_position int, specificity int, "position" int
) returns table (rules jsonb) as $$
  select jsonb_agg(unread.rule)
    from (
      select jsonb_build_object('contractRule', rules.position) as rule
        from app_public.contract_rules as rules
       where rules.contract_id = unread_rules.contract_id
         and (unread_rules.own_position is null or rules.position < unread_rules.own_position)
         and jsonb_path_match_tz(unread_rules.attributes, rules.condition, '{}', silent => true) is null
      union all
      select jsonb_build_object('rule', rules.id)
        from app_private.candidate_rules(unread_rules.attributes, unread_rules.source, unread_rules.boundary_id, unread_rules.revision) as rules
       where rules.has_condition and unread_rules.own_position is null
         and (unread_rules.specificity is null
              or (-rules.specificity, rules.position) < (-unread_rules.specificity, unread_rules.position))
         and rules.is_met is null
    ) as unread
$$ language sql stable rows 1;

grant execute on function app_private.match_territory(jsonb, text, int, int),
  app_private.unread_rules(jsonb, text, int, int, int, int, int, int) to catchment_worker;
--! EndIncluded functions/app_private/match_territory.sql
--! Included functions/app_private/missing_match_fields.sql
-- Which fields the rules of a revision ask for that an arrival does not bring, such as an omitted postal code: null when
-- none. For whoever has to find out why no rule matched. Pure.
create or replace function app_private.missing_match_fields(attributes jsonb, boundary_id int, revision int) returns table (fields text[]) as $$
  select array_agg(distinct asked.field order by asked.field)
    from app_private.territory_shapes as shapes
   cross join lateral (values
     ('country', shapes.has_country), ('region', shapes.has_region), ('postal_code', shapes.postal_length > 0),
     ('language', shapes.has_language), ('company_domain', shapes.has_company_domain), ('segment', shapes.has_segment),
     ('employees', shapes.has_employees)) as asked (field, is_asked)
   where shapes.revision = missing_match_fields.revision and shapes.boundary_id = missing_match_fields.boundary_id
     and asked.is_asked and missing_match_fields.attributes ->> asked.field is null
$$ language sql stable rows 1;

grant execute on function app_private.missing_match_fields(jsonb, int, int) to catchment_worker;
--! EndIncluded functions/app_private/missing_match_fields.sql
--! Included functions/app_private/decide_territories.sql
-- Which territory each arrival belongs to under a revision, and why (located_by). Pure; only pending captures are answered.
-- arrivals: [{"id": capture, "attributes": {…}}, …]. Rules of the capture's own contract are asked first, in their
-- order, then those of the revision (match_territory). No rule: the contract's fallback; null when there is none either.
-- A test arrival, by its header or by what its sender says in it ("isTest": true), goes the way of the past: decided and
-- recorded in silence (docs/decisions/008).
create or replace function app_private.decide_territories(arrivals jsonb, revision int) returns setof app_private.arrival as $$
  select captures.id, captures.path_id, capture_paths.source,
         coalesce(own.territory_id, winner.territory_id, contracts.fallback_territory_id), home.boundary_id, captures.trace_id, tested.is_test,
         contracts.is_history or tested.is_test, captures.received_at, arrival.attributes,
         jsonb_strip_nulls(jsonb_build_object(
           'contractRule', own.position, 'rule', winner.rule_id,
           'fallback', case when own.position is null and winner.rule_id is null then true end,
           'unread', unread.rules))
    from jsonb_to_recordset(decide_territories.arrivals) as arrival (id uuid, attributes jsonb, "isTest" boolean)
   cross join lateral (  -- one by one by its key: a join would compare all pending ones with all arrivals
     select captures.* from app_public.captures where captures.id = arrival.id limit 1) as captures
   cross join lateral (select captures.is_test or coalesce(arrival."isTest", false) as is_test) as tested
    join app_public.capture_paths on capture_paths.id = captures.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id
    join app_public.contracts on contracts.id = captures.contract_id
    left join lateral (
      select rules.territory_id, rules.position
        from app_public.contract_rules as rules
       where rules.contract_id = captures.contract_id
         and jsonb_path_match_tz(arrival.attributes, rules.condition, '{}', silent => true)
       order by rules.position
       limit 1
    ) as own on true
    left join lateral app_private.match_territory(arrival.attributes, capture_paths.source, home.boundary_id, decide_territories.revision)
      as winner on own.territory_id is null
   cross join lateral app_private.unread_rules(
     arrival.attributes, capture_paths.source, home.boundary_id, decide_territories.revision,
     captures.contract_id, own.position, winner.specificity, winner.position) as unread
   where captures.status = 'pending'
   order by captures.id
$$ language sql stable;

grant execute on function app_private.decide_territories(jsonb, int) to catchment_worker;
--! EndIncluded functions/app_private/decide_territories.sql
--! Included functions/app_private/locate_captures.sql
-- Stage 5: answers the accepted captures with the territory that decide_territories found, in order of
-- arrival. Without one a capture is quarantined with exception `no_territory`, never left in a bucket
-- nobody watches.
create or replace function app_private.locate_captures(accepted jsonb, revision int, as_of timestamptz) returns app_private.arrival[] as $$
declare
  arrivals app_private.arrival[] := array(
    select decided from app_private.decide_territories(locate_captures.accepted, locate_captures.revision) as decided);
  lost jsonb := (
    select jsonb_agg(jsonb_build_object('id', arrival.capture_id, 'kind', 'no_territory', 'attributes', arrival.attributes - 'match', 'isTest', arrival.is_test,
             'violations', jsonb_build_array(jsonb_build_object('kind', 'no_territory', 'path', '',
               'message', 'No territory rule matches and the contract names no fallback'
                          || coalesce('. A rule asks for what it does not say: ' || array_to_string(missing.fields, ', '), '')))))
      from unnest(arrivals) as arrival
     cross join lateral app_private.missing_match_fields(arrival.attributes, arrival.boundary_id, locate_captures.revision) as missing
     where arrival.territory_id is null);
begin
  if lost is null then
    return arrivals;
  end if;
  perform app_private.quarantine_captures(lost, locate_captures.as_of);
  return array(select arrival from unnest(arrivals) as arrival where arrival.territory_id is not null);
end
$$ language plpgsql volatile;

grant execute on function app_private.locate_captures(jsonb, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/locate_captures.sql
--! Included functions/app_private/identity_hash.sql
-- What of a normalized key is kept to recognize a person by. Keys of test arrivals begin with a byte that no text
-- has, so they never meet those of people. (No `strict` and no `set`: it must dissolve into the statements that use it.)
create or replace function app_private.identity_hash(value text, is_test boolean) returns bytea as $$
  select sha256(case when is_test then '\x00'::bytea else ''::bytea end || convert_to(value, 'UTF8'))
$$ language sql stable;

grant execute on function app_private.identity_hash(text, boolean) to catchment_worker;
--! EndIncluded functions/app_private/identity_hash.sql
--! Included functions/app_private/survivor_of.sql
-- The lead that stands for this one today: itself, or the end of the chain of merges above it. Null for a lead that is
-- not there.
create or replace function app_private.survivor_of(lead_id uuid) returns uuid as $$
  with recursive chain as (
    select leads.id, leads.merged_into_id from app_public.leads where leads.id = survivor_of.lead_id
    union all
    select leads.id, leads.merged_into_id from chain join app_public.leads on leads.id = chain.merged_into_id
  )
  select chain.id from chain where chain.merged_into_id is null
$$ language sql stable;

-- This lead and every lead that lies below it in the tree of merges.
create or replace function app_private.merged_branch(lead_id uuid) returns uuid[] as $$
  with recursive branch as (
    select merged_branch.lead_id as id
    union all
    select leads.id from branch join app_public.leads on leads.merged_into_id = branch.id
  )
  select array_agg(branch.id) from branch
$$ language sql stable;

grant execute on function app_private.survivor_of(uuid), app_private.merged_branch(uuid) to catchment_worker;
--! EndIncluded functions/app_private/survivor_of.sql
--! Included functions/app_private/compare_texts.sql
-- How alike two folded texts are that are known and not equal: 1 different, 2 partly (a word of each in common), 3 close (slips
-- of the pen: one edit, or one in four letters; neighbors swapped), 4 same but for spaces. The quick answers come first.
create or replace function app_private.compare_texts(one text, other text) returns smallint as $$
declare
  longer int := greatest(length(one), length(other));
  has_words boolean := position(' ' in one) > 0 or position(' ' in other) > 0;
  slips int;
begin
  if has_words and replace(one, ' ', '') = replace(other, ' ', '') then
    return 4;
  end if;
  if 4 * (longer - least(length(one), length(other))) <= longer + 3 and least(length(one), length(other)) > 2 then
    slips := app_private.levenshtein_less_equal(one, other, greatest(2, (longer + 1) / 4));
    if slips <= (longer + 1) / 4
       or slips = 2 and length(one) = length(other) and translate(one, other, '') = '' and translate(other, one, '') = '' then
      return 3;
    end if;
  end if;
  if has_words and string_to_array(one, ' ') && string_to_array(other, ' ') then
    return 2;
  end if;
  return 1;
end
$$ language plpgsql immutable;

grant execute on function app_private.compare_texts(text, text) to catchment_worker;
--! EndIncluded functions/app_private/compare_texts.sql
--! Included functions/app_private/compare_streets.sql
-- As compare_texts; close is also who shares two words, and two in three of the shorter: a house has a name, a block, a floor,
-- and not everybody writes them.
create or replace function app_private.compare_streets(one text, other text) returns smallint as $$
declare
  level smallint := app_private.compare_texts(one, other);
  words text[] := string_to_array(one, ' ');
  other_words text[] := string_to_array(other, ' ');
  shared int;
begin
  if level = 2 and least(cardinality(words), cardinality(other_words)) > 1 then
    shared := cardinality(array(select unnest(words) intersect select unnest(other_words)));
    if shared > 1 and 3 * shared >= 2 * least(cardinality(words), cardinality(other_words)) then
      return 3;
    end if;
  end if;
  return level;
end
$$ language plpgsql immutable;

grant execute on function app_private.compare_streets(text, text) to catchment_worker;
--! EndIncluded functions/app_private/compare_streets.sql
--! Included functions/app_private/compare_birth_dates.sql
-- How alike two birth dates of eight digits are that are known and not equal: 3 close (one digit, neighbors swapped, or day and
-- month), 2 partly (two of year, month and day), 1 different.
create or replace function app_private.compare_birth_dates(one text, other text) returns smallint as $$
declare
  slips int := app_private.levenshtein_less_equal(one, other, 2);
begin
  if slips = 1
     or slips = 2 and translate(one, other, '') = '' and translate(other, one, '') = ''
     or left(one, 4) = left(other, 4) and substr(one, 5, 2) = substr(other, 7, 2) and substr(one, 7, 2) = substr(other, 5, 2) then
    return 3;
  end if;
  if (left(one, 4) = left(other, 4))::int + (substr(one, 5, 2) = substr(other, 5, 2))::int + (right(one, 2) = right(other, 2))::int = 2 then
    return 2;
  end if;
  return 1;
end
$$ language plpgsql immutable;

grant execute on function app_private.compare_birth_dates(text, text) to catchment_worker;
--! EndIncluded functions/app_private/compare_birth_dates.sql
--! Included functions/app_private/compare_names.sql
-- First and last name of two records, as compare_people. One family of names (Bob, Robert) and an initial count as partly,
-- as does a single name in the other's field; both names in each other's fields as close.
create or replace function app_private.compare_names(one app_private.match_records, other app_private.match_records) returns smallint[] as $$
declare
  first smallint := case when one.first_name is null or other.first_name is null then 0 when one.first_name = other.first_name then 4
                         else app_private.compare_texts(one.first_name, other.first_name) end;
  last smallint := case when one.last_name is null or other.last_name is null then 0 when one.last_name = other.last_name then 4
                        else app_private.compare_texts(one.last_name, other.last_name) end;
  first_in_last boolean;
  last_in_first boolean;
begin
  if first = 1 and (one.name_root = other.name_root
       or least(length(one.first_name), length(other.first_name)) = 1 and left(one.first_name, 1) = left(other.first_name, 1)) then
    first := 2;
  end if;
  if first <= 1 and last <= 1 then
    first_in_last := one.first_name = other.last_name or app_private.compare_texts(one.first_name, other.last_name) > 2;
    last_in_first := one.last_name = other.first_name or app_private.compare_texts(one.last_name, other.first_name) > 2;
    if first_in_last and last_in_first then
      return '{3,3}';
    elsif first_in_last or last_in_first then
      return '{1,2}';
    end if;
  end if;
  return array[first, last];
end
$$ language plpgsql immutable;

grant execute on function app_private.compare_names(app_private.match_records, app_private.match_records) to catchment_worker;
--! EndIncluded functions/app_private/compare_names.sql
--! Included functions/app_private/compare_people.sql
-- Field by field, how alike two records are: 0 unknown, 1 different, 2 partly, 3 close, 4 same. Fields in the order of a
-- model's weights: first name, last name, birth date, street, city, postal code, region, country, company, company
-- domain, e-mail, phone.
create or replace function app_private.compare_people(one app_private.match_records, other app_private.match_records) returns smallint[] as $$
begin
  return app_private.compare_names(one, other) || array[
    case when one.birth_date is null or other.birth_date is null then 0 when one.birth_date = other.birth_date then 4
         else app_private.compare_birth_dates(one.birth_date, other.birth_date) end,
    case when one.street is null or other.street is null then 0 when one.street = other.street then 4
         else app_private.compare_streets(one.street, other.street) end,
    case when one.city is null or other.city is null then 0 when one.city = other.city then 4
         else app_private.compare_texts(one.city, other.city) end,
    case when one.postal_code is null or other.postal_code is null then 0 when one.postal_code = other.postal_code then 4
         else greatest(app_private.compare_texts(one.postal_code, other.postal_code),
                       case when left(one.postal_code, 3) = left(other.postal_code, 3) then 2 end) end,
    case when one.region is null or other.region is null then 0 when one.region = other.region then 4
         else app_private.compare_texts(one.region, other.region) end,
    case when one.country is null or other.country is null then 0 when one.country = other.country then 4 else 1 end,
    case when one.company is null or other.company is null then 0 when one.company = other.company then 4
         else app_private.compare_texts(one.company, other.company) end,
    case when one.company_domain is null or other.company_domain is null then 0 when one.company_domain = other.company_domain then 4 else 1 end,
    case
      when one.email is null or other.email is null then 0
      when one.email = other.email and one.mailbox is null then 2  -- info@: the office, not the person
      when one.email = other.email then 4
      when one.mailbox is null or other.mailbox is null then 1
      when one.mailbox = other.mailbox or length(one.email) > 9 and app_private.levenshtein_less_equal(one.email, other.email, 2) <= 2 then 3
      when one.handle = other.handle then 2
      else 1
    end,
    case
      when one.phone is null or other.phone is null then 0
      when one.phone = other.phone then 4
      when app_private.levenshtein_less_equal(one.phone, other.phone, 1) = 1 then 3
      else 1
    end]::smallint[];
end
$$ language plpgsql immutable;

grant execute on function app_private.compare_people(app_private.match_records, app_private.match_records) to catchment_worker;
--! EndIncluded functions/app_private/compare_people.sql
--! Included functions/app_private/count_levels.sql
-- How many of these pairs have the same levels in all fields (compare_people), for training. ones, others: what is compared
-- of people (src/normalize/match.ts), the first of the one with the first of the other.
create or replace function app_private.count_levels(ones jsonb, others jsonb) returns table (levels smallint[], pairs bigint) as $$
  select app_private.compare_people(
           jsonb_populate_record(null::app_private.match_records, one - 'keys'),
           jsonb_populate_record(null::app_private.match_records, other - 'keys')) as levels, count(*)
    from rows from (jsonb_array_elements(count_levels.ones), jsonb_array_elements(count_levels.others)) as pair (one, other)
   group by 1
$$ language sql stable;

grant execute on function app_private.count_levels(jsonb, jsonb) to catchment_worker;
--! EndIncluded functions/app_private/count_levels.sql
--! Included functions/app_private/name_levels.sql
-- The levels of compare_people in words, field by field; what is unknown of either side is left out.
create or replace function app_private.name_levels(levels smallint[]) returns jsonb as $$
  select coalesce(jsonb_object_agg(field.name, (array['different', 'partly', 'close', 'same'])[field.level]), '{}')
    from unnest(
           array['first_name', 'last_name', 'birth_date', 'street', 'city', 'postal_code', 'region', 'country', 'company',
                 'company_domain', 'email', 'phone'], name_levels.levels) as field (name, level)
   where field.level > 0
$$ language sql immutable;

grant execute on function app_private.name_levels(smallint[]) to catchment_worker;
--! EndIncluded functions/app_private/name_levels.sql
--! Included functions/app_private/bits_of_shares.sql
-- The weights that shares are worth, in bits: log2 of one by the other, level by level; nothing for what is unknown.
create or replace function app_private.bits_of_shares(one real[], other real[]) returns real[] as $$
  select array_agg(case when (pair.n - 1) % 5 = 0 then 0
                        else greatest(-8, least(18, ln(pair.one / greatest(pair.other, 1e-9)) / ln(2.0))) end::real order by pair.n)
    from unnest(bits_of_shares.one, bits_of_shares.other) with ordinality as pair (one, other, n)
$$ language sql immutable;

grant execute on function app_private.bits_of_shares(real[], real[]) to catchment_worker;
--! EndIncluded functions/app_private/bits_of_shares.sql
--! Included functions/app_private/weigh_levels.sql
-- The worth of the levels of compare_people under the weights of a model, in bits. What agrees by the same cause counts once:
-- of city, postal code and region only the strongest agreement and the strongest difference, of company and its domain too.
-- excess: for each field what its agreement is worth less, because the value is frequent.
create or replace function app_private.weigh_levels(levels smallint[], weights real[], excess real[]) returns real as $$
  select weights[1 + levels[1]] - excess[1] + weights[6 + levels[2]] - excess[2] + weights[11 + levels[3]]
       + weights[16 + levels[4]] - excess[4]
       + greatest(0, weights[21 + levels[5]] - excess[5], weights[26 + levels[6]] - excess[6], weights[31 + levels[7]])
       + least(0, weights[21 + levels[5]], weights[26 + levels[6]], weights[31 + levels[7]], weights[36 + levels[8]])
       + greatest(0, weights[41 + levels[9]] - excess[9], weights[46 + levels[10]] - excess[10])
       + least(0, weights[41 + levels[9]], weights[46 + levels[10]])
       + weights[51 + levels[11]] + weights[56 + levels[12]]
$$ language sql immutable;

grant execute on function app_private.weigh_levels(smallint[], real[], real[]) to catchment_worker;
--! EndIncluded functions/app_private/weigh_levels.sql
--! Included functions/app_private/excess_of.sql
-- What the agreement of each field is worth less than its weight, in bits, because the value is frequent in the boundary; below
-- zero where it is rare. Nothing where terms were never counted (match_terms).
create or replace function app_private.excess_of(record app_private.match_records, levels smallint[], weights real[]) returns real[] as $$
  select array_agg(coalesce(frequent.excess, 0)::real order by field.n)
    from unnest(
           array['first_name', 'last_name', null, 'street', 'city', 'postal_code', null, null, 'company', 'company_domain', null, null],
           array[record.first_name, record.last_name, null, record.street, record.city, record.postal_code, null, null, record.company,
                 record.company_domain, null, null]) with ordinality as field (name, term, n)
    left join lateral (
      select excess_of.weights[5 * field.n] + ln(match_terms.share) / ln(2.0) as excess
        from app_private.match_terms
       where excess_of.levels[field.n] = 4
         and match_terms.boundary_id = record.boundary_id and match_terms.field = field.name and match_terms.term in (field.term, '')
       order by match_terms.term desc  -- its own share before that of rare ones
       limit 1) as frequent on true
$$ language sql stable;

grant execute on function app_private.excess_of(app_private.match_records, smallint[], real[]) to catchment_worker;
--! EndIncluded functions/app_private/excess_of.sql
--! Included functions/app_private/match_key_hash.sql
-- A key to find records by, within one boundary; test arrivals have their own. 64 bits: a stray hit costs one comparison.
create or replace function app_private.match_key_hash(key text, boundary_id int, is_test boolean) returns bigint as $$
  select hashtextextended(key, boundary_id::bigint * 2 + is_test::int)
$$ language sql immutable;

grant execute on function app_private.match_key_hash(text, int, boolean) to catchment_worker;
--! EndIncluded functions/app_private/match_key_hash.sql
--! Included functions/app_private/match_records_of.sql
-- What is compared of the arrivals of a batch, each under the lead that it would make. Arrivals without anything to compare
-- (`match` in their attributes, by src/normalize/match.ts) are left out.
create or replace function app_private.match_records_of(located app_private.arrival[]) returns app_private.match_records[] as $$
  select array_agg(row(
           arrival.capture_id, arrival.boundary_id, null, arrival.is_test, match.first_name, match.name_root, match.last_name, match.birth_date,
           match.street, match.city, match.postal_code, match.region, match.country, match.company, match.company_domain,
           match.email, match.mailbox, match.handle, match.phone,
           array(select distinct app_private.match_key_hash(key, arrival.boundary_id, arrival.is_test) from unnest(match.keys) as key)
         )::app_private.match_records)
    from unnest(match_records_of.located) as arrival
   cross join lateral jsonb_to_record(arrival.attributes -> 'match') as match (
      first_name text, name_root text, last_name text, birth_date text, street text, city text, postal_code text, region text,
      country text, company text, company_domain text, email text, mailbox text, handle text, phone text, keys text[])
$$ language sql stable;

grant execute on function app_private.match_records_of(app_private.arrival[]) to catchment_worker;
--! EndIncluded functions/app_private/match_records_of.sql
--! Included functions/app_private/match_model.sql
-- The model that decides in a boundary: its own active one, else the shipped one.
create or replace function app_private.match_model(boundary_id int) returns app_private.identity_models as $$
  select identity_models.*
    from app_private.identity_models
   where identity_models.is_active and (identity_models.boundary_id = match_model.boundary_id or identity_models.boundary_id is null)
   order by identity_models.boundary_id nulls last
   limit 1
$$ language sql stable;

grant execute on function app_private.match_model(int) to catchment_worker;
--! EndIncluded functions/app_private/match_model.sql
--! Included functions/app_private/find_holders.sql
-- By which keys the arrivals of a batch meet others: stored records, and earlier arrivals of the batch. Of a key that more
-- than 32 hold no more than 33 are answered: it says too little to be followed (is_crowded), and nothing more is stored under it.
create or replace function app_private.find_holders(records app_private.match_records[]) returns app_private.key_holders[] as $$
  with keyed as materialized (
    select mine.id, key.hash,
           array_agg(mine.id) over (partition by key.hash order by mine.id rows between 33 preceding and 1 preceding) as earlier_ids
      from unnest(find_holders.records) as mine cross join lateral unnest(mine.keys) as key (hash)
  )
  select array_agg(row(keyed.id, keyed.hash, stored.ids, keyed.earlier_ids)::app_private.key_holders)
    from keyed
   cross join lateral (
     select array_agg(holders.record_id) as ids
       from (select match_keys.record_id from app_private.match_keys where match_keys.key_hash = keyed.hash limit 33) as holders) as stored
   where stored.ids is not null or keyed.earlier_ids is not null
$$ language sql stable;

grant execute on function app_private.find_holders(app_private.match_records[]) to catchment_worker;
--! EndIncluded functions/app_private/find_holders.sql
--! Included functions/app_private/is_crowded.sql
-- Whether so many hold a key that it says too little.
create or replace function app_private.is_crowded(holders app_private.key_holders) returns boolean as $$
  select coalesce(cardinality(holders.record_ids), 0) + coalesce(cardinality(holders.earlier_ids), 0) > 32
$$ language sql immutable;

grant execute on function app_private.is_crowded(app_private.key_holders) to catchment_worker;
--! EndIncluded functions/app_private/is_crowded.sql
--! Included functions/app_private/names_contradict.sql
-- Whether names make it unlikely that one person uses a key. Married people change their last name and keep their address,
-- but the phone of an office has colleagues of one first name.
create or replace function app_private.names_contradict(key text, levels smallint[]) returns boolean as $$
  select levels[1] = 1 or levels[2] = 1 and (key = 'phone' or levels[1] < 4)
$$ language sql immutable;

grant execute on function app_private.names_contradict(text, smallint[]) to catchment_worker;
--! EndIncluded functions/app_private/names_contradict.sql
--! Included functions/app_private/choose_pairs.sql
-- Which records the arrivals of a batch are compared with: the 16 that share the most keys with each, the rarest keys first, and
-- those that brought its identity keys. Keys that too many hold do not count (is_crowded).
create or replace function app_private.choose_pairs(holders app_private.key_holders[], claims app_private.claim[])
returns table (capture_id uuid, record_id uuid, is_earlier boolean) as $$
  select shared.capture_id, shared.record_id, shared.is_earlier
    from (
      select held.capture_id, other.id as record_id, other.is_earlier,
             row_number() over (partition by held.capture_id order by count(*) desc, min(crowd.size), other.id) as n
        from unnest(choose_pairs.holders) as held
       cross join lateral (
         select coalesce(cardinality(held.record_ids), 0) + coalesce(cardinality(held.earlier_ids), 0) as size) as crowd
       cross join lateral (
         select unnest(held.record_ids) as id, false as is_earlier union all select unnest(held.earlier_ids), true) as other
       where not app_private.is_crowded(held) and other.id <> held.capture_id
       group by held.capture_id, other.id, other.is_earlier) as shared
   where shared.n <= 16
  union
  select claim.capture_id, claim.record_id, claim.is_earlier from unnest(choose_pairs.claims) as claim where claim.record_id is not null
$$ language sql stable;

grant execute on function app_private.choose_pairs(app_private.key_holders[], app_private.claim[]) to catchment_worker;
--! EndIncluded functions/app_private/choose_pairs.sql
--! Included functions/app_private/decide_matches.sql
-- Fellegi and Sunter: how like the arrivals of a batch are to the records that they share a key with (find_holders, and
-- who has their identity keys). Evidence is counted in bits and held against two rival explanations: that these are
-- strangers, the likelier the more people are known, and that they are two people of one household or office, whom
-- address, surname and company cannot tell apart. A frequent value proves less and a rare one more (match_terms).
-- Contradicted is who has another first name and no address, e-mail or phone in common, or cannot be the person of another
-- record of the same lead. Pure.
create or replace function app_private.decide_matches(
  records app_private.match_records[], holders app_private.key_holders[], claims app_private.claim[]
) returns app_private.likeness[] as $$
  with mine as materialized (
    select record.id, record from unnest(decide_matches.records) as record
  ),
  pairs as materialized (select * from app_private.choose_pairs(decide_matches.holders, decide_matches.claims)),
  compared as materialized (
    select pairs.*, mine.record, (stored.record).lead_id, other.record as other,
           app_private.compare_people(mine.record, other.record) as levels
      from pairs
      join mine on mine.id = pairs.capture_id
      left join lateral (
        select match_records as record from app_private.match_records
         where match_records.id = pairs.record_id and not pairs.is_earlier limit 1) as stored on true
      left join mine as earlier on earlier.id = pairs.record_id and pairs.is_earlier
     cross join lateral (select coalesce(stored.record, earlier.record) as record) as other
     where (other.record).id is not null
  ),
  models as materialized (
    select boundaries.boundary_id, model.weights, model.household_weights, model.household_bits, array_fill(0::real, '{12}') as nothing,
           (ln(greatest(1000, coalesce(match_statistics.records, 0)) * (1 - model.prior_share) / model.prior_share) / ln(2.0))::real as prior_bits
      from (select distinct (compared.record).boundary_id from compared) as boundaries
     cross join lateral app_private.match_model(boundaries.boundary_id) as model
      left join app_private.match_statistics on match_statistics.boundary_id = boundaries.boundary_id
  ),
  first_look as materialized (
    select compared.*, models.weights, models.nothing, models.prior_bits,
           app_private.weigh_levels(compared.levels, models.weights, models.nothing) - models.prior_bits as bits,
           app_private.weigh_levels(compared.levels, models.household_weights, models.nothing) + models.household_bits as household_bits
      from compared
      join models on models.boundary_id = (compared.record).boundary_id
  ),
  weighed as materialized (  -- a closer look, where a rare value could still make up for what is missing
    select first_look.*, first_look.bits as stranger_bits from first_look where first_look.bits < -12 or first_look.household_bits < -4
    union all
    select first_look.*, app_private.weigh_levels(first_look.levels, first_look.weights, frequent.excess) - first_look.prior_bits
      from first_look
     cross join lateral (select app_private.excess_of(first_look.record, first_look.levels, first_look.weights) as excess offset 0) as frequent
     where first_look.bits >= -12 and first_look.household_bits >= -4
  )
  select array_agg(alike.likeness)
    from (
      select row(
               weighed.capture_id, weighed.record_id, weighed.is_earlier, weighed.lead_id, weighed.levels, weighed.stranger_bits,
               1 / (1 + 2.0 ^ least(60, -weighed.stranger_bits) + 2.0 ^ least(60, -weighed.household_bits)),
               coalesce((weighed.record).first_name, (weighed.record).last_name, (weighed.other).first_name, (weighed.other).last_name) is null,
               weighed.levels[1] = 1 and greatest(weighed.levels[4], weighed.levels[6], weighed.levels[11], weighed.levels[12]) < 3
               or bool_or(weighed.levels[1] = 1 and weighed.household_bits < -2)
                    over (partition by weighed.capture_id, coalesce(weighed.lead_id, weighed.record_id))
             )::app_private.likeness as likeness
        from weighed) as alike
$$ language sql stable
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.decide_matches(app_private.match_records[], app_private.key_holders[], app_private.claim[]) to catchment_worker;
--! EndIncluded functions/app_private/decide_matches.sql
--! Included functions/app_private/claim_keys.sql
-- The identity keys of a batch, claimed in one statement and one lock order: a key that another transaction is claiming is
-- waited for, then belongs to that one's lead. Answers the keys that were known at their arrival's turn, to a lead or to an
-- earlier arrival of the batch, as if they had come one by one. A new key is held for the lead that its first arrival would make.
--   kind `person`: name and birth date, or name and address, of arrivals that nothing else identifies.
create or replace function app_private.claim_keys(located app_private.arrival[], proposed_ids uuid[]) returns app_private.claim[] as $$
  with keys as materialized (
    select arrival.capture_id, arrival.boundary_id, claim_keys.proposed_ids[arrival.ordinality] as proposed_id, identity.key ->> 'kind' as kind, identity.rank, identity.key ? 'role' as is_role,
           app_private.identity_hash(identity.key ->> 'value', arrival.is_test) as value_hash
      from unnest(claim_keys.located) with ordinality as arrival
     cross join lateral jsonb_array_elements(arrival.attributes -> 'identities') with ordinality as identity (key, rank)
  ),
  first_holders as materialized (
    select distinct on (keys.boundary_id, keys.kind, keys.value_hash) keys.*
      from keys order by keys.boundary_id, keys.kind, keys.value_hash, keys.capture_id
  ),
  claimed as (
    insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id, record_id)
    select first_holders.boundary_id, first_holders.kind, first_holders.value_hash, first_holders.proposed_id, first_holders.capture_id
      from first_holders order by first_holders.boundary_id, first_holders.kind, first_holders.value_hash
    on conflict (boundary_id, kind, value_hash) do update set lead_id = lead_identities.lead_id
    returning new.boundary_id, new.kind, new.value_hash, new.lead_id, new.record_id, new.is_shared, old.lead_id is null as is_new
  )
  select array_agg(row(
           keys.capture_id, keys.rank, keys.boundary_id, keys.kind, keys.value_hash, keys.is_role, claimed.is_shared,
           case when not claimed.is_new then claimed.lead_id end, claimed.record_id, claimed.is_new)::app_private.claim)
    from keys
    join claimed using (boundary_id, kind, value_hash)
    join first_holders using (boundary_id, kind, value_hash)
   where not claimed.is_new or first_holders.capture_id <> keys.capture_id
$$ language sql volatile
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.claim_keys(app_private.arrival[], uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/claim_keys.sql
--! Included functions/app_private/weigh_offers.sql
-- Whom arrivals may follow, out of the keys they share (claims) and the people they are like (likenesses). A key joins unless
-- names contradict it; one that an office or several people use only where names agree, or neither side has one; name and
-- birth date never by themselves. Likeness joins from the model's upper probability on. Pure.
create or replace function app_private.weigh_offers(
  located app_private.arrival[], claims app_private.claim[], likenesses app_private.likeness[]
) returns app_private.offer[] as $$
  with models as materialized (
    select boundaries.id, model.upper_probability, model.lower_probability
      from (select distinct arrival.boundary_id as id from unnest(weigh_offers.located) as arrival) as boundaries
     cross join lateral app_private.match_model(boundaries.id) as model
  ),
  alike as materialized (
    select likeness.*, likeness.probability >= models.upper_probability and not likeness.is_contradicted as is_same,
           likeness.probability >= models.lower_probability as is_likely
      from unnest(weigh_offers.likenesses) as likeness
      join unnest(weigh_offers.located) as arrival on arrival.capture_id = likeness.capture_id
      join models on models.id = arrival.boundary_id
  ),
  offers as materialized (
    select claim.capture_id, claim.record_id, claim.is_earlier, claim.lead_id, claim.rank, claim.kind as key, alike.bits, alike.probability, alike.levels,
           case
             when claim.kind = 'external_id' or alike.is_same then true
             when claim.kind = 'person' then false
             when claim.is_role or claim.is_shared then names.agree or coalesce(alike.are_nameless, false)
             else not names.contradict and alike.is_contradicted is not true
           end as holds,
           claim.kind = 'email' and names.contradict and not claim.is_role and not claim.is_shared as is_odd
      from unnest(weigh_offers.claims) as claim
      left join alike on alike.capture_id = claim.capture_id and alike.record_id = claim.record_id
     cross join lateral (
       select coalesce(app_private.names_contradict(claim.kind, alike.levels), false) as contradict,
              coalesce(alike.levels[1] > 1 and alike.levels[2] > 1, false) as agree) as names
    union all
    select alike.capture_id, alike.record_id, alike.is_earlier, alike.lead_id, 100, null, alike.bits, alike.probability, alike.levels,
           alike.is_same, not alike.is_same
      from alike where alike.is_likely
  )
  select array_agg(row(
           offers.capture_id, offers.record_id, offers.is_earlier, offers.lead_id, root.lead_id, offers.rank, offers.key, offers.bits,
           offers.probability, offers.levels, offers.holds, offers.is_odd)::app_private.offer)
    from offers
    left join lateral (
      select case when leads.merged_into_id is null then leads.id else app_private.survivor_of(leads.id) end as lead_id
        from app_public.leads where leads.id = offers.lead_id limit 1) as root on true
   where offers.holds or offers.is_odd
$$ language sql stable
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.weigh_offers(app_private.arrival[], app_private.claim[], app_private.likeness[]) to catchment_worker;
--! EndIncluded functions/app_private/weigh_offers.sql
--! Included functions/app_private/follow_offers.sql
-- Whose each arrival of a batch is: of the best offer that holds (keys in their order, then likeness), a known lead or an
-- earlier arrival of the batch, and whose that is; else of nobody known. Other leads that an arrival may be of are its
-- doubts; who is known already is not asked about for likeness. Pure.
create or replace function app_private.follow_offers(
  located app_private.arrival[], proposed_ids uuid[], records app_private.match_records[], holders app_private.key_holders[],
  offers app_private.offer[]
) returns app_private.resolution[] as $$
  with recursive arrivals as materialized (
    select (came.arrival).capture_id as id, follow_offers.proposed_ids[came.n] as proposed_id, came.arrival
      from (select arrival, row_number() over () as n from unnest(follow_offers.located) as arrival) as came
  ),
  followed as (
    select distinct on (offer.capture_id) offer.*
      from unnest(follow_offers.offers) as offer
     where offer.holds
     order by offer.capture_id, offer.rank, offer.bits desc, offer.record_id
  ),
  resolved as (
    select arrivals.id, coalesce(followed.root_id, arrivals.proposed_id) as lead_id, coalesce(followed.lead_id, arrivals.proposed_id) as origin_lead_id
      from arrivals left join followed on followed.capture_id = arrivals.id
     where followed.is_earlier is not true
    union all
    select followed.capture_id, resolved.lead_id, resolved.origin_lead_id
      from followed join resolved on resolved.id = followed.record_id
     where followed.is_earlier
  ),
  others as (  -- of each other lead, what speaks for it most
    select distinct on (offer.capture_id, other.lead_id) offer.*, other.lead_id as other_lead_id
      from unnest(follow_offers.offers) as offer
      join resolved on resolved.id = offer.capture_id
      join arrivals on arrivals.id = offer.capture_id
      left join resolved as earlier on earlier.id = offer.record_id and offer.is_earlier
     cross join lateral (select coalesce(earlier.lead_id, offer.root_id) as lead_id) as other
     where (offer.holds or resolved.lead_id = arrivals.proposed_id) and other.lead_id <> resolved.lead_id
     order by offer.capture_id, other.lead_id, offer.holds desc, offer.rank, offer.bits desc
  ),
  doubts as (
    select others.capture_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
             'lead_id', others.other_lead_id, 'key', others.key, 'bits', round(others.bits::numeric, 1),
             'probability', round(others.probability::numeric, 4), 'levels', to_jsonb(others.levels)))
             order by others.rank, others.bits desc, others.other_lead_id) as doubts
      from others group by others.capture_id
  ),
  crowded as (
    select held.capture_id, array_agg(held.key_hash) as keys
      from unnest(follow_offers.holders) as held where app_private.is_crowded(held) group by held.capture_id
  )
  select array_agg(row(
           arrivals.arrival, resolved.lead_id, arrivals.proposed_id, resolved.lead_id = arrivals.proposed_id,
           nullif(resolved.origin_lead_id, resolved.lead_id), doubts.doubts, record,
           case when crowded.keys is null then record.keys
                else array(select key from unnest(record.keys) as key where key <> all (crowded.keys)) end
         )::app_private.resolution order by arrivals.id)
    from resolved
    join arrivals on arrivals.id = resolved.id
    left join unnest(follow_offers.records) as record on record.id = arrivals.id
    left join doubts on doubts.capture_id = arrivals.id
    left join crowded on crowded.capture_id = arrivals.id
$$ language sql stable
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.follow_offers(app_private.arrival[], uuid[], app_private.match_records[], app_private.key_holders[], app_private.offer[])
  to catchment_worker;
--! EndIncluded functions/app_private/follow_offers.sql
--! Included functions/app_private/mark_shared.sql
-- An e-mail address or phone that came with people who cannot be one joins nobody by itself any more, from the next arrival on.
-- Answers the claims as they stand at their arrival's turn, so that a batch ends as the same arrivals one by one.
create or replace function app_private.mark_shared(claims app_private.claim[], likenesses app_private.likeness[]) returns app_private.claim[] as $$
  with judged as materialized (
    select claim.*, coalesce(
             claim.kind in ('email', 'phone') and alike.probability < 0.5 and app_private.names_contradict(claim.kind, alike.levels), false) as is_odd
      from unnest(mark_shared.claims) as claim
      left join unnest(mark_shared.likenesses) as alike on alike.capture_id = claim.capture_id and alike.record_id = claim.record_id
  ),
  marked as (
    update app_private.lead_identities
       set is_shared = true
      from (select distinct judged.boundary_id, judged.kind, judged.value_hash from judged where judged.is_odd and not judged.is_shared) as shared
     where (lead_identities.boundary_id, lead_identities.kind, lead_identities.value_hash) = (shared.boundary_id, shared.kind, shared.value_hash)
       and not lead_identities.is_shared
  ),
  turns as (
    select judged.*, bool_or(judged.is_odd) over (
             partition by judged.boundary_id, judged.kind, judged.value_hash order by judged.capture_id
             rows between unbounded preceding and 1 preceding) as became_shared
      from judged
  )
  select array_agg(row(
           turns.capture_id, turns.rank, turns.boundary_id, turns.kind, turns.value_hash, turns.is_role,
           turns.is_shared or coalesce(turns.became_shared, false), turns.lead_id, turns.record_id, turns.is_earlier)::app_private.claim)
    from turns
$$ language sql volatile
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.mark_shared(app_private.claim[], app_private.likeness[]) to catchment_worker;
--! EndIncluded functions/app_private/mark_shared.sql
--! Included functions/app_private/claim_identities.sql
-- Stage 6, the decision: whose each arrival of a batch is, as if they had come one by one. First an exact key: it joins
-- unless names contradict it (a shared phone, a mailbox of two), an address of an office (info@) only where names agree or
-- neither side has one. Then likeness, from the model's upper probability on. Between the thresholds, and where keys point
-- at different leads, it is a new or the first lead and a doubt for people. Keys belong to the lead that brought them, also
-- after a merge: what they lead to is that lead's survivor.
create or replace function app_private.claim_identities(located app_private.arrival[]) returns app_private.resolution[] as $$
declare
  proposed_ids uuid[] := array(select uuidv7() from unnest(located));
  claims app_private.claim[] := app_private.claim_keys(located, proposed_ids);
  -- Only now: a statement of its own sees what those committed whom the claims waited for.
  records app_private.match_records[] := app_private.match_records_of(located);
  holders app_private.key_holders[] := app_private.find_holders(records);
  likenesses app_private.likeness[];
begin
  if claims is null and holders is null then
    return array(
      select row(firsts.arrival, firsts.proposed_id, firsts.proposed_id, true, null, null, record, record.keys)::app_private.resolution
        from (select arrival, proposed_ids[row_number() over ()] as proposed_id from unnest(located) as arrival) as firsts
        left join unnest(records) as record on record.id = (firsts.arrival).capture_id);
  end if;
  likenesses := app_private.decide_matches(records, holders, claims);
  claims := app_private.mark_shared(claims, likenesses);
  return app_private.follow_offers(
    located, proposed_ids, records, holders, app_private.weigh_offers(located, claims, likenesses));
end
$$ language plpgsql volatile
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.claim_identities(app_private.arrival[]) to catchment_worker;
--! EndIncluded functions/app_private/claim_identities.sql
--! Included functions/app_private/only_news.sql
-- The resolutions of a batch, of their keys only those that no other record of the same lead has, stored or earlier in the batch.
create or replace function app_private.only_news(resolutions app_private.resolution[]) returns app_private.resolution[] as $$
  with told as materialized (
    select resolution, (resolution.arrival).capture_id as id, coalesce(resolution.origin_lead_id, resolution.lead_id) as lead_id,
           resolution.is_first
      from unnest(only_news.resolutions) as resolution
  ),
  first_told as (
    select distinct on (told.lead_id, key.hash) told.id, told.lead_id, key.hash, told.is_first
      from told cross join lateral unnest((told.resolution).keys) as key (hash)
     order by told.lead_id, key.hash, told.id
  ),
  news as (
    select first_told.id, array_agg(first_told.hash) as keys
      from first_told
      left join lateral (
        select known.id
          from app_private.match_keys
          join app_private.match_records as known on known.id = match_keys.record_id
         where match_keys.key_hash = first_told.hash and known.lead_id = first_told.lead_id and not first_told.is_first
         limit 1) as known on true
     where known.id is null
     group by first_told.id
  )
  select array_agg(row(
           (told.resolution).arrival, (told.resolution).lead_id, (told.resolution).proposed_id, told.is_first,
           (told.resolution).origin_lead_id, (told.resolution).doubts, (told.resolution).record, coalesce(news.keys, '{}')
         )::app_private.resolution order by told.id)
    from told left join news on news.id = told.id
$$ language sql stable
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.only_news(app_private.resolution[]) to catchment_worker;
--! EndIncluded functions/app_private/only_news.sql
--! Included functions/app_private/record_matches.sql
-- Keeps what later arrivals are compared with: of a new lead its first arrival, of a known one what tells something new,
-- that is a key which none of its records has, or an e-mail address or number that it brought (bringing_ids): whoever comes with
-- that one later is held against who brought it. Records belong to the lead they were first joined to, also after a merge.
create or replace function app_private.record_matches(resolutions app_private.resolution[], bringing_ids uuid[]) returns void as $$
begin
  if exists (select from unnest(resolutions) as resolution where not resolution.is_first) then
    resolutions := app_private.only_news(resolutions);
  end if;
  insert into app_private.match_records
  select record.id, record.boundary_id, coalesce(resolution.origin_lead_id, resolution.lead_id), record.is_test, record.first_name,
         record.name_root, record.last_name, record.birth_date, record.street, record.city, record.postal_code, record.region,
         record.country, record.company, record.company_domain, record.email, record.mailbox, record.handle, record.phone, resolution.keys
    from unnest(resolutions) as resolution cross join lateral (select (resolution.record).*) as record
   where resolution.keys <> '{}' or record.id is not null and (resolution.is_first or record.id = any (bringing_ids));
  insert into app_private.match_keys (key_hash, record_id)
  select key.hash, (resolution.record).id
    from unnest(resolutions) as resolution cross join lateral unnest(resolution.keys) as key (hash)
   order by 1, 2;
end
$$ language plpgsql volatile;

grant execute on function app_private.record_matches(app_private.resolution[], uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/record_matches.sql
--! Included functions/app_private/forget_matches.sql
-- Takes leads out of what arrivals are recognized by: their keys, what they were compared with, the doubts about them.
-- Their records are those of their touches.
create or replace function app_private.forget_matches(lead_ids uuid[]) returns void as $$
  delete from app_private.lead_identities where lead_identities.lead_id = any (forget_matches.lead_ids);
  with forgotten as (
    delete from app_private.match_records
     using app_public.source_events
     where source_events.lead_id = any (forget_matches.lead_ids) and match_records.id = source_events.capture_id
    returning match_records.id, match_records.keys
  )
  delete from app_private.match_keys
   using forgotten
   where match_keys.key_hash = any (forgotten.keys) and match_keys.record_id = forgotten.id;
  delete from app_public.match_candidates
   where match_candidates.lead_id = any (forget_matches.lead_ids) or match_candidates.other_lead_id = any (forget_matches.lead_ids);
$$ language sql volatile;

grant execute on function app_private.forget_matches(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/forget_matches.sql
--! Included functions/app_private/refresh_match_statistics.sql
-- Writes down how many records each identity boundary has by now, trained or not: the more people are known, the more
-- must agree (decide_matches). Exact up to a million records, beyond that estimated from a million of them, since a few percent
-- more or less are a few hundredths of a bit. Each night, and with every training.
create or replace function app_private.refresh_match_statistics(as_of timestamptz) returns void as $$
declare
  percent real := (
    select least(100, 1e8 / greatest(1, pg_class.reltuples)) from pg_class where pg_class.oid = 'app_private.match_records'::regclass);
begin
  insert into app_private.match_statistics (boundary_id, records, counted_at)
  select match_records.boundary_id, round(count(*) * 100 / percent), refresh_match_statistics.as_of
    from app_private.match_records tablesample system (percent)
   where not match_records.is_test
   group by match_records.boundary_id
   order by match_records.boundary_id
  on conflict (boundary_id) do update set records = excluded.records, counted_at = excluded.counted_at;
end
$$ language plpgsql volatile;

grant execute on function app_private.refresh_match_statistics(timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/refresh_match_statistics.sql
--! Included functions/app_private/decide_score.sql
-- 0 to 100 points by the weighted rules of a revision, with the reasons. Pure. A rule counts for its
-- territory and everything below.
create or replace function app_private.decide_score(attributes jsonb, territory_id int, revision int) returns table (score smallint, reasons jsonb) as $$
  select greatest(0, least(100, coalesce(sum(rules.points), 0)))::smallint,
         coalesce(jsonb_agg(jsonb_build_object('points', rules.points, 'reason', rules.reason) order by rules.position), '[]')
    from app_public.territories
    join app_public.scoring_rules as rules on rules.revision = decide_score.revision and rules.territory_id = any (territories.path)
   where territories.id = decide_score.territory_id and decide_score.attributes @@ rules.condition
$$ language sql stable rows 1;

grant execute on function app_private.decide_score(jsonb, int, int) to catchment_worker;
--! EndIncluded functions/app_private/decide_score.sql
--! Included functions/app_private/decide_policy.sql
-- The first-response policy of a lead: that of the nearest territory, then source, then status; the most
-- specific wins. Pure. No row where none applies: such a lead has no clock.
create or replace function app_private.decide_policy(territory_id int, source text, status text) returns setof app_public.sla_policies as $$
  select sla_policies.*
    from app_public.territories
    join app_public.sla_policies on sla_policies.territory_id = any (territories.path)
   where territories.id = decide_policy.territory_id
     and sla_policies.is_active and sla_policies.kind = 'first_response'
     and (sla_policies.source is null or sla_policies.source = decide_policy.source)
     and (sla_policies.status is null or sla_policies.status = decide_policy.status)
   order by array_position(territories.path, sla_policies.territory_id) desc,
            sla_policies.source is not null desc, sla_policies.status is not null desc, sla_policies.id
   limit 1
$$ language sql stable rows 1;

grant execute on function app_private.decide_policy(int, text, text) to catchment_worker;
--! EndIncluded functions/app_private/decide_policy.sql
--! Included functions/app_private/create_leads.sql
-- Writes the new leads of a batch, each whole and once: the person, the score that its arrival earned and
-- the deadlines of the clock that stage 11 starts. Leads of the past get no deadlines.
create or replace function app_private.create_leads(resolutions app_private.resolution[], revision int) returns void as $$
  with fresh as materialized (
    select resolutions.lead_id, (resolutions.arrival).* from unnest(create_leads.resolutions) as resolutions where resolutions.is_first
  ),
  policies as materialized (
    select kinds.territory_id, kinds.source, policy.id, policy.target_seconds, policy.thresholds
      from (select distinct fresh.territory_id, fresh.source from fresh where not fresh.is_history) as kinds
     cross join lateral app_private.decide_policy(kinds.territory_id, kinds.source, 'new') as policy
  )
  insert into app_public.leads (
    id, territory_id, source, trace_id, is_test, is_history, first_seen_at, last_activity_at,
    first_name, last_name, email, phone, company, company_domain, street, city, postal_code, region, country,
    language, segment, birth_date, employees, value_amount, value_currency, score, score_reasons,
    sla_policy_id, sla_started_at, sla_warn_at, sla_due_at, sla_overdue_at)
  select fresh.lead_id, fresh.territory_id, fresh.source, fresh.trace_id, fresh.is_test, fresh.is_history,
         coalesce(person.occurred_at, fresh.received_at), coalesce(person.occurred_at, fresh.received_at),
         person.first_name, person.last_name, person.email, person.phone, person.company, person.company_domain, person.street,
         person.city, person.postal_code, person.region, person.country, person.language, person.segment, person.birth_date,
         person.employees, person.value_amount, person.value_currency, scored.score, scored.reasons,
         policies.id,
         case when policies.id is not null then fresh.received_at end,
         app_private.threshold_at(fresh.received_at, policies.target_seconds, policies.thresholds[1]),
         app_private.threshold_at(fresh.received_at, policies.target_seconds, 100),
         app_private.threshold_at(fresh.received_at, policies.target_seconds, policies.thresholds[cardinality(policies.thresholds)])
    from fresh
   cross join lateral app_private.person_of(fresh.attributes) as person
   cross join lateral app_private.decide_score(fresh.attributes, fresh.territory_id, create_leads.revision) as scored
    left join policies on policies.territory_id = fresh.territory_id and policies.source = fresh.source and not fresh.is_history
   order by fresh.lead_id
$$ language sql volatile;

grant execute on function app_private.create_leads(app_private.resolution[], int) to catchment_worker;
--! EndIncluded functions/app_private/create_leads.sql
--! Included functions/app_private/survivorship_of.sql
-- By which criteria a field is chosen in these territories: the rule of the nearest ancestor that names it, else the shipped one.
create or replace function app_private.survivorship_of(territory_ids int[], revision int)
returns table (territory_id int, field app_public.lead_field, field_group text, criteria text[], trusted_sources text[]) as $$
  select territories.id, lead_fields.field, lead_fields.field_group, coalesce(own.criteria, lead_fields.criteria),
         coalesce(own.trusted_sources, '{}')
    from app_public.territories
   cross join app_private.lead_fields
    left join lateral (
      select rules.criteria, rules.trusted_sources
        from app_public.survivorship_rules as rules
       where rules.revision = survivorship_of.revision and rules.territory_id = any (territories.path)
         and lead_fields.field::text = any (rules.fields)
       order by array_position(territories.path, rules.territory_id) desc, rules.position desc
       limit 1) as own on true
   where territories.id = any (survivorship_of.territory_ids)
$$ language sql stable;

grant execute on function app_private.survivorship_of(int[], int) to catchment_worker;
--! EndIncluded functions/app_private/survivorship_of.sql
--! Included functions/app_private/rank_touches.sql
-- Every value that a touch of these leads says of a field, with its rank by the field's criteria: arrays to compare, the less the
-- better; the turn of the arrival is the last. An amount carries its currency ("12.50 EUR"). Pure.
create or replace function app_private.rank_touches(lead_ids uuid[], revision int)
returns table (
  lead_id uuid, field app_public.lead_field, value text, source_event_id uuid, turn float8, criteria text[], ranks float8[]
) as $$
  with touches as materialized (
    select source_events.id, source_events.lead_id, source_events.territory_id, source_events.source, source_events.attributes,
           row_number() over (partition by source_events.lead_id order by source_events.capture_id, source_events.id)::float8 as turn,
           -- Nothing happens after it was told of, whatever the sender says.
           least(source_events.occurred_at, uuid_extract_timestamp(source_events.capture_id)) as heard_at
      from app_public.source_events
     where source_events.lead_id = any (rank_touches.lead_ids)
  ),
  rules as materialized (
    select * from app_private.survivorship_of(array(select distinct touches.territory_id from touches), rank_touches.revision)
  ),
  sources as materialized (  -- verified: every door of the source, open or closed by now, asks who sends
    select kinds.territory_id, kinds.source, coalesce(doors.are_guarded, false) as is_verified
      from (select distinct touches.territory_id, touches.source from touches) as kinds
      join app_public.territories on territories.id = kinds.territory_id
     cross join lateral (
       select bool_and(capture_paths.requires_signature or capture_paths.requires_key) as are_guarded
         from app_public.capture_paths join app_public.territories as home on home.id = capture_paths.territory_id
        where capture_paths.source = kinds.source and home.boundary_id = territories.boundary_id) as doors
  ),
  said as (
    select touches.*, sources.is_verified, rules.field, rules.criteria, rules.trusted_sources,
           told.value || case when rules.field = 'value_amount' then coalesce(' ' || (touches.attributes ->> 'value_currency'), '') else '' end as value,
           -- How much of the group the touch says; an initial is no name.
           count(*) filter (where told.value !~ '^[[:alpha:]]\.?$') over (partition by touches.id, rules.field_group) as completeness
      from touches
      join sources using (territory_id, source)
     cross join lateral jsonb_each_text(touches.attributes) as told (name, value)
      join rules on rules.territory_id = touches.territory_id and rules.field::text = told.name
     where told.value is not null
  )
  select said.lead_id, said.field, said.value, said.id, said.turn, said.criteria, array(
           select case criterion
                    when 'trusted' then coalesce(array_position(said.trusted_sources, said.source), 1e6)
                    when 'verified' then case when said.is_verified then 0 else 1 end
                    when 'most_complete' then -said.completeness
                    when 'most_recent' then -extract(epoch from said.heard_at)
                    when 'first' then said.turn
                  end::float8
             from unnest(said.criteria) with ordinality as wanted (criterion, n) order by n) || said.turn
    from said
$$ language sql stable
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.rank_touches(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/rank_touches.sql
--! Included functions/app_private/weigh_touches.sql
-- Of all values that the touches of a lead say of a field, the one that wins (rank_touches). Pure.
--   source_event_id: the touch that said the value first; is_first: that was the first touch of the lead.
--   rule: the criterion by which the value beat the next best one; `only` when no touch says anything else.
create or replace function app_private.weigh_touches(lead_ids uuid[], revision int)
returns table (lead_id uuid, field app_public.lead_field, value text, source_event_id uuid, is_first boolean, rule text) as $$
  with compared as (
    select ranked.*, first_value(ranked.value) over (partition by ranked.lead_id, ranked.field order by ranked.ranks) as winner
      from app_private.rank_touches(weigh_touches.lead_ids, weigh_touches.revision) as ranked
  ),
  winners as (
    select compared.lead_id, compared.field, compared.winner, compared.criteria,
           (array_agg(compared.source_event_id order by compared.turn) filter (where compared.value = compared.winner))[1] as source_event_id,
           min(compared.turn) filter (where compared.value = compared.winner) = 1 as is_first,
           min(compared.ranks) filter (where compared.value = compared.winner) as ranks,
           min(compared.ranks) filter (where compared.value <> compared.winner) as rival
      from compared
     group by compared.lead_id, compared.field, compared.winner, compared.criteria
  )
  select winners.lead_id, winners.field, winners.winner, winners.source_event_id, winners.is_first,
         case when winners.rival is null then 'only'
              else coalesce(winners.criteria[(select min(n) from generate_subscripts(winners.ranks, 1) as n where winners.ranks[n] <> winners.rival[n])], 'first') end
    from winners
$$ language sql stable;

grant execute on function app_private.weigh_touches(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/weigh_touches.sql
--! Included functions/app_private/decide_survivors.sql
-- The fields of leads, each with its value and where it comes from: an edit that stands, else (an amount) what was last told
-- with the deal, else the touch that wins by the rules of a revision. Pure. Fields that nobody ever said have no row.
--   rule: edited, reported, or as weigh_touches says. is_first: as the first touch said it.
create or replace function app_private.decide_survivors(lead_ids uuid[], revision int)
returns table (
  lead_id uuid, field app_public.lead_field, value text, source_event_id uuid, activity_id uuid, edit_id uuid, is_first boolean, rule text
) as $$
  with edits as (
    select distinct on (lead_edits.lead_id, lead_edits.field) lead_edits.*
      from app_public.lead_edits
     where lead_edits.lead_id = any (decide_survivors.lead_ids) and lead_edits.superseded_at is null and lead_edits.undone_at is null
     order by lead_edits.lead_id, lead_edits.field, lead_edits.edited_at desc, lead_edits.id desc
  ),
  reports as (
    select distinct on (activities.lead_id) activities.lead_id, activities.id, activities.value_amount, activities.value_currency
      from app_public.activities
     where activities.lead_id = any (decide_survivors.lead_ids) and activities.value_amount is not null
     order by activities.lead_id, activities.occurred_at desc, activities.id desc
  ),
  told as (
    select edits.lead_id, edits.field, edits.value, null::uuid as source_event_id, null::uuid as activity_id, edits.id as edit_id,
           false as is_first, 'edited' as rule, 1 as precedence
      from edits
    union all
    select reports.lead_id, amount.field::app_public.lead_field, amount.value, null, reports.id, null, false, 'reported', 2
      from reports
     cross join lateral (values ('value_amount', reports.value_amount::text), ('value_currency', reports.value_currency)) as amount (field, value)
    union all
    select weighed.lead_id, part.field, part.value, weighed.source_event_id, null, null, weighed.is_first, weighed.rule, 3
      from app_private.weigh_touches(decide_survivors.lead_ids, decide_survivors.revision) as weighed
     cross join lateral (
       select weighed.field, case when weighed.field = 'value_amount' then split_part(weighed.value, ' ', 1) else weighed.value end
       union all
       select 'value_currency', nullif(split_part(weighed.value, ' ', 2), '') where weighed.field = 'value_amount') as part (field, value)
  )
  select distinct on (told.lead_id, told.field)
         told.lead_id, told.field, told.value, told.source_event_id, told.activity_id, told.edit_id, told.is_first, told.rule
    from told
   order by told.lead_id, told.field, told.precedence
$$ language sql stable;

grant execute on function app_private.decide_survivors(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/decide_survivors.sql
--! Included functions/app_private/apply_survivors.sql
-- Writes what decide_survivors says of leads, and when they were first and last heard of, where that changes anything. Leads
-- without a touch are left alone. A second run changes nothing.
create or replace function app_private.apply_survivors(lead_ids uuid[], as_of timestamptz) returns void as $$
begin
  -- A statement of its own: the next one then sees what a neighbour, who held the lead until now, said of it.
  perform from app_public.leads where leads.id = any (apply_survivors.lead_ids) order by leads.id for no key update;
  with decided as materialized (
    select survivors.lead_id, jsonb_object_agg(survivors.field, survivors.value) as attributes,
           jsonb_object_agg(survivors.field, jsonb_strip_nulls(jsonb_build_object(
             'source_event', survivors.source_event_id, 'activity', survivors.activity_id, 'edit', survivors.edit_id)))
             filter (where not survivors.is_first) as origins
      from app_private.decide_survivors(apply_survivors.lead_ids, app_private.current_revision()) as survivors
     group by survivors.lead_id
  ),
  heard as materialized (
    select source_events.lead_id, min(source_events.occurred_at) as first_at, max(source_events.occurred_at) as last_at
      from app_public.source_events
     where source_events.lead_id = any (apply_survivors.lead_ids)
     group by source_events.lead_id
  ),
  wanted as materialized (
    select heard.lead_id, heard.first_at, greatest(heard.last_at, active.last_at) as last_at, decided.origins, person.*
      from heard
      left join decided on decided.lead_id = heard.lead_id
     cross join lateral app_private.person_of(coalesce(decided.attributes, '{}')) as person
     cross join lateral (
       select max(activities.occurred_at) as last_at from app_public.activities where activities.lead_id = heard.lead_id) as active
  )
  update app_public.leads
     set (first_seen_at, last_activity_at, field_origins, first_name, last_name, email, phone, company, company_domain, street, city,
          postal_code, region, country, language, segment, birth_date, employees, value_amount, value_currency) = row(
          wanted.first_at, wanted.last_at, wanted.origins, wanted.first_name, wanted.last_name, wanted.email, wanted.phone,
          wanted.company, wanted.company_domain, wanted.street, wanted.city, wanted.postal_code, wanted.region, wanted.country,
          wanted.language, wanted.segment, wanted.birth_date, wanted.employees, wanted.value_amount, wanted.value_currency)
    from wanted
   where leads.id = wanted.lead_id
     and row(leads.first_seen_at, leads.last_activity_at, leads.field_origins, leads.first_name, leads.last_name, leads.email,
             leads.phone, leads.company, leads.company_domain, leads.street, leads.city, leads.postal_code, leads.region, leads.country,
             leads.language, leads.segment, leads.birth_date, leads.employees, leads.value_amount, leads.value_currency)
         is distinct from
         row(wanted.first_at, wanted.last_at, wanted.origins, wanted.first_name, wanted.last_name, wanted.email, wanted.phone,
             wanted.company, wanted.company_domain, wanted.street, wanted.city, wanted.postal_code, wanted.region, wanted.country,
             wanted.language, wanted.segment, wanted.birth_date, wanted.employees, wanted.value_amount::numeric(18, 2), wanted.value_currency);
end
$$ language plpgsql volatile;

grant execute on function app_private.apply_survivors(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/apply_survivors.sql
--! Included functions/app_private/note_touches.sql
-- Known leads that the captures of a batch touched: when they were first and last heard of; and where a touch says anything
-- else than its lead shows, the lead's fields are decided anew. A touch that only repeats them can change none.
create or replace function app_private.note_touches(lead_ids uuid[], batch uuid[], as_of timestamptz) returns void as $$
declare
  news uuid[];
begin
  -- In one order, as all do who lock several: whoever meets them waits for one, not for another.
  perform from app_public.leads where leads.id = any (note_touches.lead_ids) order by leads.id for no key update;
  update app_public.leads
     set first_seen_at = least(leads.first_seen_at, touched.first_at),
         last_activity_at = greatest(leads.last_activity_at, touched.last_at)
    from (select source_events.lead_id, min(source_events.occurred_at) as first_at, max(source_events.occurred_at) as last_at
            from app_public.source_events
           where source_events.lead_id = any (note_touches.lead_ids) and source_events.capture_id = any (note_touches.batch)
           group by source_events.lead_id) as touched
   where leads.id = any (note_touches.lead_ids) and leads.id = touched.lead_id;

  news := array(
    with told as materialized (
      select captures.lead_id, captures.attributes from app_public.captures
       where captures.id = any (note_touches.batch) and captures.lead_id = any (note_touches.lead_ids)
    )
    select distinct told.lead_id
      from told
     cross join lateral (select to_jsonb(leads) as fields from app_public.leads where leads.id = told.lead_id limit 1) as shown
     where exists (
       select from jsonb_each(told.attributes) as said (field, value)
        where shown.fields ? said.field and shown.fields -> said.field <> said.value));
  if news <> '{}' then
    perform app_private.apply_survivors(news, note_touches.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.note_touches(uuid[], uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/note_touches.sql
--! Included functions/app_private/claim_edited_keys.sql
-- By an address or number that somebody wrote into a lead, the lead is recognized from then on, where nobody else is
-- recognized by it; else the edit stands, and the pair is a case for people, once. A key that only an edit brought is given
-- free when that edit no longer stands: a slip must not catch whose address it really is.
create or replace function app_private.claim_edited_keys(lead app_public.leads, as_of timestamptz) returns void as $$
<<found>>
declare
  home_id int := (select territories.boundary_id from app_public.territories where territories.id = lead.territory_id);
  cases app_private.exception_case[];
begin
  delete from app_private.lead_identities
   using app_public.lead_edits as past
   where past.lead_id = lead.id and past.field in ('email', 'phone') and coalesce(past.superseded_at, past.undone_at) is not null
     and lead_identities.boundary_id = found.home_id and lead_identities.kind = past.field::text
     and lead_identities.value_hash = app_private.identity_hash(past.value, lead.is_test)
     and lead_identities.lead_id = coalesce(past.origin_lead_id, lead.id) and lead_identities.record_id is null
     and not exists (
       select from app_public.lead_edits as other
        where other.lead_id = lead.id and other.field = past.field and other.value = past.value
          and other.superseded_at is null and other.undone_at is null)
     and not exists (
       select from app_public.source_events
        where source_events.lead_id = lead.id and source_events.attributes ->> past.field::text = past.value);

  with keys as materialized (
    select lead_edits.field::text as kind, app_private.identity_hash(lead_edits.value, lead.is_test) as value_hash
      from app_public.lead_edits
     where lead_edits.lead_id = lead.id and lead_edits.field in ('email', 'phone') and lead_edits.value is not null
       and lead_edits.superseded_at is null and lead_edits.undone_at is null
  ),
  held as (
    insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id)
    select found.home_id, keys.kind, keys.value_hash, lead.id from keys order by keys.kind, keys.value_hash
    on conflict (boundary_id, kind, value_hash) do update set lead_id = lead_identities.lead_id
    returning lead_identities.kind, lead_identities.lead_id
  ),
  doubts as (
    select other.id as other_lead_id, min(held.kind) as kind, app_private.common_ancestor(array[lead.territory_id, other.territory_id]) as territory_id
      from held join app_public.leads as other on other.id = app_private.survivor_of(held.lead_id)
     where other.id <> lead.id and not lead.is_test
     group by other.id, other.territory_id
  ),
  asked as (
    insert into app_public.match_candidates (territory_id, lead_id, other_lead_id, trace_id, evidence, opened_at)
    select doubts.territory_id, lead.id, doubts.other_lead_id, lead.trace_id, jsonb_build_object('key', doubts.kind), claim_edited_keys.as_of
      from doubts order by doubts.other_lead_id
    on conflict (least(lead_id, other_lead_id), greatest(lead_id, other_lead_id)) do nothing
    returning match_candidates.territory_id, match_candidates.other_lead_id, match_candidates.evidence
  )
  select array_agg(row('possible_duplicate', asked.territory_id, null, lead.trace_id, null, null,
           'Somebody wrote an address or a number into a lead by which another one is known',
           jsonb_build_object('lead_ids', jsonb_build_array(asked.other_lead_id, lead.id),
             'evidence', jsonb_build_array(asked.evidence || jsonb_build_object('lead_id', asked.other_lead_id))))::app_private.exception_case)
    into cases from asked;
  if cases is not null then
    perform app_private.open_exceptions(cases, claim_edited_keys.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.claim_edited_keys(app_public.leads, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/claim_edited_keys.sql
--! Included functions/app_private/write_edits.sql
-- Writes what a person says of fields of a lead: {field: value in normal form; null: left blank on purpose}. An amount and its
-- currency are written together. What the standing edit of a field says already is not written again.
create or replace function app_private.write_edits(lead app_public.leads, fields jsonb, actor_id int, as_of timestamptz) returns void as $$
declare
  written jsonb := write_edits.fields;
begin
  if written ?| array['value_amount', 'value_currency'] then
    written := jsonb_build_object('value_amount', lead.value_amount, 'value_currency', lead.value_currency) || written;
    if written ->> 'value_amount' is null then
      written := written || '{"value_currency": null}';
    end if;
  end if;
  select coalesce(jsonb_object_agg(said.field, said.value), '{}') into written
    from jsonb_each_text(written) as said (field, value)
    left join lateral (
      select lead_edits.value
        from app_public.lead_edits
       where lead_edits.lead_id = lead.id and lead_edits.field::text = said.field
         and lead_edits.superseded_at is null and lead_edits.undone_at is null
       order by lead_edits.edited_at desc, lead_edits.id desc
       limit 1) as standing on true
   where standing is null or standing.value is distinct from said.value;

  -- Edits that a merge brought along stay: they go back with their lead.
  update app_public.lead_edits set superseded_at = write_edits.as_of
   where lead_edits.lead_id = lead.id and lead_edits.origin_lead_id is null and written ? lead_edits.field::text
     and lead_edits.superseded_at is null and lead_edits.undone_at is null;
  insert into app_public.lead_edits (lead_id, territory_id, trace_id, field, value, actor_id, edited_at)
  select lead.id, lead.territory_id, lead.trace_id, said.field::app_public.lead_field, said.value, write_edits.actor_id, write_edits.as_of
    from jsonb_each_text(written) as said (field, value)
   order by said.field;
  if written <> '{}' then
    perform app_private.claim_edited_keys(lead, write_edits.as_of);
    perform app_private.apply_survivors(array[lead.id], write_edits.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.write_edits(app_public.leads, jsonb, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/write_edits.sql
--! Included functions/app_private/undo_edits.sql
-- Gives fields of a lead back to what was said of it: their edits no longer stand, also those that a merge brought along.
create or replace function app_private.undo_edits(lead app_public.leads, fields app_public.lead_field[], actor_id int, as_of timestamptz) returns void as $$
begin
  update app_public.lead_edits set undone_at = undo_edits.as_of, undone_by_id = undo_edits.actor_id
   where lead_edits.lead_id = lead.id and lead_edits.superseded_at is null and lead_edits.undone_at is null
     and (lead_edits.field = any (undo_edits.fields)
          or lead_edits.field in ('value_amount', 'value_currency') and undo_edits.fields && '{value_amount,value_currency}');
  if found then
    perform app_private.claim_edited_keys(lead, undo_edits.as_of);
    perform app_private.apply_survivors(array[lead.id], undo_edits.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.undo_edits(app_public.leads, app_public.lead_field[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/undo_edits.sql
--! Included functions/app_private/report_doubts.sql
-- Cases that identity leaves to people: keys of one arrival that belong to different leads, and a touch that
-- was located in another territory than its lead lives in. They belong to the nearest common territory.
-- Test arrivals bother nobody.
create or replace function app_private.report_doubts(resolutions app_private.resolution[], as_of timestamptz) returns void as $$
declare
  cases app_private.exception_case[];
begin
  with doubts as (
    select resolutions.arrival, leads.id as lead_id, leads.territory_id, other.id as other_lead_id, other.territory_id as other_territory_id,
           doubt.key, doubt.bits, doubt.probability, app_private.name_levels(doubt.levels) as fields
      from unnest(report_doubts.resolutions) as resolutions
     cross join lateral jsonb_to_recordset(resolutions.doubts) as doubt (lead_id uuid, key text, bits real, probability real, levels smallint[])
      join app_public.leads on leads.id = resolutions.lead_id
      join app_public.leads as other on other.id = doubt.lead_id
     where not (resolutions.arrival).is_test
  ),
  asked as (  -- of a pair that people have decided, or are asked about already, nobody is asked again
    insert into app_public.match_candidates (territory_id, lead_id, other_lead_id, capture_id, trace_id, probability, evidence, opened_at)
    select app_private.common_ancestor(array[doubts.territory_id, doubts.other_territory_id]), doubts.lead_id, doubts.other_lead_id,
           (doubts.arrival).capture_id, (doubts.arrival).trace_id, doubts.probability,
           jsonb_strip_nulls(jsonb_build_object('key', doubts.key, 'bits', doubts.bits, 'fields', doubts.fields)), report_doubts.as_of
      from doubts
     order by (doubts.arrival).capture_id, doubts.other_lead_id
    on conflict (least(lead_id, other_lead_id), greatest(lead_id, other_lead_id)) do nothing
    returning match_candidates.capture_id, match_candidates.other_lead_id
  )
  select array_agg(one.doubt_case) into cases
    from (
      select row('possible_duplicate', app_private.common_ancestor(array_agg(doubts.other_territory_id) || doubts.territory_id),
               (doubts.arrival).path_id, (doubts.arrival).trace_id, (doubts.arrival).capture_id, null,
               case when bool_or(doubts.key is not null) then 'Keys of one arrival belong to different leads'
                    else 'An arrival may be of somebody known' end,
               jsonb_build_object('lead_ids', to_jsonb(array_agg(doubts.other_lead_id order by doubts.other_lead_id) || doubts.lead_id),
                 'evidence', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('lead_id', doubts.other_lead_id, 'key', doubts.key,
                   'probability', doubts.probability, 'bits', doubts.bits, 'fields', doubts.fields)) order by doubts.other_lead_id))
             )::app_private.exception_case as doubt_case
        from doubts
        join asked on asked.capture_id = (doubts.arrival).capture_id and asked.other_lead_id = doubts.other_lead_id
       group by doubts.arrival, doubts.lead_id, doubts.territory_id) as one;
  cases := coalesce(cases, '{}') || array(
    select row('territory_conflict', app_private.common_ancestor(array[(resolutions.arrival).territory_id, leads.territory_id]),
               (resolutions.arrival).path_id, (resolutions.arrival).trace_id, (resolutions.arrival).capture_id, null,
               'A touch arrived in another territory than its lead lives in',
               jsonb_build_object('lead_id', leads.id, 'located_in', (resolutions.arrival).territory_id))::app_private.exception_case
      from unnest(report_doubts.resolutions) as resolutions
      join app_public.leads on leads.id = resolutions.lead_id
     where not resolutions.is_first and (resolutions.arrival).territory_id <> leads.territory_id
       and not (resolutions.arrival).is_test);
  if cases <> '{}' then
    perform app_private.open_exceptions(cases, report_doubts.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.report_doubts(app_private.resolution[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/report_doubts.sql
--! Included functions/app_private/lock_roots.sql
-- The leads that stand for these today, in the same order, locked in the order of their ids: a merge or unmerge that was
-- under way is waited for and followed, one that begins now waits. What is written to them then is written to no merged lead.
create or replace function app_private.lock_roots(lead_ids uuid[]) returns uuid[] as $$
declare
  roots uuid[] := lock_roots.lead_ids;
  roots_now uuid[];
begin
  loop
    perform from app_public.leads where leads.id = any (roots) order by leads.id for no key update;
    roots_now := array(  -- a statement of its own: it sees what those did whom the locks waited for
      select case when leads.merged_into_id is null then leads.id else app_private.survivor_of(leads.id) end
        from unnest(lock_roots.lead_ids) with ordinality as asked (id, n)
        join app_public.leads on leads.id = asked.id
       order by asked.n);
    exit when roots_now = roots;
    roots := roots_now;
  end loop;
  return roots;
end
$$ language plpgsql volatile
  set enable_seqscan = off  -- as process_captures: by keys, whatever the table's size when a plan was made
  set enable_mergejoin = off
  set enable_hashjoin = off;

-- A batch of resolutions with the leads that stand for their keys' leads now.
create or replace function app_private.follow_merges(resolutions app_private.resolution[]) returns app_private.resolution[] as $$
declare
  key_leads uuid[] := array(
    select coalesce(resolution.origin_lead_id, resolution.lead_id) from unnest(follow_merges.resolutions) as resolution where not resolution.is_first);
  roots uuid[] := app_private.lock_roots(key_leads);
begin
  if roots = array(select resolution.lead_id from unnest(follow_merges.resolutions) as resolution where not resolution.is_first) then
    return follow_merges.resolutions;
  end if;
  return array(
    select row(resolution.arrival, coalesce(root.id, resolution.lead_id), resolution.proposed_id, resolution.is_first,
               nullif(root.key_lead_id, root.id), resolution.doubts, resolution.record,
               resolution.keys)::app_private.resolution
      from unnest(follow_merges.resolutions) with ordinality as resolution (arrival, lead_id, proposed_id, is_first, origin_lead_id, doubts, record, keys, n)
      left join (select distinct * from unnest(key_leads, roots) as root (key_lead_id, id)) as root
        on root.key_lead_id = coalesce(resolution.origin_lead_id, resolution.lead_id) and not resolution.is_first
     order by resolution.n);
end
$$ language plpgsql volatile;

grant execute on function app_private.lock_roots(uuid[]), app_private.follow_merges(app_private.resolution[]) to catchment_worker;
--! EndIncluded functions/app_private/lock_roots.sql
--! Included functions/app_private/resolve_leads.sql
-- Stage 6: one canonical lead per person and identity boundary, by exact normalized keys (e-mail, phone, external id of a
-- source, in this order), then by likeness (claim_identities). A new arrival joins a lead that is known; ids stay stable.
-- Doubt is a case for people, never a merge.
-- An arrival located elsewhere than its lead stays with the lead, and the operations of the nearest common
-- territory learn of it. Answers the captures, each now processed and with its lead.
create or replace function app_private.resolve_leads(located app_private.arrival[], revision int, as_of timestamptz) returns uuid[] as $$
declare
  resolutions app_private.resolution[] := app_private.claim_identities(resolve_leads.located);
  bringing_ids uuid[] := '{}';  -- touches that brought a new key of a known lead
begin
  perform app_private.create_leads(resolutions, resolve_leads.revision);
  if exists (select from unnest(resolutions) as resolutions where not resolutions.is_first) then
    resolutions := app_private.follow_merges(resolutions);
    with brought as (
      update app_private.lead_identities set lead_id = coalesce(resolutions.origin_lead_id, resolutions.lead_id)
        from unnest(resolutions) as resolutions
       where lead_identities.lead_id = resolutions.proposed_id and resolutions.proposed_id <> resolutions.lead_id
      returning lead_identities.record_id
    )
    select coalesce(array_agg(distinct brought.record_id), '{}') into bringing_ids from brought;
  end if;
  if exists (select from unnest(resolutions) as resolutions where not resolutions.is_first or resolutions.doubts is not null) then
    perform app_private.report_doubts(resolutions, resolve_leads.as_of);
  end if;
  perform app_private.record_matches(resolutions, bringing_ids);

  update app_public.captures
     set lead_id = resolutions.lead_id,
         territory_id = leads.territory_id,
         origin_lead_id = resolutions.origin_lead_id,
         attributes = (resolutions.arrival).attributes - 'match',
         located_by = (resolutions.arrival).located_by,
         is_test = (resolutions.arrival).is_test,
         status = 'processed',
         outcome = case when resolutions.is_first then 'lead_created' else 'touch_added' end,
         processed_at = resolve_leads.as_of
    from unnest(resolutions) as resolutions
    join app_public.leads on leads.id = resolutions.lead_id
   where captures.id = (resolutions.arrival).capture_id;
  return array(select (resolutions.arrival).capture_id from unnest(resolutions) as resolutions);
end
$$ language plpgsql volatile;

grant execute on function app_private.resolve_leads(app_private.arrival[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/resolve_leads.sql
--! Included functions/app_private/record_source_events.sql
-- Stage 7: every touch is kept as a child of its lead, also of a known person. A capture that has its
-- event already is left alone.
create or replace function app_private.record_source_events(batch uuid[]) returns void as $$
  insert into app_public.source_events (
    lead_id, territory_id, origin_lead_id, capture_id, trace_id, source, channel, campaign, medium, content, term,
    landing_page, referrer, click_id, occurred_at, attributes, is_test)
  select captures.lead_id, captures.territory_id, coalesce(captures.origin_lead_id, captures.lead_id), captures.id, captures.trace_id, capture_paths.source,
         touch.channel, touch.campaign, touch.medium, touch.content, touch.term, touch.landing_page, touch.referrer,
         touch.click_id, coalesce(touch.occurred_at, captures.received_at), captures.attributes, captures.is_test
    from app_public.captures
    join app_public.capture_paths on capture_paths.id = captures.path_id
   cross join lateral jsonb_to_record(captures.attributes) as touch (
      channel text, campaign text, medium text, content text, term text, landing_page text, referrer text, click_id text,
      occurred_at timestamptz)
    left join lateral (  -- `not exists` may become a join that reads the whole table
      select source_events.capture_id from app_public.source_events
       where source_events.capture_id = captures.id limit 1) as known on true
   where captures.id = any (record_source_events.batch)
     and captures.status = 'processed'
     and known.capture_id is null
   order by captures.id
$$ language sql volatile;

grant execute on function app_private.record_source_events(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/record_source_events.sql
--! Included functions/app_private/record_consents.sql
-- Keeps what the arrivals of a batch say about consent, each answer a row of its own, beside those of earlier
-- arrivals. An answer that does not say when was given when it was received, and none
-- later: one that says it is of tomorrow would stand against what is said today. A second run adds nothing.
create or replace function app_private.record_consents(batch uuid[]) returns void as $$
  insert into app_public.consents (lead_id, territory_id, purpose, state, text_version, capture_id, trace_id, given_at)
  select captures.lead_id, captures.territory_id, given.purpose, given.state, given.text_version, captures.id, captures.trace_id,
         least(given.given_at, captures.received_at)
    from app_public.captures
   cross join lateral jsonb_to_recordset(captures.attributes -> 'consents') as given (
      purpose text, state text, text_version text, given_at timestamptz)
   where captures.id = any (record_consents.batch)
     and captures.status = 'processed'
     and captures.attributes ? 'consents'
   order by captures.id, given.purpose
  on conflict on constraint one_answer_to_a_purpose_per_capture do nothing
$$ language sql volatile;

grant execute on function app_private.record_consents(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/record_consents.sql
--! Included functions/app_private/score_leads.sql
-- Stage 9: a new lead was written with the score of its first arrival (decide_score); here a known one rises
-- to the best score that any of its touches earned. Of equal ones the first counts. Answers the known leads of the batch.
create or replace function app_private.score_leads(batch uuid[], revision int) returns uuid[] as $$
  with touched as materialized (
    select captures.id, captures.lead_id, captures.territory_id, captures.attributes
      from app_public.captures
     where captures.id = any (score_leads.batch) and captures.outcome = 'touch_added'
  ),
  best as (
    select distinct on (touched.lead_id) touched.lead_id, scored.score, scored.reasons
      from touched
     cross join lateral app_private.decide_score(touched.attributes, touched.territory_id, score_leads.revision) as scored
     order by touched.lead_id, scored.score desc, touched.id
  ),
  risen as (
    update app_public.leads
       set score = best.score, score_reasons = best.reasons
      from best
     where leads.id = best.lead_id and (leads.score is null or leads.score < best.score)
  )
  select array(select distinct touched.lead_id from touched order by 1)
$$ language sql volatile;

grant execute on function app_private.score_leads(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/score_leads.sql
--! Included functions/app_private/arrivals_of.sql
-- The captures through which these leads came, in the order of arrival.
create or replace function app_private.arrivals_of(lead_ids uuid[]) returns uuid[] as $$
  select array(
    select source_events.capture_id from app_public.source_events
     where source_events.lead_id = any (arrivals_of.lead_ids) order by source_events.capture_id)
$$ language sql stable;

grant execute on function app_private.arrivals_of(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/arrivals_of.sql
--! Included functions/app_private/consent_states.sql
-- What somebody said last to each purpose, or to one: the latest instant counts, then the latest row.
create or replace function app_private.consent_states(lead_id uuid, purpose text default null) returns setof app_public.consents as $$
  select distinct on (consents.purpose) consents.*
    from app_public.consents
   where consents.lead_id = consent_states.lead_id
     and (consent_states.purpose is null or consents.purpose = consent_states.purpose)
   order by consents.purpose, consents.given_at desc, consents.id desc
$$ language sql stable rows 3;

grant execute on function app_private.consent_states(uuid, text) to catchment_worker;
--! EndIncluded functions/app_private/consent_states.sql
--! Included functions/app_private/suppressed_leads.sql
-- Which leads of these arrivals the suppression list knows, by which kind of key and why: the keys that they are known by
-- (merges do not move keys, so those of merged leads too), what the arrivals brought, and the company.
create or replace function app_private.suppressed_leads(arrivals uuid[], as_of timestamptz)
returns table (lead_id uuid, kind text, reason text) as $$
  with came as materialized (
    select leads.id as lead_id, leads.is_test, leads.email, leads.phone, leads.company_domain, territories.boundary_id, captures.attributes
      from app_public.captures
      join app_public.leads on leads.id = captures.lead_id
      join app_public.territories on territories.id = leads.territory_id
     where captures.id = any (suppressed_leads.arrivals)
  ),
  keys as materialized (
    select asked.lead_id, lead_identities.boundary_id, lead_identities.kind, lead_identities.value_hash
      from (select distinct came.lead_id from came) as asked
     cross join lateral unnest(app_private.merged_branch(asked.lead_id)) as branch (lead_id)
      join app_private.lead_identities on lead_identities.lead_id = branch.lead_id
    union
    select came.lead_id, came.boundary_id, said.kind, app_private.identity_hash(said.value, came.is_test)
      from came
     cross join lateral (
       values ('email', came.email), ('phone', came.phone), ('domain', came.company_domain), ('domain', split_part(came.email, '@', 2)),
              ('domain', came.attributes ->> 'company_domain'), ('domain', split_part(came.attributes ->> 'email', '@', 2))
       union all
       select identity ->> 'kind', identity ->> 'value' from jsonb_array_elements(came.attributes -> 'identities') as identity
     ) as said (kind, value)
     where said.value is not null
  )
  select distinct keys.lead_id, suppressions.kind, suppressions.reason
    from keys
    join app_private.suppressions on suppressions.boundary_id = keys.boundary_id and suppressions.kind = keys.kind
                                 and suppressions.value_hash = keys.value_hash
   where suppressions.ends_at is null or suppressions.ends_at > suppressed_leads.as_of
$$ language sql stable;

grant execute on function app_private.suppressed_leads(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/suppressed_leads.sql
--! Included functions/app_private/missing_consents.sql
-- Purposes that the contracts of these arrivals demand and that their leads' last word does not grant; state: what it says,
-- null where nothing was ever said.
create or replace function app_private.missing_consents(arrivals uuid[]) returns table (lead_id uuid, purpose text, state text) as $$
  select demands.lead_id, demands.purpose, latest.state
    from (
      select distinct captures.lead_id, demanded.purpose
        from app_public.captures
        join app_public.contracts on contracts.id = captures.contract_id
       cross join lateral jsonb_array_elements_text(contracts.required_purposes) as demanded (purpose)
       where captures.id = any (missing_consents.arrivals) and captures.lead_id is not null) as demands
    left join lateral app_private.consent_states(demands.lead_id, demands.purpose) as latest on true
   where latest.state is distinct from 'granted'
$$ language sql stable;

grant execute on function app_private.missing_consents(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/missing_consents.sql
--! Included functions/app_private/decide_gates.sql
-- The gate, before anything happens by itself with the leads of these arrivals. Pure. `blocked`: a key of the person or of
-- the company is on the suppression list, or consent to a purpose that a contract demands was denied or withdrawn.
-- `review`: such a purpose was never spoken of, and nobody owns the lead yet. Else `automate`.
-- Whom the gate holds already is judged by every arrival, so that a door which demands nothing does not free anybody.
-- What was said counts from when it was written: a transaction that began earlier must not overlook it.
create or replace function app_private.decide_gates(batch uuid[], as_of timestamptz) returns setof app_private.gate as $$
  with asked as materialized (
    select distinct leads.id, leads.owner_id, leads.held_at
      from app_public.captures
      join app_public.leads on leads.id = captures.lead_id
     where captures.id = any (decide_gates.batch)
  ),
  arrivals as materialized (
    select decide_gates.batch || app_private.arrivals_of(array(select asked.id from asked where asked.held_at is not null)) as ids
  ),
  objections as (
    select suppressed.lead_id, 'blocked' as gate,
           jsonb_build_object('gate', 'blocked', 'check', 'suppression', 'kind', suppressed.kind, 'reason', suppressed.reason) as reason,
           format('the %s is on the suppression list (%s)',
             case suppressed.kind when 'email' then 'e-mail address' when 'phone' then 'telephone number'
               when 'domain' then 'company''s domain' else 'external id' end, replace(suppressed.reason, '_', ' ')) as sentence
      from arrivals cross join lateral app_private.suppressed_leads(arrivals.ids, decide_gates.as_of) as suppressed
    union all
    select asked.id, judgement.gate,
           jsonb_build_object('gate', judgement.gate, 'check', 'consent', 'purpose', missing.purpose, 'state', missing.state),
           format('consent to %s was %s', missing.purpose, coalesce(missing.state, 'never spoken of'))
      from arrivals
     cross join lateral app_private.missing_consents(arrivals.ids) as missing
      join asked on asked.id = missing.lead_id
     cross join lateral (select case when missing.state is null then 'review' else 'blocked' end as gate) as judgement
     where missing.state is not null or asked.owner_id is null or asked.held_at is not null
  ),
  judged as (
    select objections.lead_id, min(objections.gate) as gate,  -- 'blocked' comes before 'review'
           jsonb_agg(objections.reason order by objections.gate, objections.sentence) as reasons,
           string_agg(objections.sentence, '; ' order by objections.gate, objections.sentence) as sentences
      from objections group by 1
  )
  select asked.id, coalesce(judged.gate, 'automate'), coalesce(judged.reasons, '[]'),
         case judged.gate when 'blocked' then 'Held, nobody may contact the person: ' when 'review' then 'Held until people look: ' end
           || judged.sentences || '.',
         asked.held_at is not null
    from asked left join judged on judged.lead_id = asked.id
$$ language sql stable
  set enable_seqscan = off  -- as process_captures: by keys, from the rows of the batch
  set enable_hashjoin = off
  set enable_mergejoin = off;

grant execute on function app_private.decide_gates(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_gates.sql
--! Included functions/app_private/may_contact.sql
-- Whether anything may be sent to the person for this purpose: what every delivery to a person asks before it goes.
-- Never to whom the gate holds or the suppression list knows. A purpose needs to be granted: silence is no consent; null is
-- the answer to what the person asked for, which needs no further one. A merged lead is asked for its survivor.
create or replace function app_private.may_contact(lead_id uuid, purpose text, as_of timestamptz) returns boolean as $$
  select coalesce((
    select leads.held_at is null
           and (may_contact.purpose is null
                or exists (select from app_private.consent_states(leads.id, may_contact.purpose) as latest where latest.state = 'granted'))
           and not exists (
             select from app_private.decide_gates(app_private.arrivals_of(array[leads.id]), may_contact.as_of) as gates
              where gates.gate = 'blocked')
      from app_public.leads
     where leads.id = app_private.survivor_of(may_contact.lead_id)), false)
$$ language sql stable;

grant execute on function app_private.may_contact(uuid, text, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/may_contact.sql
--! Included functions/app_private/hold_leads.sql
-- What it means that the gate holds a lead: its effective decision says so and why, its clock rests, what was to be
-- sent about it is withdrawn, its owner is told to stop; who had none leaves the queue, and people are asked where the
-- gate wants them to look. Each further arrival (batch) has a decision too. A second run changes nothing.
create or replace function app_private.hold_leads(gates app_private.gate[], batch uuid[], revision int, as_of timestamptz) returns void as $$
declare
  stopped uuid[] := array(  -- held from now on, or for another reason than until now
    select gate.lead_id
      from unnest(hold_leads.gates) as gate
      join app_public.leads on leads.id = gate.lead_id
     where gate.gate <> 'automate'
       and not exists (
         select from app_public.decisions
          where decisions.lead_id = leads.id and decisions.trace_id = leads.trace_id and decisions.kind = 'route'
            and decisions.superseded_by_id is null and decisions.action = 'hold' and decisions.reason = gate.reason));
  decision_ids uuid[] := array(select uuidv7() from unnest(stopped));
begin
  update app_public.decisions set superseded_by_id = fresh.id
    from unnest(stopped, decision_ids) as fresh (lead_id, id)
    join app_public.leads on leads.id = fresh.lead_id
   where decisions.lead_id = leads.id and decisions.trace_id = leads.trace_id and decisions.kind = 'route' and decisions.superseded_by_id is null;
  insert into app_public.decisions
    (id, lead_id, territory_id, trace_id, kind, action, revision, owner_id, team_id, reason, inputs, candidates, decided_at)
  select coalesce(fresh.id, uuidv7()), leads.id, leads.territory_id, arrived.trace_id, 'route', 'hold', hold_leads.revision, leads.owner_id,
         leads.team_id, gate.reason, jsonb_build_object('gate', gate.gate, 'reasons', gate.reasons), '[]', hold_leads.as_of
    from unnest(hold_leads.gates) as gate
    join app_public.leads on leads.id = gate.lead_id
   cross join lateral (
     select leads.trace_id
     union
     select captures.trace_id from app_public.captures where captures.id = any (hold_leads.batch) and captures.lead_id = leads.id) as arrived
    left join unnest(stopped, decision_ids) as fresh (lead_id, id) on fresh.lead_id = leads.id and arrived.trace_id = leads.trace_id
   where gate.gate <> 'automate'
  on conflict (lead_id, trace_id, kind) where superseded_by_id is null do nothing;

  update app_public.notifications set next_attempt_at = null, withdrawn_at = hold_leads.as_of
   where notifications.lead_id = any (stopped) and notifications.next_attempt_at is not null and notifications.kind <> 'contact_stopped';
  insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
  select fresh.id, leads.id, leads.territory_id, leads.trace_id, 'contact_stopped', leads.owner_id, 'Do not contact this person any more.',
         hold_leads.as_of, hold_leads.as_of
    from unnest(stopped, decision_ids) as fresh (lead_id, id)
    join app_public.leads on leads.id = fresh.lead_id
   where leads.owner_id is not null and leads.held_at is null and leads.closed_at is null and not leads.is_history;
  update app_public.clocks set next_at = null where clocks.lead_id = any (stopped) and clocks.next_at is not null;
  update app_public.leads
     set held_at = hold_leads.as_of,
         sla_paused_at = case when leads.sla_due_at is not null and leads.first_responded_at is null then hold_leads.as_of end,
         routed_at = case when leads.owner_id is not null then leads.routed_at end
   where leads.id = any (stopped) and leads.held_at is null;
  update app_public.exceptions set resolved_at = hold_leads.as_of, outcome = 'held'
   where exceptions.lead_id = any (stopped) and exceptions.kind = 'nobody_available' and exceptions.resolved_at is null;

  perform app_private.open_exceptions(array(
    select distinct on (leads.id)
           row('gate_review', leads.territory_id, captures.path_id, captures.trace_id, null, leads.id, gate.reason,
               jsonb_build_object('reasons', gate.reasons))::app_private.exception_case
      from unnest(hold_leads.gates) as gate
      join app_public.leads on leads.id = gate.lead_id
      join app_public.captures on captures.lead_id = leads.id and captures.id = any (hold_leads.batch)
     where gate.gate = 'review' and leads.id = any (stopped) and not leads.is_history
     order by leads.id, captures.id), hold_leads.as_of);
end
$$ language plpgsql volatile;

grant execute on function app_private.hold_leads(app_private.gate[], uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/hold_leads.sql
--! Included functions/app_private/free_leads.sql
-- The gate lets these leads go: its decisions are followed by one that says so, and clocks go on with the time that is
-- left. Who has an owner keeps it, who is told; the rest waits in the queue, where apply_routes finds it.
create or replace function app_private.free_leads(lead_ids uuid[], revision int, as_of timestamptz) returns void as $$
declare
  decision_ids uuid[] := array(select uuidv7() from unnest(free_leads.lead_ids));
begin
  update app_public.decisions set superseded_by_id = fresh.id
    from unnest(free_leads.lead_ids, decision_ids) as fresh (lead_id, id)
    join app_public.leads on leads.id = fresh.lead_id
   where decisions.lead_id = leads.id and decisions.kind = 'route' and decisions.superseded_by_id is null
     and (decisions.action = 'hold' or decisions.trace_id = leads.trace_id);
  insert into app_public.decisions
    (id, lead_id, territory_id, trace_id, kind, action, revision, owner_id, team_id, reason, inputs, candidates, decided_at)
  select fresh.id, leads.id, leads.territory_id, leads.trace_id, 'route', case when leads.owner_id is null then 'queue' else 'keep_owner' end,
         free_leads.revision, leads.owner_id, leads.team_id, 'Free again: nothing speaks against contacting the person any more.',
         jsonb_build_object('gate', 'automate', 'heldAt', leads.held_at), '[]', free_leads.as_of
    from unnest(free_leads.lead_ids, decision_ids) as fresh (lead_id, id)
    join app_public.leads on leads.id = fresh.lead_id;
  update app_public.notifications set next_attempt_at = null, withdrawn_at = free_leads.as_of
   where notifications.lead_id = any (free_leads.lead_ids) and notifications.kind = 'contact_stopped' and notifications.next_attempt_at is not null;
  insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
  select fresh.id, leads.id, leads.territory_id, leads.trace_id, 'contact_allowed', leads.owner_id, 'This person may be contacted again.',
         free_leads.as_of, free_leads.as_of
    from unnest(free_leads.lead_ids, decision_ids) as fresh (lead_id, id)
    join app_public.leads on leads.id = fresh.lead_id
   where leads.owner_id is not null and leads.closed_at is null and not leads.is_history;

  -- The time that it was held is no time of the clock: all its instants move on by it.
  update app_public.clocks
     set started_at = clocks.started_at + rest.span, due_at = clocks.due_at + rest.span,
         next_at = app_private.threshold_at(clocks.started_at + rest.span, clocks.target_seconds, clocks.thresholds[clocks.fired + 1])
    from app_public.leads
   cross join lateral (select free_leads.as_of - leads.sla_paused_at as span) as rest
   where leads.id = any (free_leads.lead_ids) and clocks.lead_id = leads.id and clocks.stopped_at is null;
  update app_public.leads
     set held_at = null, sla_paused_at = null, routed_at = coalesce(leads.routed_at, free_leads.as_of),
         sla_started_at = leads.sla_started_at + rest.span, sla_warn_at = leads.sla_warn_at + rest.span,
         sla_due_at = leads.sla_due_at + rest.span, sla_overdue_at = leads.sla_overdue_at + rest.span
    from app_public.leads as held
   cross join lateral (
     select case when held.first_responded_at is null then coalesce(free_leads.as_of - held.sla_paused_at, interval '0') else interval '0' end as span) as rest
   where leads.id = any (free_leads.lead_ids) and held.id = leads.id;
  update app_public.exceptions set resolved_at = free_leads.as_of, outcome = 'freed'
   where exceptions.lead_id = any (free_leads.lead_ids) and exceptions.kind = 'gate_review' and exceptions.resolved_at is null;
end
$$ language plpgsql volatile;

grant execute on function app_private.free_leads(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/free_leads.sql
--! Included functions/app_private/apply_gates.sql
-- Before stage 10: holds the leads that decide_gates does not let pass, frees those that it held and now lets pass, and
-- answers the arrivals that may be routed. Costs three look-ups while nobody is suppressed, nothing is demanded and
-- nobody is held.
create or replace function app_private.apply_gates(batch uuid[], revision int, as_of timestamptz) returns uuid[] as $$
declare
  gates app_private.gate[];
  held uuid[];   -- leads that do not pass
  freed uuid[];  -- leads that pass again
begin
  if not exists (select from app_private.suppressions)
     and not exists (select from app_public.contracts where contracts.required_purposes <> '[]')
     and not exists (select from app_public.leads where leads.held_at is not null) then
    return apply_gates.batch;
  end if;
  -- Whoever says something about a person at the same time waits here, so the last one decides with everything known.
  perform from app_public.leads
    where leads.id in (select captures.lead_id from app_public.captures where captures.id = any (apply_gates.batch))
    order by leads.id for no key update;
  gates := array(select verdict from app_private.decide_gates(apply_gates.batch, apply_gates.as_of) as verdict);
  held := array(select gate.lead_id from unnest(gates) as gate where gate.gate <> 'automate');
  freed := array(select gate.lead_id from unnest(gates) as gate where gate.gate = 'automate' and gate.was_held);
  if freed <> '{}' then
    perform app_private.free_leads(freed, apply_gates.revision, apply_gates.as_of);
  end if;
  if held = '{}' then
    return apply_gates.batch;
  end if;
  perform app_private.hold_leads(gates, apply_gates.batch, apply_gates.revision, apply_gates.as_of);
  return array(
    select captures.id from app_public.captures
     where captures.id = any (apply_gates.batch) and captures.lead_id <> all (held) order by captures.id);
end
$$ language plpgsql volatile
  set enable_seqscan = off  -- as process_captures: plans are kept, and the tables were empty when they were made
  set enable_hashjoin = off
  set enable_mergejoin = off;

grant execute on function app_private.apply_gates(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/apply_gates.sql
--! Included functions/app_private/decide_members.sql
-- Who of a team may be dealt leads at an instant: in the order of who waited longest, with the room that each has for
-- `size` more, and why not. Hours are the member's own, else the team's, else all, in the member's time zone.
-- Leads of the past count no capacity and come at any hour; those of companies that one looks after (decide_accounts),
-- which no turn brought, count none either. Pure; joined, the planner takes its body in.
--   full_reason: why there is no room, once it is used up.
create or replace function app_private.decide_members(team_id int, is_history boolean, size bigint, as_of timestamptz)
returns table (
  actor_id int, slug text, weight int, credit bigint, capacity int, day date, waited bigint, unfit text, room bigint, full_reason text
) as $$
  select team_members.actor_id, actors.slug, team_members.weight,
         case when decide_members.is_history then team_members.past_credit else team_members.credit end,
         team_members.capacity, here.at::date,
         row_number() over (order by case when decide_members.is_history then team_members.past_turn else team_members.last_turn end,
                                     team_members.position, team_members.actor_id),
         case
           when not actors.is_active then 'is switched off'
           when absent.until is not null then format('is absent until %s', to_char(absent.until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
           when not (decide_members.is_history or coalesce(hours.own, hours.of_team, true))
             then format('is off work: it is %s in %s', to_char(here.at, 'FMDay HH24:MI'), here.time_zone)
         end,
         case when decide_members.is_history then decide_members.size
              else greatest(0, coalesce(least(team_members.capacity - open.leads, team_members.daily_capacity - today.leads), decide_members.size)) end,
         case when team_members.capacity is null or team_members.daily_capacity - today.leads < team_members.capacity - open.leads
              then format('is at capacity: %1$s of %1$s leads a day', team_members.daily_capacity)
              else format('is at capacity: %1$s of %1$s open leads', team_members.capacity) end
    from app_public.team_members
    join app_public.actors on actors.id = team_members.actor_id
    join app_public.territories on territories.id = team_members.territory_id
   cross join lateral (
     select zones.time_zone, decide_members.as_of at time zone zones.time_zone as at
       from (select coalesce(actors.time_zone, territories.time_zone) as time_zone) as zones
   ) as here
   cross join lateral (
     select max(absences.ends_at) as until from app_public.absences
      where absences.actor_id = team_members.actor_id
        and absences.starts_at <= decide_members.as_of and absences.ends_at > decide_members.as_of
   ) as absent
   cross join lateral (  -- null: nothing is said, which is always
     select bool_or(blocks.is_now) filter (where blocks.actor_id is not null) as own,
            bool_or(blocks.is_now) filter (where blocks.team_id is not null) as of_team
       from (
         select working_hours.actor_id, working_hours.team_id,
                working_hours.day = extract(isodow from here.at) and here.at::time >= working_hours.starts and here.at::time < working_hours.ends as is_now
           from app_public.working_hours
          where working_hours.actor_id = team_members.actor_id or working_hours.team_id = team_members.team_id) as blocks
   ) as hours
   cross join lateral (
     select case when team_members.dealt_on = here.at::date then team_members.dealt else 0 end as leads
   ) as today
   cross join lateral (  -- counts no further than the capacity
     select count(*) as leads from (
       select from app_public.leads
        where leads.owner_id = team_members.actor_id and leads.closed_at is null and not leads.is_history
          and team_members.capacity is not null
          and not exists (select from app_public.accounts where accounts.owner_id = leads.owner_id and accounts.domain = leads.company_domain)
        limit team_members.capacity) as counted
   ) as open
   where team_members.team_id = decide_members.team_id
$$ language sql stable rows 10;

grant execute on function app_private.decide_members(int, boolean, bigint, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_members.sql
--! Included functions/app_private/decide_deal.sql
-- The deal of a pool: who gets each of the next so many leads. Pure. With each lead, everybody who has room is
-- credited with their share of it, weight over the weights of all who have room; who has most credit gets it and
-- pays for it. So a credit is what is fair less what was dealt, and it stands still while somebody is away: who
-- comes back finds no debt waiting. Equal credits: whoever waited longest. Members come in that order.
-- It goes on where it ended: five hundred leads at once are dealt like five hundred one by one. One lead is 720,720,000,000: divisible by every sum of weights
-- to 16, so that shares add up; of others the rounding is paid back by whoever gets the lead.
--   places: the member who gets the n-th lead, as far as there is room. last_ns and counts: a member's last lead, and how many.
create or replace function app_private.decide_deal(weights int[], credits bigint[], rooms bigint[], leads int)
returns app_private.deal as $$
declare
  one_lead constant bigint := 720720000000;
  members constant int := cardinality(weights);
  answer app_private.deal := row('{}', credits, array_fill(0, array[members]), array_fill(0, array[members]));
  places int[] := '{}';
  last_ns int[] := array_fill(0, array[members]);
  counts int[] := array_fill(0, array[members]);
  shares bigint[];
  price bigint;  -- the sum of the shares
  best int;
begin
  for n in 1 .. leads loop
    if shares is null then  -- somebody's room is used up: the others share
      select array_agg(case when room > 0 then one_lead * weight / whole else 0 end order by at), sum(case when room > 0 then one_lead * weight / whole end)
        into shares, price
        from (select at, weight, room, sum(weight) filter (where room > 0) over () as whole
                from unnest(weights, rooms) with ordinality as seats (weight, room, at)) as seats;
      exit when price is null;
    end if;
    best := null;
    for i in 1 .. members loop
      continue when rooms[i] <= 0;
      credits[i] := credits[i] + shares[i];
      if best is null or credits[i] > credits[best]
         or (credits[i] = credits[best] and last_ns[i] < last_ns[best]) then
        best := i;
      end if;
    end loop;
    credits[best] := credits[best] - price;
    last_ns[best] := n;
    counts[best] := counts[best] + 1;
    rooms[best] := rooms[best] - 1;
    places[n] := best;
    if rooms[best] = 0 then
      shares := null;
    end if;
  end loop;
  answer.places := places;
  answer.credits := credits;
  answer.last_ns := last_ns;
  answer.counts := counts;
  return answer;
end
$$ language plpgsql immutable parallel safe;

grant execute on function app_private.decide_deal(int[], bigint[], bigint[], int) to catchment_worker;
--! EndIncluded functions/app_private/decide_deal.sql
--! Included functions/app_private/fitness_of.sql
-- Why a person who was named for a lead of this territory does not get it, null where they do. Whom no turn chose is
-- asked at any hour, and their capacity does not count. Where it is joined the planner takes its body in.
create or replace function app_private.fitness_of(actor_id int, territory_id int, as_of timestamptz) returns table (unfit text) as $$
  select case
           when not actors.is_active then 'is switched off'
           when not exists (
             select from app_private.territory_grants
               join app_private.permissions on permissions.role = territory_grants.role and permissions.action = 'work_lead'
              where territory_grants.actor_id = fitness_of.actor_id and territory_grants.territory_id = fitness_of.territory_id)
             then 'may not work leads there'
           when absent.until is not null then format('is absent until %s', to_char(absent.until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
         end
    from app_public.actors
   cross join lateral (
     select max(absences.ends_at) as until from app_public.absences
      where absences.actor_id = fitness_of.actor_id
        and absences.starts_at <= fitness_of.as_of and absences.ends_at > fitness_of.as_of
   ) as absent
   where actors.id = fitness_of.actor_id
$$ language sql stable rows 1;

grant execute on function app_private.fitness_of(int, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/fitness_of.sql
--! Included functions/app_private/decide_accounts.sql
-- Who looks after the companies of these leads, as far as they have no owner: of the account in the lead's territory or in
-- its nearest ancestor. unfit: why that person does not get the lead after all; then it is dealt like any other. Pure.
-- No row for a lead without a company, or of a company that nobody looks after.
create or replace function app_private.decide_accounts(batch uuid[], as_of timestamptz)
returns table (lead_id uuid, account_id uuid, domain text, owner_id int, slug text, unfit text) as $$
  select asked.id, account.id, account.domain, account.owner_id, actors.slug, fitness.unfit
    from (select distinct unowned.id, unowned.company_domain, unowned.territory_id
            from app_public.captures
           cross join lateral (  -- with a limit: a join might begin with all leads that have no owner
             select leads.* from app_public.leads where leads.id = captures.lead_id limit 1) as unowned
           where captures.id = any (decide_accounts.batch) and unowned.owner_id is null and unowned.company_domain is not null) as asked
    join app_public.territories on territories.id = asked.territory_id
   cross join lateral (
     select accounts.id, accounts.domain, accounts.owner_id
       from app_public.accounts
      where accounts.domain = asked.company_domain and accounts.territory_id = any (territories.path)
        and accounts.status = 'active' and accounts.owner_id is not null
      order by array_position(territories.path, accounts.territory_id) desc
      limit 1
   ) as account
    join app_public.actors on actors.id = account.owner_id
   cross join lateral app_private.fitness_of(account.owner_id, asked.territory_id, decide_accounts.as_of) as fitness
$$ language sql stable rows 1;

grant execute on function app_private.decide_accounts(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_accounts.sql
--! Included functions/app_private/candidate_targets.sql
-- The routing rules of a revision that the leads of these arrivals meet, as far as they have no owner: the nearest
-- territory's rules first (rank), of these the most specific, then the first in the list. Pure. is_met: what the rule's
-- condition says; null where it could not be evaluated. Rules are not asked where the contract of the path names a team of
-- its own, and nothing is read where there is no rule. actor_id: whom it names, or the manager of `of_slug`, who had it last.
-- A lead is not compared with rule after rule: for each set of columns that rules of its territories use (shape) it asks an
-- index for the rules that want just its values.
create or replace function app_private.candidate_targets(batch uuid[], revision int)
returns table (lead_id uuid, territory_id int, rule_id int, "position" int, team_id int, actor_id int, of_slug text, is_met boolean, rank bigint) as $$
  with asking as materialized (
    select distinct on (unowned.id) unowned.id, unowned.territory_id, territories.path, capture_paths.source, unowned.country,
           unowned.segment, unowned.language, coalesce(unowned.score, 0) as score, captures.attributes
      from app_public.captures
     cross join lateral (  -- with a limit: a join might begin with all leads that have no owner
       select leads.* from app_public.leads where leads.id = captures.lead_id limit 1) as unowned
      join app_public.capture_paths on capture_paths.id = captures.path_id
      join app_public.territories on territories.id = unowned.territory_id
      left join app_public.contracts on contracts.id = captures.contract_id
     where exists (select from app_public.routing_rules as rules where rules.revision = candidate_targets.revision)
       and captures.id = any (candidate_targets.batch) and unowned.owner_id is null
       and (contracts.team_id is null or app_private.contract_team(unowned.territory_id, contracts.id) is null)
     order by unowned.id, captures.id
  ),
  shapes as materialized (
    select places.id as territory_id, forms.shape
      from (select distinct unnest(asking.path) as id from asking) as places
     cross join generate_series(0, 15) as forms (shape)
     cross join lateral (
       select from app_public.routing_rules as rules
        where rules.revision = candidate_targets.revision and rules.territory_id = places.id and rules.shape = forms.shape
        limit 1) as one_of_them  -- with a limit: else all rules of the revision would be read
  )
  select asking.id, asking.territory_id, rules.rule_id, rules.position, rules.team_id, coalesce(rules.actor_id, last.manager_id), last.slug,
         rules.condition is null or jsonb_path_match_tz(asking.attributes, rules.condition, '{}', silent => true),
         row_number() over (partition by asking.id order by array_position(asking.path, shapes.territory_id) desc, rules.specificity desc, rules.position)
    from asking
    join shapes on shapes.territory_id = any (asking.path)
   cross join lateral (
     select case when shapes.shape & 1 > 0 then asking.source end as source, case when shapes.shape & 2 > 0 then asking.country end as country,
            case when shapes.shape & 4 > 0 then asking.segment end as segment, case when shapes.shape & 8 > 0 then asking.language end as language
   ) as wanted
   cross join lateral (
     select same_key.id as rule_id, same_key.position, same_key.condition, same_key.specificity, same_key.actor_id, same_key.team_id,
            same_key.is_for_manager
       from app_public.routing_rules as same_key
      where same_key.match_key = hash_record_extended(
              row(candidate_targets.revision, shapes.territory_id, wanted.source, wanted.country, wanted.segment, wanted.language), 0)
        and (same_key.revision, same_key.territory_id, same_key.source, same_key.country, same_key.segment, same_key.language)
            is not distinct from (candidate_targets.revision, shapes.territory_id, wanted.source, wanted.country, wanted.segment, wanted.language)
        and asking.score between coalesce(same_key.score_min, 0) and coalesce(same_key.score_max, 100)
     offset 0  -- so that the planner cannot begin with the rules
   ) as rules
    left join lateral (
      select owners.manager_id, owners.slug
        from app_public.assignments join app_public.actors as owners on owners.id = assignments.owner_id
       where rules.is_for_manager and assignments.lead_id = asking.id
       order by assignments.assigned_at desc, assignments.id desc
       limit 1
    ) as last on true
   where num_nonnulls(wanted.source, wanted.country, wanted.segment, wanted.language) = bit_count(shapes.shape::bit(4))  -- it says all of these
     and (rules.is_for_manager is null or last.manager_id is not null)
     and (rules.team_id is null or exists (
           select from app_public.teams where teams.id = rules.team_id and teams.is_active and teams.territory_id = any (asking.path)))
$$ language sql stable rows 1;

grant execute on function app_private.candidate_targets(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/candidate_targets.sql
--! Included functions/app_private/decide_targets.sql
-- Which routing rule wins for the leads of these arrivals that have no owner (candidate_targets), and whom it names, or which
-- team. Pure. No row for a lead that no rule meets. A condition that cannot be evaluated counts as no match: routed_by lists
-- its rule as unread, {"rule": id, "position": n, "unread": [ids of those before it]}, without a rule where none won.
create or replace function app_private.decide_targets(batch uuid[], revision int)
returns table (lead_id uuid, territory_id int, team_id int, actor_id int, "position" int, why text, routed_by jsonb) as $$
  with read as (
    select candidates.*, array_agg(candidates.rule_id) filter (where candidates.is_met is null)
             over (partition by candidates.lead_id order by candidates.rank) as unread
      from app_private.candidate_targets(decide_targets.batch, decide_targets.revision) as candidates
     where candidates.is_met is not false
  ),
  first as (
    select distinct on (read.lead_id) read.*
      from read
     order by read.lead_id, read.is_met nulls last, case when read.is_met then read.rank else -read.rank end
  )
  select first.lead_id, first.territory_id, won.team_id, won.actor_id, won.position,
         case when first.of_slug is not null then format('manages %s, who had it last', first.of_slug) else format('is named by routing rule %s', first.position) end,
         jsonb_strip_nulls(jsonb_build_object('rule', won.rule_id, 'position', won.position, 'unread', to_jsonb(first.unread)))
    from first
    left join lateral (select first.rule_id, first.team_id, first.actor_id, first.position) as won on first.is_met
$$ language sql stable rows 1;

grant execute on function app_private.decide_targets(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/decide_targets.sql
--! Included functions/app_private/decide_owners.sql
-- Who is named for the leads of these arrivals before anything is dealt: who looks after the company (decide_accounts), else
-- whom a routing rule names (decide_targets), a person or a team that deals it instead of the territory's. Pure.
-- owner_id: who gets it, null where it is dealt after all. named_ids, candidates: everybody who was named, with the reason
-- why, or why not. rule: the position of the routing rule that gave the team.
create or replace function app_private.decide_owners(batch uuid[], revision int, as_of timestamptz)
returns table (lead_id uuid, owner_id int, slug text, why text, team_id int, rule int, routed_by jsonb, named_ids int[], candidates jsonb) as $$
  with named as (
    select accounts.lead_id, 1 as preference, accounts.owner_id, accounts.slug, format('looks after %s', accounts.domain) as why, accounts.unfit,
           null::int as team_id, null::int as rule, null::jsonb as routed_by
      from app_private.decide_accounts(decide_owners.batch, decide_owners.as_of) as accounts
    union all
    select targets.lead_id, 2, targets.actor_id, actors.slug, targets.why, fitness.unfit,
           targets.team_id, case when targets.team_id is not null then targets.position end, targets.routed_by
      from app_private.decide_targets(decide_owners.batch, decide_owners.revision) as targets
      left join app_public.actors on actors.id = targets.actor_id
      left join lateral app_private.fitness_of(targets.actor_id, targets.territory_id, decide_owners.as_of) as fitness on true
  ),
  asked as (  -- nobody behind the first who takes it
    select named.*, named.owner_id is not null and named.unfit is null as takes,
           bool_or(named.owner_id is not null and named.unfit is null)
             over (partition by named.lead_id order by named.preference rows between unbounded preceding and 1 preceding) as is_taken
      from named
  )
  select asked.lead_id, max(asked.owner_id) filter (where asked.takes), max(asked.slug) filter (where asked.takes),
         max(asked.why) filter (where asked.takes), max(asked.team_id), max(asked.rule),
         (array_agg(asked.routed_by) filter (where asked.routed_by is not null))[1],
         array_remove(array_agg(asked.owner_id), null),
         jsonb_agg(jsonb_build_object('actor', asked.slug, 'chosen', asked.takes, 'reason', asked.why || coalesce(', but ' || asked.unfit, ''))
                   order by asked.preference) filter (where asked.owner_id is not null)
    from asked where asked.is_taken is not true
   group by asked.lead_id
$$ language sql stable rows 1;

grant execute on function app_private.decide_owners(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_owners.sql
--! Included functions/app_private/decide_routes.sql
-- Stage 10, the decision: who owns the leads of these arrivals. Pure. The first arrival of an open lead
-- without owner asks for one; every other arrival goes with its lead's owner.
-- The team is that of the path's contract, else of a routing rule (decide_targets), else of the territory or of its nearest
-- ancestor that takes leads (routing_team). Its leads are dealt by weight among those present with room (decide_deal), which equals
-- asking one by one: a batch of 500 and 500 batches of one find the same owners.
-- Leads of the past (is_history) are dealt silently, by themselves: no turn of the others is used and no capacity counted.
-- Who looks after the company, or whom a rule names (decide_owners), gets the lead outside of the deal.
-- They and every member of the team stand in `candidates` with the reason why, or why not.
create or replace function app_private.decide_routes(batch uuid[], revision int, as_of timestamptz) returns setof app_private.route as $$
  with arrivals as materialized (
    select captures.id, captures.lead_id, leads.territory_id, captures.contract_id, captures.trace_id, leads.is_history, leads.owner_id, leads.team_id,
           leads.owner_id is not null or (leads.closed_at is null and leads.merged_into_id is null) as is_open,  -- to a decision
           leads.owner_id is null and row_number() over (partition by captures.lead_id order by captures.id) = 1 as is_first
      from app_public.captures
      join app_public.leads on leads.id = captures.lead_id
     where captures.id = any (decide_routes.batch)  -- what else leads must be is asked below: no index may tempt the planner
  ),
  places as materialized (
    select located.territory_id, located.contract_id, app_private.routing_team(located.territory_id, located.contract_id) as team_id
      from (select distinct arrivals.territory_id, arrivals.contract_id from arrivals where arrivals.is_open) as located
  ),
  known as materialized (
    select * from app_private.decide_owners(decide_routes.batch, decide_routes.revision, decide_routes.as_of)
  ),
  queue as materialized (  -- n: the place in the deal of its team and lane, for those who ask
    select arrivals.*, asking.sales_team_id, asking.is_dealt, known.owner_id as named_owner_id, known.slug as named_slug, known.why,
           known.rule, known.routed_by, known.named_ids, known.candidates,
           count(*) filter (where asking.is_dealt)
             over (partition by asking.sales_team_id, arrivals.is_history order by arrivals.id) as n
      from arrivals
      left join known on known.lead_id = arrivals.lead_id and arrivals.is_first
      join places on places.territory_id = arrivals.territory_id and places.contract_id is not distinct from arrivals.contract_id
     cross join lateral (
       select coalesce(known.team_id, places.team_id) as sales_team_id, arrivals.is_first and known.owner_id is null as is_dealt) as asking
     where arrivals.is_open
  ),
  deals as (
    select queue.sales_team_id as team_id, queue.is_history, count(*) as size
      from queue where queue.is_dealt and queue.sales_team_id is not null group by 1, 2
  ),
  members as materialized (
    select deals.team_id, deals.is_history, deals.size, member.*
      from deals
     cross join lateral app_private.decide_members(deals.team_id, deals.is_history, deals.size, decide_routes.as_of) as member
  ),
  seats as (
    select members.team_id, members.is_history, members.size, array_agg(members.actor_id order by members.waited) as actor_ids,
           array_agg(members.weight order by members.waited) as weights, array_agg(members.credit order by members.waited) as credits,
           array_agg(members.room order by members.waited) as rooms, array_agg(members.day order by members.waited) as days
      from members where members.unfit is null and members.room > 0 group by 1, 2, 3
  ),
  dealt as materialized (  -- the n-th lead goes to the n-th place
    select seats.team_id, seats.is_history, seats.size, seats.actor_ids, seats.days, deal.*
      from seats cross join lateral app_private.decide_deal(seats.weights, seats.credits, seats.rooms, seats.size::int) as deal
  ),
  hands as materialized (  -- where the deal leaves each of them; behind the last lead of one with less room than leads, they are full
    select dealt.team_id, dealt.is_history, hand.*
      from dealt cross join lateral unnest(dealt.actor_ids, dealt.credits, dealt.last_ns, dealt.counts, dealt.days)
        as hand (actor_id, credit, last_n, leads, day)
  ),
  routed as materialized (
    select queue.*, teams.slug as team_slug,
           case when queue.is_history then teams.past_turn else teams.last_turn end as last_turn,
           case when queue.is_dealt then dealt.actor_ids[dealt.places[queue.n]] when queue.is_first then queue.named_owner_id end as new_owner_id,
           queue.is_dealt and queue.n = dealt.size as is_last
      from queue
      left join dealt on dealt.team_id = queue.sales_team_id and dealt.is_history = queue.is_history
      left join app_public.teams on teams.id = queue.sales_team_id
  ),
  whole as (
    select routed.*, members.slug as new_owner_slug,
           coalesce(routed.owner_id, max(routed.new_owner_id) over (partition by routed.lead_id)) as final_owner_id
      from routed
      left join members on members.team_id = routed.sales_team_id and members.is_history = routed.is_history
                       and members.actor_id = routed.new_owner_id
  )
  select whole.id, whole.lead_id, whole.territory_id, whole.trace_id, whole.is_history, whole.is_first,
         case when whole.final_owner_id is null then 'queue' when whole.is_first then 'assign' else 'keep_owner' end,
         whole.final_owner_id,
         case when whole.is_first then coalesce(whole.sales_team_id, whole.team_id) else coalesce(whole.team_id, whole.sales_team_id) end,
         case when whole.is_dealt and whole.final_owner_id is not null then whole.last_turn + whole.n end,
         case
           when whole.final_owner_id is null and whole.sales_team_id is null then 'Queued: no team takes leads here or above.'
           when whole.final_owner_id is null then format('Queued: nobody of team %s is available.', whole.team_slug)
           when whole.is_first and not whole.is_dealt then format('Assigned to %s, who %s.', whole.named_slug, whole.why)
           when whole.is_first then format('Assigned to %s: next in turn of team %s%s.', whole.new_owner_slug, whole.team_slug, ', by routing rule ' || whole.rule)
           else 'A touch of a known lead: it keeps its owner.'
         end,
         coalesce(whole.candidates, '[]') || coalesce(reasons.candidates, '[]'),
         case when whole.is_last then array(
           select row(hands.actor_id, hands.credit, whole.last_turn + nullif(hands.last_n, 0), hands.leads, hands.day)::app_private.hand
             from hands where hands.team_id = whole.sales_team_id and hands.is_history = whole.is_history) end,
         whole.routed_by
    from whole
    left join lateral (
      select jsonb_agg(jsonb_build_object('actor', members.slug, 'chosen', members.actor_id is not distinct from whole.new_owner_id,
               'reason', case
                 when members.actor_id = whole.new_owner_id then 'is next in turn'
                 when not whole.is_dealt and whole.is_first then format('waits: %s %s', whole.named_slug, whole.why)
                 when members.unfit is not null then members.unfit
                 when members.room = coalesce(hands.leads, 0) and coalesce(hands.last_n, 0) < whole.n then members.full_reason
                 else format('waits: %s is next in turn', whole.new_owner_slug)
               end) order by members.slug) as candidates
        from members
        left join hands on hands.team_id = members.team_id and hands.is_history = members.is_history
                       and hands.actor_id = members.actor_id
       where members.team_id = whole.sales_team_id and members.is_history = whole.is_history
         and members.actor_id <> all (coalesce(whole.named_ids, '{}'))
    ) as reasons on whole.is_first or whole.final_owner_id is null
   order by whole.id
$$ language sql stable;

grant execute on function app_private.decide_routes(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_routes.sql
--! Included functions/app_private/record_routes.sql
-- The rows of a routing: decisions, assignments, and word to the new owners. A trace that has its effective
-- decision keeps it.
create or replace function app_private.record_routes(routes app_private.route[], revision int, as_of timestamptz) returns void as $$
  with outcomes as materialized (
    select uuidv7() as decision_id, routes.*,
           row_number() over (partition by routes.lead_id, routes.trace_id order by routes.capture_id) as of_trace
      from unnest(record_routes.routes) as routes
  ),
  decided as (
    insert into app_public.decisions
      (id, lead_id, territory_id, trace_id, kind, action, revision, owner_id, team_id, reason, inputs, candidates, decided_at)
    select outcomes.decision_id, outcomes.lead_id, outcomes.territory_id, outcomes.trace_id, 'route', outcomes.action,
           record_routes.revision, outcomes.owner_id, outcomes.team_id, outcomes.reason,
           jsonb_strip_nulls(jsonb_build_object('captureId', outcomes.capture_id, 'isHistory', outcomes.is_history, 'turn', outcomes.turn,
             'locatedBy', captures.located_by, 'routedBy', outcomes.routed_by)),
           outcomes.candidates, record_routes.as_of
      from outcomes
      left join app_public.captures on captures.id = outcomes.capture_id
     where outcomes.of_trace = 1
    on conflict (lead_id, trace_id, kind) where superseded_by_id is null do nothing
    returning id, lead_id, territory_id, trace_id, action, owner_id, team_id, (inputs ->> 'isHistory')::boolean as is_history
  ),
  assigned as (
    insert into app_public.assignments (lead_id, territory_id, owner_id, team_id, decision_id, trace_id, assigned_at, accept_due_at)
    select decided.lead_id, decided.territory_id, decided.owner_id, decided.team_id, decided.id, decided.trace_id, record_routes.as_of,
           case when not decided.is_history then record_routes.as_of + make_interval(secs => teams.accept_seconds) end
      from decided left join app_public.teams on teams.id = decided.team_id
     where decided.action = 'assign'
  )
  insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
  select decided.id, decided.lead_id, decided.territory_id, decided.trace_id, 'lead_assigned', decided.owner_id,
         'A new lead is yours.', record_routes.as_of, record_routes.as_of
    from decided
   where decided.action = 'assign' and not decided.is_history
$$ language sql volatile;

grant execute on function app_private.record_routes(app_private.route[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/record_routes.sql
--! Included functions/app_private/leave_queue.sql
-- Leads that waited for an owner are about to get one: each decision `queue` of theirs, pointing at itself,
-- makes room for its successor.
create or replace function app_private.leave_queue(lead_ids uuid[]) returns void as $$
  update app_public.decisions set superseded_by_id = decisions.id
   where decisions.lead_id = any (leave_queue.lead_ids) and decisions.action = 'queue' and decisions.superseded_by_id is null
$$ language sql volatile;

-- They have one: the successor is the decision of the same trace, else the one that found the owner. Their
-- case is closed. Leads without such a decision or case are left alone.
create or replace function app_private.end_waiting(lead_ids uuid[], as_of timestamptz) returns void as $$
  update app_public.decisions
     set superseded_by_id = (
       select successor.id from app_public.decisions as successor
        where successor.lead_id = decisions.lead_id and successor.superseded_by_id is null
          and (successor.trace_id = decisions.trace_id or successor.action = 'assign')
        order by successor.trace_id = decisions.trace_id desc, successor.id desc limit 1)
   where decisions.lead_id = any (end_waiting.lead_ids) and decisions.superseded_by_id = decisions.id;

  update app_public.exceptions
     set resolved_at = end_waiting.as_of, outcome = 'routed'
   where exceptions.lead_id = any (end_waiting.lead_ids)
     and exceptions.kind = 'nobody_available' and exceptions.resolved_at is null
$$ language sql volatile;

grant execute on function app_private.leave_queue(uuid[]), app_private.end_waiting(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/leave_queue.sql
--! Included functions/app_private/move_turns.sql
-- Writes where a deal left its teams: credits, turns and leads of the day. Under the lock of the teams. Leads of
-- the past have a lane of their own.
create or replace function app_private.move_turns(routes app_private.route[]) returns void as $$
  with hands as materialized (
    select routes.team_id, routes.is_history, hands.*
      from unnest(move_turns.routes) as routes cross join lateral unnest(routes.hand) as hands
  ),
  members as (
    update app_public.team_members
       set credit = coalesce(moved.credit, team_members.credit),
           last_turn = coalesce(moved.turn, team_members.last_turn),
           past_credit = coalesce(moved.past_credit, team_members.past_credit),
           past_turn = coalesce(moved.past_turn, team_members.past_turn),
           dealt = case when moved.leads > 0 then moved.leads + case when team_members.dealt_on = moved.day then team_members.dealt else 0 end
                        else team_members.dealt end,
           dealt_on = case when moved.leads > 0 then moved.day else team_members.dealt_on end
      from (
        select hands.team_id, hands.actor_id, max(hands.day) as day, max(hands.leads) filter (where not hands.is_history) as leads,
               max(hands.credit) filter (where not hands.is_history) as credit, max(hands.turn) filter (where not hands.is_history) as turn,
               max(hands.credit) filter (where hands.is_history) as past_credit, max(hands.turn) filter (where hands.is_history) as past_turn
          from hands group by 1, 2) as moved
     where team_members.team_id = moved.team_id and team_members.actor_id = moved.actor_id
  )
  update app_public.teams
     set last_turn = coalesce(moved.turn, teams.last_turn), past_turn = coalesce(moved.past_turn, teams.past_turn)
    from (
      select hands.team_id, max(hands.turn) filter (where not hands.is_history) as turn, max(hands.turn) filter (where hands.is_history) as past_turn
        from hands group by 1) as moved
   where teams.id = moved.team_id
$$ language sql volatile;

grant execute on function app_private.move_turns(app_private.route[]) to catchment_worker;
--! EndIncluded functions/app_private/move_turns.sql
--! Included functions/app_private/apply_routes.sql
-- Stage 10, the deed: writes what decide_routes decided for these captures. Each trace gets its decision;
-- a new owner gets the lead, a turn less and word of it; a queued lead opens a case, which closes with its owner.
create or replace function app_private.apply_routes(batch uuid[], revision int, as_of timestamptz) returns void as $$
declare
  routes app_private.route[];
  waited uuid[];  -- leads that were in the queue and now have an owner
begin
  batch := app_private.apply_gates(batch, revision, as_of);
  -- One deal at a time per team: turns are read and moved under this lock (key share of foreign keys passes).
  perform from app_public.teams
    where teams.id in (
      select app_private.routing_team(places.territory_id, places.contract_id)
        from (select distinct captures.territory_id, captures.contract_id
                from app_public.captures where captures.id = any (apply_routes.batch)) as places
      union all
      select targets.team_id from app_private.decide_targets(apply_routes.batch, apply_routes.revision) as targets)
    order by teams.id for no key update;
  routes := array(select decided from app_private.decide_routes(apply_routes.batch, apply_routes.revision, apply_routes.as_of) as decided);

  with routed as (
    update app_public.leads
       set owner_id = routes.owner_id, team_id = routes.team_id,
           routed_at = apply_routes.as_of,
           owned_at = case when routes.owner_id is not null then apply_routes.as_of end
      from unnest(routes) as routes
     where leads.id = routes.lead_id and routes.is_first and (routes.owner_id is not null or leads.routed_at is null)
    returning leads.id, leads.owner_id is not null and old.routed_at is not null as has_waited
  )
  select coalesce(array_agg(routed.id), '{}') into waited from routed where routed.has_waited;

  if waited <> '{}' then
    perform app_private.leave_queue(waited);
  end if;
  perform app_private.record_routes(routes, apply_routes.revision, apply_routes.as_of);
  if waited <> '{}' then
    perform app_private.end_waiting(waited, apply_routes.as_of);
  end if;

  perform app_private.move_turns(routes);

  if exists (select from unnest(routes) as routes where routes.action = 'queue') then
    perform app_private.open_exceptions(array(
      select row('nobody_available', routes.territory_id, captures.path_id, routes.trace_id, null, routes.lead_id, routes.reason,
                 jsonb_build_object('candidates', routes.candidates))::app_private.exception_case
        from unnest(routes) as routes
        join app_public.captures on captures.id = routes.capture_id
       where routes.is_first and routes.action = 'queue' and not routes.is_history), apply_routes.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.apply_routes(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/apply_routes.sql
--! Included functions/app_private/route_queue.sql
-- Drains the queue: open leads without owner are routed again, oldest first and at most so many a territory, as
-- far as somebody is available now, and their case is closed. Answers how many leads found an owner.
create or replace function app_private.route_queue(as_of timestamptz, at_most int) returns int as $$
declare
  waiting uuid[] := array(
    select source_events.capture_id
      from (
        select distinct leads.territory_id from app_public.leads
         where leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null) as places
     cross join lateral (  -- so many of each territory: those that nobody can take must not stand before the others
       select leads.id from app_public.leads
        where leads.territory_id = places.territory_id
          and leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null
          and leads.routed_at is not null and leads.held_at is null
          and not app_private.is_refused(leads.id)  -- pass_on_refused
        order by leads.id limit route_queue.at_most
          for no key update skip locked) as unowned
      join app_public.source_events on source_events.lead_id = unowned.id);
  revision constant int := app_private.current_revision();
  owned uuid[];   -- captures whose lead found an owner
  found_owners int;
begin
  select array_agg(routes.capture_id), count(*) filter (where routes.is_first)
    into owned, found_owners
    from app_private.decide_routes(waiting, revision, route_queue.as_of) as routes where routes.owner_id is not null;
  if found_owners = 0 then
    return 0;
  end if;
  perform app_private.apply_routes(owned, revision, route_queue.as_of);
  return found_owners;
end
$$ language plpgsql volatile;

grant execute on function app_private.route_queue(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/route_queue.sql
--! Included functions/app_private/review_leads.sql
-- Asks the gate again about leads of which something was said, and routes whom it frees: consent was given or taken back, a
-- key was suppressed or lifted, leads were merged or parted. In the transaction of whoever says it.
create or replace function app_private.review_leads(lead_ids uuid[], as_of timestamptz) returns void as $$
  select app_private.apply_routes(arrivals.ids, app_private.current_revision(), review_leads.as_of)
    from (select app_private.arrivals_of(review_leads.lead_ids) as ids) as arrivals
   where arrivals.ids <> '{}'
$$ language sql volatile;

grant execute on function app_private.review_leads(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/review_leads.sql
--! Included functions/app_private/leads_of_keys.sql
-- Whom these keys of the suppression list concern. A domain is nobody's key: it is compared with every lead of the
-- boundary, which takes its time (about 2 s for a million leads), and only when domains are put on the list or off it.
create or replace function app_private.leads_of_keys(keys app_private.suppression_key[]) returns setof uuid as $$
  select distinct app_private.survivor_of(lead_identities.lead_id)
    from unnest(leads_of_keys.keys) as asked
    join app_private.lead_identities on lead_identities.boundary_id = asked.boundary_id and lead_identities.kind = asked.kind
                                    and lead_identities.value_hash = asked.value_hash
  union
  select leads.id
    from app_public.leads
    join app_public.territories on territories.id = leads.territory_id
   cross join lateral (values (leads.company_domain), (split_part(leads.email, '@', 2))) as said (domain)
    join unnest(leads_of_keys.keys) as asked on asked.boundary_id = territories.boundary_id
                                            and asked.value_hash = app_private.identity_hash(said.domain, leads.is_test)
   where asked.kind = 'domain' and leads.merged_into_id is null
     and exists (select from unnest(leads_of_keys.keys) as domains where domains.kind = 'domain')  -- asked once, before anything is read
$$ language sql stable;

grant execute on function app_private.leads_of_keys(app_private.suppression_key[]) to catchment_worker;
--! EndIncluded functions/app_private/leads_of_keys.sql
--! Included functions/app_private/suppress_keys.sql
-- Puts keys on the suppression list for a reason and stops whom they concern, in the same transaction. A key that is there
-- for this reason already stays for the longer of both times. Answers how many rows are new.
create or replace function app_private.suppress_keys(
  keys app_private.suppression_key[], reason text, ends_at timestamptz, actor_id int, capture_id uuid, as_of timestamptz
) returns int as $$
declare
  added int;
begin
  with written as (
    insert into app_private.suppressions (boundary_id, kind, value_hash, reason, suppressed_at, ends_at, actor_id, capture_id)
    select distinct asked.boundary_id, asked.kind, asked.value_hash, suppress_keys.reason, suppress_keys.as_of, suppress_keys.ends_at,
           suppress_keys.actor_id, suppress_keys.capture_id
      from unnest(suppress_keys.keys) as asked
     order by 1, 2, 3
    on conflict on constraint one_suppression_of_a_key_and_reason do update
       set ends_at = case when suppressions.ends_at < coalesce(excluded.ends_at, 'infinity') then excluded.ends_at else suppressions.ends_at end
    returning old.id is null as is_new
  )
  select count(*) filter (where written.is_new) into added from written;
  perform app_private.review_leads(array(select app_private.leads_of_keys(suppress_keys.keys)), suppress_keys.as_of);
  return added;
end
$$ language plpgsql volatile;

-- Takes keys off the list, for these reasons or for all (null), and lets go whom nothing else holds. Answers how many rows went.
create or replace function app_private.lift_suppressions(keys app_private.suppression_key[], reasons text[], as_of timestamptz) returns int as $$
declare
  lifted int;
begin
  delete from app_private.suppressions
   using unnest(lift_suppressions.keys) as asked
   where suppressions.boundary_id = asked.boundary_id and suppressions.kind = asked.kind and suppressions.value_hash = asked.value_hash
     and (lift_suppressions.reasons is null or suppressions.reason = any (lift_suppressions.reasons));
  get diagnostics lifted = row_count;
  perform app_private.review_leads(array(
    select leads.id from app_public.leads
     where leads.id in (select app_private.leads_of_keys(lift_suppressions.keys)) and leads.held_at is not null), lift_suppressions.as_of);
  return lifted;
end
$$ language plpgsql volatile;

-- Keys by which a lead is known, of all leads that were merged into it too, as the suppression list names them.
create or replace function app_private.keys_of_lead(lead_id uuid) returns app_private.suppression_key[] as $$
  select array(
    select row(lead_identities.boundary_id, lead_identities.kind, lead_identities.value_hash)::app_private.suppression_key
      from unnest(app_private.merged_branch(keys_of_lead.lead_id)) as branch (lead_id)
      join app_private.lead_identities on lead_identities.lead_id = branch.lead_id
     where lead_identities.kind in ('email', 'phone', 'external_id')
    union
    select row(territories.boundary_id, said.kind, app_private.identity_hash(said.value, leads.is_test))::app_private.suppression_key
      from app_public.leads
      join app_public.territories on territories.id = leads.territory_id
     cross join lateral (values ('email', leads.email), ('phone', leads.phone)) as said (kind, value)
     where leads.id = keys_of_lead.lead_id and said.value is not null)
$$ language sql stable;

grant execute on function app_private.suppress_keys(app_private.suppression_key[], text, timestamptz, int, uuid, timestamptz),
  app_private.lift_suppressions(app_private.suppression_key[], text[], timestamptz), app_private.keys_of_lead(uuid) to catchment_worker;
--! EndIncluded functions/app_private/suppress_keys.sql
--! Included functions/app_private/sweep_suppressions.sql
-- What no arrival asks for: takes suppressions off whose time is over, and stops whom one of the last ten minutes has missed
-- because the lead came into being in a transaction beside it. Answers how many leads it looked at.
create or replace function app_private.sweep_suppressions(as_of timestamptz, at_most int) returns int as $$
declare
  over app_private.suppression_key[];
  missed uuid[];
begin
  over := array(
    select row(ending.boundary_id, ending.kind, ending.value_hash)::app_private.suppression_key
      from (
        select suppressions.* from app_private.suppressions
         where suppressions.ends_at <= sweep_suppressions.as_of
         order by suppressions.ends_at limit sweep_suppressions.at_most
           for update skip locked) as ending);
  delete from app_private.suppressions
   using unnest(over) as ended
   where suppressions.boundary_id = ended.boundary_id and suppressions.kind = ended.kind and suppressions.value_hash = ended.value_hash
     and suppressions.ends_at <= sweep_suppressions.as_of;
  missed := array(
    select leads.id from app_public.leads
     where leads.held_at is null
       and leads.id in (
         select app_private.leads_of_keys(array(
           select row(suppressions.boundary_id, suppressions.kind, suppressions.value_hash)::app_private.suppression_key
             from app_private.suppressions
            where suppressions.suppressed_at > sweep_suppressions.as_of - interval '10 minutes' and suppressions.kind <> 'domain'
            limit sweep_suppressions.at_most)))
    union
    select leads.id from app_public.leads
     where leads.held_at is not null and leads.id in (select app_private.leads_of_keys(over)));
  if missed <> '{}' then
    perform app_private.review_leads(missed, sweep_suppressions.as_of);
  end if;
  return cardinality(missed);
end
$$ language plpgsql volatile;

grant execute on function app_private.sweep_suppressions(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/sweep_suppressions.sql
--! Included functions/app_private/start_clocks.sql
-- Stage 11: starts the first-response clock of each lead that these captures created, by the policy and the
-- deadlines that stand in its sla_ columns. A lead that has its clock already, running or answered, is left alone.
create or replace function app_private.start_clocks(batch uuid[]) returns void as $$
  with created as materialized (  -- nothing is asked of leads but their keys: no index may tempt the planner
    select leads.id, leads.territory_id, leads.trace_id, leads.sla_policy_id, leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.held_at, leads.first_responded_at
      from app_public.captures
      join app_public.leads on leads.id = captures.lead_id
     where captures.id = any (start_clocks.batch) and captures.outcome = 'lead_created'
  )
  insert into app_public.clocks (lead_id, territory_id, kind, policy_id, trace_id, target_seconds, thresholds, started_at, due_at, next_at)
  select created.id, created.territory_id, 'first_response', created.sla_policy_id, created.trace_id,
         sla_policies.target_seconds, sla_policies.thresholds, created.sla_started_at, created.sla_due_at, case when created.held_at is null then created.sla_warn_at end  -- it rests while the gate holds the lead
    from created
    join app_public.sla_policies on sla_policies.id = created.sla_policy_id
   where created.first_responded_at is null
   order by created.id
  on conflict (lead_id, kind) where stopped_at is null do nothing
$$ language sql volatile;

grant execute on function app_private.start_clocks(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/start_clocks.sql
--! Included functions/app_private/stop_clocks.sql
-- The first response: stops the running first-response clock of each lead at the instant of its first element and says
-- whether that was in time. A later response changes nothing; one that arrives late is applied at its own time.
create or replace function app_private.stop_clocks(lead_ids uuid[], responded_at timestamptz[]) returns void as $$
  with responses as materialized (
    select distinct on (response.lead_id) response.lead_id, response.at
      from unnest(stop_clocks.lead_ids, stop_clocks.responded_at) with ordinality as response (lead_id, at, n)
     order by response.lead_id, response.n
  ),
  stopped as (
    update app_public.clocks
       set stopped_at = greatest(responses.at, clocks.started_at), next_at = null, stop_reason = null
      from responses
     where clocks.lead_id = responses.lead_id and clocks.kind = 'first_response' and (clocks.stopped_at is null or clocks.stop_reason = 'merged')
    returning clocks.lead_id, clocks.due_at
  )
  update app_public.leads
     set first_responded_at = responses.at,
         sla_met_at = case when responses.at <= stopped.due_at then responses.at end
    from responses left join stopped on stopped.lead_id = responses.lead_id
   where leads.id = responses.lead_id and leads.first_responded_at is null
$$ language sql volatile;

grant execute on function app_private.stop_clocks(uuid[], timestamptz[]) to catchment_worker;
--! EndIncluded functions/app_private/stop_clocks.sql
--! Included functions/app_private/change_statuses.sql
-- What a lead's status can be; also the stage of the deal.
create or replace function app_private.lead_statuses() returns text[] as $$
  select array['new', 'attempting_to_contact', 'contacted', 'qualified', 'nurturing', 'closed_won', 'closed_lost']
$$ language sql immutable;

grant execute on function app_private.lead_statuses() to catchment_worker;

-- Moves leads to other statuses, in the order of the elements, each written down as an activity. A change that happened
-- before the lead's latest one is only written down: reports may come late, and the newest fact counts. A lead that was
-- lost and is won after all was closed when it was won.
create or replace function app_private.change_statuses(changes app_private.activity[], as_of timestamptz) returns void as $$
  with asked as materialized (
    select changes.id, changes.lead_id, changes.actor_id, changes.status, changes.occurred_at, changes.capture_id, changes.trace_id,
           changes.n, leads.territory_id, leads.status as status_before,
           changes.occurred_at >= coalesce(greatest(latest.at, max(changes.occurred_at) over (
             partition by changes.lead_id order by changes.n rows between unbounded preceding and 1 preceding)), '-infinity') as is_newest
      from unnest(change_statuses.changes) with ordinality
        as changes (id, lead_id, actor_id, kind, is_response, note, status, occurred_at, capture_id, trace_id, n)
      join app_public.leads on leads.id = changes.lead_id
      left join lateral (
        select max(activities.occurred_at) as at from app_public.activities
         where activities.lead_id = changes.lead_id and activities.kind = 'status_change'
      ) as latest on true
  ),
  written as (
    insert into app_public.activities
      (id, lead_id, territory_id, actor_id, kind, is_response, note, occurred_at, recorded_at, capture_id, trace_id)
    select asked.id, asked.lead_id, asked.territory_id, asked.actor_id, 'status_change', false,
           case when asked.is_newest
             then format('%s to %s', coalesce(lag(asked.status) over (partition by asked.lead_id, asked.is_newest order by asked.n), asked.status_before), asked.status)
             else format('%s, told late: a newer change stands', asked.status) end,
           asked.occurred_at, change_statuses.as_of, asked.capture_id, asked.trace_id
      from asked
  ),
  outcomes as (
    select newest.lead_id, newest.last_status as status, max(newest.occurred_at) as last_at,
           bool_and(newest.status = newest.last_status) as is_one_status,
           min(newest.occurred_at) filter (where newest.n > newest.last_other_n) as since
      from (
        select known.*, coalesce(max(known.n) filter (where known.status <> known.last_status) over (partition by known.lead_id), 0) as last_other_n
          from (
            select asked.*, first_value(asked.status) over (partition by asked.lead_id order by asked.n desc) as last_status
              from asked where asked.is_newest) as known) as newest
     group by newest.lead_id, newest.last_status
  )
  update app_public.leads
     set status = outcomes.status,
         last_activity_at = greatest(leads.last_activity_at, outcomes.last_at),
         closed_at = case when outcomes.status not like 'closed\_%' then null
                          when outcomes.is_one_status and leads.status = outcomes.status then leads.closed_at
                          else outcomes.since end
    from outcomes
   where leads.id = outcomes.lead_id
$$ language sql volatile;

grant execute on function app_private.change_statuses(app_private.activity[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/change_statuses.sql
--! Included functions/app_private/win_accounts.sql
-- Companies whose lead was won, from now on looked after by who won it: the account of the lead's territory is made, or
-- gets this owner. Where the company has an owner further up the tree it stays with that one. Leads that are not won, that
-- nobody owns, that are tests or that belong to no company are left alone; so is everything the second time.
create or replace function app_private.win_accounts(lead_ids uuid[], as_of timestamptz) returns void as $$
  insert into app_public.accounts (territory_id, domain, name, owner_id, status, created_at, updated_at)
  select distinct on (leads.company_domain, leads.territory_id)
         leads.territory_id, leads.company_domain, left(leads.company, 1000), leads.owner_id, 'active', win_accounts.as_of, win_accounts.as_of
    from app_public.leads
    join app_public.territories on territories.id = leads.territory_id
   where leads.id = any (win_accounts.lead_ids) and leads.status = 'closed_won' and leads.merged_into_id is null
     and leads.owner_id is not null and leads.company_domain is not null and not leads.is_test
     and not exists (
       select from app_public.accounts as above
        where above.domain = leads.company_domain and above.status <> 'former' and above.owner_id is not null
          and above.territory_id = any (territories.path) and above.territory_id <> leads.territory_id)
   order by leads.company_domain, leads.territory_id, leads.closed_at desc, leads.id
  on conflict (domain, territory_id) do update
     set owner_id = excluded.owner_id, name = coalesce(accounts.name, excluded.name), updated_at = excluded.updated_at,
         status = case accounts.status when 'former' then 'active' else accounts.status end
   where accounts.owner_id is distinct from excluded.owner_id or accounts.status = 'former'
$$ language sql volatile;

grant execute on function app_private.win_accounts(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/win_accounts.sql
--! Included functions/app_private/write_account.sql
-- Whether somebody may be given a company's leads in a territory: a person whose role works leads there.
create or replace function app_private.works_leads_in(actor_id int, territory_id int) returns boolean as $$
  select exists (
    select from app_public.actors
      join app_private.territory_grants on territory_grants.actor_id = actors.id and territory_grants.territory_id = works_leads_in.territory_id
      join app_private.permissions on permissions.role = territory_grants.role and permissions.action = 'work_lead'
     where actors.id = works_leads_in.actor_id and actors.is_active and actors.kind = 'person')
$$ language sql stable;

-- Makes an account or changes what is given of it; what is null stays as it was. Answers its id, null where nothing is said
-- that was not so already.
create or replace function app_private.write_account(
  territory_id int, domain text, name text, owner_id int, status text, as_of timestamptz
) returns uuid as $$
  insert into app_public.accounts as written (territory_id, domain, name, owner_id, status, created_at, updated_at)
  values (write_account.territory_id, write_account.domain, write_account.name, write_account.owner_id,
          coalesce(write_account.status, 'active'), write_account.as_of, write_account.as_of)
  on conflict (domain, territory_id) do update
     set name = coalesce(excluded.name, written.name), owner_id = coalesce(excluded.owner_id, written.owner_id),
         status = coalesce(write_account.status, written.status), updated_at = excluded.updated_at
   where (coalesce(excluded.name, written.name), coalesce(excluded.owner_id, written.owner_id), coalesce(write_account.status, written.status))
         is distinct from (written.name, written.owner_id, written.status)
  returning written.id
$$ language sql volatile;

grant execute on function app_private.works_leads_in(int, int),
  app_private.write_account(int, text, text, int, text, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/write_account.sql
--! Included functions/app_private/import_accounts.sql
-- Accounts of a file: [{"row": n, "territory": slug, "domain", "name", "owner": slug, "status"}, …]; a second time the same
-- file changes nothing. Answers the rows that were not taken, each with its reason; the others are written.
create or replace function app_private.import_accounts(accounts jsonb, as_of timestamptz)
returns table ("row" int, fault text) as $$
#variable_conflict use_column
declare
  given record;
begin
  for given in
    select said."row", said.domain, said.name, said.status, territories.id as territory_id, actors.id as owner_id,
           case
             when territories.id is null then format('there is no territory "%s"', said.territory)
             when said.domain is null then 'names no company domain'
             when said.owner is not null and actors.id is null then format('there is nobody called "%s"', said.owner)
             when said.owner is not null and not app_private.works_leads_in(actors.id, territories.id)
               then format('"%s" may not work leads in "%s"', said.owner, said.territory)
             when said.status <> all ('{active,on_hold,former}') then format('status "%s" is none of active, on_hold, former', said.status)
           end as fault
      from jsonb_to_recordset(import_accounts.accounts) as said ("row" int, territory text, domain text, name text, owner text, status text)
      left join app_public.territories on territories.slug = said.territory
      left join app_public.actors on actors.slug = said.owner and actors.is_active
     order by said."row"
  loop
    if given.fault is null then
      perform app_private.write_account(given.territory_id, given.domain, given.name, given.owner_id, given.status, import_accounts.as_of);
    else
      "row" := given."row";
      fault := given.fault;
      return next;
    end if;
  end loop;
end
$$ language plpgsql volatile;

grant execute on function app_private.import_accounts(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/import_accounts.sql
--! Included functions/app_private/decide_realignment.sql
-- Which leads of an identity boundary the rules of a revision would put elsewhere than they lie, and whether their owners
-- may go with them. Pure. Leads that no rule matches stay, as do those that their own contract's rule put where they are.
-- Closed leads count only where `with_closed` says so.
create or replace function app_private.decide_realignment(boundary_id int, revision int, with_closed boolean)
returns table (lead_id uuid, from_id int, to_id int, rule_id int, owner_id int, keeps_owner boolean) as $$
  select leads.id, leads.territory_id, matched.territory_id, matched.rule_id, leads.owner_id,
         leads.owner_id is not null and app_private.works_leads_in(leads.owner_id, matched.territory_id)
    from app_public.territories
    join app_public.leads on leads.territory_id = territories.id
    left join lateral (
      select captures.located_by from app_public.captures
       where captures.lead_id = leads.id and captures.outcome = 'lead_created'
       limit 1) as first on true
   cross join lateral app_private.match_territory(
      jsonb_strip_nulls(to_jsonb(leads)), leads.source, decide_realignment.boundary_id, decide_realignment.revision) as matched
   where territories.boundary_id = decide_realignment.boundary_id
     and leads.merged_into_id is null and (decide_realignment.with_closed or leads.closed_at is null)
     and matched.territory_id <> leads.territory_id
     and not coalesce(first.located_by ? 'contractRule', false)
   order by leads.id
$$ language sql stable;

grant execute on function app_private.decide_realignment(int, int, boolean) to catchment_worker;
--! EndIncluded functions/app_private/decide_realignment.sql
--! Included functions/app_private/schedule_realignment.sql
-- Writes down what decide_realignment says now, to be done at `effective_at`. Answers its id; null where nothing would move.
-- A boundary has one at a time.
create or replace function app_private.schedule_realignment(
  boundary_id int, revision int, with_closed boolean, effective_at timestamptz, as_of timestamptz
) returns int as $$
<<planned>>
declare
  id int;
begin
  if not exists (
    select from app_private.decide_realignment(schedule_realignment.boundary_id, schedule_realignment.revision, schedule_realignment.with_closed)) then
    return null;
  end if;
  insert into app_private.realignments (boundary_id, revision, effective_at, created_at)
  values (schedule_realignment.boundary_id, schedule_realignment.revision, schedule_realignment.effective_at, schedule_realignment.as_of)
  returning realignments.id into planned.id;
  insert into app_private.realignment_moves (realignment_id, lead_id, territory_id, from_territory_id, to_territory_id, rule_id)
  select planned.id, moves.lead_id, moves.from_id, moves.from_id, moves.to_id, moves.rule_id
    from app_private.decide_realignment(schedule_realignment.boundary_id, schedule_realignment.revision, schedule_realignment.with_closed) as moves;
  return planned.id;
end
$$ language plpgsql volatile;

grant execute on function app_private.schedule_realignment(int, int, boolean, timestamptz, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/schedule_realignment.sql
--! Included functions/app_private/apply_realignments.sql
-- Moves the leads of every realignment that is due, in one transaction: with each lead goes all that hangs on it (the keys of
-- its children cascade), so the old side loses sight in the same commit. Clocks run on as they were. Who may work leads in the
-- new territory keeps theirs; other leads go back to the queue there, by a decision that says so, and word to the former owner
-- that was not sent yet is withdrawn. Exempt leads stay, as do those that were merged or moved since. Answers how many moved.
create or replace function app_private.apply_realignments(as_of timestamptz) returns int as $$
declare
  due int[] := array(
    select realignments.id from app_private.realignments
     where realignments.effective_at <= apply_realignments.as_of and realignments.applied_at is null and realignments.cancelled_at is null
     order by realignments.id for update skip locked);
  moved uuid[];
  homeless app_public.leads;  -- its owner has no business where it lies now
begin
  if due = '{}' then
    return 0;
  end if;
  perform from app_public.leads
    where leads.id in (select moves.lead_id from app_private.realignment_moves as moves where moves.realignment_id = any (due) and not moves.is_exempt)
    order by leads.id for update;
  with going as (
    update app_private.realignment_moves as moves set moved_at = apply_realignments.as_of
      from app_public.leads
     where moves.realignment_id = any (due) and not moves.is_exempt and leads.id = moves.lead_id
       and leads.territory_id = moves.from_territory_id and leads.merged_into_id is null
    returning moves.lead_id
  )
  select coalesce(array_agg(going.lead_id order by going.lead_id), '{}') into moved from going;

  update app_public.leads set territory_id = moves.to_territory_id
    from app_private.realignment_moves as moves
   where moves.realignment_id = any (due) and moves.lead_id = leads.id and leads.id = any (moved);
  update app_public.exceptions set owner_team_id = app_private.operations_team(exceptions.territory_id)
    from app_public.teams, app_public.territories
   where exceptions.lead_id = any (moved) and exceptions.resolved_at is null
     and teams.id = exceptions.owner_team_id and territories.id = exceptions.territory_id and teams.territory_id <> all (territories.path);
  update app_public.leads set team_id = app_private.sales_team(leads.territory_id)
    from app_public.teams, app_public.territories
   where leads.id = any (moved) and leads.owner_id is not null
     and teams.id = leads.team_id and territories.id = leads.territory_id and teams.territory_id <> all (territories.path);

  for homeless in
    select leads.* from app_public.leads
     where leads.id = any (moved) and leads.owner_id is not null and leads.closed_at is null
       and not app_private.works_leads_in(leads.owner_id, leads.territory_id)
     order by leads.id
  loop
    perform app_private.change_owner(homeless, null, 'queue', 'Moved by a realignment: its owner does not work leads there.', apply_realignments.as_of);
  end loop;
  update app_public.notifications set withdrawn_at = apply_realignments.as_of, next_attempt_at = null
   where notifications.lead_id = any (moved) and notifications.sent_at is null and notifications.withdrawn_at is null
     and not exists (
       select from app_private.territory_grants
        where territory_grants.actor_id = notifications.recipient_id and territory_grants.territory_id = notifications.territory_id);
  update app_private.realignments set applied_at = apply_realignments.as_of where realignments.id = any (due);
  return cardinality(moved);
end
$$ language plpgsql volatile;

grant execute on function app_private.apply_realignments(timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/apply_realignments.sql
--! Included functions/app_private/log_activities.sql
-- Writes down what was done with leads, in the order of the elements, whoever tells it: a person (log_activity,
-- change_lead_status) or a system elsewhere (record_activities). The first response stops the clock, at the time it
-- happened; so does a status that says somebody has answered, which is from `contacted` on.
create or replace function app_private.log_activities(logged app_private.activity[], as_of timestamptz) returns void as $$
begin
  perform from app_public.leads
    where leads.id = any (array(select activity.lead_id from unnest(logged) as activity))
    order by leads.id for no key update;
  perform app_private.stop_clocks(
    array_agg(activity.lead_id order by activity.n), array_agg(activity.occurred_at order by activity.n))
    from unnest(logged) with ordinality as activity (id, lead_id, actor_id, kind, is_response, note, status, occurred_at, capture_id, trace_id, n)
   where activity.is_response or activity.status <> all ('{new,attempting_to_contact}');

  -- A mere change of status is written by change_statuses.
  with written as (
    insert into app_public.activities
      (id, lead_id, territory_id, actor_id, kind, is_response, note, occurred_at, recorded_at, capture_id, trace_id)
    select case when activity.status is null then activity.id else uuidv7() end, activity.lead_id, leads.territory_id, activity.actor_id,
           activity.kind, activity.is_response, nullif(activity.note, ''), activity.occurred_at, log_activities.as_of,
           activity.capture_id, activity.trace_id
      from unnest(logged) as activity
      join app_public.leads on leads.id = activity.lead_id
     where activity.kind <> 'status_change' or activity.status is null
    returning activities.lead_id, activities.occurred_at
  )
  update app_public.leads
     set last_activity_at = greatest(leads.last_activity_at, latest.at),
         handed_over_at = coalesce(leads.handed_over_at, log_activities.as_of)
    from (select written.lead_id, max(written.occurred_at) as at from written group by 1) as latest
   where leads.id = latest.lead_id;

  if exists (select from unnest(logged) as activity where activity.status is not null) then
    perform app_private.change_statuses(
      array(select activity from unnest(logged) as activity where activity.status is not null), log_activities.as_of);
  end if;
  if exists (select from unnest(logged) as activity where activity.status = 'closed_won') then
    perform app_private.win_accounts(
      array(select activity.lead_id from unnest(logged) as activity where activity.status = 'closed_won'), log_activities.as_of);
  end if;
end
$$ language plpgsql volatile
  set enable_seqscan = off  -- a handful of leads, reached by their keys, whatever the tables' size when a plan was made
  set enable_mergejoin = off
  set enable_hashjoin = off;

grant execute on function app_private.log_activities(app_private.activity[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/log_activities.sql
--! Included functions/app_private/change_owner.sql
-- Gives a lead to somebody else, or (owner_id null) back to the queue, by a person's decision or a rule's: the effective
-- decision of its first trace, those by which it waited, and the running assignment end and are kept, the new owner is told, an open case about
-- its missing owner is closed.
--   evidence: what the decision rests on, beside whose the lead was. told: what the new owner reads.
--   team_id, accept_seconds: of the pool that dealt it; a person who was named need not accept.
create or replace function app_private.change_owner(
  lead app_public.leads, owner_id int, action text, reason text, as_of timestamptz,
  evidence jsonb default '{}', candidates jsonb default '[]', team_id int default null, accept_seconds int default null,
  kind text default 'lead_assigned', told text default 'A lead is yours now.'
) returns uuid as $$
<<fresh>>
declare
  decision_id uuid := uuidv7();
  team_id int := coalesce(change_owner.team_id, lead.team_id);
begin
  update app_public.decisions set superseded_by_id = fresh.decision_id
   where decisions.lead_id = lead.id and (decisions.trace_id = lead.trace_id or decisions.action = 'queue')
     and decisions.kind = 'route' and decisions.superseded_by_id is null;
  insert into app_public.decisions (id, lead_id, territory_id, trace_id, kind, action, revision, owner_id, team_id, actor_id, reason, inputs, candidates, decided_at)
  values (fresh.decision_id, lead.id, lead.territory_id, lead.trace_id, 'route', change_owner.action, app_private.current_revision(),
          change_owner.owner_id, fresh.team_id, app_hidden.current_actor_id(), change_owner.reason,
          jsonb_build_object('former_owner_id', lead.owner_id) || change_owner.evidence, change_owner.candidates, change_owner.as_of);

  update app_public.assignments set ended_at = greatest(change_owner.as_of, assignments.assigned_at)
   where assignments.lead_id = lead.id and assignments.ended_at is null;
  update app_public.leads
     set owner_id = change_owner.owner_id, team_id = fresh.team_id,
         owned_at = case when change_owner.owner_id is not null then change_owner.as_of end,
         routed_at = case when change_owner.owner_id is null then change_owner.as_of else coalesce(leads.routed_at, change_owner.as_of) end
   where leads.id = lead.id;
  if lead.owner_id is not null then
    perform app_private.wake_queue();  -- whose it was has room for another
  end if;
  if change_owner.owner_id is null then
    return fresh.decision_id;
  end if;

  insert into app_public.assignments (lead_id, territory_id, owner_id, team_id, decision_id, trace_id, assigned_at, accept_due_at)
  values (lead.id, lead.territory_id, change_owner.owner_id, fresh.team_id, fresh.decision_id, lead.trace_id, change_owner.as_of,
          change_owner.as_of + make_interval(secs => change_owner.accept_seconds));
  insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
  values (fresh.decision_id, lead.id, lead.territory_id, lead.trace_id, change_owner.kind, change_owner.owner_id,
          change_owner.told, change_owner.as_of, change_owner.as_of);
  update app_public.exceptions set resolved_at = change_owner.as_of, outcome = 'routed'
   where exceptions.lead_id = lead.id and exceptions.kind = 'nobody_available' and exceptions.resolved_at is null;
  return fresh.decision_id;
end
$$ language plpgsql volatile;

grant execute on function app_private.change_owner(app_public.leads, int, text, text, timestamptz, jsonb, jsonb, int, int, text, text) to catchment_worker;
--! EndIncluded functions/app_private/change_owner.sql
--! Included functions/app_private/decide_next.sql
-- Who of a team is next for one lead, without those who had it: the same deal as of an arrival. Pure. The one row's
-- actor is null where nobody is available; `candidates` says of everybody why, or why not.
create or replace function app_private.decide_next(team_id int, without_ids int[], as_of timestamptz) returns app_private.next_owner as $$
  with members as materialized (
    select member.*, case when member.actor_id = any (decide_next.without_ids) then 'has had this lead' else member.unfit end as why_not
      from app_private.decide_members(decide_next.team_id, false, 1, decide_next.as_of) as member
  ),
  seats as (
    select array_agg(members.actor_id order by members.waited) as actor_ids, array_agg(members.weight order by members.waited) as weights,
           array_agg(members.credit order by members.waited) as credits, array_agg(members.room order by members.waited) as rooms,
           array_agg(members.day order by members.waited) as days
      from members where members.why_not is null and members.room > 0
  ),
  dealt as materialized (
    select seats.actor_ids, seats.days, deal.*
      from seats cross join lateral app_private.decide_deal(seats.weights, seats.credits, seats.rooms, 1) as deal
     where seats.actor_ids is not null
  )
  select next.actor_id, next.slug, teams.id, teams.slug, teams.accept_seconds, case when next.actor_id is not null then teams.last_turn + 1 end,
         coalesce((
           select jsonb_agg(jsonb_build_object('actor', members.slug, 'chosen', members.actor_id is not distinct from next.actor_id,
                    'reason', case when members.actor_id = next.actor_id then 'is next in turn'
                                   when members.why_not is not null then members.why_not
                                   when members.room <= 0 then members.full_reason
                                   else format('waits: %s is next in turn', next.slug) end) order by members.slug)
             from members), '[]'),
         (select array_agg(row(hand.actor_id, hand.credit, teams.last_turn + nullif(hand.last_n, 0), hand.leads, hand.day)::app_private.hand)
            from dealt cross join lateral unnest(dealt.actor_ids, dealt.credits, dealt.last_ns, dealt.counts, dealt.days)
              as hand (actor_id, credit, last_n, leads, day))
    from app_public.teams
    left join dealt on true
    left join members as next on next.actor_id = dealt.actor_ids[dealt.places[1]]
   where teams.id = decide_next.team_id and teams.is_active
$$ language sql stable;

grant execute on function app_private.decide_next(int, int[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_next.sql
--! Included functions/app_private/lock_teams.sql
-- Holds the deal of these teams until the transaction ends, in the one order that everybody locks teams in.
create or replace function app_private.lock_teams(team_ids int[]) returns void as $$
begin
  perform from app_public.teams where teams.id = any (lock_teams.team_ids) order by teams.id for no key update;
end
$$ language plpgsql volatile;

grant execute on function app_private.lock_teams(int[]) to catchment_worker;
--! EndIncluded functions/app_private/lock_teams.sql
--! Included functions/app_private/caretaker_of.sql
-- Who answers for the leads of a territory that no pool takes: a present manager of the nearest ancestor, else its
-- operations. Null only where nobody of either is there.
create or replace function app_private.caretaker_of(territory_id int, without_ids int[], as_of timestamptz) returns int as $$
  select actors.id
    from app_public.territories
    join app_public.memberships on memberships.territory_id = any (territories.path) and memberships.role in ('manager', 'operations')
    join app_public.actors on actors.id = memberships.actor_id and actors.is_active and actors.kind = 'person'
   where territories.id = caretaker_of.territory_id and actors.id <> all (caretaker_of.without_ids)
     and not exists (
       select from app_public.absences
        where absences.actor_id = actors.id
          and absences.starts_at <= caretaker_of.as_of and absences.ends_at > caretaker_of.as_of)
   order by memberships.role, array_position(territories.path, memberships.territory_id) desc, actors.id
   limit 1
$$ language sql stable;

grant execute on function app_private.caretaker_of(int, int[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/caretaker_of.sql
--! Included functions/app_private/escalation_path.sql
-- A team and those above it, each once, nearest first: whom a lead reaches that the first one does not take. Only where
-- their territory reaches the lead's: nobody shall own what they cannot see.
create or replace function app_private.escalation_path(team_id int, territory_id int) returns int[] as $$
  with recursive steps as (
    select escalation_path.team_id as id, array[escalation_path.team_id] as path
    union all
    select teams.escalates_to_id, steps.path || teams.escalates_to_id
      from steps join app_public.teams on teams.id = steps.id
     where teams.escalates_to_id is not null and teams.escalates_to_id <> all (steps.path)
  )
  select coalesce(array_agg(steps.id order by cardinality(steps.path)), '{}')
    from steps
    join app_public.teams on teams.id = steps.id
    join app_public.territories on territories.id = escalation_path.territory_id
   where teams.territory_id = any (territories.path)
$$ language sql stable;

grant execute on function app_private.escalation_path(int, int) to catchment_worker;
--! EndIncluded functions/app_private/escalation_path.sql
--! Included functions/app_private/pass_on.sql
-- Takes a lead to the next who can have it, by the rules of an arrival: the pools of `team_ids` in this order,
-- under their locks, then the caretaker of the territory, at last the queue (or, not may_wait,
-- still its owner) with a case. `without_ids` do not get it again.
-- Answers the new owner. The lead must be locked.
-- `{owner}` in what the new owner is told is their slug.
--   cause: what made it move, kept in the decision (declined, expired, escalated, waited, unassigned, absent, left); why: the same in words.
create or replace function app_private.pass_on(
  lead app_public.leads, team_ids int[], without_ids int[], cause text, why text, as_of timestamptz,
  kind text default 'lead_assigned', told text default 'A lead is yours now.', may_wait boolean default true
) returns int as $$
declare
  next app_private.next_owner;
  candidates jsonb := '[]';
  team int;
  owner int;
  slug text;
  evidence jsonb := jsonb_build_object('cause', pass_on.cause);
begin
  perform app_private.lock_teams(pass_on.team_ids);
  foreach team in array pass_on.team_ids loop
    next := app_private.decide_next(team, pass_on.without_ids, pass_on.as_of);
    candidates := candidates || coalesce(next.candidates, '[]');
    if next.actor_id is not null then
      perform app_private.change_owner(pass_on.lead, next.actor_id, case when lead.owner_id is null then 'assign' else 'reassign' end,
        format('%s Assigned to %s: next in turn of team %s.', pass_on.why, next.slug, next.team_slug), pass_on.as_of,
        evidence || jsonb_build_object('turn', next.turn), candidates, next.team_id, next.accept_seconds, pass_on.kind, replace(pass_on.told, '{owner}', next.slug));
      perform app_private.move_turns(array[
        row(null, lead.id, lead.territory_id, lead.trace_id, false, true, 'assign', next.actor_id, next.team_id, next.turn, null, null, next.hand, null)::app_private.route]);
      return next.actor_id;
    end if;
  end loop;

  owner := app_private.caretaker_of(lead.territory_id, pass_on.without_ids, pass_on.as_of);
  if owner is not null then
    slug := (select actors.slug from app_public.actors where actors.id = owner);
    perform app_private.change_owner(pass_on.lead, owner, case when lead.owner_id is null then 'assign' else 'reassign' end,
      format('%s Assigned to %s, who answers for the territory: no pool could take it.', pass_on.why, slug),
      pass_on.as_of, evidence, candidates, kind => pass_on.kind, told => replace(pass_on.told, '{owner}', slug));
  elsif lead.owner_id is not null then
    if pass_on.may_wait then
      perform app_private.change_owner(pass_on.lead, null, 'queue', pass_on.why || ' Queued: nobody else is available.', pass_on.as_of, evidence, candidates);
    end if;
    perform app_private.open_exceptions(array[
      row('nobody_available', lead.territory_id, null, lead.trace_id, null, lead.id, pass_on.why || ' Nobody else is available.',
          jsonb_build_object('candidates', candidates))::app_private.exception_case], pass_on.as_of);
  end if;
  return owner;
end
$$ language plpgsql volatile;

grant execute on function app_private.pass_on(app_public.leads, int[], int[], text, text, timestamptz, text, text, boolean) to catchment_worker;
--! EndIncluded functions/app_private/pass_on.sql
--! Included functions/app_private/refused_by.sql
-- Who had a lead and did not keep it, and so is not asked for it again: since somebody accepted it last.
create or replace function app_private.refused_by(lead_id uuid) returns int[] as $$
  select coalesce(array_agg(distinct assignments.owner_id), '{}')
    from app_public.assignments
   where assignments.lead_id = refused_by.lead_id and assignments.outcome in ('declined', 'expired', 'escalated')
     and assignments.assigned_at >= coalesce((
       select max(accepted.assigned_at) from app_public.assignments as accepted
        where accepted.lead_id = refused_by.lead_id and accepted.accepted_at is not null), '-infinity')
$$ language sql stable;

-- Whether somebody ever did: a cheap first look.
create or replace function app_private.is_refused(lead_id uuid) returns boolean as $$
  select exists (
    select from app_public.assignments
     where assignments.lead_id = is_refused.lead_id and assignments.outcome in ('declined', 'expired', 'escalated'))
$$ language sql stable;

grant execute on function app_private.refused_by(uuid), app_private.is_refused(uuid) to catchment_worker;
--! EndIncluded functions/app_private/refused_by.sql
--! Included functions/app_private/pass_on_expired.sql
-- Leads whose owner let the time to accept go by are passed on, at most so many, earliest first. Answers how many.
-- What somebody works on at this moment is skipped: they may be accepting it.
create or replace function app_private.pass_on_expired(as_of timestamptz, at_most int) returns int as $$
declare
  due app_public.leads[] := array(
    select leads from app_public.assignments
      join app_public.leads on leads.id = assignments.lead_id
     where assignments.accept_due_at <= pass_on_expired.as_of and assignments.accepted_at is null and assignments.ended_at is null
       and leads.owner_id = assignments.owner_id and leads.closed_at is null and leads.merged_into_id is null and leads.held_at is null
     order by assignments.accept_due_at
     limit pass_on_expired.at_most
       for no key update of leads, assignments skip locked);
  lead app_public.leads;
begin
  perform app_private.lock_teams(array(
    select unnest(app_private.escalation_path(expired.team_id, expired.territory_id)) from unnest(due) as expired));
  foreach lead in array due loop
    update app_public.assignments set outcome = 'expired'
     where assignments.lead_id = lead.id and assignments.ended_at is null;
    perform app_private.pass_on(lead, app_private.escalation_path(lead.team_id, lead.territory_id), app_private.refused_by(lead.id), 'expired',
      format('%s did not accept it in time.', (select actors.slug from app_public.actors where actors.id = lead.owner_id)), pass_on_expired.as_of);
  end loop;
  return cardinality(due);
end
$$ language plpgsql volatile;

grant execute on function app_private.pass_on_expired(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/pass_on_expired.sql
--! Included functions/app_private/pass_on_refused.sql
-- Leads that wait because whoever was asked refused them (refused_by), oldest first and at most so many a territory: to
-- somebody who is there by now and was not asked, else to the caretaker. route_queue leaves them alone: the deal of a pool
-- would ask the same people again. Answers how many found an owner.
create or replace function app_private.pass_on_refused(as_of timestamptz, at_most int) returns int as $$
declare
  waiting app_public.leads[] := array(
    select refused.lead
      from (
        select distinct leads.territory_id from app_public.leads
         where leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null) as places
     cross join lateral (
       select leads as lead from app_public.leads
        where leads.territory_id = places.territory_id and leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null
          and leads.held_at is null and app_private.is_refused(leads.id)
        order by leads.id limit pass_on_refused.at_most
          for no key update skip locked) as refused);
  lead app_public.leads;
  passed int := 0;
begin
  perform app_private.lock_teams(array(
    select unnest(app_private.escalation_path(coalesce(refused.team_id, app_private.sales_team(refused.territory_id)), refused.territory_id))
      from unnest(waiting) as refused));
  foreach lead in array waiting loop
    passed := passed + (app_private.pass_on(lead,
      app_private.escalation_path(coalesce(lead.team_id, app_private.sales_team(lead.territory_id)), lead.territory_id),
      app_private.refused_by(lead.id), 'waited', 'Others refused it.', pass_on_refused.as_of) is not null)::int;
  end loop;
  return passed;
end
$$ language plpgsql volatile;

grant execute on function app_private.pass_on_refused(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/pass_on_refused.sql
--! Included functions/app_private/escalate_leads.sql
-- The deed of 150 %: leads that nobody answered for so long go to the escalation target, the pools above their team in
-- turn, then whoever answers for the territory. Is nobody else there, the owner keeps it and a case opens: better late
-- than nobody's. The clock runs on. Not leads that are closed, merged or held by the gate. Answers how many moved.
create or replace function app_private.escalate_leads(lead_ids uuid[], threshold int, as_of timestamptz) returns int as $$
declare
  overdue app_public.leads[] := array(
    select leads from app_public.leads
     where leads.id = any (escalate_leads.lead_ids) and leads.closed_at is null and leads.merged_into_id is null and leads.held_at is null
     order by leads.id for no key update);
  lead app_public.leads;
  running_id uuid;  -- the assignment that ends with it
  moved int := 0;
begin
  perform app_private.lock_teams(array(select unnest(app_private.pools_above(late)) from unnest(overdue) as late));
  foreach lead in array overdue loop
    running_id := (select assignments.id from app_public.assignments where assignments.lead_id = lead.id and assignments.ended_at is null);
    if app_private.pass_on(lead, app_private.pools_above(lead), array_remove(app_private.refused_by(lead.id) || lead.owner_id, null), 'escalated',
         format('%s %% of the time to a first response have passed.', escalate_leads.threshold), escalate_leads.as_of, may_wait => false) is not null then
      update app_public.assignments set outcome = 'escalated' where assignments.id = running_id;
      moved := moved + 1;
    end if;
  end loop;
  return moved;
end
$$ language plpgsql volatile;

-- The pools that a lead's team escalates to, nearest first, without the team itself.
create or replace function app_private.pools_above(lead app_public.leads) returns int[] as $$
  select array_remove(app_private.escalation_path(asked.team_id, lead.territory_id), asked.team_id)
    from (select coalesce(lead.team_id, app_private.sales_team(lead.territory_id)) as team_id) as asked
$$ language sql stable;

grant execute on function app_private.escalate_leads(uuid[], int, timestamptz), app_private.pools_above(app_public.leads) to catchment_worker;
--! EndIncluded functions/app_private/escalate_leads.sql
--! Included functions/app_private/unassigned_policy.sql
-- How long a lead of a territory may be without owner, and whose pool then takes it: each as the territory or its nearest
-- ancestor says, else 15 minutes and no pool.
create or replace function app_private.unassigned_policy(territory_id int) returns table (seconds int, fallback_team_id int) as $$
  select coalesce((array_agg(above.unassigned_seconds order by array_position(territories.path, above.id) desc) filter (where above.unassigned_seconds is not null))[1], 900),
         (array_agg(above.fallback_team_id order by array_position(territories.path, above.id) desc) filter (where above.fallback_team_id is not null))[1]
    from app_public.territories
    join app_public.territories as above on above.id = any (territories.path)
   where territories.id = unassigned_policy.territory_id
$$ language sql stable rows 1;

grant execute on function app_private.unassigned_policy(int) to catchment_worker;
--! EndIncluded functions/app_private/unassigned_policy.sql
--! Included functions/app_private/assign_unassigned.sql
-- Leads that nobody has owned for too long (unassigned_policy), however old, at most so many a territory: to the fallback
-- pool, else to the manager, who read how long nobody had it. Answers how many found an owner. Not leads of the past,
-- tests, and those that are closed, merged or held by the gate.
create or replace function app_private.assign_unassigned(as_of timestamptz, at_most int) returns int as $$
declare
  due app_public.leads[] := array(
    select waiting.lead
      from (
        select distinct leads.territory_id from app_public.leads
         where leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null) as places
     cross join lateral app_private.unassigned_policy(places.territory_id) as policy
     cross join lateral (
       select leads as lead from app_public.leads
        where leads.territory_id = places.territory_id and leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null
          and leads.held_at is null and not leads.is_history and not leads.is_test
          and coalesce(leads.routed_at, leads.created_at) <= assign_unassigned.as_of - make_interval(secs => policy.seconds)
        order by leads.id limit assign_unassigned.at_most
          for no key update skip locked) as waiting);
  lead app_public.leads;
  policy record;
  minutes text;
  assigned int := 0;
begin
  perform app_private.lock_teams(array(
    select policies.fallback_team_id from (select distinct late.territory_id from unnest(due) as late) as places
     cross join lateral app_private.unassigned_policy(places.territory_id) as policies));
  foreach lead in array due loop
    select * into policy from app_private.unassigned_policy(lead.territory_id);
    minutes := round(policy.seconds / 60.0)::text;
    assigned := assigned + (app_private.pass_on(lead, array_remove(array[policy.fallback_team_id], null), app_private.refused_by(lead.id),
      'unassigned', format('Nobody owned it for %s minutes.', minutes), assign_unassigned.as_of, 'lead_unassigned',
      format('Warning: A new lead was unassigned for %s minutes. Lead %s, assigned to {owner}: /?lead=%2$s', minutes, lead.id)) is not null)::int;
  end loop;
  return assigned;
end
$$ language plpgsql volatile;

grant execute on function app_private.assign_unassigned(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/assign_unassigned.sql
--! Included functions/app_private/reassign_from.sql
-- Passes on what somebody has, at most so many leads, oldest first: to `to_id`, or to whom the rules find, never to them
-- again. Answers how many. Closed leads stay with whom they were closed by.
--   territory_ids: only leads there. is_untouched: only those that nobody has answered yet.
create or replace function app_private.reassign_from(
  owner_id int, to_id int, territory_ids int[], is_untouched boolean, cause text, why text, at_most int, as_of timestamptz
) returns int as $$
declare
  held app_public.leads[] := array(
    select leads from app_public.leads
     where leads.owner_id = reassign_from.owner_id and leads.closed_at is null and leads.merged_into_id is null
       and leads.territory_id = any (reassign_from.territory_ids)
       and not (reassign_from.is_untouched and leads.first_responded_at is not null)
     order by leads.id limit reassign_from.at_most for no key update);
  lead app_public.leads;
begin
  perform app_private.lock_teams(array(
    select unnest(app_private.escalation_path(coalesce(mine.team_id, app_private.sales_team(mine.territory_id)), mine.territory_id))
      from unnest(held) as mine where reassign_from.to_id is null));
  foreach lead in array held loop
    update app_public.assignments set outcome = 'handed_over' where assignments.lead_id = lead.id and assignments.ended_at is null;
    if reassign_from.to_id is not null then
      perform app_private.change_owner(lead, reassign_from.to_id, 'reassign', reassign_from.why, reassign_from.as_of,
        jsonb_build_object('cause', reassign_from.cause));
    else
      perform app_private.pass_on(lead, app_private.escalation_path(coalesce(lead.team_id, app_private.sales_team(lead.territory_id)), lead.territory_id),
        array[reassign_from.owner_id], reassign_from.cause, reassign_from.why, reassign_from.as_of);
    end if;
  end loop;
  return cardinality(held);
end
$$ language plpgsql volatile;

grant execute on function app_private.reassign_from(int, int, int[], boolean, text, text, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/reassign_from.sql
--! Included functions/app_private/own_places.sql
-- Where an actor may do this with what is anybody's.
create or replace function app_private.own_places(actor_id int, action text) returns int[] as $$
  select coalesce(array_agg(distinct territory_grants.territory_id), '{}')
    from app_private.territory_grants
    join app_private.permissions on permissions.role = territory_grants.role
   where territory_grants.actor_id = own_places.actor_id and permissions.action = own_places.action and permissions.scope = 'any'
$$ language sql stable;

grant execute on function app_private.own_places(int, text) to catchment_worker;

-- Where an actor may work leads at all, be it only their own.
create or replace function app_private.working_places(actor_id int) returns int[] as $$
  select coalesce(array_agg(distinct territory_grants.territory_id), '{}')
    from app_private.territory_grants
    join app_private.permissions on permissions.role = territory_grants.role
   where territory_grants.actor_id = working_places.actor_id and permissions.action = 'work_lead'
$$ language sql stable;

grant execute on function app_private.working_places(int) to catchment_worker;
--! EndIncluded functions/app_private/own_places.sql
--! Included functions/app_private/process_captures.sql
-- The way of a batch of arrivals whose contract was checked and whose fields were normalized (stages 3
-- and 4, in TypeScript). One transaction, one line a stage (design §4). A capture's row is written once, when
-- its lead is known; until then the batch travels as `located`.
--   accepted: [{"id": capture, "attributes": {…}}, …]   refused: [{"id": capture, "violations": […]}, …]
--   "isTest": true in an element says that its sender calls it a test.
create or replace function app_private.process_captures(accepted jsonb, refused jsonb, as_of timestamptz) returns void as $$
declare
  revision int := app_private.current_revision();
  located app_private.arrival[];
  batch uuid[];
  touched uuid[];
begin
  if refused <> '[]' then
    perform app_private.quarantine_captures(refused, as_of);             -- 3  check contract: what it refused
  end if;
  located := app_private.locate_captures(accepted, revision, as_of);     -- 5  locate
  batch := app_private.resolve_leads(located, revision, as_of);          -- 6  resolve identity
  perform app_private.record_source_events(batch);                       -- 7  record touch
  if jsonb_path_exists(accepted, '$[*].attributes.consents') then
    perform app_private.record_consents(batch);                          -- 7  and what it says about consent
  end if;
  touched := app_private.score_leads(batch, revision);                   -- 9  score
  if touched <> '{}' then
    perform app_private.note_touches(touched, batch, as_of);             -- 9  and what known leads show from now on
  end if;
  perform app_private.apply_routes(batch, revision, as_of);              -- 10 route
  perform app_private.start_clocks(batch);                               -- 11 start clock
end
$$ language plpgsql volatile
  -- Plans are kept per connection. One made while the tables were young would read them whole for hours, so
  -- tables are only ever reached by their keys, from the rows of the batch.
  set enable_seqscan = off
  set enable_mergejoin = off
  set enable_hashjoin = off
  set plan_cache_mode = force_generic_plan;

grant execute on function app_private.process_captures(jsonb, jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/process_captures.sql
--! Included functions/app_private/known_leads.sql
-- Whom pending captures speak of: leads that are known by one of their keys within the path's identity boundary,
-- the strongest key first (rank 1); of a merged lead its survivor, and origin_lead_id says whose key it was (else null).
-- Captures that speak of nobody known are not answered.
--   settled: [{"id": capture, "settle": {"identities": [{"kind": …, "value": …}, …], …}}, …]
create or replace function app_private.known_leads(settled jsonb) returns table (capture_id uuid, lead_id uuid, rank bigint, origin_lead_id uuid) as $$
  select captures.id, root.lead_id, min(identity.rank),
         (array_agg(nullif(known.lead_id, root.lead_id) order by identity.rank))[1]
    from jsonb_to_recordset(known_leads.settled) as settlement (id uuid, settle jsonb)
    join app_public.captures on captures.id = settlement.id
    join app_public.capture_paths on capture_paths.id = captures.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id
   cross join lateral jsonb_array_elements(settlement.settle -> 'identities') with ordinality as identity (key, rank)
   cross join lateral (  -- with a limit, since a join may read all identities of a boundary
     select lead_identities.lead_id from app_private.lead_identities
      where lead_identities.boundary_id = home.boundary_id
        and lead_identities.kind = identity.key ->> 'kind'
        and lead_identities.value_hash = app_private.identity_hash(identity.key ->> 'value', captures.is_test)
      limit 1) as known
   cross join lateral (
     select case when leads.merged_into_id is null then leads.id else app_private.survivor_of(leads.id) end as lead_id
       from app_public.leads where leads.id = known.lead_id limit 1) as root
   where captures.status = 'pending'
   group by captures.id, root.lead_id
$$ language sql stable;

grant execute on function app_private.known_leads(jsonb) to catchment_worker;
--! EndIncluded functions/app_private/known_leads.sql
--! Included functions/app_private/record_values.sql
-- What deals are worth, as settled captures told it along with a status: kept at the activity that each became; what its
-- lead shows then is for apply_survivors to say. Nothing, less than a cent and an amount without its currency say
-- nothing: whoever types 0 does not know.
--   settled: [{"id": capture, "settle": {"activity": {"valueAmount": …, "valueCurrency": …}}}, …]
create or replace function app_private.record_values(settled jsonb, as_of timestamptz) returns void as $$
declare
  lead_ids uuid[];
begin
  with told as (
    update app_public.activities
       set value_amount = report."valueAmount", value_currency = report."valueCurrency"
      from jsonb_to_recordset(record_values.settled) as settlement (id uuid, settle jsonb)
     cross join lateral jsonb_to_record(settlement.settle -> 'activity') as report ("valueAmount" numeric(18, 2), "valueCurrency" text)
     where activities.capture_id = settlement.id and report."valueAmount" > 0 and report."valueCurrency" is not null
       and activities.value_amount is null
    returning activities.lead_id
  )
  select array_agg(distinct told.lead_id) into lead_ids from told;
  if lead_ids is not null then
    perform app_private.apply_survivors(lead_ids, record_values.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.record_values(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/record_values.sql
--! Included functions/app_private/record_activities.sql
-- What happened to leads elsewhere: in a CRM, a mailbox, a calendar. Each report finds its lead by the same keys as an
-- arrival would, anywhere in the path's identity boundary, and goes where the lead lives, or the one that it was merged
-- into. Without a lead it is quarantined for the path's execution team. A time that has not come yet counts as now.
create or replace function app_private.record_activities(settled jsonb, as_of timestamptz) returns void as $$
declare
  known app_private.activity[] := array(  -- of the leads whose keys they name
    select row(uuidv7(), known.lead_id, null, report.kind, report."isResponse", left(report.note, 10000),
               case when report.status = any (app_private.lead_statuses()) then report.status end,
               least(coalesce(report."occurredAt", captures.received_at), record_activities.as_of),
               captures.id, captures.trace_id)::app_private.activity
      from jsonb_to_recordset(record_activities.settled) as settlement (id uuid, settle jsonb)
     cross join lateral jsonb_to_record(settlement.settle -> 'activity') as report (
        kind text, "isResponse" boolean, note text, status text, "occurredAt" timestamptz)
      join app_public.captures on captures.id = settlement.id
      join (select distinct on (known.capture_id) known.capture_id, coalesce(known.origin_lead_id, known.lead_id) as lead_id
              from app_private.known_leads(record_activities.settled) as known
             order by known.capture_id, known.rank) as known on known.capture_id = captures.id
     where settlement.settle ->> 'as' = 'activity'
     order by captures.id);
  roots uuid[];  -- the leads that stand for those
  logged app_private.activity[];
  lost jsonb;
begin
  if cardinality(known) > 0 then
    roots := app_private.lock_roots(array(select activity.lead_id from unnest(known) as activity));
    logged := array(
      select row(activity.id, roots[activity.n], activity.actor_id, activity.kind, activity.is_response, activity.note, activity.status,
                 activity.occurred_at, activity.capture_id, activity.trace_id)::app_private.activity
        from unnest(known) with ordinality
          as activity (id, lead_id, actor_id, kind, is_response, note, status, occurred_at, capture_id, trace_id, n)
       order by activity.n);
    logged := array(  -- since their keys were read somebody may have been forgotten: then nobody is known
      select activity from unnest(logged) as activity join app_public.leads on leads.id = activity.lead_id
       where leads.erased_at is null order by activity.capture_id);
    perform app_private.log_activities(logged, record_activities.as_of);
    update app_public.captures
       set kind = 'activity', status = 'processed', outcome = 'activity_logged', processed_at = record_activities.as_of,
           lead_id = leads.id, territory_id = leads.territory_id, origin_lead_id = nullif(named.lead_id, leads.id)
      from unnest(logged) as activity
      join app_public.leads on leads.id = activity.lead_id
      join unnest(known) as named on named.capture_id = activity.capture_id
     where captures.id = activity.capture_id;
    if record_activities.settled @? '$[*].settle.activity.valueAmount' then
      perform app_private.record_values(record_activities.settled, record_activities.as_of);
    end if;
  end if;

  with unknown as (
    update app_public.captures set kind = 'activity'
      from jsonb_to_recordset(record_activities.settled) as settlement (id uuid, settle jsonb)
     where captures.id = settlement.id and captures.status = 'pending' and settlement.settle ->> 'as' = 'activity'
    returning captures.id
  )
  select jsonb_agg(jsonb_build_object('id', unknown.id, 'kind', 'activity_without_lead', 'violations',
           jsonb_build_array(jsonb_build_object('kind', 'unknown', 'path', '', 'message', 'Nobody is known by these keys'))))
    into lost from unknown;
  if lost is not null then
    perform app_private.quarantine_captures(lost, record_activities.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.record_activities(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/record_activities.sql
--! Included functions/app_private/open_privacy_requests.sql
-- Vendors pass on that a person wants to be forgotten, or to know what is held of them. Each is a request with the
-- legal term of 30 days, one for every lead that the person is known as, and one case for operations. Whom nobody
-- knows gets the answer at once: nothing held. Where no key could be read, people must find out whom it is about.
create or replace function app_private.open_privacy_requests(settled jsonb, as_of timestamptz) returns void as $$
declare
  cases app_private.exception_case[];
begin
  insert into app_private.privacy_requests
    (territory_id, lead_id, origin_lead_id, capture_id, trace_id, kind, subject_hashes, requested_at, due_at, completed_at, outcome)
  select coalesce(leads.territory_id, captures.territory_id), leads.id, known.origin_lead_id, captures.id, captures.trace_id, settlement.settle ->> 'request',
         array(select app_private.identity_hash(identity ->> 'value', captures.is_test)
                 from jsonb_array_elements(settlement.settle -> 'identities') as identity),
         captures.received_at, captures.received_at + interval '30 days',
         case when is_unknown then open_privacy_requests.as_of end,
         case when is_unknown then 'nothing_held' end
    from jsonb_to_recordset(open_privacy_requests.settled) as settlement (id uuid, settle jsonb)
    join app_public.captures on captures.id = settlement.id
    left join app_private.known_leads(open_privacy_requests.settled) as known on known.capture_id = captures.id
    left join app_public.leads on leads.id = known.lead_id
   cross join lateral (
     select leads.id is null and settlement.settle -> 'identities' <> '[]' as is_unknown) as answer
   where settlement.settle ->> 'as' = 'privacy' and captures.status = 'pending';

  with requests as (  -- one row a capture
    select captures.id, captures.path_id, captures.territory_id as home_id, captures.trace_id, captures.is_test,
           min(requested.kind) as kind, bool_and(requested.completed_at is not null) as is_answered,
           array_agg(distinct requested.territory_id) as territory_ids, array_remove(array_agg(requested.lead_id), null) as lead_ids
      from jsonb_to_recordset(open_privacy_requests.settled) as settlement (id uuid, settle jsonb)
      join app_public.captures on captures.id = settlement.id
      join app_private.privacy_requests as requested on requested.capture_id = captures.id
     where settlement.settle ->> 'as' = 'privacy' and captures.status = 'pending'
     group by captures.id
  ),
  processed as (
    update app_public.captures
       set kind = 'privacy', status = 'processed', processed_at = open_privacy_requests.as_of,
           outcome = case when requests.is_answered then 'nothing_held' else requests.kind || '_started' end,
           lead_id = case when cardinality(requests.lead_ids) = 1 then requests.lead_ids[1] end,
           territory_id = case when cardinality(requests.lead_ids) = 1 then requests.territory_ids[1] else requests.home_id end
      from requests where captures.id = requests.id
  )
  select array_agg(row('privacy_request', app_private.common_ancestor(requests.territory_ids), requests.path_id, requests.trace_id, requests.id,
           case when cardinality(requests.lead_ids) = 1 then requests.lead_ids[1] end,
           case requests.kind when 'erasure' then 'Somebody wants to be forgotten' else 'Somebody asks what is held of them' end,
           jsonb_build_object('request', requests.kind, 'lead_ids', to_jsonb(requests.lead_ids)))::app_private.exception_case)
    into cases
    from requests where not requests.is_answered and not requests.is_test;
  if cases is not null then
    perform app_private.open_exceptions(cases, open_privacy_requests.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.open_privacy_requests(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/open_privacy_requests.sql
--! Included functions/app_private/settle_captures.sql
-- What is no lead: parts were stored apart (split), the sender tells of nothing that concerns us (ignored), of an order,
-- of what happened to a lead (activity), of what a person demands (privacy), or only an id that its vendor must explain
-- (thin: it stays pending and waits). Captures that are no longer pending are left alone.
--   settled: [{"id": capture, "settle": {"as": …, …}}, …]
create or replace function app_private.settle_captures(settled jsonb, as_of timestamptz) returns void as $$
begin
  update app_public.captures
     set status = 'processed',
         kind = case settled.settle ->> 'as' when 'order' then 'order' else captures.kind end,
         outcome = case settled.settle ->> 'as' when 'order' then 'recorded' else settled.settle ->> 'as' end,
         error = settled.settle ->> 'reason',  -- why it was ignored
         processed_at = settle_captures.as_of
    from jsonb_to_recordset(settle_captures.settled) as settled (id uuid, settle jsonb)
   where captures.id = settled.id and captures.status = 'pending' and settled.settle ->> 'as' in ('split', 'ignored', 'order');
  update app_public.captures
     set fetch_due_at = settle_captures.as_of, fetch_attempts = 0, fetch_started_at = null
    from jsonb_to_recordset(settle_captures.settled) as settled (id uuid, settle jsonb)
   where captures.id = settled.id and captures.status = 'pending' and settled.settle ->> 'as' = 'thin';
  if found then
    perform app_private.wake('fetch_leads');
  end if;
  if settle_captures.settled @? '$[*].settle ? (@.as == "activity")' then
    perform app_private.record_activities(settle_captures.settled, as_of);
  end if;
  if settle_captures.settled @? '$[*].settle ? (@.as == "privacy")' then
    perform app_private.open_privacy_requests(settle_captures.settled, as_of);
  end if;
end
$$ language plpgsql volatile
  -- As for process_captures: plans made while the tables were young would read them whole.
  set enable_seqscan = off
  set enable_mergejoin = off
  set enable_hashjoin = off
  set plan_cache_mode = force_generic_plan;

grant execute on function app_private.settle_captures(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/settle_captures.sql
--! Included functions/app_private/report_unprocessed.sql
-- Doors that take arrivals which nothing makes leads of: one case a path for its operations, as long as captures of it
-- have waited too long. The case hangs on the oldest of them, and closes when none waits so long any more. Those that
-- wait for their vendor have a case of their own. Answers how many cases were opened.
create or replace function app_private.report_unprocessed(as_of timestamptz) returns int as $$
declare
  patience constant interval := '30 minutes';  -- design §8; the policy's own time says how soon people must have acted
  cases app_private.exception_case[];
begin
  perform pg_advisory_xact_lock(hashtext('report_unprocessed'));  -- two sweeps at once would each open one
  with waiting as materialized (
    select captures.path_id, count(*) as count, (array_agg(captures.id order by captures.id))[1] as oldest_id, min(greatest(captures.received_at, captures.released_at)) as oldest_at
      from app_public.captures
     where captures.status = 'pending' and captures.fetch_due_at is null
       and greatest(captures.received_at, captures.released_at) < report_unprocessed.as_of - patience
     group by captures.path_id
  ),
  known as materialized (
    select exceptions.id, captures.path_id
      from app_public.exceptions join app_public.captures on captures.id = exceptions.capture_id
     where exceptions.kind = 'captures_unprocessed' and exceptions.resolved_at is null
  ),
  resolved as (
    update app_public.exceptions
       set resolved_at = greatest(report_unprocessed.as_of, exceptions.opened_at), outcome = 'processed'
      from known left join waiting on waiting.path_id = known.path_id
     where exceptions.id = known.id and waiting.path_id is null
  )
  select array_agg(row('captures_unprocessed', oldest.territory_id, waiting.path_id, oldest.trace_id, oldest.id, null,
           format('Arrivals of %s wait to be processed: %s, the oldest since %s', capture_paths.slug, waiting.count,
             to_char(waiting.oldest_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')),
           jsonb_build_object('path', capture_paths.slug, 'count', waiting.count, 'oldest_received_at', waiting.oldest_at))::app_private.exception_case)
    into cases
    from waiting
    join app_public.captures as oldest on oldest.id = waiting.oldest_id
    join app_public.capture_paths on capture_paths.id = waiting.path_id
   where not exists (select from known where known.path_id = waiting.path_id);
  if cases is not null then
    perform app_private.open_exceptions(cases, report_unprocessed.as_of);
  end if;
  return coalesce(cardinality(cases), 0);
end
$$ language plpgsql volatile;

grant execute on function app_private.report_unprocessed(timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/report_unprocessed.sql
--! Included functions/app_private/claim_fetches.sql
-- How long to wait after so many attempts in vain.
create or replace function app_private.fetch_pause(attempts int) returns interval as $$
  select make_interval(mins => least(60, power(2, least(fetch_pause.attempts, 7) - 1))::int)
$$ language sql immutable;

-- Thin arrivals whose vendor is due to be asked, for one attempt each. Unless record_fetch says more, one comes back
-- after 1, 2, 4 … minutes, at most an hour: whoever dies while asking loses nothing. `error` tells why it waits.
create or replace function app_private.claim_fetches(as_of timestamptz, at_most int)
returns table (
  id uuid, path_slug text, protocol text, content_type text, headers jsonb, body bytea, part_of uuid, attempt int
) as $$
  with claimed as (
    select captures.id from app_public.captures
     where captures.fetch_due_at <= claim_fetches.as_of
     order by captures.fetch_due_at
     limit claim_fetches.at_most
       for no key update skip locked
  )
  update app_public.captures
     set fetch_attempts = captures.fetch_attempts + 1,
         fetch_started_at = coalesce(captures.fetch_started_at, claim_fetches.as_of),
         fetch_due_at = claim_fetches.as_of + app_private.fetch_pause(captures.fetch_attempts + 1)
    from claimed, app_public.capture_paths
   where captures.id = claimed.id and capture_paths.id = captures.path_id
  returning captures.id, capture_paths.slug, capture_paths.protocol, captures.content_type, captures.headers,
            captures.body, captures.part_of, captures.fetch_attempts::int
$$ language sql volatile
  set enable_seqscan = off  -- as process_captures: plans are kept, and nothing waited when they were made
  set enable_hashjoin = off
  set enable_mergejoin = off;

grant execute on function app_private.claim_fetches(timestamptz, int), app_private.fetch_pause(int) to catchment_worker;
--! EndIncluded functions/app_private/claim_fetches.sql
--! Included functions/app_private/record_fetch.sql
-- What a vendor answered about a thin arrival, as `Source.fetch` understood it. Says nothing to an arrival that does not
-- wait any more: a slow attempt may end after another one did.
--   told: {"outcome": "fetched", "answer": {…}}: it goes on to its contract
--         {"outcome": "later", "reason": "…", "afterSeconds": 30, "wasAsked": false}: asked again then, at the latest in a
--           day; without afterSeconds after the usual pause. From the third attempt in vain (of a vendor that says when to
--           come: after an hour) people hear of it, one case for all that waits on a path; after 36 hours it is
--           quarantined, from where it can be sent again. An attempt in which nobody was asked does not count
--         {"outcome": "never", "reason": "…"}: quarantined at once
create or replace function app_private.record_fetch(capture_id uuid, told jsonb, as_of timestamptz) returns void as $$
declare
  capture record;
  reason text := record_fetch.told ->> 'reason';
begin
  select captures.id, captures.path_id, captures.territory_id, captures.trace_id, captures.fetch_attempts,
         captures.fetch_started_at, captures.is_test, capture_paths.slug
    into capture
    from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id
   where captures.id = record_fetch.capture_id and captures.status = 'pending' and captures.fetch_due_at is not null
     for no key update of captures;
  if not found then
    return;
  end if;

  if record_fetch.told ->> 'outcome' = 'fetched' then
    update app_public.captures set fetched = record_fetch.told -> 'answer', fetch_due_at = null, error = null
     where captures.id = capture.id;
    if not app_private.is_watched() then
      perform app_private.wake('drain_captures');
    end if;
  elsif record_fetch.told ->> 'outcome' = 'later' and capture.fetch_started_at > record_fetch.as_of - interval '36 hours' then
    update app_public.captures
       set error = reason,
           fetch_attempts = captures.fetch_attempts - case record_fetch.told ->> 'wasAsked' when 'false' then 1 else 0 end,
           fetch_due_at = record_fetch.as_of + least(interval '1 day', coalesce(
             make_interval(secs => (record_fetch.told ->> 'afterSeconds')::double precision),
             app_private.fetch_pause(capture.fetch_attempts)))
     where captures.id = capture.id;
    if capture.fetch_attempts >= 3 and not capture.is_test
       and (record_fetch.told -> 'afterSeconds' is null or capture.fetch_started_at <= record_fetch.as_of - interval '1 hour')
       and not exists (
      select from app_public.exceptions
       where exceptions.kind = 'fetch_failed' and exceptions.resolved_at is null and exceptions.details ->> 'path' = capture.slug
    ) then
      perform app_private.open_exceptions(array[row('fetch_failed', capture.territory_id, capture.path_id, capture.trace_id,
        capture.id, null, format('The vendor of %s does not tell what its arrivals hold: %s', capture.slug, reason),
        jsonb_build_object('path', capture.slug, 'reason', reason))::app_private.exception_case], as_of);
    end if;
  else
    update app_public.captures set fetch_due_at = null, error = reason where captures.id = capture.id;
    perform app_private.quarantine_captures(jsonb_build_array(jsonb_build_object(
      'id', capture.id, 'kind', 'fetch_failed',
      'violations', jsonb_build_array(jsonb_build_object('kind', 'failed', 'path', '', 'message', reason)))), as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.record_fetch(uuid, jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/record_fetch.sql
--! Included functions/app_private/revalidate_captures.sql
-- Asks for refused captures to be judged again, by this version of their paths' contracts or by the one in force, and
-- takes an earlier verdict away. Answers how many will be judged; what is not refused is left alone.
create or replace function app_private.revalidate_captures(capture_ids uuid[], contract_version int) returns int as $$
declare
  asked int;
begin
  if revalidate_captures.contract_version is not null and exists (
    select from app_public.captures
     where captures.id = any (revalidate_captures.capture_ids) and not exists (
       select from app_public.contracts
        where contracts.path_id = captures.path_id and contracts.version = revalidate_captures.contract_version)
  ) then
    raise exception 'No version % of a contract', revalidate_captures.contract_version using errcode = 'BADIN',
      hint = 'Every path of these captures must have this version of its contract.';
  end if;
  update app_public.captures
     set revalidate_with = contracts.id, revalidation = null
    from app_public.capture_paths, app_public.contracts
   where captures.id = any (revalidate_captures.capture_ids) and captures.status in ('quarantined', 'error')
     and capture_paths.id = captures.path_id and contracts.path_id = captures.path_id
     and case when revalidate_captures.contract_version is null then contracts.id = capture_paths.active_contract_id
              else contracts.version = revalidate_captures.contract_version end;
  get diagnostics asked = row_count;
  if asked > 0 then
    perform app_private.wake('revalidate_captures');
  end if;
  return asked;
end
$$ language plpgsql volatile;

grant execute on function app_private.revalidate_captures(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/revalidate_captures.sql
--! Included functions/app_private/claim_revalidations.sql
-- Captures that somebody asked to have judged again, with the contract to judge them by, locked for this transaction; what
-- another worker holds is skipped. They count as released: who named them has looked at what made them suspicious.
create or replace function app_private.claim_revalidations(at_most int)
returns table (
  id uuid, path_slug text, protocol text, contract_id int, content_type text, headers jsonb, body bytea, part_of uuid, fetched jsonb,
  corrections jsonb, released_at timestamptz, received_at timestamptz, default_country text, time_zone text
) as $$
  with claimed as (
    select captures.* from app_public.captures
     where captures.revalidate_with is not null
     order by captures.id
     limit claim_revalidations.at_most
       for no key update skip locked
  )
  select claimed.id, capture_paths.slug, capture_paths.protocol, claimed.revalidate_with, claimed.content_type, claimed.headers,
         claimed.body, claimed.part_of, claimed.fetched, claimed.corrections, coalesce(claimed.released_at, claimed.received_at),
         claimed.received_at, territories.country, territories.time_zone
    from claimed
    join app_public.capture_paths on capture_paths.id = claimed.path_id
    join app_public.territories on territories.id = capture_paths.territory_id
   order by claimed.id
$$ language sql volatile
  set enable_seqscan = off  -- as process_captures: plans are kept, and nothing waited when they were made
  set enable_hashjoin = off
  set enable_mergejoin = off;

grant execute on function app_private.claim_revalidations(int) to catchment_worker;
--! EndIncluded functions/app_private/claim_revalidations.sql
--! Included functions/app_private/record_revalidations.sql
-- Keeps what judging captures again came to, beside what is wrong with them; status, violations and cases stay as they
-- are. Captures that nobody asked for, or not any more, are left alone.
--   verdicts: [{"id": capture, "accepted": false, "violations": […]}, …]
create or replace function app_private.record_revalidations(verdicts jsonb, as_of timestamptz) returns void as $$
  update app_public.captures
     set revalidate_with = null,
         revalidation = jsonb_build_object(
           'at', record_revalidations.as_of,
           'contractVersion', (select contracts.version from app_public.contracts where contracts.id = captures.revalidate_with),
           'accepted', verdict.accepted,
           'violations', verdict.violations)
    from jsonb_to_recordset(record_revalidations.verdicts) as verdict (id uuid, accepted boolean, violations jsonb)
   where captures.id = verdict.id and captures.revalidate_with is not null
$$ language sql volatile
  set enable_seqscan = off  -- as process_captures: plans are kept, and the table was young when they were made
  set enable_hashjoin = off
  set enable_mergejoin = off;

grant execute on function app_private.record_revalidations(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/record_revalidations.sql
--! Included functions/app_private/release_captures.sql
-- Sends refused captures through the stages again, as what they were when they arrived: received_at stays. They are
-- judged by this contract, or by the one in force on their path. Their cases stay open until settle_releases.
-- Answers those that it sent; what is pending, or was processed and not discarded, is left alone.
create or replace function app_private.release_captures(capture_ids uuid[], contract_id int, as_of timestamptz) returns uuid[] as $$
declare
  released uuid[];
begin
  with sent as (
    update app_public.captures
       set status = 'pending', outcome = null, error = null, violations = null, processed_at = null,
           contract_id = coalesce(release_captures.contract_id, capture_paths.active_contract_id, captures.contract_id),
           released_at = release_captures.as_of, revalidate_with = null, revalidation = null
      from app_public.capture_paths
     where captures.id = any (release_captures.capture_ids)
       and capture_paths.id = captures.path_id
       and (captures.status in ('quarantined', 'error') or captures.outcome = 'discarded')
    returning captures.id
  )
  select coalesce(array_agg(sent.id), '{}') into released from sent;
  if released <> '{}' and not app_private.is_watched() then
    perform app_private.wake('drain_captures');
  end if;
  return released;
end
$$ language plpgsql volatile;

grant execute on function app_private.release_captures(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/release_captures.sql
--! Included functions/app_private/settle_releases.sql
-- What released captures came to, told to the cases that were open before: processed ones are `released`; one that is
-- refused again for the same kind of reason keeps its case and its deadline and says what is wrong now; a case of
-- another kind gives way to the one that its capture has now. What is still pending keeps its cases.
create or replace function app_private.settle_releases(capture_ids uuid[], as_of timestamptz) returns void as $$
  update app_public.exceptions
     set reason = app_private.refusal_reason(captures.outcome, captures.violations),
         details = exceptions.details || jsonb_build_object('violations', captures.violations)
    from app_public.captures
   where captures.id = any (settle_releases.capture_ids)
     and captures.status = 'quarantined'
     and exceptions.capture_id = captures.id and exceptions.kind = captures.outcome and exceptions.resolved_at is null;

  update app_public.exceptions
     set resolved_at = settle_releases.as_of,
         outcome = case captures.status when 'processed' then 'released' else 'refused_again' end
    from app_public.captures
   where captures.id = any (settle_releases.capture_ids)
     and captures.status <> 'pending'
     and exceptions.capture_id = captures.id and exceptions.resolved_at is null
     and exceptions.opened_at < settle_releases.as_of
     and (captures.status = 'processed' or exceptions.kind <> captures.outcome)
$$ language sql volatile;

grant execute on function app_private.settle_releases(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/settle_releases.sql
--! Included functions/app_private/refuse_again.sql
-- Captures in quarantine that were judged again and refused again: their violations, and their cases, say what is wrong
-- now; a case of the same kind keeps its deadline. Others are left alone.
--   refused: [{"id": capture, "kind": …, "contract": id, "violations": […]}, …]
create or replace function app_private.refuse_again(refused jsonb, as_of timestamptz) returns void as $$
declare
  reopened uuid[];
begin
  with pending as (  -- quarantine_captures looks at nothing else; nobody sees it but this transaction
    update app_public.captures
       set status = 'pending', processed_at = null, contract_id = coalesce(refusal.contract, captures.contract_id)
      from jsonb_to_recordset(refuse_again.refused) as refusal (id uuid, contract int)
     where captures.id = refusal.id and captures.status in ('quarantined', 'error')
    returning captures.id
  )
  select array_agg(pending.id) into reopened from pending;
  perform app_private.quarantine_captures((
    select coalesce(jsonb_agg(refusal), '[]') from jsonb_array_elements(refuse_again.refused) as refusal
     where (refusal ->> 'id')::uuid = any (reopened)), as_of);
  perform app_private.settle_releases(reopened, as_of);
end
$$ language plpgsql volatile;

grant execute on function app_private.refuse_again(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/refuse_again.sql
--! Included functions/app_private/discard_captures.sql
-- Sets refused captures aside for good, with the reason, and closes their cases. Nothing is deleted: releasing one
-- brings it back. Answers how many it set aside; what is not refused, or discarded already, is left alone.
create or replace function app_private.discard_captures(capture_ids uuid[], reason text, as_of timestamptz) returns int as $$
  with discarded as (
    update app_public.captures
       set status = 'processed', outcome = 'discarded', discard_reason = discard_captures.reason, processed_at = discard_captures.as_of
     where captures.id = any (discard_captures.capture_ids) and captures.status in ('quarantined', 'error')
    returning captures.id
  ),
  closed as (
    update app_public.exceptions
       set resolved_at = greatest(discard_captures.as_of, exceptions.opened_at), outcome = 'discarded',
           note = coalesce(exceptions.note, discard_captures.reason)
      from discarded
     where exceptions.capture_id = discarded.id and exceptions.resolved_at is null
  )
  select count(*)::int from discarded
$$ language sql volatile;

grant execute on function app_private.discard_captures(uuid[], text, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/discard_captures.sql
--! Included functions/app_private/correct_capture.sql
-- Keeps beside a refused capture what a person put right: JSON pointer -> value, "" for the whole document, null to
-- take a member away. These take the place of earlier ones; `{}` takes all back. What was sent is not touched.
create or replace function app_private.correct_capture(capture_id uuid, corrections jsonb) returns void as $$
begin
  if jsonb_typeof(correct_capture.corrections) is distinct from 'object' or octet_length(correct_capture.corrections::text) > 262144
     or exists (select from jsonb_object_keys(correct_capture.corrections) as pointer where pointer !~ '^(/([^~/]|~[01])*)*$') then
    raise exception 'Corrections are no object of JSON pointer and value, or too long' using errcode = 'BADIN',
      hint = 'For example {"/email": "ana@example.de"}.';
  end if;
  update app_public.captures
     set corrections = nullif(correct_capture.corrections, '{}'), revalidation = null  -- it spoke of the earlier ones
   where captures.id = correct_capture.capture_id
     and (captures.status in ('quarantined', 'error') or captures.outcome = 'discarded');
  if not found then
    raise exception 'Capture % is not in quarantine', correct_capture.capture_id using errcode = 'STATE',
      hint = 'Only what was refused can be corrected.';
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.correct_capture(uuid, jsonb) to catchment_worker;
--! EndIncluded functions/app_private/correct_capture.sql
--! Included functions/app_private/raw_capture_of.sql
-- The bytes as text; null when they are none that UTF-8 knows.
create or replace function app_private.text_of(bytes bytea) returns text as $$
begin
  return convert_from(text_of.bytes, 'UTF8');
exception
  when character_not_in_repertoire or untranslatable_character then
    return null;
end
$$ language plpgsql stable;

-- A refused capture as it came, with what is wrong and what was put right. No row for one that was never refused.
create or replace function app_private.raw_capture_of(capture_id uuid) returns setof app_public.raw_capture as $$
  select captures.id, captures.territory_id, capture_paths.slug, captures.status, captures.outcome, contracts.version, captures.trace_id,
         captures.received_at, captures.released_at, captures.content_type, captures.headers,
         coalesce(read.body, encode(substr(captures.body, 1, 512), 'hex')), read.body is not null,
         captures.violations, captures.corrections, captures.discard_reason,
         (select min(exceptions.due_at) from app_public.exceptions
           where exceptions.capture_id = captures.id and exceptions.resolved_at is null),
         captures.revalidation
    from app_public.captures
    join app_public.capture_paths on capture_paths.id = captures.path_id
    left join app_public.contracts on contracts.id = captures.contract_id
   cross join lateral (select app_private.text_of(captures.body) as body) as read
   where captures.id = raw_capture_of.capture_id
     and (captures.status in ('quarantined', 'error') or captures.outcome = 'discarded' or captures.released_at is not null)
$$ language sql stable rows 1;

grant execute on function app_private.text_of(bytea), app_private.raw_capture_of(uuid) to catchment_worker;
--! EndIncluded functions/app_private/raw_capture_of.sql
--! Included functions/app_private/export_of_person.sql
-- Everything that is held of a person: the lead, what was merged into it, and of every table that points at leads the rows
-- of these, so no table can be forgotten; raw bodies as text where they are text, else in base64. Of identities and
-- suppressions the kinds, never the hashes. territory_ids: where the asking one may read; null: everywhere.
create or replace function app_private.export_of_person(lead_id uuid, territory_ids int[], as_of timestamptz) returns jsonb as $$
declare
  root uuid := app_private.survivor_of(export_of_person.lead_id);
  branch uuid[] := app_private.merged_branch(root);
  readable uuid[] := array(
    select leads.id from app_public.leads
     where leads.id = any (branch) and (export_of_person.territory_ids is null or leads.territory_id = any (export_of_person.territory_ids)));
  answer jsonb;
  child record;
  found_rows jsonb;
begin
  select jsonb_build_object('exportedAt', export_of_person.as_of, 'leadId', root,
           'leads', jsonb_agg(to_jsonb(leads) || jsonb_build_object('territory', territories.slug, 'owner', actors.slug) order by leads.id),
           'consentStates', (select jsonb_object_agg(latest.purpose, latest.state) from app_private.consent_states(root) as latest))
    into answer
    from app_public.leads
    join app_public.territories on territories.id = leads.territory_id
    left join app_public.actors on actors.id = leads.owner_id
   where leads.id = any (readable);
  for child in
    select pg_class.oid::regclass as name, pg_class.relname as key,
           string_agg(format('held.%I = any ($1)', link.attname), ' or ' order by link.attname) as condition,
           exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'territory_id') as has_wall,
           array(select attname::text from pg_attribute
                  where attrelid = pg_class.oid and attnum > 0 and not attisdropped and atttypid in ('bytea'::regtype, 'bytea[]'::regtype)) as hidden,
           exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'body' and atttypid = 'bytea'::regtype) as has_body
      from pg_class
      join pg_attribute as link on link.attrelid = pg_class.oid and not link.attisdropped
     where pg_class.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
       and pg_class.relkind in ('r', 'p') and not pg_class.relispartition and pg_class.oid <> 'app_public.leads'::regclass
       and (link.attname = 'lead_id' or exists (
         select from pg_constraint
          where conrelid = pg_class.oid and contype = 'f' and confrelid = 'app_public.leads'::regclass and conkey[1] = link.attnum))
     group by pg_class.oid order by pg_class.relname
  loop
    execute format(
      'select jsonb_agg(to_jsonb(held) - %L::text[] %s) from %s as held where (%s) %s',
      child.hidden,
      case when child.has_body then $body$ || jsonb_build_object('body', coalesce(app_private.text_of(held.body), encode(held.body, 'base64')))$body$ end,
      child.name, child.condition,
      case when child.has_wall then 'and ($2 is null or held.territory_id = any ($2))' end)
      into found_rows using case when child.has_wall then branch else readable end, export_of_person.territory_ids;
    answer := answer || jsonb_build_object(child.key, coalesce(found_rows, '[]'));
  end loop;
  return answer || jsonb_build_object(
    'suppressions', (
      select coalesce(jsonb_agg(jsonb_build_object('kind', suppressions.kind, 'reason', suppressions.reason, 'suppressed_at', suppressions.suppressed_at, 'ends_at', suppressions.ends_at)), '[]')
        from unnest(app_private.keys_of_lead(root)) as asked
        join app_private.suppressions on suppressions.boundary_id = asked.boundary_id and suppressions.kind = asked.kind
                                     and suppressions.value_hash = asked.value_hash),
    'audit_entries', (
      select coalesce(jsonb_agg(to_jsonb(audit_entries) order by audit_entries.id), '[]')
        from app_private.audit_entries
       where audit_entries.entity = 'leads' and audit_entries.entity_id = any (branch::text[])
         and (export_of_person.territory_ids is null or audit_entries.territory_id = any (export_of_person.territory_ids))));
end
$$ language plpgsql stable;

-- The same as a deed: the audit records it, an open demand to know what is held is answered by it, and its case closed.
create or replace function app_private.export_person(lead_id uuid, territory_ids int[], as_of timestamptz) returns jsonb as $$
declare
  lead app_public.leads;
  answered uuid[];  -- captures that asked
begin
  select * into lead from app_public.leads where leads.id = app_private.survivor_of(export_person.lead_id);
  if lead.id is null then
    raise exception 'Lead % is not there', export_person.lead_id using errcode = 'NFUND';
  end if;
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes, recorded_at)
  values (lead.territory_id, 'person_exports', lead.id::text, 'insert', app_hidden.current_actor_id(), session_user, lead.trace_id, '{}', export_person.as_of);
  with completed as (
    update app_private.privacy_requests set completed_at = export_person.as_of, outcome = 'exported'
     where privacy_requests.lead_id = any (app_private.merged_branch(lead.id)) and privacy_requests.kind = 'access' and privacy_requests.completed_at is null
    returning privacy_requests.capture_id
  )
  select array_agg(completed.capture_id) into answered from completed;
  update app_public.exceptions set resolved_at = export_person.as_of, outcome = 'exported'
   where exceptions.capture_id = any (answered) and exceptions.kind = 'privacy_request' and exceptions.resolved_at is null
     and not exists (select from app_private.privacy_requests
                      where privacy_requests.capture_id = exceptions.capture_id and privacy_requests.completed_at is null);
  return app_private.export_of_person(lead.id, export_person.territory_ids, export_person.as_of);
end
$$ language plpgsql volatile;

grant execute on function app_private.export_of_person(uuid, int[], timestamptz), app_private.export_person(uuid, int[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/export_of_person.sql
--! Included functions/app_private/replay_captures.sql
-- Processed captures read again: their attributes and contract as it is said now, blanks of their touch
-- filled, keys that nobody else has claimed for the lead, the lead's fields decided anew, and its score as the rules of this
-- revision have it: the best of all its touches. Lead, touch, territory, owner, decisions, clocks and notifications stay as they are.
-- A second time it changes nothing. Answers how many captures it changed.
--   judged: [{"id": capture, "contract": id, "attributes": {…}}, …]; captures without a lead are left alone.
create or replace function app_private.replay_captures(judged jsonb, revision int) returns int as $$
declare
  resolutions app_private.resolution[];
  batch uuid[];
  lead_ids uuid[];
  changed int;
begin
  -- The leads first, in one order, as the stages do: whoever meets them waits for one, not for another.
  lead_ids := array(
    select leads.id from app_public.leads
     where leads.id in (select captures.lead_id
                          from jsonb_to_recordset(replay_captures.judged) as judged (id uuid)
                          join app_public.captures using (id)
                         where captures.status = 'processed')
     order by leads.id for no key update);
  with reread as (
    update app_public.captures
       set attributes = judged.attributes, contract_id = judged.contract
      from jsonb_to_recordset(replay_captures.judged) as judged (id uuid, contract int, attributes jsonb)
     where captures.id = judged.id and captures.status = 'processed' and captures.lead_id = any (lead_ids)
       and (captures.attributes, captures.contract_id) is distinct from (judged.attributes, judged.contract)
    returning captures.id, captures.path_id, captures.trace_id, captures.is_test, captures.received_at, captures.lead_id, captures.attributes
  )
  select count(*), array_agg(row(
           row(reread.id, reread.path_id, capture_paths.source, leads.territory_id, home.boundary_id, reread.trace_id, reread.is_test,
               leads.is_history, reread.received_at, reread.attributes, null)::app_private.arrival,
           reread.lead_id, reread.lead_id, false, null, null, null, null)::app_private.resolution order by reread.id)
    into changed, resolutions
    from reread
    join app_public.leads on leads.id = reread.lead_id
    join app_public.capture_paths on capture_paths.id = reread.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id;

  if changed > 0 then
    batch := array(select (resolutions.arrival).capture_id from unnest(resolutions) as resolutions);
    perform app_private.fill_touches(batch);
    perform app_private.record_consents(batch);
    insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id)
    select distinct on (1, 2, 3)
           (resolutions.arrival).boundary_id, key ->> 'kind', app_private.identity_hash(key ->> 'value', (resolutions.arrival).is_test),
           resolutions.lead_id
      from unnest(resolutions) as resolutions
     cross join lateral jsonb_array_elements((resolutions.arrival).attributes -> 'identities') as key
     order by 1, 2, 3, (resolutions.arrival).capture_id
    on conflict do nothing;
  end if;
  perform app_private.apply_survivors(lead_ids, now());
  perform app_private.rescore_leads(lead_ids, replay_captures.revision);
  return changed;
end
$$ language plpgsql volatile;

-- What a touch says of itself, where it said nothing yet. Its attributes are those of its capture.
create or replace function app_private.fill_touches(capture_ids uuid[]) returns void as $$
  update app_public.source_events
     set attributes = captures.attributes,
         channel = coalesce(source_events.channel, touch.channel),
         campaign = coalesce(source_events.campaign, touch.campaign),
         medium = coalesce(source_events.medium, touch.medium),
         content = coalesce(source_events.content, touch.content),
         term = coalesce(source_events.term, touch.term),
         landing_page = coalesce(source_events.landing_page, touch.landing_page),
         referrer = coalesce(source_events.referrer, touch.referrer),
         click_id = coalesce(source_events.click_id, touch.click_id)
    from app_public.captures
   cross join lateral jsonb_to_record(captures.attributes) as touch (
      channel text, campaign text, medium text, content text, term text, landing_page text, referrer text, click_id text)
   where captures.id = any (fill_touches.capture_ids) and source_events.capture_id = captures.id
$$ language sql volatile;

-- The score of leads by the rules of a revision: the best that any touch of theirs earns; of equal ones the first.
create or replace function app_private.rescore_leads(lead_ids uuid[], revision int) returns void as $$
  update app_public.leads
     set score = best.score, score_reasons = best.reasons
    from (select distinct on (source_events.lead_id) source_events.lead_id, scored.score, scored.reasons
            from app_public.source_events
           cross join lateral app_private.decide_score(source_events.attributes, source_events.territory_id, rescore_leads.revision) as scored
           where source_events.lead_id = any (rescore_leads.lead_ids)
           order by source_events.lead_id, scored.score desc, source_events.id) as best
   where leads.id = best.lead_id and (leads.score, leads.score_reasons) is distinct from (best.score, best.reasons)
$$ language sql volatile;

grant execute on function app_private.replay_captures(jsonb, int), app_private.fill_touches(uuid[]),
  app_private.rescore_leads(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/replay_captures.sql
--! Included functions/app_private/decide_state.sql
-- May this person work on a lead of theirs where that one lives?
create or replace function app_private.may_work_on(actor_id int, lead_id uuid) returns boolean as $$
  select exists (
    select from app_public.leads
      join app_private.territory_grants on territory_grants.territory_id = leads.territory_id and territory_grants.actor_id = may_work_on.actor_id
      join app_private.permissions on permissions.role = territory_grants.role and permissions.action = 'work_lead'
      join app_public.actors on actors.id = territory_grants.actor_id and actors.is_active
     where leads.id = may_work_on.lead_id)
$$ language sql stable;

-- What a lead is together with those that were merged into it: the first of the states is its own, the others follow in
-- the order of merged_states. Pure. It keeps what it has and takes what it lacks: without an owner that of the first
-- merged lead whose owner may work in its territory; without a clock the first that would run, unless somebody had been
-- answered before it began.
-- Whoever was answered as one of them has been answered: the earliest first response counts, and stops the clock. Its
-- status stays. The score is the best of all.
create or replace function app_private.decide_state(states app_private.lead_state[]) returns app_private.lead_state as $$
  with states as materialized (
    select state.* from unnest(decide_state.states) with ordinality as state
  ),
  shared as (
    select min(states.first_responded_at) as first_responded_at, min(states.handed_over_at) as handed_over_at,
           min(states.first_seen_at) as first_seen_at, max(states.last_activity_at) as last_activity_at
      from states
  )
  select row(root.lead_id, root.status,
             owned.owner_id, coalesce(owned.team_id, root.team_id), owned.owned_at, coalesce(root.routed_at, owned.routed_at), owned.assignment_id,
             coalesce(root.clock_id, taken.clock_id),
             shared.first_responded_at is null and (root.is_clock_running or taken.clock_id is not null),
             shared.first_responded_at, shared.handed_over_at, best.score, best.score_reasons,
             shared.first_seen_at, shared.last_activity_at)::app_private.lead_state
    from shared
    join states as root on root.ordinality = 1
    left join lateral (
      select states.* from states
       where states.owner_id is not null
         and (states.ordinality = 1 or app_private.may_work_on(states.owner_id, root.lead_id))
       order by states.ordinality limit 1) as owned on true
    left join lateral (
      select states.clock_id from states
        join app_public.clocks on clocks.id = states.clock_id
       where states.is_clock_running and root.clock_id is null
         and (shared.first_responded_at is null or shared.first_responded_at >= clocks.started_at)
       order by states.ordinality limit 1) as taken on true
    left join lateral (
      select states.score, states.score_reasons from states order by states.score desc nulls last, states.ordinality limit 1) as best on true
$$ language sql stable;

-- The best that any of these touches earns where this lead lives, by the rules in force. No row for none.
create or replace function app_private.best_score(touch_ids uuid[], lead_id uuid) returns table (score int, reasons jsonb) as $$
  select scored.score, scored.reasons
    from app_public.source_events
    join app_public.leads on leads.id = best_score.lead_id
   cross join lateral app_private.decide_score(source_events.attributes, leads.territory_id, app_private.current_revision()) as scored
   where source_events.id = any (best_score.touch_ids)
   order by scored.score desc, source_events.id
   limit 1
$$ language sql stable;

-- The same state with what hangs on the lead now: instants of touches and activities, and the score of touches that came
-- through keys of merged leads after their merge. What came before stands in the states.
create or replace function app_private.with_items(state app_private.lead_state) returns app_private.lead_state as $$
declare
  touches record;
  deeds record;
  best record;
begin
  select min(source_events.occurred_at) as first_at, max(source_events.occurred_at) as last_at,
         array_agg(source_events.id) filter (where source_events.origin_lead_id <> state.lead_id) as others into touches
    from app_public.source_events where source_events.lead_id = state.lead_id;
  select max(activities.occurred_at) as last_at into deeds
    from app_public.activities where activities.lead_id = state.lead_id;
  state.first_seen_at := least(state.first_seen_at, touches.first_at);
  state.last_activity_at := greatest(state.last_activity_at, touches.last_at, deeds.last_at);

  select scored.* into best
    from app_private.best_score(array(
      select unnest(touches.others)
      except
      select value::uuid
        from app_public.lead_merges cross join lateral jsonb_array_elements_text(lead_merges.moved -> 'source_events') as value
       where lead_merges.merged_id = any (app_private.merged_branch(state.lead_id)) and lead_merges.unmerged_at is null), state.lead_id) as scored;
  if best.score > coalesce(state.score, -1) then
    state.score := best.score;
    state.score_reasons := best.reasons;
  end if;
  return state;
end
$$ language plpgsql stable;

grant execute on function app_private.decide_state(app_private.lead_state[]), app_private.may_work_on(int, uuid), app_private.best_score(uuid[], uuid),
  app_private.with_items(app_private.lead_state) to catchment_worker;
--! EndIncluded functions/app_private/decide_state.sql
--! Included functions/app_private/lead_state_of.sql
-- What a lead is now, apart from its person. Its clock is its own one, not one that it took over with a merge.
create or replace function app_private.lead_state_of(lead_id uuid) returns app_private.lead_state as $$
  select row(leads.id, leads.status, leads.owner_id, leads.team_id, leads.owned_at, leads.routed_at, running.id,
             clock.id, clock.id is not null and (clock.stopped_at is null or clock.stop_reason = 'merged'),
             leads.first_responded_at, leads.handed_over_at, leads.score, leads.score_reasons,
             leads.first_seen_at, leads.last_activity_at)::app_private.lead_state
    from app_public.leads
    left join app_public.assignments as running on running.lead_id = leads.id and running.ended_at is null
    left join lateral (
      select clocks.id, clocks.stopped_at, clocks.stop_reason from app_public.clocks
       where clocks.lead_id = leads.id and clocks.kind = 'first_response' and clocks.origin_lead_id is null
       order by clocks.id desc limit 1) as clock on true
   where leads.id = lead_state_of.lead_id
$$ language sql stable;

-- What the leads below this one are by themselves, each before its own merged ones, the earliest merge first.
create or replace function app_private.merged_states(lead_id uuid) returns app_private.lead_state[] as $$
  with recursive merged as (
    select lead_merges.merged_id, lead_merges.merged_before, array[lead_merges.id] as way
      from app_public.lead_merges
     where lead_merges.survivor_id = merged_states.lead_id and lead_merges.unmerged_at is null
    union all
    select lead_merges.merged_id, lead_merges.merged_before, merged.way || lead_merges.id
      from merged
      join app_public.lead_merges on lead_merges.survivor_id = merged.merged_id and lead_merges.unmerged_at is null
  )
  select coalesce(array_agg(jsonb_populate_record(null::app_private.lead_state, merged.merged_before) order by merged.way), '{}')
    from merged
$$ language sql stable;

-- What a lead that nobody merged away is by itself. Without a merge into it, that is what it is. Else it is what it was
-- before the first one, but for what changed since: where it is no longer what the merges alone make of it, people or
-- rules changed it, and that is its own.
create or replace function app_private.own_state(lead_id uuid) returns app_private.lead_state as $$
declare
  own app_private.lead_state := app_private.lead_state_of(own_state.lead_id);
  before app_private.lead_state;
  made app_private.lead_state;
begin
  select (jsonb_populate_record(null::app_private.lead_state, lead_merges.survivor_before)).* into before
    from app_public.lead_merges
   where lead_merges.survivor_id = own_state.lead_id and lead_merges.unmerged_at is null
   order by lead_merges.id desc limit 1;
  if not found then
    return own;
  end if;
  made := app_private.with_items(app_private.decide_state(before || app_private.merged_states(own_state.lead_id)));

  if exists (select from app_public.assignments where assignments.id = own.assignment_id and assignments.origin_lead_id is not null) then
    own.owner_id := before.owner_id;
    own.team_id := before.team_id;
    own.owned_at := before.owned_at;
    own.routed_at := before.routed_at;
    own.assignment_id := before.assignment_id;
  end if;
  if own.first_responded_at is not distinct from made.first_responded_at then
    own.first_responded_at := coalesce(before.first_responded_at, least(  -- a status may say that somebody answered: then its clock knows
      (select min(activities.occurred_at) from app_public.activities
        where activities.lead_id = own_state.lead_id and activities.origin_lead_id is null and activities.is_response),
      (select clocks.stopped_at from app_public.clocks where clocks.id = own.clock_id and clocks.stop_reason is null)));
  end if;
  own.is_clock_running := own.is_clock_running and own.first_responded_at is null;
  if own.handed_over_at is not distinct from made.handed_over_at then
    own.handed_over_at := before.handed_over_at;
  end if;
  if (own.score, own.score_reasons) is not distinct from (made.score, made.score_reasons) then
    own.score := before.score;
    own.score_reasons := before.score_reasons;
  end if;
  if own.first_seen_at = made.first_seen_at then
    own.first_seen_at := before.first_seen_at;
  end if;
  if own.last_activity_at = made.last_activity_at then
    own.last_activity_at := before.last_activity_at;
  end if;
  return own;
end
$$ language plpgsql stable;

grant execute on function app_private.lead_state_of(uuid), app_private.merged_states(uuid), app_private.own_state(uuid) to catchment_worker;
--! EndIncluded functions/app_private/lead_state_of.sql
--! Included functions/app_private/lead_children.sql
-- The tables whose rows a merge moves to the survivor. origin: a row notes its first lead always (touches) or once it was
-- moved. follows_capture: a row of an arrival that came through a key of the merged lead after the merge notes nothing, and
-- goes back with its capture.
-- What hangs on a lead and stays: test/house/lead_children.test.ts has the list, with the reasons.
create or replace function app_private.lead_children() returns table (child regclass, origin text, follows_capture boolean) as $$
  values ('app_public.source_events'::regclass, 'always', false),
         ('app_public.captures', 'moved', false),
         ('app_public.activities', 'moved', true),
         ('app_public.assignments', 'moved', false),
         ('app_public.consents', 'moved', true),
         ('app_public.exceptions', 'moved', true),
         ('app_public.lead_edits', 'moved', false),
         ('app_public.notifications', 'moved', false),
         ('app_private.privacy_requests', 'moved', true)
$$ language sql stable rows 9;

grant execute on function app_private.lead_children() to catchment_worker;
--! EndIncluded functions/app_private/lead_children.sql
--! Included functions/app_private/decide_moves.sql
-- Which rows of a lead belong to this branch of its tree of merges: ids by table. Pure. A row belongs to the lead it was
-- first written for; one that came with an arrival belongs where that arrival's touch does.
create or replace function app_private.decide_moves(holder_id uuid, branch uuid[]) returns jsonb as $$
declare
  moves jsonb := '{}';
  captures uuid[];  -- of the branch
  child record;
  ids jsonb;
begin
  captures := array(
    select captures.id from app_public.captures
     where captures.lead_id = decide_moves.holder_id and captures.origin_lead_id = any (branch));
  for child in select lead_children.*, pg_class.relname from app_private.lead_children() join pg_class on pg_class.oid = lead_children.child loop
    execute format('select jsonb_agg(child.id order by child.id) from %s as child where child.lead_id = $1 and (%s)', child.child,
        'coalesce(child.origin_lead_id, child.lead_id) = any ($2)'
        || case when child.follows_capture then ' or child.origin_lead_id is null and child.capture_id = any ($3)' else '' end)
      into ids using decide_moves.holder_id, decide_moves.branch, captures;
    if ids is not null then
      moves := moves || jsonb_build_object(child.relname, ids);
    end if;
  end loop;
  return moves;
end
$$ language plpgsql stable;

grant execute on function app_private.decide_moves(uuid, uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/decide_moves.sql
--! Included functions/app_private/decide_merge.sql
-- What a merge of two leads would be: what each is by itself, what the survivor becomes, which rows move, and what is not as
-- one might expect. Pure, and refuses what can never be merged: a lead with itself, one that is merged already or forgotten,
-- a test with a person, and people of different identity boundaries.
create or replace function app_private.decide_merge(survivor_id uuid, merged_id uuid) returns app_private.merge_decision as $$
declare
  survivor record;
  merged record;
  decided app_private.merge_decision;
begin
  select leads.*, territories.boundary_id into survivor
    from app_public.leads join app_public.territories on territories.id = leads.territory_id where leads.id = decide_merge.survivor_id;
  select leads.*, territories.boundary_id into merged
    from app_public.leads join app_public.territories on territories.id = leads.territory_id where leads.id = decide_merge.merged_id;
  if survivor.id is null or merged.id is null then
    raise exception 'Not there for this actor' using errcode = 'NFUND';
  elsif survivor.id = merged.id then
    raise exception 'A lead cannot be merged with itself' using errcode = 'BADIN';
  elsif survivor.boundary_id <> merged.boundary_id then
    raise exception 'These leads belong to different clients' using errcode = 'BADIN', hint = 'Nobody is one person across identity boundaries.';
  elsif survivor.is_test <> merged.is_test then
    raise exception 'A test is never merged with a person' using errcode = 'BADIN';
  elsif survivor.erased_at is not null or merged.erased_at is not null then
    raise exception 'The person of one of these leads was forgotten' using errcode = 'STATE';
  elsif survivor.merged_into_id is not null or merged.merged_into_id is not null then
    raise exception 'One of these leads is merged already' using errcode = 'STATE', hint = 'Merge the leads that stand for them, or unmerge first.';
  end if;

  decided.survivor := app_private.own_state(survivor.id);
  decided.merged := app_private.own_state(merged.id);
  decided.survivor_after := app_private.decide_state(
    decided.survivor || app_private.merged_states(survivor.id) || decided.merged || app_private.merged_states(merged.id));
  decided.moves := app_private.decide_moves(merged.id, app_private.merged_branch(merged.id));
  decided.notes := array_remove(array[
    case when merged.owner_id is not null and (decided.survivor_after).owner_id is null
      then 'The owner of the merged lead may not work where the survivor lives: it stays without an owner.'
    when merged.owner_id is not null and (decided.survivor_after).owner_id <> merged.owner_id
      then 'The owner of the merged lead loses it: the survivor keeps its own.' end,
    case when merged.status <> survivor.status
      then format('The survivor stays %s; the merged lead is %s.', survivor.status, merged.status) end,
    case when survivor.first_responded_at is null and merged.first_responded_at is not null and (decided.survivor).is_clock_running
      then 'The clock of the survivor stops: the person was answered as the merged lead.' end,
    case when merged.territory_id <> survivor.territory_id
      then 'The leads live in different territories: what moves is seen where the survivor lives.' end], null);
  return decided;
end
$$ language plpgsql stable;

grant execute on function app_private.decide_merge(uuid, uuid) to catchment_worker;
--! EndIncluded functions/app_private/decide_merge.sql
--! Included functions/app_private/decide_unmerge.sql
-- What taking a merged lead out again would be: what it and the lead that stands for it today are by themselves and become,
-- which rows go back, and what does not come back. Pure. Refuses a lead that is not merged, or was forgotten.
create or replace function app_private.decide_unmerge(lead_id uuid) returns app_private.merge_decision as $$
declare
  root_id uuid := app_private.survivor_of(decide_unmerge.lead_id);
  branch uuid[] := app_private.merged_branch(decide_unmerge.lead_id);
  current app_private.lead_state := app_private.lead_state_of(root_id);
  before app_private.lead_state;  -- what the root was by itself when it was last merged with another
  decided app_private.merge_decision;
begin
  if root_id is null then
    raise exception 'Not there for this actor' using errcode = 'NFUND';
  elsif root_id = decide_unmerge.lead_id then
    raise exception 'This lead is not merged' using errcode = 'STATE';
  elsif exists (select from app_public.leads where leads.id = decide_unmerge.lead_id and leads.erased_at is not null) then
    raise exception 'The person of this lead was forgotten' using errcode = 'STATE';
  end if;
  decided.merged := (
    select jsonb_populate_record(null::app_private.lead_state, lead_merges.merged_before) from app_public.lead_merges
     where lead_merges.merged_id = decide_unmerge.lead_id and lead_merges.unmerged_at is null);
  decided.survivor := app_private.own_state(root_id);
  decided.merged_after := app_private.decide_state(decided.merged || app_private.merged_states(decide_unmerge.lead_id));
  decided.survivor_after := app_private.decide_state(decided.survivor || array(
    select state from unnest(app_private.merged_states(root_id)) as state where state.lead_id <> all (branch)));
  decided.moves := app_private.decide_moves(root_id, branch);

  before := (
    select jsonb_populate_record(null::app_private.lead_state, lead_merges.survivor_before) from app_public.lead_merges
     where lead_merges.survivor_id = root_id and lead_merges.unmerged_at is null order by lead_merges.id desc limit 1);
  decided.notes := array_remove(array[
    case when (decided.survivor).assignment_id is distinct from before.assignment_id
      then 'The owner of the survivor was changed since: it stays.' end,
    case when current.status <> before.status
      then format('The status of the survivor was changed since: it stays %s.', current.status) end,
    case when (decided.survivor).first_responded_at is distinct from before.first_responded_at
      then 'The survivor was answered since: the answer stays with it.' end,
    case when (decided.merged).is_clock_running and (decided.merged_after).is_clock_running
      then 'The clock of the lead goes on as if it had never stood still: what fell due meanwhile fires at once.' end], null);
  return decided;
end
$$ language plpgsql stable;

grant execute on function app_private.decide_unmerge(uuid) to catchment_worker;
--! EndIncluded functions/app_private/decide_unmerge.sql
--! Included functions/app_private/preview_of.sql
-- Null for none: a lead that is merged away is nothing by itself.
create or replace function app_private.readable_state(state app_private.lead_state) returns jsonb as $$
  select case when state.lead_id is not null then jsonb_build_object(
    'leadId', state.lead_id, 'status', state.status,
    'owner', (select actors.slug from app_public.actors where actors.id = state.owner_id), 'ownedAt', state.owned_at,
    'clock', case when state.clock_id is null then 'none' when state.is_clock_running then 'running' else 'stopped' end,
    'firstSeenAt', state.first_seen_at, 'lastActivityAt', state.last_activity_at, 'firstRespondedAt', state.first_responded_at,
    'score', state.score) end
$$ language sql stable;

-- A merge or an unmerge that was decided, as people read it: how many rows move, and what each lead is afterwards.
create or replace function app_private.preview_of(decided app_private.merge_decision) returns app_public.merge_preview as $$
  select (decided.survivor).lead_id, (decided.merged).lead_id,
         (select coalesce(jsonb_object_agg(move.key, jsonb_array_length(move.value)), '{}') from jsonb_each(decided.moves) as move),
         app_private.readable_state(decided.survivor_after), app_private.readable_state(decided.merged_after), decided.notes
$$ language sql stable;

grant execute on function app_private.preview_of(app_private.merge_decision), app_private.readable_state(app_private.lead_state) to catchment_worker;
--! EndIncluded functions/app_private/preview_of.sql
--! Included functions/app_private/move_children.sql
-- Hangs rows (decide_moves) on another lead, in its territory. One that leaves its first lead notes it; one that is back
-- there forgets it.
create or replace function app_private.move_children(moves jsonb, lead_id uuid, is_return boolean) returns void as $$
declare
  territory_id int := (select leads.territory_id from app_public.leads where leads.id = move_children.lead_id);
  child record;
begin
  for child in select lead_children.*, pg_class.relname from app_private.lead_children() join pg_class on pg_class.oid = lead_children.child loop
    if moves ? child.relname then
      execute format('update %s as child set lead_id = $1, territory_id = $2 %s where child.id = any ($3)', child.child,
          case when child.origin = 'always' then ''
               when is_return then ', origin_lead_id = nullif(child.origin_lead_id, $1)'
               else ', origin_lead_id = coalesce(child.origin_lead_id, child.lead_id)' end)
        using move_children.lead_id, territory_id,
              array(select value::uuid from jsonb_array_elements_text(moves -> child.relname) as value);
    end if;
  end loop;
end
$$ language plpgsql volatile;

grant execute on function app_private.move_children(jsonb, uuid, boolean) to catchment_worker;
--! EndIncluded functions/app_private/move_children.sql
--! Included functions/app_private/settle_merged_cases.sql
-- The open cases of a lead after a merge or an unmerge. That nobody is available matters while it waits for an owner, that
-- the gate wants people to look while it is held. Of what a merge closed, each kind opens again that matters and of which no
-- other is open.
create or replace function app_private.settle_merged_cases(lead_id uuid, as_of timestamptz) returns void as $$
declare
  lead app_public.leads;
  pointless text[];  -- kinds of cases
begin
  select * into lead from app_public.leads where leads.id = settle_merged_cases.lead_id;
  pointless := array_remove(array[
    case when lead.owner_id is not null or lead.closed_at is not null or lead.held_at is not null then 'nobody_available' end,
    case when lead.held_at is null then 'gate_review' end], null);
  update app_public.exceptions
     set resolved_at = greatest(settle_merged_cases.as_of, exceptions.opened_at), outcome = 'merged', is_closed_by_merge = true
   where exceptions.lead_id = lead.id and exceptions.kind = any (pointless) and exceptions.resolved_at is null;
  update app_public.exceptions
     set resolved_at = null, outcome = null, is_closed_by_merge = false
   where exceptions.id in (
     select distinct on (closed.kind, coalesce(closed.capture_id, closed.lead_id)) closed.id
       from app_public.exceptions as closed
      where closed.lead_id = lead.id and closed.is_closed_by_merge and closed.kind <> all (pointless)
        and not exists (
          select from app_public.exceptions as other
           where coalesce(other.capture_id, other.lead_id) = coalesce(closed.capture_id, closed.lead_id)
             and other.kind = closed.kind and other.resolved_at is null)
      order by closed.kind, coalesce(closed.capture_id, closed.lead_id), closed.origin_lead_id nulls first, closed.id);
end
$$ language plpgsql volatile;

-- Cases of a lead alone give way before it moves: its survivor has one open case of a kind. settle_merged_cases opens them again.
create or replace function app_private.close_cases_to_move(lead_id uuid, as_of timestamptz) returns void as $$
  update app_public.exceptions
     set resolved_at = greatest(close_cases_to_move.as_of, exceptions.opened_at), outcome = 'merged', is_closed_by_merge = true
   where exceptions.lead_id = close_cases_to_move.lead_id and exceptions.capture_id is null and exceptions.resolved_at is null
$$ language sql volatile;

-- The question whether leads are one person is answered while they are one: cases `possible_duplicate` about arrivals of
-- these leads close, and open again when they are several.
create or replace function app_private.settle_doubts(lead_ids uuid[], as_of timestamptz) returns void as $$
  with doubts as materialized (
    select exceptions.id, exceptions.resolved_at is null as is_open,
           (select count(distinct app_private.survivor_of(doubtful.id::uuid)) = 1
              from jsonb_array_elements_text(exceptions.details -> 'lead_ids') as doubtful (id)) as is_answered
      from app_public.exceptions
     where exceptions.kind = 'possible_duplicate'
       and (exceptions.resolved_at is null or exceptions.is_closed_by_merge)
       and exceptions.capture_id in (
         select source_events.capture_id from app_public.source_events where source_events.lead_id = any (settle_doubts.lead_ids))
  )
  update app_public.exceptions
     set resolved_at = case when doubts.is_answered then greatest(settle_doubts.as_of, exceptions.opened_at) end,
         outcome = case when doubts.is_answered then 'merged' end,
         is_closed_by_merge = doubts.is_answered
    from doubts
   where exceptions.id = doubts.id and doubts.is_open = doubts.is_answered
$$ language sql volatile;

-- Pairs that the matching left to people: what they come to while their leads are one, and open again when they are not.
create or replace function app_private.settle_candidates(lead_ids uuid[], actor_id int, as_of timestamptz) returns void as $$
  with pairs as materialized (
    select match_candidates.id, match_candidates.state,
           app_private.survivor_of(match_candidates.lead_id) = app_private.survivor_of(match_candidates.other_lead_id) as is_one
      from app_public.match_candidates
     where match_candidates.state in ('open', 'merged')
       and (match_candidates.lead_id = any (settle_candidates.lead_ids) or match_candidates.other_lead_id = any (settle_candidates.lead_ids))
  )
  update app_public.match_candidates
     set state = case when pairs.is_one then 'merged' else 'open' end,
         decided_at = case when pairs.is_one then settle_candidates.as_of end,
         decided_by_id = case when pairs.is_one then settle_candidates.actor_id end
    from pairs
   where match_candidates.id = pairs.id and (pairs.state = 'merged') <> pairs.is_one
$$ language sql volatile;

grant execute on function app_private.settle_merged_cases(uuid, timestamptz), app_private.close_cases_to_move(uuid, timestamptz),
  app_private.settle_doubts(uuid[], timestamptz), app_private.settle_candidates(uuid[], int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/settle_merged_cases.sql
--! Included functions/app_private/apply_lead_state.sql
-- Makes a lead what decide_state decided it is: its running assignment, its clock, its row and its cases. own: what it is
-- by itself; a clock that stands only because somebody else answered says so.
create or replace function app_private.apply_lead_state(state app_private.lead_state, own app_private.lead_state, as_of timestamptz) returns void as $$
begin
  state := app_private.with_items(state);
  perform app_private.end_assignments(state.lead_id, state.assignment_id, as_of);
  update app_public.assignments set ended_at = null where assignments.id = state.assignment_id and assignments.ended_at is not null;

  perform app_private.send_clocks_home(state.lead_id, state.clock_id, as_of);
  if state.clock_id is distinct from own.clock_id then
    perform app_private.hang_clock(state.clock_id, state.lead_id);
  end if;
  update app_public.clocks  -- that of a lead which the gate holds rests
     set stopped_at = null, stop_reason = null,
         next_at = case when leads.held_at is null
           then app_private.threshold_at(clocks.started_at, clocks.target_seconds, clocks.thresholds[clocks.fired + 1]) end
    from app_public.leads
   where clocks.id = state.clock_id and state.is_clock_running and clocks.stopped_at is not null and leads.id = clocks.lead_id;
  update app_public.clocks
     set stopped_at = greatest(state.first_responded_at, clocks.started_at), next_at = null,
         stop_reason = case when own.first_responded_at is null then 'merged' end
   where clocks.id = state.clock_id and not state.is_clock_running and (clocks.stopped_at is null or clocks.stop_reason = 'merged');

  update app_public.leads
     set owner_id = state.owner_id, team_id = state.team_id, owned_at = state.owned_at, routed_at = state.routed_at,
         first_responded_at = state.first_responded_at, handed_over_at = state.handed_over_at,
         score = state.score, score_reasons = state.score_reasons,
         first_seen_at = state.first_seen_at, last_activity_at = state.last_activity_at,
         sla_policy_id = clock.policy_id, sla_started_at = clock.started_at, sla_due_at = clock.due_at,
         sla_warn_at = app_private.threshold_at(clock.started_at, clock.target_seconds, clock.thresholds[1]),
         sla_overdue_at = app_private.threshold_at(clock.started_at, clock.target_seconds, clock.thresholds[cardinality(clock.thresholds)]),
         sla_paused_at = case when state.is_clock_running then leads.held_at end,
         sla_breached_at = case when clock.thresholds[clock.fired] >= 100 then clock.due_at end,
         sla_met_at = case when state.first_responded_at <= clock.due_at then state.first_responded_at end
    from (select) as always
    left join app_public.clocks as clock on clock.id = state.clock_id
   where leads.id = state.lead_id;
  perform app_private.settle_merged_cases(state.lead_id, as_of);
end
$$ language plpgsql volatile;

-- A lead that was merged away owns nothing that runs: no assignment, no clock, no owner, no deadline.
create or replace function app_private.park_lead(lead_id uuid, survivor_id uuid, as_of timestamptz) returns void as $$
begin
  perform app_private.end_assignments(park_lead.lead_id, null, as_of);
  perform app_private.send_clocks_home(park_lead.lead_id, null, as_of);
  update app_public.clocks
     set stopped_at = greatest(park_lead.as_of, clocks.started_at), next_at = null, stop_reason = 'merged'
   where clocks.lead_id = park_lead.lead_id and clocks.stopped_at is null;
  update app_public.leads
     set merged_into_id = park_lead.survivor_id, owner_id = null, owned_at = null, sla_policy_id = null, sla_started_at = null,
         sla_warn_at = null, sla_due_at = null, sla_overdue_at = null, sla_paused_at = null, sla_breached_at = null, sla_met_at = null
   where leads.id = park_lead.lead_id;
end
$$ language plpgsql volatile;

-- The running assignment of a lead ends, unless it is the one to keep.
create or replace function app_private.end_assignments(lead_id uuid, kept_id uuid, as_of timestamptz) returns void as $$
  update app_public.assignments set ended_at = greatest(end_assignments.as_of, assignments.assigned_at)
   where assignments.lead_id = end_assignments.lead_id and assignments.ended_at is null
     and assignments.id is distinct from end_assignments.kept_id
$$ language sql volatile;

-- Clocks that a lead took over go back to the lead they were started for and stand still there since its merge, unless
-- it keeps them.
create or replace function app_private.send_clocks_home(lead_id uuid, kept_id uuid, as_of timestamptz) returns void as $$
declare
  clock record;
begin
  for clock in
    update app_public.clocks
       set stopped_at = greatest(clocks.started_at, coalesce((
             select lead_merges.merged_at from app_public.lead_merges
              where lead_merges.merged_id = clocks.origin_lead_id and lead_merges.unmerged_at is null), send_clocks_home.as_of)),
           next_at = null, stop_reason = 'merged'
     where clocks.lead_id = send_clocks_home.lead_id and clocks.origin_lead_id is not null
       and clocks.id is distinct from send_clocks_home.kept_id
    returning clocks.id, clocks.origin_lead_id
  loop
    perform app_private.hang_clock(clock.id, clock.origin_lead_id);
  end loop;
end
$$ language plpgsql volatile;

-- Hangs a clock with what it fired on a lead.
create or replace function app_private.hang_clock(clock_id uuid, lead_id uuid) returns void as $$
  update app_public.clocks
     set lead_id = leads.id, territory_id = leads.territory_id,
         origin_lead_id = nullif(coalesce(clocks.origin_lead_id, clocks.lead_id), leads.id)
    from app_public.leads
   where clocks.id = hang_clock.clock_id and leads.id = hang_clock.lead_id and clocks.lead_id <> leads.id;
  update app_public.escalations
     set lead_id = leads.id, territory_id = leads.territory_id
    from app_public.leads
   where escalations.clock_id = hang_clock.clock_id and leads.id = hang_clock.lead_id and escalations.lead_id <> leads.id
$$ language sql volatile;

grant execute on function app_private.apply_lead_state(app_private.lead_state, app_private.lead_state, timestamptz),
  app_private.park_lead(uuid, uuid, timestamptz), app_private.end_assignments(uuid, uuid, timestamptz),
  app_private.send_clocks_home(uuid, uuid, timestamptz), app_private.hang_clock(uuid, uuid) to catchment_worker;
--! EndIncluded functions/app_private/apply_lead_state.sql
--! Included functions/app_private/merge_leads.sql
-- Makes one lead of two: the rows of the merged one hang on the survivor from now on, and its id leads there. Everything is
-- written down, so that unmerge_lead can take it back. Refuses what decide_merge refuses. actor_id: null is the machine;
-- score and evidence: of the match behind it, where there is one. Answers the id of the merge.
-- Both rows are locked in the order of their ids: of two merges at once the second sees what the first has done.
create or replace function app_private.merge_leads(
  survivor_id uuid, merged_id uuid, actor_id int, score double precision, evidence jsonb, as_of timestamptz
) returns uuid as $$
<<fresh>>
declare
  merge_id uuid := uuidv7();
  decided app_private.merge_decision;
begin
  perform from app_public.leads
    where leads.id in (merge_leads.survivor_id, merge_leads.merged_id) order by leads.id for no key update;
  decided := app_private.decide_merge(merge_leads.survivor_id, merge_leads.merged_id);

  insert into app_public.lead_merges
    (id, survivor_id, merged_id, territory_id, actor_id, score, evidence, moved, survivor_before, merged_before, merged_at)
  select fresh.merge_id, merge_leads.survivor_id, merge_leads.merged_id, app_private.common_ancestor(array_agg(leads.territory_id)),
         merge_leads.actor_id, merge_leads.score, merge_leads.evidence, decided.moves, to_jsonb(decided.survivor), to_jsonb(decided.merged),
         merge_leads.as_of
    from app_public.leads where leads.id in (merge_leads.survivor_id, merge_leads.merged_id);
  perform app_private.note_own_state(decided.survivor);
  perform app_private.note_own_state(decided.merged);

  perform app_private.close_cases_to_move(merge_leads.merged_id, merge_leads.as_of);
  perform app_private.park_lead(merge_leads.merged_id, merge_leads.survivor_id, merge_leads.as_of);
  perform app_private.move_children(decided.moves, merge_leads.survivor_id, false);
  perform app_private.apply_lead_state(decided.survivor_after, decided.survivor, merge_leads.as_of);
  perform app_private.settle_doubts(array[merge_leads.survivor_id], merge_leads.as_of);
  perform app_private.settle_candidates(app_private.merged_branch(merge_leads.merged_id), merge_leads.actor_id, merge_leads.as_of);
  perform app_private.record_merge(fresh.merge_id, 'merge', merge_leads.actor_id, merge_leads.as_of);
  perform app_private.apply_survivors(array[merge_leads.survivor_id], merge_leads.as_of);
  perform app_private.apply_gates(app_private.arrivals_of(array[merge_leads.survivor_id]), app_private.current_revision(), merge_leads.as_of);
  return fresh.merge_id;
end
$$ language plpgsql volatile;

-- What a survivor is by itself, in every merge into it that stands.
create or replace function app_private.note_own_state(own app_private.lead_state) returns void as $$
  update app_public.lead_merges set survivor_before = to_jsonb(own)
   where lead_merges.survivor_id = own.lead_id and lead_merges.unmerged_at is null and lead_merges.survivor_before <> to_jsonb(own)
$$ language sql volatile;

-- The decision, in the story of both leads, each on its side of the wall. Its trace is that of the merge: its id. What the
-- match found is told only where both leads live in one territory.
create or replace function app_private.record_merge(merge_id uuid, action text, actor_id int, as_of timestamptz) returns void as $$
<<fresh>>
declare
  merge app_public.lead_merges;
  trace_id text := replace(record_merge.merge_id::text, '-', '');
  is_one_place boolean;
  survivor_decision_id uuid := uuidv7();
  merged_decision_id uuid := uuidv7();
begin
  select * into merge from app_public.lead_merges where lead_merges.id = record_merge.merge_id;
  is_one_place := (select count(distinct leads.territory_id) = 1 from app_public.leads where leads.id in (merge.survivor_id, merge.merged_id));
  update app_public.decisions
     set superseded_by_id = case decisions.lead_id when merge.survivor_id then survivor_decision_id else merged_decision_id end
   where decisions.lead_id in (merge.survivor_id, merge.merged_id) and decisions.trace_id = fresh.trace_id
     and decisions.superseded_by_id is null;
  insert into app_public.decisions (id, lead_id, territory_id, trace_id, kind, action, revision, actor_id, reason, inputs, candidates, decided_at)
  select sides.decision_id, leads.id, leads.territory_id, fresh.trace_id, 'merge', record_merge.action, app_private.current_revision(),
         record_merge.actor_id, format(sides.reason, sides.other_id),
         jsonb_build_object('mergeId', merge.id, 'survivorId', merge.survivor_id, 'mergedId', merge.merged_id)
           || case when is_one_place then jsonb_build_object('score', merge.score, 'evidence', merge.evidence) else '{}' end,
         '[]', record_merge.as_of
    from (values
      (survivor_decision_id, merge.survivor_id, merge.merged_id,
       case record_merge.action when 'merge' then 'Lead %s was merged into this one.' else 'Lead %s was taken out of this one again.' end),
      (merged_decision_id, merge.merged_id, merge.survivor_id,
       case record_merge.action when 'merge' then 'Merged into lead %s.' else 'Taken out of lead %s again.' end)
    ) as sides (decision_id, lead_id, other_id, reason)
    join app_public.leads on leads.id = sides.lead_id;
end
$$ language plpgsql volatile;

grant execute on function app_private.merge_leads(uuid, uuid, int, double precision, jsonb, timestamptz),
  app_private.note_own_state(app_private.lead_state), app_private.record_merge(uuid, text, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/merge_leads.sql
--! Included functions/app_private/unmerge_lead.sql
-- Takes a merged lead out again, wherever in the tree of merges it stands: it gets back what was first its own, what came
-- through its keys since, and the leads that were merged into it. Both leads are again what they are by themselves; what
-- people changed since stays with the survivor. Refuses what decide_unmerge refuses. Answers the id of the merge.
create or replace function app_private.unmerge_lead(lead_id uuid, actor_id int, as_of timestamptz) returns uuid as $$
declare
  root_id uuid := app_private.survivor_of(unmerge_lead.lead_id);
  decided app_private.merge_decision;
  merge app_public.lead_merges;
begin
  perform from app_public.leads where leads.id in (unmerge_lead.lead_id, root_id) order by leads.id for no key update;
  if root_id is distinct from app_private.survivor_of(unmerge_lead.lead_id) then
    raise exception 'Lead % was merged or unmerged at this moment', unmerge_lead.lead_id using errcode = 'STATE', hint = 'Look again, and try again.';
  end if;
  decided := app_private.decide_unmerge(unmerge_lead.lead_id);

  perform app_private.note_own_state(decided.survivor);
  update app_public.lead_merges
     set unmerged_at = greatest(unmerge_lead.as_of, lead_merges.merged_at), unmerged_by_id = unmerge_lead.actor_id, returned = decided.moves
   where lead_merges.merged_id = unmerge_lead.lead_id and lead_merges.unmerged_at is null
  returning * into merge;
  update app_public.leads set merged_into_id = null where leads.id = unmerge_lead.lead_id;
  perform app_private.move_children(decided.moves, unmerge_lead.lead_id, true);
  perform app_private.apply_lead_state(decided.survivor_after, decided.survivor, unmerge_lead.as_of);
  perform app_private.apply_lead_state(decided.merged_after, decided.merged, unmerge_lead.as_of);
  perform app_private.return_later_touches(merge, root_id);
  perform app_private.settle_doubts(array[unmerge_lead.lead_id, root_id], unmerge_lead.as_of);
  perform app_private.settle_candidates(app_private.merged_branch(unmerge_lead.lead_id), unmerge_lead.actor_id, unmerge_lead.as_of);
  perform app_private.record_merge(merge.id, 'unmerge', unmerge_lead.actor_id, unmerge_lead.as_of);
  perform app_private.apply_survivors(array[unmerge_lead.lead_id, root_id], unmerge_lead.as_of);
  perform app_private.apply_gates(
    app_private.arrivals_of(array[unmerge_lead.lead_id, root_id]), app_private.current_revision(), unmerge_lead.as_of);
  return merge.id;
end
$$ language plpgsql volatile;

-- Touches that came through the keys of a merged lead while it was merged: their routing decisions go back with them, and
-- the lead gets the score that they earned. Without such touches nothing happens.
create or replace function app_private.return_later_touches(merge app_public.lead_merges, root_id uuid) returns void as $$
declare
  later uuid[] := array(
    select value::uuid from jsonb_array_elements_text(merge.returned -> 'source_events') as value
    except
    select value::uuid from jsonb_array_elements_text(merge.moved -> 'source_events') as value);
begin
  if later = '{}' then
    return;
  end if;
  update app_public.decisions
     set lead_id = leads.id, territory_id = leads.territory_id
    from app_public.leads
   where leads.id = merge.merged_id and decisions.lead_id = return_later_touches.root_id and decisions.kind = 'route'
     and decisions.trace_id in (select source_events.trace_id from app_public.source_events where source_events.id = any (later))
     and not exists (  -- a trace may hold several arrivals
       select from app_public.source_events
        where source_events.lead_id = return_later_touches.root_id and source_events.trace_id = decisions.trace_id)
     and not exists (
       select from app_public.decisions as own
        where own.lead_id = leads.id and own.trace_id = decisions.trace_id and own.kind = 'route' and own.superseded_by_id is null);
  update app_public.leads set score = best.score, score_reasons = best.reasons
    from app_private.best_score(later, merge.merged_id) as best
   where leads.id = merge.merged_id and best.score > coalesce(leads.score, -1);
end
$$ language plpgsql volatile;

grant execute on function app_private.unmerge_lead(uuid, int, timestamptz), app_private.return_later_touches(app_public.lead_merges, uuid)
  to catchment_worker;
--! EndIncluded functions/app_private/unmerge_lead.sql
--! Included functions/app_private/relocate_captures.sql
-- Where captures belong now and where they belonged then, with the score of each: the pure part of stages 3, 5 and 9.
-- Arguments as those of rehearse_captures; now_id and score_now are null where a capture would be refused.
create or replace function app_private.relocate_captures(judged jsonb, revision int)
returns table (
  id uuid, lead_id uuid, outcome text, is_test boolean, is_history boolean, boundary_id int, owner_id int, team text, identities jsonb,
  then_id int, now_id int, score_then smallint, score_now smallint
) as $$
  with arrivals as materialized (
    select captures.id, captures.lead_id, captures.outcome, captures.is_test, captures.attributes as attributes_then, judged.attributes,
           capture_paths.source, home.boundary_id, contracts.id as contract_id, contracts.fallback_territory_id, leads.owner_id,
           coalesce(leads.is_history, contracts.is_history) as is_history,
           coalesce(decided.revision, relocate_captures.revision) as revision_then,
           judged.fallback, judged.team, judged.rules
      from jsonb_to_recordset(relocate_captures.judged) as judged (id uuid, attributes jsonb, fallback text, team text, rules jsonb)
      join app_public.captures on captures.id = judged.id
      join app_public.capture_paths on capture_paths.id = captures.path_id
      join app_public.territories as home on home.id = capture_paths.territory_id
      left join app_public.contracts on contracts.id = captures.contract_id
      left join app_public.leads on leads.id = captures.lead_id
      left join lateral (
        select decisions.revision from app_public.decisions
         where decisions.lead_id = captures.lead_id and decisions.trace_id = captures.trace_id
         order by decisions.id limit 1) as decided on true
  )
  select arrivals.id, arrivals.lead_id, arrivals.outcome, arrivals.is_test, arrivals.is_history, arrivals.boundary_id, arrivals.owner_id,
         arrivals.team, arrivals.attributes -> 'identities', places.then_id, places.now_id, score_then.score, score_now.score
    from arrivals
    left join lateral (
      select rules.territory_id from app_public.contract_rules as rules
       where rules.contract_id = arrivals.contract_id
         and jsonb_path_match_tz(arrivals.attributes_then, rules.condition, '{}', silent => true)
       order by rules.position limit 1) as own_then on arrivals.lead_id is not null
    left join lateral app_private.match_territory(arrivals.attributes_then, arrivals.source, arrivals.boundary_id, arrivals.revision_then)
      as rule_then on arrivals.lead_id is not null
    left join lateral (
      select territories.id as territory_id
        from jsonb_array_elements(arrivals.rules) with ordinality as rules (rule, position)
        join app_public.territories on territories.slug = rules.rule ->> 'territory'
       where jsonb_path_match_tz(arrivals.attributes, (rules.rule ->> 'condition')::jsonpath, '{}', silent => true)
       order by rules.position limit 1) as own on true
    left join lateral app_private.match_territory(arrivals.attributes, arrivals.source, arrivals.boundary_id, relocate_captures.revision)
      as rule on arrivals.attributes is not null
    left join app_public.territories as fallbacks on fallbacks.slug = arrivals.fallback and arrivals.attributes is not null
   cross join lateral (
     select coalesce(own_then.territory_id, rule_then.territory_id, arrivals.fallback_territory_id) as then_id,
            coalesce(own.territory_id, rule.territory_id, fallbacks.id) as now_id) as places
    left join lateral app_private.decide_score(arrivals.attributes_then, places.then_id, arrivals.revision_then)
      as score_then on arrivals.lead_id is not null
    left join lateral app_private.decide_score(arrivals.attributes, places.now_id, relocate_captures.revision)
      as score_now on places.now_id is not null
$$ language sql stable;

grant execute on function app_private.relocate_captures(jsonb, int) to catchment_worker;
--! EndIncluded functions/app_private/relocate_captures.sql
--! Included functions/app_private/foresee_leads.sql
-- Which captures would make a lead, and for which somebody must be found: a new lead, and one that comes elsewhere than
-- it did. Of several captures of one unknown person the first makes the lead. Arguments as those of rehearse_captures.
create or replace function app_private.foresee_leads(judged jsonb, revision int)
returns table (
  id uuid, lead_id uuid, outcome text, is_history boolean, owner_id int, team text, then_id int, now_id int,
  score_then smallint, score_now smallint, is_new boolean, is_dealt boolean
) as $$
  with located as materialized (
    select * from app_private.relocate_captures(foresee_leads.judged, foresee_leads.revision)
  ),
  known as (  -- whom a capture that has no lead would meet, by the first key that somebody has
    select distinct on (located.id) located.id, lead_identities.lead_id
      from located
     cross join lateral jsonb_array_elements(located.identities) with ordinality as identity (key, rank)
      join app_private.lead_identities
        on lead_identities.boundary_id = located.boundary_id and lead_identities.kind = identity.key ->> 'kind'
       and lead_identities.value_hash = app_private.identity_hash(identity.key ->> 'value', located.is_test)
     where located.lead_id is null
     order by located.id, identity.rank
  ),
  unknown as (
    select located.*, located.lead_id is null and located.now_id is not null and known.lead_id is null as is_unknown
      from located left join known on known.id = located.id
  ),
  fates as (
    select unknown.*, unknown.is_unknown and row_number() over (
             partition by unknown.is_unknown, unknown.boundary_id, unknown.identities -> 0 order by unknown.id) = 1 as is_new
      from unknown
  )
  select fates.id, fates.lead_id, fates.outcome, fates.is_history, fates.owner_id, fates.team, fates.then_id, fates.now_id,
         fates.score_then, fates.score_now, fates.is_new,
         fates.now_id is not null and (fates.is_new or (fates.outcome = 'lead_created' and fates.then_id <> fates.now_id))
    from fates
$$ language sql stable;

grant execute on function app_private.foresee_leads(jsonb, int) to catchment_worker;
--! EndIncluded functions/app_private/foresee_leads.sql
--! Included functions/app_private/rehearse_captures.sql
-- What would become of captures now, beside what was decided of them then. Pure: reads, and takes no lock.
--   judged: [{"id": capture, "attributes": {…} or null when it would be refused,
--             "fallback": slug, "team": slug, "rules": [{"territory": slug, "condition": path}, …]}, …]
-- `then` is worked out anew from what was known at that time: the attributes that were stored, the contract that judged
-- and the revision that decided. So what people changed since (an owner, a status) is no difference.
-- Owner: a lead that stays in its territory keeps its owner. One that is new, or comes elsewhere, is dealt to the team
-- there, in turn and as far as there is room, as if it arrived at `as_of`; turns are read and not moved.
--   dealt: {"actor id": leads that this rehearsal dealt before}; the deal goes on from there.
create or replace function app_private.rehearse_captures(judged jsonb, revision int, as_of timestamptz, dealt jsonb default '{}')
returns table (
  capture_id uuid, is_lead boolean, territory_then text, territory text, score_then smallint, score smallint,
  owner_then text, owner text, dealt_to int
) as $$
  with leads_of as materialized (
    select * from app_private.foresee_leads(rehearse_captures.judged, rehearse_captures.revision)
  ),
  asks as materialized (
    select leads_of.id, leads_of.is_history, teams.team_id,
           row_number() over (partition by teams.team_id, leads_of.is_history order by leads_of.id) as n,
           count(*) over (partition by teams.team_id, leads_of.is_history) as size
      from leads_of
     cross join lateral (
       select coalesce(
         (select own.id from app_public.teams as own join app_public.territories on territories.id = leads_of.now_id
           where own.slug = leads_of.team and own.is_active and own.territory_id = any (territories.path)),
         app_private.sales_team(leads_of.now_id)) as team_id) as teams
     where leads_of.is_dealt
  ),
  seats as (
    select deals.team_id, deals.is_history, deals.size,
           sum(earlier.leads) as before, array_agg(members.actor_id order by members.waited) as actor_ids,
           array_agg(members.weight order by members.waited) as weights, array_agg(members.credit order by members.waited) as credits,
           array_agg(members.room order by members.waited) as rooms
      from (select distinct asks.team_id, asks.is_history, asks.size from asks where asks.team_id is not null) as deals
     cross join lateral app_private.decide_members(deals.team_id, deals.is_history, 2147483647, rehearse_captures.as_of) as members
     cross join lateral (select coalesce((rehearse_captures.dealt ->> members.actor_id::text)::bigint, 0) as leads) as earlier
     where members.unfit is null and members.room > 0
     group by 1, 2, 3
  ),
  cards as (  -- the deal of all that came before, and then of these
    select seats.team_id, seats.is_history, seats.actor_ids[places.member] as actor_id, places.n - seats.before as n
      from seats
     cross join lateral app_private.decide_deal(seats.weights, seats.credits, seats.rooms, (seats.before + seats.size)::int) as deal
     cross join lateral unnest(deal.places) with ordinality as places (member, n)
  )
  select leads_of.id, leads_of.outcome = 'lead_created' or leads_of.is_new,
         places_then.slug, places.slug, leads_of.score_then, leads_of.score_now,
         case when leads_of.outcome = 'lead_created' then owners_then.slug end,
         case when leads_of.is_dealt then owners.slug
              when leads_of.outcome = 'lead_created' and leads_of.now_id is not null then owners_then.slug end,
         cards.actor_id
    from leads_of
    left join app_public.territories as places_then on places_then.id = leads_of.then_id
    left join app_public.territories as places on places.id = leads_of.now_id
    left join app_public.actors as owners_then on owners_then.id = leads_of.owner_id
    left join asks on asks.id = leads_of.id
    left join cards on cards.team_id = asks.team_id and cards.is_history = asks.is_history and cards.n = asks.n
    left join app_public.actors as owners on owners.id = cards.actor_id
   order by leads_of.id
$$ language sql stable;

grant execute on function app_private.rehearse_captures(jsonb, int, timestamptz, jsonb) to catchment_worker;
--! EndIncluded functions/app_private/rehearse_captures.sql
--! Included functions/app_private/release_dead_workers.sql
-- A worker process holds a session advisory lock (its pool's id) for as long as it lives. Where the lock is
-- free the process is gone: its locked jobs are let go, so that others take them in seconds, not in four
-- hours. Answers how many processes were found dead.
create or replace function app_private.release_dead_workers() returns int as $$
declare
  dead app_private.worker_pools;
  found_dead int := 0;
begin
  for dead in select * from app_private.worker_pools order by worker_pools.id for update skip locked loop
    continue when not pg_try_advisory_xact_lock(app_private.worker_lock_class(), dead.id);
    perform graphile_worker.force_unlock_workers(dead.worker_ids);
    delete from app_private.worker_pools where worker_pools.id = dead.id;
    found_dead := found_dead + 1;
  end loop;
  return found_dead;
end
$$ language plpgsql volatile;

-- The first key of these locks, so that they meet no others.
create or replace function app_private.worker_lock_class() returns int as $$
  select hashtext('catchment.worker')
$$ language sql immutable;

grant execute on function app_private.release_dead_workers(), app_private.worker_lock_class() to catchment_worker;
--! EndIncluded functions/app_private/release_dead_workers.sql
--! Included functions/app_private/escalation_recipient.sql
-- Whom a threshold reaches: the owner for a warning; the owner's manager from the breach on. Without owner
-- or manager: a present manager of the nearest ancestor, at last its operations. Null only where a tree
-- has neither.
create or replace function app_private.escalation_recipient(territory_id int, owner_id int, threshold int, as_of timestamptz)
returns int as $$
  select candidates.actor_id
    from (
      select escalation_recipient.owner_id as actor_id, 1 as preference, 0 as distance
       where escalation_recipient.threshold < 100
      union all
      select owners.manager_id, 2, 0 from app_public.actors as owners where owners.id = escalation_recipient.owner_id
      union all
      select memberships.actor_id, case memberships.role when 'manager' then 3 else 4 end,
             cardinality(territories.path) - array_position(territories.path, memberships.territory_id)
        from app_public.territories
        join app_public.memberships on memberships.territory_id = any (territories.path) and memberships.role in ('manager', 'operations')
       where territories.id = escalation_recipient.territory_id
    ) as candidates
    join app_public.actors on actors.id = candidates.actor_id and actors.is_active
   where not exists (
     select from app_public.absences
      where absences.actor_id = actors.id
        and absences.starts_at <= escalation_recipient.as_of and absences.ends_at > escalation_recipient.as_of)
   order by candidates.preference, candidates.distance, actors.id
   limit 1
$$ language sql stable;

grant execute on function app_private.escalation_recipient(int, int, int, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/escalation_recipient.sql
--! Included functions/app_private/fire_thresholds.sql
-- Stage 12: fires the next threshold of at most so many due clocks, earliest first, each exactly once
-- (unique clock and threshold), and tells whom it concerns. A clock with several thresholds due fires one
-- a pass, in order: call until fewer than at_most fired. The first of 150 % or more reassigns the lead (escalate_leads).
-- Any number of workers: what another holds is skipped, and so is a lead that somebody is working on, who will want its
-- clock next.
create or replace function app_private.fire_thresholds(as_of timestamptz, at_most int) returns int as $$
declare
  reassigns_at constant int := 150;  -- percent
  fired int;
  overdue uuid[];
begin
  with due as materialized (
    select clocks.*, clocks.thresholds[clocks.fired + 1] as threshold, leads.owner_id
      from app_public.clocks
      join app_public.leads on leads.id = clocks.lead_id
     where clocks.next_at <= fire_thresholds.as_of
     order by clocks.next_at
     limit fire_thresholds.at_most
       for no key update of clocks, leads skip locked
  ),
  advanced as (
    update app_public.clocks
       set fired = clocks.fired + 1,
           next_at = app_private.threshold_at(clocks.started_at, clocks.target_seconds, clocks.thresholds[clocks.fired + 2])
      from due where clocks.id = due.id
  ),
  breached as (
    update app_public.leads set sla_breached_at = due.due_at
      from due where leads.id = due.lead_id and due.threshold >= 100 and leads.sla_breached_at is null
  ),
  written as (
    insert into app_public.escalations (clock_id, lead_id, territory_id, trace_id, threshold, recipient_id, due_at, fired_at)
    select due.id, due.lead_id, due.territory_id, due.trace_id, due.threshold,
           app_private.escalation_recipient(due.territory_id, due.owner_id, due.threshold, fire_thresholds.as_of),
           due.next_at, fire_thresholds.as_of
      from due
    returning escalations.*
  ),
  told as (
    insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
    select written.id, written.lead_id, written.territory_id, written.trace_id, 'sla_threshold', written.recipient_id,
           format('%s %% of the time to a first response have passed.', written.threshold), fire_thresholds.as_of, fire_thresholds.as_of
      from written where written.recipient_id is not null
  )
  select count(*), array_agg(due.lead_id) filter (
           where due.threshold >= reassigns_at and coalesce(due.thresholds[due.fired] < reassigns_at, true))  -- the first such of the clock
    into fired, overdue
    from written join due on due.id = written.clock_id;
  if overdue is not null then
    perform app_private.escalate_leads(overdue, reassigns_at, fire_thresholds.as_of);
  end if;
  return fired;
end
$$ language plpgsql volatile;

grant execute on function app_private.fire_thresholds(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/fire_thresholds.sql
--! Included functions/app_private/arm_fire_thresholds.sql
-- Sets the one alarm of the sweep: at the next deadline, at most 60 s away, at least 50 ms (rows skipped as
-- locked must not make it spin). Only the sweep calls it, after its passes; the lock is taken by a statement
-- of its own, so that the next one sees what committed meanwhile.
create or replace function app_private.arm_fire_thresholds() returns void as $$
begin
  perform pg_advisory_xact_lock(hashtext('catchment.fire_thresholds'));
  perform graphile_worker.add_job('fire_thresholds', job_key => 'fire_thresholds:next', run_at => least(
    (select greatest(clocks.next_at, clock_timestamp() + interval '50 ms')  -- no row, no instant: greatest would ignore a null
       from app_public.clocks where clocks.next_at is not null order by clocks.next_at limit 1),
    clock_timestamp() + interval '60 s'));
end
$$ language plpgsql volatile;

grant execute on function app_private.arm_fire_thresholds() to catchment_worker;
--! EndIncluded functions/app_private/arm_fire_thresholds.sql
--! Included functions/app_private/claim_notifications.sql
-- Stage 13: takes at most so many due rows of the outbox for one attempt. Unless mark_notified says that it was
-- accepted, a row comes back after 1, 4, 16 … minutes, at most three days. What invites to contact somebody whom the gate
-- holds is withdrawn instead.
create or replace function app_private.claim_notifications(as_of timestamptz, at_most int)
returns table (id uuid, channel text, kind text, text text, recipient text, lead_id uuid, trace_id text, attempt int) as $$
  with claimed as (
    select notifications.id, leads.held_at is not null and notifications.kind <> 'contact_stopped' as is_withdrawn
      from app_public.notifications left join app_public.leads on leads.id = notifications.lead_id
     where notifications.next_attempt_at <= claim_notifications.as_of
     order by notifications.next_attempt_at
     limit claim_notifications.at_most
       for no key update of notifications skip locked
  ),
  withdrawn as (
    update app_public.notifications set next_attempt_at = null, withdrawn_at = claim_notifications.as_of
      from claimed where notifications.id = claimed.id and claimed.is_withdrawn
  )
  update app_public.notifications
     set attempts = notifications.attempts + 1,
         next_attempt_at = claim_notifications.as_of + interval '1 minute' * power(4, least(notifications.attempts, 6))
    from claimed, app_public.actors
   where notifications.id = claimed.id and not claimed.is_withdrawn and actors.id = notifications.recipient_id
  returning notifications.id, notifications.channel, notifications.kind, notifications.text, actors.slug,
            notifications.lead_id, notifications.trace_id, notifications.attempts::int
$$ language sql volatile
  set enable_seqscan = off  -- as process_captures: plans are kept, and the outbox was empty when they were made
  set enable_hashjoin = off
  set enable_mergejoin = off;

-- Marks notifications as accepted by their channel; an assignment that was accepted is handed over,
-- and so is a lead whose owner learns only that the gate has freed it.
create or replace function app_private.mark_notified(notification_ids uuid[], as_of timestamptz) returns void as $$
  with sent as (
    update app_public.notifications set sent_at = mark_notified.as_of, next_attempt_at = null, withdrawn_at = null  -- what went out went out
     where notifications.id = any (mark_notified.notification_ids) and notifications.sent_at is null
    returning notifications.lead_id, notifications.kind
  )
  update app_public.leads set handed_over_at = mark_notified.as_of
    from (select distinct sent.lead_id from sent where sent.kind in ('lead_assigned', 'contact_allowed')) as handed
   where leads.id = handed.lead_id and leads.handed_over_at is null
$$ language sql volatile
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off;

grant execute on function app_private.claim_notifications(timestamptz, int), app_private.mark_notified(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/claim_notifications.sql
--! Included functions/app_private/merge_trees.sql
-- The whole trees of merges that these leads stand in: each lead of them with the survivor at the root. A person is a
-- tree. Leads that are not there are not answered.
create or replace function app_private.merge_trees(lead_ids uuid[]) returns table (root_id uuid, lead_id uuid) as $$
  with recursive upward as (
    select leads.id, leads.merged_into_id from app_public.leads where leads.id = any (merge_trees.lead_ids)
    union
    select leads.id, leads.merged_into_id from upward join app_public.leads on leads.id = upward.merged_into_id
  ),
  downward as (
    select upward.id as root_id, upward.id as lead_id from upward where upward.merged_into_id is null
    union all
    select downward.root_id, leads.id from downward join app_public.leads on leads.merged_into_id = downward.lead_id
  )
  select downward.root_id, downward.lead_id from downward
$$ language sql stable;

grant execute on function app_private.merge_trees(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/merge_trees.sql
--! Included functions/app_private/loose_captures_of.sql
-- Arrivals that hang on no lead (refused, set aside, passed over) and name one of these leads by an e-mail address that
-- is its key alone. By nothing else: a phone may be an office's, a name anybody's. Addresses are sought in the raw bytes,
-- in any case, also as forms write them (%40), and not as a part of a longer address.
create or replace function app_private.loose_captures_of(lead_ids uuid[]) returns table (lead_id uuid, capture_id uuid) as $$
  with addresses as materialized (
    select lead_identities.lead_id, lead_identities.boundary_id,
           array_agg(distinct '(^|[^a-z0-9.%+-])' || regexp_replace(lower(key ->> 'value'), '([^[:alnum:]])', '\\\1', 'g') || '($|[^a-z0-9.-]|\.($|[^a-z0-9]))') as patterns
      from app_private.lead_identities
      join app_public.captures on captures.lead_id in (select trees.lead_id from app_private.merge_trees(loose_captures_of.lead_ids) as trees)
     cross join lateral jsonb_array_elements(captures.attributes -> 'identities') as key
     where lead_identities.lead_id = any (loose_captures_of.lead_ids)
       and lead_identities.kind = 'email' and not lead_identities.is_shared
       and key ->> 'kind' = 'email' and lead_identities.value_hash = app_private.identity_hash(key ->> 'value', captures.is_test)
     group by lead_identities.lead_id, lead_identities.boundary_id
  )
  select addresses.lead_id, captures.id
    from addresses
    join app_public.territories as home on home.boundary_id = addresses.boundary_id
    join app_public.capture_paths on capture_paths.territory_id = home.id
    join app_public.captures on captures.path_id = capture_paths.id
   cross join lateral (
     select replace(replace(replace(lower(concat_ws(' ', encode(captures.body, 'escape'), captures.fetched, captures.corrections, captures.attributes)),
              '%40', '@'), '%2b', '+'), '%3c', '<') as said) as raw
   where captures.lead_id is null and captures.status <> 'pending' and captures.erased_at is null
     and raw.said ~ any (addresses.patterns)
$$ language sql stable;

grant execute on function app_private.loose_captures_of(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/loose_captures_of.sql
--! Included functions/app_private/captures_of_people.sql
-- Every arrival with content that is of these persons: of their leads, of what they demanded by law, and those that
-- hang on no lead. root_id: the survivor of their tree of merges.
create or replace function app_private.captures_of_people(lead_ids uuid[]) returns table (root_id uuid, capture_id uuid) as $$
  with trees as materialized (
    select trees.root_id, trees.lead_id from app_private.merge_trees(captures_of_people.lead_ids) as trees
  ),
  found as (
    select captures.lead_id, captures.id from app_public.captures where captures.lead_id in (select trees.lead_id from trees)
    union
    select privacy_requests.lead_id, privacy_requests.capture_id
      from app_private.privacy_requests where privacy_requests.lead_id in (select trees.lead_id from trees)
    union
    select loose.lead_id, loose.capture_id
      from app_private.loose_captures_of(array(select trees.lead_id from trees)) as loose
  )
  select distinct trees.root_id, captures.id
    from found
    join trees on trees.lead_id = found.lead_id
    join app_public.captures on captures.id = found.id
   where captures.erased_at is null
$$ language sql stable;

grant execute on function app_private.captures_of_people(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/captures_of_people.sql
--! Included functions/app_private/scrub_captures.sql
-- Takes the content of arrivals away: bytes, headers, what was read from them, what people put right or wrote beside.
-- What became of each stays, and whose it is; one that waited for people or for its turn is over (`erased`), and so is
-- its case. Of a request with several events, whose bytes hold the event again, the whole goes too; the other events
-- have their own bytes. A second time it changes nothing. Answers how many it emptied.
create or replace function app_private.scrub_captures(capture_ids uuid[], as_of timestamptz) returns int as $$
declare
  emptied uuid[];
begin
  with listed as (
    select captures.id, captures.part_of from app_public.captures where captures.id = any (scrub_captures.capture_ids)
  ),
  scrubbed as (
    update app_public.captures
       set body = '', content_type = null, headers = null, attributes = null, fetched = null, violations = null, corrections = null,
           error = null, discard_reason = null, revalidation = null, revalidate_with = null, fetch_due_at = null,
           outcome = case when captures.status <> 'processed' or captures.outcome = 'discarded' then 'erased' else captures.outcome end,
           status = 'processed', processed_at = coalesce(captures.processed_at, scrub_captures.as_of),
           erased_at = scrub_captures.as_of
     where captures.id in (select listed.id from listed union select listed.part_of from listed where listed.part_of is not null)
       and captures.erased_at is null
    returning captures.id
  )
  select array_agg(scrubbed.id) into emptied from scrubbed;

  update app_public.exceptions
     set reason = replace(exceptions.kind, '_', ' '), details = '{}', note = null,
         outcome = case when app_private.is_word_of_ours(exceptions.outcome) then exceptions.outcome else 'erased' end,
         resolved_at = coalesce(exceptions.resolved_at, greatest(scrub_captures.as_of, exceptions.opened_at))
   where exceptions.capture_id = any (emptied);
  return coalesce(cardinality(emptied), 0);
end
$$ language plpgsql volatile;

grant execute on function app_private.scrub_captures(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/scrub_captures.sql
--! Included functions/app_private/end_privacy_requests.sql
-- What was demanded for these leads is done: nothing is held any more. A case that stood for several leads waits for the
-- last of them. Whom a request is about is kept no longer.
create or replace function app_private.end_privacy_requests(lead_ids uuid[], as_of timestamptz) returns void as $$
declare
  hashes bytea[] := array(select lead_identities.value_hash from app_private.lead_identities
                           where lead_identities.lead_id = any (end_privacy_requests.lead_ids) and not lead_identities.is_shared);
  asked uuid[];
begin
  with ended as (
    update app_private.privacy_requests
       set subject_hashes = '{}',
           completed_at = coalesce(privacy_requests.completed_at, greatest(end_privacy_requests.as_of, privacy_requests.requested_at)),
           outcome = coalesce(privacy_requests.outcome, 'erased')
     where coalesce(privacy_requests.origin_lead_id, privacy_requests.lead_id) = any (end_privacy_requests.lead_ids)
        or (privacy_requests.lead_id is null and privacy_requests.subject_hashes && hashes)
    returning privacy_requests.capture_id
  )
  select array_agg(ended.capture_id) into asked from ended;

  update app_public.exceptions
     set resolved_at = greatest(end_privacy_requests.as_of, exceptions.opened_at), outcome = 'erased'
   where exceptions.capture_id = any (asked) and exceptions.kind = 'privacy_request' and exceptions.resolved_at is null
     and not exists (select from app_private.privacy_requests
                      where privacy_requests.capture_id = exceptions.capture_id and privacy_requests.completed_at is null);
end
$$ language plpgsql volatile;

grant execute on function app_private.end_privacy_requests(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/end_privacy_requests.sql
--! Included functions/app_private/scrub_touches.sql
-- Empties the touches of these leads, which hang on one of `reach`, and errors of jobs that quote what they said. The
-- channel that was read from what goes is kept as it was read. What a deal is worth stays at its lead, which is read from
-- the attributes.
create or replace function app_private.scrub_touches(lead_ids uuid[], reach uuid[]) returns void as $$
declare
  said text[] := array(
    select distinct lower(said.value #>> '{}')
      from app_public.source_events
     cross join lateral jsonb_path_query(source_events.attributes, '$.** ? (@.type() == "string")') as said (value)
     where source_events.lead_id = any (scrub_touches.reach) and source_events.origin_lead_id = any (scrub_touches.lead_ids)
       and length(said.value #>> '{}') > 3);  -- shorter ones stand in any text
begin
  update graphile_worker._private_jobs set last_error = null
   where exists (select from unnest(said) as one (word) where position(one.word in lower(_private_jobs.last_error)) > 0);
  update app_public.source_events
     set derived_channel = case when source_events.channel is null then coalesce(source_events.derived_channel, app_hidden.channel_of(
           source_events.medium, source_events.source, source_events.click_id, source_events.landing_page, source_events.referrer)) end,
         content = null, term = null, landing_page = null, referrer = null, click_id = null,
         attributes = jsonb_strip_nulls(jsonb_build_object(
           'value_amount', source_events.attributes -> 'value_amount', 'value_currency', source_events.attributes -> 'value_currency'))
   where source_events.lead_id = any (scrub_touches.reach) and source_events.origin_lead_id = any (scrub_touches.lead_ids);
end
$$ language plpgsql volatile;

grant execute on function app_private.scrub_touches(uuid[], uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/scrub_touches.sql
--! Included functions/app_private/scrub_stories.sql
-- Empties what people and stages wrote about these leads, in rows that hang on one of `reach`: notes, edits, reasons,
-- messages. Messages that wait are withdrawn, open cases are closed.
create or replace function app_private.scrub_stories(lead_ids uuid[], reach uuid[], as_of timestamptz) returns void as $$
begin
  update app_public.activities set note = null
   where activities.lead_id = any (scrub_stories.reach) and coalesce(activities.origin_lead_id, activities.lead_id) = any (scrub_stories.lead_ids);
  update app_public.consents set note = null
   where consents.lead_id = any (scrub_stories.reach) and coalesce(consents.origin_lead_id, consents.lead_id) = any (scrub_stories.lead_ids);
  update app_public.lead_edits set value = null  -- left blank on purpose: so it stays, whatever is recomputed
   where lead_edits.lead_id = any (scrub_stories.reach) and coalesce(lead_edits.origin_lead_id, lead_edits.lead_id) = any (scrub_stories.lead_ids)
     and lead_edits.field not in ('value_amount', 'value_currency');
  update app_public.decisions set reason = 'Erased.', inputs = '{}'
   where decisions.lead_id = any (scrub_stories.lead_ids);
  update app_public.notifications
     set text = 'Erased.', next_attempt_at = null,
         withdrawn_at = case when notifications.sent_at is null then coalesce(notifications.withdrawn_at, as_of) end
   where notifications.lead_id = any (scrub_stories.reach) and coalesce(notifications.origin_lead_id, notifications.lead_id) = any (scrub_stories.lead_ids);
  update app_public.exceptions
     set reason = replace(exceptions.kind, '_', ' '), details = '{}', note = null,
         outcome = case when app_private.is_word_of_ours(exceptions.outcome) then exceptions.outcome else 'erased' end,
         resolved_at = coalesce(exceptions.resolved_at, greatest(as_of, exceptions.opened_at))
   where exceptions.lead_id = any (scrub_stories.reach) and coalesce(exceptions.origin_lead_id, exceptions.lead_id) = any (scrub_stories.lead_ids);
end
$$ language plpgsql volatile;

grant execute on function app_private.scrub_stories(uuid[], uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/scrub_stories.sql
--! Included functions/app_private/scrub_people.sql
-- Empties what is personal around these leads and in these arrivals, wherever a merge has hung it. What is no person's
-- stays: channel, source, campaign, medium, instants, owners, amounts, counts. Open leads are closed and their clocks stop.
-- Columns that stay although they hold text are listed in test/house/erasure_keeps.ts, each with its reason.
create or replace function app_private.scrub_people(lead_ids uuid[], capture_ids uuid[], as_of timestamptz) returns void as $$
declare
  -- What is theirs hangs on them, or on the lead that they were merged into.
  reach uuid[] := array(select distinct trees.root_id from app_private.merge_trees(scrub_people.lead_ids) as trees) || scrub_people.lead_ids;
begin
  perform app_private.scrub_touches(scrub_people.lead_ids, reach);
  perform app_private.scrub_stories(scrub_people.lead_ids, reach, as_of);
  perform app_private.end_privacy_requests(scrub_people.lead_ids, as_of);
  perform app_private.scrub_captures(scrub_people.capture_ids, as_of);
  update app_private.capture_keys
     set idempotency_key = 'erased:' || encode(sha256(convert_to(capture_keys.idempotency_key, 'UTF8')), 'hex'), body_hash = null
   where capture_keys.capture_id = any (scrub_people.capture_ids) and capture_keys.body_hash is not null;
  -- Who asked not to be contacted is still not; that a mailbox once refused us is nobody's wish.
  delete from app_private.suppressions using app_private.lead_identities
   where lead_identities.lead_id = any (scrub_people.lead_ids) and not lead_identities.is_shared and suppressions.reason = 'bounced'
     and (suppressions.boundary_id, suppressions.kind, suppressions.value_hash)
       = (lead_identities.boundary_id, lead_identities.kind, lead_identities.value_hash);
  perform app_private.forget_matches(scrub_people.lead_ids);

  update app_public.clocks
     set stopped_at = greatest(as_of, clocks.started_at), next_at = null, stop_reason = 'erased'
   where clocks.lead_id = any (scrub_people.lead_ids) and clocks.stopped_at is null;
  update app_public.leads
     set first_name = null, last_name = null, email = null, phone = null, company = null, company_domain = null, street = null,
         city = null, postal_code = null, region = null, country = null, language = null, segment = null, birth_date = null,
         employees = null, score_reasons = null, field_origins = null, held_at = null,
         status = case when leads.closed_at is null then 'closed_lost' else leads.status end,
         closed_at = coalesce(leads.closed_at, as_of),
         erased_at = coalesce(leads.erased_at, as_of)
   where leads.id = any (scrub_people.lead_ids);
  delete from app_private.audit_salts where audit_salts.id = any (scrub_people.lead_ids);  -- last: the lines above have used it
end
$$ language plpgsql volatile;

grant execute on function app_private.scrub_people(uuid[], uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/scrub_people.sql
--! Included functions/app_private/erase_people.sql
-- Forgets the persons that these leads are of, whole trees of merges, in this transaction, and writes down that it did.
-- The commit draws the line: what was resolved to a person before it goes with them; whatever is resolved later finds no
-- key any more and is somebody new. Called again it erases what has come to a forgotten lead since. Answers the rows it
-- wrote; none when there was nothing to erase.
create or replace function app_private.erase_people(lead_ids uuid[], cause text, as_of timestamptz) returns setof app_private.erasures as $$
declare
  people uuid[];
  written app_private.erasures[];
begin
  loop  -- a merge may have come between the look and the locks
    people := array(select trees.lead_id from app_private.merge_trees(erase_people.lead_ids) as trees order by trees.lead_id);
    -- Keys before leads, each in one order, as arrivals do: who holds a key is about to write to its lead, is waited for,
    -- and what it wrote is found below.
    perform from app_private.lead_identities
      where lead_identities.lead_id = any (people)
      order by lead_identities.boundary_id, lead_identities.kind, lead_identities.value_hash for update;
    perform from app_public.leads where leads.id = any (people) order by leads.id for no key update;
    exit when people = array(select trees.lead_id from app_private.merge_trees(erase_people.lead_ids) as trees order by trees.lead_id);
  end loop;

  with arrivals as (
    select arrivals.root_id, array_agg(arrivals.capture_id order by arrivals.capture_id) as ids
      from app_private.captures_of_people(people) as arrivals group by arrivals.root_id
  ),
  noted as (
    insert into app_private.erasures (lead_id, territory_id, lead_ids, capture_ids, cause, actor_id, erased_at)
    select roots.id, roots.territory_id, trees.ids, coalesce(arrivals.ids, '{}'), erase_people.cause, app_hidden.current_actor_id(), erase_people.as_of
      from (select trees.root_id, array_agg(trees.lead_id order by trees.lead_id) as ids
              from app_private.merge_trees(people) as trees group by trees.root_id) as trees
      join app_public.leads as roots on roots.id = trees.root_id
      left join arrivals on arrivals.root_id = trees.root_id
     where arrivals.ids is not null
        or exists (select from app_public.leads where leads.id = any (trees.ids) and leads.erased_at is null)
        or exists (select from app_private.lead_identities where lead_identities.lead_id = any (trees.ids))
     order by roots.id
    returning erasures.*
  )
  select array_agg(noted::app_private.erasures) into written from noted;
  if written is null then
    return;
  end if;
  perform app_private.scrub_people(
    array(select listed.id from unnest(written) as one cross join unnest(one.lead_ids) as listed (id)),
    array(select listed.id from unnest(written) as one cross join unnest(one.capture_ids) as listed (id)), erase_people.as_of);
  return query select * from unnest(written);
end
$$ language plpgsql volatile;

grant execute on function app_private.erase_people(uuid[], text, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/erase_people.sql
--! Included functions/app_private/erase_captures.sql
-- Forgets arrivals that hang on no lead, and writes down that it did: what was refused or passed over, of somebody who
-- never became a lead. Those of a lead go with their person only. Answers the row it wrote, or none.
create or replace function app_private.erase_captures(capture_ids uuid[], cause text, as_of timestamptz) returns setof app_private.erasures as $$
declare
  loose uuid[] := array(
    select captures.id from app_public.captures
     where captures.id = any (erase_captures.capture_ids)
       and captures.lead_id is null and captures.status <> 'pending' and captures.erased_at is null
     order by captures.id for no key update);
begin
  if loose = '{}' then
    return;
  end if;
  perform app_private.scrub_people('{}', loose, erase_captures.as_of);
  return query
    insert into app_private.erasures (lead_ids, capture_ids, cause, actor_id, erased_at)
    values ('{}', loose, erase_captures.cause, app_hidden.current_actor_id(), erase_captures.as_of)
    returning *;
end
$$ language plpgsql volatile;

grant execute on function app_private.erase_captures(uuid[], text, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/erase_captures.sql
--! Included functions/app_private/erase_late.sql
-- What came to a forgotten lead after all, by a stage that had found it before the erasure committed and wrote after:
-- erased too. Looks at the erasures of the last day; answers how many it had to.
create or replace function app_private.erase_late(as_of timestamptz) returns int as $$
  select count(*)::int from app_private.erase_people(
    array(select leads.id from app_public.leads
           where leads.erased_at > erase_late.as_of - interval '1 day'
             and (exists (select from app_public.captures where captures.lead_id = leads.id and captures.erased_at is null)
               or exists (select from app_private.lead_identities where lead_identities.lead_id = leads.id))),
    'request', erase_late.as_of)
$$ language sql volatile;

grant execute on function app_private.erase_late(timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/erase_late.sql
--! Included functions/app_private/reapply_erasure.sql
-- Forgets once more what a line of the ledger names, in a database that was restored from before it. Exactly that: trees
-- of merges may have been others then. A lead that only arrivals of the line have made is the same person, resolved again
-- since the restore. Answers whether it did anything; a line that the database knows is done.
create or replace function app_private.reapply_erasure(
  id uuid, lead_id uuid, lead_ids uuid[], capture_ids uuid[], cause text, erased_at timestamptz, as_of timestamptz
) returns boolean as $$
declare
  people uuid[];
  arrivals uuid[];
  others uuid[];
begin
  if exists (select from app_private.erasures where erasures.id = reapply_erasure.id) then
    return false;
  end if;
  people := array(
    select leads.id from app_public.leads
     where leads.id = any (reapply_erasure.lead_ids)
        or leads.id in (
          select captures.lead_id from app_public.captures
           where captures.id = any (reapply_erasure.capture_ids)
             and not exists (select from app_public.captures as another
                              where another.lead_id = captures.lead_id and another.id <> all (reapply_erasure.capture_ids)))
     order by leads.id for no key update);
  arrivals := array(
    select captures.id from app_public.captures
     where captures.id = any (reapply_erasure.capture_ids) and captures.erased_at is null
    union
    select captures.id from app_public.captures
     where captures.lead_id = any (people) and captures.erased_at is null);
  if people = '{}' and arrivals = '{}' then
    return false;
  end if;
  others := array(select distinct trees.root_id from app_private.merge_trees(people) as trees where trees.root_id <> all (people));
  perform app_private.scrub_people(people, arrivals, reapply_erasure.as_of);
  perform app_private.apply_survivors(others, reapply_erasure.as_of);
  insert into app_private.erasures (id, lead_id, territory_id, lead_ids, capture_ids, cause, erased_at, recorded_at)
  select reapply_erasure.id, leads.id, leads.territory_id, people, arrivals, reapply_erasure.cause, reapply_erasure.erased_at, reapply_erasure.as_of
    from (values (reapply_erasure.lead_id)) as asked (id) left join app_public.leads on leads.id = asked.id;
  return true;
end
$$ language plpgsql volatile;

grant execute on function app_private.reapply_erasure(uuid, uuid, uuid[], uuid[], text, timestamptz, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/reapply_erasure.sql
--! Included functions/app_private/unrecorded_erasures.sql
-- Erasures that the ledger does not hold yet, oldest first, locked until this transaction ends: whoever comes meanwhile
-- waits and then finds them recorded. For the API too, which must not answer before. Ids and instants, nothing personal.
create or replace function app_private.unrecorded_erasures()
returns table (id uuid, lead_id uuid, lead_ids uuid[], capture_ids uuid[], cause text, erased_at timestamptz) as $$
  select erasures.id, erasures.lead_id, erasures.lead_ids, erasures.capture_ids, erasures.cause, erasures.erased_at
    from app_private.erasures
   where erasures.recorded_at is null
   order by erasures.id
     for no key update
$$ language sql volatile security definer set search_path = pg_catalog, pg_temp;

-- They stand in the ledger now, on disk.
create or replace function app_private.mark_erasures_recorded(erasure_ids uuid[], as_of timestamptz) returns void as $$
  update app_private.erasures set recorded_at = greatest(mark_erasures_recorded.as_of, erasures.erased_at)
   where erasures.id = any (mark_erasures_recorded.erasure_ids) and erasures.recorded_at is null
$$ language sql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.unrecorded_erasures(), app_private.mark_erasures_recorded(uuid[], timestamptz) to catchment_api, catchment_worker;
--! EndIncluded functions/app_private/unrecorded_erasures.sql
--! Included functions/app_private/decide_retention.sql
-- What the rules of retention do not keep any longer, at most so many of each rule, the oldest first: leads that nobody was
-- active with, content of arrivals, notifications. Pure. Of the rules that fit a lead the most specific one counts
-- (purpose before status); of equally specific ones, since a lead may serve several purposes, the one that keeps it longest.
create or replace function app_private.decide_retention(as_of timestamptz, at_most int) returns table (slug text, subject text, id uuid) as $$
  with clients as (
    select rules.*, decide_retention.as_of - make_interval(days => rules.keep_days) as ends_at from app_private.retention_rules as rules
  ),
  governed as (
    select distinct on (leads.id) leads.id, leads.last_activity_at, clients.slug, clients.ends_at
      from clients
      join app_public.territories on territories.root_id = clients.territory_id
      join app_public.leads on leads.territory_id = territories.id
     where clients.subject = 'leads' and leads.erased_at is null and leads.merged_into_id is null
       and leads.last_activity_at < decide_retention.as_of - make_interval(days => (
         select min(shortest.keep_days) from clients as shortest where shortest.territory_id = clients.territory_id and shortest.subject = 'leads'))
       and (clients.status is null or clients.status = leads.status)
       and (clients.purpose is null or exists (
         select from app_public.consents where consents.lead_id = leads.id and consents.purpose = clients.purpose))
     order by leads.id, clients.purpose is null, clients.status is null, clients.keep_days desc nulls first
  ),
  over as (
    select governed.slug, 'leads' as subject, governed.id, governed.last_activity_at as since
      from governed where governed.last_activity_at < governed.ends_at
    union all
    select clients.slug, clients.subject, due.id, due.received_at
      from clients
     cross join lateral (
       select captures.id, captures.received_at
         from app_public.capture_paths
         join app_public.territories on territories.id = capture_paths.territory_id and territories.root_id = clients.territory_id
         join app_public.captures on captures.path_id = capture_paths.id
        where captures.id < app_private.uuid_floor(clients.ends_at) and captures.received_at < clients.ends_at and captures.erased_at is null
          and case clients.subject
                when 'processed_captures' then captures.status = 'processed' and captures.outcome is distinct from 'discarded'
                else captures.status in ('quarantined', 'error') or captures.outcome = 'discarded' end
        order by captures.id limit decide_retention.at_most) as due
     where clients.subject in ('processed_captures', 'refused_captures')
    union all
    select clients.slug, clients.subject, due.id, due.created_at
      from clients
     cross join lateral (
       select notifications.id, notifications.created_at
         from app_public.notifications
         join app_public.territories on territories.id = notifications.territory_id and territories.root_id = clients.territory_id
        where notifications.created_at < clients.ends_at and notifications.next_attempt_at is null
        order by notifications.created_at limit decide_retention.at_most) as due
     where clients.subject = 'notifications'
  )
  select numbered.slug, numbered.subject, numbered.id
    from (select over.*, row_number() over (partition by over.slug order by over.since, over.id) as n from over) as numbered
   where numbered.n <= decide_retention.at_most
   order by numbered.slug, numbered.n
$$ language sql stable;

grant execute on function app_private.decide_retention(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/decide_retention.sql
--! Included functions/app_private/apply_retention.sql
-- Does what decide_retention answers, at most so many of each rule: leads are erased with their persons, arrivals lose
-- their content, notifications go. The audit gets a line for each rule, with the count. Answers how many; call it until
-- it answers 0.
create or replace function app_private.apply_retention(as_of timestamptz, at_most int) returns int as $$
declare
  due record;
  done int := 0;
begin
  for due in
    select decided.slug, decided.subject, rules.territory_id, array_agg(decided.id) as ids
      from app_private.decide_retention(apply_retention.as_of, apply_retention.at_most) as decided
      join app_private.retention_rules as rules on rules.slug = decided.slug
     group by decided.slug, decided.subject, rules.territory_id
     order by decided.slug
  loop
    if due.subject = 'leads' then
      perform app_private.erase_people(due.ids, 'retention', apply_retention.as_of);
    elsif due.subject = 'notifications' then
      delete from app_public.notifications where notifications.id = any (due.ids);
    else
      perform app_private.scrub_captures(due.ids, apply_retention.as_of);
    end if;
    insert into app_private.audit_entries (territory_id, entity, entity_id, action, login, changes)
    values (due.territory_id, 'retention_rules', due.slug, 'delete', session_user, jsonb_build_object(due.subject, cardinality(due.ids)));
    done := done + cardinality(due.ids);
  end loop;
  return done;
end
$$ language plpgsql volatile;

grant execute on function app_private.apply_retention(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/apply_retention.sql
--! Included functions/app_private/drop_captures.sql
-- Drops the months of captures in which nothing is kept any longer: every arrival was processed, and is older than a
-- rule `captures` of its client says. A client without such a rule keeps them all, and with them the month. Single rows
-- are never deleted. Answers the names. Definer of catchment_owner, since it is DDL.
create or replace function app_private.drop_captures(as_of timestamptz) returns setof text as $$
declare
  month text;
  is_over boolean;
begin
  for month in
    select pg_class.relname from pg_inherits join pg_class on pg_class.oid = pg_inherits.inhrelid
     where pg_inherits.inhparent = 'app_public.captures'::regclass
       and exists (select from app_private.retention_rules where retention_rules.subject = 'captures')
     order by 1
  loop
    -- The month on its way, and those ahead, are empty or young.
    continue when to_date(right(month, 7), 'YYYY_MM') >= date_trunc('month', drop_captures.as_of at time zone 'UTC');
    execute format('select not exists (
        select from app_public.%I as captures
          join app_public.capture_paths on capture_paths.id = captures.path_id
          join app_public.territories on territories.id = capture_paths.territory_id
          left join app_private.retention_rules on retention_rules.territory_id = territories.root_id and retention_rules.subject = ''captures''
         where captures.status <> ''processed'' or retention_rules.slug is null
            or captures.received_at >= $1 - make_interval(days => retention_rules.keep_days))', month)
      into is_over using drop_captures.as_of;
    if is_over then
      execute format('drop table app_public.%I', month);
      insert into app_private.audit_entries (entity, entity_id, action, login, changes)
      values ('captures', month, 'delete', session_user, '{}');
      return next month;
    end if;
  end loop;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
  set lock_timeout = '5s';  -- whoever reads captures goes first; tomorrow is another day

grant execute on function app_private.drop_captures(timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/drop_captures.sql
--! Included views/story_entries.sql
-- One line an event, of every stage, without personal data. rank orders what shares an instant: a batch
-- commits at one time.
create or replace view app_public.story_entries with (security_invoker = true) as
  select captures.territory_id, captures.lead_id, captures.trace_id, captures.received_at as at, 1 as rank,
         'receive' as stage, 'Arrived and kept raw.' as summary, jsonb_build_object('captureId', captures.id) as details
    from app_public.captures
  union all
  select captures.territory_id, captures.lead_id, captures.trace_id, captures.processed_at, 2,
         case when captures.status <> 'processed' then 'quarantine'
              when captures.outcome in ('lead_created', 'touch_added') then 'resolve identity' else 'settle' end,
         case when captures.status <> 'processed' then format('Kept for people: %s.', replace(captures.outcome, '_', ' '))
              else case captures.outcome
                when 'lead_created' then 'A new lead.'
                when 'touch_added' then 'A touch of a known lead.'
                when 'activity_logged' then 'What happened to a known lead elsewhere.'
                when 'erasure_started' then 'Somebody wants to be forgotten: people see to it.'
                when 'access_started' then 'Somebody asks what is held of them: people see to it.'
                when 'nothing_held' then 'A demand of somebody whom nobody knows: nothing is held.'
                when 'split' then 'Several events in one request: each was kept by itself.'
                when 'ignored' then 'Tells nothing of a lead.'
                when 'recorded' then 'Kept.'
                else format('%s.', initcap(replace(captures.outcome, '_', ' '))) end end,
         jsonb_build_object('captureId', captures.id)
    from app_public.captures where captures.processed_at is not null
  union all
  select captures.territory_id, captures.lead_id, captures.trace_id, captures.released_at, 1,
         'release', 'Sent through the stages again, out of quarantine.', jsonb_build_object('captureId', captures.id)
    from app_public.captures where captures.released_at is not null
  union all
  select source_events.territory_id, source_events.lead_id, source_events.trace_id, captures.processed_at, 3,
         'record touch', format('Touch by %s, channel %s.', source_events.source, coalesce(source_events.channel, 'unknown')),
         jsonb_build_object('sourceEventId', source_events.id, 'occurredAt', source_events.occurred_at)
    from app_public.source_events join app_public.captures on captures.id = source_events.capture_id
  union all
  select decisions.territory_id, decisions.lead_id, decisions.trace_id, decisions.decided_at, 4,
         decisions.kind, decisions.reason,
         jsonb_build_object('decisionId', decisions.id, 'action', decisions.action, 'revision', decisions.revision, 'candidates', decisions.candidates)
    from app_public.decisions
  union all
  select clocks.territory_id, clocks.lead_id, clocks.trace_id, clocks.created_at, 5,
         'start clock', format('The clock of the %s runs from the arrival on.', replace(clocks.kind, '_', ' ')),
         jsonb_build_object('clockId', clocks.id, 'startedAt', clocks.started_at, 'dueAt', clocks.due_at)
    from app_public.clocks
  union all
  select clocks.territory_id, clocks.lead_id, clocks.trace_id, clocks.stopped_at, 8,
         'stop clock', case when clocks.stop_reason = 'merged' then 'Stands still: a merge stopped it.'
                            when clocks.stop_reason = 'erased' then 'The person was forgotten.'
                            when clocks.stopped_at <= clocks.due_at then 'Answered in time.' else 'Answered late.' end,
         jsonb_build_object('clockId', clocks.id)
    from app_public.clocks where clocks.stopped_at is not null
  union all
  select escalations.territory_id, escalations.lead_id, escalations.trace_id, escalations.fired_at, 6,
         'fire threshold', format('%s %% of the clock have passed.', escalations.threshold),
         jsonb_build_object('escalationId', escalations.id, 'dueAt', escalations.due_at)
    from app_public.escalations
  union all
  select exceptions.territory_id, exceptions.lead_id, exceptions.trace_id, exceptions.opened_at, 7,
         'exception', exceptions.reason, jsonb_build_object('exceptionId', exceptions.id, 'kind', exceptions.kind, 'dueAt', exceptions.due_at)
    from app_public.exceptions
  union all
  select exceptions.territory_id, exceptions.lead_id, exceptions.trace_id, exceptions.resolved_at, 9,
         'resolve exception', format('Resolved: %s.', exceptions.outcome), jsonb_build_object('exceptionId', exceptions.id)
    from app_public.exceptions where exceptions.resolved_at is not null
  union all
  select consents.territory_id, consents.lead_id, consents.trace_id, consents.given_at, 3,
         'consent', format('Consent to %s %s.', consents.purpose, consents.state),
         jsonb_build_object('consentId', consents.id, 'textVersion', consents.text_version)
    from app_public.consents
  union all
  select activities.territory_id, activities.lead_id, activities.trace_id, activities.occurred_at, 7,
         'activity', format('%s%s.', initcap(replace(activities.kind, '_', ' ')), case when activities.capture_id is not null then ', told by another system' end),
         jsonb_build_object('activityId', activities.id)
    from app_public.activities
  union all
  select lead_edits.territory_id, lead_edits.lead_id, lead_edits.trace_id, lead_edits.edited_at, 7,
         'edit', format('%s by hand: %s.', case when lead_edits.value is null then 'Left blank' else 'Written' end, replace(lead_edits.field::text, '_', ' ')),
         jsonb_build_object('editId', lead_edits.id)
    from app_public.lead_edits
  union all
  select lead_edits.territory_id, lead_edits.lead_id, lead_edits.trace_id, lead_edits.undone_at, 7,
         'undo edit', format('Given back to what arrivals say: %s.', replace(lead_edits.field::text, '_', ' ')),
         jsonb_build_object('editId', lead_edits.id)
    from app_public.lead_edits where lead_edits.undone_at is not null;

grant select on app_public.story_entries to catchment_user, catchment_worker;
--! EndIncluded views/story_entries.sql
--! Included views/attribution_touches.sql
-- The touches of the leads that are shown, in their order, and how far each counts. Every window is of one lead: asked
-- for one, it reads the rows of that lead by their index. Of a won lead the touches up to its close count; where all
-- came later (a date without a time, a deal told late) the first of them does, since something brought the lead.
create or replace view app_public.attribution_touches with (security_invoker = true) as
  select touches.*,
         first_value(coalesce(touches.derived_channel, touches.source)) over ordered as primary_source,
         sum(touches.weight) over ordered as weight_until,
         sum(touches.weight) over (partition by touches.lead_id) as weight_total
    from (
      select counted.*,
             counted.position <= counted.credited_touches as is_credited,
             round((date_part('epoch', coalesce(counted.won_at, counted.last_touch_at) - counted.occurred_at) / 86400)::numeric, 3) as days_before,
             case when counted.position <= counted.credited_touches then round(power(2, -least(100,
               date_part('epoch', counted.last_credited_at - counted.occurred_at) / 86400 / counted.half_life_days))::numeric, 15) else 0 end as weight
        from (
          select leads.id as lead_id, leads.territory_id, source_events.id as source_event_id,
                 (row_number() over (partition by leads.id order by source_events.occurred_at, source_events.id))::int as position,
                 (count(*) over whole)::int as touches,
                 greatest(1, count(*) filter (where ending.won_at is null or source_events.occurred_at <= ending.won_at) over whole)::int as credited_touches,
                 source_events.occurred_at,
                 max(source_events.occurred_at) over whole as last_touch_at,
                 coalesce(max(source_events.occurred_at) filter (where ending.won_at is null or source_events.occurred_at <= ending.won_at) over whole,
                   min(source_events.occurred_at) over whole) as last_credited_at,
                 source_events.channel,
                 coalesce(source_events.channel, source_events.derived_channel, app_hidden.channel_of(source_events.medium, source_events.source,
                   source_events.click_id, source_events.landing_page, source_events.referrer)) as derived_channel,
                 source_events.source, source_events.campaign, source_events.medium, source_events.content, source_events.term,
                 source_events.landing_page, source_events.referrer, source_events.click_id,
                 leads.status = 'closed_won' as is_won, ending.won_at, leads.closed_at, leads.value_amount, leads.value_currency,
                 territories.half_life_days
            from app_public.leads
            join app_public.territories on territories.id = leads.territory_id
            join app_public.source_events on source_events.lead_id = leads.id
           cross join lateral (select case when leads.status = 'closed_won' then leads.closed_at end as won_at) as ending
           where leads.merged_into_id is null and not leads.is_test
          window whole as (partition by leads.id)
        ) as counted
    ) as touches
  window ordered as (partition by touches.lead_id order by touches.occurred_at, touches.source_event_id rows unbounded preceding);

grant select on app_public.attribution_touches to catchment_user, catchment_bi, catchment_worker;

-- What each touch that counts is credited with, by model.
create or replace view app_public.attribution_credits with (security_invoker = true) as
  select touches.lead_id, touches.territory_id, touches.source_event_id, models.model, touches.position, touches.credited_touches as touches,
         touches.occurred_at, touches.days_before, touches.channel, touches.derived_channel, touches.source, touches.campaign, touches.medium,
         touches.primary_source,
         share.until - share.before as credit,
         round(touches.value_amount * share.until, 2) - round(touches.value_amount * share.before, 2) as credited_value,
         touches.value_amount, touches.value_currency, touches.is_won, touches.won_at, touches.closed_at
    from app_public.attribution_touches as touches
   cross join unnest(enum_range(null::app_public.attribution_model)) as models (model)
   cross join lateral (
      select app_hidden.credit_until(models.model, touches.position, touches.credited_touches,
               touches.weight_until / touches.weight_total) as until,
             app_hidden.credit_until(models.model, touches.position - 1, touches.credited_touches,
               (touches.weight_until - touches.weight) / touches.weight_total) as before
    ) as share
   where touches.is_credited;

grant select on app_public.attribution_credits to catchment_user, catchment_bi, catchment_worker;
--! EndIncluded views/attribution_touches.sql
--! Included views/bi_attribution_touches.sql
-- Every touch of the leads that a BI login sees, for what no model answers.
create or replace view bi.attribution_touches with (security_invoker = true) as
  select attribution_touches.lead_id, territories.slug as territory, attribution_touches.source_event_id,
         attribution_touches.position, attribution_touches.touches, attribution_touches.credited_touches,
         attribution_touches.is_credited, attribution_touches.occurred_at, attribution_touches.days_before,
         attribution_touches.channel, attribution_touches.derived_channel, attribution_touches.source, attribution_touches.campaign,
         attribution_touches.medium, attribution_touches.content, attribution_touches.term, attribution_touches.landing_page,
         attribution_touches.referrer, attribution_touches.click_id, attribution_touches.primary_source, attribution_touches.is_won,
         attribution_touches.won_at
    from app_public.attribution_touches
    join app_public.territories on territories.id = attribution_touches.territory_id;

comment on view bi.attribution_touches is 'Touches, one row a touch of a lead of the readers territories. Leads merged into another and test arrivals are left out: a merged leads touches stand at the lead that took them.';
comment on column bi.attribution_touches.lead_id is 'Id of the lead (uuid).';
comment on column bi.attribution_touches.territory is 'Slug of the territory that the lead lives in; its touches live with it.';
comment on column bi.attribution_touches.source_event_id is 'Id of the touch (uuid).';
comment on column bi.attribution_touches.position is 'Place of the touch among all of the lead, from 1, by instant and then id.';
comment on column bi.attribution_touches.touches is 'How many touches the lead has.';
comment on column bi.attribution_touches.credited_touches is 'How many of them count for credit, the first ones: all, or of a won lead those up to its close, at least one.';
comment on column bi.attribution_touches.is_credited is 'Whether this one counts: position is at most credited_touches.';
comment on column bi.attribution_touches.occurred_at is 'Instant of the touch.';
comment on column bi.attribution_touches.days_before is 'Days of 24 hours from the touch to the instant at which the lead was won, otherwise to its last touch; negative after the win.';
comment on column bi.attribution_touches.channel is 'Channel as it arrived; null: none was told.';
comment on column bi.attribution_touches.derived_channel is 'channel, or where none was told what medium, click id, referrer or a lead ads source tell; null: nothing tells.';
comment on column bi.attribution_touches.source is 'Source of the capture path that the touch came through.';
comment on column bi.attribution_touches.campaign is 'Campaign as it arrived.';
comment on column bi.attribution_touches.medium is 'Medium as it arrived.';
comment on column bi.attribution_touches.content is 'Content as it arrived.';
comment on column bi.attribution_touches.term is 'Search term as it arrived.';
comment on column bi.attribution_touches.landing_page is 'Landing page as it arrived.';
comment on column bi.attribution_touches.referrer is 'Referrer as it arrived.';
comment on column bi.attribution_touches.click_id is 'Click id as it arrived.';
comment on column bi.attribution_touches.primary_source is 'Of the lead: derived_channel of its first touch, or that touchs source where nothing tells a channel.';
comment on column bi.attribution_touches.is_won is 'Whether the lead is won.';
comment on column bi.attribution_touches.won_at is 'Instant at which it was won; null: not won.';

grant select on bi.attribution_touches to catchment_bi, catchment_worker;
--! EndIncluded views/bi_attribution_touches.sql
--! Included views/bi_attribution_credit.sql
-- Credit of touches by model, for reports. docs/attribution.md holds the queries.
create or replace view bi.attribution_credit with (security_invoker = true) as
  select attribution_credits.lead_id, territories.slug as territory, attribution_credits.source_event_id,
         attribution_credits.model::text as model, attribution_credits.position, attribution_credits.touches,
         attribution_credits.occurred_at, attribution_credits.days_before, attribution_credits.channel,
         attribution_credits.derived_channel, attribution_credits.source, attribution_credits.campaign, attribution_credits.medium,
         attribution_credits.primary_source, attribution_credits.credit, attribution_credits.credited_value,
         attribution_credits.value_amount, attribution_credits.value_currency, attribution_credits.is_won, attribution_credits.won_at,
         attribution_credits.closed_at
    from app_public.attribution_credits
    join app_public.territories on territories.id = attribution_credits.territory_id;

comment on view bi.attribution_credit is 'Credit, one row a touch that counts and model, of leads of the readers territories; merged and test leads are left out.';
comment on column bi.attribution_credit.lead_id is 'Id of the lead (uuid).';
comment on column bi.attribution_credit.territory is 'Slug of the territory that the lead lives in.';
comment on column bi.attribution_credit.source_event_id is 'Id of the touch (uuid).';
comment on column bi.attribution_credit.model is 'first_touch, last_touch, linear, position_based or time_decay. Filter by it: each model gives the whole credit.';
comment on column bi.attribution_credit.position is 'Place of the touch among those of the lead, from 1.';
comment on column bi.attribution_credit.touches is 'How many touches of the lead count.';
comment on column bi.attribution_credit.occurred_at is 'Instant of the touch.';
comment on column bi.attribution_credit.days_before is 'Days of 24 hours from the touch to the instant at which the lead was won, otherwise to its last touch.';
comment on column bi.attribution_credit.channel is 'Channel as it arrived; null: none was told.';
comment on column bi.attribution_credit.derived_channel is 'channel, or where none was told what other signs tell; null: nothing tells.';
comment on column bi.attribution_credit.source is 'Source of the capture path that the touch came through.';
comment on column bi.attribution_credit.campaign is 'Campaign as it arrived.';
comment on column bi.attribution_credit.medium is 'Medium as it arrived.';
comment on column bi.attribution_credit.primary_source is 'Of the lead: derived_channel of its first touch, or that touchs source where nothing tells a channel.';
comment on column bi.attribution_credit.credit is 'Share of the lead, 0 to 1, to 12 places; the credits of a lead sum to exactly 1 in each model.';
comment on column bi.attribution_credit.credited_value is 'Share of value_amount in value_currency, to the cent; those of a lead sum to exactly value_amount in each model. Null: no value is known.';
comment on column bi.attribution_credit.value_amount is 'What the lead is worth as a whole, in value_currency; repeated in each of its rows, so never sum it.';
comment on column bi.attribution_credit.value_currency is 'ISO 4217. Never add sums of different ones.';
comment on column bi.attribution_credit.is_won is 'Whether the lead is won.';
comment on column bi.attribution_credit.won_at is 'Instant at which it was won; null: not won.';
comment on column bi.attribution_credit.closed_at is 'Instant at which it was closed, won or lost; null: open.';

grant select on bi.attribution_credit to catchment_bi, catchment_worker;
--! EndIncluded views/bi_attribution_credit.sql
--! Included views/bi_capture_paths.sql
-- The inventory of the capture surface. Counts come out of the index captures_by_territory alone, in one pass: how the
-- hours with arrivals lie tells what is usual (what is older than 60 days tells only when the last one came). An
-- arrival's id holds its instant.
create or replace view bi.capture_paths with (security_invoker = true) as
  with counted as materialized (
    select captures.path_id, captures.kind, case when captures.id >= (select uuidv7(interval '-60 days'))
             then date_bin('1 hour', uuid_extract_timestamp(captures.id), '2000-01-01T00:00Z') else '-infinity' end as hour,
           count(*) as arrivals, min(uuid_extract_timestamp(captures.id)) as first_at, max(uuid_extract_timestamp(captures.id)) as last_at,
           count(*) filter (where captures.id >= (select uuidv7(interval '-24 hours'))) as in_24_hours,
           count(*) filter (where captures.id >= (select uuidv7(interval '-7 days'))) as in_7_days,
           count(*) filter (where captures.id >= (select uuidv7(interval '-30 days'))) as in_30_days
      from app_public.captures
     where not captures.is_test
     group by 1, 2, 3
  ),
  seen as materialized (
    select counted.path_id, max(counted.last_at) as last_at, sum(counted.in_24_hours) as in_24_hours, sum(counted.in_7_days) as in_7_days,
           sum(counted.in_30_days) as in_30_days,
           string_agg(distinct counted.kind, ', ') filter (where counted.in_30_days > 0) as kinds
      from counted group by 1
  ),
  hours as (  -- those with arrivals
    select counted.path_id, sum(counted.arrivals) as arrivals, min(counted.first_at) as first_at, max(counted.last_at) as last_at,
           min(counted.first_at) - lag(max(counted.last_at)) over (partition by counted.path_id order by counted.hour) as gap
      from counted group by counted.path_id, counted.hour
  ),
  usual as (
    select seen.path_id, max(hours.gap) filter (where hours.first_at > seen.last_at - interval '30 days') as longest_gap,
           least(
             coalesce(sum(hours.arrivals) filter (where hours.first_at > seen.last_at - interval '7 days' and hours.last_at < now() - interval '7 days'), 0),
             coalesce(sum(hours.arrivals) filter (where hours.first_at > seen.last_at - interval '14 days' and hours.last_at < now() - interval '14 days'), 0)) as arrivals
      from seen join hours on hours.path_id = seen.path_id group by seen.path_id
  ),
  refused as (
    select captures.path_id, count(*) as in_7_days
      from app_public.captures
     where captures.status in ('quarantined', 'error') and not captures.is_test and captures.id >= (select uuidv7(interval '-7 days'))
     group by 1
  )
  select capture_paths.slug as path, capture_paths.name, territories.slug as territory, capture_paths.source, capture_paths.protocol,
         capture_paths.requires_signature, capture_paths.is_active, contracts.version as contract_version, contracts.is_history,
         array(select mapped.field from jsonb_object_keys(contracts.definition -> 'mapping') as mapped (field) order by 1) as fields,
         owners.capture as capture_owner, owners.execution as execution_owner, owners.system as system_owner, owners.incident as incident_owner,
         coalesce(seen.kinds, 'lead') as destination,
         coalesce(seen.in_24_hours, 0)::bigint as arrivals_24_hours, coalesce(seen.in_7_days, 0)::bigint as arrivals_7_days,
         coalesce(seen.in_30_days, 0)::bigint as arrivals_30_days,
         seen.last_at as last_arrival_at,
         extract(epoch from usual.longest_gap)::bigint as longest_gap_seconds,
         coalesce(usual.arrivals, 0)::bigint as usual_arrivals,
         coalesce(capture_paths.is_active and not contracts.is_history and now() - seen.last_at > interval '1 hour'
           and (usual.arrivals >= 5 or now() - seen.last_at > 2 * usual.longest_gap), false) as is_silent,
         round(coalesce(refused.in_7_days, 0) / nullif(seen.in_7_days, 0), 4) as quarantined_share_7_days
    from app_public.capture_paths
    join app_public.territories on territories.id = capture_paths.territory_id
    left join app_public.contracts on contracts.id = capture_paths.active_contract_id
    left join seen on seen.path_id = capture_paths.id
    left join usual on usual.path_id = capture_paths.id
    left join refused on refused.path_id = capture_paths.id
    left join lateral (
      select max(teams.slug) filter (where responsibilities.duty = 'capture') as capture,
             max(teams.slug) filter (where responsibilities.duty = 'execution') as execution,
             max(teams.slug) filter (where responsibilities.duty = 'system') as system,
             max(teams.slug) filter (where responsibilities.duty = 'incident') as incident
        from app_public.responsibilities join app_public.teams on teams.id = responsibilities.team_id
       where responsibilities.path_id = capture_paths.id
    ) as owners on true;

comment on view bi.capture_paths is 'The capture surface, one row a path of the reader''s territories. Counts are of captures that the reader may see, test arrivals left out.';
comment on column bi.capture_paths.path is 'Slug of the path: /capture/<path>.';
comment on column bi.capture_paths.name is 'Name of the path, for people.';
comment on column bi.capture_paths.territory is 'Slug of the path''s home: gives the identity boundary, and sees what is not located yet.';
comment on column bi.capture_paths.source is 'What leads of this path are said to come from.';
comment on column bi.capture_paths.protocol is 'How senders speak.';
comment on column bi.capture_paths.requires_signature is 'Whether the path''s own signature is asked for; a protocol may ask for its vendor''s.';
comment on column bi.capture_paths.is_active is 'Whether the door is open.';
comment on column bi.capture_paths.contract_version is 'Version of the contract in force; null: none, the door is closed.';
comment on column bi.capture_paths.is_history is 'Whether it brings the past: recorded in silence.';
comment on column bi.capture_paths.fields is 'Fields of a lead that the contract in force can fill, by name.';
comment on column bi.capture_paths.capture_owner is 'Slug of the team that looks after what arrives; null where the reader does not see the team.';
comment on column bi.capture_paths.execution_owner is 'Slug of the team that looks after what is done with it; null where the reader does not see the team.';
comment on column bi.capture_paths.system_owner is 'Slug of the team that looks after the machinery; null where the reader does not see the team.';
comment on column bi.capture_paths.incident_owner is 'Slug of the team for what goes badly wrong; null where the reader does not see the team.';
comment on column bi.capture_paths.destination is 'Kinds that the captures of 30 days turned out to be: lead, activity, order, privacy. lead where none came.';
comment on column bi.capture_paths.arrivals_24_hours is 'Captures of the last 24 hours. A request that held several events counts beside each of them.';
comment on column bi.capture_paths.arrivals_7_days is 'Captures of the last 7 days.';
comment on column bi.capture_paths.arrivals_30_days is 'Captures of the last 30 days.';
comment on column bi.capture_paths.last_arrival_at is 'Instant of the last capture; null: none ever.';
comment on column bi.capture_paths.longest_gap_seconds is 'Longest time without arrivals in the 30 days before the last one, in seconds; gaps within the same hour do not count.';
comment on column bi.capture_paths.usual_arrivals is 'How many came one week and two weeks before, the lesser of both, in the same stretch of time in which none has come now.';
comment on column bi.capture_paths.is_silent is 'True when nothing has come for more than an hour, and either usual_arrivals is 5 or more, or the silence is more than twice longest_gap_seconds. Never for paths of the past or closed ones.';
comment on column bi.capture_paths.quarantined_share_7_days is 'Share of the captures of the last 7 days that are in quarantine or in error now, 0 to 1; null: none came.';

grant select on bi.capture_paths to catchment_bi, catchment_worker;
--! EndIncluded views/bi_capture_paths.sql
--! Included views/bi_lead_queue.sql
-- Open leads that wait for somebody, one row a lead.
create or replace view bi.lead_queue with (security_invoker = true) as
  select leads.id as lead_id, territories.slug as territory, actors.slug as owner, leads.status, leads.source, leads.score,
         leads.first_seen_at, leads.routed_at, leads.owned_at, leads.first_responded_at,
         leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.sla_breached_at,
         case
           when leads.sla_due_at is null then 'none'
           when leads.first_responded_at is not null then case when leads.sla_met_at is not null then 'met' else 'missed' end
           when leads.sla_paused_at is not null then 'paused'
           when leads.sla_due_at <= now() then 'breached'
           when leads.sla_warn_at <= now() then 'warning'
           else 'running'
         end as sla_state,
         round((extract(epoch from least(coalesce(leads.first_responded_at, leads.sla_paused_at, now()), now()) - leads.sla_started_at)
           / nullif(extract(epoch from leads.sla_due_at - leads.sla_started_at), 0))::numeric, 3) as sla_elapsed_ratio
    from app_public.leads
    join app_public.territories on territories.id = leads.territory_id
    left join app_public.actors on actors.id = leads.owner_id
   where leads.closed_at is null and leads.merged_into_id is null and not leads.is_test and not leads.is_history;

comment on view bi.lead_queue is 'Open leads, one row a lead of the reader''s territories; arrivals of tests and of the past are left out.';
comment on column bi.lead_queue.lead_id is 'Id of the lead (uuid).';
comment on column bi.lead_queue.territory is 'Slug of the territory that the lead lives in.';
comment on column bi.lead_queue.owner is 'Slug of the owner; null while nobody owns the lead.';
comment on column bi.lead_queue.score is 'Score by rules, 0 to 100.';
comment on column bi.lead_queue.first_seen_at is 'Instant of the first touch.';
comment on column bi.lead_queue.sla_due_at is 'Instant at which the first response is due (100 % of the clock).';
comment on column bi.lead_queue.sla_state is 'none, running, warning (first threshold passed), breached, met or missed; paused while the gate holds the lead.';
comment on column bi.lead_queue.sla_elapsed_ratio is 'Elapsed share of the clock''s target; 1 is the deadline. Calendar time.';

grant select on bi.lead_queue to catchment_bi, catchment_worker;
--! EndIncluded views/bi_lead_queue.sql
--! Included views/bi_thresholds_due_unfired.sql
-- Should be empty but for the moment between a deadline and the sweep.
create or replace view bi.thresholds_due_unfired with (security_invoker = true) as
  select clocks.id as clock_id, clocks.lead_id, territories.slug as territory, clocks.kind,
         clocks.thresholds[clocks.fired + 1] as threshold, clocks.next_at as due_at,
         extract(epoch from now() - clocks.next_at)::numeric(12, 3) as late_seconds
    from app_public.clocks
    join app_public.territories on territories.id = clocks.territory_id
    join app_public.leads on leads.id = clocks.lead_id
   where clocks.next_at <= now() and not leads.is_test;

comment on view bi.thresholds_due_unfired is 'Thresholds whose instant has passed and that have not fired, one row a clock; empty when the sweep is healthy.';
comment on column bi.thresholds_due_unfired.threshold is 'Percent of the clock''s target.';
comment on column bi.thresholds_due_unfired.late_seconds is 'Seconds since the threshold was due.';

grant select on bi.thresholds_due_unfired to catchment_bi, catchment_worker;
--! EndIncluded views/bi_thresholds_due_unfired.sql
--! Included functions/app_private/overview.sql
-- What the page at / shows: counts of what waits, and the last arrivals with their stages. No personal data.
create or replace function app_private.overview() returns jsonb as $$
  select jsonb_build_object(
    'pending', (select count(*) from app_public.captures where captures.status = 'pending'),
    'quarantined', (select count(*) from app_public.captures where captures.status in ('quarantined', 'error')),
    'unassigned', (select count(*) from app_public.leads
                    where leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null and not leads.is_history),
    'thresholdsDue', (select count(*) from app_public.clocks where clocks.next_at <= now()),
    'exceptionsOpen', (select count(*) from app_public.exceptions where exceptions.resolved_at is null),
    'oldestPendingSeconds', (select extract(epoch from now() - min(greatest(captures.received_at, captures.released_at))) from app_public.captures where captures.status = 'pending'),
    'oldestDueSeconds', (select extract(epoch from now() - min(clocks.next_at)) from app_public.clocks where clocks.next_at <= now()),
    'partitionMonthsAhead', app_private.partition_months_ahead(now()),
    'liveWorkers', (select count(*) from pg_stat_activity
                     where pg_stat_activity.application_name = 'catchment-liveness' and pg_stat_activity.datname = current_database()),
    'asOf', now(),
    'traces', coalesce((
      select jsonb_agg(jsonb_build_object('traceId', recent.trace_id, 'path', recent.slug, 'receivedAt', recent.received_at,
               'status', recent.status, 'outcome', recent.outcome, 'stages', (
                 select jsonb_agg(jsonb_build_object('stage', story_entries.stage, 'at', story_entries.at) order by story_entries.at, story_entries.rank)
                   from app_public.story_entries
                  where story_entries.trace_id = recent.trace_id
                    and (story_entries.lead_id = recent.lead_id or story_entries.lead_id is null)))
             order by recent.id desc)
        from (
          select captures.id, captures.trace_id, captures.received_at, captures.status, captures.outcome, captures.lead_id, capture_paths.slug
            from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id
           order by captures.id desc limit 20) as recent), '[]'))
$$ language sql stable security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.overview() to catchment_api;
--! EndIncluded functions/app_private/overview.sql
--! Included functions/app_public/current_actor.sql
-- Who the token speaks for; null without one. Of the row only what the policy file of actors grants: naming
-- another column, even by `*`, would be refused. `begin atomic`: bound now, since the user cannot enter app_hidden.
create or replace function app_public.current_actor() returns app_public.actors language sql stable
begin atomic
  select actors.id, actors.kind, actors.slug, actors.name, null::text, null::text, null::int, null::boolean, null::text
    from app_public.actors where actors.id = app_hidden.current_actor_id();
end;

grant execute on function app_public.current_actor() to catchment_user;
--! EndIncluded functions/app_public/current_actor.sql
--! Included functions/app_public/trace.sql
-- Everything that happened to one arrival, in order, as far as the asking actor sees it.
create or replace function app_public.trace(trace_id text) returns setof app_public.story_entries as $$
  select story_entries.* from app_public.story_entries
   where story_entries.trace_id = lower(replace(trace.trace_id, '-', ''))
   order by story_entries.at, story_entries.rank
$$ language sql stable strict rows 20;

-- Everything that happened to a lead, over all its arrivals and those of the leads that were merged into it, in order.
create or replace function app_public.leads_story(lead app_public.leads) returns setof app_public.story_entries as $$
  with recursive branch as (
    select lead.id
    union all
    select leads.id from branch join app_public.leads on leads.merged_into_id = branch.id
  )
  select story_entries.* from app_public.story_entries
   where story_entries.lead_id = any (array(select branch.id from branch))
   order by story_entries.at, story_entries.rank
$$ language sql stable rows 20;

grant execute on function app_public.trace(text), app_public.leads_story(app_public.leads) to catchment_user;
--! EndIncluded functions/app_public/trace.sql
--! Included functions/app_public/leads_attribution.sql
-- What each touch of a lead is credited with under this model, or under each, in the order of the touches.
create or replace function app_public.leads_attribution(lead app_public.leads, model app_public.attribution_model default null)
returns setof app_public.attribution_credits as $$
  select attribution_credits.* from app_public.attribution_credits
   where attribution_credits.lead_id = lead.id
     and (leads_attribution.model is null or attribution_credits.model = leads_attribution.model)
   order by attribution_credits.model, attribution_credits.position
$$ language sql stable rows 10;

-- Where a lead came from first: the channel of its first touch, or that touch's source where nothing tells a channel.
create or replace function app_public.leads_primary_source(lead app_public.leads) returns text as $$
  select attribution_touches.primary_source from app_public.attribution_touches
   where attribution_touches.lead_id = lead.id limit 1
$$ language sql stable;

grant execute on function app_public.leads_attribution(app_public.leads, app_public.attribution_model),
  app_public.leads_primary_source(app_public.leads) to catchment_user;
--! EndIncluded functions/app_public/leads_attribution.sql
--! Included functions/app_public/capture_lead.sql
-- Stages an arrival through a path by hand or integration: the same door as HTTP, the same stages after it.
-- Allowed to whoever may capture anywhere below the path's home; what becomes of it shows only to those
-- who see the territory that it is located in.
create or replace function app_public.capture_lead(path text, payload jsonb, idempotency_key text default null) returns app_public.capture_receipt as $$
declare
  door app_public.capture_paths := app_hidden.require_path(capture_lead.path);
  answer app_public.capture_receipt;
begin
  if octet_length(capture_lead.payload::text) > door.max_body_bytes then
    raise exception 'The payload is larger than % bytes', door.max_body_bytes using errcode = 'BADIN';
  end if;
  select staged.capture_id, staged.trace_id, case when staged.is_new then 'pending' else 'known' end, staged.same_body
    into answer.capture_id, answer.trace_id, answer.status, answer.same_body
    from app_private.stage_captures(
      array[door.id], array[capture_lead.idempotency_key], array[convert_to(capture_lead.payload::text, 'UTF8')],
      array['application/json'], array[replace(gen_random_uuid()::text, '-', '')], array[false]) as staged;
  if not answer.same_body then
    raise exception 'This idempotency key was used for another payload' using errcode = 'REUSE';
  end if;
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.capture_lead(text, jsonb, text) to catchment_user;
--! EndIncluded functions/app_public/capture_lead.sql
--! Included functions/app_public/change_lead_status.sql
-- Moves a lead to another status. From `contacted` on somebody has answered: that stops the clock.
create or replace function app_public.change_lead_status(lead_id uuid, status text) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('work_lead', change_lead_status.lead_id);
  answer app_public.leads;
begin
  if change_lead_status.status <> all (app_private.lead_statuses()) then
    raise exception 'Status % is unknown', change_lead_status.status using errcode = 'BADIN',
      hint = format('One of %s.', array_to_string(app_private.lead_statuses(), ', '));
  end if;
  perform app_private.log_activities(array[row(
    uuidv7(), lead.id, app_hidden.current_actor_id(), 'status_change', false, null, change_lead_status.status, now(), null, lead.trace_id
  )::app_private.activity], now());
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.change_lead_status(uuid, text) to catchment_user;
--! EndIncluded functions/app_public/change_lead_status.sql
--! Included functions/app_public/log_activity.sql
-- Writes down what was done with a lead. The first one that is a response stops the clock, at the time it
-- happened; it may lie in the past, not in the future. Not strict: null for what is optional means its default.
create or replace function app_public.log_activity(
  lead_id uuid, kind text, note text default '', is_response boolean default true, occurred_at timestamptz default now()
) returns app_public.activities as $$
declare
  lead app_public.leads := app_hidden.require_lead('work_lead', log_activity.lead_id);
  new_id uuid := uuidv7();
  happened_at timestamptz := coalesce(log_activity.occurred_at, now());
  answer app_public.activities;
begin
  if coalesce(log_activity.kind, '') not in ('call', 'email', 'meeting', 'message', 'note') or happened_at > now() + interval '1 minute'
     or length(log_activity.note) > 10000 then
    raise exception 'Not an activity: % at %', log_activity.kind, happened_at using errcode = 'BADIN',
      hint = 'A kind is one of call, email, meeting, message, note; the time is not in the future; a note has at most 10,000 characters.';
  end if;
  perform app_private.log_activities(array[row(
    new_id, lead.id, app_hidden.current_actor_id(), log_activity.kind,
    coalesce(log_activity.is_response, true) and log_activity.kind <> 'note', log_activity.note, null, happened_at, null, lead.trace_id
  )::app_private.activity], now());
  select * into answer from app_public.activities
   where activities.id = new_id and activities.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.log_activity(uuid, text, text, boolean, timestamptz) to catchment_user;
--! EndIncluded functions/app_public/log_activity.sql
--! Included functions/app_public/claim_lead.sql
-- Takes a lead that nobody owns. One that has an owner answers TAKEN, one that the gate holds STATE.
create or replace function app_public.claim_lead(lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('work_lead', claim_lead.lead_id);
  answer app_public.leads;
begin
  if lead.owner_id is not null or lead.closed_at is not null then
    raise exception 'Lead % is not open to claim', lead.id
      using errcode = 'TAKEN', hint = 'Someone else may have claimed it first.';
  end if;
  if lead.held_at is not null then
    raise exception 'Lead % is held', lead.id using errcode = 'STATE', hint = 'Its decision says why nobody may contact the person.';
  end if;
  perform app_private.change_owner(lead, app_hidden.current_actor_id(), 'claim', 'Claimed from the queue.', now());
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.claim_lead(uuid) to catchment_user;
--! EndIncluded functions/app_public/claim_lead.sql
--! Included functions/app_public/reassign_lead.sql
-- Gives a lead to another person of its territory, by slug. Whom the actor does not see, or who may not work
-- leads there, is answered like nobody. Not strict: null for what is optional means its default.
create or replace function app_public.reassign_lead(lead_id uuid, owner text, reason text default '') returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('reassign_lead', reassign_lead.lead_id);
  new_owner_id int := (
    select actors.id
      from app_public.actors
      join app_private.territory_grants on territory_grants.actor_id = actors.id and territory_grants.territory_id = lead.territory_id
      join app_private.permissions on permissions.role = territory_grants.role and permissions.action = 'work_lead'
     where actors.slug = reassign_lead.owner and actors.is_active and actors.kind = 'person'
     limit 1);
  answer app_public.leads;
begin
  if new_owner_id is null then
    raise exception 'Nobody called % works leads here', reassign_lead.owner using errcode = 'NFUND';
  end if;
  if lead.closed_at is not null then
    raise exception 'Lead % is closed', lead.id using errcode = 'STATE', hint = 'Reopen it by a change of status first.';
  end if;
  if new_owner_id is distinct from lead.owner_id then
    perform app_private.change_owner(lead, new_owner_id, 'reassign', coalesce(nullif(reassign_lead.reason, ''), 'Reassigned by hand.'), now());
  end if;
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.reassign_lead(uuid, text, text) to catchment_user;
--! EndIncluded functions/app_public/reassign_lead.sql
--! Included functions/app_public/accept_lead.sql
-- Says that one takes the lead one was given: it is not passed on any more. A second time changes nothing.
create or replace function app_public.accept_lead(lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_own_lead('work_lead', accept_lead.lead_id);
  answer app_public.leads;
begin
  update app_public.assignments set accepted_at = now()
   where assignments.lead_id = lead.id and assignments.ended_at is null and assignments.accepted_at is null;
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.accept_lead(uuid) to catchment_user;
--! EndIncluded functions/app_public/accept_lead.sql
--! Included functions/app_public/decline_lead.sql
-- Says that one does not take the lead one was given, and why: it goes to the next candidate. What was accepted is not
-- declined any more: STATE.
create or replace function app_public.decline_lead(lead_id uuid, reason text) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_own_lead('work_lead', decline_lead.lead_id);
  answer app_public.leads;
begin
  if length(btrim(decline_lead.reason)) not between 1 and 1000 then
    raise exception 'A reason of 1 to 1,000 characters is asked for' using errcode = 'BADIN', hint = 'Say why in a few words.';
  end if;
  update app_public.assignments set outcome = 'declined'
   where assignments.lead_id = lead.id and assignments.ended_at is null and assignments.accepted_at is null;
  if not found then
    raise exception 'Lead % was accepted', lead.id using errcode = 'STATE', hint = 'Ask a manager to reassign it.';
  end if;
  perform app_private.pass_on(lead, app_private.escalation_path(coalesce(lead.team_id, app_private.sales_team(lead.territory_id)), lead.territory_id),
    app_private.refused_by(lead.id), 'declined',
    format('%s declined it: %s.', (select actors.slug from app_public.actors where actors.id = lead.owner_id), rtrim(btrim(decline_lead.reason), '.')), now());
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.decline_lead(uuid, text) to catchment_user;
--! EndIncluded functions/app_public/decline_lead.sql
--! Included functions/app_public/bulk_reassign_leads.sql
-- Takes the open leads of somebody who leaves to another person, or to whom the rules find: at most 1,000, oldest first,
-- where the asking actor may reassign. Answers how many went; call again until none is left. Not strict: null for what
-- is optional means its default. A new owner must be one who may work leads in every one of those territories.
create or replace function app_public.bulk_reassign_leads(from_owner text, to_owner text default null, reason text default '') returns int as $$
declare
  former_id int := app_hidden.require_person(bulk_reassign_leads.from_owner, false);
  places int[] := app_private.own_places(app_hidden.current_actor_id(), 'reassign_lead');
  new_id int;
begin
  if bulk_reassign_leads.to_owner is not null then
    new_id := app_hidden.require_person(bulk_reassign_leads.to_owner, true);
    if new_id = former_id then
      raise exception 'Both are the same person' using errcode = 'BADIN', hint = 'Name somebody else, or nobody.';
    end if;
    if not (select actors.is_active from app_public.actors where actors.id = new_id) or exists (
      select from app_public.leads
       where leads.owner_id = former_id and leads.closed_at is null and leads.merged_into_id is null and leads.territory_id = any (places)
         and leads.territory_id <> all (app_private.working_places(new_id))) then
      raise exception '% does not work leads in all of those territories', bulk_reassign_leads.to_owner using errcode = 'NFUND';
    end if;
  end if;
  return app_private.reassign_from(former_id, new_id, places, false, 'left',
    coalesce(nullif(btrim(bulk_reassign_leads.reason), ''), format('%s hands over.', bulk_reassign_leads.from_owner)), 1000, now());
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.bulk_reassign_leads(text, text, text) to catchment_user;
--! EndIncluded functions/app_public/bulk_reassign_leads.sql
--! Included functions/app_public/set_absence.sql
-- Says that somebody is away between two instants: oneself, or a person whose leads one may reassign. What was said of
-- that time before is replaced; without an end, it is taken back. hand_over: who is away by now passes on, by the
-- rules, the leads that nobody has answered yet (at most 1,000). Not strict: null for what is optional means its default.
create or replace function app_public.set_absence(
  actor text, starts_at timestamptz, ends_at timestamptz default null, hand_over boolean default false
) returns app_public.absence_receipt as $$
declare
  person_id int := app_hidden.require_person(set_absence.actor, true);
  passed int := 0;
begin
  if set_absence.starts_at is null or set_absence.ends_at <= set_absence.starts_at
     or set_absence.ends_at > set_absence.starts_at + interval '5 years' then
    raise exception 'An absence ends after it starts, within five years' using errcode = 'BADIN';
  end if;
  delete from app_public.absences
   where absences.actor_id = person_id and absences.ends_at > set_absence.starts_at
     and absences.starts_at < coalesce(set_absence.ends_at, 'infinity');
  if set_absence.ends_at is not null then
    insert into app_public.absences (actor_id, starts_at, ends_at) values (person_id, set_absence.starts_at, set_absence.ends_at);
  end if;
  if set_absence.hand_over and set_absence.starts_at <= now() and set_absence.ends_at > now() then
    passed := app_private.reassign_from(person_id, null,
      case when person_id = app_hidden.current_actor_id() then app_private.working_places(person_id)
           else app_private.own_places(app_hidden.current_actor_id(), 'reassign_lead') end, true, 'absent',
      format('%s is absent.', set_absence.actor), 1000, now());
  end if;
  return row(set_absence.actor, set_absence.starts_at, set_absence.ends_at, passed)::app_public.absence_receipt;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.set_absence(text, timestamptz, timestamptz, boolean) to catchment_user;
--! EndIncluded functions/app_public/set_absence.sql
--! Included functions/app_public/leads_decision.sql
-- The decision by which a lead is where it is: the effective one that gave it its owner, or left it without. As far as
-- the asking actor sees it.
create or replace function app_public.leads_decision(lead app_public.leads) returns app_public.decisions as $$
  select decisions.* from app_public.decisions
   where decisions.lead_id = lead.id and decisions.territory_id = lead.territory_id and decisions.kind = 'route' and decisions.superseded_by_id is null
   order by decisions.owner_id is not distinct from lead.owner_id desc, decisions.action = 'keep_owner', decisions.id desc
   limit 1
$$ language sql stable;

-- The same in words: whose the lead is and by what, and in one half-sentence each why not somebody else.
create or replace function app_public.leads_explanation(lead app_public.leads) returns text as $$
  select rtrim(format('%s %s', case when decided.actor_id is null or starts_with(decided.reason, people.slug || ' ') then decided.reason  -- which names them
                                   else format('%s (%s).', rtrim(decided.reason, '.'), coalesce(people.slug, 'a person')) end,
           coalesce('Not taken: ' || others.reasons || '.', '')))
    from app_public.leads_decision(lead) as decided
    left join app_public.actors as people on people.id = decided.actor_id
   cross join lateral (
     select string_agg(format('%s %s', candidates.actor, candidates.reason), '; ' order by candidates.actor) as reasons
       from jsonb_to_recordset(decided.candidates) as candidates (actor text, chosen boolean, reason text) where not candidates.chosen
   ) as others
   where decided.id is not null
$$ language sql stable;

grant execute on function app_public.leads_decision(app_public.leads), app_public.leads_explanation(app_public.leads) to catchment_user;
--! EndIncluded functions/app_public/leads_decision.sql
--! Included functions/app_public/edit_lead.sql
-- Writes fields of a lead by hand: {field: value}; null leaves it blank on purpose. What is written here wins over every arrival
-- until it is undone. Values come in normal form (src/api/edit_lead.ts).
create or replace function app_public.edit_lead(lead_id uuid, fields jsonb) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('edit_lead', edit_lead.lead_id);
  unknown text;
  answer app_public.leads;
begin
  if jsonb_typeof(edit_lead.fields) <> 'object' then
    raise exception 'Fields are an object' using errcode = 'BADIN';
  end if;
  select field into unknown
    from jsonb_object_keys(edit_lead.fields) as field where field <> all (enum_range(null::app_public.lead_field)::text[]) order by field limit 1;
  if unknown is not null then
    raise exception 'There is no field %', left(unknown, 100) using errcode = 'BADIN',
      hint = format('One of %s.', array_to_string(enum_range(null::app_public.lead_field)::text[], ', '));
  end if;
  perform app_private.write_edits(lead, edit_lead.fields, app_hidden.current_actor_id(), now());
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.edit_lead(uuid, jsonb) to catchment_user;
--! EndIncluded functions/app_public/edit_lead.sql
--! Included functions/app_public/undo_lead_edits.sql
-- Gives fields of a lead back to what arrivals say of it. Fields that nobody edited stay as they are.
create or replace function app_public.undo_lead_edits(lead_id uuid, fields app_public.lead_field[]) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('edit_lead', undo_lead_edits.lead_id);
  answer app_public.leads;
begin
  perform app_private.undo_edits(lead, undo_lead_edits.fields, app_hidden.current_actor_id(), now());
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.undo_lead_edits(uuid, app_public.lead_field[]) to catchment_user;
--! EndIncluded functions/app_public/undo_lead_edits.sql
--! Included functions/app_public/leads_field_origins.sql
-- Where each field of a lead comes from, by the rules in force, as far as the asking actor sees the lead. Definer: the rules
-- are the machine's.
create or replace function app_public.leads_field_origins(lead app_public.leads) returns setof app_public.field_origin as $$
  select survivors.field, survivors.value, survivors.rule, survivors.source_event_id, survivors.activity_id, survivors.edit_id,
         source_events.source, coalesce(source_events.occurred_at, activities.occurred_at, lead_edits.edited_at), actors.slug
    from app_public.leads
   cross join lateral app_private.decide_survivors(array[leads.id], app_private.current_revision()) as survivors
    left join app_public.source_events on source_events.id = survivors.source_event_id
    left join app_public.activities on activities.id = survivors.activity_id
    left join app_public.lead_edits on lead_edits.id = survivors.edit_id
    left join app_public.actors on actors.id = lead_edits.actor_id and actors.id = any (array(select app_hidden.visible_actor_ids()))
   where leads.id = leads_field_origins.lead.id
     and leads.territory_id = any (array(select app_hidden.my_territory_ids()))
   order by survivors.field
$$ language sql stable security definer rows 17 set search_path = pg_catalog, pg_temp;

grant execute on function app_public.leads_field_origins(app_public.leads) to catchment_user;
--! EndIncluded functions/app_public/leads_field_origins.sql
--! Included functions/app_public/erase_lead.sql
-- Forgets the person of a lead, with every lead that was merged into one with it. Answers what was erased; where nothing
-- was left, the last time it was. There is no way back.
create or replace function app_public.erase_lead(lead_id uuid) returns app_public.erasure_receipt as $$
declare
  people uuid[] := app_hidden.require_whole_person('erase_person', erase_lead.lead_id);
  answer app_public.erasure_receipt;
begin
  perform app_private.erase_people(people, 'request', now());
  select erasures.id, erasures.lead_ids, cardinality(erasures.capture_ids), erasures.erased_at into answer
    from app_private.erasures
   where erasures.lead_id = any (people) and erasures.territory_id = any (array(select app_hidden.my_territory_ids()))
   order by erasures.id desc limit 1;
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.erase_lead(uuid) to catchment_user;
--! EndIncluded functions/app_public/erase_lead.sql
--! Included functions/app_public/record_consent.sql
-- Writes down what a person said to a purpose, and to which words. It counts at once: who takes a consent back that a
-- contract demands is not contacted any more, who gives it is routed. Not strict: the note may be null.
create or replace function app_public.record_consent(
  lead_id uuid, purpose text, state text, text_version text, note text default ''
) returns app_public.consents as $$
declare
  lead app_public.leads := app_hidden.require_lead('work_lead', record_consent.lead_id);
  new_id uuid := uuidv7();
  answer app_public.consents;
begin
  if coalesce(record_consent.purpose, '') !~ '^[a-z0-9][a-z0-9_-]{0,62}$' or coalesce(record_consent.state, '') not in ('granted', 'denied', 'withdrawn')
     or length(btrim(coalesce(record_consent.text_version, ''))) not between 1 and 200 or length(record_consent.note) > 10000 then
    raise exception 'Not a consent: % to %', record_consent.state, record_consent.purpose using errcode = 'BADIN',
      hint = 'A purpose is lower-case letters, digits, - and _; a state one of granted, denied, withdrawn; the version of the words has 1 to 200 characters; a note has at most 10,000.';
  end if;
  insert into app_public.consents (id, lead_id, territory_id, purpose, state, text_version, actor_id, note, trace_id, given_at)
  values (new_id, lead.id, lead.territory_id, record_consent.purpose, record_consent.state, btrim(record_consent.text_version),
          app_hidden.current_actor_id(), nullif(record_consent.note, ''), lead.trace_id, now());
  perform app_private.review_leads(array[lead.id], now());
  select * into answer from app_public.consents
   where consents.id = new_id and consents.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.record_consent(uuid, text, text, text, text) to catchment_user;
--! EndIncluded functions/app_public/record_consent.sql
--! Included functions/app_public/suppress_person.sql
-- Puts every key by which a person is known on the suppression list of the client: nobody contacts them from now on, whatever
-- door they come through. Why the law or an erasure demands it is not for this door (`catchment suppress`).
create or replace function app_public.suppress_person(lead_id uuid, reason text default 'asked_not_to_be_contacted') returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('work_lead', suppress_person.lead_id);
  keys app_private.suppression_key[] := app_private.keys_of_lead(lead.id);
  why text := coalesce(nullif(suppress_person.reason, ''), 'asked_not_to_be_contacted');
  answer app_public.leads;
begin
  if why not in ('asked_not_to_be_contacted', 'bounced', 'complained') then
    raise exception 'Not a reason: %', why using errcode = 'BADIN',
      hint = 'One of asked_not_to_be_contacted, bounced, complained.';
  end if;
  if keys = '{}' then
    raise exception 'Lead % has no key to recognize the person by', lead.id using errcode = 'STATE',
      hint = 'Without an e-mail address, a telephone number or an id nobody can be recognized: close the lead.';
  end if;
  perform app_private.suppress_keys(keys, why, null, app_hidden.current_actor_id(), null, now());
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

-- Takes the keys of a person off the list again, as far as people put them there. Who stays for another reason (the law, an
-- erasure, the company's domain) stays held, and the answer says so by `heldAt`.
create or replace function app_public.unsuppress_person(lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('lift_suppression', unsuppress_person.lead_id);
  answer app_public.leads;
begin
  if app_private.lift_suppressions(app_private.keys_of_lead(lead.id), '{asked_not_to_be_contacted,bounced,complained}', now()) = 0 then
    raise exception 'Lead % is not on the list for a reason that people may lift', lead.id using errcode = 'STATE',
      hint = 'What the law or an erasure demands is lifted with `catchment suppress remove`.';
  end if;
  select * into answer from app_public.leads
   where leads.id = lead.id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.suppress_person(uuid, text), app_public.unsuppress_person(uuid) to catchment_user;
--! EndIncluded functions/app_public/suppress_person.sql
--! Included functions/app_public/leads_consent_states.sql
-- What the person said last to each purpose, as far as the asking actor sees it.
create or replace function app_public.leads_consent_states(lead app_public.leads) returns setof app_public.consents as $$
  select distinct on (consents.purpose) consents.*
    from app_public.consents
   where consents.lead_id = lead.id
   order by consents.purpose, consents.given_at desc, consents.id desc
$$ language sql stable rows 3;

-- The touch that told it; null where a person wrote it down.
create or replace function app_public.consents_source_event(consent app_public.consents) returns app_public.source_events as $$
  select source_events.* from app_public.source_events where source_events.capture_id = consent.capture_id limit 1
$$ language sql stable;

grant execute on function app_public.leads_consent_states(app_public.leads), app_public.consents_source_event(app_public.consents) to catchment_user;
--! EndIncluded functions/app_public/leads_consent_states.sql
--! Included functions/app_public/export_person.sql
-- Everything that is held of a person where the asking actor may read, for the person. A mutation: the audit records it, and
-- an open demand of the person is answered by it.
create or replace function app_public.export_person(lead_id uuid) returns jsonb as $$
declare
  lead app_public.leads := app_hidden.require_lead('export_person', export_person.lead_id);
begin
  return app_private.export_person(lead.id, array(select app_hidden.my_territory_ids()), now());
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.export_person(uuid) to catchment_user;
--! EndIncluded functions/app_public/export_person.sql
--! Included functions/app_public/edit_account.sql
-- Says who looks after a company in a territory: makes the account or changes what is given of it. Whom the actor does not
-- see, or who may not work leads there, is answered like nobody. Not strict: what is null stays as it was.
create or replace function app_public.edit_account(
  territory text, domain text, owner text default null, name text default null, status text default null
) returns app_public.accounts as $$
declare
  place int := app_hidden.require_territory('edit_account', edit_account.territory);
  new_owner_id int := (
    select actors.id from app_public.actors
     where actors.slug = edit_account.owner and app_private.works_leads_in(actors.id, place));
  company text := lower(btrim(edit_account.domain));
  answer app_public.accounts;
begin
  if edit_account.owner is not null and new_owner_id is null then
    raise exception 'Nobody called % works leads here', edit_account.owner using errcode = 'NFUND';
  end if;
  if edit_account.status <> all ('{active,on_hold,former}') then
    raise exception 'Status % is unknown', edit_account.status using errcode = 'BADIN', hint = 'One of active, on_hold, former.';
  end if;
  begin
    perform app_private.write_account(place, company, nullif(btrim(edit_account.name), ''), new_owner_id, edit_account.status, now());
  exception when check_violation or not_null_violation then
    raise exception 'This is no domain of a company, or too long a name' using errcode = 'BADIN',
      hint = 'Say the registrable domain, such as acme.co.uk.';
  end;
  select * into answer from app_public.accounts
   where accounts.domain = company and accounts.territory_id = place
     and accounts.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.edit_account(text, text, text, text, text) to catchment_user;
--! EndIncluded functions/app_public/edit_account.sql
--! Included functions/app_public/leads_account.sql
-- The account of a lead's company, of its territory or the nearest above, as far as the asking actor sees it.
create or replace function app_public.leads_account(lead app_public.leads) returns app_public.accounts as $$
  select accounts.*
    from app_public.territories
    join app_public.accounts on accounts.territory_id = any (territories.path)
   where territories.id = lead.territory_id and accounts.domain = lead.company_domain
   order by array_position(territories.path, accounts.territory_id) desc
   limit 1
$$ language sql stable;

grant execute on function app_public.leads_account(app_public.leads) to catchment_user;
--! EndIncluded functions/app_public/leads_account.sql
--! Included functions/app_public/merge_leads.sql
-- Makes one lead of two that are one person. Whoever does it must see both and may merge in both places. Where the matching
-- left the pair to people, its evidence goes into the record.
create or replace function app_public.merge_leads(survivor_id uuid, merged_id uuid) returns app_public.leads as $$
declare
  candidate record;
  answer app_public.leads;
begin
  perform app_hidden.require_leads_to_change('merge_leads', array[merge_leads.survivor_id, merge_leads.merged_id]);
  select match_candidates.probability, match_candidates.evidence into candidate
    from app_public.match_candidates
   where least(match_candidates.lead_id, match_candidates.other_lead_id) = least(merge_leads.survivor_id, merge_leads.merged_id)
     and greatest(match_candidates.lead_id, match_candidates.other_lead_id) = greatest(merge_leads.survivor_id, merge_leads.merged_id);
  perform app_private.merge_leads(merge_leads.survivor_id, merge_leads.merged_id, app_hidden.current_actor_id(),
                                  candidate.probability, candidate.evidence, now());
  select * into answer from app_public.leads
   where leads.id = merge_leads.survivor_id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.merge_leads(uuid, uuid) to catchment_user;
--! EndIncluded functions/app_public/merge_leads.sql
--! Included functions/app_public/unmerge_lead.sql
-- Takes a merged lead out again. Whoever does it must see it and the lead that stands for it.
create or replace function app_public.unmerge_lead(lead_id uuid) returns app_public.leads as $$
declare
  answer app_public.leads;
begin
  perform app_hidden.require_leads_to_change('merge_leads', array[unmerge_lead.lead_id, app_private.survivor_of(unmerge_lead.lead_id)]);
  perform app_private.unmerge_lead(unmerge_lead.lead_id, app_hidden.current_actor_id(), now());
  select * into answer from app_public.leads
   where leads.id = unmerge_lead.lead_id and leads.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.unmerge_lead(uuid) to catchment_user;
--! EndIncluded functions/app_public/unmerge_lead.sql
--! Included functions/app_public/preview_merge.sql
-- What mergeLeads would do, without doing it. For whoever may do it.
create or replace function app_public.preview_merge(survivor_id uuid, merged_id uuid) returns app_public.merge_preview as $$
begin
  perform app_hidden.require_leads('merge_leads', array[preview_merge.survivor_id, preview_merge.merged_id]);
  return app_private.preview_of(app_private.decide_merge(preview_merge.survivor_id, preview_merge.merged_id));
end
$$ language plpgsql stable strict security definer set search_path = pg_catalog, pg_temp;

-- What unmergeLead would do, without doing it.
create or replace function app_public.preview_unmerge(lead_id uuid) returns app_public.merge_preview as $$
begin
  perform app_hidden.require_leads('merge_leads', array[preview_unmerge.lead_id, app_private.survivor_of(preview_unmerge.lead_id)]);
  return app_private.preview_of(app_private.decide_unmerge(preview_unmerge.lead_id));
end
$$ language plpgsql stable strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.preview_merge(uuid, uuid), app_public.preview_unmerge(uuid) to catchment_user;
--! EndIncluded functions/app_public/preview_merge.sql
--! Included functions/app_public/resolve_exception.sql
-- Closes a case with an outcome. One that is closed already answers STATE and keeps its outcome.
-- Not strict: null for what is optional means its default.
create or replace function app_public.resolve_exception(exception_id uuid, outcome text, note text default '') returns app_public.exceptions as $$
declare
  found_case app_public.exceptions := app_hidden.require_exception(resolve_exception.exception_id);
  answer app_public.exceptions;
begin
  if found_case.resolved_at is not null then
    raise exception 'Exception % is resolved already', found_case.id using errcode = 'STATE';
  end if;
  if coalesce(trim(resolve_exception.outcome), '') = '' or length(resolve_exception.outcome) > 200 or length(resolve_exception.note) > 10000 then
    raise exception 'An outcome is missing or too long' using errcode = 'BADIN', hint = 'Say in up to 200 characters how it ended.';
  end if;
  update app_public.exceptions
     set resolved_at = greatest(now(), found_case.opened_at), outcome = trim(resolve_exception.outcome),
         note = nullif(resolve_exception.note, ''),
         acknowledged_at = coalesce(exceptions.acknowledged_at, now()),
         owner_id = coalesce(exceptions.owner_id, app_hidden.current_actor_id())
   where exceptions.id = found_case.id;
  if found_case.kind = 'possible_duplicate' then  -- who would call them one person merges them
    update app_public.match_candidates
       set state = 'rejected', decided_at = now(), decided_by_id = app_hidden.current_actor_id()
     where match_candidates.capture_id = found_case.capture_id and match_candidates.state = 'open';
  end if;
  select * into answer from app_public.exceptions
   where exceptions.id = found_case.id and exceptions.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.resolve_exception(uuid, text, text) to catchment_user;
--! EndIncluded functions/app_public/resolve_exception.sql
--! Included functions/app_public/quarantined_capture.sql
-- A refused arrival as it came: its bytes, what is wrong with it, what was put right. For those who work it off.
create or replace function app_public.quarantined_capture(capture_id uuid) returns app_public.raw_capture as $$
declare
  answer app_public.raw_capture;
begin
  perform app_hidden.require('work_quarantine', (
    select raw.territory_id from app_private.raw_capture_of(quarantined_capture.capture_id) as raw));
  select raw.* into answer from app_private.raw_capture_of(quarantined_capture.capture_id) as raw
   where raw.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql stable strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.quarantined_capture(uuid) to catchment_user;
--! EndIncluded functions/app_public/quarantined_capture.sql
--! Included functions/app_public/correct_capture.sql
-- Puts fields of a refused arrival right, beside what was sent, and answers it as it stands now.
create or replace function app_public.correct_capture(capture_id uuid, corrections jsonb) returns app_public.raw_capture as $$
declare
  allowed uuid[] := app_hidden.require_captures(array[correct_capture.capture_id]);
  answer app_public.raw_capture;
begin
  perform app_private.correct_capture(allowed[1], correct_capture.corrections);
  select raw.* into answer from app_private.raw_capture_of(allowed[1]) as raw
   where raw.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.correct_capture(uuid, jsonb) to catchment_user;
--! EndIncluded functions/app_public/correct_capture.sql
--! Included functions/app_public/revalidate_captures.sql
-- Asks what would become of refused arrivals now, by this version of their paths' contracts or by the one in force. The
-- worker judges them and changes nothing else; the verdict stands in raw_capture. Answers how many will be judged.
create or replace function app_public.revalidate_captures(capture_ids uuid[], contract_version int default null) returns int as $$
declare
  allowed uuid[] := app_hidden.require_captures(revalidate_captures.capture_ids);
begin
  return app_private.revalidate_captures(allowed, revalidate_captures.contract_version);
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.revalidate_captures(uuid[], int) to catchment_user;
--! EndIncluded functions/app_public/revalidate_captures.sql
--! Included functions/app_public/release_captures.sql
-- Sends refused arrivals through the stages again, by the contract in force now and with the time they came. One that
-- is refused again is back in quarantine by itself. Answers how many were sent; others of these are left alone.
create or replace function app_public.release_captures(capture_ids uuid[]) returns int as $$
declare
  allowed uuid[] := app_hidden.require_captures(release_captures.capture_ids);
begin
  return cardinality(app_private.release_captures(allowed, null, now()));
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.release_captures(uuid[]) to catchment_user;
--! EndIncluded functions/app_public/release_captures.sql
--! Included functions/app_public/discard_captures.sql
-- Sets refused arrivals aside for good, with the reason. Nothing is deleted; releasing one brings it back. Answers
-- how many were set aside; others of these are left alone.
create or replace function app_public.discard_captures(capture_ids uuid[], reason text) returns int as $$
declare
  allowed uuid[] := app_hidden.require_captures(discard_captures.capture_ids);
begin
  if trim(discard_captures.reason) = '' or length(discard_captures.reason) > 1000 then
    raise exception 'A reason is missing or too long' using errcode = 'BADIN', hint = 'Say in up to 1,000 characters why.';
  end if;
  return app_private.discard_captures(allowed, trim(discard_captures.reason), now());
end
$$ language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.discard_captures(uuid[], text) to catchment_user;
--! EndIncluded functions/app_public/discard_captures.sql
--! Included functions/app_public/create_api_key.sql
-- Makes a key for an actor of kind api_key, for who administers all of its territories. `days` of null: it never ends.
create or replace function app_public.create_api_key(actor text, operations text[], days int default null) returns app_public.api_key_receipt as $$
declare
  holder_id int := app_hidden.require_key_holder(create_api_key.actor);
begin
  return app_private.create_api_key(holder_id, create_api_key.operations, make_interval(days => create_api_key.days), null, null, now());
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.create_api_key(text, text[], int) to catchment_user;
--! EndIncluded functions/app_public/create_api_key.sql
--! Included functions/app_public/revoke_api_key.sql
-- Ends a key, for who administers all territories of its actor. A second time keeps the first instant.
create or replace function app_public.revoke_api_key(prefix text) returns app_public.api_key_receipt as $$
declare
  key_id int := app_hidden.require_key(revoke_api_key.prefix);
begin
  return app_private.revoke_api_key(key_id, now());
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.revoke_api_key(text) to catchment_user;
--! EndIncluded functions/app_public/revoke_api_key.sql
--! Included policies/absences.sql
alter table app_public.absences enable row level security;
alter table app_public.absences force row level security;

drop policy if exists every_row_for_the_machine on app_public.absences;
create policy every_row_for_the_machine on app_public.absences to catchment_worker using (true);
grant select, insert, delete on app_public.absences to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/absences.sql
--! Included policies/accounts.sql
alter table app_public.accounts enable row level security;
alter table app_public.accounts force row level security;

drop policy if exists every_row_for_the_machine on app_public.accounts;
create policy every_row_for_the_machine on app_public.accounts to catchment_worker using (true);
grant select, insert, update on app_public.accounts to catchment_worker;

drop policy if exists select_in_my_territories on app_public.accounts;
create policy select_in_my_territories on app_public.accounts
  for select to catchment_user, catchment_bi
  using (accounts.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.accounts to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/accounts.sql
--! Included policies/activities.sql
alter table app_public.activities enable row level security;
alter table app_public.activities force row level security;

drop policy if exists every_row_for_the_machine on app_public.activities;
create policy every_row_for_the_machine on app_public.activities to catchment_worker using (true);
grant select, insert, update on app_public.activities to catchment_worker;

drop policy if exists select_in_my_territories on app_public.activities;
create policy select_in_my_territories on app_public.activities
  for select to catchment_user, catchment_bi
  using (activities.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.activities to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/activities.sql
--! Included policies/actors.sql
alter table app_public.actors enable row level security;
alter table app_public.actors force row level security;

drop policy if exists every_row_for_the_machine on app_public.actors;
create policy every_row_for_the_machine on app_public.actors to catchment_worker using (true);
grant select, insert, update on app_public.actors to catchment_worker;

-- Oneself, whom one shares a territory with, and the owner of a lead that one sees.
drop policy if exists select_whom_i_share_with on app_public.actors;
create policy select_whom_i_share_with on app_public.actors
  for select to catchment_user, catchment_bi
  using (
    actors.id = (select app_hidden.current_actor_id())
    or actors.id = any (array(select app_hidden.visible_actor_ids()))
    or exists (select from app_public.leads where leads.owner_id = actors.id)  -- under the wall of leads
  );

-- Slug and name only: not the e-mail address, the manager or the database role.
grant select (id, kind, slug, name) on app_public.actors to catchment_user, catchment_bi;
--! EndIncluded policies/actors.sql
--! Included policies/api_keys.sql
alter table app_private.api_keys enable row level security;
alter table app_private.api_keys force row level security;

drop policy if exists every_row_for_the_machine on app_private.api_keys;
create policy every_row_for_the_machine on app_private.api_keys to catchment_worker using (true);
grant select, insert, update on app_private.api_keys to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/api_keys.sql
--! Included policies/assignments.sql
alter table app_public.assignments enable row level security;
alter table app_public.assignments force row level security;

drop policy if exists every_row_for_the_machine on app_public.assignments;
create policy every_row_for_the_machine on app_public.assignments to catchment_worker using (true);
grant select, insert, update on app_public.assignments to catchment_worker;

drop policy if exists select_in_my_territories on app_public.assignments;
create policy select_in_my_territories on app_public.assignments
  for select to catchment_user, catchment_bi
  using (assignments.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.assignments to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/assignments.sql
--! Included policies/audit_salts.sql
alter table app_private.audit_salts enable row level security;
alter table app_private.audit_salts force row level security;

drop policy if exists every_row_for_the_machine on app_private.audit_salts;
create policy every_row_for_the_machine on app_private.audit_salts to catchment_worker using (true);
grant select, insert, update, delete on app_private.audit_salts to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/audit_salts.sql
--! Included policies/audit_entries.sql
alter table app_private.audit_entries enable row level security;
alter table app_private.audit_entries force row level security;

drop policy if exists every_row_for_the_machine on app_private.audit_entries;
create policy every_row_for_the_machine on app_private.audit_entries to catchment_worker using (true);
grant select, insert on app_private.audit_entries to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/audit_entries.sql
--! Included policies/capture_keys.sql
alter table app_private.capture_keys enable row level security;
alter table app_private.capture_keys force row level security;

drop policy if exists every_row_for_the_machine on app_private.capture_keys;
create policy every_row_for_the_machine on app_private.capture_keys to catchment_worker using (true);
grant select, insert, update on app_private.capture_keys to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/capture_keys.sql
--! Included policies/capture_paths.sql
alter table app_public.capture_paths enable row level security;
alter table app_public.capture_paths force row level security;

drop policy if exists every_row_for_the_machine on app_public.capture_paths;
create policy every_row_for_the_machine on app_public.capture_paths to catchment_worker using (true);
grant select, insert, update on app_public.capture_paths to catchment_worker;

drop policy if exists select_in_my_territories on app_public.capture_paths;
create policy select_in_my_territories on app_public.capture_paths
  for select to catchment_user, catchment_bi
  using (capture_paths.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.capture_paths to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/capture_paths.sql
--! Included policies/captures.sql
alter table app_public.captures enable row level security;
alter table app_public.captures force row level security;

drop policy if exists every_row_for_the_machine on app_public.captures;
create policy every_row_for_the_machine on app_public.captures to catchment_worker using (true);
grant select, insert, update on app_public.captures to catchment_worker;

drop policy if exists select_in_my_territories on app_public.captures;
create policy select_in_my_territories on app_public.captures
  for select to catchment_user, catchment_bi
  using (captures.territory_id = any (array(select app_hidden.my_territory_ids())));

-- What happened to an arrival, not what it said: body, attributes and violations are for operations,
-- through functions of their own.
grant select (id, path_id, territory_id, contract_id, lead_id, kind, status, outcome, attempts, trace_id, is_test, received_at, processed_at, released_at)
  on app_public.captures to catchment_user, catchment_bi;
--! EndIncluded policies/captures.sql
--! Included policies/clocks.sql
alter table app_public.clocks enable row level security;
alter table app_public.clocks force row level security;

drop policy if exists every_row_for_the_machine on app_public.clocks;
create policy every_row_for_the_machine on app_public.clocks to catchment_worker using (true);
grant select, insert, update on app_public.clocks to catchment_worker;

drop policy if exists select_in_my_territories on app_public.clocks;
create policy select_in_my_territories on app_public.clocks
  for select to catchment_user, catchment_bi
  using (clocks.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.clocks to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/clocks.sql
--! Included policies/consents.sql
alter table app_public.consents enable row level security;
alter table app_public.consents force row level security;

drop policy if exists every_row_for_the_machine on app_public.consents;
create policy every_row_for_the_machine on app_public.consents to catchment_worker using (true);
grant select, insert on app_public.consents to catchment_worker;
grant update (note) on app_public.consents to catchment_worker;  -- an erasure empties it
-- No update or delete, not even for the stages: what was agreed to is never rewritten. A move of its lead moves it by
-- the foreign key.

drop policy if exists select_in_my_territories on app_public.consents;
create policy select_in_my_territories on app_public.consents
  for select to catchment_user, catchment_bi
  using (consents.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.consents to catchment_user, catchment_bi;
--! EndIncluded policies/consents.sql
--! Included policies/contract_rules.sql
alter table app_public.contract_rules enable row level security;
alter table app_public.contract_rules force row level security;

drop policy if exists every_row_for_the_machine on app_public.contract_rules;
create policy every_row_for_the_machine on app_public.contract_rules to catchment_worker using (true);
grant select, insert on app_public.contract_rules to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/contract_rules.sql
--! Included policies/contracts.sql
alter table app_public.contracts enable row level security;
alter table app_public.contracts force row level security;

drop policy if exists every_row_for_the_machine on app_public.contracts;
create policy every_row_for_the_machine on app_public.contracts to catchment_worker using (true);
grant select, insert on app_public.contracts to catchment_worker;

drop policy if exists select_in_my_territories on app_public.contracts;
create policy select_in_my_territories on app_public.contracts
  for select to catchment_bi
  using (contracts.territory_id = any (array(select app_hidden.my_territory_ids())));

-- What bi.capture_paths tells of it. Users get no grant.
grant select (id, path_id, territory_id, version, definition, is_history) on app_public.contracts to catchment_bi;
--! EndIncluded policies/contracts.sql
--! Included policies/decisions.sql
alter table app_public.decisions enable row level security;
alter table app_public.decisions force row level security;

drop policy if exists every_row_for_the_machine on app_public.decisions;
create policy every_row_for_the_machine on app_public.decisions to catchment_worker using (true);
grant select, insert, update on app_public.decisions to catchment_worker;

drop policy if exists select_in_my_territories on app_public.decisions;
create policy select_in_my_territories on app_public.decisions
  for select to catchment_user, catchment_bi
  using (decisions.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.decisions to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/decisions.sql
--! Included policies/erasures.sql
alter table app_private.erasures enable row level security;
alter table app_private.erasures force row level security;

drop policy if exists every_row_for_the_machine on app_private.erasures;
create policy every_row_for_the_machine on app_private.erasures to catchment_worker using (true);
grant select, insert, update on app_private.erasures to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/erasures.sql
--! Included policies/escalations.sql
alter table app_public.escalations enable row level security;
alter table app_public.escalations force row level security;

drop policy if exists every_row_for_the_machine on app_public.escalations;
create policy every_row_for_the_machine on app_public.escalations to catchment_worker using (true);
grant select, insert, update on app_public.escalations to catchment_worker;

drop policy if exists select_in_my_territories on app_public.escalations;
create policy select_in_my_territories on app_public.escalations
  for select to catchment_user, catchment_bi
  using (escalations.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.escalations to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/escalations.sql
--! Included policies/exception_policies.sql
alter table app_public.exception_policies enable row level security;
alter table app_public.exception_policies force row level security;

drop policy if exists every_row_for_the_machine on app_public.exception_policies;
create policy every_row_for_the_machine on app_public.exception_policies to catchment_worker using (true);
grant select, insert, update on app_public.exception_policies to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/exception_policies.sql
--! Included policies/exceptions.sql
alter table app_public.exceptions enable row level security;
alter table app_public.exceptions force row level security;

drop policy if exists every_row_for_the_machine on app_public.exceptions;
create policy every_row_for_the_machine on app_public.exceptions to catchment_worker using (true);
grant select, insert, update on app_public.exceptions to catchment_worker;

drop policy if exists select_in_my_territories on app_public.exceptions;
create policy select_in_my_territories on app_public.exceptions
  for select to catchment_user, catchment_bi
  using (exceptions.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.exceptions to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/exceptions.sql
--! Included policies/import_batches.sql
alter table app_private.import_batches enable row level security;
alter table app_private.import_batches force row level security;

drop policy if exists every_row_for_the_machine on app_private.import_batches;
create policy every_row_for_the_machine on app_private.import_batches to catchment_worker using (true);
grant select, insert, update, delete on app_private.import_batches to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/import_batches.sql
--! Included policies/imports.sql
alter table app_private.imports enable row level security;
alter table app_private.imports force row level security;

drop policy if exists every_row_for_the_machine on app_private.imports;
create policy every_row_for_the_machine on app_private.imports to catchment_worker using (true);
grant select, insert, delete on app_private.imports to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/imports.sql
--! Included policies/lead_edits.sql
alter table app_public.lead_edits enable row level security;
alter table app_public.lead_edits force row level security;

drop policy if exists every_row_for_the_machine on app_public.lead_edits;
create policy every_row_for_the_machine on app_public.lead_edits to catchment_worker using (true);
grant select, insert, update on app_public.lead_edits to catchment_worker;

drop policy if exists select_in_my_territories on app_public.lead_edits;
create policy select_in_my_territories on app_public.lead_edits
  for select to catchment_user, catchment_bi
  using (lead_edits.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.lead_edits to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/lead_edits.sql
--! Included policies/lead_fields.sql
alter table app_private.lead_fields enable row level security;
alter table app_private.lead_fields force row level security;

drop policy if exists every_row_for_the_machine on app_private.lead_fields;
create policy every_row_for_the_machine on app_private.lead_fields to catchment_worker using (true);
grant select on app_private.lead_fields to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/lead_fields.sql
--! Included policies/lead_identities.sql
alter table app_private.lead_identities enable row level security;
alter table app_private.lead_identities force row level security;

drop policy if exists every_row_for_the_machine on app_private.lead_identities;
create policy every_row_for_the_machine on app_private.lead_identities to catchment_worker using (true);
grant select, insert, update, delete on app_private.lead_identities to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/lead_identities.sql
--! Included policies/lead_merges.sql
alter table app_public.lead_merges enable row level security;
alter table app_public.lead_merges force row level security;

drop policy if exists every_row_for_the_machine on app_public.lead_merges;
create policy every_row_for_the_machine on app_public.lead_merges to catchment_worker using (true);
grant select, insert, update on app_public.lead_merges to catchment_worker;

drop policy if exists select_in_my_territories on app_public.lead_merges;
create policy select_in_my_territories on app_public.lead_merges
  for select to catchment_user, catchment_bi
  using (lead_merges.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.lead_merges to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/lead_merges.sql
--! Included policies/match_records.sql
alter table app_private.match_records enable row level security;
alter table app_private.match_records force row level security;

drop policy if exists every_row_for_the_machine on app_private.match_records;
create policy every_row_for_the_machine on app_private.match_records to catchment_worker using (true);
grant select, insert, update, delete on app_private.match_records to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/match_records.sql
--! Included policies/match_keys.sql
alter table app_private.match_keys enable row level security;
alter table app_private.match_keys force row level security;

drop policy if exists every_row_for_the_machine on app_private.match_keys;
create policy every_row_for_the_machine on app_private.match_keys to catchment_worker using (true);
grant select, insert, delete on app_private.match_keys to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/match_keys.sql
--! Included policies/match_terms.sql
alter table app_private.match_terms enable row level security;
alter table app_private.match_terms force row level security;

drop policy if exists every_row_for_the_machine on app_private.match_terms;
create policy every_row_for_the_machine on app_private.match_terms to catchment_worker using (true);
grant select, insert, update, delete on app_private.match_terms to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/match_terms.sql
--! Included policies/match_statistics.sql
alter table app_private.match_statistics enable row level security;
alter table app_private.match_statistics force row level security;

drop policy if exists every_row_for_the_machine on app_private.match_statistics;
create policy every_row_for_the_machine on app_private.match_statistics to catchment_worker using (true);
grant select, insert, update on app_private.match_statistics to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/match_statistics.sql
--! Included policies/identity_models.sql
alter table app_private.identity_models enable row level security;
alter table app_private.identity_models force row level security;

drop policy if exists every_row_for_the_machine on app_private.identity_models;
create policy every_row_for_the_machine on app_private.identity_models to catchment_worker using (true);
grant select, insert, update on app_private.identity_models to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/identity_models.sql
--! Included policies/match_candidates.sql
alter table app_public.match_candidates enable row level security;
alter table app_public.match_candidates force row level security;

drop policy if exists every_row_for_the_machine on app_public.match_candidates;
create policy every_row_for_the_machine on app_public.match_candidates to catchment_worker using (true);
grant select, insert, update, delete on app_public.match_candidates to catchment_worker;

drop policy if exists select_in_my_territories on app_public.match_candidates;
create policy select_in_my_territories on app_public.match_candidates
  for select to catchment_user, catchment_bi
  using (match_candidates.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.match_candidates to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/match_candidates.sql
--! Included policies/leads.sql
alter table app_public.leads enable row level security;
alter table app_public.leads force row level security;

drop policy if exists every_row_for_the_machine on app_public.leads;
create policy every_row_for_the_machine on app_public.leads to catchment_worker using (true);
grant select, insert, update on app_public.leads to catchment_worker;

drop policy if exists select_in_my_territories on app_public.leads;
create policy select_in_my_territories on app_public.leads
  for select to catchment_user, catchment_bi
  using (leads.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.leads to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/leads.sql
--! Included policies/memberships.sql
alter table app_public.memberships enable row level security;
alter table app_public.memberships force row level security;

drop policy if exists every_row_for_the_machine on app_public.memberships;
create policy every_row_for_the_machine on app_public.memberships to catchment_worker using (true);
grant select, insert, delete on app_public.memberships to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/memberships.sql
--! Included policies/notifications.sql
alter table app_public.notifications enable row level security;
alter table app_public.notifications force row level security;

drop policy if exists every_row_for_the_machine on app_public.notifications;
create policy every_row_for_the_machine on app_public.notifications to catchment_worker using (true);
grant select, insert, update, delete on app_public.notifications to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/notifications.sql
--! Included policies/path_secrets.sql
alter table app_private.path_secrets enable row level security;
alter table app_private.path_secrets force row level security;

drop policy if exists every_row_for_the_machine on app_private.path_secrets;
create policy every_row_for_the_machine on app_private.path_secrets to catchment_worker using (true);
grant select, insert, update, delete on app_private.path_secrets to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else. The doors ask app_private.sealed_secrets.
--! EndIncluded policies/path_secrets.sql
--! Included policies/permissions.sql
alter table app_private.permissions enable row level security;
alter table app_private.permissions force row level security;

drop policy if exists every_row_for_the_machine on app_private.permissions;
create policy every_row_for_the_machine on app_private.permissions to catchment_worker using (true);
grant select, insert, update, delete on app_private.permissions to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/permissions.sql
--! Included policies/privacy_requests.sql
alter table app_private.privacy_requests enable row level security;
alter table app_private.privacy_requests force row level security;

drop policy if exists every_row_for_the_machine on app_private.privacy_requests;
create policy every_row_for_the_machine on app_private.privacy_requests to catchment_worker using (true);
grant select, insert, update on app_private.privacy_requests to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else. People meet a request as its exception.
--! EndIncluded policies/privacy_requests.sql
--! Included policies/rate_buckets.sql
alter table app_private.rate_buckets enable row level security;
alter table app_private.rate_buckets force row level security;

drop policy if exists every_row_for_the_machine on app_private.rate_buckets;
create policy every_row_for_the_machine on app_private.rate_buckets to catchment_worker using (true);
grant select, insert, update on app_private.rate_buckets to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/rate_buckets.sql
--! Included policies/realignment_moves.sql
alter table app_private.realignment_moves enable row level security;
alter table app_private.realignment_moves force row level security;

drop policy if exists every_row_for_the_machine on app_private.realignment_moves;
create policy every_row_for_the_machine on app_private.realignment_moves to catchment_worker using (true);
grant select, insert, update on app_private.realignment_moves to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/realignment_moves.sql
--! Included policies/realignments.sql
alter table app_private.realignments enable row level security;
alter table app_private.realignments force row level security;

drop policy if exists every_row_for_the_machine on app_private.realignments;
create policy every_row_for_the_machine on app_private.realignments to catchment_worker using (true);
grant select, insert, update on app_private.realignments to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/realignments.sql
--! Included policies/responsibilities.sql
alter table app_public.responsibilities enable row level security;
alter table app_public.responsibilities force row level security;

drop policy if exists every_row_for_the_machine on app_public.responsibilities;
create policy every_row_for_the_machine on app_public.responsibilities to catchment_worker using (true);
grant select, insert, update, delete on app_public.responsibilities to catchment_worker;

drop policy if exists select_in_my_territories on app_public.responsibilities;
create policy select_in_my_territories on app_public.responsibilities
  for select to catchment_bi
  using (responsibilities.territory_id = any (array(select app_hidden.my_territory_ids())));

-- What bi.capture_paths tells of it. Users get no grant.
grant select (path_id, territory_id, duty, team_id) on app_public.responsibilities to catchment_bi;
--! EndIncluded policies/responsibilities.sql
--! Included policies/retention_rules.sql
alter table app_private.retention_rules enable row level security;
alter table app_private.retention_rules force row level security;

drop policy if exists every_row_for_the_machine on app_private.retention_rules;
create policy every_row_for_the_machine on app_private.retention_rules to catchment_worker using (true);
grant select, insert, update, delete on app_private.retention_rules to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/retention_rules.sql
--! Included policies/revisions.sql
alter table app_public.revisions enable row level security;
alter table app_public.revisions force row level security;

drop policy if exists every_row_for_the_machine on app_public.revisions;
create policy every_row_for_the_machine on app_public.revisions to catchment_worker using (true);
grant select, insert on app_public.revisions to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/revisions.sql
--! Included policies/scoring_rules.sql
alter table app_public.scoring_rules enable row level security;
alter table app_public.scoring_rules force row level security;

drop policy if exists every_row_for_the_machine on app_public.scoring_rules;
create policy every_row_for_the_machine on app_public.scoring_rules to catchment_worker using (true);
grant select, insert on app_public.scoring_rules to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/scoring_rules.sql
--! Included policies/sla_policies.sql
alter table app_public.sla_policies enable row level security;
alter table app_public.sla_policies force row level security;

drop policy if exists every_row_for_the_machine on app_public.sla_policies;
create policy every_row_for_the_machine on app_public.sla_policies to catchment_worker using (true);
grant select, insert, update on app_public.sla_policies to catchment_worker;

drop policy if exists select_in_my_territories on app_public.sla_policies;
create policy select_in_my_territories on app_public.sla_policies
  for select to catchment_user, catchment_bi
  using (sla_policies.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.sla_policies to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/sla_policies.sql
--! Included policies/source_events.sql
alter table app_public.source_events enable row level security;
alter table app_public.source_events force row level security;

drop policy if exists every_row_for_the_machine on app_public.source_events;
create policy every_row_for_the_machine on app_public.source_events to catchment_worker using (true);
grant select, insert, update on app_public.source_events to catchment_worker;

drop policy if exists select_in_my_territories on app_public.source_events;
create policy select_in_my_territories on app_public.source_events
  for select to catchment_user, catchment_bi
  using (source_events.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.source_events to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/source_events.sql
--! Included policies/survivorship_rules.sql
alter table app_public.survivorship_rules enable row level security;
alter table app_public.survivorship_rules force row level security;

drop policy if exists every_row_for_the_machine on app_public.survivorship_rules;
create policy every_row_for_the_machine on app_public.survivorship_rules to catchment_worker using (true);
grant select, insert on app_public.survivorship_rules to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/survivorship_rules.sql
--! Included policies/routing_rules.sql
alter table app_public.routing_rules enable row level security;
alter table app_public.routing_rules force row level security;

drop policy if exists every_row_for_the_machine on app_public.routing_rules;
create policy every_row_for_the_machine on app_public.routing_rules to catchment_worker using (true);
grant select, insert on app_public.routing_rules to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/routing_rules.sql
--! Included policies/suppressions.sql
alter table app_private.suppressions enable row level security;
alter table app_private.suppressions force row level security;

drop policy if exists every_row_for_the_machine on app_private.suppressions;
create policy every_row_for_the_machine on app_private.suppressions to catchment_worker using (true);
grant select, insert, update, delete on app_private.suppressions to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else. People meet it as the decision that holds a lead.
--! EndIncluded policies/suppressions.sql
--! Included policies/team_members.sql
alter table app_public.team_members enable row level security;
alter table app_public.team_members force row level security;

drop policy if exists every_row_for_the_machine on app_public.team_members;
create policy every_row_for_the_machine on app_public.team_members to catchment_worker using (true);
grant select, insert, update, delete on app_public.team_members to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/team_members.sql
--! Included policies/teams.sql
alter table app_public.teams enable row level security;
alter table app_public.teams force row level security;

drop policy if exists every_row_for_the_machine on app_public.teams;
create policy every_row_for_the_machine on app_public.teams to catchment_worker using (true);
grant select, insert, update on app_public.teams to catchment_worker;

drop policy if exists select_in_my_territories on app_public.teams;
create policy select_in_my_territories on app_public.teams
  for select to catchment_user, catchment_bi
  using (teams.territory_id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.teams to catchment_user, catchment_bi;
-- No insert, update or delete: rows change only through functions.
--! EndIncluded policies/teams.sql
--! Included policies/territories.sql
alter table app_public.territories enable row level security;
alter table app_public.territories force row level security;

drop policy if exists every_row_for_the_machine on app_public.territories;
create policy every_row_for_the_machine on app_public.territories to catchment_worker using (true);
grant select, insert, update, delete on app_public.territories to catchment_worker;

drop policy if exists select_in_my_territories on app_public.territories;
create policy select_in_my_territories on app_public.territories
  for select to catchment_user, catchment_bi
  using (territories.id = any (array(select app_hidden.my_territory_ids())));

grant select on app_public.territories to catchment_user, catchment_bi;
--! EndIncluded policies/territories.sql
--! Included policies/territory_grants.sql
alter table app_private.territory_grants enable row level security;
alter table app_private.territory_grants force row level security;

drop policy if exists every_row_for_the_machine on app_private.territory_grants;
create policy every_row_for_the_machine on app_private.territory_grants to catchment_worker using (true);
grant select, insert, delete on app_private.territory_grants to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/territory_grants.sql
--! Included policies/territory_rules.sql
alter table app_public.territory_rules enable row level security;
alter table app_public.territory_rules force row level security;

drop policy if exists every_row_for_the_machine on app_public.territory_rules;
create policy every_row_for_the_machine on app_public.territory_rules to catchment_worker using (true);
grant select, insert on app_public.territory_rules to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/territory_rules.sql
--! Included policies/territory_shapes.sql
alter table app_private.territory_shapes enable row level security;
alter table app_private.territory_shapes force row level security;

drop policy if exists every_row_for_the_machine on app_private.territory_shapes;
create policy every_row_for_the_machine on app_private.territory_shapes to catchment_worker using (true);
grant select, insert on app_private.territory_shapes to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/territory_shapes.sql
--! Included policies/worker_pools.sql
alter table app_private.worker_pools enable row level security;
alter table app_private.worker_pools force row level security;

drop policy if exists every_row_for_the_machine on app_private.worker_pools;
create policy every_row_for_the_machine on app_private.worker_pools to catchment_worker using (true);
grant select, insert, update, delete on app_private.worker_pools to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/worker_pools.sql
--! Included policies/working_hours.sql
alter table app_public.working_hours enable row level security;
alter table app_public.working_hours force row level security;

drop policy if exists every_row_for_the_machine on app_public.working_hours;
create policy every_row_for_the_machine on app_public.working_hours to catchment_worker using (true);
grant select, insert, delete on app_public.working_hours to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/working_hours.sql
--! Included triggers/accounts.sql
create or replace trigger _900_audit_insert
  after insert on app_public.accounts
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_public.accounts enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_public.accounts
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_public.accounts enable always trigger _900_audit_update;
--! EndIncluded triggers/accounts.sql
--! Included triggers/audit_entries.sql
create or replace trigger _100_refuse_change
  before update or delete on app_private.audit_entries
  for each row execute function app_private.refuse_change();
alter table app_private.audit_entries enable always trigger _100_refuse_change;
--! EndIncluded triggers/audit_entries.sql
--! Included triggers/absences.sql
create or replace trigger _500_wake_queue_on_return
  after insert on app_public.absences
  referencing new table as after_rows
  for each statement execute function app_private.enqueue_return();

create or replace trigger _500_wake_queue_on_delete
  after delete on app_public.absences
  for each statement execute function app_private.enqueue_route_queue();
--! EndIncluded triggers/absences.sql
--! Included triggers/api_keys.sql
create or replace trigger _900_audit_insert
  after insert on app_private.api_keys
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_private.api_keys enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_private.api_keys
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_private.api_keys enable always trigger _900_audit_update;
--! EndIncluded triggers/api_keys.sql
--! Included triggers/captures.sql
create or replace trigger _100_keep_raw
  before update of body, content_type, headers, erased_at on app_public.captures
  for each row
  when ((old.body, old.content_type, old.headers, old.erased_at)
        is distinct from (new.body, new.content_type, new.headers, new.erased_at))
  execute function app_private.keep_raw();
alter table app_public.captures enable always trigger _100_keep_raw;

create or replace trigger _100_refuse_delete
  before delete on app_public.captures
  for each row execute function app_private.refuse_change();
alter table app_public.captures enable always trigger _100_refuse_delete;

create or replace trigger _500_wake_drain
  after insert on app_public.captures
  referencing new table as arrived
  for each statement execute function app_private.enqueue_drain_captures();

create or replace trigger _900_audit_update
  after update of corrections, released_at, discard_reason on app_public.captures
  for each row
  when ((old.corrections, old.released_at, old.discard_reason) is distinct from (new.corrections, new.released_at, new.discard_reason))
  execute function app_private.audit_captures_update();
alter table app_public.captures enable always trigger _900_audit_update;
--! EndIncluded triggers/captures.sql
--! Included triggers/clocks.sql
create or replace trigger _500_nudge_sweep_insert
  after insert on app_public.clocks
  referencing new table as after_rows
  for each statement execute function app_private.enqueue_fire_thresholds();

create or replace trigger _500_nudge_sweep_update
  after update on app_public.clocks
  referencing new table as after_rows
  for each statement execute function app_private.enqueue_fire_thresholds();
--! EndIncluded triggers/clocks.sql
--! Included triggers/contract_rules.sql
create or replace trigger _100_refuse_change
  before update or delete on app_public.contract_rules
  for each row execute function app_private.refuse_change();
alter table app_public.contract_rules enable always trigger _100_refuse_change;
--! EndIncluded triggers/contract_rules.sql
--! Included triggers/contracts.sql
create or replace trigger _100_refuse_change
  before update on app_public.contracts
  for each row
  when ((old.path_id, old.version, old.definition, old.fallback_territory_id, old.team_id, old.is_history, old.published_at)
        is distinct from (new.path_id, new.version, new.definition, new.fallback_territory_id, new.team_id, new.is_history, new.published_at))
  execute function app_private.refuse_change();
alter table app_public.contracts enable always trigger _100_refuse_change;

create or replace trigger _100_refuse_delete
  before delete on app_public.contracts
  for each row execute function app_private.refuse_change();
alter table app_public.contracts enable always trigger _100_refuse_delete;
--! EndIncluded triggers/contracts.sql
--! Included triggers/decisions.sql
create or replace trigger _900_audit_insert
  after insert on app_public.decisions
  referencing new table as after_rows
  for each statement execute function app_private.audit_decisions_insert();
alter table app_public.decisions enable always trigger _900_audit_insert;
--! EndIncluded triggers/decisions.sql
--! Included triggers/erasures.sql
create or replace trigger _900_audit_insert
  after insert on app_private.erasures
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_private.erasures enable always trigger _900_audit_insert;
--! EndIncluded triggers/erasures.sql
--! Included triggers/exceptions.sql
create or replace trigger _900_audit_insert
  after insert on app_public.exceptions
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_public.exceptions enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_public.exceptions
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_public.exceptions enable always trigger _900_audit_update;

create or replace trigger _900_audit_delete
  after delete on app_public.exceptions
  referencing old table as before_rows
  for each statement execute function app_private.audit_rows_delete();
alter table app_public.exceptions enable always trigger _900_audit_delete;
--! EndIncluded triggers/exceptions.sql
--! Included triggers/lead_edits.sql
create or replace trigger _900_audit_insert
  after insert on app_public.lead_edits
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_public.lead_edits enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_public.lead_edits
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_public.lead_edits enable always trigger _900_audit_update;
--! EndIncluded triggers/lead_edits.sql
--! Included triggers/leads.sql
-- A lead that is closed leaves room for another.
create or replace trigger _500_wake_queue
  after update of closed_at on app_public.leads
  for each statement execute function app_private.enqueue_route_queue();

create or replace trigger _900_audit_insert
  after insert on app_public.leads
  referencing new table as after_rows
  for each statement execute function app_private.audit_leads_insert();
alter table app_public.leads enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_public.leads
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_leads_update();
alter table app_public.leads enable always trigger _900_audit_update;
--! EndIncluded triggers/leads.sql
--! Included triggers/memberships.sql
create or replace trigger _900_audit_insert
  after insert on app_public.memberships
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_public.memberships enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_public.memberships
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_public.memberships enable always trigger _900_audit_update;

create or replace trigger _900_audit_delete
  after delete on app_public.memberships
  referencing old table as before_rows
  for each statement execute function app_private.audit_rows_delete();
alter table app_public.memberships enable always trigger _900_audit_delete;

create or replace trigger _500_close_grants
  after insert or update or delete on app_public.memberships
  for each statement execute function app_private.close_grants();
--! EndIncluded triggers/memberships.sql
--! Included triggers/notifications.sql
create or replace trigger _500_wake_notify
  after insert on app_public.notifications
  referencing new table as after_rows
  for each statement execute function app_private.enqueue_notify();
--! EndIncluded triggers/notifications.sql
--! Included triggers/privacy_requests.sql
create or replace trigger _900_audit_insert
  after insert on app_private.privacy_requests
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_private.privacy_requests enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_private.privacy_requests
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_private.privacy_requests enable always trigger _900_audit_update;

create or replace trigger _900_audit_delete
  after delete on app_private.privacy_requests
  referencing old table as before_rows
  for each statement execute function app_private.audit_rows_delete();
alter table app_private.privacy_requests enable always trigger _900_audit_delete;
--! EndIncluded triggers/privacy_requests.sql
--! Included triggers/retention_rules.sql
create or replace trigger _900_audit_insert
  after insert on app_private.retention_rules
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_private.retention_rules enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_private.retention_rules
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_private.retention_rules enable always trigger _900_audit_update;

create or replace trigger _900_audit_delete
  after delete on app_private.retention_rules
  referencing old table as before_rows
  for each statement execute function app_private.audit_rows_delete();
alter table app_private.retention_rules enable always trigger _900_audit_delete;
--! EndIncluded triggers/retention_rules.sql
--! Included triggers/sla_policies.sql
create or replace trigger _900_audit_insert
  after insert on app_public.sla_policies
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_public.sla_policies enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_public.sla_policies
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_public.sla_policies enable always trigger _900_audit_update;

create or replace trigger _900_audit_delete
  after delete on app_public.sla_policies
  referencing old table as before_rows
  for each statement execute function app_private.audit_rows_delete();
alter table app_public.sla_policies enable always trigger _900_audit_delete;
--! EndIncluded triggers/sla_policies.sql
--! Included triggers/source_events.sql
-- A touch happened as it happened: what it is, whose first, and where it came from stand. What was not known may be filled
-- in (replays), a merge hangs it on another lead, an erasure empties what is personal.
create or replace trigger _100_refuse_change
  before update of origin_lead_id, capture_id, trace_id, source, channel, campaign, medium, occurred_at on app_public.source_events
  for each row
  when ((old.origin_lead_id, old.capture_id, old.trace_id, old.source, old.occurred_at)
          is distinct from (new.origin_lead_id, new.capture_id, new.trace_id, new.source, new.occurred_at)
        or old.channel is not null and new.channel is distinct from old.channel
        or old.campaign is not null and new.campaign is distinct from old.campaign
        or old.medium is not null and new.medium is distinct from old.medium)
  execute function app_private.refuse_change();
alter table app_public.source_events enable always trigger _100_refuse_change;

create or replace trigger _100_refuse_delete
  before delete on app_public.source_events
  for each row execute function app_private.refuse_change();
alter table app_public.source_events enable always trigger _100_refuse_delete;
--! EndIncluded triggers/source_events.sql
--! Included triggers/suppressions.sql
create or replace trigger _900_audit_insert
  after insert on app_private.suppressions
  referencing new table as after_rows
  for each statement execute function app_private.audit_rows_insert();
alter table app_private.suppressions enable always trigger _900_audit_insert;

create or replace trigger _900_audit_update
  after update on app_private.suppressions
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.audit_rows_update();
alter table app_private.suppressions enable always trigger _900_audit_update;

create or replace trigger _900_audit_delete
  after delete on app_private.suppressions
  referencing old table as before_rows
  for each statement execute function app_private.audit_rows_delete();
alter table app_private.suppressions enable always trigger _900_audit_delete;
--! EndIncluded triggers/suppressions.sql
--! Included triggers/team_members.sql
-- Not on what the deal itself writes: credits, turns and leads of the day.
create or replace trigger _500_wake_queue
  after insert or update of weight, capacity, daily_capacity on app_public.team_members
  for each statement execute function app_private.enqueue_route_queue();
--! EndIncluded triggers/team_members.sql
--! Included triggers/territories.sql
create or replace trigger _100_place_in_tree
  before insert or update on app_public.territories
  for each row execute function app_private.place_in_tree();

create or replace trigger _200_move_subtree
  after update on app_public.territories
  referencing old table as before_rows new table as after_rows
  for each statement execute function app_private.move_subtree();

create or replace trigger _500_close_grants
  after insert or update or delete on app_public.territories
  for each statement execute function app_private.close_grants();
--! EndIncluded triggers/territories.sql
--! Included triggers/territory_rules.sql
create or replace trigger _100_note_shapes
  after insert on app_public.territory_rules
  referencing new table as after_rows
  for each statement execute function app_private.note_shapes();
--! EndIncluded triggers/territory_rules.sql
--! Included functions/definers.sql
-- Every definer function belongs to catchment_worker, whose policies reach all rows: a definer of
-- catchment_owner would see none under forced row security and say nothing. The exception is
-- make_partitions and drop_captures, which are DDL. Stands last in all.sql, so that no function file repeats it.
do $$
declare
  definer record;
begin
  grant create on schema app_public, app_hidden, app_private to catchment_worker;  -- alter owner demands it
  for definer in
    select pg_proc.oid::regprocedure as signature
      from pg_proc
     where pg_proc.pronamespace in ('app_public'::regnamespace, 'app_hidden'::regnamespace, 'app_private'::regnamespace)
       and pg_proc.prosecdef
       and pg_proc.proname not in ('make_partitions', 'drop_captures')
       and pg_proc.proowner <> 'catchment_worker'::regrole
  loop
    execute format('alter function %s owner to catchment_worker', definer.signature);
  end loop;
  revoke create on schema app_public, app_hidden, app_private from catchment_worker;
end
$$;
--! EndIncluded functions/definers.sql
--! EndIncluded all.sql

--! split: 91-model.sql
-- The shipped model, for boundaries that have not trained their own (docs/identity.md). Estimates of the authors, on the
-- careful side: households are common, and namesakes too.
insert into app_private.identity_models
  (version, same_shares, stranger_shares, household_shares, weights, household_weights, household_bits, prior_share,
   upper_probability, lower_probability, records, trained_at, is_active)
select 1, shares.same, shares.strangers, shares.household, app_private.bits_of_shares(shares.same, shares.strangers),
       app_private.bits_of_shares(shares.same, shares.household), 1.5, 0.3, 0.85, 0.75, 0, '2026-11-22', true
  from (select
         -- unknown, different, partly, close, same: of first name, last name, birth date, street, city, postal code, region,
         -- country, company, company domain, e-mail, phone
         '{1, 0.015, 0.055, 0.08, 0.85,
         1, 0.04, 0.03, 0.06, 0.87,
         1, 0.04, 0.03, 0.07, 0.86,
         1, 0.25, 0.1, 0.2, 0.45,
         1, 0.15, 0.05, 0.06, 0.74,
         1, 0.2, 0.08, 0.07, 0.65,
         1, 0.1, 0.02, 0.03, 0.85,
         1, 0.03, 0.001, 0.001, 0.968,
         1, 0.3, 0.1, 0.15, 0.45,
         1, 0.35, 0.001, 0.001, 0.648,
         1, 0.4, 0.05, 0.05, 0.5,
         1, 0.35, 0.01, 0.04, 0.6}'::real[] as same,
         '{1, 0.979, 0.006, 0.01, 0.005,
         1, 0.989, 0.003, 0.006, 0.002,
         1, 0.9934, 0.005, 0.00155, 0.00005,
         1, 0.93, 0.067, 0.0025, 0.0005,
         1, 0.93, 0.02, 0.01, 0.04,
         1, 0.96, 0.03, 0.008, 0.002,
         1, 0.8, 0.02, 0.01, 0.17,
         1, 0.4, 0.001, 0.001, 0.598,
         1, 0.955, 0.04, 0.003, 0.002,
         1, 0.99, 0.001, 0.001, 0.008,
         1, 0.99849, 0.001, 0.0005, 0.00001,
         1, 0.999, 0.0005, 0.0004, 0.0001}'::real[] as strangers,
         '{1, 0.93, 0.02, 0.03, 0.02,
         1, 0.25, 0.02, 0.03, 0.7,
         1, 0.972, 0.016, 0.006, 0.006,
         1, 0.25, 0.1, 0.2, 0.45,
         1, 0.15, 0.05, 0.06, 0.74,
         1, 0.2, 0.08, 0.07, 0.65,
         1, 0.1, 0.02, 0.03, 0.85,
         1, 0.03, 0.001, 0.001, 0.968,
         1, 0.3, 0.1, 0.15, 0.45,
         1, 0.35, 0.001, 0.001, 0.648,
         1, 0.92, 0.04, 0.01, 0.03,
         1, 0.5, 0.01, 0.01, 0.48}'::real[] as household) as shares
 where not exists (select from app_private.identity_models where identity_models.boundary_id is null and identity_models.version = 1);
