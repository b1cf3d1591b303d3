-- What every migration together makes. Nothing runs this file: it is read, in every change.
-- Written by `npm run check -- --update`, compared with the database by test/house/drift.test.ts.

-- Types

create type app_private.activity as (
  id uuid,
  lead_id uuid,
  actor_id integer,
  kind text,
  is_response boolean,
  note text,
  status text,
  occurred_at timestamp with time zone,
  capture_id uuid,
  trace_id text
);

create type app_private.arrival as (
  capture_id uuid,
  path_id integer,
  source text,
  territory_id integer,
  boundary_id integer,
  trace_id text,
  is_test boolean,
  is_history boolean,
  received_at timestamp with time zone,
  attributes jsonb,
  located_by jsonb
);

create type app_private.asker as (
  capture_id uuid,
  lead_id uuid,
  territory_id integer,
  contract_id integer,
  trace_id text,
  is_history boolean,
  is_open boolean,
  owner_id integer,
  team_id integer,
  source text,
  country text,
  segment text,
  language text,
  company_domain text,
  score smallint,
  attributes jsonb
);

create type app_private.case_clock as (
  exception_id uuid,
  task_id uuid,
  approval_id uuid,
  territory_id integer,
  trace_id text,
  kind text,
  calendar_id integer,
  thresholds integer[],
  started_at timestamp with time zone,
  due_at timestamp with time zone,
  ended_at timestamp with time zone,
  owner_id integer,
  team_id integer
);

create type app_private.claim as (
  capture_id uuid,
  rank bigint,
  boundary_id integer,
  kind text,
  value_hash bytea,
  is_role boolean,
  is_shared boolean,
  lead_id uuid,
  record_id uuid,
  is_earlier boolean
);

create type app_private.clock_pause as (
  clock_id uuid,
  at timestamp with time zone,
  reason text,
  until timestamp with time zone
);

create type app_private.clock_plan as (
  kind text,
  policy_id integer,
  calendar_id integer,
  target_seconds integer,
  thresholds integer[]
);

create type app_private.deal as (
  places integer[],
  credits bigint[],
  last_ns integer[],
  counts integer[]
);

create type app_private.exception_case as (
  kind text,
  territory_id integer,
  path_id integer,
  trace_id text,
  capture_id uuid,
  lead_id uuid,
  reason text,
  details jsonb
);

create type app_private.gate as (
  lead_id uuid,
  gate text,
  reasons jsonb,
  reason text,
  was_held boolean
);

create type app_private.hand as (
  actor_id integer,
  credit bigint,
  turn bigint,
  leads integer,
  day date
);

create type app_private.key_holders as (
  capture_id uuid,
  key_hash bigint,
  record_ids uuid[],
  earlier_ids uuid[]
);

create type app_private.lead_state as (
  lead_id uuid,
  status text,
  owner_id integer,
  team_id integer,
  owned_at timestamp with time zone,
  routed_at timestamp with time zone,
  assignment_id uuid,
  clock_id uuid,
  is_clock_running boolean,
  first_responded_at timestamp with time zone,
  handed_over_at timestamp with time zone,
  score smallint,
  score_reasons jsonb,
  first_seen_at timestamp with time zone,
  last_activity_at timestamp with time zone
);

create type app_private.likeness as (
  capture_id uuid,
  record_id uuid,
  is_earlier boolean,
  lead_id uuid,
  levels smallint[],
  bits real,
  probability real,
  are_nameless boolean,
  is_contradicted boolean,
  is_same boolean,
  is_likely boolean
);

create type app_private.merge_decision as (
  survivor app_private.lead_state,
  merged app_private.lead_state,
  survivor_after app_private.lead_state,
  merged_after app_private.lead_state,
  moves jsonb,
  notes text[]
);

create type app_private.next_owner as (
  actor_id integer,
  slug text,
  team_id integer,
  team_slug text,
  accept_seconds integer,
  turn bigint,
  candidates jsonb,
  hand app_private.hand[]
);

create type app_private.offer as (
  capture_id uuid,
  record_id uuid,
  is_earlier boolean,
  lead_id uuid,
  root_id uuid,
  rank bigint,
  key text,
  bits real,
  probability real,
  levels smallint[],
  holds boolean,
  is_odd boolean
);

create type app_private.resolution as (
  arrival app_private.arrival,
  lead_id uuid,
  proposed_id uuid,
  is_first boolean,
  origin_lead_id uuid,
  doubts jsonb,
  record app_private.match_records,
  keys bigint[]
);

create type app_private.route as (
  capture_id uuid,
  lead_id uuid,
  territory_id integer,
  trace_id text,
  is_history boolean,
  is_first boolean,
  action text,
  owner_id integer,
  team_id integer,
  turn bigint,
  reason text,
  candidates jsonb,
  hand app_private.hand[],
  routed_by jsonb
);

create type app_private.scoring_decision as (
  won integer,
  lost integer,
  intercept double precision,
  slope double precision,
  calibration jsonb,
  weights app_private.scoring_weights[]
);

create type app_private.suppression_key as (
  boundary_id integer,
  kind text,
  value_hash bytea
);

create type app_private.threshold_deed as (
  escalation_id uuid,
  lead_id uuid,
  territory_id integer,
  trace_id text,
  threshold integer,
  reason text,
  action jsonb
);

create type app_public.absence_receipt as (
  actor text,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone,
  handed_over integer
);

create type app_public.api_key_receipt as (
  key text,
  prefix text,
  actor text,
  operations text[],
  created_at timestamp with time zone,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone
);

create type app_public.capture_receipt as (
  capture_id uuid,
  trace_id text,
  status text,
  same_body boolean
);

create type app_public.erasure_receipt as (
  erasure_id uuid,
  lead_ids uuid[],
  captures integer,
  erased_at timestamp with time zone
);

create type app_public.field_origin as (
  field app_public.lead_field,
  value text,
  rule text,
  source_event_id uuid,
  activity_id uuid,
  edit_id uuid,
  source text,
  occurred_at timestamp with time zone,
  actor text
);

create type app_public.merge_preview as (
  survivor_id uuid,
  merged_id uuid,
  moves jsonb,
  survivor jsonb,
  merged jsonb,
  notes text[]
);

create type app_public.notification_settings as (
  actor text,
  language text,
  time_zone text,
  quiet_from time without time zone,
  quiet_until time without time zone,
  digest text,
  digest_time time without time zone,
  muted text[]
);

create type app_public.prediction as (
  score integer,
  reasons jsonb,
  model_version integer,
  trained_at timestamp with time zone
);

create type app_public.raw_capture as (
  capture_id uuid,
  territory_id integer,
  path text,
  status text,
  outcome text,
  contract_version integer,
  trace_id text,
  received_at timestamp with time zone,
  released_at timestamp with time zone,
  content_type text,
  headers jsonb,
  body text,
  is_text boolean,
  violations jsonb,
  corrections jsonb,
  discard_reason text,
  due_at timestamp with time zone,
  revalidation jsonb
);

create type app_public.realignment as (
  id integer,
  boundary text,
  revision integer,
  effective_at timestamp with time zone,
  state text,
  leads integer,
  exempt integer,
  moved integer
);

create type app_public.realignment_move as (
  lead_id uuid,
  from_territory text,
  to_territory text,
  rule_id integer,
  owner text,
  keeps_owner boolean
);

create type app_public.route_preview as (
  revision integer,
  path text,
  territory text,
  located_by jsonb,
  gate text,
  held_because text,
  gate_reasons jsonb,
  score smallint,
  action text,
  owner text,
  team text,
  explanation text,
  routed_by jsonb,
  candidates jsonb,
  policy text,
  target_seconds integer,
  warn_at timestamp with time zone,
  due_at timestamp with time zone,
  overdue_at timestamp with time zone,
  assumes text[]
);

-- Tables

create table app_private.actor_scopes (
  actor_id integer not null,
  territory_ids integer[] not null,
  constraint actor_scopes_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint actor_scopes_pkey PRIMARY KEY (actor_id)
);

create table app_private.api_keys (
  id integer not null generated always as identity,
  actor_id integer not null,
  prefix text not null,
  secret_hash bytea not null,
  operations text[] not null,
  rate_per_second double precision,
  rate_burst integer,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint a_rate_has_a_burst CHECK (((rate_per_second IS NULL) = (rate_burst IS NULL))),
  constraint api_keys_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint api_keys_operations_check CHECK (((operations <@ '{capture,read}'::text[]) AND (cardinality(operations) > 0))),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_prefix_check CHECK ((prefix ~ '^[0-9a-f]{12}$'::text)),
  constraint api_keys_prefix_key UNIQUE (prefix),
  constraint api_keys_rate_burst_check CHECK ((rate_burst >= 1)),
  constraint api_keys_rate_per_second_check CHECK ((rate_per_second > (0)::double precision)),
  constraint api_keys_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint it_expires_after_it_was_made CHECK ((expires_at > created_at))
);
CREATE INDEX api_keys_actor_id_idx ON app_private.api_keys USING btree (actor_id);

create table app_private.audit_blocks (
  number bigint not null,
  sealed_at timestamp with time zone not null,
  first_entry_id uuid not null generated always as (entry_ids[1]) stored,
  last_entry_id uuid not null generated always as (entry_ids[entry_count]) stored,
  last_transaction bigint not null,
  entries_after uuid not null,
  entry_count integer not null,
  entry_ids uuid[] not null,
  entry_hashes bytea not null,
  previous_hash bytea not null,
  hash bytea not null,
  constraint an_id_and_a_hash_for_every_entry CHECK (((cardinality(entry_ids) = entry_count) AND (octet_length(entry_hashes) = (32 * entry_count)))),
  constraint audit_blocks_entry_count_check CHECK ((entry_count > 0)),
  constraint audit_blocks_hash_check CHECK ((octet_length(hash) = 32)),
  constraint audit_blocks_number_check CHECK ((number > 0)),
  constraint audit_blocks_pkey PRIMARY KEY (number),
  constraint audit_blocks_previous_hash_check CHECK ((octet_length(previous_hash) = 32))
);

create table app_private.audit_entries (
  id uuid not null default uuidv7(),
  territory_id integer,
  entity text not null,
  entity_id text not null,
  action text not null,
  actor_id integer,
  login text not null,
  trace_id text,
  changes jsonb not null,
  recorded_at timestamp with time zone not null default now(),
  transaction_id bigint not null default ((pg_current_xact_id())::text)::bigint,
  constraint audit_entries_action_check CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text]))),
  constraint audit_entries_pkey PRIMARY KEY (id)
) partition by RANGE (id);
CREATE INDEX audit_entries_in_order ON ONLY app_private.audit_entries USING btree (transaction_id, id);

create table app_private.audit_salts (
  id uuid not null,
  salt bytea not null,
  constraint audit_salts_pkey PRIMARY KEY (id),
  constraint audit_salts_salt_check CHECK ((octet_length(salt) = 32))
);

create table app_private.calendar_holidays (
  calendar_id integer not null,
  on_date date not null,
  name text not null,
  constraint calendar_holidays_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES app_public.calendars(id) ON DELETE CASCADE,
  constraint calendar_holidays_pkey PRIMARY KEY (calendar_id, on_date)
);

create table app_private.calendar_spans (
  calendar_id integer not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone,
  seconds_before numeric not null,
  constraint a_span_ends_after_it_starts CHECK ((ends_at > starts_at)),
  constraint calendar_spans_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES app_public.calendars(id) ON DELETE CASCADE,
  constraint calendar_spans_pkey PRIMARY KEY (calendar_id, starts_at)
);
CREATE INDEX calendar_spans_seconds_before_idx ON app_private.calendar_spans USING btree (calendar_id, seconds_before);

create table app_private.capture_keys (
  path_id integer not null,
  idempotency_key text not null,
  capture_id uuid not null,
  trace_id text not null,
  body_hash bytea,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  constraint capture_keys_idempotency_key_check CHECK ((length(idempotency_key) <= 255)),
  constraint capture_keys_pkey PRIMARY KEY (path_id, idempotency_key)
);
CREATE INDEX capture_keys_capture_id_idx ON app_private.capture_keys USING brin (capture_id) WITH (pages_per_range='16', autosummarize='on');

create table app_private.channel_secrets (
  channel_id integer not null,
  name text not null,
  ciphertext bytea not null,
  key_id text not null,
  created_at timestamp with time zone not null,
  constraint channel_secrets_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES app_private.notification_channels(id) ON DELETE CASCADE,
  constraint channel_secrets_name_check CHECK ((name ~ '^([a-z0-9][a-z0-9-]{0,62})?$'::text)),
  constraint channel_secrets_pkey PRIMARY KEY (channel_id, name)
);

create table app_private.clock_changes (
  id integer not null generated always as identity,
  policy_id integer,
  calendar_id integer,
  changed_at timestamp with time zone not null,
  done_to uuid not null default '00000000-0000-0000-0000-000000000000'::uuid,
  walks smallint not null default 0,
  finished_at timestamp with time zone,
  constraint clock_changes_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES app_public.calendars(id) ON DELETE CASCADE,
  constraint clock_changes_pkey PRIMARY KEY (id),
  constraint clock_changes_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES app_public.sla_policies(id) ON DELETE CASCADE
);
CREATE INDEX clock_changes_calendar_id_idx ON app_private.clock_changes USING btree (calendar_id);
CREATE INDEX clock_changes_policy_id_idx ON app_private.clock_changes USING btree (policy_id);

create table app_private.draft_members (
  revision integer not null,
  team_id integer not null,
  actor_id integer not null,
  position integer not null,
  weight integer not null,
  capacity integer,
  daily_capacity integer,
  constraint a_weight_counts CHECK ((weight > 0)),
  constraint draft_members_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint draft_members_pkey PRIMARY KEY (revision, team_id, actor_id),
  constraint draft_members_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE CASCADE,
  constraint draft_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE CASCADE
);
CREATE INDEX draft_members_actor_id_idx ON app_private.draft_members USING btree (actor_id);
CREATE INDEX draft_members_team_id_idx ON app_private.draft_members USING btree (team_id);

create table app_private.drain_watches (
  id integer not null,
  constraint drain_watches_pkey PRIMARY KEY (id)
);

create table app_private.erasures (
  id uuid not null default uuidv7(),
  lead_id uuid,
  territory_id integer,
  lead_ids uuid[] not null,
  capture_ids uuid[] not null,
  cause text not null,
  actor_id integer,
  erased_at timestamp with time zone not null,
  recorded_at timestamp with time zone,
  constraint erasures_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint erasures_cause_check CHECK ((cause = ANY (ARRAY['request'::text, 'retention'::text]))),
  constraint erasures_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint erasures_pkey PRIMARY KEY (id),
  constraint erasures_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint recorded_after_it_was_done CHECK ((recorded_at >= erased_at))
);
CREATE INDEX erasures_actor_id_idx ON app_private.erasures USING btree (actor_id) WHERE (actor_id IS NOT NULL);
CREATE INDEX erasures_lead_id_territory_id_idx ON app_private.erasures USING btree (lead_id, territory_id);
CREATE INDEX erasures_territory_id_idx ON app_private.erasures USING btree (territory_id);
CREATE INDEX erasures_unrecorded ON app_private.erasures USING btree (id) WHERE (recorded_at IS NULL);

create table app_private.identity_models (
  id integer not null generated always as identity,
  boundary_id integer,
  version integer not null,
  same_shares real[] not null,
  stranger_shares real[] not null,
  household_shares real[] not null,
  weights real[] not null,
  household_weights real[] not null,
  household_bits real not null,
  prior_share real not null,
  upper_probability real not null,
  lower_probability real not null,
  records bigint not null,
  trained_at timestamp with time zone not null,
  is_active boolean not null,
  constraint identity_models_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE CASCADE,
  constraint identity_models_household_shares_check CHECK ((cardinality(household_shares) = 60)),
  constraint identity_models_household_weights_check CHECK ((cardinality(household_weights) = 60)),
  constraint identity_models_pkey PRIMARY KEY (id),
  constraint identity_models_prior_share_check CHECK (((prior_share > (0)::double precision) AND (prior_share < (1)::double precision))),
  constraint identity_models_same_shares_check CHECK ((cardinality(same_shares) = 60)),
  constraint identity_models_stranger_shares_check CHECK ((cardinality(stranger_shares) = 60)),
  constraint identity_models_version_check CHECK ((version > 0)),
  constraint identity_models_weights_check CHECK ((cardinality(weights) = 60)),
  constraint thresholds_in_order CHECK ((((0.5)::double precision <= lower_probability) AND (lower_probability <= upper_probability) AND (upper_probability < (1)::double precision)))
);
CREATE INDEX identity_models_boundary_id_idx ON app_private.identity_models USING btree (boundary_id);
CREATE UNIQUE INDEX one_active_model ON app_private.identity_models USING btree (COALESCE(boundary_id, 0)) WHERE is_active;
CREATE UNIQUE INDEX one_version_of_a_model ON app_private.identity_models USING btree (COALESCE(boundary_id, 0), version);

create table app_private.import_batches (
  import_id uuid not null,
  place text not null,
  arrivals integer not null,
  stored integer not null default 0,
  first_capture_id uuid,
  last_capture_id uuid,
  constraint import_batches_arrivals_check CHECK ((arrivals > 0)),
  constraint import_batches_import_id_fkey FOREIGN KEY (import_id) REFERENCES app_private.imports(id) ON DELETE CASCADE,
  constraint import_batches_pkey PRIMARY KEY (import_id, place)
);

create table app_private.imports (
  id uuid not null default uuidv7(),
  path_id integer not null,
  fingerprint bytea not null,
  started_at timestamp with time zone not null default now(),
  constraint imports_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
  constraint imports_path_id_fingerprint_key UNIQUE (path_id, fingerprint),
  constraint imports_path_id_fkey FOREIGN KEY (path_id) REFERENCES app_public.capture_paths(id) ON DELETE RESTRICT,
  constraint imports_pkey PRIMARY KEY (id)
);

create table app_private.lead_fields (
  field app_public.lead_field not null,
  field_group text not null,
  criteria text[] not null,
  constraint lead_fields_pkey PRIMARY KEY (field)
);

create table app_private.lead_identities (
  boundary_id integer not null,
  kind text not null,
  value_hash bytea not null,
  lead_id uuid not null,
  record_id uuid,
  is_shared boolean not null default false,
  constraint lead_identities_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text, 'external_id'::text, 'person'::text]))),
  constraint lead_identities_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES app_public.leads(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  constraint lead_identities_pkey PRIMARY KEY (boundary_id, kind, value_hash)
);
CREATE INDEX lead_identities_lead_id_idx ON app_private.lead_identities USING btree (lead_id);

create table app_private.lead_texts (
  lead_id uuid not null,
  text text not null,
  constraint lead_texts_pkey PRIMARY KEY (lead_id)
);
CREATE INDEX lead_texts_text ON app_private.lead_texts USING gin (text app_private.gin_trgm_ops) WITH (gin_pending_list_limit='256');

create table app_private.live_territories (
  territory_id integer not null,
  channel text not null default ('live_'::text || replace((gen_random_uuid())::text, '-'::text, ''::text)),
  ends_at timestamp with time zone not null,
  constraint live_territories_pkey PRIMARY KEY (territory_id),
  constraint live_territories_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE CASCADE
);
CREATE INDEX live_territories_ends_at_idx ON app_private.live_territories USING btree (ends_at);

create table app_private.match_keys (
  key_hash bigint not null,
  record_id uuid not null,
  constraint match_keys_pkey PRIMARY KEY (key_hash, record_id)
);

create table app_private.match_records (
  id uuid not null,
  boundary_id integer not null,
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
  keys bigint[] not null,
  constraint match_records_pkey PRIMARY KEY (id)
);
CREATE INDEX match_records_lead_id_idx ON app_private.match_records USING btree (lead_id);

create table app_private.match_statistics (
  boundary_id integer not null,
  records bigint not null,
  counted_at timestamp with time zone not null,
  arrivals bigint not null default 0,
  questions bigint not null default 0,
  constraint match_statistics_pkey PRIMARY KEY (boundary_id)
);

create table app_private.match_terms (
  boundary_id integer not null,
  field text not null,
  term text not null,
  share real not null,
  constraint match_terms_pkey PRIMARY KEY (boundary_id, field, term),
  constraint match_terms_share_check CHECK (((share > (0)::double precision) AND (share <= (1)::double precision)))
);

create table app_private.notification_channels (
  id integer not null generated always as identity,
  slug text not null,
  kind text not null,
  territory_id integer,
  team_id integer,
  actor_id integer,
  address text,
  kinds text[],
  language text,
  is_active boolean not null default true,
  disabled_at timestamp with time zone,
  constraint notification_channels_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint notification_channels_kind_check CHECK ((kind = ANY (ARRAY['slack'::text, 'teams'::text, 'email'::text, 'webhook'::text]))),
  constraint notification_channels_language_check CHECK ((language ~ '^[a-z]{2}$'::text)),
  constraint notification_channels_pkey PRIMARY KEY (id),
  constraint notification_channels_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint notification_channels_slug_key UNIQUE (slug),
  constraint notification_channels_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint notification_channels_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint of_a_territory_a_team_or_a_person CHECK ((num_nonnulls(territory_id, team_id, actor_id) = 1)),
  constraint only_email_has_an_address CHECK (((address IS NOT NULL) = (kind = 'email'::text)))
);
CREATE INDEX notification_channels_actor_id_idx ON app_private.notification_channels USING btree (actor_id);
CREATE INDEX notification_channels_team_id_idx ON app_private.notification_channels USING btree (team_id);
CREATE INDEX notification_channels_territory_id_idx ON app_private.notification_channels USING btree (territory_id);

create table app_private.notification_kinds (
  kind text not null,
  is_urgent boolean not null,
  may_be_muted boolean not null,
  is_handover boolean not null,
  constraint notification_kinds_pkey PRIMARY KEY (kind)
);

create table app_private.notification_policies (
  id integer not null generated always as identity,
  slug text not null,
  territory_id integer not null,
  kind text,
  is_urgent boolean,
  quiet_from time without time zone,
  quiet_until time without time zone,
  digest text,
  constraint notification_policies_digest_check CHECK ((digest = ANY (ARRAY['none'::text, 'hourly'::text, 'daily'::text]))),
  constraint notification_policies_pkey PRIMARY KEY (id),
  constraint notification_policies_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint notification_policies_slug_key UNIQUE (slug),
  constraint notification_policies_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint quiet_hours_begin_and_end CHECK (((quiet_from IS NULL) = (quiet_until IS NULL)))
);
CREATE UNIQUE INDEX one_notification_policy_per_kind ON app_private.notification_policies USING btree (territory_id, kind) NULLS NOT DISTINCT;

create table app_private.notification_preferences (
  actor_id integer not null,
  language text,
  time_zone text,
  quiet_from time without time zone,
  quiet_until time without time zone,
  digest text,
  digest_time time without time zone,
  muted text[] not null default '{}'::text[],
  updated_at timestamp with time zone not null,
  constraint notification_preferences_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint notification_preferences_digest_check CHECK ((digest = ANY (ARRAY['none'::text, 'hourly'::text, 'daily'::text]))),
  constraint notification_preferences_language_check CHECK ((language ~ '^[a-z]{2}$'::text)),
  constraint notification_preferences_pkey PRIMARY KEY (actor_id),
  constraint quiet_hours_begin_and_end CHECK (((quiet_from IS NULL) = (quiet_until IS NULL)))
);

create table app_private.path_secrets (
  path_id integer not null,
  name text not null,
  ciphertext bytea not null,
  key_id text not null,
  created_at timestamp with time zone not null,
  constraint path_secrets_name_check CHECK ((name ~ '^([a-z0-9][a-z0-9-]{0,62})?$'::text)),
  constraint path_secrets_path_id_fkey FOREIGN KEY (path_id) REFERENCES app_public.capture_paths(id) ON DELETE CASCADE,
  constraint path_secrets_pkey PRIMARY KEY (path_id, name)
);

create table app_private.permissions (
  action text not null,
  role text not null,
  scope text not null,
  constraint permissions_pkey PRIMARY KEY (action, role),
  constraint permissions_role_check CHECK ((role = ANY (ARRAY['rep'::text, 'manager'::text, 'operations'::text, 'viewer'::text, 'admin'::text]))),
  constraint permissions_scope_check CHECK ((scope = ANY (ARRAY['any'::text, 'own'::text, 'own_or_unowned'::text, 'own_team'::text, 'named'::text, 'self'::text])))
);

create table app_private.privacy_requests (
  id uuid not null default uuidv7(),
  territory_id integer not null,
  lead_id uuid,
  capture_id uuid not null,
  trace_id text not null,
  kind text not null,
  subject_hashes bytea[] not null,
  requested_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  completed_at timestamp with time zone,
  outcome text,
  origin_lead_id uuid,
  constraint completed_means_an_outcome CHECK (((completed_at IS NULL) = (outcome IS NULL))),
  constraint due_after_it_was_asked CHECK ((due_at > requested_at)),
  constraint privacy_requests_kind_check CHECK ((kind = ANY (ARRAY['erasure'::text, 'access'::text]))),
  constraint privacy_requests_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint privacy_requests_pkey PRIMARY KEY (id),
  constraint privacy_requests_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX privacy_requests_capture_id_idx ON app_private.privacy_requests USING btree (capture_id);
CREATE INDEX privacy_requests_lead_id_territory_id_idx ON app_private.privacy_requests USING btree (lead_id, territory_id);
CREATE INDEX privacy_requests_open ON app_private.privacy_requests USING btree (due_at) WHERE (completed_at IS NULL);
CREATE INDEX privacy_requests_territory_id_idx ON app_private.privacy_requests USING btree (territory_id);

create table app_private.rate_buckets (
  kind text not null,
  subject_id integer not null,
  tokens double precision not null,
  filled_at timestamp with time zone not null,
  constraint rate_buckets_kind_check CHECK ((kind = ANY (ARRAY['path'::text, 'key'::text]))),
  constraint rate_buckets_pkey PRIMARY KEY (kind, subject_id),
  constraint rate_buckets_tokens_check CHECK ((tokens >= (0)::double precision))
);

create table app_private.realignment_moves (
  realignment_id integer not null,
  lead_id uuid not null,
  territory_id integer not null,
  from_territory_id integer not null,
  to_territory_id integer not null,
  rule_id integer not null,
  is_exempt boolean not null default false,
  moved_at timestamp with time zone,
  constraint a_move_goes_elsewhere CHECK ((from_territory_id <> to_territory_id)),
  constraint realignment_moves_from_territory_id_fkey FOREIGN KEY (from_territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint realignment_moves_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint realignment_moves_pkey PRIMARY KEY (realignment_id, lead_id),
  constraint realignment_moves_realignment_id_fkey FOREIGN KEY (realignment_id) REFERENCES app_private.realignments(id) ON DELETE CASCADE,
  constraint realignment_moves_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES app_public.territory_rules(id) ON DELETE RESTRICT,
  constraint realignment_moves_to_territory_id_fkey FOREIGN KEY (to_territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX realignment_moves_from_territory_id_idx ON app_private.realignment_moves USING btree (from_territory_id);
CREATE INDEX realignment_moves_lead_id_territory_id_idx ON app_private.realignment_moves USING btree (lead_id, territory_id);
CREATE INDEX realignment_moves_rule_id_idx ON app_private.realignment_moves USING btree (rule_id);
CREATE INDEX realignment_moves_to_territory_id_idx ON app_private.realignment_moves USING btree (to_territory_id);

create table app_private.realignments (
  id integer not null generated always as identity,
  boundary_id integer not null,
  revision integer not null,
  effective_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  applied_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  constraint applied_or_cancelled CHECK ((num_nonnulls(applied_at, cancelled_at) < 2)),
  constraint not_applied_early CHECK ((applied_at >= effective_at)),
  constraint realignments_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint realignments_pkey PRIMARY KEY (id),
  constraint realignments_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX one_open_realignment_per_boundary ON app_private.realignments USING btree (boundary_id) WHERE ((applied_at IS NULL) AND (cancelled_at IS NULL));
CREATE INDEX realignments_boundary_id_idx ON app_private.realignments USING btree (boundary_id);
CREATE INDEX realignments_revision_idx ON app_private.realignments USING btree (revision);

create table app_private.retention_rules (
  slug text not null,
  territory_id integer not null,
  subject text not null,
  status text,
  purpose text,
  keep_days integer,
  constraint only_leads_are_kept_for_ever_by_a_rule CHECK (((subject = 'leads'::text) OR (keep_days IS NOT NULL))),
  constraint only_leads_have_a_status_and_a_purpose CHECK (((subject = 'leads'::text) OR ((status IS NULL) AND (purpose IS NULL)))),
  constraint retention_rules_keep_days_check CHECK (((keep_days >= 1) AND (keep_days <= 36500))),
  constraint retention_rules_pkey PRIMARY KEY (slug),
  constraint retention_rules_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint retention_rules_subject_check CHECK ((subject = ANY (ARRAY['leads'::text, 'processed_captures'::text, 'refused_captures'::text, 'captures'::text, 'notifications'::text]))),
  constraint retention_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX one_retention_rule_of_a_kind ON app_private.retention_rules USING btree (territory_id, subject, COALESCE(status, ''::text), COALESCE(purpose, ''::text));
CREATE INDEX retention_rules_territory_id_idx ON app_private.retention_rules USING btree (territory_id);

create table app_private.scoring_models (
  id integer not null generated always as identity,
  boundary_id integer not null,
  version integer not null,
  won integer not null,
  lost integer not null,
  intercept double precision not null,
  slope double precision not null,
  calibration jsonb not null,
  trained_at timestamp with time zone not null,
  is_active boolean not null,
  constraint scoring_models_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE CASCADE,
  constraint scoring_models_boundary_id_version_key UNIQUE (boundary_id, version),
  constraint scoring_models_lost_check CHECK ((lost > 0)),
  constraint scoring_models_pkey PRIMARY KEY (id),
  constraint scoring_models_slope_check CHECK ((slope >= (0)::double precision)),
  constraint scoring_models_version_check CHECK ((version > 0)),
  constraint scoring_models_won_check CHECK ((won > 0))
);
CREATE UNIQUE INDEX one_active_scoring_model ON app_private.scoring_models USING btree (boundary_id) WHERE is_active;

create table app_private.scoring_weights (
  model_id integer not null,
  feature text not null,
  value text not null,
  won integer not null,
  lost integer not null,
  weight double precision not null,
  constraint a_value_is_of_many_people CHECK (((won + lost) >= 20)),
  constraint scoring_weights_model_id_fkey FOREIGN KEY (model_id) REFERENCES app_private.scoring_models(id) ON DELETE CASCADE,
  constraint scoring_weights_pkey PRIMARY KEY (model_id, feature, value)
);

create table app_private.shadow_runs (
  id integer not null generated always as identity,
  revision integer not null,
  started_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  looked_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint a_shadow_ends CHECK ((ends_at > started_at)),
  constraint shadow_runs_pkey PRIMARY KEY (id),
  constraint shadow_runs_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX one_shadow_at_a_time ON app_private.shadow_runs USING btree ((true)) WHERE (ended_at IS NULL);
CREATE INDEX shadow_runs_revision_idx ON app_private.shadow_runs USING btree (revision);

create table app_private.sign_ins (
  issuer text not null,
  subject text not null,
  actor_id integer not null,
  created_at timestamp with time zone not null,
  granted_at timestamp with time zone,
  constraint sign_ins_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint sign_ins_issuer_check CHECK ((issuer <> ''::text)),
  constraint sign_ins_pkey PRIMARY KEY (issuer, subject),
  constraint sign_ins_subject_check CHECK ((subject <> ''::text))
);
CREATE INDEX sign_ins_actor_id_idx ON app_private.sign_ins USING btree (actor_id);

create table app_private.suppressions (
  id uuid not null default uuidv7(),
  boundary_id integer not null,
  kind text not null,
  value_hash bytea not null,
  reason text not null,
  suppressed_at timestamp with time zone not null,
  ends_at timestamp with time zone,
  actor_id integer,
  capture_id uuid,
  constraint one_suppression_of_a_key_and_reason UNIQUE (boundary_id, kind, value_hash, reason),
  constraint suppressed_for_some_time CHECK ((ends_at > suppressed_at)),
  constraint suppressions_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint suppressions_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint suppressions_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text, 'external_id'::text, 'domain'::text, 'lead'::text]))),
  constraint suppressions_pkey PRIMARY KEY (id),
  constraint suppressions_reason_check CHECK ((reason = ANY (ARRAY['asked_not_to_be_contacted'::text, 'bounced'::text, 'complained'::text, 'legal'::text, 'erased'::text]))),
  constraint suppressions_value_hash_check CHECK ((octet_length(value_hash) = 32))
);
CREATE INDEX suppressions_actor_id_idx ON app_private.suppressions USING btree (actor_id) WHERE (actor_id IS NOT NULL);
CREATE INDEX suppressions_ending ON app_private.suppressions USING btree (ends_at) WHERE (ends_at IS NOT NULL);
CREATE INDEX suppressions_suppressed_at_idx ON app_private.suppressions USING btree (suppressed_at);

create table app_private.territory_grants (
  actor_id integer not null,
  territory_id integer not null,
  role text not null,
  constraint territory_grants_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint territory_grants_pkey PRIMARY KEY (actor_id, territory_id, role),
  constraint territory_grants_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE CASCADE
);
CREATE INDEX territory_grants_territory_id_idx ON app_private.territory_grants USING btree (territory_id);

create table app_private.territory_shapes (
  revision integer not null,
  boundary_id integer not null,
  specificity integer not null,
  has_country boolean not null,
  has_region boolean not null,
  postal_length integer not null,
  has_language boolean not null,
  has_company_domain boolean not null,
  has_segment boolean not null,
  has_source boolean not null,
  has_employees boolean not null,
  has_condition boolean not null,
  constraint territory_shapes_pkey PRIMARY KEY (revision, boundary_id, specificity, has_country, has_region, postal_length, has_language, has_company_domain, has_segment, has_source, has_employees, has_condition),
  constraint territory_shapes_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE CASCADE
);

create table app_private.turns (
  name text not null,
  constraint turns_pkey PRIMARY KEY (name)
);

create table app_private.watched_stores (
  id integer not null,
  constraint watched_stores_pkey PRIMARY KEY (id)
);

create table app_private.worker_deaths (
  id integer not null generated always as identity,
  pool_id integer not null,
  found_at timestamp with time zone not null,
  constraint worker_deaths_pkey PRIMARY KEY (id)
);

create table app_private.worker_pools (
  id integer not null generated always as identity,
  worker_ids text[] not null,
  started_at timestamp with time zone not null default now(),
  pid integer,
  session_began_at timestamp with time zone,
  constraint worker_pools_pkey PRIMARY KEY (id)
);

create table app_public.absences (
  id integer not null generated always as identity,
  actor_id integer not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint absences_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint absences_pkey PRIMARY KEY (id),
  constraint an_absence_ends_after_it_starts CHECK ((ends_at > starts_at))
);
CREATE INDEX absences_actor_id_starts_at_ends_at_idx ON app_public.absences USING btree (actor_id, starts_at, ends_at);

create table app_public.accounts (
  id uuid not null default uuidv7(),
  territory_id integer not null,
  domain text not null,
  name text,
  owner_id integer,
  status text not null default 'active'::text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint accounts_domain_check CHECK (((domain ~ '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$'::text) AND (length(domain) <= 253))),
  constraint accounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 1000))),
  constraint accounts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'on_hold'::text, 'former'::text]))),
  constraint accounts_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint one_account_of_a_company_and_territory UNIQUE (domain, territory_id)
);
CREATE INDEX accounts_owner_id_idx ON app_public.accounts USING btree (owner_id);
CREATE INDEX accounts_territory_id_idx ON app_public.accounts USING btree (territory_id);

create table app_public.activities (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  actor_id integer,
  kind text not null,
  is_response boolean not null,
  note text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  capture_id uuid,
  trace_id text not null,
  origin_lead_id uuid,
  value_amount numeric(18,2),
  value_currency text,
  constraint activities_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint activities_kind_check CHECK ((kind = ANY (ARRAY['call'::text, 'email'::text, 'meeting'::text, 'message'::text, 'note'::text, 'status_change'::text]))),
  constraint activities_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint activities_note_check CHECK ((length(note) <= 10000)),
  constraint activities_pkey PRIMARY KEY (id),
  constraint an_amount_has_its_currency CHECK (((value_amount IS NULL) = (value_currency IS NULL))),
  constraint it_happened_at_some_time CHECK (isfinite(occurred_at))
);
CREATE INDEX activities_actor_id_idx ON app_public.activities USING btree (actor_id);
CREATE INDEX activities_capture_id_idx ON app_public.activities USING btree (capture_id) WHERE (capture_id IS NOT NULL);
CREATE INDEX activities_of_lead ON app_public.activities USING btree (lead_id, id);
CREATE INDEX activities_territory_id_id_idx ON app_public.activities USING btree (territory_id, id DESC);
CREATE INDEX activities_trace_id_idx ON app_public.activities USING btree (trace_id);

create table app_public.actors (
  id integer not null generated always as identity,
  kind text not null,
  slug text not null,
  name text not null,
  email text,
  db_role text,
  manager_id integer,
  is_active boolean not null default true,
  time_zone text,
  language text,
  granted_at timestamp with time zone,
  constraint actors_db_role_key UNIQUE (db_role),
  constraint actors_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'api_key'::text, 'bi_login'::text, 'system'::text]))),
  constraint actors_manager_id_fkey FOREIGN KEY (manager_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint actors_pkey PRIMARY KEY (id),
  constraint actors_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text)),
  constraint actors_slug_key UNIQUE (slug),
  constraint language_of_two_letters CHECK ((language ~ '^[a-z]{2}$'::text)),
  constraint only_bi_logins_are_granted CHECK (((granted_at IS NULL) OR (kind = 'bi_login'::text))),
  constraint only_bi_logins_have_a_database_role CHECK (((db_role IS NULL) OR (kind = 'bi_login'::text)))
);
CREATE INDEX actors_manager_id_idx ON app_public.actors USING btree (manager_id);

create table app_public.approvals (
  id uuid not null default uuidv7(),
  territory_id integer not null,
  lead_id uuid,
  exception_id uuid,
  origin_lead_id uuid,
  trace_id text,
  reason text not null,
  requested_by_id integer not null,
  approver_id integer not null,
  former_approver_id integer,
  requested_at timestamp with time zone not null,
  handed_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  timeouts smallint not null default 0,
  decided_at timestamp with time zone,
  decided_by_id integer,
  decision text,
  note text,
  constraint a_person_approves_or_refuses CHECK (((decided_by_id IS NOT NULL) = ((decision IS NOT NULL) AND (decision <> 'withdrawn'::text)))),
  constraint an_approval_is_about_one_thing CHECK ((num_nonnulls(lead_id, exception_id) = 1)),
  constraint an_approval_is_due_after_it_was_handed CHECK (((due_at > handed_at) AND (handed_at >= requested_at))),
  constraint approvals_approver_id_fkey FOREIGN KEY (approver_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint approvals_decided_by_id_fkey FOREIGN KEY (decided_by_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint approvals_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'refused'::text, 'withdrawn'::text]))),
  constraint approvals_exception_id_territory_id_fkey FOREIGN KEY (exception_id, territory_id) REFERENCES app_public.exceptions(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint approvals_former_approver_id_fkey FOREIGN KEY (former_approver_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint approvals_id_territory_id_key UNIQUE (id, territory_id),
  constraint approvals_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint approvals_note_check CHECK ((length(note) <= 10000)),
  constraint approvals_pkey PRIMARY KEY (id),
  constraint approvals_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 10000))),
  constraint approvals_requested_by_id_fkey FOREIGN KEY (requested_by_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint decided_means_a_decision CHECK (((decided_at IS NULL) = (decision IS NULL))),
  constraint nobody_approves_their_own CHECK (((requested_by_id <> approver_id) AND (decided_by_id IS DISTINCT FROM requested_by_id)))
);
CREATE INDEX approvals_approver_id_idx ON app_public.approvals USING btree (approver_id);
CREATE INDEX approvals_decided_by_id_idx ON app_public.approvals USING btree (decided_by_id) WHERE (decided_by_id IS NOT NULL);
CREATE INDEX approvals_exception_id_idx ON app_public.approvals USING btree (exception_id, territory_id);
CREATE INDEX approvals_former_approver_id_idx ON app_public.approvals USING btree (former_approver_id) WHERE (former_approver_id IS NOT NULL);
CREATE INDEX approvals_of_lead ON app_public.approvals USING btree (lead_id, id);
CREATE INDEX approvals_requested_by_id_idx ON app_public.approvals USING btree (requested_by_id);
CREATE INDEX approvals_territory_id_id_idx ON app_public.approvals USING btree (territory_id, id DESC);

create table app_public.assignments (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  owner_id integer not null,
  team_id integer,
  decision_id uuid not null,
  trace_id text not null,
  assigned_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  origin_lead_id uuid,
  accept_due_at timestamp with time zone,
  accepted_at timestamp with time zone,
  outcome text,
  constraint an_assignment_ends_after_it_begins CHECK ((ended_at >= assigned_at)),
  constraint assignments_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint assignments_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint assignments_pkey PRIMARY KEY (id),
  constraint how_an_assignment_failed CHECK ((outcome = ANY (ARRAY['declined'::text, 'expired'::text, 'handed_over'::text, 'escalated'::text])))
);
CREATE INDEX assignments_lead_id_territory_id_idx ON app_public.assignments USING btree (lead_id, territory_id);
CREATE INDEX assignments_to_accept ON app_public.assignments USING btree (accept_due_at) WHERE ((accept_due_at IS NOT NULL) AND (accepted_at IS NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX one_owner_at_a_time ON app_public.assignments USING btree (lead_id) WHERE (ended_at IS NULL);

create table app_public.calendars (
  id integer not null generated always as identity,
  slug text not null,
  territory_id integer not null,
  time_zone text,
  windows jsonb not null,
  holidays jsonb,
  own_holidays jsonb not null default '[]'::jsonb,
  exceptions jsonb not null default '[]'::jsonb,
  is_active boolean not null default true,
  spans_digest text,
  constraint calendars_pkey PRIMARY KEY (id),
  constraint calendars_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint calendars_slug_key UNIQUE (slug),
  constraint calendars_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint there_are_windows CHECK ((jsonb_array_length(windows) > 0))
);
CREATE INDEX calendars_territory_id_idx ON app_public.calendars USING btree (territory_id);

create table app_public.capture_paths (
  id integer not null generated always as identity,
  territory_id integer not null,
  slug text not null,
  name text not null,
  source text not null,
  requires_signature boolean not null default false,
  max_body_bytes integer not null default 262144,
  is_active boolean not null default true,
  active_contract_id integer,
  protocol text not null default 'json'::text,
  requires_key boolean not null default false,
  rate_per_second double precision,
  rate_burst integer,
  cors_origins text[] not null default '{}'::text[],
  constraint a_rate_has_a_burst CHECK (((rate_per_second IS NULL) = (rate_burst IS NULL))),
  constraint any_origin_only_without_a_key CHECK ((NOT (requires_key AND ('*'::text = ANY (cors_origins))))),
  constraint capture_paths_active_contract_id_id_fkey FOREIGN KEY (active_contract_id, id) REFERENCES app_public.contracts(id, path_id) ON DELETE RESTRICT,
  constraint capture_paths_id_territory_id_key UNIQUE (id, territory_id),
  constraint capture_paths_max_body_bytes_check CHECK (((max_body_bytes >= 1) AND (max_body_bytes <= 10485760))),
  constraint capture_paths_pkey PRIMARY KEY (id),
  constraint capture_paths_protocol_check CHECK ((protocol ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint capture_paths_rate_burst_check CHECK ((rate_burst >= 1)),
  constraint capture_paths_rate_per_second_check CHECK ((rate_per_second > (0)::double precision)),
  constraint capture_paths_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint capture_paths_slug_key UNIQUE (slug),
  constraint capture_paths_source_check CHECK ((source ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint capture_paths_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX capture_paths_active_contract_id_id_idx ON app_public.capture_paths USING btree (active_contract_id, id);
CREATE INDEX capture_paths_source_idx ON app_public.capture_paths USING btree (source);
CREATE INDEX capture_paths_territory_id_idx ON app_public.capture_paths USING btree (territory_id);

create table app_public.captures (
  id uuid not null default uuidv7(),
  path_id integer not null,
  territory_id integer not null,
  contract_id integer,
  lead_id uuid,
  kind text not null default 'lead'::text,
  status text not null default 'pending'::text,
  outcome text,
  error text,
  attempts smallint not null default 0,
  trace_id text not null,
  is_test boolean not null default false,
  content_type text,
  body bytea not null,
  attributes jsonb,
  violations jsonb,
  received_at timestamp with time zone not null default now(),
  processed_at timestamp with time zone,
  headers jsonb,
  part_of uuid,
  fetched jsonb,
  fetch_due_at timestamp with time zone,
  corrections jsonb,
  fetch_attempts smallint not null default 0,
  fetch_started_at timestamp with time zone,
  released_at timestamp with time zone,
  discard_reason text,
  revalidate_with integer,
  revalidation jsonb,
  origin_lead_id uuid,
  erased_at timestamp with time zone,
  located_by jsonb,
  constraint a_judged_capture_has_an_instant CHECK (((status = 'pending'::text) = (processed_at IS NULL))),
  constraint captures_kind_check CHECK ((kind = ANY (ARRAY['lead'::text, 'activity'::text, 'order'::text, 'privacy'::text]))),
  constraint captures_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint captures_path_id_fkey FOREIGN KEY (path_id) REFERENCES app_public.capture_paths(id) ON DELETE RESTRICT,
  constraint captures_pkey PRIMARY KEY (id),
  constraint captures_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'processed'::text, 'quarantined'::text, 'error'::text]))),
  constraint captures_trace_id_check CHECK (((octet_length(trace_id) = 32) AND (translate(trace_id, '0123456789abcdef'::text, ''::text) = ''::text))),
  constraint discarded_for_a_reason CHECK (((outcome IS DISTINCT FROM 'discarded'::text) OR (discard_reason IS NOT NULL))),
  constraint only_the_pending_wait_for_a_vendor CHECK (((fetch_due_at IS NULL) OR (status = 'pending'::text)))
) partition by RANGE (id);
CREATE INDEX captures_by_territory ON ONLY app_public.captures USING btree (territory_id, id DESC) INCLUDE (path_id, is_test, kind);
CREATE INDEX captures_of_lead ON ONLY app_public.captures USING btree (lead_id, id);
CREATE INDEX captures_part_of_idx ON ONLY app_public.captures USING btree (part_of) WHERE (part_of IS NOT NULL);
CREATE INDEX captures_pending ON ONLY app_public.captures USING btree (id) WHERE (status = 'pending'::text);
CREATE INDEX captures_refused ON ONLY app_public.captures USING btree (territory_id, id) WHERE (status = ANY (ARRAY['quarantined'::text, 'error'::text]));
CREATE INDEX captures_to_fetch ON ONLY app_public.captures USING btree (fetch_due_at) WHERE (fetch_due_at IS NOT NULL);
CREATE INDEX captures_to_revalidate ON ONLY app_public.captures USING btree (id) WHERE (revalidate_with IS NOT NULL);
CREATE INDEX captures_trace_id_idx ON ONLY app_public.captures USING btree (trace_id);
CREATE INDEX captures_without_lead ON ONLY app_public.captures USING btree (path_id, id) WHERE ((lead_id IS NULL) AND (status <> 'pending'::text) AND (erased_at IS NULL));

create table app_public.clock_segments (
  id uuid not null default uuidv7(),
  clock_id uuid not null,
  territory_id integer not null,
  owner_id integer,
  team_id integer,
  status text,
  is_paused boolean not null,
  pause_reason text,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone not null,
  working_seconds numeric not null,
  calendar_seconds numeric generated always as (EXTRACT(epoch FROM (ended_at - started_at))) stored,
  constraint a_segment_takes_time CHECK ((ended_at > started_at)),
  constraint clock_segments_clock_id_territory_id_fkey FOREIGN KEY (clock_id, territory_id) REFERENCES app_public.clocks(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint clock_segments_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint clock_segments_pkey PRIMARY KEY (id),
  constraint clock_segments_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint clock_segments_working_seconds_check CHECK ((working_seconds >= (0)::numeric)),
  constraint only_a_pause_has_a_reason CHECK (((pause_reason IS NOT NULL) = is_paused))
);
CREATE INDEX clock_segments_clock_id_idx ON app_public.clock_segments USING btree (clock_id, territory_id);
CREATE INDEX clock_segments_owner_id_idx ON app_public.clock_segments USING btree (owner_id) WHERE (owner_id IS NOT NULL);
CREATE INDEX clock_segments_team_id_idx ON app_public.clock_segments USING btree (team_id) WHERE (team_id IS NOT NULL);
CREATE INDEX clock_segments_territory_id_idx ON app_public.clock_segments USING btree (territory_id, id DESC);

create table app_public.clocks (
  id uuid not null default uuidv7(),
  lead_id uuid,
  territory_id integer not null,
  kind text not null,
  policy_id integer,
  trace_id text,
  target_seconds integer not null,
  thresholds integer[] not null,
  fired smallint not null default 0,
  started_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  next_at timestamp with time zone,
  stopped_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  origin_lead_id uuid,
  stop_reason text,
  exception_id uuid,
  task_id uuid,
  approval_id uuid,
  calendar_id integer,
  elapsed_seconds numeric not null default 0,
  running_since timestamp with time zone,
  paused_at timestamp with time zone,
  pause_reason text,
  resume_at timestamp with time zone,
  segment_started_at timestamp with time zone,
  before_merge jsonb,
  warn_at timestamp with time zone,
  overdue_at timestamp with time zone,
  constraint a_clock_runs_rests_or_stands CHECK ((num_nonnulls(running_since, paused_at, stopped_at) = 1)),
  constraint a_clock_times_one_thing CHECK ((num_nonnulls(lead_id, exception_id, task_id, approval_id) = 1)),
  constraint a_kind_times_its_thing CHECK (
CASE
    WHEN (kind = ANY (ARRAY['first_response'::text, 'next_response'::text, 'stage_time'::text, 'outcome'::text])) THEN ((lead_id IS NOT NULL) AND (policy_id IS NOT NULL) AND (trace_id IS NOT NULL))
    WHEN (kind = ANY (ARRAY['acknowledge'::text, 'resolve'::text])) THEN (exception_id IS NOT NULL)
    WHEN (kind = 'task'::text) THEN (task_id IS NOT NULL)
    ELSE (approval_id IS NOT NULL)
END),
  constraint a_stopped_clock_waits_for_nothing CHECK (((stopped_at IS NULL) OR (next_at IS NULL))),
  constraint an_interval_runs_until_the_clock_stands CHECK (((segment_started_at IS NULL) = (stopped_at IS NOT NULL))),
  constraint clocks_approval_id_fkey FOREIGN KEY (approval_id, territory_id) REFERENCES app_public.approvals(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint clocks_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES app_public.calendars(id) ON DELETE RESTRICT,
  constraint clocks_exception_id_fkey FOREIGN KEY (exception_id, territory_id) REFERENCES app_public.exceptions(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint clocks_id_territory_id_key UNIQUE (id, territory_id),
  constraint clocks_kind_check CHECK ((kind = ANY (ARRAY['first_response'::text, 'next_response'::text, 'stage_time'::text, 'outcome'::text, 'acknowledge'::text, 'resolve'::text, 'task'::text, 'approval'::text]))),
  constraint clocks_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint clocks_pkey PRIMARY KEY (id),
  constraint clocks_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES app_public.sla_policies(id) ON DELETE RESTRICT,
  constraint clocks_target_seconds_check CHECK ((target_seconds > 0)),
  constraint clocks_task_id_fkey FOREIGN KEY (task_id, territory_id) REFERENCES app_public.tasks(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint elapsed_time_is_no_debt CHECK ((elapsed_seconds >= (0)::numeric)),
  constraint only_a_resting_clock_says_why CHECK ((((pause_reason IS NOT NULL) = (paused_at IS NOT NULL)) OR (stop_reason = 'merged'::text))),
  constraint only_a_stopped_clock_has_a_reason CHECK (((stop_reason IS NULL) OR ((stop_reason = ANY (ARRAY['merged'::text, 'erased'::text, 'restarted'::text, 'accepted'::text, 'status_change'::text, 'closed'::text])) AND (stopped_at IS NOT NULL))))
);
CREATE INDEX clocks_approval_id_territory_id_idx ON app_public.clocks USING btree (approval_id, territory_id) WHERE (approval_id IS NOT NULL);
CREATE INDEX clocks_calendar_id_idx ON app_public.clocks USING btree (calendar_id) WHERE (calendar_id IS NOT NULL);
CREATE INDEX clocks_exception_id_territory_id_idx ON app_public.clocks USING btree (exception_id, territory_id) WHERE (exception_id IS NOT NULL);
CREATE INDEX clocks_lead_id_territory_id_idx ON app_public.clocks USING btree (lead_id, territory_id);
CREATE INDEX clocks_of_cases_waiting ON app_public.clocks USING btree (next_at) WHERE ((next_at IS NOT NULL) AND (lead_id IS NULL));
CREATE INDEX clocks_resting_until ON app_public.clocks USING btree (next_at) WHERE ((next_at IS NOT NULL) AND (paused_at IS NOT NULL));
CREATE INDEX clocks_task_id_territory_id_idx ON app_public.clocks USING btree (task_id, territory_id) WHERE (task_id IS NOT NULL);
CREATE INDEX clocks_waiting ON app_public.clocks USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE UNIQUE INDEX one_running_clock_of_a_kind ON app_public.clocks USING btree (lead_id, kind) WHERE (stopped_at IS NULL);
CREATE UNIQUE INDEX one_running_clock_of_a_task ON app_public.clocks USING btree (task_id) WHERE ((stopped_at IS NULL) AND (task_id IS NOT NULL));
CREATE UNIQUE INDEX one_running_clock_of_an_approval ON app_public.clocks USING btree (approval_id) WHERE ((stopped_at IS NULL) AND (approval_id IS NOT NULL));
CREATE UNIQUE INDEX one_running_clock_of_an_exception ON app_public.clocks USING btree (exception_id, kind) WHERE ((stopped_at IS NULL) AND (exception_id IS NOT NULL));

create table app_public.consents (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  purpose text not null,
  state text not null,
  text_version text not null,
  capture_id uuid,
  trace_id text not null,
  given_at timestamp with time zone not null,
  origin_lead_id uuid,
  actor_id integer,
  note text,
  constraint an_arrival_or_a_person_tells CHECK (((capture_id IS NULL) <> (actor_id IS NULL))),
  constraint consents_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint consents_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint consents_note_check CHECK ((length(note) <= 10000)),
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_purpose_check CHECK ((purpose ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text)),
  constraint consents_state_check CHECK ((state = ANY (ARRAY['granted'::text, 'denied'::text, 'withdrawn'::text]))),
  constraint consents_text_version_check CHECK (((length(text_version) >= 1) AND (length(text_version) <= 200))),
  constraint one_answer_to_a_purpose_per_capture UNIQUE (capture_id, purpose)
);
CREATE INDEX consents_actor_id_idx ON app_public.consents USING btree (actor_id) WHERE (actor_id IS NOT NULL);
CREATE INDEX consents_of_lead ON app_public.consents USING btree (lead_id, id);
CREATE INDEX consents_territory_id_idx ON app_public.consents USING btree (territory_id, id DESC);

create table app_public.contract_rules (
  contract_id integer not null,
  territory_id integer not null,
  position integer not null,
  condition jsonpath not null,
  constraint contract_rules_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES app_public.contracts(id) ON DELETE RESTRICT,
  constraint contract_rules_pkey PRIMARY KEY (contract_id, "position"),
  constraint contract_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX contract_rules_territory_id_idx ON app_public.contract_rules USING btree (territory_id);

create table app_public.contracts (
  id integer not null generated always as identity,
  path_id integer not null,
  territory_id integer not null,
  version integer not null,
  definition jsonb not null,
  fallback_territory_id integer,
  is_history boolean not null default false,
  published_at timestamp with time zone not null,
  team_id integer,
  required_purposes jsonb not null generated always as (jsonb_path_query_array(definition, '$."consents"[*]?(@."required" == true)."purpose"'::jsonpath)) stored,
  constraint contracts_fallback_territory_id_fkey FOREIGN KEY (fallback_territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint contracts_id_path_id_key UNIQUE (id, path_id),
  constraint contracts_path_id_territory_id_fkey FOREIGN KEY (path_id, territory_id) REFERENCES app_public.capture_paths(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint contracts_path_id_version_key UNIQUE (path_id, version),
  constraint contracts_pkey PRIMARY KEY (id),
  constraint contracts_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT
);
CREATE INDEX contracts_fallback_territory_id_idx ON app_public.contracts USING btree (fallback_territory_id);
CREATE INDEX contracts_path_id_territory_id_idx ON app_public.contracts USING btree (path_id, territory_id);
CREATE INDEX contracts_team_id_idx ON app_public.contracts USING btree (team_id);
CREATE INDEX contracts_that_demand ON app_public.contracts USING btree (id) WHERE (required_purposes <> '[]'::jsonb);

create table app_public.decisions (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  trace_id text not null,
  kind text not null,
  action text not null,
  revision integer not null,
  owner_id integer,
  team_id integer,
  actor_id integer,
  reason text not null,
  inputs jsonb not null,
  candidates jsonb not null,
  superseded_by_id uuid,
  decided_at timestamp with time zone not null,
  constraint an_owner_is_named_unless_queued CHECK (((kind <> 'route'::text) OR (action = 'hold'::text) OR ((action = 'queue'::text) = (owner_id IS NULL)))),
  constraint decisions_action_check CHECK ((action = ANY (ARRAY['assign'::text, 'keep_owner'::text, 'queue'::text, 'hold'::text, 'claim'::text, 'reassign'::text, 'merge'::text, 'unmerge'::text]))),
  constraint decisions_kind_check CHECK ((kind = ANY (ARRAY['route'::text, 'merge'::text]))),
  constraint decisions_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint decisions_pkey PRIMARY KEY (id),
  constraint decisions_superseded_by_id_fkey FOREIGN KEY (superseded_by_id) REFERENCES app_public.decisions(id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX decisions_lead_id_territory_id_idx ON app_public.decisions USING btree (lead_id, territory_id);
CREATE INDEX decisions_superseded_by_id_idx ON app_public.decisions USING btree (superseded_by_id) WHERE (superseded_by_id IS NOT NULL);
CREATE UNIQUE INDEX one_effective_decision_per_trace ON app_public.decisions USING btree (lead_id, trace_id, kind) WHERE (superseded_by_id IS NULL);

create table app_public.escalations (
  id uuid not null default uuidv7(),
  clock_id uuid not null,
  lead_id uuid,
  territory_id integer not null,
  trace_id text,
  threshold integer not null,
  recipient_id integer,
  due_at timestamp with time zone not null,
  fired_at timestamp with time zone not null,
  is_late boolean generated always as (((fired_at - due_at) > '00:00:05'::interval)) stored,
  constraint escalations_clock_id_territory_id_fkey FOREIGN KEY (clock_id, territory_id) REFERENCES app_public.clocks(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  constraint escalations_clock_id_threshold_key UNIQUE (clock_id, threshold),
  constraint escalations_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint escalations_pkey PRIMARY KEY (id),
  constraint escalations_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT
);
CREATE INDEX escalations_of_lead ON app_public.escalations USING btree (lead_id, id);
CREATE INDEX escalations_recipient_id_idx ON app_public.escalations USING btree (recipient_id);
CREATE INDEX escalations_territory_id_id_idx ON app_public.escalations USING btree (territory_id, id DESC);

create table app_public.exception_comments (
  id uuid not null default uuidv7(),
  exception_id uuid not null,
  territory_id integer not null,
  actor_id integer not null,
  kind text not null default 'comment'::text,
  text text not null,
  written_at timestamp with time zone not null,
  constraint exception_comments_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint exception_comments_exception_id_territory_id_fkey FOREIGN KEY (exception_id, territory_id) REFERENCES app_public.exceptions(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint exception_comments_kind_check CHECK ((kind = ANY (ARRAY['comment'::text, 'reopening'::text]))),
  constraint exception_comments_pkey PRIMARY KEY (id),
  constraint exception_comments_text_check CHECK (((length(text) >= 1) AND (length(text) <= 10000)))
);
CREATE INDEX exception_comments_actor_id_idx ON app_public.exception_comments USING btree (actor_id);
CREATE INDEX exception_comments_exception_id_idx ON app_public.exception_comments USING btree (exception_id, territory_id);
CREATE INDEX exception_comments_territory_id_id_idx ON app_public.exception_comments USING btree (territory_id, id DESC);

create table app_public.exception_escalations (
  id uuid not null default uuidv7(),
  exception_id uuid not null,
  territory_id integer not null,
  cause text not null,
  from_team_id integer not null,
  to_team_id integer not null,
  former_owner_id integer,
  recipient_id integer,
  due_at timestamp with time zone not null,
  escalated_at timestamp with time zone not null,
  constraint exception_escalations_cause_check CHECK ((cause = ANY (ARRAY['not_acknowledged'::text, 'not_resolved'::text]))),
  constraint exception_escalations_exception_id_territory_id_fkey FOREIGN KEY (exception_id, territory_id) REFERENCES app_public.exceptions(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint exception_escalations_former_owner_id_fkey FOREIGN KEY (former_owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint exception_escalations_from_team_id_fkey FOREIGN KEY (from_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exception_escalations_pkey PRIMARY KEY (id),
  constraint exception_escalations_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint exception_escalations_to_team_id_fkey FOREIGN KEY (to_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT
);
CREATE INDEX exception_escalations_exception_id_idx ON app_public.exception_escalations USING btree (exception_id, territory_id);
CREATE INDEX exception_escalations_former_owner_id_idx ON app_public.exception_escalations USING btree (former_owner_id);
CREATE INDEX exception_escalations_from_team_id_idx ON app_public.exception_escalations USING btree (from_team_id);
CREATE INDEX exception_escalations_recipient_id_idx ON app_public.exception_escalations USING btree (recipient_id);
CREATE INDEX exception_escalations_territory_id_id_idx ON app_public.exception_escalations USING btree (territory_id, id DESC);
CREATE INDEX exception_escalations_to_team_id_idx ON app_public.exception_escalations USING btree (to_team_id);

create table app_public.exception_policies (
  kind text not null,
  duty text not null,
  resolve_seconds integer not null,
  runbook text not null,
  team_id integer,
  fallback_team_id integer,
  acknowledge_seconds integer,
  remind_seconds integer not null default 86400,
  time text not null default 'calendar'::text,
  holds_automation boolean not null default false,
  constraint acknowledge_seconds_last CHECK ((acknowledge_seconds > 0)),
  constraint exception_policies_duty_check CHECK ((duty = ANY (ARRAY['capture'::text, 'execution'::text, 'system'::text, 'incident'::text, 'operations'::text]))),
  constraint exception_policies_fallback_team_id_fkey FOREIGN KEY (fallback_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exception_policies_pkey PRIMARY KEY (kind),
  constraint exception_policies_resolve_seconds_check CHECK ((resolve_seconds > 0)),
  constraint exception_policies_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exception_policies_time_check CHECK (("time" = ANY (ARRAY['working'::text, 'calendar'::text]))),
  constraint remind_seconds_last CHECK ((remind_seconds >= 3600))
);
CREATE INDEX exception_policies_fallback_team_id_idx ON app_public.exception_policies USING btree (fallback_team_id);
CREATE INDEX exception_policies_team_id_idx ON app_public.exception_policies USING btree (team_id);

create table app_public.exceptions (
  id uuid not null default uuidv7(),
  territory_id integer not null,
  kind text not null,
  reason text not null,
  details jsonb not null default '{}'::jsonb,
  trace_id text,
  capture_id uuid,
  lead_id uuid,
  owner_team_id integer not null,
  escalation_team_id integer not null,
  owner_id integer,
  runbook text not null,
  opened_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  acknowledged_at timestamp with time zone,
  resolved_at timestamp with time zone,
  outcome text,
  note text,
  origin_lead_id uuid,
  is_closed_by_merge boolean not null default false,
  acknowledge_due_at timestamp with time zone,
  handed_at timestamp with time zone,
  calendar_id integer,
  escalation_level smallint not null default 0,
  breached_at timestamp with time zone,
  reopened_at timestamp with time zone,
  reopenings smallint not null default 0,
  path_id integer,
  contract_version integer,
  revision integer,
  holds_automation boolean not null default false,
  is_open boolean generated always as (
CASE
    WHEN (resolved_at IS NULL) THEN true
    ELSE NULL::boolean
END) stored,
  constraint a_merge_closes_what_is_resolved CHECK (((NOT is_closed_by_merge) OR (resolved_at IS NOT NULL))),
  constraint acknowledged_after_it_was_handed CHECK ((acknowledge_due_at > COALESCE(handed_at, opened_at))),
  constraint an_open_case_has_an_open_escalation_target FOREIGN KEY (escalation_team_id, is_open) REFERENCES app_public.teams(id, is_active) ON DELETE RESTRICT,
  constraint an_open_case_has_an_open_team FOREIGN KEY (owner_team_id, is_open) REFERENCES app_public.teams(id, is_active) ON DELETE RESTRICT,
  constraint due_after_it_opened CHECK ((due_at > opened_at)),
  constraint due_after_it_was_handed CHECK ((due_at > COALESCE(handed_at, opened_at))),
  constraint exceptions_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES app_public.calendars(id) ON DELETE RESTRICT,
  constraint exceptions_escalation_team_id_fkey FOREIGN KEY (escalation_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exceptions_kind_fkey FOREIGN KEY (kind) REFERENCES app_public.exception_policies(kind) ON DELETE RESTRICT,
  constraint exceptions_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint exceptions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint exceptions_owner_team_id_fkey FOREIGN KEY (owner_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exceptions_path_id_fkey FOREIGN KEY (path_id) REFERENCES app_public.capture_paths(id) ON DELETE RESTRICT,
  constraint exceptions_pkey PRIMARY KEY (id),
  constraint exceptions_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint exceptions_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint resolved_means_an_outcome CHECK (((resolved_at IS NULL) = (outcome IS NULL))),
  constraint what_was_reopened_says_when CHECK (((reopenings > 0) = (reopened_at IS NOT NULL)))
);
CREATE INDEX exceptions_calendar_id_idx ON app_public.exceptions USING btree (calendar_id) WHERE (calendar_id IS NOT NULL);
CREATE INDEX exceptions_capture_id_idx ON app_public.exceptions USING btree (capture_id);
CREATE INDEX exceptions_escalation_team_id_is_open_idx ON app_public.exceptions USING btree (escalation_team_id, is_open);
CREATE UNIQUE INDEX exceptions_id_territory_id_key ON app_public.exceptions USING btree (id, territory_id);
CREATE INDEX exceptions_kind_idx ON app_public.exceptions USING btree (kind);
CREATE INDEX exceptions_of_lead ON app_public.exceptions USING btree (lead_id, id);
CREATE INDEX exceptions_owner_id_idx ON app_public.exceptions USING btree (owner_id);
CREATE INDEX exceptions_owner_team_id_is_open_idx ON app_public.exceptions USING btree (owner_team_id, is_open);
CREATE INDEX exceptions_path_id_idx ON app_public.exceptions USING btree (path_id) WHERE (path_id IS NOT NULL);
CREATE INDEX exceptions_resolved_at_idx ON app_public.exceptions USING btree (resolved_at) WHERE (resolved_at IS NOT NULL);
CREATE INDEX exceptions_revision_idx ON app_public.exceptions USING btree (revision) WHERE (revision IS NOT NULL);
CREATE INDEX exceptions_territory_id_id_idx ON app_public.exceptions USING btree (territory_id, id DESC);
CREATE INDEX exceptions_trace_id_idx ON app_public.exceptions USING btree (trace_id);
CREATE UNIQUE INDEX one_open_exception_per_cause ON app_public.exceptions USING btree (COALESCE(capture_id, lead_id), kind) WHERE ((resolved_at IS NULL) AND (COALESCE(capture_id, lead_id) IS NOT NULL));

create table app_public.gate_rules (
  id integer not null generated always as identity,
  revision integer not null,
  territory_id integer not null,
  position integer not null,
  source text,
  subject text not null generated always as (
CASE
    WHEN (account_statuses IS NOT NULL) THEN 'account'::text
    WHEN (older_than_days IS NOT NULL) THEN 'freshness'::text
    WHEN (score_below IS NOT NULL) THEN 'score'::text
    WHEN (is_doubtful IS NOT NULL) THEN 'identity'::text
    ELSE 'evidence'::text
END) stored,
  account_statuses text[],
  older_than_days integer,
  score_below smallint,
  is_doubtful boolean,
  missing text[],
  condition jsonpath,
  result text not null,
  constraint a_gate_has_a_bound CHECK ((((older_than_days > 0) AND (score_below IS NULL)) OR ((score_below >= 1) AND (score_below <= 100)) OR (num_nonnulls(older_than_days, score_below) = 0))),
  constraint a_rule_asks_one_thing CHECK ((num_nonnulls(account_statuses, older_than_days, score_below, is_doubtful, missing, condition) = 1)),
  constraint asked_or_left_out CHECK (is_doubtful),
  constraint gate_rules_pkey PRIMARY KEY (id),
  constraint gate_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint gate_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint statuses_of_accounts CHECK ((account_statuses <@ '{active,on_hold,former}'::text[])),
  constraint what_a_gate_answers CHECK ((result = ANY (ARRAY['automate'::text, 'review'::text, 'blocked'::text])))
);
CREATE INDEX gate_rules_revision_territory_id_idx ON app_public.gate_rules USING btree (revision, territory_id);
CREATE INDEX gate_rules_territory_id_idx ON app_public.gate_rules USING btree (territory_id);

create table app_public.lead_edits (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  origin_lead_id uuid,
  trace_id text not null,
  field app_public.lead_field not null,
  value text,
  actor_id integer,
  edited_at timestamp with time zone not null,
  superseded_at timestamp with time zone,
  undone_at timestamp with time zone,
  undone_by_id integer,
  constraint lead_edits_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint lead_edits_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint lead_edits_pkey PRIMARY KEY (id),
  constraint lead_edits_undone_by_id_fkey FOREIGN KEY (undone_by_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint superseded_or_undone CHECK (((superseded_at IS NULL) OR (undone_at IS NULL))),
  constraint who_undoes_is_known_by_when CHECK (((undone_by_id IS NULL) OR (undone_at IS NOT NULL)))
);
CREATE INDEX lead_edits_actor_id_idx ON app_public.lead_edits USING btree (actor_id);
CREATE INDEX lead_edits_of_lead ON app_public.lead_edits USING btree (lead_id, id);
CREATE INDEX lead_edits_territory_id_id_idx ON app_public.lead_edits USING btree (territory_id, id DESC);
CREATE INDEX lead_edits_trace_id_idx ON app_public.lead_edits USING btree (trace_id);
CREATE INDEX lead_edits_undone_by_id_idx ON app_public.lead_edits USING btree (undone_by_id);
CREATE UNIQUE INDEX one_standing_edit_per_field ON app_public.lead_edits USING btree (COALESCE(origin_lead_id, lead_id), field) WHERE ((superseded_at IS NULL) AND (undone_at IS NULL));

create table app_public.lead_merges (
  id uuid not null default uuidv7(),
  survivor_id uuid not null,
  merged_id uuid not null,
  territory_id integer not null,
  actor_id integer,
  score double precision,
  evidence jsonb,
  moved jsonb not null,
  survivor_before jsonb not null,
  merged_before jsonb not null,
  merged_at timestamp with time zone not null,
  unmerged_at timestamp with time zone,
  unmerged_by_id integer,
  returned jsonb,
  constraint lead_merges_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint lead_merges_merged_id_fkey FOREIGN KEY (merged_id) REFERENCES app_public.leads(id) ON DELETE RESTRICT,
  constraint lead_merges_pkey PRIMARY KEY (id),
  constraint lead_merges_survivor_id_fkey FOREIGN KEY (survivor_id) REFERENCES app_public.leads(id) ON DELETE RESTRICT,
  constraint lead_merges_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint lead_merges_unmerged_by_id_fkey FOREIGN KEY (unmerged_by_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint nobody_undoes_what_stands CHECK (((unmerged_by_id IS NULL) OR (unmerged_at IS NOT NULL))),
  constraint two_leads_become_one CHECK ((survivor_id <> merged_id)),
  constraint undone_after_it_was_done CHECK ((unmerged_at >= merged_at)),
  constraint undone_says_what_returned CHECK (((unmerged_at IS NULL) = (returned IS NULL)))
);
CREATE INDEX lead_merges_actor_id_idx ON app_public.lead_merges USING btree (actor_id);
CREATE INDEX lead_merges_merged_id_idx ON app_public.lead_merges USING btree (merged_id);
CREATE INDEX lead_merges_survivor_id_idx ON app_public.lead_merges USING btree (survivor_id);
CREATE INDEX lead_merges_territory_id_id_idx ON app_public.lead_merges USING btree (territory_id, id DESC);
CREATE INDEX lead_merges_unmerged_by_id_idx ON app_public.lead_merges USING btree (unmerged_by_id) WHERE (unmerged_by_id IS NOT NULL);
CREATE UNIQUE INDEX merged_into_one_lead_at_a_time ON app_public.lead_merges USING btree (merged_id) WHERE (unmerged_at IS NULL);

create table app_public.leads (
  id uuid not null default uuidv7(),
  territory_id integer not null,
  owner_id integer,
  team_id integer,
  status text not null default 'new'::text,
  first_name text,
  last_name text,
  email text,
  phone text,
  company text,
  company_domain text,
  street text,
  city text,
  postal_code text,
  region text,
  country text,
  language text,
  segment text,
  birth_date date,
  employees integer,
  score smallint,
  score_reasons jsonb,
  value_amount numeric(18,2),
  value_currency text,
  source text not null,
  trace_id text not null,
  is_test boolean not null default false,
  is_history boolean not null default false,
  first_seen_at timestamp with time zone not null,
  last_activity_at timestamp with time zone not null,
  routed_at timestamp with time zone,
  owned_at timestamp with time zone,
  handed_over_at timestamp with time zone,
  first_responded_at timestamp with time zone,
  closed_at timestamp with time zone,
  merged_into_id uuid,
  sla_policy_id integer,
  sla_started_at timestamp with time zone,
  sla_warn_at timestamp with time zone,
  sla_due_at timestamp with time zone,
  sla_overdue_at timestamp with time zone,
  sla_paused_at timestamp with time zone,
  sla_breached_at timestamp with time zone,
  sla_met_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  field_origins jsonb,
  held_at timestamp with time zone,
  erased_at timestamp with time zone,
  sla_kind text,
  status_since timestamp with time zone,
  stagnant_at timestamp with time zone,
  constraint a_forgotten_lead_is_closed CHECK (((erased_at IS NULL) OR (closed_at IS NOT NULL))),
  constraint breach_needs_a_deadline CHECK (((sla_breached_at IS NULL) OR (sla_due_at IS NOT NULL))),
  constraint closed_means_a_closing_instant CHECK (((status = ANY (ARRAY['closed_won'::text, 'closed_lost'::text])) = (closed_at IS NOT NULL))),
  constraint leads_id_territory_id_key UNIQUE (id, territory_id),
  constraint leads_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES app_public.leads(id) ON DELETE RESTRICT,
  constraint leads_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint leads_pkey PRIMARY KEY (id),
  constraint leads_score_check CHECK (((score >= 0) AND (score <= 100))),
  constraint leads_sla_policy_id_fkey FOREIGN KEY (sla_policy_id) REFERENCES app_public.sla_policies(id) ON DELETE RESTRICT,
  constraint leads_status_check CHECK ((status = ANY (ARRAY['new'::text, 'attempting_to_contact'::text, 'contacted'::text, 'qualified'::text, 'nurturing'::text, 'closed_won'::text, 'closed_lost'::text]))),
  constraint leads_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint leads_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint not_merged_into_itself CHECK ((merged_into_id <> id)),
  constraint owned_means_an_owner_and_an_instant CHECK (((owner_id IS NULL) = (owned_at IS NULL)))
);
CREATE INDEX leads_email_territory_id_idx ON app_public.leads USING btree (email, territory_id);
CREATE INDEX leads_erased_at_idx ON app_public.leads USING btree (erased_at) WHERE (erased_at IS NOT NULL);
CREATE INDEX leads_held ON app_public.leads USING btree (territory_id, id) WHERE (held_at IS NOT NULL);
CREATE INDEX leads_idle ON app_public.leads USING btree (territory_id, GREATEST(last_activity_at, stagnant_at)) WHERE ((status = ANY (ARRAY['new'::text, 'attempting_to_contact'::text, 'contacted'::text])) AND (owner_id IS NOT NULL) AND (closed_at IS NULL) AND (merged_into_id IS NULL) AND (held_at IS NULL) AND (NOT is_history) AND (NOT is_test));
CREATE INDEX leads_merged_into_id_idx ON app_public.leads USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);
CREATE INDEX leads_open_of_owner ON app_public.leads USING btree (owner_id, territory_id, id) WHERE ((owner_id IS NOT NULL) AND (closed_at IS NULL) AND (merged_into_id IS NULL) AND (NOT is_history));
CREATE INDEX leads_owner_id_closed_at_idx ON app_public.leads USING btree (owner_id, closed_at);
CREATE INDEX leads_territory_id_id_idx ON app_public.leads USING btree (territory_id, id DESC) INCLUDE (merged_into_id);
CREATE INDEX leads_without_owner ON app_public.leads USING btree (territory_id, id) WHERE ((owner_id IS NULL) AND (closed_at IS NULL) AND (merged_into_id IS NULL));

create table app_public.match_candidates (
  id uuid not null default uuidv7(),
  territory_id integer not null,
  lead_id uuid not null,
  other_lead_id uuid not null,
  capture_id uuid,
  trace_id text not null,
  probability real,
  evidence jsonb not null,
  state text not null default 'open'::text,
  opened_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by_id integer,
  asked_at timestamp with time zone,
  constraint decided_or_open CHECK (((state = 'open'::text) = (decided_at IS NULL))),
  constraint match_candidates_decided_by_id_fkey FOREIGN KEY (decided_by_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint match_candidates_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES app_public.leads(id) ON DELETE CASCADE,
  constraint match_candidates_other_lead_id_fkey FOREIGN KEY (other_lead_id) REFERENCES app_public.leads(id) ON DELETE CASCADE,
  constraint match_candidates_pkey PRIMARY KEY (id),
  constraint match_candidates_probability_check CHECK (((probability >= (0)::double precision) AND (probability <= (1)::double precision))),
  constraint match_candidates_state_check CHECK ((state = ANY (ARRAY['open'::text, 'merged'::text, 'rejected'::text]))),
  constraint match_candidates_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint two_different_leads CHECK ((lead_id <> other_lead_id))
);
CREATE INDEX match_candidates_capture_id_idx ON app_public.match_candidates USING btree (capture_id) WHERE (state = 'open'::text);
CREATE INDEX match_candidates_decided_by_id_idx ON app_public.match_candidates USING btree (decided_by_id);
CREATE INDEX match_candidates_lead_id_idx ON app_public.match_candidates USING btree (lead_id);
CREATE INDEX match_candidates_other_lead_id_idx ON app_public.match_candidates USING btree (other_lead_id);
CREATE INDEX match_candidates_territory_id_idx ON app_public.match_candidates USING btree (territory_id, id DESC);
CREATE INDEX match_candidates_waiting_idx ON app_public.match_candidates USING btree (((evidence ? 'key'::text)) DESC, COALESCE(probability, (0)::real) DESC, id) WHERE ((asked_at IS NULL) AND (state = 'open'::text));
CREATE UNIQUE INDEX one_candidate_per_pair ON app_public.match_candidates USING btree (LEAST(lead_id, other_lead_id), GREATEST(lead_id, other_lead_id));

create table app_public.memberships (
  actor_id integer not null,
  territory_id integer not null,
  role text not null,
  constraint memberships_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint memberships_pkey PRIMARY KEY (actor_id, territory_id, role),
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['rep'::text, 'manager'::text, 'operations'::text, 'viewer'::text, 'admin'::text]))),
  constraint memberships_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX memberships_territory_id_idx ON app_public.memberships USING btree (territory_id);

create table app_public.notifications (
  id uuid not null default uuidv7(),
  event_id uuid not null,
  lead_id uuid,
  territory_id integer not null,
  trace_id text,
  kind text not null,
  channel text,
  recipient_id integer,
  text text not null,
  attempts smallint not null default 0,
  next_attempt_at timestamp with time zone,
  sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  origin_lead_id uuid,
  withdrawn_at timestamp with time zone,
  channel_id integer,
  is_copy boolean not null default false,
  details jsonb,
  is_digest boolean not null default false,
  message_id uuid,
  failed_at timestamp with time zone,
  error text,
  constraint failed_for_a_reason CHECK (((failed_at IS NULL) OR (error IS NOT NULL))),
  constraint notifications_channel_check CHECK ((channel = ANY (ARRAY['log'::text, 'slack'::text, 'teams'::text, 'email'::text, 'webhook'::text]))),
  constraint notifications_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES app_private.notification_channels(id) ON DELETE RESTRICT,
  constraint notifications_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint notifications_pkey PRIMARY KEY (id),
  constraint notifications_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint sent_waiting_withdrawn_or_failed CHECK ((num_nonnulls(sent_at, next_attempt_at, withdrawn_at, failed_at) = 1)),
  constraint to_a_person_or_a_channel CHECK ((num_nonnulls(recipient_id, channel_id) >= 1))
);
CREATE INDEX notifications_channel_id_idx ON app_public.notifications USING btree (channel_id) WHERE (channel_id IS NOT NULL);
CREATE INDEX notifications_failed ON app_public.notifications USING btree (failed_at) WHERE (failed_at IS NOT NULL);
CREATE INDEX notifications_lead_id_territory_id_idx ON app_public.notifications USING btree (lead_id, territory_id);
CREATE INDEX notifications_to_address ON app_public.notifications USING btree (next_attempt_at) WHERE ((channel IS NULL) AND (next_attempt_at IS NOT NULL));
CREATE INDEX notifications_to_send ON app_public.notifications USING btree (next_attempt_at) WHERE ((channel IS NOT NULL) AND (next_attempt_at IS NOT NULL));
CREATE UNIQUE INDEX one_notification_per_event_and_person ON app_public.notifications USING btree (event_id, recipient_id) WHERE ((NOT is_copy) AND (recipient_id IS NOT NULL));
CREATE UNIQUE INDEX one_notification_per_event_and_target ON app_public.notifications USING btree (event_id, channel, recipient_id, channel_id) NULLS NOT DISTINCT WHERE (channel IS NOT NULL);

create table app_public.responsibilities (
  path_id integer not null,
  territory_id integer not null,
  duty text not null,
  team_id integer not null,
  constraint responsibilities_duty_check CHECK ((duty = ANY (ARRAY['capture'::text, 'execution'::text, 'system'::text, 'incident'::text]))),
  constraint responsibilities_path_id_territory_id_fkey FOREIGN KEY (path_id, territory_id) REFERENCES app_public.capture_paths(id, territory_id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint responsibilities_pkey PRIMARY KEY (path_id, duty),
  constraint responsibilities_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT
);
CREATE INDEX responsibilities_path_id_territory_id_idx ON app_public.responsibilities USING btree (path_id, territory_id);
CREATE INDEX responsibilities_team_id_idx ON app_public.responsibilities USING btree (team_id);

create table app_public.revisions (
  id integer not null generated always as identity,
  digest text not null,
  applied_by text not null,
  applied_at timestamp with time zone not null,
  is_draft boolean not null default false,
  constraint revisions_pkey PRIMARY KEY (id)
);

create table app_public.routing_rules (
  id integer not null generated always as identity,
  revision integer not null,
  territory_id integer not null,
  position integer not null,
  source text,
  country text,
  segment text,
  language text,
  score_min smallint,
  score_max smallint,
  condition jsonpath,
  actor_id integer,
  team_id integer,
  is_for_manager boolean,
  specificity integer not null generated always as (num_nonnulls(source, country, segment, language, COALESCE(score_min, score_max), condition)) stored,
  shape integer not null generated always as ((((((source IS NOT NULL))::integer + (2 * ((country IS NOT NULL))::integer)) + (4 * ((segment IS NOT NULL))::integer)) + (8 * ((language IS NOT NULL))::integer))) stored,
  match_key bigint not null generated always as (hash_record_extended(ROW(revision, territory_id, source, country, segment, language), (0)::bigint)) stored,
  constraint a_rule_has_one_target CHECK ((num_nonnulls(actor_id, team_id, is_for_manager) = 1)),
  constraint routing_rules_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint routing_rules_pkey PRIMARY KEY (id),
  constraint routing_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint routing_rules_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint routing_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint said_or_left_out CHECK (is_for_manager),
  constraint scores_from_low_to_high CHECK (((COALESCE((score_min)::integer, 0) >= 0) AND (COALESCE((score_min)::integer, 0) <= COALESCE((score_max)::integer, 100)) AND (COALESCE((score_max)::integer, 100) <= 100)))
);
CREATE INDEX routing_rules_actor_id_idx ON app_public.routing_rules USING btree (actor_id);
CREATE INDEX routing_rules_match_key_idx ON app_public.routing_rules USING btree (match_key);
CREATE INDEX routing_rules_revision_territory_id_shape_idx ON app_public.routing_rules USING btree (revision, territory_id, shape);
CREATE INDEX routing_rules_team_id_idx ON app_public.routing_rules USING btree (team_id);
CREATE INDEX routing_rules_territory_id_idx ON app_public.routing_rules USING btree (territory_id);

create table app_public.scoring_rules (
  id integer not null generated always as identity,
  revision integer not null,
  territory_id integer not null,
  position integer not null,
  points integer not null,
  reason text not null,
  condition jsonpath,
  part text not null default 'fit'::text,
  touches_min integer,
  constraint a_scoring_rule_asks_something CHECK ((num_nonnulls(condition, touches_min) > 0)),
  constraint only_engagement_counts_touches CHECK (((touches_min IS NULL) OR ((touches_min >= 2) AND (part = 'engagement'::text)))),
  constraint scoring_rules_part_check CHECK ((part = ANY (ARRAY['fit'::text, 'engagement'::text]))),
  constraint scoring_rules_pkey PRIMARY KEY (id),
  constraint scoring_rules_points_check CHECK (((points >= '-100'::integer) AND (points <= 100))),
  constraint scoring_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint scoring_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX scoring_rules_revision_territory_id_idx ON app_public.scoring_rules USING btree (revision, territory_id);
CREATE INDEX scoring_rules_territory_id_idx ON app_public.scoring_rules USING btree (territory_id);
CREATE INDEX scoring_rules_that_count_touches ON app_public.scoring_rules USING btree (revision) WHERE (touches_min IS NOT NULL);

create table app_public.shadow_routes (
  id uuid not null default uuidv7(),
  revision integer not null,
  lead_id uuid not null,
  territory_id integer not null,
  decision_id uuid not null,
  trace_id text not null,
  differs text[] not null,
  shadow_territory_id integer,
  shadow_gate text,
  shadow_owner_id integer,
  shadow_team_id integer,
  compared_at timestamp with time zone not null,
  constraint gates CHECK ((shadow_gate = ANY (ARRAY['automate'::text, 'review'::text, 'blocked'::text]))),
  constraint shadow_routes_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES app_public.decisions(id) ON DELETE CASCADE,
  constraint shadow_routes_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint shadow_routes_pkey PRIMARY KEY (id),
  constraint shadow_routes_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint shadow_routes_shadow_owner_id_fkey FOREIGN KEY (shadow_owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint shadow_routes_shadow_team_id_fkey FOREIGN KEY (shadow_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint shadow_routes_shadow_territory_id_fkey FOREIGN KEY (shadow_territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint what_may_differ CHECK ((differs <@ '{territory,gate,target,failed}'::text[]))
);
CREATE UNIQUE INDEX a_lead_is_compared_once ON app_public.shadow_routes USING btree (lead_id, territory_id, revision);
CREATE INDEX shadow_routes_decision_id_idx ON app_public.shadow_routes USING btree (decision_id);
CREATE INDEX shadow_routes_revision_idx ON app_public.shadow_routes USING btree (revision, id);
CREATE INDEX shadow_routes_shadow_owner_id_idx ON app_public.shadow_routes USING btree (shadow_owner_id);
CREATE INDEX shadow_routes_shadow_team_id_idx ON app_public.shadow_routes USING btree (shadow_team_id);
CREATE INDEX shadow_routes_shadow_territory_id_idx ON app_public.shadow_routes USING btree (shadow_territory_id);
CREATE INDEX shadow_routes_territory_id_idx ON app_public.shadow_routes USING btree (territory_id, id DESC);

create table app_public.sla_policies (
  id integer not null generated always as identity,
  slug text not null,
  territory_id integer not null,
  kind text not null default 'first_response'::text,
  source text,
  status text,
  target_seconds integer not null,
  thresholds integer[] not null default '{80,100,150}'::integer[],
  is_active boolean not null default true,
  time text not null default 'calendar'::text,
  stops_on text[] not null default '{}'::text[],
  pauses_on text[] not null default '{}'::text[],
  max_pause_seconds integer,
  on_reassign text not null default 'continue'::text,
  threshold_actions jsonb not null default '{}'::jsonb,
  constraint a_pause_has_an_end CHECK (((max_pause_seconds > 0) AND ((max_pause_seconds IS NOT NULL) OR (pauses_on = '{}'::text[])))),
  constraint actions_by_percent CHECK ((jsonb_typeof(threshold_actions) = 'object'::text)),
  constraint sla_policies_kind_check CHECK ((kind = ANY (ARRAY['first_response'::text, 'next_response'::text, 'stage_time'::text, 'outcome'::text]))),
  constraint sla_policies_on_reassign_check CHECK ((on_reassign = ANY (ARRAY['continue'::text, 'restart'::text]))),
  constraint sla_policies_pauses_on_check CHECK ((pauses_on <@ '{customer,new,attempting_to_contact,contacted,qualified,nurturing}'::text[])),
  constraint sla_policies_pkey PRIMARY KEY (id),
  constraint sla_policies_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint sla_policies_slug_key UNIQUE (slug),
  constraint sla_policies_stops_on_check CHECK ((stops_on <@ '{response,status_change,acceptance}'::text[])),
  constraint sla_policies_target_seconds_check CHECK ((target_seconds > 0)),
  constraint sla_policies_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint sla_policies_thresholds_check CHECK (((cardinality(thresholds) > 0) AND (100 = ANY (thresholds)))),
  constraint sla_policies_time_check CHECK (("time" = ANY (ARRAY['working'::text, 'calendar'::text])))
);
CREATE INDEX sla_policies_territory_id_idx ON app_public.sla_policies USING btree (territory_id);

create table app_public.source_events (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  origin_lead_id uuid not null,
  capture_id uuid not null,
  trace_id text not null,
  source text not null,
  channel text,
  campaign text,
  medium text,
  content text,
  term text,
  landing_page text,
  referrer text,
  click_id text,
  occurred_at timestamp with time zone not null,
  attributes jsonb not null,
  is_test boolean not null default false,
  derived_channel text,
  constraint source_events_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint source_events_pkey PRIMARY KEY (id)
) partition by RANGE (id);
CREATE INDEX source_events_capture_id_idx ON ONLY app_public.source_events USING btree (capture_id);
CREATE INDEX source_events_of_lead ON ONLY app_public.source_events USING btree (lead_id, id);
CREATE INDEX source_events_territory_id_id_idx ON ONLY app_public.source_events USING btree (territory_id, id DESC);

create table app_public.survivorship_rules (
  id integer not null generated always as identity,
  revision integer not null,
  territory_id integer not null,
  position integer not null,
  fields text[] not null,
  criteria text[] not null,
  trusted_sources text[] not null default '{}'::text[],
  constraint survivorship_rules_criteria_check CHECK (((criteria <@ ARRAY['trusted'::text, 'verified'::text, 'most_complete'::text, 'most_recent'::text, 'first'::text]) AND (cardinality(criteria) > 0))),
  constraint survivorship_rules_fields_check CHECK ((cardinality(fields) > 0)),
  constraint survivorship_rules_pkey PRIMARY KEY (id),
  constraint survivorship_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint survivorship_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint trust_names_its_sources CHECK ((('trusted'::text = ANY (criteria)) = (cardinality(trusted_sources) > 0)))
);
CREATE INDEX survivorship_rules_revision_territory_id_idx ON app_public.survivorship_rules USING btree (revision, territory_id);
CREATE INDEX survivorship_rules_territory_id_idx ON app_public.survivorship_rules USING btree (territory_id);

create table app_public.tasks (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  origin_lead_id uuid,
  trace_id text not null,
  kind text not null,
  title text not null,
  owner_id integer,
  opened_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  closed_by_id integer,
  outcome text,
  note text,
  constraint a_closed_task_has_an_outcome CHECK (((closed_at IS NULL) = (outcome IS NULL))),
  constraint a_person_closes_what_is_done CHECK (((closed_by_id IS NULL) OR (outcome = 'done'::text))),
  constraint a_task_is_due_after_it_opened CHECK ((due_at > opened_at)),
  constraint tasks_closed_by_id_fkey FOREIGN KEY (closed_by_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint tasks_id_territory_id_key UNIQUE (id, territory_id),
  constraint tasks_kind_check CHECK ((kind = 'stagnation'::text)),
  constraint tasks_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint tasks_note_check CHECK ((length(note) <= 10000)),
  constraint tasks_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'activity'::text, 'closed'::text, 'escalated'::text, 'merged'::text, 'erased'::text]))),
  constraint tasks_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint tasks_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX one_open_task_of_a_kind ON app_public.tasks USING btree (lead_id, kind) WHERE (closed_at IS NULL);
CREATE INDEX tasks_closed_by_id_idx ON app_public.tasks USING btree (closed_by_id) WHERE (closed_by_id IS NOT NULL);
CREATE INDEX tasks_of_lead ON app_public.tasks USING btree (lead_id, id);
CREATE INDEX tasks_owner_id_idx ON app_public.tasks USING btree (owner_id);
CREATE INDEX tasks_territory_id_id_idx ON app_public.tasks USING btree (territory_id, id DESC);

create table app_public.team_members (
  team_id integer not null,
  territory_id integer not null,
  actor_id integer not null,
  position integer not null,
  weight integer not null default 1,
  capacity integer,
  last_turn bigint not null default 0,
  daily_capacity integer,
  credit bigint not null default 0,
  past_credit bigint not null default 0,
  past_turn bigint not null default 0,
  dealt_on date,
  dealt integer not null default 0,
  constraint daily_capacity_is_no_debt CHECK ((daily_capacity >= 0)),
  constraint team_members_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint team_members_capacity_check CHECK ((capacity >= 0)),
  constraint team_members_pkey PRIMARY KEY (team_id, actor_id),
  constraint team_members_team_id_territory_id_fkey FOREIGN KEY (team_id, territory_id) REFERENCES app_public.teams(id, territory_id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint team_members_weight_check CHECK (((weight >= 1) AND (weight <= 100)))
);
CREATE INDEX team_members_actor_id_idx ON app_public.team_members USING btree (actor_id);
CREATE INDEX team_members_team_id_territory_id_idx ON app_public.team_members USING btree (team_id, territory_id);

create table app_public.teams (
  id integer not null generated always as identity,
  territory_id integer not null,
  slug text not null,
  name text not null,
  kind text not null default 'people'::text,
  contact_name text,
  takes_leads boolean not null default false,
  handles_operations boolean not null default false,
  escalates_to_id integer,
  last_turn bigint not null default 0,
  is_active boolean not null default true,
  past_turn bigint not null default 0,
  accept_seconds integer,
  constraint a_partner_has_a_named_contact CHECK (((kind <> 'partner'::text) OR (contact_name IS NOT NULL))),
  constraint accept_seconds_last CHECK ((accept_seconds > 0)),
  constraint teams_escalates_to_id_fkey FOREIGN KEY (escalates_to_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint teams_id_is_active_key UNIQUE (id, is_active),
  constraint teams_id_territory_id_key UNIQUE (id, territory_id),
  constraint teams_kind_check CHECK ((kind = ANY (ARRAY['people'::text, 'partner'::text]))),
  constraint teams_pkey PRIMARY KEY (id),
  constraint teams_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint teams_slug_key UNIQUE (slug),
  constraint teams_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX one_operations_team_per_territory ON app_public.teams USING btree (territory_id) WHERE handles_operations;
CREATE UNIQUE INDEX one_sales_team_per_territory ON app_public.teams USING btree (territory_id) WHERE takes_leads;
CREATE INDEX teams_escalates_to_id_idx ON app_public.teams USING btree (escalates_to_id);
CREATE INDEX teams_territory_id_idx ON app_public.teams USING btree (territory_id);

create table app_public.territories (
  id integer not null generated always as identity,
  parent_id integer,
  slug text not null,
  name text not null,
  kind text not null,
  time_zone text not null default 'UTC'::text,
  country text,
  is_identity_boundary boolean not null default false,
  root_id integer not null,
  boundary_id integer not null,
  path integer[] not null,
  attribution_half_life_days double precision,
  half_life_days double precision not null default 7,
  unassigned_seconds integer,
  fallback_team_id integer,
  calendar_id integer,
  stagnant_seconds integer,
  follow_up_seconds integer,
  approval_seconds integer,
  routing_score text,
  handover_seconds integer,
  constraint a_half_life_is_a_span_of_days CHECK (((attribution_half_life_days >= (0.01)::double precision) AND (attribution_half_life_days <= (3650)::double precision))),
  constraint a_root_is_an_identity_boundary CHECK (((parent_id IS NOT NULL) OR is_identity_boundary)),
  constraint approval_seconds_last CHECK ((approval_seconds > 0)),
  constraint follow_up_seconds_last CHECK ((follow_up_seconds > 0)),
  constraint handover_seconds_last CHECK ((handover_seconds > 0)),
  constraint stagnant_seconds_last CHECK ((stagnant_seconds > 0)),
  constraint territories_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territories_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES app_public.calendars(id) ON DELETE RESTRICT,
  constraint territories_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint territories_fallback_team_id_fkey FOREIGN KEY (fallback_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint territories_kind_check CHECK ((kind = ANY (ARRAY['group'::text, 'region'::text, 'market'::text, 'patch'::text]))),
  constraint territories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territories_pkey PRIMARY KEY (id),
  constraint territories_root_id_fkey FOREIGN KEY (root_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territories_routing_score_check CHECK ((routing_score = ANY (ARRAY['rules'::text, 'predicted'::text]))),
  constraint territories_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint territories_slug_key UNIQUE (slug),
  constraint unassigned_seconds_last CHECK ((unassigned_seconds > 0))
);
CREATE INDEX territories_boundary_id_idx ON app_public.territories USING btree (boundary_id);
CREATE INDEX territories_calendar_id_idx ON app_public.territories USING btree (calendar_id);
CREATE INDEX territories_fallback_team_id_idx ON app_public.territories USING btree (fallback_team_id);
CREATE INDEX territories_parent_id_idx ON app_public.territories USING btree (parent_id);
CREATE INDEX territories_root_id_idx ON app_public.territories USING btree (root_id);

create table app_public.territory_rules (
  id integer not null generated always as identity,
  revision integer not null,
  territory_id integer not null,
  boundary_id integer not null,
  position integer not null,
  country text,
  region text,
  postal_prefix text,
  language text,
  company_domain text,
  segment text,
  source text,
  condition jsonpath,
  specificity integer not null generated always as (((10 * num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, COALESCE(employees_min, employees_max), condition)) + COALESCE(length(postal_prefix), 0))) stored,
  employees_min integer,
  employees_max integer,
  match_key bigint not null generated always as (hash_record_extended(ROW(revision, boundary_id, country, region, postal_prefix, language, company_domain, segment, source), (0)::bigint)) stored,
  constraint a_rule_says_something CHECK ((num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, employees_min, employees_max, condition) > 0)),
  constraint employees_from_few_to_many CHECK ((employees_min <= employees_max)),
  constraint territory_rules_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territory_rules_pkey PRIMARY KEY (id),
  constraint territory_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint territory_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX territory_rules_boundary_id_idx ON app_public.territory_rules USING btree (boundary_id);
CREATE INDEX territory_rules_match_key_idx ON app_public.territory_rules USING btree (match_key);
CREATE INDEX territory_rules_revision_position_idx ON app_public.territory_rules USING btree (revision, "position");
CREATE INDEX territory_rules_territory_id_idx ON app_public.territory_rules USING btree (territory_id);

create table app_public.working_hours (
  id integer not null generated always as identity,
  actor_id integer,
  team_id integer,
  day integer not null,
  starts time without time zone not null,
  ends time without time zone not null,
  constraint a_block_ends_after_it_starts CHECK ((ends > starts)),
  constraint day_of_the_week_from_monday CHECK (((day >= 1) AND (day <= 7))),
  constraint hours_of_somebody_or_of_a_team CHECK ((num_nonnulls(actor_id, team_id) = 1)),
  constraint working_hours_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint working_hours_pkey PRIMARY KEY (id),
  constraint working_hours_team_id_fkey FOREIGN KEY (team_id) REFERENCES app_public.teams(id) ON DELETE CASCADE
);
CREATE INDEX working_hours_actor_id_idx ON app_public.working_hours USING btree (actor_id);
CREATE INDEX working_hours_team_id_idx ON app_public.working_hours USING btree (team_id);

-- Views

create view app_public.attribution_credits with (security_invoker=true) as
 SELECT touches.lead_id,
    touches.territory_id,
    touches.source_event_id,
    models.model,
    touches."position",
    touches.credited_touches AS touches,
    touches.occurred_at,
    touches.days_before,
    touches.channel,
    touches.derived_channel,
    touches.source,
    touches.campaign,
    touches.medium,
    touches.primary_source,
    (share.until - share.before) AS credit,
    (round((touches.value_amount * share.until), 2) - round((touches.value_amount * share.before), 2)) AS credited_value,
    touches.value_amount,
    touches.value_currency,
    touches.is_won,
    touches.won_at,
    touches.closed_at
   FROM ((app_public.attribution_touches touches
     CROSS JOIN unnest(enum_range(NULL::app_public.attribution_model)) models(model))
     CROSS JOIN LATERAL ( SELECT app_hidden.credit_until(models.model, touches."position", touches.credited_touches, (touches.weight_until / touches.weight_total)) AS until,
            app_hidden.credit_until(models.model, (touches."position" - 1), touches.credited_touches, ((touches.weight_until - touches.weight) / touches.weight_total)) AS before) share)
  WHERE touches.is_credited;

create view app_public.attribution_touches with (security_invoker=true) as
 SELECT lead_id,
    territory_id,
    source_event_id,
    "position",
    touches,
    credited_touches,
    occurred_at,
    last_touch_at,
    last_credited_at,
    channel,
    derived_channel,
    source,
    campaign,
    medium,
    content,
    term,
    landing_page,
    referrer,
    click_id,
    is_won,
    won_at,
    closed_at,
    value_amount,
    value_currency,
    half_life_days,
    is_credited,
    days_before,
    weight,
    first_value(COALESCE(derived_channel, source)) OVER ordered AS primary_source,
    sum(weight) OVER ordered AS weight_until,
    sum(weight) OVER (PARTITION BY lead_id) AS weight_total
   FROM ( SELECT counted.lead_id,
            counted.territory_id,
            counted.source_event_id,
            counted."position",
            counted.touches,
            counted.credited_touches,
            counted.occurred_at,
            counted.last_touch_at,
            counted.last_credited_at,
            counted.channel,
            counted.derived_channel,
            counted.source,
            counted.campaign,
            counted.medium,
            counted.content,
            counted.term,
            counted.landing_page,
            counted.referrer,
            counted.click_id,
            counted.is_won,
            counted.won_at,
            counted.closed_at,
            counted.value_amount,
            counted.value_currency,
            counted.half_life_days,
            (counted."position" <= counted.credited_touches) AS is_credited,
            round(((date_part('epoch'::text, (COALESCE(counted.won_at, counted.last_touch_at) - counted.occurred_at)) / (86400)::double precision))::numeric, 3) AS days_before,
                CASE
                    WHEN (counted."position" <= counted.credited_touches) THEN round((power((2)::double precision, (- LEAST((100)::double precision, ((date_part('epoch'::text, (counted.last_credited_at - counted.occurred_at)) / (86400)::double precision) / counted.half_life_days)))))::numeric, 15)
                    ELSE (0)::numeric
                END AS weight
           FROM ( SELECT leads.id AS lead_id,
                    leads.territory_id,
                    source_events.id AS source_event_id,
                    (row_number() OVER (PARTITION BY leads.id ORDER BY source_events.occurred_at, source_events.id))::integer AS "position",
                    (count(*) OVER whole)::integer AS touches,
                    (GREATEST((1)::bigint, count(*) FILTER (WHERE ((ending.won_at IS NULL) OR (source_events.occurred_at <= ending.won_at))) OVER whole))::integer AS credited_touches,
                    source_events.occurred_at,
                    max(source_events.occurred_at) OVER whole AS last_touch_at,
                    COALESCE(max(source_events.occurred_at) FILTER (WHERE ((ending.won_at IS NULL) OR (source_events.occurred_at <= ending.won_at))) OVER whole, min(source_events.occurred_at) OVER whole) AS last_credited_at,
                    source_events.channel,
                    COALESCE(source_events.channel, source_events.derived_channel, app_hidden.channel_of(source_events.medium, source_events.source, source_events.click_id, source_events.landing_page, source_events.referrer)) AS derived_channel,
                    source_events.source,
                    source_events.campaign,
                    source_events.medium,
                    source_events.content,
                    source_events.term,
                    source_events.landing_page,
                    source_events.referrer,
                    source_events.click_id,
                    (leads.status = 'closed_won'::text) AS is_won,
                    ending.won_at,
                    leads.closed_at,
                    leads.value_amount,
                    leads.value_currency,
                    territories.half_life_days
                   FROM (((app_public.leads
                     JOIN app_public.territories ON ((territories.id = leads.territory_id)))
                     JOIN app_public.source_events ON ((source_events.lead_id = leads.id)))
                     CROSS JOIN LATERAL ( SELECT
                                CASE
                                    WHEN (leads.status = 'closed_won'::text) THEN leads.closed_at
                                    ELSE NULL::timestamp with time zone
                                END AS won_at) ending)
                  WHERE ((leads.merged_into_id IS NULL) AND (NOT leads.is_test))
                  WINDOW whole AS (PARTITION BY leads.id)) counted) touches
  WINDOW ordered AS (PARTITION BY lead_id ORDER BY occurred_at, source_event_id ROWS UNBOUNDED PRECEDING);

create view app_public.clock_intervals with (security_invoker=true) as
 SELECT clock_segments.clock_id,
    clocks.lead_id,
    clock_segments.territory_id,
    clocks.kind,
    clock_segments.owner_id,
    clock_segments.team_id,
    clock_segments.status,
    clock_segments.is_paused,
    clock_segments.pause_reason,
    clock_segments.started_at,
    clock_segments.ended_at,
    clock_segments.working_seconds,
    clock_segments.calendar_seconds
   FROM (app_public.clock_segments
     JOIN app_public.clocks ON ((clocks.id = clock_segments.clock_id)))
UNION ALL
 SELECT clocks.id AS clock_id,
    clocks.lead_id,
    clocks.territory_id,
    clocks.kind,
    leads.owner_id,
    leads.team_id,
    leads.status,
    (clocks.paused_at IS NOT NULL) AS is_paused,
    clocks.pause_reason,
    clocks.segment_started_at AS started_at,
    NULL::timestamp with time zone AS ended_at,
    GREATEST(app_hidden.working_seconds(clocks.calendar_id, clocks.segment_started_at, now()), (0)::numeric) AS working_seconds,
    GREATEST(EXTRACT(epoch FROM (now() - clocks.segment_started_at)), (0)::numeric) AS calendar_seconds
   FROM (app_public.clocks
     LEFT JOIN app_public.leads ON ((leads.id = clocks.lead_id)))
  WHERE (clocks.stopped_at IS NULL);

create view app_public.clock_states with (security_invoker=true) as
 SELECT clocks.id AS clock_id,
    clocks.lead_id,
    clocks.territory_id,
    clocks.kind,
    clocks.started_at,
    clocks.target_seconds,
    elapsed.seconds AS elapsed_seconds,
    round((elapsed.seconds / (clocks.target_seconds)::numeric), 3) AS elapsed_ratio,
    ((clocks.target_seconds)::numeric - elapsed.seconds) AS remaining_seconds,
        CASE
            WHEN (clocks.stop_reason = ANY (ARRAY['merged'::text, 'erased'::text, 'restarted'::text])) THEN 'ended'::text
            WHEN (clocks.stopped_at IS NOT NULL) THEN
            CASE
                WHEN (clocks.stopped_at <= clocks.due_at) THEN 'met'::text
                ELSE 'missed'::text
            END
            WHEN (clocks.paused_at IS NOT NULL) THEN 'paused'::text
            WHEN (elapsed.seconds >= (clocks.target_seconds)::numeric) THEN 'breached'::text
            WHEN ((elapsed.seconds * (100)::numeric) >= ((clocks.target_seconds * clocks.thresholds[1]))::numeric) THEN 'warning'::text
            ELSE 'running'::text
        END AS state,
        CASE
            WHEN (clocks.stop_reason = ANY (ARRAY['merged'::text, 'erased'::text, 'restarted'::text])) THEN false
            WHEN (clocks.stopped_at IS NOT NULL) THEN (clocks.stopped_at > clocks.due_at)
            ELSE (elapsed.seconds >= (clocks.target_seconds)::numeric)
        END AS is_breached
   FROM (app_public.clocks
     CROSS JOIN LATERAL ( SELECT (clocks.elapsed_seconds + COALESCE(GREATEST(app_hidden.working_seconds(clocks.calendar_id, clocks.running_since, now()), (0)::numeric), (0)::numeric)) AS seconds
         OFFSET 0) elapsed);

create view app_public.lead_clocks with (security_invoker=true) as
 SELECT leads.id AS lead_id,
    leads.territory_id,
    COALESCE(current.state, 'none'::text) AS sla_state,
    current.elapsed_ratio AS sla_elapsed_ratio,
    current.remaining_seconds AS sla_remaining_seconds
   FROM (app_public.leads
     LEFT JOIN LATERAL ( SELECT states.state,
            states.elapsed_ratio,
            states.remaining_seconds
           FROM app_public.clock_states states
          WHERE ((states.lead_id = leads.id) AND (states.kind = leads.sla_kind) AND (states.started_at = leads.sla_started_at) AND (states.state <> 'ended'::text))
         LIMIT 1) current ON (true));

create view app_public.lead_times with (security_invoker=true) as
 SELECT leads.id AS lead_id,
    leads.territory_id,
    arrived.at AS arrived_at,
    leads.routed_at,
    owned.at AS first_owned_at,
    leads.first_responded_at,
        CASE
            WHEN (leads.routed_at IS NOT NULL) THEN GREATEST(EXTRACT(epoch FROM (leads.routed_at - arrived.at)), (0)::numeric)
            ELSE NULL::numeric
        END AS seconds_to_route,
        CASE
            WHEN (owned.at IS NOT NULL) THEN GREATEST(EXTRACT(epoch FROM (owned.at - arrived.at)), (0)::numeric)
            ELSE NULL::numeric
        END AS seconds_to_ownership,
        CASE
            WHEN (leads.first_responded_at IS NOT NULL) THEN GREATEST(EXTRACT(epoch FROM (leads.first_responded_at - arrived.at)), (0)::numeric)
            ELSE NULL::numeric
        END AS seconds_to_first_response,
        CASE
            WHEN (leads.routed_at IS NOT NULL) THEN GREATEST(app_hidden.working_seconds(first.calendar_id, arrived.at, leads.routed_at), (0)::numeric)
            ELSE NULL::numeric
        END AS working_seconds_to_route,
        CASE
            WHEN (owned.at IS NOT NULL) THEN GREATEST(app_hidden.working_seconds(first.calendar_id, arrived.at, owned.at), (0)::numeric)
            ELSE NULL::numeric
        END AS working_seconds_to_ownership,
        CASE
            WHEN (leads.first_responded_at IS NOT NULL) THEN answered.seconds
            ELSE NULL::numeric
        END AS working_seconds_to_first_response
   FROM ((((app_public.leads
     LEFT JOIN LATERAL ( SELECT clocks.id,
            clocks.started_at,
            clocks.calendar_id
           FROM app_public.clocks
          WHERE (clocks.lead_id = leads.id)
          ORDER BY clocks.started_at, clocks.kind
         LIMIT 1) first ON (true))
     CROSS JOIN LATERAL ( SELECT COALESCE(first.started_at, leads.first_seen_at) AS at) arrived)
     LEFT JOIN LATERAL ( SELECT COALESCE(min(assignments.assigned_at) FILTER (WHERE ((assignments.origin_lead_id IS NULL) OR (assignments.assigned_at >= arrived.at))), min(assignments.assigned_at)) AS at
           FROM app_public.assignments
          WHERE (assignments.lead_id = leads.id)) owned ON (true))
     LEFT JOIN LATERAL ( SELECT sum(clock_intervals.working_seconds) FILTER (WHERE (NOT clock_intervals.is_paused)) AS seconds
           FROM app_public.clock_intervals
          WHERE ((clock_intervals.lead_id = leads.id) AND (clock_intervals.kind = 'first_response'::text))) answered ON (true))
  WHERE ((leads.merged_into_id IS NULL) AND (NOT leads.is_history));

create view app_public.story_entries with (security_invoker=true) as
 SELECT captures.territory_id,
    captures.lead_id,
    captures.trace_id,
    captures.received_at AS at,
    1 AS rank,
    'receive'::text AS stage,
    'Arrived and kept raw.'::text AS summary,
    jsonb_build_object('captureId', captures.id) AS details
   FROM app_public.captures
UNION ALL
 SELECT captures.territory_id,
    captures.lead_id,
    captures.trace_id,
    captures.processed_at AS at,
    2 AS rank,
        CASE
            WHEN (captures.status <> 'processed'::text) THEN 'quarantine'::text
            WHEN (captures.outcome = ANY (ARRAY['lead_created'::text, 'touch_added'::text])) THEN 'resolve identity'::text
            ELSE 'settle'::text
        END AS stage,
        CASE
            WHEN (captures.status <> 'processed'::text) THEN format('Kept for people: %s.'::text, replace(captures.outcome, '_'::text, ' '::text))
            ELSE
            CASE captures.outcome
                WHEN 'lead_created'::text THEN 'A new lead.'::text
                WHEN 'touch_added'::text THEN 'A touch of a known lead.'::text
                WHEN 'activity_logged'::text THEN 'What happened to a known lead elsewhere.'::text
                WHEN 'erasure_started'::text THEN 'Somebody wants to be forgotten: people see to it.'::text
                WHEN 'access_started'::text THEN 'Somebody asks what is held of them: people see to it.'::text
                WHEN 'nothing_held'::text THEN 'A demand of somebody whom nobody knows: nothing is held.'::text
                WHEN 'split'::text THEN 'Several events in one request: each was kept by itself.'::text
                WHEN 'ignored'::text THEN 'Tells nothing of a lead.'::text
                WHEN 'recorded'::text THEN 'Kept.'::text
                ELSE format('%s.'::text, initcap(replace(captures.outcome, '_'::text, ' '::text)))
            END
        END AS summary,
    jsonb_build_object('captureId', captures.id) AS details
   FROM app_public.captures
  WHERE (captures.processed_at IS NOT NULL)
UNION ALL
 SELECT captures.territory_id,
    captures.lead_id,
    captures.trace_id,
    captures.released_at AS at,
    1 AS rank,
    'release'::text AS stage,
    'Sent through the stages again, out of quarantine.'::text AS summary,
    jsonb_build_object('captureId', captures.id) AS details
   FROM app_public.captures
  WHERE (captures.released_at IS NOT NULL)
UNION ALL
 SELECT source_events.territory_id,
    source_events.lead_id,
    source_events.trace_id,
    captures.processed_at AS at,
    3 AS rank,
    'record touch'::text AS stage,
    format('Touch by %s, channel %s.'::text, source_events.source, COALESCE(source_events.channel, 'unknown'::text)) AS summary,
    jsonb_build_object('sourceEventId', source_events.id, 'occurredAt', source_events.occurred_at) AS details
   FROM (app_public.source_events
     JOIN app_public.captures ON ((captures.id = source_events.capture_id)))
UNION ALL
 SELECT decisions.territory_id,
    decisions.lead_id,
    decisions.trace_id,
    decisions.decided_at AS at,
        CASE
            WHEN ((decisions.inputs ->> 'cause'::text) = 'escalated'::text) THEN 7
            ELSE 4
        END AS rank,
    decisions.kind AS stage,
    decisions.reason AS summary,
    jsonb_build_object('decisionId', decisions.id, 'action', decisions.action, 'revision', decisions.revision, 'candidates', decisions.candidates) AS details
   FROM app_public.decisions
UNION ALL
 SELECT assignments.territory_id,
    assignments.lead_id,
    assignments.trace_id,
    assignments.accepted_at AS at,
    7 AS rank,
    'accept'::text AS stage,
    'Its owner accepted it.'::text AS summary,
    jsonb_build_object('assignmentId', assignments.id) AS details
   FROM app_public.assignments
  WHERE (assignments.accepted_at IS NOT NULL)
UNION ALL
 SELECT clocks.territory_id,
    clocks.lead_id,
    clocks.trace_id,
    clocks.created_at AS at,
    5 AS rank,
    'start clock'::text AS stage,
        CASE clocks.kind
            WHEN 'first_response'::text THEN 'The clock of the first response runs from the arrival on.'::text
            ELSE format('The clock of the %s runs.'::text, replace(clocks.kind, '_'::text, ' '::text))
        END AS summary,
    jsonb_build_object('clockId', clocks.id, 'startedAt', clocks.started_at, 'dueAt', clocks.due_at) AS details
   FROM app_public.clocks
  WHERE (clocks.lead_id IS NOT NULL)
UNION ALL
 SELECT clocks.territory_id,
    clocks.lead_id,
    clocks.trace_id,
    clocks.stopped_at AS at,
    8 AS rank,
    'stop clock'::text AS stage,
        CASE
            WHEN (clocks.stop_reason = 'merged'::text) THEN 'Stands still: a merge stopped it.'::text
            WHEN (clocks.stop_reason = 'erased'::text) THEN 'The person was forgotten.'::text
            WHEN (clocks.stop_reason = 'restarted'::text) THEN 'Another owner has a fresh clock: this one is not theirs.'::text
            ELSE format(
            CASE
                WHEN (clocks.stopped_at <= clocks.due_at) THEN '%s in time.'::text
                ELSE '%s late.'::text
            END,
            CASE clocks.stop_reason
                WHEN 'accepted'::text THEN 'Accepted'::text
                WHEN 'status_change'::text THEN 'Moved on'::text
                WHEN 'closed'::text THEN 'Closed'::text
                ELSE 'Answered'::text
            END)
        END AS summary,
    jsonb_build_object('clockId', clocks.id) AS details
   FROM app_public.clocks
  WHERE ((clocks.stopped_at IS NOT NULL) AND (clocks.lead_id IS NOT NULL))
UNION ALL
 SELECT escalations.territory_id,
    escalations.lead_id,
    escalations.trace_id,
    escalations.fired_at AS at,
    6 AS rank,
    'fire threshold'::text AS stage,
    format('%s %% of the clock have passed.'::text, escalations.threshold) AS summary,
    jsonb_build_object('escalationId', escalations.id, 'dueAt', escalations.due_at) AS details
   FROM app_public.escalations
  WHERE (escalations.lead_id IS NOT NULL)
UNION ALL
 SELECT exceptions.territory_id,
    exceptions.lead_id,
    exceptions.trace_id,
    exceptions.opened_at AS at,
    7 AS rank,
    'exception'::text AS stage,
    exceptions.reason AS summary,
    jsonb_build_object('exceptionId', exceptions.id, 'kind', exceptions.kind, 'dueAt', exceptions.due_at) AS details
   FROM app_public.exceptions
  WHERE ((exceptions.capture_id IS NULL) OR (exceptions.lead_id IS NOT NULL))
UNION ALL
 SELECT exceptions.territory_id,
    exceptions.lead_id,
    exceptions.trace_id,
    exceptions.acknowledged_at AS at,
    8 AS rank,
    'acknowledge exception'::text AS stage,
    'A person has the case.'::text AS summary,
    jsonb_build_object('exceptionId', exceptions.id) AS details
   FROM app_public.exceptions
  WHERE ((exceptions.acknowledged_at IS NOT NULL) AND ((exceptions.capture_id IS NULL) OR (exceptions.lead_id IS NOT NULL)))
UNION ALL
 SELECT exceptions.territory_id,
    exceptions.lead_id,
    exceptions.trace_id,
    exceptions.reopened_at AS at,
    7 AS rank,
    'reopen exception'::text AS stage,
    format('Opened again: %s.'::text, replace(exceptions.kind, '_'::text, ' '::text)) AS summary,
    jsonb_build_object('exceptionId', exceptions.id) AS details
   FROM app_public.exceptions
  WHERE ((exceptions.reopened_at IS NOT NULL) AND ((exceptions.capture_id IS NULL) OR (exceptions.lead_id IS NOT NULL)))
UNION ALL
 SELECT exceptions.territory_id,
    exceptions.lead_id,
    exceptions.trace_id,
    steps.escalated_at AS at,
    8 AS rank,
    'escalate exception'::text AS stage,
    format(
        CASE
            WHEN (steps.from_team_id = steps.to_team_id) THEN 'Not %s in time: team %s was reminded.'::text
            ELSE 'Not %s in time: escalated to team %s.'::text
        END, replace(steps.cause, 'not_'::text, ''::text), teams.slug) AS summary,
    jsonb_build_object('exceptionId', exceptions.id, 'escalationId', steps.id, 'dueAt', steps.due_at) AS details
   FROM ((app_public.exception_escalations steps
     JOIN app_public.exceptions ON ((exceptions.id = steps.exception_id)))
     JOIN app_public.teams ON ((teams.id = steps.to_team_id)))
UNION ALL
 SELECT exceptions.territory_id,
    captures.lead_id,
    exceptions.trace_id,
    step.at,
    step.rank,
    step.stage,
    step.summary,
    jsonb_build_object('exceptionId', exceptions.id, 'kind', exceptions.kind) AS details
   FROM ((app_public.exceptions
     LEFT JOIN app_public.captures ON ((captures.id = exceptions.capture_id)))
     CROSS JOIN LATERAL ( VALUES (exceptions.opened_at,7,'exception'::text,exceptions.reason), (exceptions.acknowledged_at,8,'acknowledge exception'::text,'A person has the case.'::text), (exceptions.reopened_at,7,'reopen exception'::text,format('Opened again: %s.'::text, replace(exceptions.kind, '_'::text, ' '::text))), (exceptions.resolved_at,9,'resolve exception'::text,format('Resolved: %s.'::text, exceptions.outcome))) step(at, rank, stage, summary))
  WHERE ((exceptions.capture_id IS NOT NULL) AND (exceptions.lead_id IS NULL) AND (step.at IS NOT NULL))
UNION ALL
 SELECT tasks.territory_id,
    tasks.lead_id,
    tasks.trace_id,
    tasks.opened_at AS at,
    7 AS rank,
    'task'::text AS stage,
    tasks.title AS summary,
    jsonb_build_object('taskId', tasks.id, 'dueAt', tasks.due_at) AS details
   FROM app_public.tasks
UNION ALL
 SELECT tasks.territory_id,
    tasks.lead_id,
    tasks.trace_id,
    tasks.closed_at AS at,
    8 AS rank,
    'close task'::text AS stage,
        CASE tasks.outcome
            WHEN 'done'::text THEN 'The follow-up was done.'::text
            WHEN 'activity'::text THEN 'The follow-up is over: something was done.'::text
            WHEN 'escalated'::text THEN 'The follow-up was not done in time.'::text
            ELSE 'The follow-up is over.'::text
        END AS summary,
    jsonb_build_object('taskId', tasks.id) AS details
   FROM app_public.tasks
  WHERE (tasks.closed_at IS NOT NULL)
UNION ALL
 SELECT approvals.territory_id,
    approvals.lead_id,
    approvals.trace_id,
    approvals.requested_at AS at,
    7 AS rank,
    'request approval'::text AS stage,
    'Somebody asked for an approval.'::text AS summary,
    jsonb_build_object('approvalId', approvals.id, 'dueAt', approvals.due_at) AS details
   FROM app_public.approvals
  WHERE (approvals.lead_id IS NOT NULL)
UNION ALL
 SELECT approvals.territory_id,
    exceptions.lead_id,
    approvals.trace_id,
    approvals.requested_at AS at,
    7 AS rank,
    'request approval'::text AS stage,
    'Somebody asked for an approval about a case.'::text AS summary,
    jsonb_build_object('approvalId', approvals.id, 'exceptionId', exceptions.id) AS details
   FROM (app_public.exceptions
     JOIN app_public.approvals ON ((approvals.exception_id = exceptions.id)))
UNION ALL
 SELECT approvals.territory_id,
    approvals.lead_id,
    approvals.trace_id,
    approvals.decided_at AS at,
    8 AS rank,
    'decide approval'::text AS stage,
    format('%s.'::text, initcap(approvals.decision)) AS summary,
    jsonb_build_object('approvalId', approvals.id) AS details
   FROM app_public.approvals
  WHERE ((approvals.lead_id IS NOT NULL) AND (approvals.decided_at IS NOT NULL))
UNION ALL
 SELECT approvals.territory_id,
    exceptions.lead_id,
    approvals.trace_id,
    approvals.decided_at AS at,
    8 AS rank,
    'decide approval'::text AS stage,
    format('%s.'::text, initcap(approvals.decision)) AS summary,
    jsonb_build_object('approvalId', approvals.id, 'exceptionId', exceptions.id) AS details
   FROM (app_public.exceptions
     JOIN app_public.approvals ON ((approvals.exception_id = exceptions.id)))
  WHERE (approvals.decided_at IS NOT NULL)
UNION ALL
 SELECT exceptions.territory_id,
    exceptions.lead_id,
    exceptions.trace_id,
    exceptions.resolved_at AS at,
    9 AS rank,
    'resolve exception'::text AS stage,
    format('Resolved: %s.'::text, exceptions.outcome) AS summary,
    jsonb_build_object('exceptionId', exceptions.id) AS details
   FROM app_public.exceptions
  WHERE ((exceptions.resolved_at IS NOT NULL) AND ((exceptions.capture_id IS NULL) OR (exceptions.lead_id IS NOT NULL)))
UNION ALL
 SELECT consents.territory_id,
    consents.lead_id,
    consents.trace_id,
    consents.given_at AS at,
    3 AS rank,
    'consent'::text AS stage,
    format('Consent to %s %s.'::text, consents.purpose, consents.state) AS summary,
    jsonb_build_object('consentId', consents.id, 'textVersion', consents.text_version) AS details
   FROM app_public.consents
UNION ALL
 SELECT activities.territory_id,
    activities.lead_id,
    activities.trace_id,
    activities.occurred_at AS at,
    7 AS rank,
        CASE
            WHEN (activities.kind <> 'note'::text) THEN 'activity'::text
            WHEN (activities.note ~~ 'Clock paused %'::text) THEN 'pause clock'::text
            WHEN (activities.note = 'Clock goes on.'::text) THEN 'resume clock'::text
            ELSE 'activity'::text
        END AS stage,
    format('%s%s.'::text,
        CASE
            WHEN (activities.kind <> 'note'::text) THEN initcap(replace(activities.kind, '_'::text, ' '::text))
            WHEN (activities.note ~~ 'Clock paused %'::text) THEN 'The clock was paused by hand'::text
            WHEN (activities.note = 'Clock goes on.'::text) THEN 'The clock goes on'::text
            ELSE 'Note'::text
        END,
        CASE
            WHEN (activities.capture_id IS NOT NULL) THEN ', told by another system'::text
            ELSE NULL::text
        END) AS summary,
    jsonb_build_object('activityId', activities.id) AS details
   FROM app_public.activities
UNION ALL
 SELECT lead_edits.territory_id,
    lead_edits.lead_id,
    lead_edits.trace_id,
    lead_edits.edited_at AS at,
    7 AS rank,
    'edit'::text AS stage,
    format('%s by hand: %s.'::text,
        CASE
            WHEN (lead_edits.value IS NULL) THEN 'Left blank'::text
            ELSE 'Written'::text
        END, replace((lead_edits.field)::text, '_'::text, ' '::text)) AS summary,
    jsonb_build_object('editId', lead_edits.id) AS details
   FROM app_public.lead_edits
UNION ALL
 SELECT lead_edits.territory_id,
    lead_edits.lead_id,
    lead_edits.trace_id,
    lead_edits.undone_at AS at,
    7 AS rank,
    'undo edit'::text AS stage,
    format('Given back to what arrivals say: %s.'::text, replace((lead_edits.field)::text, '_'::text, ' '::text)) AS summary,
    jsonb_build_object('editId', lead_edits.id) AS details
   FROM app_public.lead_edits
  WHERE (lead_edits.undone_at IS NOT NULL);

create view bi.attribution_credit with (security_invoker=true) as
 SELECT attribution_credits.lead_id,
    territories.slug AS territory,
    attribution_credits.source_event_id,
    (attribution_credits.model)::text AS model,
    attribution_credits."position",
    attribution_credits.touches,
    attribution_credits.occurred_at,
    attribution_credits.days_before,
    attribution_credits.channel,
    attribution_credits.derived_channel,
    attribution_credits.source,
    app_hidden.impersonal(attribution_credits.campaign) AS campaign,
    attribution_credits.medium,
    attribution_credits.primary_source,
    attribution_credits.credit,
    attribution_credits.credited_value,
    attribution_credits.value_amount,
    attribution_credits.value_currency,
    attribution_credits.is_won,
    attribution_credits.won_at,
    attribution_credits.closed_at
   FROM (app_public.attribution_credits
     JOIN app_public.territories ON ((territories.id = attribution_credits.territory_id)));

create view bi.attribution_touches with (security_invoker=true) as
 SELECT attribution_touches.lead_id,
    territories.slug AS territory,
    attribution_touches.source_event_id,
    attribution_touches."position",
    attribution_touches.touches,
    attribution_touches.credited_touches,
    attribution_touches.is_credited,
    attribution_touches.occurred_at,
    attribution_touches.days_before,
    attribution_touches.channel,
    attribution_touches.derived_channel,
    attribution_touches.source,
    app_hidden.impersonal(attribution_touches.campaign) AS campaign,
    attribution_touches.medium,
    app_hidden.impersonal(attribution_touches.content) AS content,
    app_hidden.impersonal(attribution_touches.term) AS term,
    app_hidden.page_of(attribution_touches.landing_page) AS landing_page,
    app_hidden.page_of(attribution_touches.referrer) AS referrer,
    attribution_touches.click_id,
    attribution_touches.primary_source,
    attribution_touches.is_won,
    attribution_touches.won_at
   FROM (app_public.attribution_touches
     JOIN app_public.territories ON ((territories.id = attribution_touches.territory_id)));

create view bi.audit_trail with (security_invoker=true) as
 SELECT audit_entries.id AS entry_id,
    audit_entries.recorded_at,
    territories.slug AS territory,
    audit_entries.entity,
    audit_entries.entity_id,
    audit_entries.action,
    actors.slug AS actor,
    audit_entries.login,
    audit_entries.trace_id,
    (audit_entries.changes - 'personal'::text) AS changes,
    ARRAY( SELECT jsonb_object_keys((audit_entries.changes -> 'personal'::text)) AS jsonb_object_keys
          ORDER BY (jsonb_object_keys((audit_entries.changes -> 'personal'::text)))) AS personal_fields
   FROM ((app_private.audit_entries
     JOIN app_public.territories ON ((territories.id = audit_entries.territory_id)))
     LEFT JOIN app_public.actors ON ((actors.id = audit_entries.actor_id)));

create view bi.capture_health with (security_invoker=true) as
 SELECT capture_paths.slug AS path,
    capture_paths.source,
    territories.slug AS territory,
    ((captures.received_at AT TIME ZONE territories.time_zone))::date AS day,
    count(*) AS arrivals,
    count(*) FILTER (WHERE ((captures.status = 'processed'::text) AND (captures.outcome IS DISTINCT FROM 'discarded'::text))) AS processed,
    count(*) FILTER (WHERE (captures.outcome = 'lead_created'::text)) AS new_leads,
    count(*) FILTER (WHERE (captures.outcome = 'touch_added'::text)) AS known_leads,
    count(*) FILTER (WHERE (captures.status = 'quarantined'::text)) AS quarantined,
    count(*) FILTER (WHERE (captures.status = 'error'::text)) AS failed,
    count(*) FILTER (WHERE (captures.status = 'pending'::text)) AS pending,
    count(*) FILTER (WHERE (captures.outcome = 'discarded'::text)) AS discarded,
    count(captures.released_at) AS released,
    round(((count(*) FILTER (WHERE ((captures.status = 'processed'::text) AND (captures.outcome IS DISTINCT FROM 'discarded'::text))))::numeric / (NULLIF(count(*) FILTER (WHERE (captures.status <> 'pending'::text)), 0))::numeric), 4) AS success_rate,
    percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((EXTRACT(epoch FROM (captures.processed_at - captures.received_at)))::double precision)) FILTER (WHERE (captures.released_at IS NULL)) AS median_seconds_to_process,
    percentile_cont((0.95)::double precision) WITHIN GROUP (ORDER BY ((EXTRACT(epoch FROM (captures.processed_at - captures.received_at)))::double precision)) FILTER (WHERE (captures.released_at IS NULL)) AS p95_seconds_to_process
   FROM ((app_public.captures
     JOIN app_public.territories ON ((territories.id = captures.territory_id)))
     LEFT JOIN app_public.capture_paths ON ((capture_paths.id = captures.path_id)))
  WHERE ((NOT captures.is_test) AND (captures.outcome IS DISTINCT FROM 'split'::text) AND (captures.id >= ( SELECT uuidv7('-32 days'::interval) AS uuidv7)) AND (((captures.received_at AT TIME ZONE territories.time_zone))::date > (((now() AT TIME ZONE territories.time_zone))::date - 30)))
  GROUP BY capture_paths.slug, capture_paths.source, territories.slug, (((captures.received_at AT TIME ZONE territories.time_zone))::date);

create view bi.capture_paths with (security_invoker=true) as
 WITH counted AS MATERIALIZED (
         SELECT captures.path_id,
            captures.kind,
                CASE
                    WHEN (captures.id >= ( SELECT uuidv7('-60 days'::interval) AS uuidv7)) THEN date_bin('01:00:00'::interval, uuid_extract_timestamp(captures.id), '2000-01-01 00:00:00+00'::timestamp with time zone)
                    ELSE '-infinity'::timestamp with time zone
                END AS hour,
            count(*) AS arrivals,
            min(uuid_extract_timestamp(captures.id)) AS first_at,
            max(uuid_extract_timestamp(captures.id)) AS last_at,
            count(*) FILTER (WHERE (captures.id >= ( SELECT uuidv7('-24:00:00'::interval) AS uuidv7))) AS in_24_hours,
            count(*) FILTER (WHERE (captures.id >= ( SELECT uuidv7('-7 days'::interval) AS uuidv7))) AS in_7_days,
            count(*) FILTER (WHERE (captures.id >= ( SELECT uuidv7('-30 days'::interval) AS uuidv7))) AS in_30_days
           FROM app_public.captures
          WHERE (NOT captures.is_test)
          GROUP BY captures.path_id, captures.kind,
                CASE
                    WHEN (captures.id >= ( SELECT uuidv7('-60 days'::interval) AS uuidv7)) THEN date_bin('01:00:00'::interval, uuid_extract_timestamp(captures.id), '2000-01-01 00:00:00+00'::timestamp with time zone)
                    ELSE '-infinity'::timestamp with time zone
                END
        ), seen AS MATERIALIZED (
         SELECT counted.path_id,
            max(counted.last_at) AS last_at,
            sum(counted.in_24_hours) AS in_24_hours,
            sum(counted.in_7_days) AS in_7_days,
            sum(counted.in_30_days) AS in_30_days,
            string_agg(DISTINCT counted.kind, ', '::text) FILTER (WHERE (counted.in_30_days > 0)) AS kinds
           FROM counted
          GROUP BY counted.path_id
        ), hours AS (
         SELECT counted.path_id,
            sum(counted.arrivals) AS arrivals,
            min(counted.first_at) AS first_at,
            max(counted.last_at) AS last_at,
            (min(counted.first_at) - lag(max(counted.last_at)) OVER (PARTITION BY counted.path_id ORDER BY counted.hour)) AS gap
           FROM counted
          GROUP BY counted.path_id, counted.hour
        ), usual AS (
         SELECT seen_1.path_id,
            max(hours.gap) FILTER (WHERE (hours.first_at > (seen_1.last_at - '30 days'::interval))) AS longest_gap,
            LEAST(COALESCE(sum(hours.arrivals) FILTER (WHERE ((hours.first_at > (seen_1.last_at - '7 days'::interval)) AND (hours.last_at < (now() - '7 days'::interval)))), (0)::numeric), COALESCE(sum(hours.arrivals) FILTER (WHERE ((hours.first_at > (seen_1.last_at - '14 days'::interval)) AND (hours.last_at < (now() - '14 days'::interval)))), (0)::numeric)) AS arrivals
           FROM (seen seen_1
             JOIN hours ON ((hours.path_id = seen_1.path_id)))
          GROUP BY seen_1.path_id
        ), refused AS (
         SELECT captures.path_id,
            count(*) AS in_7_days
           FROM app_public.captures
          WHERE ((captures.status = ANY (ARRAY['quarantined'::text, 'error'::text])) AND (NOT captures.is_test) AND (captures.id >= ( SELECT uuidv7('-7 days'::interval) AS uuidv7)))
          GROUP BY captures.path_id
        )
 SELECT capture_paths.slug AS path,
    capture_paths.name,
    territories.slug AS territory,
    capture_paths.source,
    capture_paths.protocol,
    capture_paths.requires_signature,
    capture_paths.is_active,
    contracts.version AS contract_version,
    contracts.is_history,
    ARRAY( SELECT mapped.field
           FROM jsonb_object_keys((contracts.definition -> 'mapping'::text)) mapped(field)
          ORDER BY mapped.field) AS fields,
    owners.capture AS capture_owner,
    owners.execution AS execution_owner,
    owners.system AS system_owner,
    owners.incident AS incident_owner,
    COALESCE(seen.kinds, 'lead'::text) AS destination,
    (COALESCE(seen.in_24_hours, (0)::numeric))::bigint AS arrivals_24_hours,
    (COALESCE(seen.in_7_days, (0)::numeric))::bigint AS arrivals_7_days,
    (COALESCE(seen.in_30_days, (0)::numeric))::bigint AS arrivals_30_days,
    seen.last_at AS last_arrival_at,
    (EXTRACT(epoch FROM usual.longest_gap))::bigint AS longest_gap_seconds,
    (COALESCE(usual.arrivals, (0)::numeric))::bigint AS usual_arrivals,
    COALESCE((capture_paths.is_active AND (NOT contracts.is_history) AND ((now() - seen.last_at) > '01:00:00'::interval) AND ((usual.arrivals >= (5)::numeric) OR ((now() - seen.last_at) > ((2)::double precision * usual.longest_gap)))), false) AS is_silent,
    round(((COALESCE(refused.in_7_days, (0)::bigint))::numeric / NULLIF(seen.in_7_days, (0)::numeric)), 4) AS quarantined_share_7_days
   FROM ((((((app_public.capture_paths
     JOIN app_public.territories ON ((territories.id = capture_paths.territory_id)))
     LEFT JOIN app_public.contracts ON ((contracts.id = capture_paths.active_contract_id)))
     LEFT JOIN seen ON ((seen.path_id = capture_paths.id)))
     LEFT JOIN usual ON ((usual.path_id = capture_paths.id)))
     LEFT JOIN refused ON ((refused.path_id = capture_paths.id)))
     LEFT JOIN LATERAL ( SELECT max(teams.slug) FILTER (WHERE (responsibilities.duty = 'capture'::text)) AS capture,
            max(teams.slug) FILTER (WHERE (responsibilities.duty = 'execution'::text)) AS execution,
            max(teams.slug) FILTER (WHERE (responsibilities.duty = 'system'::text)) AS system,
            max(teams.slug) FILTER (WHERE (responsibilities.duty = 'incident'::text)) AS incident
           FROM (app_public.responsibilities
             JOIN app_public.teams ON ((teams.id = responsibilities.team_id)))
          WHERE (responsibilities.path_id = capture_paths.id)) owners ON (true));

create view bi.clock_segments with (security_invoker=true) as
 SELECT clock_intervals.clock_id,
    clock_intervals.lead_id,
    territories.slug AS territory,
    clock_intervals.kind,
    actors.slug AS owner,
    teams.slug AS team,
    clock_intervals.status,
    clock_intervals.is_paused,
    clock_intervals.pause_reason,
    clock_intervals.started_at,
    clock_intervals.ended_at,
    clock_intervals.working_seconds,
    clock_intervals.calendar_seconds
   FROM ((((app_public.clock_intervals
     JOIN app_public.leads ON (((leads.id = clock_intervals.lead_id) AND (NOT leads.is_test))))
     JOIN app_public.territories ON ((territories.id = clock_intervals.territory_id)))
     LEFT JOIN app_public.actors ON ((actors.id = clock_intervals.owner_id)))
     LEFT JOIN app_public.teams ON ((teams.id = clock_intervals.team_id)));

create view bi.exception_ageing with (security_invoker=true) as
 SELECT open.territory,
    open.team,
    ages.age,
    ages.rank AS age_rank,
    count(*) AS exceptions,
    count(*) FILTER (WHERE open.is_overdue) AS overdue,
    count(*) FILTER (WHERE open.is_unacknowledged) AS unacknowledged
   FROM (bi.exceptions_open open
     JOIN ( VALUES (1,'under 1 hour'::text,0,3600), (2,'1 to 4 hours'::text,3600,14400), (3,'4 to 24 hours'::text,14400,86400), (4,'1 to 7 days'::text,86400,604800), (5,'over 7 days'::text,604800,NULL::integer)) ages(rank, age, from_seconds, until_seconds) ON (((open.age_seconds >= (ages.from_seconds)::numeric) AND ((ages.until_seconds IS NULL) OR (open.age_seconds < (ages.until_seconds)::numeric)))))
  GROUP BY open.territory, open.team, ages.age, ages.rank;

create view bi.exceptions_last_7_days with (security_invoker=true) as
 SELECT territories.slug AS territory,
    exceptions.kind,
    ((exceptions.opened_at AT TIME ZONE 'UTC'::text))::date AS opened_on,
    count(*) AS opened,
    count(exceptions.resolved_at) AS resolved,
    count(exceptions.breached_at) AS breached,
    count(*) FILTER (WHERE (exceptions.escalation_level > 0)) AS escalated,
    count(exceptions.reopened_at) AS reopened,
    percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((EXTRACT(epoch FROM (exceptions.acknowledged_at - COALESCE(exceptions.handed_at, exceptions.opened_at))))::double precision)) AS median_seconds_to_acknowledge,
    percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((EXTRACT(epoch FROM (exceptions.resolved_at - exceptions.opened_at)))::double precision)) AS median_seconds_to_resolve
   FROM (app_public.exceptions
     JOIN app_public.territories ON ((territories.id = exceptions.territory_id)))
  WHERE ((exceptions.opened_at > (now() - '7 days'::interval)) AND (NOT (EXISTS ( SELECT
           FROM app_public.captures
          WHERE ((captures.id = exceptions.capture_id) AND captures.is_test)))) AND (NOT (EXISTS ( SELECT
           FROM app_public.leads
          WHERE ((leads.id = exceptions.lead_id) AND leads.is_test)))))
  GROUP BY territories.slug, exceptions.kind, (((exceptions.opened_at AT TIME ZONE 'UTC'::text))::date);

create view bi.exceptions_open with (security_invoker=true) as
 SELECT exceptions.id AS exception_id,
    territories.slug AS territory,
    exceptions.kind,
    teams.slug AS team,
    actors.slug AS owner,
    exceptions.lead_id,
    exceptions.trace_id,
    exceptions.opened_at,
    exceptions.handed_at,
    exceptions.acknowledge_due_at,
    exceptions.acknowledged_at,
    exceptions.due_at,
    exceptions.breached_at,
    exceptions.escalation_level,
    exceptions.reopenings,
    round(EXTRACT(epoch FROM (now() - exceptions.opened_at))) AS age_seconds,
    (exceptions.acknowledged_at IS NULL) AS is_unacknowledged,
    ((exceptions.due_at <= now()) OR (exceptions.breached_at IS NOT NULL)) AS is_overdue
   FROM (((app_public.exceptions
     JOIN app_public.territories ON ((territories.id = exceptions.territory_id)))
     LEFT JOIN app_public.teams ON ((teams.id = exceptions.owner_team_id)))
     LEFT JOIN app_public.actors ON ((actors.id = exceptions.owner_id)))
  WHERE ((exceptions.resolved_at IS NULL) AND (NOT (EXISTS ( SELECT
           FROM app_public.captures
          WHERE ((captures.id = exceptions.capture_id) AND captures.is_test)))) AND (NOT (EXISTS ( SELECT
           FROM app_public.leads
          WHERE ((leads.id = exceptions.lead_id) AND leads.is_test)))));

create view bi.funnel with (security_invoker=true) as
 SELECT territories.slug AS territory,
    leads.source,
    ((leads.first_seen_at AT TIME ZONE territories.time_zone))::date AS day,
    count(*) AS leads,
    count(leads.routed_at) AS routed,
    count(COALESCE(leads.owned_at, leads.first_responded_at)) AS owned,
    count(leads.first_responded_at) AS responded,
    count(*) FILTER (WHERE (leads.status = ANY (ARRAY['qualified'::text, 'closed_won'::text]))) AS qualified,
    count(*) FILTER (WHERE (leads.status = 'closed_won'::text)) AS won,
    count(*) FILTER (WHERE ((leads.status = 'closed_lost'::text) AND (leads.closed_at IS DISTINCT FROM leads.erased_at))) AS lost,
    count(*) FILTER (WHERE (leads.closed_at IS NULL)) AS still_open
   FROM (app_public.leads
     JOIN app_public.territories ON ((territories.id = leads.territory_id)))
  WHERE ((leads.merged_into_id IS NULL) AND (NOT leads.is_test) AND (NOT leads.is_history))
  GROUP BY territories.slug, leads.source, (((leads.first_seen_at AT TIME ZONE territories.time_zone))::date);

create view bi.lead_queue with (security_invoker=true) as
 SELECT leads.id AS lead_id,
    territories.slug AS territory,
    actors.slug AS owner,
    leads.status,
    leads.source,
    leads.score,
    leads.first_seen_at,
    leads.routed_at,
    leads.owned_at,
    leads.first_responded_at,
    leads.sla_started_at,
    leads.sla_warn_at,
    leads.sla_due_at,
    leads.sla_breached_at,
    lead_clocks.sla_state,
    lead_clocks.sla_elapsed_ratio,
    leads.sla_kind,
    lead_clocks.sla_remaining_seconds,
    ( SELECT parts.fit
           FROM app_hidden.score_parts(leads.score_reasons) parts(fit, engagement)) AS fit_score,
    ( SELECT parts.engagement
           FROM app_hidden.score_parts(leads.score_reasons) parts(fit, engagement)) AS engagement_score
   FROM (((app_public.leads
     JOIN app_public.lead_clocks ON ((lead_clocks.lead_id = leads.id)))
     JOIN app_public.territories ON ((territories.id = leads.territory_id)))
     LEFT JOIN app_public.actors ON ((actors.id = leads.owner_id)))
  WHERE ((leads.closed_at IS NULL) AND (leads.merged_into_id IS NULL) AND (NOT leads.is_test) AND (NOT leads.is_history));

create view bi.leads with (security_invoker=true) as
 SELECT leads.id AS lead_id,
    territories.slug AS territory,
    leads.trace_id,
    leads.source,
    leads.status,
    actors.slug AS owner,
    teams.slug AS team,
    leads.company,
    leads.company_domain,
    leads.country,
    leads.region,
    leads.city,
    leads.language,
    leads.segment,
    leads.employees,
    leads.score,
    leads.value_amount,
    leads.value_currency,
    leads.is_history,
    (leads.status = 'closed_won'::text) AS is_won,
    leads.first_seen_at,
    leads.routed_at,
    leads.owned_at,
    leads.handed_over_at,
    leads.first_responded_at,
    leads.last_activity_at,
    leads.closed_at,
    leads.sla_kind,
    leads.sla_started_at,
    leads.sla_due_at,
    leads.sla_breached_at,
    leads.sla_met_at,
    leads.erased_at
   FROM (((app_public.leads
     JOIN app_public.territories ON ((territories.id = leads.territory_id)))
     LEFT JOIN app_public.actors ON ((actors.id = leads.owner_id)))
     LEFT JOIN app_public.teams ON ((teams.id = leads.team_id)))
  WHERE ((leads.merged_into_id IS NULL) AND (NOT leads.is_test));

create view bi.operations_daily with (security_invoker=true) as
 WITH zones AS MATERIALIZED (
         SELECT territories.id,
            territories.slug,
            territories.time_zone,
            (((now() AT TIME ZONE territories.time_zone))::date - 92) AS before
           FROM app_public.territories
        ), cases AS MATERIALIZED (
         SELECT exceptions.territory_id,
            exceptions.trace_id,
            exceptions.opened_at,
            exceptions.resolved_at,
            exceptions.reopened_at,
            exceptions.owner_id
           FROM app_public.exceptions
          WHERE (((exceptions.id >= ( SELECT uuidv7('-94 days'::interval) AS uuidv7)) OR (exceptions.resolved_at > (now() - '94 days'::interval))) AND (NOT (EXISTS ( SELECT
                   FROM app_public.captures
                  WHERE ((captures.id = exceptions.capture_id) AND captures.is_test)))) AND (NOT (EXISTS ( SELECT
                   FROM app_public.leads
                  WHERE ((leads.id = exceptions.lead_id) AND leads.is_test)))))
        ), deeds AS MATERIALIZED (
         SELECT DISTINCT decisions.territory_id,
            decisions.trace_id,
            decisions.kind,
            decisions.decided_at,
                CASE
                    WHEN (decisions.kind <> 'merge'::text) THEN decisions.id
                    ELSE NULL::uuid
                END AS decision_id
           FROM (app_public.decisions
             JOIN app_public.leads ON (((leads.id = decisions.lead_id) AND (NOT leads.is_test))))
          WHERE ((decisions.actor_id IS NOT NULL) AND (decisions.id >= ( SELECT uuidv7('-94 days'::interval) AS uuidv7)))
        ), helped AS MATERIALIZED (
         SELECT cases.trace_id
           FROM cases
          WHERE (cases.trace_id IS NOT NULL)
        UNION
         SELECT deeds.trace_id
           FROM deeds
          WHERE (deeds.kind = 'route'::text)
        ), arrivals AS MATERIALIZED (
         SELECT captures.territory_id,
            zones_1.before,
            ((captures.received_at AT TIME ZONE zones_1.time_zone))::date AS day,
            captures.status,
            captures.outcome,
            captures.released_at,
            captures.lead_id,
            captures.received_at,
            (helped.trace_id IS NOT NULL) AS is_helped
           FROM ((app_public.captures
             JOIN zones zones_1 ON ((zones_1.id = captures.territory_id)))
             LEFT JOIN helped ON ((helped.trace_id = captures.trace_id)))
          WHERE ((NOT captures.is_test) AND (captures.outcome IS DISTINCT FROM 'split'::text) AND (captures.id >= ( SELECT uuidv7('-94 days'::interval) AS uuidv7)))
        ), speeds AS (
         SELECT arrivals.territory_id,
            arrivals.day,
            percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((GREATEST(EXTRACT(epoch FROM (leads.routed_at - arrivals.received_at)), (0)::numeric))::double precision)) FILTER (WHERE (leads.routed_at IS NOT NULL)) AS to_route,
            percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((GREATEST(EXTRACT(epoch FROM (leads.first_responded_at - arrivals.received_at)), (0)::numeric))::double precision)) FILTER (WHERE (leads.first_responded_at IS NOT NULL)) AS to_action
           FROM (arrivals
             JOIN app_public.leads ON (((leads.id = arrivals.lead_id) AND (NOT leads.is_history))))
          WHERE (arrivals.outcome = 'lead_created'::text)
          GROUP BY arrivals.territory_id, arrivals.day
        ), interventions(territory_id, at) AS (
         SELECT deeds.territory_id,
            deeds.decided_at
           FROM deeds
        UNION ALL
         SELECT cases.territory_id,
            cases.resolved_at
           FROM cases
          WHERE ((cases.resolved_at IS NOT NULL) AND (cases.owner_id IS NOT NULL))
        UNION ALL
         SELECT edits.territory_id,
            edits.edited_at
           FROM (( SELECT DISTINCT lead_edits.lead_id,
                    lead_edits.territory_id,
                    lead_edits.actor_id,
                    lead_edits.edited_at
                   FROM app_public.lead_edits
                  WHERE ((lead_edits.actor_id IS NOT NULL) AND (lead_edits.id >= ( SELECT uuidv7('-94 days'::interval) AS uuidv7)))) edits
             JOIN app_public.leads ON (((leads.id = edits.lead_id) AND (NOT leads.is_test))))
        UNION ALL
         SELECT arrivals.territory_id,
            arrivals.released_at
           FROM arrivals
          WHERE (arrivals.released_at IS NOT NULL)
        ), facts(territory_id, day, volume, judged, succeeded, unaided, exceptions, resolved, reworked, interventions, closed, won) AS (
         SELECT arrivals.territory_id,
            arrivals.day,
            count(*) AS count,
            count(*) FILTER (WHERE (arrivals.status <> 'pending'::text)) AS count,
            count(*) FILTER (WHERE ((arrivals.status = 'processed'::text) AND (arrivals.outcome IS DISTINCT FROM 'discarded'::text))) AS count,
            count(*) FILTER (WHERE ((arrivals.status = 'processed'::text) AND (arrivals.outcome IS DISTINCT FROM 'discarded'::text) AND (arrivals.released_at IS NULL) AND (NOT arrivals.is_helped))) AS count,
            0 AS "?column?",
            0 AS "?column?",
            0 AS "?column?",
            0 AS "?column?",
            0 AS "?column?",
            0 AS "?column?"
           FROM arrivals
          GROUP BY arrivals.territory_id, arrivals.day
        UNION ALL
         SELECT cases.territory_id,
            ((cases.opened_at AT TIME ZONE zones_1.time_zone))::date AS timezone,
            0,
            0,
            0,
            0,
            count(*) AS count,
            count(*) FILTER (WHERE ((cases.resolved_at IS NOT NULL) OR (cases.reopened_at IS NOT NULL))) AS count,
            count(cases.reopened_at) AS count,
            0,
            0,
            0
           FROM (cases
             JOIN zones zones_1 ON ((zones_1.id = cases.territory_id)))
          GROUP BY cases.territory_id, (((cases.opened_at AT TIME ZONE zones_1.time_zone))::date)
        UNION ALL
         SELECT interventions.territory_id,
            ((interventions.at AT TIME ZONE zones_1.time_zone))::date AS timezone,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            count(*) AS count,
            0,
            0
           FROM (interventions
             JOIN zones zones_1 ON ((zones_1.id = interventions.territory_id)))
          GROUP BY interventions.territory_id, (((interventions.at AT TIME ZONE zones_1.time_zone))::date)
        UNION ALL
         SELECT leads.territory_id,
            ((leads.closed_at AT TIME ZONE zones_1.time_zone))::date AS timezone,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            count(*) AS count,
            count(*) FILTER (WHERE (leads.status = 'closed_won'::text)) AS count
           FROM (app_public.leads
             JOIN zones zones_1 ON ((zones_1.id = leads.territory_id)))
          WHERE ((leads.closed_at > (now() - '94 days'::interval)) AND (leads.merged_into_id IS NULL) AND (NOT leads.is_test) AND (NOT leads.is_history) AND (leads.closed_at IS DISTINCT FROM leads.erased_at))
          GROUP BY leads.territory_id, (((leads.closed_at AT TIME ZONE zones_1.time_zone))::date)
        )
 SELECT zones.slug AS territory,
    facts.day,
    (sum(facts.volume))::bigint AS trigger_volume,
    round((sum(facts.succeeded) / NULLIF(sum(facts.judged), (0)::numeric)), 4) AS success_rate,
    (sum(facts.exceptions))::bigint AS exceptions,
    round((sum(facts.exceptions) / NULLIF(sum(facts.volume), (0)::numeric)), 4) AS exception_rate,
    min(speeds.to_route) AS median_seconds_to_route,
    min(speeds.to_action) AS median_seconds_to_action,
    (sum(facts.interventions))::bigint AS manual_interventions,
    round((sum(facts.unaided) / NULLIF(sum(facts.judged), (0)::numeric)), 4) AS unaided_share,
    (sum(facts.closed))::bigint AS closed_leads,
    round((sum(facts.won) / NULLIF(sum(facts.closed), (0)::numeric)), 4) AS outcome_quality,
    (sum(facts.reworked))::bigint AS reworked,
    round((sum(facts.reworked) / NULLIF(sum(facts.resolved), (0)::numeric)), 4) AS rework_rate
   FROM ((facts
     JOIN zones ON (((zones.id = facts.territory_id) AND (facts.day > zones.before))))
     LEFT JOIN speeds ON (((speeds.territory_id = facts.territory_id) AND (speeds.day = facts.day))))
  GROUP BY zones.slug, facts.day;

create view bi.rework with (security_invoker=true) as
 SELECT exceptions.kind AS rule,
    capture_paths.slug AS path,
    exceptions.contract_version,
    exceptions.revision,
    count(*) AS exceptions,
    count(exceptions.reopened_at) AS reworked,
    sum(exceptions.reopenings) AS reopenings,
    round(((count(exceptions.reopened_at))::numeric / (count(*))::numeric), 4) AS rework_share
   FROM (app_public.exceptions
     LEFT JOIN app_public.capture_paths ON ((capture_paths.id = exceptions.path_id)))
  WHERE (((exceptions.resolved_at IS NOT NULL) OR (exceptions.reopened_at IS NOT NULL)) AND (NOT (EXISTS ( SELECT
           FROM app_public.captures
          WHERE ((captures.id = exceptions.capture_id) AND captures.is_test)))) AND (NOT (EXISTS ( SELECT
           FROM app_public.leads
          WHERE ((leads.id = exceptions.lead_id) AND leads.is_test)))))
  GROUP BY exceptions.kind, capture_paths.slug, exceptions.contract_version, exceptions.revision;

create view bi.routing_disagreements with (security_invoker=true) as
 SELECT shadow_routes.revision,
    shadow_routes.lead_id,
    territories.slug AS territory,
    shadow_routes.trace_id,
    shadow_routes.differs,
    decisions.action,
    owners.slug AS owner,
    teams.slug AS team,
    decisions.reason,
    places.slug AS shadow_territory,
    shadow_routes.shadow_gate,
    named.slug AS shadow_owner,
    pools.slug AS shadow_team,
    decisions.decided_at,
    shadow_routes.compared_at
   FROM ((((((((app_public.shadow_routes
     JOIN app_public.territories ON ((territories.id = shadow_routes.territory_id)))
     JOIN app_public.decisions ON ((decisions.id = shadow_routes.decision_id)))
     JOIN app_public.leads ON ((leads.id = shadow_routes.lead_id)))
     LEFT JOIN app_public.actors owners ON ((owners.id = decisions.owner_id)))
     LEFT JOIN app_public.teams ON ((teams.id = decisions.team_id)))
     LEFT JOIN app_public.territories places ON ((places.id = shadow_routes.shadow_territory_id)))
     LEFT JOIN app_public.actors named ON ((named.id = shadow_routes.shadow_owner_id)))
     LEFT JOIN app_public.teams pools ON ((pools.id = shadow_routes.shadow_team_id)))
  WHERE ((shadow_routes.differs <> '{}'::text[]) AND (NOT leads.is_test));

create view bi.routing_load with (security_invoker=true) as
 WITH facts AS (
         SELECT leads.territory_id,
            leads.owner_id,
            count(*) AS open_leads,
            count(*) FILTER (WHERE (leads.first_responded_at IS NULL)) AS unanswered_leads,
            count(*) FILTER (WHERE ((leads.sla_breached_at IS NOT NULL) AND (EXISTS ( SELECT
                   FROM app_public.clocks
                  WHERE ((clocks.lead_id = leads.id) AND (clocks.stopped_at IS NULL)))))) AS breached_leads,
            min(COALESCE(leads.owned_at, leads.routed_at, leads.first_seen_at)) AS oldest_at,
            0 AS assigned_24_hours,
            0 AS assigned_7_days,
            0 AS given_back_7_days,
            NULL::integer AS capacity,
            NULL::integer AS daily_capacity
           FROM app_public.leads
          WHERE ((leads.closed_at IS NULL) AND (leads.merged_into_id IS NULL) AND (NOT leads.is_test) AND (NOT leads.is_history))
          GROUP BY leads.territory_id, leads.owner_id
        UNION ALL
         SELECT assignments.territory_id,
            assignments.owner_id,
            0,
            0,
            0,
            NULL::timestamp with time zone,
            count(*) FILTER (WHERE (assignments.assigned_at > (now() - '24:00:00'::interval))) AS count,
            count(*) AS count,
            count(*) FILTER (WHERE (assignments.outcome = ANY (ARRAY['declined'::text, 'expired'::text]))) AS count,
            NULL::integer,
            NULL::integer
           FROM (app_public.assignments
             JOIN app_public.leads ON (((leads.id = assignments.lead_id) AND (NOT leads.is_test) AND (NOT leads.is_history))))
          WHERE ((assignments.id >= ( SELECT uuidv7('-7 days'::interval) AS uuidv7)) AND (assignments.assigned_at > (now() - '7 days'::interval)))
          GROUP BY assignments.territory_id, assignments.owner_id
        UNION ALL
         SELECT teams.territory_id,
            team_members.actor_id,
            0,
            0,
            0,
            NULL::timestamp with time zone,
            0,
            0,
            0,
            team_members.capacity,
            team_members.daily_capacity
           FROM (app_public.team_members
             JOIN app_public.teams ON (((teams.id = team_members.team_id) AND teams.is_active AND (NOT teams.handles_operations))))
        )
 SELECT territories.slug AS territory,
    actors.slug AS owner,
    (facts.owner_id IS NULL) AS is_queue,
    (sum(facts.open_leads))::bigint AS open_leads,
    (sum(facts.unanswered_leads))::bigint AS unanswered_leads,
    (sum(facts.breached_leads))::bigint AS breached_leads,
    min(facts.oldest_at) AS oldest_since_at,
    (sum(facts.assigned_24_hours))::bigint AS assigned_24_hours,
    (sum(facts.assigned_7_days))::bigint AS assigned_7_days,
    (sum(facts.given_back_7_days))::bigint AS given_back_7_days,
    min(facts.capacity) AS capacity,
    min(facts.daily_capacity) AS daily_capacity
   FROM ((facts
     JOIN app_public.territories ON ((territories.id = facts.territory_id)))
     LEFT JOIN app_public.actors ON ((actors.id = facts.owner_id)))
  GROUP BY territories.slug, facts.owner_id, actors.slug;

create view bi.sla_performance with (security_invoker=true) as
 SELECT clocks.id AS clock_id,
    clocks.lead_id,
    territories.slug AS territory,
    leads.source,
    clocks.kind,
    policies.slug AS policy,
    clocks.started_at,
    clocks.due_at,
    clocks.stopped_at,
    clocks.target_seconds,
    states.elapsed_seconds,
    states.elapsed_ratio,
    states.remaining_seconds,
    states.state,
    states.is_breached,
        CASE
            WHEN states.is_breached THEN owners.slug
            ELSE NULL::text
        END AS breached_owner,
        CASE
            WHEN states.is_breached THEN teams.slug
            ELSE NULL::text
        END AS breached_team,
    fired.count AS thresholds_fired,
    fired.late AS thresholds_late
   FROM (((((((((app_public.clocks
     JOIN app_public.clock_states states ON ((states.clock_id = clocks.id)))
     JOIN app_public.leads ON (((leads.id = clocks.lead_id) AND (NOT leads.is_test))))
     JOIN app_public.territories ON ((territories.id = clocks.territory_id)))
     LEFT JOIN app_public.sla_policies policies ON ((policies.id = clocks.policy_id)))
     CROSS JOIN LATERAL ( SELECT ((clocks.stopped_at IS NULL) AND (clocks.segment_started_at <= clocks.due_at)) AS is_held_still) present)
     LEFT JOIN LATERAL ( SELECT segments.owner_id,
            segments.team_id
           FROM app_public.clock_segments segments
          WHERE (states.is_breached AND (NOT present.is_held_still) AND (segments.clock_id = clocks.id) AND (segments.started_at <= clocks.due_at))
          ORDER BY segments.started_at DESC
         LIMIT 1) held ON (true))
     LEFT JOIN app_public.actors owners ON ((owners.id =
        CASE
            WHEN present.is_held_still THEN leads.owner_id
            ELSE held.owner_id
        END)))
     LEFT JOIN app_public.teams ON ((teams.id =
        CASE
            WHEN present.is_held_still THEN leads.team_id
            ELSE held.team_id
        END)))
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS count,
            (count(*) FILTER (WHERE escalations.is_late))::integer AS late
           FROM app_public.escalations
          WHERE (escalations.clock_id = clocks.id)) fired);

create view bi.source_events with (security_invoker=true) as
 SELECT source_events.id AS source_event_id,
    source_events.lead_id,
    source_events.origin_lead_id,
    territories.slug AS territory,
    source_events.capture_id,
    source_events.trace_id,
    source_events.source,
    source_events.channel,
    source_events.derived_channel,
    app_hidden.impersonal(source_events.campaign) AS campaign,
    source_events.medium,
    app_hidden.impersonal(source_events.content) AS content,
    app_hidden.impersonal(source_events.term) AS term,
    app_hidden.page_of(source_events.landing_page) AS landing_page,
    app_hidden.page_of(source_events.referrer) AS referrer,
    source_events.click_id,
    source_events.occurred_at,
    uuid_extract_timestamp(source_events.id) AS recorded_at
   FROM (app_public.source_events
     JOIN app_public.territories ON ((territories.id = source_events.territory_id)))
  WHERE (NOT source_events.is_test);

create view bi.thresholds_due_unfired with (security_invoker=true) as
 SELECT clocks.id AS clock_id,
    clocks.lead_id,
    territories.slug AS territory,
    clocks.kind,
    clocks.thresholds[(clocks.fired + 1)] AS threshold,
    clocks.next_at AS due_at,
    (EXTRACT(epoch FROM (now() - clocks.next_at)))::numeric(12,3) AS late_seconds
   FROM ((app_public.clocks
     JOIN app_public.territories ON ((territories.id = clocks.territory_id)))
     LEFT JOIN app_public.leads ON ((leads.id = clocks.lead_id)))
  WHERE ((clocks.next_at <= now()) AND (leads.is_test IS NOT TRUE));

create view bi.time_to_ownership with (security_invoker=true) as
 SELECT lead_times.lead_id,
    territories.slug AS territory,
    leads.source,
    lead_times.arrived_at,
    lead_times.first_owned_at AS owned_at,
    lead_times.seconds_to_ownership AS calendar_seconds,
    lead_times.working_seconds_to_ownership AS working_seconds
   FROM ((app_public.lead_times
     JOIN app_public.leads ON (((leads.id = lead_times.lead_id) AND (NOT leads.is_test))))
     JOIN app_public.territories ON ((territories.id = lead_times.territory_id)))
  WHERE (lead_times.first_owned_at IS NOT NULL);

create view bi.time_to_route with (security_invoker=true) as
 SELECT lead_times.lead_id,
    territories.slug AS territory,
    leads.source,
    lead_times.arrived_at,
    lead_times.routed_at,
    lead_times.seconds_to_route AS calendar_seconds,
    lead_times.working_seconds_to_route AS working_seconds
   FROM ((app_public.lead_times
     JOIN app_public.leads ON (((leads.id = lead_times.lead_id) AND (NOT leads.is_test))))
     JOIN app_public.territories ON ((territories.id = lead_times.territory_id)))
  WHERE (lead_times.routed_at IS NOT NULL);

create view bi.trace_outcomes with (security_invoker=true) as
 SELECT clocks.trace_id,
    clocks.lead_id,
    territories.slug AS territory,
    leads.source,
    leads.status,
    clocks.started_at AS captured_at,
    clocks.due_at,
    leads.closed_at,
    states.elapsed_seconds,
    states.elapsed_ratio,
    states.state,
    states.is_breached
   FROM (((app_public.clocks
     JOIN app_public.clock_states states ON ((states.clock_id = clocks.id)))
     JOIN app_public.leads ON (((leads.id = clocks.lead_id) AND (NOT leads.is_test))))
     JOIN app_public.territories ON ((territories.id = clocks.territory_id)))
  WHERE (clocks.kind = 'outcome'::text);

-- Functions: signature, and who may execute them beside their owner

app_hidden.actor_id_of(slug text) returns integer stable security definer -- catchment_api
app_hidden.actor_id_of_sign_in(issuer text, subject text, email text) returns integer stable security definer -- catchment_api
app_hidden.calendar_seconds(calendar_id integer, from_at timestamp with time zone, to_at timestamp with time zone) returns numeric stable security definer -- catchment_bi, catchment_user
app_hidden.channel_of(medium text, source text, click_id text, landing_page text, referrer text) returns text immutable -- catchment_bi, catchment_user, catchment_worker
app_hidden.credit_until(model app_public.attribution_model, touch integer, touches integer, decay numeric) returns numeric immutable -- catchment_bi, catchment_user, catchment_worker
app_hidden.current_actor_id() returns integer stable security definer -- catchment_bi, catchment_user
app_hidden.follow_territories(territory_ids integer[], as_of timestamp with time zone) returns TABLE(territory_id integer, channel text, had_ended boolean) volatile security definer -- catchment_api
app_hidden.impersonal(told text) returns text immutable -- catchment_bi, catchment_worker
app_hidden.is_manager_of(manager_id integer, person_id integer) returns boolean stable -- catchment_worker
app_hidden.my_audited_territory_ids() returns SETOF integer stable security definer -- catchment_bi
app_hidden.my_territories() returns integer[] stable security definer -- catchment_bi, catchment_user
app_hidden.my_territory_ids() returns SETOF integer stable security definer -- catchment_bi, catchment_user
app_hidden.page_of(address text) returns text immutable -- catchment_bi, catchment_worker
app_hidden.require(action text, territory_id integer, owner_id integer DEFAULT NULL::integer, team_id integer DEFAULT NULL::integer) returns void stable security definer -- nobody
app_hidden.require_approval(approval_id uuid) returns app_public.approvals volatile security definer -- nobody
app_hidden.require_boundary(action text, slug text) returns integer stable security definer -- nobody
app_hidden.require_captures(capture_ids uuid[]) returns uuid[] volatile security definer -- nobody
app_hidden.require_door(action text, path text) returns app_public.capture_paths stable security definer -- nobody
app_hidden.require_exception(exception_id uuid) returns app_public.exceptions volatile security definer -- nobody
app_hidden.require_key(prefix text) returns integer volatile security definer -- nobody
app_hidden.require_key_holder(slug text) returns integer stable security definer -- nobody
app_hidden.require_lead(action text, lead_id uuid) returns app_public.leads volatile security definer -- nobody
app_hidden.require_leads(action text, lead_ids uuid[]) returns void stable security definer -- nobody
app_hidden.require_leads_to_change(action text, lead_ids uuid[]) returns void volatile security definer -- nobody
app_hidden.require_oneself(slug text) returns integer stable security definer -- nobody
app_hidden.require_own_lead(action text, lead_id uuid) returns app_public.leads volatile security definer -- nobody
app_hidden.require_own_person(slug text) returns integer stable security definer -- nobody
app_hidden.require_path(path text) returns app_public.capture_paths stable security definer -- nobody
app_hidden.require_person(slug text, may_be_oneself boolean) returns integer stable security definer -- nobody
app_hidden.require_subject(lead_id uuid, exception_id uuid) returns app_public.approvals volatile security definer -- nobody
app_hidden.require_task(task_id uuid) returns app_public.tasks volatile security definer -- nobody
app_hidden.require_territory(action text, slug text) returns integer stable security definer -- nobody
app_hidden.require_whole_person(action text, lead_id uuid) returns uuid[] stable security definer -- nobody
app_hidden.score_parts(score_reasons jsonb) returns TABLE(fit integer, engagement integer) stable -- catchment_bi, catchment_user, catchment_worker
app_hidden.territories_followed(actor_ids integer[], key_ids integer[], asked text[], one integer) returns TABLE(is_known boolean, territory_ids integer[]) stable security definer -- catchment_api
app_hidden.visible_actor_ids() returns SETOF integer stable security definer -- catchment_bi, catchment_user
app_hidden.working_seconds(calendar_id integer, from_at timestamp with time zone, to_at timestamp with time zone) returns numeric stable -- catchment_bi, catchment_user
app_private.act_on_thresholds(escalation_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.add_working_time(calendar_id integer, from_at timestamp with time zone, seconds numeric) returns timestamp with time zone stable -- catchment_worker
app_private.address_forms(address text) returns TABLE(clue text, pattern text) immutable -- catchment_worker
app_private.address_notifications(as_of timestamp with time zone, at_most integer, has_mail boolean) returns integer volatile -- catchment_worker
app_private.after_quiet_hours(time_zone text, quiet_from time without time zone, quiet_until time without time zone, at timestamp with time zone) returns timestamp with time zone stable -- catchment_worker
app_private.announce(kind text, ids uuid[], territory_ids integer[]) returns void volatile -- catchment_worker
app_private.announce_exceptions() returns trigger volatile security definer -- nobody
app_private.announce_leads() returns trigger volatile security definer -- nobody
app_private.apply_gates(batch uuid[], revision integer, as_of timestamp with time zone, OUT passing uuid[], OUT notes jsonb) returns record volatile -- catchment_worker
app_private.apply_lead_state(state app_private.lead_state, own app_private.lead_state, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.apply_realignments(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.apply_retention(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.apply_routes(batch uuid[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.apply_scoring_model(boundary_id integer, decided app_private.scoring_decision, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.apply_survivors(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.arm_fire_thresholds() returns void volatile -- catchment_worker
app_private.arrivals_of(lead_ids uuid[]) returns uuid[] stable -- catchment_worker
app_private.ask_people(boundary_ids integer[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.askers_of(batch uuid[], revision integer) returns SETOF app_private.asker stable -- catchment_worker
app_private.askers_under(lead_ids uuid[], revision integer) returns TABLE(asker app_private.asker, lead_id uuid, territory_id integer, located_by jsonb) stable -- catchment_worker
app_private.assign_unassigned(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.audit_block_hash(number bigint, sealed_at timestamp with time zone, last_transaction bigint, entries_after uuid, entry_ids uuid[], entry_hashes bytea, previous_hash bytea) returns bytea stable -- catchment_worker
app_private.audit_bytes(entry app_private.audit_entries) returns bytea stable -- catchment_worker
app_private.audit_captures_update() returns trigger volatile security definer -- nobody
app_private.audit_decisions_insert() returns trigger volatile security definer -- nobody
app_private.audit_horizon() returns bigint volatile -- catchment_worker
app_private.audit_leads_insert() returns trigger volatile security definer -- nobody
app_private.audit_leads_update() returns trigger volatile security definer -- nobody
app_private.audit_row() returns trigger volatile security definer -- nobody
app_private.audit_rows_delete() returns trigger volatile security definer -- nobody
app_private.audit_rows_insert() returns trigger volatile security definer -- nobody
app_private.audit_rows_update() returns trigger volatile security definer -- nobody
app_private.audit_territory_rules_insert() returns trigger volatile security definer -- nobody
app_private.await_responses(lead_ids uuid[], at timestamp with time zone[]) returns void volatile -- catchment_worker
app_private.awaited_demands(settled jsonb) returns uuid[] stable -- catchment_worker
app_private.awaited_reports(settled jsonb, told_as text) returns uuid[] stable -- catchment_worker
app_private.begin_clocks(lead_ids uuid[], kinds text[], at timestamp with time zone[]) returns uuid[] volatile -- catchment_worker
app_private.begin_watch() returns boolean volatile -- catchment_worker
app_private.best_score(touch_ids uuid[], lead_id uuid) returns TABLE(score integer, reasons jsonb) stable -- catchment_worker
app_private.bits_of_shares(one real[], other real[]) returns real[] immutable -- catchment_worker
app_private.calendar_fill(calendar_id integer) returns TABLE(from_at timestamp with time zone, to_at timestamp with time zone, seconds numeric) stable -- catchment_worker
app_private.calendar_of(territory_id integer) returns integer stable -- catchment_worker
app_private.calibration_of(probabilities double precision[], won boolean[]) returns jsonb immutable -- catchment_worker
app_private.candidate_rules(attributes jsonb, source text, boundary_id integer, revision integer) returns TABLE(id integer, territory_id integer, specificity integer, "position" integer, has_condition boolean, is_met boolean) stable -- catchment_worker
app_private.candidate_targets(askers app_private.asker[], revision integer) returns TABLE(lead_id uuid, territory_id integer, rule_id integer, "position" integer, team_id integer, actor_id integer, of_slug text, is_met boolean, rank bigint, score jsonb) stable -- catchment_worker
app_private.capture_doors() returns TABLE(path_id integer, slug text, protocol text, requires_signature boolean, max_body_bytes integer, requires_key boolean, rate_per_second double precision, rate_burst integer, cors_origins text[]) stable security definer -- catchment_api
app_private.captures_of_people(lead_ids uuid[]) returns TABLE(root_id uuid, capture_id uuid) stable -- catchment_worker
app_private.caretaker_of(territory_id integer, without_ids integer[], as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.cases_about(lead_ids uuid[]) returns TABLE(exception_id uuid, territory_id integer) stable -- catchment_worker
app_private.chance_of(fitted double precision[], number double precision) returns double precision immutable -- catchment_worker
app_private.change_of(before integer, after integer) returns jsonb stable -- catchment_worker
app_private.change_owner(lead app_public.leads, owner_id integer, action text, reason text, as_of timestamp with time zone, evidence jsonb DEFAULT '{}'::jsonb, candidates jsonb DEFAULT '[]'::jsonb, team_id integer DEFAULT NULL::integer, accept_seconds integer DEFAULT NULL::integer, kind text DEFAULT 'lead_assigned'::text, told text DEFAULT 'A lead is yours now.'::text) returns uuid volatile -- catchment_worker
app_private.change_statuses(changes app_private.activity[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.channels_of(territory_id integer, team_id integer DEFAULT NULL::integer, kind text DEFAULT NULL::text) returns SETOF app_private.notification_channels stable -- catchment_worker
app_private.choose_pairs(holders app_private.key_holders[], claims app_private.claim[]) returns TABLE(capture_id uuid, record_id uuid, is_earlier boolean) stable -- catchment_worker
app_private.choose_questions(boundary_ids integer[]) returns TABLE(boundary_id integer, capture_id uuid) stable -- catchment_worker
app_private.claim_captures(at_most integer) returns TABLE(id uuid, path_slug text, protocol text, contract_id integer, content_type text, headers jsonb, body bytea, part_of uuid, fetched jsonb, corrections jsonb, released_at timestamp with time zone, received_at timestamp with time zone, default_country text, time_zone text) volatile -- catchment_worker
app_private.claim_edited_keys(lead app_public.leads, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.claim_fetches(as_of timestamp with time zone, at_most integer) returns TABLE(id uuid, path_slug text, protocol text, content_type text, headers jsonb, body bytea, part_of uuid, attempt integer) volatile -- catchment_worker
app_private.claim_identities(located app_private.arrival[], proposed_ids uuid[]) returns app_private.resolution[] volatile -- catchment_worker
app_private.claim_keys(located app_private.arrival[], proposed_ids uuid[]) returns app_private.claim[] volatile -- catchment_worker
app_private.claim_notifications(as_of timestamp with time zone, at_most integer) returns TABLE(id uuid, message_id uuid, is_digest boolean, channel text, target text, address text, language text, kind text, text text, details jsonb, recipient text, lead_id uuid, trace_id text, attempt integer) volatile -- catchment_worker
app_private.claim_revalidations(at_most integer) returns TABLE(id uuid, path_slug text, protocol text, contract_id integer, content_type text, headers jsonb, body bytea, part_of uuid, fetched jsonb, corrections jsonb, released_at timestamp with time zone, received_at timestamp with time zone, default_country text, time_zone text) volatile -- catchment_worker
app_private.claims_at_turn(claims app_private.claim[], likenesses app_private.likeness[]) returns app_private.claim[] stable -- catchment_worker
app_private.clock_elapsed(calendar_id integer, running_since timestamp with time zone, elapsed_seconds numeric, as_of timestamp with time zone) returns numeric stable -- catchment_worker
app_private.clock_to_keep(clock app_public.clocks, at timestamp with time zone) returns jsonb stable -- catchment_worker
app_private.close_cases_to_move(lead_id uuid, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.close_channels(channel_ids integer[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.close_grants() returns trigger volatile security definer -- nobody
app_private.comments_about(lead_ids uuid[], territory_ids integer[]) returns jsonb stable -- catchment_worker
app_private.common_ancestor(territory_ids integer[]) returns integer stable -- catchment_worker
app_private.compare_birth_dates(one text, other text) returns smallint immutable -- catchment_worker
app_private.compare_names(one app_private.match_records, other app_private.match_records) returns smallint[] immutable -- catchment_worker
app_private.compare_people(one app_private.match_records, other app_private.match_records) returns smallint[] immutable -- catchment_worker
app_private.compare_routes(decision_ids uuid[], revision integer, as_of timestamp with time zone) returns TABLE(decision_id uuid, lead_id uuid, territory_id integer, trace_id text, differs text[], shadow_territory_id integer, shadow_gate text, shadow_owner_id integer, shadow_team_id integer) stable -- catchment_worker
app_private.compare_streets(one text, other text) returns smallint immutable -- catchment_worker
app_private.compare_texts(one text, other text) returns smallint immutable -- catchment_worker
app_private.consent_states(lead_id uuid, purpose text DEFAULT NULL::text) returns SETOF app_public.consents stable -- catchment_worker
app_private.contract_team(territory_id integer, contract_id integer) returns integer stable -- catchment_worker
app_private.correct_capture(capture_id uuid, corrections jsonb) returns void volatile -- catchment_worker
app_private.count_arrivals(located app_private.arrival[], as_of timestamp with time zone) returns integer[] volatile -- catchment_worker
app_private.count_levels(ones jsonb, others jsonb) returns TABLE(levels smallint[], pairs bigint) stable -- catchment_worker
app_private.create_api_key(actor_id integer, operations text[], lifetime interval, rate_per_second double precision, rate_burst integer, as_of timestamp with time zone) returns app_public.api_key_receipt volatile -- catchment_worker
app_private.create_leads(resolutions app_private.resolution[], revision integer) returns void volatile -- catchment_worker
app_private.crowded_keys(holders app_private.key_holders[]) returns TABLE(capture_id uuid, hashes bigint[]) stable -- catchment_worker
app_private.current_clock(lead_id uuid) returns SETOF app_public.clocks stable -- catchment_worker
app_private.current_revision() returns integer stable -- catchment_worker
app_private.cut_segments() returns trigger volatile security definer -- nobody
app_private.cut_segments(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.daitch_mokotoff(text) returns text[] immutable strict -- nobody
app_private.decide_accounts(askers app_private.asker[], as_of timestamp with time zone) returns TABLE(lead_id uuid, account_id uuid, domain text, owner_id integer, slug text, unfit text) stable -- catchment_worker
app_private.decide_clocks(kinds text[], territory_id integer, source text, status text) returns SETOF app_private.clock_plan stable -- catchment_worker
app_private.decide_deal(weights integer[], credits bigint[], rooms bigint[], leads integer) returns app_private.deal immutable -- catchment_worker
app_private.decide_escalations(clock_ids uuid[], as_of timestamp with time zone) returns TABLE(exception_id uuid, territory_id integer, kind text, lead_id uuid, trace_id text, cause text, passed_at timestamp with time zone, is_last boolean, from_team_id integer, former_owner_id integer, to_team_id integer, next_team_id integer, recipient_id integer, due_at timestamp with time zone, acknowledge_due_at timestamp with time zone) stable -- catchment_worker
app_private.decide_gate_rules(lead app_public.leads, known jsonb, touched_at timestamp with time zone, revision integer, as_of timestamp with time zone) returns TABLE(gate text, reason jsonb, sentence text) stable -- catchment_worker
app_private.decide_gates(batch uuid[], revision integer, as_of timestamp with time zone, places jsonb DEFAULT NULL::jsonb) returns SETOF app_private.gate stable -- catchment_worker
app_private.decide_matches(records app_private.match_records[], holders app_private.key_holders[], claims app_private.claim[]) returns app_private.likeness[] stable -- catchment_worker
app_private.decide_members(team_id integer, is_history boolean, size bigint, as_of timestamp with time zone, revision integer DEFAULT NULL::integer) returns TABLE(actor_id integer, slug text, weight integer, credit bigint, capacity integer, day date, waited bigint, unfit text, room bigint, full_reason text) stable -- catchment_worker
app_private.decide_merge(survivor_id uuid, merged_id uuid) returns app_private.merge_decision stable -- catchment_worker
app_private.decide_moves(holder_id uuid, branch uuid[]) returns jsonb stable -- catchment_worker
app_private.decide_next(team_id integer, without_ids integer[], as_of timestamp with time zone) returns app_private.next_owner stable -- catchment_worker
app_private.decide_owners(askers app_private.asker[], revision integer, as_of timestamp with time zone) returns TABLE(lead_id uuid, owner_id integer, slug text, why text, team_id integer, rule integer, routed_by jsonb, named_ids integer[], candidates jsonb) stable -- catchment_worker
app_private.decide_pause(clock app_public.clocks, at timestamp with time zone) returns TABLE(reason text, until timestamp with time zone) stable -- catchment_worker
app_private.decide_policy(kind text, territory_id integer, source text, status text) returns SETOF app_public.sla_policies stable -- catchment_worker
app_private.decide_realignment(boundary_id integer, revision integer, with_closed boolean) returns TABLE(lead_id uuid, from_id integer, to_id integer, rule_id integer, owner_id integer, keeps_owner boolean) stable -- catchment_worker
app_private.decide_retention(as_of timestamp with time zone, at_most integer) returns TABLE(slug text, subject text, id uuid) stable -- catchment_worker
app_private.decide_routes(askers app_private.asker[], revision integer, as_of timestamp with time zone) returns SETOF app_private.route stable -- catchment_worker
app_private.decide_score(attributes jsonb, territory_id integer, revision integer, touches bigint DEFAULT 1) returns TABLE(score smallint, reasons jsonb) stable -- catchment_worker
app_private.decide_scoring_model(boundary_id integer, as_of timestamp with time zone) returns app_private.scoring_decision stable -- catchment_worker
app_private.decide_send_time(actor_id integer, territory_id integer, kind text, as_of timestamp with time zone, OUT send_at timestamp with time zone, OUT is_digest boolean) returns record stable -- catchment_worker
app_private.decide_state(states app_private.lead_state[]) returns app_private.lead_state stable -- catchment_worker
app_private.decide_survivors(lead_ids uuid[], revision integer) returns TABLE(lead_id uuid, field app_public.lead_field, value text, source_event_id uuid, activity_id uuid, edit_id uuid, is_first boolean, rule text) stable -- catchment_worker
app_private.decide_taken_clocks(lead_id uuid) returns TABLE(id uuid) stable -- catchment_worker
app_private.decide_targets(askers app_private.asker[], revision integer) returns TABLE(lead_id uuid, territory_id integer, team_id integer, actor_id integer, "position" integer, why text, routed_by jsonb) stable -- catchment_worker
app_private.decide_territories(arrivals jsonb, revision integer) returns SETOF app_private.arrival stable -- catchment_worker
app_private.decide_unmerge(lead_id uuid) returns app_private.merge_decision stable -- catchment_worker
app_private.defer_reports(capture_ids uuid[], kind text, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.difference(text, text) returns integer immutable strict -- nobody
app_private.digest_keys(capture_ids uuid[]) returns void volatile -- catchment_worker
app_private.digests_of(salt bytea, before jsonb, after jsonb) returns jsonb stable -- catchment_worker
app_private.discard_captures(capture_ids uuid[], reason text, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.dmetaphone(text) returns text immutable strict -- nobody
app_private.dmetaphone_alt(text) returns text immutable strict -- nobody
app_private.drop_audit_month(month text, number bigint, hash bytea, as_of timestamp with time zone) returns bigint volatile security definer -- catchment_worker
app_private.drop_captures(as_of timestamp with time zone) returns SETOF text volatile security definer -- catchment_worker
app_private.elapsed_at(clock app_public.clocks, at timestamp with time zone) returns numeric stable -- catchment_worker
app_private.end_assignments(lead_id uuid, kept_id uuid, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.end_clocks(clock_ids uuid[], at timestamp with time zone[], reason text) returns void volatile -- catchment_worker
app_private.end_privacy_requests(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.end_returns(lead_ids uuid[], at timestamp with time zone[]) returns void volatile -- catchment_worker
app_private.end_waiting(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.end_watch() returns boolean volatile -- catchment_worker
app_private.enqueue_drain_captures() returns trigger volatile security definer -- nobody
app_private.enqueue_fire_thresholds() returns trigger volatile security definer -- nobody
app_private.enqueue_notify() returns trigger volatile security definer -- nobody
app_private.enqueue_rearm_clocks() returns trigger volatile security definer -- nobody
app_private.enqueue_return() returns trigger volatile security definer -- nobody
app_private.enqueue_route_queue() returns trigger volatile security definer -- nobody
app_private.enter_rows(changed regclass, action text, before_rows jsonb[], after_rows jsonb[]) returns void volatile -- catchment_worker
app_private.erase_captures(capture_ids uuid[], cause text, as_of timestamp with time zone) returns SETOF app_private.erasures volatile -- catchment_worker
app_private.erase_late(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.erase_people(lead_ids uuid[], cause text, as_of timestamp with time zone) returns SETOF app_private.erasures volatile -- catchment_worker
app_private.escalate_exceptions(clock_ids uuid[], as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.escalate_leads(lead_ids uuid[], why text, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.escalate_tasks(clock_ids uuid[], as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.escalation_path(team_id integer, territory_id integer) returns integer[] stable -- catchment_worker
app_private.escalation_recipient(territory_id integer, owner_id integer, is_for_owner boolean, as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.evaluate_scoring(boundary_id integer, split_at timestamp with time zone, as_of timestamp with time zone) returns TABLE(scorer text, learned_won integer, learned_lost integer, asked_won integer, asked_lost integer, auc double precision, brier double precision, calibration jsonb) stable -- catchment_worker
app_private.excess_of(record app_private.match_records, weights real[]) returns real[] stable -- catchment_worker
app_private.expire_approvals(clock_ids uuid[], as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.export_of_person(lead_id uuid, territory_ids integer[], as_of timestamp with time zone) returns jsonb stable -- catchment_worker
app_private.export_person(lead_id uuid, territory_ids integer[], as_of timestamp with time zone) returns jsonb volatile -- catchment_worker
app_private.fail_notifications(failed jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.fallback_approver(approval app_public.approvals, as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.features_of(touch app_public.source_events) returns TABLE(feature text, value text) stable -- catchment_worker
app_private.fetch_pause(attempts integer) returns interval immutable -- catchment_worker
app_private.fill_calendar(calendar_id integer, as_of timestamp with time zone) returns boolean volatile -- catchment_worker
app_private.fill_touches(capture_ids uuid[]) returns void volatile -- catchment_worker
app_private.find_holders(records app_private.match_records[]) returns app_private.key_holders[] stable -- catchment_worker
app_private.fire_case_thresholds(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.fire_lead_thresholds(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.fire_thresholds(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.first_touch(lead_id uuid) returns SETOF app_public.source_events stable -- catchment_worker
app_private.first_unsure(resolutions app_private.resolution[], likenesses app_private.likeness[], claims app_private.claim[]) returns uuid stable -- catchment_worker
app_private.fit_outcomes(numbers double precision[], won boolean[]) returns double precision[] immutable -- catchment_worker
app_private.fit_probabilities(numbers double precision[], leads bigint[], won bigint[]) returns double precision[] immutable -- catchment_worker
app_private.fitness_of(actor_id integer, territory_id integer, as_of timestamp with time zone) returns TABLE(unfit text) stable -- catchment_worker
app_private.follow_merges(resolutions app_private.resolution[]) returns app_private.resolution[] volatile -- catchment_worker
app_private.follow_moves() returns trigger volatile -- nobody
app_private.follow_offers(located app_private.arrival[], proposed_ids uuid[], records app_private.match_records[], holders app_private.key_holders[], offers app_private.offer[]) returns app_private.resolution[] stable -- catchment_worker
app_private.follow_openings(lead_ids uuid[], former text[], at timestamp with time zone[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.follow_statuses(lead_ids uuid[], former text[], at timestamp with time zone[]) returns void volatile -- catchment_worker
app_private.foresee_leads(judged jsonb, revision integer) returns TABLE(id uuid, lead_id uuid, outcome text, is_history boolean, owner_id integer, team text, then_id integer, now_id integer, score_then smallint, score_now smallint, is_new boolean, is_dealt boolean) stable -- catchment_worker
app_private.foresee_routes(lead_ids uuid[], revision integer, as_of timestamp with time zone) returns TABLE(lead_id uuid, territory_id integer, located_by jsonb, gate text, held_because text, owner_id integer, why text, team_id integer, routed_by jsonb) stable -- catchment_worker
app_private.forget_matches(lead_ids uuid[]) returns void volatile -- catchment_worker
app_private.free_leads(lead_ids uuid[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.from_punycode(label text) returns text immutable -- catchment_worker
app_private.gin_extract_query_trgm(text, internal, smallint, internal, internal, internal, internal) returns internal immutable strict -- nobody
app_private.gin_extract_value_trgm(text, internal) returns internal immutable strict -- nobody
app_private.gin_trgm_consistent(internal, smallint, text, integer, internal, internal, internal, internal) returns boolean immutable strict -- nobody
app_private.gin_trgm_triconsistent(internal, smallint, text, integer, internal, internal, internal) returns "char" immutable strict -- nobody
app_private.gtrgm_compress(internal) returns internal immutable strict -- nobody
app_private.gtrgm_consistent(internal, text, smallint, oid, internal) returns boolean immutable strict -- nobody
app_private.gtrgm_decompress(internal) returns internal immutable strict -- nobody
app_private.gtrgm_distance(internal, text, smallint, oid, internal) returns double precision immutable strict -- nobody
app_private.gtrgm_in(cstring) returns app_private.gtrgm immutable strict -- nobody
app_private.gtrgm_options(internal) returns void immutable -- nobody
app_private.gtrgm_out(app_private.gtrgm) returns cstring immutable strict -- nobody
app_private.gtrgm_penalty(internal, internal, internal) returns internal immutable strict -- nobody
app_private.gtrgm_picksplit(internal, internal) returns internal immutable strict -- nobody
app_private.gtrgm_same(app_private.gtrgm, app_private.gtrgm, internal) returns internal immutable strict -- nobody
app_private.gtrgm_union(internal, internal) returns app_private.gtrgm immutable strict -- nobody
app_private.hand_on_stranded(stranded app_public.leads[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.hand_over_cases(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.hand_to_manager(lead app_public.leads, task_id uuid, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.hang_clock(clock_id uuid, lead_id uuid) returns void volatile -- catchment_worker
app_private.hold_leads(gates app_private.gate[], batch uuid[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.identity_hash(value text, is_test boolean) returns bytea stable -- catchment_worker
app_private.ids_of(moves jsonb, entity text) returns uuid[] immutable -- catchment_worker
app_private.import_accounts(accounts jsonb, as_of timestamp with time zone) returns TABLE("row" integer, fault text) volatile -- catchment_worker
app_private.index_search_insert() returns trigger volatile -- nobody
app_private.index_search_update() returns trigger volatile -- nobody
app_private.index_touches(read jsonb) returns integer volatile -- catchment_worker
app_private.is_behind(clock app_public.clocks, calendar_id integer) returns boolean stable -- catchment_worker
app_private.is_corroborated(levels smallint[], has_terms boolean, email text, other_email text) returns boolean immutable -- catchment_worker
app_private.is_crowded(holders app_private.key_holders) returns boolean immutable -- catchment_worker
app_private.is_followed() returns boolean stable -- catchment_worker
app_private.is_held_by_case(lead_id uuid) returns boolean stable -- catchment_worker
app_private.is_last_attempt(notification app_public.notifications, counts boolean, as_of timestamp with time zone) returns boolean immutable -- catchment_worker
app_private.is_met(clock app_public.clocks) returns boolean immutable -- catchment_worker
app_private.is_named(record app_private.match_records) returns boolean immutable -- catchment_worker
app_private.is_pending_subject(approval app_public.approvals) returns boolean stable -- catchment_worker
app_private.is_pointless(exception app_public.exceptions, lead app_public.leads) returns boolean stable -- catchment_worker
app_private.is_refused(lead_id uuid) returns boolean stable -- catchment_worker
app_private.is_session(pid integer, began_at timestamp with time zone) returns boolean stable -- catchment_worker
app_private.is_test_case(capture_id uuid, lead_id uuid) returns boolean stable -- catchment_worker
app_private.is_time_zone(name text) returns boolean stable -- catchment_worker
app_private.is_watched() returns boolean volatile -- catchment_worker
app_private.is_word_of_ours(outcome text) returns boolean immutable -- catchment_worker
app_private.keep_comments() returns trigger volatile -- nobody
app_private.keep_raw() returns trigger volatile -- nobody
app_private.keep_refusals(refusals app_public.consents[], lead_ids uuid[], actor_id integer) returns void volatile -- catchment_worker
app_private.key_of_lead(lead_id uuid) returns app_private.suppression_key stable -- catchment_worker
app_private.key_surface(path_ids integer[]) returns TABLE(slug text, name text, protocol text, requires_signature boolean, requires_key boolean, max_body_bytes integer, schema jsonb) stable security definer -- catchment_api
app_private.keys_of_lead(lead_id uuid) returns app_private.suppression_key[] stable -- catchment_worker
app_private.keys_of_touches(resolutions app_private.resolution[]) returns app_private.claim[] volatile -- catchment_worker
app_private.known_leads(settled jsonb) returns TABLE(capture_id uuid, lead_id uuid, rank bigint, origin_lead_id uuid) stable -- catchment_worker
app_private.lead_children() returns TABLE(child regclass, origin text, follows_capture boolean) stable -- catchment_worker
app_private.lead_state_of(lead_id uuid) returns app_private.lead_state stable -- catchment_worker
app_private.lead_statuses() returns text[] immutable -- catchment_worker
app_private.leads_of_arrivals(arrivals uuid[]) returns TABLE(lead_id uuid, attributes jsonb, is_dropped boolean) stable -- catchment_worker
app_private.leads_of_keys(keys app_private.suppression_key[]) returns SETOF uuid stable -- catchment_worker
app_private.lease_tokens(kind text, subject_id integer, wanted integer, as_of timestamp with time zone, OUT taken integer, OUT remaining integer, OUT retry_seconds double precision) returns record volatile security definer -- catchment_api
app_private.leave_queue(lead_ids uuid[]) returns void volatile -- catchment_worker
app_private.levenshtein(text, text) returns integer immutable strict -- nobody
app_private.levenshtein(text, text, integer, integer, integer) returns integer immutable strict -- nobody
app_private.levenshtein_less_equal(text, text, integer) returns integer immutable strict -- nobody
app_private.levenshtein_less_equal(text, text, integer, integer, integer, integer) returns integer immutable strict -- nobody
app_private.lift_suppressions(keys app_private.suppression_key[], reasons text[], as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.locate_captures(accepted jsonb, revision integer, as_of timestamp with time zone) returns app_private.arrival[] volatile -- catchment_worker
app_private.lock_deals(batch uuid[], revision integer, stranded app_public.leads[]) returns void volatile -- catchment_worker
app_private.lock_handed_over(told jsonb) returns void volatile -- catchment_worker
app_private.lock_roots(lead_ids uuid[]) returns uuid[] volatile -- catchment_worker
app_private.lock_teams(team_ids integer[]) returns void volatile -- catchment_worker
app_private.log_activities(logged app_private.activity[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.loose_captures_of(lead_ids uuid[]) returns TABLE(lead_id uuid, capture_id uuid) stable -- catchment_worker
app_private.make_partitions(as_of timestamp with time zone, months_ahead integer) returns SETOF text volatile security definer -- catchment_worker
app_private.mark_erasures_recorded(erasure_ids uuid[], as_of timestamp with time zone) returns void volatile security definer -- catchment_api
app_private.mark_shared(claims app_private.claim[], likenesses app_private.likeness[]) returns void volatile -- catchment_worker
app_private.marks_of(calendar_id integer, running_since timestamp with time zone, elapsed_seconds numeric, target_seconds integer, thresholds integer[]) returns TABLE(warn_at timestamp with time zone, due_at timestamp with time zone, overdue_at timestamp with time zone) stable -- catchment_worker
app_private.match_key_hash(key text, boundary_id integer, is_test boolean) returns bigint immutable -- catchment_worker
app_private.match_model(boundary_id integer) returns app_private.identity_models stable -- catchment_worker
app_private.match_records_of(located app_private.arrival[]) returns app_private.match_records[] stable -- catchment_worker
app_private.match_territory(attributes jsonb, source text, boundary_id integer, revision integer) returns TABLE(territory_id integer, rule_id integer, specificity integer, "position" integer) stable -- catchment_worker
app_private.may_contact(lead_id uuid, purpose text, as_of timestamp with time zone) returns boolean stable -- catchment_worker
app_private.may_do(actor_id integer, action text, territory_id integer, team_id integer DEFAULT NULL::integer) returns boolean stable -- catchment_worker
app_private.may_drop_audit_month(month text, number bigint, hash bytea, as_of timestamp with time zone) returns bigint stable -- catchment_worker
app_private.may_hear_of(territory_id integer, recipient_id integer, channel_id integer) returns boolean stable -- catchment_worker
app_private.may_work_on(actor_id integer, lead_id uuid) returns boolean stable -- catchment_worker
app_private.measure_probabilities(probabilities double precision[], won boolean[]) returns TABLE(auc double precision, brier double precision) immutable -- catchment_worker
app_private.members_under(team_id integer, revision integer) returns TABLE(team_id integer, territory_id integer, actor_id integer, "position" integer, weight integer, capacity integer, daily_capacity integer, credit bigint, past_credit bigint, last_turn bigint, past_turn bigint, dealt integer, dealt_on date) stable -- catchment_worker
app_private.merge_leads(survivor_id uuid, merged_id uuid, actor_id integer, score double precision, evidence jsonb, as_of timestamp with time zone) returns uuid volatile -- catchment_worker
app_private.merge_trees(lead_ids uuid[]) returns TABLE(root_id uuid, lead_id uuid) stable -- catchment_worker
app_private.merged_branch(lead_id uuid) returns uuid[] stable -- catchment_worker
app_private.merged_states(lead_id uuid) returns app_private.lead_state[] stable -- catchment_worker
app_private.merged_with(assignment app_public.assignments) returns timestamp with time zone stable -- catchment_worker
app_private.metaphone(text, integer) returns text immutable strict -- nobody
app_private.minutes_text(minutes text) returns text immutable -- catchment_worker
app_private.missing_consents(arrivals uuid[]) returns TABLE(lead_id uuid, purpose text, state text) stable -- catchment_worker
app_private.missing_match_fields(attributes jsonb, boundary_id integer, revision integer) returns TABLE(fields text[]) stable -- catchment_worker
app_private.models_of(records app_private.match_records[]) returns TABLE(boundary_id integer, weights real[], household_weights real[], household_bits real, upper_probability real, lower_probability real, prior_bits real, has_terms boolean) stable -- catchment_worker
app_private.move_children(moves jsonb, lead_id uuid, is_return boolean) returns void volatile -- catchment_worker
app_private.move_subtree() returns trigger volatile security definer -- nobody
app_private.move_turns(routes app_private.route[]) returns void volatile -- catchment_worker
app_private.name_levels(levels smallint[]) returns jsonb immutable -- catchment_worker
app_private.names_contradict(key text, levels smallint[]) returns boolean immutable -- catchment_worker
app_private.next_attempt(notification app_public.notifications, after integer, as_of timestamp with time zone) returns timestamp with time zone stable -- catchment_worker
app_private.next_team(team_id integer, territory_id integer, former_ids integer[]) returns integer stable -- catchment_worker
app_private.note_own_state(own app_private.lead_state) returns void volatile -- catchment_worker
app_private.note_shapes() returns trigger volatile security definer -- nobody
app_private.note_touches(lead_ids uuid[], batch uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.notification_terms(actor_id integer, territory_id integer, kind text) returns TABLE(is_urgent boolean, time_zone text, quiet_from time without time zone, quiet_until time without time zone, digest text, digest_time time without time zone) stable -- catchment_worker
app_private.notify_channel(territory_id integer, event_id uuid, lead_id uuid, trace_id text, kind text, text text, as_of timestamp with time zone, team_id integer DEFAULT NULL::integer, details jsonb DEFAULT NULL::jsonb) returns integer volatile -- catchment_worker
app_private.odd_claims(claims app_private.claim[], likenesses app_private.likeness[]) returns TABLE(claim app_private.claim, is_odd boolean) stable -- catchment_worker
app_private.only_news(resolutions app_private.resolution[]) returns app_private.resolution[] stable -- catchment_worker
app_private.open_exceptions(cases app_private.exception_case[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.open_privacy_requests(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.open_realignment(boundary_id integer) returns integer volatile -- catchment_worker
app_private.operations_team(territory_id integer) returns integer stable -- catchment_worker
app_private.overview() returns jsonb stable security definer -- catchment_api
app_private.own_places(actor_id integer, action text) returns integer[] stable -- catchment_worker
app_private.own_state(lead_id uuid) returns app_private.lead_state stable -- catchment_worker
app_private.park_lead(lead_id uuid, survivor_id uuid, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.partition_months_ahead(as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.pass_on(lead app_public.leads, team_ids integer[], without_ids integer[], cause text, why text, as_of timestamp with time zone, kind text DEFAULT 'lead_assigned'::text, told text DEFAULT 'A lead is yours now.'::text, may_wait boolean DEFAULT true) returns integer volatile -- catchment_worker
app_private.pass_on_expired(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.pass_on_refused(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.pass_on_stranded(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.patience_of(territory_id integer) returns TABLE(stagnant_seconds integer, follow_up_seconds integer, approval_seconds integer, handover_seconds integer) stable -- catchment_worker
app_private.pause_clocks(pauses app_private.clock_pause[]) returns void volatile -- catchment_worker
app_private.percent_decoded(said text) returns text immutable -- catchment_worker
app_private.person_of(attributes jsonb) returns TABLE(first_name text, last_name text, email text, phone text, company text, company_domain text, street text, city text, postal_code text, region text, country text, language text, segment text, birth_date date, employees integer, value_amount numeric, value_currency text, occurred_at timestamp with time zone) stable -- catchment_worker
app_private.person_on_duty(team_id integer, territory_id integer, as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.personal_fields() returns text[] immutable -- catchment_worker
app_private.place_arrival(attributes jsonb, source text, boundary_id integer, contract_id integer, revision integer) returns TABLE(territory_id integer, located_by jsonb) stable -- catchment_worker
app_private.place_in_tree() returns trigger volatile security definer -- nobody
app_private.place_pairs(lead_ids uuid[]) returns void volatile -- catchment_worker
app_private.places_without_role() returns TABLE(owner_id integer, territory_id integer) stable -- catchment_worker
app_private.plan_of(clock app_public.clocks) returns TABLE(target_seconds integer, thresholds integer[], calendar_id integer) stable -- catchment_worker
app_private.pools_above(lead app_public.leads) returns integer[] stable -- catchment_worker
app_private.predict_leads(lead_ids uuid[]) returns TABLE(lead_id uuid, probability double precision, reasons jsonb, model_version integer, trained_at timestamp with time zone) stable -- catchment_worker
app_private.preview_gate(lead app_public.leads, fields jsonb, boundary_id integer, revision integer, as_of timestamp with time zone) returns app_private.gate stable -- catchment_worker
app_private.preview_of(decided app_private.merge_decision) returns app_public.merge_preview stable -- catchment_worker
app_private.preview_route(path_id integer, lead_id uuid, fields jsonb, revision integer, as_of timestamp with time zone) returns app_public.route_preview stable -- catchment_worker
app_private.process_captures(accepted jsonb, refused jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.quarantine_captures(refused jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.rank_touches(lead_ids uuid[], revision integer) returns TABLE(lead_id uuid, field app_public.lead_field, value text, source_event_id uuid, turn double precision, criteria text[], ranks double precision[]) stable -- catchment_worker
app_private.raw_capture_of(capture_id uuid) returns SETOF app_public.raw_capture stable -- catchment_worker
app_private.readable_state(state app_private.lead_state) returns jsonb stable -- catchment_worker
app_private.readings_of(bytes bytea) returns text immutable -- catchment_worker
app_private.realignments_of(boundary_id integer) returns SETOF app_public.realignment stable -- catchment_worker
app_private.reapply_erasure(id uuid, lead_id uuid, lead_ids uuid[], capture_ids uuid[], cause text, erased_at timestamp with time zone, as_of timestamp with time zone) returns boolean volatile -- catchment_worker
app_private.rearm_clocks(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.rearm_leads(lead_ids uuid[], calendar_id integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.reassign_from(owner_id integer, to_id integer, territory_ids integer[], is_untouched boolean, cause text, why text, at_most integer, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.reclaim_captures(capture_ids uuid[]) returns SETOF uuid volatile -- catchment_worker
app_private.record_activities(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_consents(batch uuid[]) returns void volatile -- catchment_worker
app_private.record_fetch(capture_id uuid, told jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_matches(resolutions app_private.resolution[], bringing_ids uuid[]) returns void volatile -- catchment_worker
app_private.record_merge(merge_id uuid, action text, actor_id integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_notifications(told jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_revalidations(verdicts jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_routes(routes app_private.route[], notes jsonb, revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_source_events(batch uuid[]) returns void volatile -- catchment_worker
app_private.record_values(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.refresh_match_statistics(as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.refusal_reason(kind text, violations jsonb) returns text stable -- catchment_worker
app_private.refusals_since_merge(lead_id uuid) returns SETOF app_public.consents stable -- catchment_worker
app_private.refuse_again(refused jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.refuse_change() returns trigger volatile -- nobody
app_private.refused_by(lead_id uuid) returns integer[] stable -- catchment_worker
app_private.rehearse_captures(judged jsonb, revision integer, as_of timestamp with time zone, dealt jsonb DEFAULT '{}'::jsonb) returns TABLE(capture_id uuid, is_lead boolean, territory_then text, territory text, score_then smallint, score smallint, owner_then text, owner text, dealt_to integer) stable -- catchment_worker
app_private.rehearse_deal(team_id integer, leads integer, revision integer, as_of timestamp with time zone) returns TABLE(n bigint, owner text) stable -- catchment_worker
app_private.release_captures(capture_ids uuid[], contract_id integer, as_of timestamp with time zone) returns uuid[] volatile -- catchment_worker
app_private.release_dead_workers() returns integer volatile -- catchment_worker
app_private.relocate_captures(judged jsonb, revision integer) returns TABLE(id uuid, lead_id uuid, outcome text, is_test boolean, is_history boolean, boundary_id integer, owner_id integer, team text, identities jsonb, then_id integer, now_id integer, score_then smallint, score_now smallint) stable -- catchment_worker
app_private.renew_calendar(calendar_id integer, place jsonb, days jsonb, as_of timestamp with time zone) returns boolean volatile -- catchment_worker
app_private.replay_captures(judged jsonb, revision integer) returns integer volatile -- catchment_worker
app_private.report_doubts(resolutions app_private.resolution[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.report_handovers(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.report_lost_workers(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.report_overdue_thresholds(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.report_returns(lead_ids uuid[], batch uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.report_unprocessed(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.report_unsent(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.rescore_leads(lead_ids uuid[], revision integer) returns void volatile -- catchment_worker
app_private.resolve_leads(located app_private.arrival[], revision integer, as_of timestamp with time zone) returns uuid[] volatile -- catchment_worker
app_private.restart_clocks(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.restore_clocks(clock_ids uuid[]) returns void volatile -- catchment_worker
app_private.restore_edits(edits uuid[], merge app_public.lead_merges, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.resume_clocks(clock_ids uuid[], at timestamp with time zone[]) returns void volatile -- catchment_worker
app_private.resume_due(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.resume_reports(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.return_clocks(branch uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.return_later_touches(merge app_public.lead_merges, root_id uuid) returns void volatile -- catchment_worker
app_private.revalidate_captures(capture_ids uuid[], contract_version integer) returns integer volatile -- catchment_worker
app_private.review_companies(domains text[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.review_held(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.review_leads(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.revive_clocks(clock_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.revoke_api_key(key_id integer, as_of timestamp with time zone) returns app_public.api_key_receipt volatile -- catchment_worker
app_private.route_queue(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.routing_score(lead_id uuid, path integer[], points integer) returns TABLE(score integer, origin text) stable -- catchment_worker
app_private.routing_team(territory_id integer, contract_id integer) returns integer stable -- catchment_worker
app_private.ruled_leads(lead_ids uuid[], places jsonb, revision integer, as_of timestamp with time zone) returns TABLE(lead_id uuid, gate text, reason jsonb, sentence text) stable -- catchment_worker
app_private.said_in(capture app_public.captures) returns text stable -- catchment_worker
app_private.sales_team(territory_id integer) returns integer stable -- catchment_worker
app_private.schedule_realignment(boundary_id integer, revision integer, with_closed boolean, effective_at timestamp with time zone, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.score_leads(batch uuid[], revision integer) returns uuid[] volatile -- catchment_worker
app_private.scoring_examples(boundary_id integer, since timestamp with time zone, as_of timestamp with time zone, most integer DEFAULT 200000) returns TABLE(lead_id uuid, territory_id integer, is_won boolean, touch app_public.source_events) stable -- catchment_worker
app_private.scoring_points(boundary_id integer, since timestamp with time zone, as_of timestamp with time zone) returns TABLE(lead_id uuid, is_won boolean, points double precision, touch app_public.source_events) stable -- catchment_worker
app_private.scrub_approvals(approval_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.scrub_captures(capture_ids uuid[], as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.scrub_people(lead_ids uuid[], capture_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.scrub_stories(lead_ids uuid[], reach uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.scrub_talk(exception_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.scrub_touches(lead_ids uuid[], reach uuid[]) returns void volatile -- catchment_worker
app_private.seal_audit(at_most integer) returns integer volatile -- catchment_worker
app_private.sealed_secrets() returns TABLE(slug text, name text, ciphertext bytea, key_id text, created_at timestamp with time zone) stable security definer -- catchment_api
app_private.search_text(first_name text, last_name text, email text) returns text stable -- catchment_worker
app_private.set_limit(real) returns real volatile strict -- nobody
app_private.settle_candidates(lead_ids uuid[], actor_id integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_captures(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_doubts(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_identities(resolutions app_private.resolution[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_merged_cases(lead_id uuid, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_reached(notification_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_releases(capture_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_tasks(as_of timestamp with time zone, task_ids uuid[] DEFAULT NULL::uuid[]) returns integer volatile -- catchment_worker
app_private.shadow_routes(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.show_clocks(lead_ids uuid[]) returns void volatile -- catchment_worker
app_private.show_limit() returns real stable strict -- nobody
app_private.show_trgm(text) returns text[] immutable strict -- nobody
app_private.shown_of(lead_id uuid) returns TABLE(attributes jsonb, path_id integer) stable -- catchment_worker
app_private.similarity(text, text) returns real immutable strict -- nobody
app_private.similarity_dist(text, text) returns real immutable strict -- nobody
app_private.similarity_op(text, text) returns boolean stable strict -- nobody
app_private.soundex(text) returns text immutable strict -- nobody
app_private.spelled_out(raw text) returns text immutable -- catchment_worker
app_private.stage_captures(path_ids integer[], idempotency_keys text[], bodies bytea[], content_types text[], trace_ids text[], is_test boolean[], ids uuid[] DEFAULT NULL::uuid[], kept_headers text[] DEFAULT NULL::text[], parts_of uuid[] DEFAULT NULL::uuid[]) returns TABLE(ordinal integer, capture_id uuid, trace_id text, is_new boolean, same_body boolean) volatile security definer -- catchment_api
app_private.stage_import(import_id uuid, place text, keys text[], bodies bytea[], content_type text) returns app_private.import_batches volatile -- catchment_worker
app_private.stage_rows(path_id integer, keys text[], bodies bytea[], content_type text) returns TABLE(ordinal integer, capture_id uuid, is_new boolean, same_body boolean) volatile -- catchment_worker
app_private.start_case_clocks(wanted app_private.case_clock[]) returns void volatile -- catchment_worker
app_private.start_clocks(batch uuid[]) returns void volatile -- catchment_worker
app_private.stop_case_clocks(wanted app_private.case_clock[]) returns void volatile -- catchment_worker
app_private.stop_clocks(lead_ids uuid[], responded_at timestamp with time zone[]) returns void volatile -- catchment_worker
app_private.stranded_of(batch uuid[]) returns app_public.leads[] volatile -- catchment_worker
app_private.strict_word_similarity(text, text) returns real immutable strict -- nobody
app_private.strict_word_similarity_commutator_op(text, text) returns boolean stable strict -- nobody
app_private.strict_word_similarity_dist_commutator_op(text, text) returns real immutable strict -- nobody
app_private.strict_word_similarity_dist_op(text, text) returns real immutable strict -- nobody
app_private.strict_word_similarity_op(text, text) returns boolean stable strict -- nobody
app_private.suppress_keys(keys app_private.suppression_key[], reason text, ends_at timestamp with time zone, actor_id integer, capture_id uuid, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.suppressed_leads(arrivals uuid[], as_of timestamp with time zone) returns TABLE(lead_id uuid, kind text, reason text) stable -- catchment_worker
app_private.suppressible_keys(lead_id uuid, actor_id integer) returns app_private.suppression_key[] stable -- catchment_worker
app_private.survivor_of(lead_id uuid) returns uuid stable -- catchment_worker
app_private.survivorship_of(territory_ids integer[], revision integer) returns TABLE(territory_id integer, field app_public.lead_field, field_group text, criteria text[], trusted_sources text[]) stable -- catchment_worker
app_private.sweep_stagnant(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.sweep_suppressions(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.take_clocks(lead_id uuid, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.take_turn(name text) returns void volatile -- catchment_worker
app_private.target_of(channel text, recipient_id integer, channel_id integer) returns text stable -- catchment_worker
app_private.tell_approval(approval_id uuid, kind text, recipient_id integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.tell_escalations(steps app_public.exception_escalations[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.text_of(bytes bytea) returns text stable -- catchment_worker
app_private.text_soundex(text) returns text immutable strict -- nobody
app_private.threshold_actions(actions jsonb, thresholds integer[], fired integer) returns jsonb immutable -- catchment_worker
app_private.threshold_at(calendar_id integer, running_since timestamp with time zone, elapsed_seconds numeric, target_seconds integer, percent integer) returns timestamp with time zone stable -- catchment_worker
app_private.threshold_text(kind text, threshold integer) returns text immutable -- catchment_worker
app_private.time_approvals() returns trigger volatile security definer -- nobody
app_private.time_exceptions() returns trigger volatile security definer -- nobody
app_private.time_tasks() returns trigger volatile security definer -- nobody
app_private.touch_number(lead_id uuid, capture_id uuid) returns bigint stable -- catchment_worker
app_private.unassigned_policy(territory_id integer) returns TABLE(seconds integer, fallback_team_id integer) stable -- catchment_worker
app_private.under_name_of(record app_private.match_records, lead_id uuid) returns app_private.match_records stable -- catchment_worker
app_private.undo_edits(lead app_public.leads, fields app_public.lead_field[], actor_id integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.unescaped(said text) returns text immutable -- catchment_worker
app_private.unicode_domain(domain text) returns text immutable -- catchment_worker
app_private.unindexed_touches(after uuid, most integer) returns TABLE(last_id uuid, leads integer, touches jsonb) stable -- catchment_worker
app_private.unmerge_lead(lead_id uuid, actor_id integer, as_of timestamp with time zone) returns uuid volatile -- catchment_worker
app_private.unread_rules(attributes jsonb, source text, boundary_id integer, revision integer, contract_id integer, own_position integer, specificity integer, "position" integer) returns TABLE(rules jsonb) stable -- catchment_worker
app_private.unrecorded_erasures() returns TABLE(id uuid, lead_id uuid, lead_ids uuid[], capture_ids uuid[], cause text, erased_at timestamp with time zone) volatile security definer -- catchment_api
app_private.use_api_key(prefix text, secret_hash bytea, as_of timestamp with time zone) returns TABLE(key_id integer, actor_id integer, operations text[], path_ids integer[], rate_per_second double precision, rate_burst integer) volatile security definer -- catchment_api
app_private.use_scoring_model(boundary_id integer, version integer) returns boolean volatile -- catchment_worker
app_private.uuid_floor(at timestamp with time zone) returns uuid immutable strict -- catchment_worker
app_private.wake(task text) returns void volatile security definer -- nobody
app_private.wake_queue() returns void volatile security definer -- nobody
app_private.walls() returns TABLE(object text, verb text, door text, action text, role text, scope text, withheld text[]) stable -- catchment_worker
app_private.ways_on(lead app_public.leads) returns integer[] stable -- catchment_worker
app_private.ways_to(actor_id integer, kind text, has_mail boolean) returns TABLE(channel text, channel_id integer) stable -- catchment_worker
app_private.weigh_levels(levels smallint[], weights real[], excess real[]) returns real immutable -- catchment_worker
app_private.weigh_offers(claims app_private.claim[], likenesses app_private.likeness[]) returns app_private.offer[] stable -- catchment_worker
app_private.weigh_touches(lead_ids uuid[], revision integer) returns TABLE(lead_id uuid, field app_public.lead_field, value text, source_event_id uuid, is_first boolean, rule text) stable -- catchment_worker
app_private.weight_of(won bigint, all_won bigint, lost bigint, all_lost bigint) returns double precision immutable -- catchment_worker
app_private.what_differs(entity text, before jsonb, after jsonb) returns jsonb stable -- catchment_worker
app_private.who_can_see(lead_id uuid, as_of timestamp with time zone) returns TABLE(actor text, name text, kind text, ways text[], role text, granted_on text, path text[]) stable -- catchment_worker
app_private.win_accounts(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.with_items(state app_private.lead_state) returns app_private.lead_state stable -- catchment_worker
app_private.with_those_items(state app_private.lead_state, touch_ids uuid[], deed_ids uuid[], unmerged_id uuid DEFAULT NULL::uuid) returns app_private.lead_state stable -- catchment_worker
app_private.without_persons(entity text, content jsonb) returns jsonb stable -- catchment_worker
app_private.word_similarity(text, text) returns real immutable strict -- nobody
app_private.word_similarity_commutator_op(text, text) returns boolean stable strict -- nobody
app_private.word_similarity_dist_commutator_op(text, text) returns real immutable strict -- nobody
app_private.word_similarity_dist_op(text, text) returns real immutable strict -- nobody
app_private.word_similarity_op(text, text) returns boolean stable strict -- nobody
app_private.working_places(actor_id integer) returns integer[] stable -- catchment_worker
app_private.working_seconds_between(calendar_id integer, from_at timestamp with time zone, to_at timestamp with time zone) returns numeric stable -- catchment_worker
app_private.working_spans(calendar_id integer, from_at timestamp with time zone, to_at timestamp with time zone) returns TABLE(starts_at timestamp with time zone, ends_at timestamp with time zone) stable -- catchment_worker
app_private.working_time_at(calendar_id integer, at timestamp with time zone) returns numeric stable strict -- catchment_worker
app_private.working_time_outside(calendar_id integer, at timestamp with time zone) returns numeric stable -- catchment_worker
app_private.working_time_reached(calendar_id integer, target numeric) returns timestamp with time zone stable strict -- catchment_worker
app_private.works_leads_in(actor_id integer, territory_id integer) returns boolean stable -- catchment_worker
app_private.write_account(territory_id integer, domain text, name text, owner_id integer, status text, as_of timestamp with time zone) returns uuid volatile -- catchment_worker
app_private.write_edits(lead app_public.leads, fields jsonb, actor_id integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.write_shadow(decision_ids uuid[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.zone_shifts(time_zone text, from_at timestamp with time zone, to_at timestamp with time zone) returns TABLE(starts timestamp without time zone, ends timestamp without time zone, distance interval) stable -- catchment_worker
app_public.accept_lead(lead_id uuid) returns app_public.leads volatile strict security definer -- catchment_user
app_public.acknowledge_exception(exception_id uuid) returns app_public.exceptions volatile security definer -- catchment_user
app_public.assign_exception(exception_id uuid, owner text) returns app_public.exceptions volatile security definer -- catchment_user
app_public.bulk_reassign_leads(from_owner text, to_owner text DEFAULT NULL::text, reason text DEFAULT ''::text) returns integer volatile security definer -- catchment_user
app_public.cancel_realignment(boundary text) returns app_public.realignment volatile strict security definer -- catchment_user
app_public.capture_lead(path text, payload jsonb, idempotency_key text DEFAULT NULL::text) returns app_public.capture_receipt volatile security definer -- catchment_user
app_public.change_lead_status(lead_id uuid, status text) returns app_public.leads volatile strict security definer -- catchment_user
app_public.claim_lead(lead_id uuid) returns app_public.leads volatile strict security definer -- catchment_user
app_public.comment_exception(exception_id uuid, text text) returns app_public.exception_comments volatile security definer -- catchment_user
app_public.complete_task(task_id uuid, note text DEFAULT ''::text) returns app_public.tasks volatile security definer -- catchment_user
app_public.consents_source_event(consent app_public.consents) returns app_public.source_events stable -- catchment_user
app_public.correct_capture(capture_id uuid, corrections jsonb) returns app_public.raw_capture volatile strict security definer -- catchment_user
app_public.create_api_key(actor text, operations text[], days integer DEFAULT NULL::integer) returns app_public.api_key_receipt volatile security definer -- catchment_user
app_public.current_actor() returns app_public.actors stable -- catchment_user
app_public.decide_approval(approval_id uuid, is_approved boolean, note text DEFAULT ''::text) returns app_public.approvals volatile security definer -- catchment_user
app_public.decline_lead(lead_id uuid, reason text) returns app_public.leads volatile strict security definer -- catchment_user
app_public.discard_captures(capture_ids uuid[], reason text) returns integer volatile strict security definer -- catchment_user
app_public.edit_account(territory text, domain text, owner text DEFAULT NULL::text, name text DEFAULT NULL::text, status text DEFAULT NULL::text) returns app_public.accounts volatile security definer -- catchment_user
app_public.edit_lead(lead_id uuid, fields jsonb) returns app_public.leads volatile strict security definer -- catchment_user
app_public.erase_lead(lead_id uuid) returns app_public.erasure_receipt volatile strict security definer -- catchment_user
app_public.exempt_from_realignment(boundary text, lead_ids uuid[], is_exempt boolean DEFAULT true) returns app_public.realignment volatile security definer -- catchment_user
app_public.export_person(lead_id uuid) returns jsonb volatile strict security definer -- catchment_user
app_public.lead_matches(text text) returns uuid[] stable security definer -- catchment_user
app_public.lead_page(size integer, is_descending boolean, beyond uuid) returns uuid[] stable security definer -- catchment_user
app_public.leads_account(lead app_public.leads) returns app_public.accounts stable -- catchment_user
app_public.leads_attribution(lead app_public.leads, model app_public.attribution_model DEFAULT NULL::app_public.attribution_model) returns SETOF app_public.attribution_credits stable -- catchment_user
app_public.leads_clock_intervals(lead app_public.leads) returns SETOF app_public.clock_intervals stable -- catchment_user
app_public.leads_consent_states(lead app_public.leads) returns SETOF app_public.consents stable -- catchment_user
app_public.leads_decision(lead app_public.leads) returns app_public.decisions stable -- catchment_user
app_public.leads_engagement_score(lead app_public.leads) returns integer stable -- catchment_user
app_public.leads_explanation(lead app_public.leads) returns text stable -- catchment_user
app_public.leads_field_origins(lead app_public.leads) returns SETOF app_public.field_origin stable security definer -- catchment_user
app_public.leads_fit_score(lead app_public.leads) returns integer stable -- catchment_user
app_public.leads_prediction(lead app_public.leads) returns app_public.prediction stable security definer -- catchment_user
app_public.leads_primary_source(lead app_public.leads) returns text stable -- catchment_user
app_public.leads_sla_elapsed_ratio(lead app_public.leads) returns double precision stable -- catchment_user
app_public.leads_sla_remaining(lead app_public.leads) returns double precision stable -- catchment_user
app_public.leads_sla_state(lead app_public.leads) returns text stable -- catchment_user
app_public.leads_story(lead app_public.leads) returns SETOF app_public.story_entries stable -- catchment_user
app_public.leads_times(lead app_public.leads) returns app_public.lead_times stable -- catchment_user
app_public.log_activity(lead_id uuid, kind text, note text DEFAULT ''::text, is_response boolean DEFAULT true, occurred_at timestamp with time zone DEFAULT now()) returns app_public.activities volatile security definer -- catchment_user
app_public.merge_leads(survivor_id uuid, merged_id uuid) returns app_public.leads volatile strict security definer -- catchment_user
app_public.notification_settings() returns app_public.notification_settings stable security definer -- catchment_user
app_public.pause_clock(lead_id uuid, reason text, until timestamp with time zone DEFAULT NULL::timestamp with time zone) returns app_public.leads volatile security definer -- catchment_user
app_public.preview_merge(survivor_id uuid, merged_id uuid) returns app_public.merge_preview stable strict security definer -- catchment_user
app_public.preview_realignment(boundary text, with_closed boolean DEFAULT false) returns SETOF app_public.realignment_move stable security definer -- catchment_user
app_public.preview_route(path text DEFAULT NULL::text, lead_id uuid DEFAULT NULL::uuid, fields jsonb DEFAULT '{}'::jsonb, revision integer DEFAULT NULL::integer) returns app_public.route_preview stable security definer -- catchment_user
app_public.preview_unmerge(lead_id uuid) returns app_public.merge_preview stable strict security definer -- catchment_user
app_public.quarantined_capture(capture_id uuid) returns app_public.raw_capture stable strict security definer -- catchment_user
app_public.realignments(boundary text) returns SETOF app_public.realignment stable security definer -- catchment_user
app_public.reassign_lead(lead_id uuid, owner text, reason text DEFAULT ''::text) returns app_public.leads volatile security definer -- catchment_user
app_public.record_consent(lead_id uuid, purpose text, state text, text_version text, note text DEFAULT ''::text) returns app_public.consents volatile security definer -- catchment_user
app_public.release_captures(capture_ids uuid[]) returns integer volatile strict security definer -- catchment_user
app_public.reopen_exception(exception_id uuid, reason text) returns app_public.exceptions volatile security definer -- catchment_user
app_public.request_approval(approver text, reason text, lead_id uuid DEFAULT NULL::uuid, exception_id uuid DEFAULT NULL::uuid) returns app_public.approvals volatile security definer -- catchment_user
app_public.resolve_exception(exception_id uuid, outcome text, note text DEFAULT ''::text) returns app_public.exceptions volatile security definer -- catchment_user
app_public.resume_clock(lead_id uuid) returns app_public.leads volatile strict security definer -- catchment_user
app_public.revalidate_captures(capture_ids uuid[], contract_version integer DEFAULT NULL::integer) returns integer volatile security definer -- catchment_user
app_public.revoke_api_key(prefix text) returns app_public.api_key_receipt volatile security definer -- catchment_user
app_public.schedule_realignment(boundary text, effective_at timestamp with time zone DEFAULT NULL::timestamp with time zone, with_closed boolean DEFAULT false) returns app_public.realignment volatile security definer -- catchment_user
app_public.search_leads(text text) returns SETOF app_public.leads stable -- catchment_user
app_public.set_absence(actor text, starts_at timestamp with time zone, ends_at timestamp with time zone DEFAULT NULL::timestamp with time zone, hand_over boolean DEFAULT false) returns app_public.absence_receipt volatile security definer -- catchment_user
app_public.set_notification_preferences(actor text, language text DEFAULT NULL::text, time_zone text DEFAULT NULL::text, quiet_from time without time zone DEFAULT NULL::time without time zone, quiet_until time without time zone DEFAULT NULL::time without time zone, digest text DEFAULT NULL::text, digest_time time without time zone DEFAULT NULL::time without time zone, muted text[] DEFAULT NULL::text[]) returns app_public.notification_settings volatile security definer -- catchment_user
app_public.suppress_person(lead_id uuid, reason text DEFAULT 'asked_not_to_be_contacted'::text) returns app_public.leads volatile security definer -- catchment_user
app_public.trace(trace_id text) returns SETOF app_public.story_entries stable strict -- catchment_user
app_public.undo_lead_edits(lead_id uuid, fields app_public.lead_field[]) returns app_public.leads volatile strict security definer -- catchment_user
app_public.unmerge_lead(lead_id uuid) returns app_public.leads volatile strict security definer -- catchment_user
app_public.unsuppress_person(lead_id uuid) returns app_public.leads volatile strict security definer -- catchment_user

-- Triggers

CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.api_keys REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.api_keys REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON app_private.audit_blocks FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_truncate BEFORE TRUNCATE ON app_private.audit_blocks FOR EACH STATEMENT EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON app_private.audit_entries FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_truncate BEFORE TRUNCATE ON app_private.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _500_rearm_clocks AFTER INSERT ON app_private.calendar_spans REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_rearm_clocks()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.channel_secrets REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.channel_secrets REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.channel_secrets REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.erasures REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.identity_models REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.identity_models REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.notification_channels REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.notification_channels REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.notification_channels REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.notification_policies REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.notification_policies REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.notification_policies REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.notification_preferences REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.notification_preferences REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.notification_preferences REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.path_secrets REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.path_secrets REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.path_secrets REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.permissions REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.permissions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.permissions REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.privacy_requests REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.privacy_requests REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.privacy_requests REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.realignments REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.realignments REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.retention_rules REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.retention_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.retention_rules REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.scoring_models REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.scoring_models REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.sign_ins REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.sign_ins REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.sign_ins REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.suppressions REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.suppressions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.suppressions REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _500_wake_queue_on_delete AFTER DELETE ON app_public.absences FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_route_queue()
CREATE TRIGGER _500_wake_queue_on_return AFTER INSERT ON app_public.absences REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_return()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.absences REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.absences REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.accounts REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.accounts REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _500_close_grants AFTER UPDATE OF is_active ON app_public.actors FOR EACH STATEMENT EXECUTE FUNCTION app_private.close_grants()
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.actors REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.actors REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _400_time_insert AFTER INSERT ON app_public.approvals REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.time_approvals()
CREATE TRIGGER _400_time_update AFTER UPDATE ON app_public.approvals REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.time_approvals()
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.approvals REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.approvals REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.calendars REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.calendars REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.calendars REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.capture_paths REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.capture_paths REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _100_keep_raw BEFORE UPDATE OF body, content_type, headers, erased_at ON app_public.captures FOR EACH ROW WHEN (((((old.body IS DISTINCT FROM new.body) OR (old.content_type IS DISTINCT FROM new.content_type)) OR (old.headers IS DISTINCT FROM new.headers)) OR (old.erased_at IS DISTINCT FROM new.erased_at))) EXECUTE FUNCTION app_private.keep_raw() -- always
CREATE TRIGGER _100_refuse_delete BEFORE DELETE ON app_public.captures FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _500_wake_drain AFTER INSERT ON app_public.captures REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_drain_captures()
CREATE TRIGGER _900_audit_update AFTER UPDATE OF corrections, released_at, discard_reason ON app_public.captures FOR EACH ROW WHEN ((((old.corrections IS DISTINCT FROM new.corrections) OR (old.released_at IS DISTINCT FROM new.released_at)) OR (old.discard_reason IS DISTINCT FROM new.discard_reason))) EXECUTE FUNCTION app_private.audit_captures_update() -- always
CREATE TRIGGER _500_nudge_sweep_insert AFTER INSERT ON app_public.clocks REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_fire_thresholds()
CREATE TRIGGER _500_nudge_sweep_update AFTER UPDATE ON app_public.clocks REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_fire_thresholds()
CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON app_public.contract_rules FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.contract_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _100_refuse_change BEFORE UPDATE ON app_public.contracts FOR EACH ROW WHEN ((((((((old.path_id IS DISTINCT FROM new.path_id) OR (old.version IS DISTINCT FROM new.version)) OR (old.definition IS DISTINCT FROM new.definition)) OR (old.fallback_territory_id IS DISTINCT FROM new.fallback_territory_id)) OR (old.team_id IS DISTINCT FROM new.team_id)) OR (old.is_history IS DISTINCT FROM new.is_history)) OR (old.published_at IS DISTINCT FROM new.published_at))) EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_delete BEFORE DELETE ON app_public.contracts FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.contracts REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.decisions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_decisions_insert() -- always
CREATE TRIGGER _100_keep_comments BEFORE UPDATE ON app_public.exception_comments FOR EACH ROW EXECUTE FUNCTION app_private.keep_comments() -- always
CREATE TRIGGER _100_refuse_delete BEFORE DELETE ON app_public.exception_comments FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.exception_comments REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _100_keep_escalations BEFORE UPDATE ON app_public.exception_escalations FOR EACH ROW WHEN (((to_jsonb(old.*) - 'territory_id'::text) IS DISTINCT FROM (to_jsonb(new.*) - 'territory_id'::text))) EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_delete BEFORE DELETE ON app_public.exception_escalations FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.exception_policies REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.exception_policies REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _400_time_insert AFTER INSERT ON app_public.exceptions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.time_exceptions()
CREATE TRIGGER _400_time_update AFTER UPDATE ON app_public.exceptions REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.time_exceptions()
CREATE TRIGGER _600_announce_insert AFTER INSERT ON app_public.exceptions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.announce_exceptions()
CREATE TRIGGER _600_announce_update AFTER UPDATE ON app_public.exceptions REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.announce_exceptions()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.exceptions REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.exceptions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.exceptions REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.gate_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.lead_edits REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.lead_edits REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.lead_merges REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.lead_merges REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _400_cut_segments AFTER UPDATE ON app_public.leads REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.cut_segments()
CREATE TRIGGER _450_follow_moves AFTER UPDATE OF territory_id ON app_public.leads FOR EACH ROW WHEN ((old.territory_id <> new.territory_id)) EXECUTE FUNCTION app_private.follow_moves()
CREATE TRIGGER _500_index_search_insert AFTER INSERT ON app_public.leads REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.index_search_insert()
CREATE TRIGGER _500_index_search_update AFTER UPDATE OF first_name, last_name, email, merged_into_id, erased_at ON app_public.leads FOR EACH ROW WHEN ((((((old.first_name IS DISTINCT FROM new.first_name) OR (old.last_name IS DISTINCT FROM new.last_name)) OR (old.email IS DISTINCT FROM new.email)) OR (old.merged_into_id IS DISTINCT FROM new.merged_into_id)) OR (old.erased_at IS DISTINCT FROM new.erased_at))) EXECUTE FUNCTION app_private.index_search_update()
CREATE TRIGGER _500_wake_queue AFTER UPDATE OF closed_at ON app_public.leads FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_route_queue()
CREATE TRIGGER _600_announce_insert AFTER INSERT ON app_public.leads REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.announce_leads()
CREATE TRIGGER _600_announce_update AFTER UPDATE ON app_public.leads REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.announce_leads()
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.leads REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_leads_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.leads REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_leads_update() -- always
CREATE TRIGGER _500_close_grants AFTER INSERT OR DELETE OR UPDATE ON app_public.memberships FOR EACH STATEMENT EXECUTE FUNCTION app_private.close_grants()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.memberships REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.memberships REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.memberships REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _500_wake_notify AFTER INSERT ON app_public.notifications REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_notify()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.responsibilities REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.responsibilities REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.responsibilities REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.revisions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.routing_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.scoring_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _500_rearm_clocks AFTER UPDATE ON app_public.sla_policies REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_rearm_clocks()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.sla_policies REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.sla_policies REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.sla_policies REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _100_refuse_change BEFORE UPDATE OF origin_lead_id, capture_id, trace_id, source, channel, campaign, medium, occurred_at ON app_public.source_events FOR EACH ROW WHEN (((((((old.origin_lead_id IS DISTINCT FROM new.origin_lead_id) OR (old.capture_id IS DISTINCT FROM new.capture_id)) OR (old.trace_id IS DISTINCT FROM new.trace_id)) OR (old.source IS DISTINCT FROM new.source)) OR (old.occurred_at IS DISTINCT FROM new.occurred_at)) OR ((old.channel IS NOT NULL) AND (new.channel IS DISTINCT FROM old.channel)) OR ((old.campaign IS NOT NULL) AND (new.campaign IS DISTINCT FROM old.campaign)) OR ((old.medium IS NOT NULL) AND (new.medium IS DISTINCT FROM old.medium)))) EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_delete BEFORE DELETE ON app_public.source_events FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.survivorship_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _400_time_insert AFTER INSERT ON app_public.tasks REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.time_tasks()
CREATE TRIGGER _400_time_update AFTER UPDATE ON app_public.tasks REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.time_tasks()
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.tasks REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.tasks REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _500_wake_queue AFTER INSERT OR UPDATE OF weight, capacity, daily_capacity ON app_public.team_members FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_route_queue()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.team_members FOR EACH ROW EXECUTE FUNCTION app_private.audit_row() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.team_members FOR EACH ROW EXECUTE FUNCTION app_private.audit_row() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE OF team_id, territory_id, actor_id, "position", weight, capacity, daily_capacity ON app_public.team_members FOR EACH ROW WHEN ((((((((old.team_id IS DISTINCT FROM new.team_id) OR (old.territory_id IS DISTINCT FROM new.territory_id)) OR (old.actor_id IS DISTINCT FROM new.actor_id)) OR (old."position" IS DISTINCT FROM new."position")) OR (old.weight IS DISTINCT FROM new.weight)) OR (old.capacity IS DISTINCT FROM new.capacity)) OR (old.daily_capacity IS DISTINCT FROM new.daily_capacity))) EXECUTE FUNCTION app_private.audit_row() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.teams FOR EACH ROW EXECUTE FUNCTION app_private.audit_row() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE OF territory_id, slug, name, kind, contact_name, takes_leads, handles_operations, escalates_to_id, is_active, accept_seconds ON app_public.teams FOR EACH ROW WHEN (((((((((((old.territory_id IS DISTINCT FROM new.territory_id) OR (old.slug IS DISTINCT FROM new.slug)) OR (old.name IS DISTINCT FROM new.name)) OR (old.kind IS DISTINCT FROM new.kind)) OR (old.contact_name IS DISTINCT FROM new.contact_name)) OR (old.takes_leads IS DISTINCT FROM new.takes_leads)) OR (old.handles_operations IS DISTINCT FROM new.handles_operations)) OR (old.escalates_to_id IS DISTINCT FROM new.escalates_to_id)) OR (old.is_active IS DISTINCT FROM new.is_active)) OR (old.accept_seconds IS DISTINCT FROM new.accept_seconds))) EXECUTE FUNCTION app_private.audit_row() -- always
CREATE TRIGGER _100_place_in_tree BEFORE INSERT OR UPDATE ON app_public.territories FOR EACH ROW EXECUTE FUNCTION app_private.place_in_tree()
CREATE TRIGGER _200_move_subtree AFTER UPDATE ON app_public.territories REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.move_subtree()
CREATE TRIGGER _500_close_grants AFTER INSERT OR DELETE OR UPDATE ON app_public.territories FOR EACH STATEMENT EXECUTE FUNCTION app_private.close_grants()
CREATE TRIGGER _500_rearm_clocks AFTER UPDATE ON app_public.territories REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_rearm_clocks()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.territories REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.territories REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.territories REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _100_note_shapes AFTER INSERT ON app_public.territory_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.note_shapes()
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.territory_rules REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_territory_rules_insert() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.working_hours REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.working_hours REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always

-- Policies for anybody but catchment_worker

select_in_my_audited_territories on app_private.audit_entries for select to catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_audited_territory_ids() AS my_audited_territory_ids)))

select_in_my_territories on app_public.accounts for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.activities for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_whom_i_share_with on app_public.actors for select to catchment_user, catchment_bi
  using ((id = ( SELECT app_hidden.current_actor_id() AS current_actor_id)) OR (id = ANY (ARRAY( SELECT app_hidden.visible_actor_ids() AS visible_actor_ids))) OR (EXISTS ( SELECT
   FROM app_public.leads
  WHERE (leads.owner_id = actors.id))))

select_in_my_territories on app_public.approvals for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.assignments for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.calendars for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.capture_paths for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.captures for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.clock_segments for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.clocks for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.consents for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.contracts for select to catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.decisions for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.escalations for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.exception_comments for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.exception_escalations for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.exceptions for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.lead_edits for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.lead_merges for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.leads for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.match_candidates for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.responsibilities for select to catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.shadow_routes for select to catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.sla_policies for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.source_events for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.tasks for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.team_members for select to catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.teams for select to catchment_user, catchment_bi
  using (territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))

select_in_my_territories on app_public.territories for select to catchment_user, catchment_bi
  using (id = (( SELECT app_hidden.my_territories() AS my_territories))[width_bucket(id, ( SELECT app_hidden.my_territories() AS my_territories))])

-- Grants on relations to anybody but their owner

app_private.actor_scopes: catchment_worker may delete, insert, select, update
app_private.api_keys: catchment_worker may insert, select, update
app_private.audit_blocks: catchment_worker may insert, select
app_private.audit_entries: catchment_bi may select
app_private.audit_entries: catchment_worker may insert, select
app_private.audit_salts: catchment_worker may delete, insert, select, update
app_private.calendar_holidays: catchment_worker may delete, insert, select
app_private.calendar_spans: catchment_worker may delete, insert, select, update
app_private.capture_keys: catchment_worker may insert, select, update
app_private.channel_secrets: catchment_worker may delete, insert, select, update
app_private.clock_changes: catchment_worker may insert, select, update
app_private.draft_members: catchment_worker may insert, select
app_private.drain_watches: catchment_worker may update
app_private.erasures: catchment_worker may insert, select, update
app_private.identity_models: catchment_worker may insert, select, update
app_private.import_batches: catchment_worker may delete, insert, select, update
app_private.imports: catchment_worker may delete, insert, select
app_private.lead_fields: catchment_worker may select
app_private.lead_identities: catchment_worker may delete, insert, select, update
app_private.lead_texts: catchment_worker may delete, insert, select, update
app_private.live_territories: catchment_worker may insert, select, update
app_private.match_keys: catchment_worker may delete, insert, select
app_private.match_records: catchment_worker may delete, insert, select, update
app_private.match_statistics: catchment_worker may insert, select, update
app_private.match_terms: catchment_worker may delete, insert, select, update
app_private.notification_channels: catchment_worker may delete, insert, select, update
app_private.notification_kinds: catchment_worker may delete, insert, select, update
app_private.notification_policies: catchment_worker may delete, insert, select, update
app_private.notification_preferences: catchment_worker may delete, insert, select, update
app_private.path_secrets: catchment_worker may delete, insert, select, update
app_private.permissions: catchment_worker may delete, insert, select, update
app_private.privacy_requests: catchment_worker may insert, select, update
app_private.rate_buckets: catchment_worker may insert, select, update
app_private.realignment_moves: catchment_worker may insert, select, update
app_private.realignments: catchment_worker may insert, select, update
app_private.retention_rules: catchment_worker may delete, insert, select, update
app_private.scoring_models: catchment_worker may insert, select, update
app_private.scoring_weights: catchment_worker may insert, select
app_private.shadow_runs: catchment_worker may insert, select, update
app_private.sign_ins: catchment_worker may delete, insert, select, update
app_private.suppressions: catchment_worker may delete, insert, select, update
app_private.territory_grants: catchment_worker may delete, insert, select
app_private.territory_shapes: catchment_worker may insert, select
app_private.turns: catchment_worker may insert, select, update
app_private.watched_stores: catchment_worker may update
app_private.worker_deaths: catchment_worker may delete, insert, select
app_private.worker_pools: catchment_worker may delete, insert, select, update
app_public.absences: catchment_worker may delete, insert, select
app_public.accounts: catchment_bi may select
app_public.accounts: catchment_user may select
app_public.accounts: catchment_worker may insert, select, update
app_public.activities: catchment_bi may select
app_public.activities: catchment_user may select
app_public.activities: catchment_worker may insert, select, update
app_public.actors: catchment_bi may select (id, kind, slug, name)
app_public.actors: catchment_user may select (id, kind, slug, name)
app_public.actors: catchment_worker may insert, select, update
app_public.approvals: catchment_bi may select
app_public.approvals: catchment_user may select
app_public.approvals: catchment_worker may insert, select, update
app_public.assignments: catchment_bi may select
app_public.assignments: catchment_user may select
app_public.assignments: catchment_worker may insert, select, update
app_public.attribution_credits: catchment_bi may select
app_public.attribution_credits: catchment_user may select
app_public.attribution_credits: catchment_worker may select
app_public.attribution_touches: catchment_bi may select
app_public.attribution_touches: catchment_user may select
app_public.attribution_touches: catchment_worker may select
app_public.calendars: catchment_bi may select
app_public.calendars: catchment_user may select
app_public.calendars: catchment_worker may insert, select, update
app_public.capture_paths: catchment_bi may select
app_public.capture_paths: catchment_user may select
app_public.capture_paths: catchment_worker may insert, select, update
app_public.captures: catchment_bi may select (id, path_id, territory_id, contract_id, lead_id, kind, status, outcome, attempts, trace_id, is_test, received_at, processed_at, released_at)
app_public.captures: catchment_user may select (id, path_id, territory_id, contract_id, lead_id, kind, status, outcome, attempts, trace_id, is_test, received_at, processed_at, released_at)
app_public.captures: catchment_worker may insert, select, update
app_public.clock_intervals: catchment_bi may select
app_public.clock_intervals: catchment_user may select
app_public.clock_intervals: catchment_worker may select
app_public.clock_segments: catchment_bi may select
app_public.clock_segments: catchment_user may select
app_public.clock_segments: catchment_worker may delete, insert, select, update
app_public.clock_states: catchment_bi may select
app_public.clock_states: catchment_user may select
app_public.clock_states: catchment_worker may select
app_public.clocks: catchment_bi may select
app_public.clocks: catchment_user may select
app_public.clocks: catchment_worker may insert, select, update
app_public.consents: catchment_bi may select
app_public.consents: catchment_user may select
app_public.consents: catchment_worker may insert, select
app_public.consents: catchment_worker may update (lead_id, territory_id, origin_lead_id, note)
app_public.contract_rules: catchment_worker may insert, select
app_public.contracts: catchment_bi may select (id, path_id, territory_id, version, definition, is_history)
app_public.contracts: catchment_worker may insert, select
app_public.decisions: catchment_bi may select
app_public.decisions: catchment_user may select
app_public.decisions: catchment_worker may insert, select, update
app_public.escalations: catchment_bi may select
app_public.escalations: catchment_user may select
app_public.escalations: catchment_worker may insert, select, update
app_public.exception_comments: catchment_bi may select
app_public.exception_comments: catchment_user may select
app_public.exception_comments: catchment_worker may insert, select, update
app_public.exception_escalations: catchment_bi may select
app_public.exception_escalations: catchment_user may select
app_public.exception_escalations: catchment_worker may insert, select, update
app_public.exception_policies: catchment_worker may insert, select, update
app_public.exceptions: catchment_bi may select
app_public.exceptions: catchment_user may select
app_public.exceptions: catchment_worker may insert, select, update
app_public.gate_rules: catchment_worker may insert, select
app_public.lead_clocks: catchment_bi may select
app_public.lead_clocks: catchment_user may select
app_public.lead_clocks: catchment_worker may select
app_public.lead_edits: catchment_bi may select
app_public.lead_edits: catchment_user may select
app_public.lead_edits: catchment_worker may insert, select, update
app_public.lead_merges: catchment_bi may select
app_public.lead_merges: catchment_user may select
app_public.lead_merges: catchment_worker may insert, select, update
app_public.lead_times: catchment_bi may select
app_public.lead_times: catchment_user may select
app_public.lead_times: catchment_worker may select
app_public.leads: catchment_bi may select
app_public.leads: catchment_user may select
app_public.leads: catchment_worker may insert, select, update
app_public.match_candidates: catchment_bi may select
app_public.match_candidates: catchment_user may select
app_public.match_candidates: catchment_worker may delete, insert, select, update
app_public.memberships: catchment_worker may delete, insert, select
app_public.notifications: catchment_worker may delete, insert, select, update
app_public.responsibilities: catchment_bi may select (path_id, territory_id, duty, team_id)
app_public.responsibilities: catchment_worker may delete, insert, select, update
app_public.revisions: catchment_worker may insert, select
app_public.routing_rules: catchment_worker may insert, select
app_public.scoring_rules: catchment_worker may insert, select
app_public.shadow_routes: catchment_bi may select
app_public.shadow_routes: catchment_worker may insert, select
app_public.sla_policies: catchment_bi may select
app_public.sla_policies: catchment_user may select
app_public.sla_policies: catchment_worker may insert, select, update
app_public.source_events: catchment_bi may select
app_public.source_events: catchment_user may select
app_public.source_events: catchment_worker may insert, select, update
app_public.story_entries: catchment_user may select
app_public.story_entries: catchment_worker may select
app_public.survivorship_rules: catchment_worker may insert, select
app_public.tasks: catchment_bi may select
app_public.tasks: catchment_user may select
app_public.tasks: catchment_worker may insert, select, update
app_public.team_members: catchment_bi may select (team_id, territory_id, actor_id, weight, capacity, daily_capacity)
app_public.team_members: catchment_worker may delete, insert, select, update
app_public.teams: catchment_bi may select
app_public.teams: catchment_user may select
app_public.teams: catchment_worker may insert, select, update
app_public.territories: catchment_bi may select
app_public.territories: catchment_user may select
app_public.territories: catchment_worker may delete, insert, select, update
app_public.territory_rules: catchment_worker may insert, select
app_public.working_hours: catchment_worker may delete, insert, select
bi.attribution_credit: catchment_bi may select
bi.attribution_credit: catchment_worker may select
bi.attribution_touches: catchment_bi may select
bi.attribution_touches: catchment_worker may select
bi.audit_trail: catchment_bi may select
bi.audit_trail: catchment_worker may select
bi.capture_health: catchment_bi may select
bi.capture_health: catchment_worker may select
bi.capture_paths: catchment_bi may select
bi.capture_paths: catchment_worker may select
bi.clock_segments: catchment_bi may select
bi.clock_segments: catchment_worker may select
bi.exception_ageing: catchment_bi may select
bi.exception_ageing: catchment_worker may select
bi.exceptions_last_7_days: catchment_bi may select
bi.exceptions_last_7_days: catchment_worker may select
bi.exceptions_open: catchment_bi may select
bi.exceptions_open: catchment_worker may select
bi.funnel: catchment_bi may select
bi.funnel: catchment_worker may select
bi.lead_queue: catchment_bi may select
bi.lead_queue: catchment_worker may select
bi.leads: catchment_bi may select
bi.leads: catchment_worker may select
bi.operations_daily: catchment_bi may select
bi.operations_daily: catchment_worker may select
bi.rework: catchment_bi may select
bi.rework: catchment_worker may select
bi.routing_disagreements: catchment_bi may select
bi.routing_disagreements: catchment_worker may select
bi.routing_load: catchment_bi may select
bi.routing_load: catchment_worker may select
bi.sla_performance: catchment_bi may select
bi.sla_performance: catchment_worker may select
bi.source_events: catchment_bi may select
bi.source_events: catchment_worker may select
bi.thresholds_due_unfired: catchment_bi may select
bi.thresholds_due_unfired: catchment_worker may select
bi.time_to_ownership: catchment_bi may select
bi.time_to_ownership: catchment_worker may select
bi.time_to_route: catchment_bi may select
bi.time_to_route: catchment_worker may select
bi.trace_outcomes: catchment_bi may select
bi.trace_outcomes: catchment_worker may select
