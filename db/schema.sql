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
  attributes jsonb
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

create type app_private.resolution as (
  arrival app_private.arrival,
  lead_id uuid,
  proposed_id uuid,
  is_first boolean,
  doubtful_lead_ids uuid[]
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
  candidates jsonb
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

-- Tables

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
  constraint audit_entries_action_check CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text]))),
  constraint audit_entries_pkey PRIMARY KEY (id)
) partition by RANGE (id);

create table app_private.capture_keys (
  path_id integer not null,
  idempotency_key text not null,
  capture_id uuid not null,
  trace_id text not null,
  body_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  constraint capture_keys_idempotency_key_check CHECK ((length(idempotency_key) <= 255)),
  constraint capture_keys_pkey PRIMARY KEY (path_id, idempotency_key)
);

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

create table app_private.lead_identities (
  boundary_id integer not null,
  kind text not null,
  value_hash bytea not null,
  lead_id uuid not null,
  constraint lead_identities_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text, 'external_id'::text]))),
  constraint lead_identities_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES app_public.leads(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  constraint lead_identities_pkey PRIMARY KEY (boundary_id, kind, value_hash)
);
CREATE INDEX lead_identities_lead_id_idx ON app_private.lead_identities USING btree (lead_id);

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

create table app_private.territory_grants (
  actor_id integer not null,
  territory_id integer not null,
  role text not null,
  constraint territory_grants_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE CASCADE,
  constraint territory_grants_pkey PRIMARY KEY (actor_id, territory_id, role),
  constraint territory_grants_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE CASCADE
);
CREATE INDEX territory_grants_territory_id_idx ON app_private.territory_grants USING btree (territory_id);

create table app_private.worker_pools (
  id integer not null generated always as identity,
  worker_ids text[] not null,
  started_at timestamp with time zone not null default now(),
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
  constraint activities_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint activities_kind_check CHECK ((kind = ANY (ARRAY['call'::text, 'email'::text, 'meeting'::text, 'message'::text, 'note'::text, 'status_change'::text]))),
  constraint activities_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint activities_note_check CHECK ((length(note) <= 10000)),
  constraint activities_pkey PRIMARY KEY (id)
);
CREATE INDEX activities_actor_id_idx ON app_public.activities USING btree (actor_id);
CREATE INDEX activities_capture_id_idx ON app_public.activities USING btree (capture_id) WHERE (capture_id IS NOT NULL);
CREATE INDEX activities_lead_id_territory_id_idx ON app_public.activities USING btree (lead_id, territory_id);
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
  constraint actors_db_role_key UNIQUE (db_role),
  constraint actors_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'api_key'::text, 'bi_login'::text, 'system'::text]))),
  constraint actors_manager_id_fkey FOREIGN KEY (manager_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint actors_pkey PRIMARY KEY (id),
  constraint actors_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text)),
  constraint actors_slug_key UNIQUE (slug),
  constraint only_bi_logins_have_a_database_role CHECK (((db_role IS NULL) OR (kind = 'bi_login'::text)))
);
CREATE INDEX actors_manager_id_idx ON app_public.actors USING btree (manager_id);

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
  constraint an_assignment_ends_after_it_begins CHECK ((ended_at >= assigned_at)),
  constraint assignments_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint assignments_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint assignments_pkey PRIMARY KEY (id)
);
CREATE INDEX assignments_lead_id_territory_id_idx ON app_public.assignments USING btree (lead_id, territory_id);
CREATE UNIQUE INDEX one_owner_at_a_time ON app_public.assignments USING btree (lead_id) WHERE (ended_at IS NULL);

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
CREATE INDEX captures_lead_id_territory_id_idx ON ONLY app_public.captures USING btree (lead_id, territory_id);
CREATE INDEX captures_part_of_idx ON ONLY app_public.captures USING btree (part_of) WHERE (part_of IS NOT NULL);
CREATE INDEX captures_pending ON ONLY app_public.captures USING btree (id) WHERE (status = 'pending'::text);
CREATE INDEX captures_refused ON ONLY app_public.captures USING btree (territory_id, id) WHERE (status = ANY (ARRAY['quarantined'::text, 'error'::text]));
CREATE INDEX captures_to_fetch ON ONLY app_public.captures USING btree (fetch_due_at) WHERE (fetch_due_at IS NOT NULL);
CREATE INDEX captures_to_revalidate ON ONLY app_public.captures USING btree (id) WHERE (revalidate_with IS NOT NULL);
CREATE INDEX captures_trace_id_idx ON ONLY app_public.captures USING btree (trace_id);

create table app_public.clocks (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  kind text not null,
  policy_id integer not null,
  trace_id text not null,
  target_seconds integer not null,
  thresholds integer[] not null,
  fired smallint not null default 0,
  started_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  next_at timestamp with time zone,
  stopped_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint a_stopped_clock_waits_for_nothing CHECK (((stopped_at IS NULL) OR (next_at IS NULL))),
  constraint clocks_kind_check CHECK ((kind = 'first_response'::text)),
  constraint clocks_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint clocks_pkey PRIMARY KEY (id),
  constraint clocks_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES app_public.sla_policies(id) ON DELETE RESTRICT,
  constraint clocks_target_seconds_check CHECK ((target_seconds > 0))
);
CREATE INDEX clocks_lead_id_territory_id_idx ON app_public.clocks USING btree (lead_id, territory_id);
CREATE INDEX clocks_waiting ON app_public.clocks USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE UNIQUE INDEX one_running_clock_of_a_kind ON app_public.clocks USING btree (lead_id, kind) WHERE (stopped_at IS NULL);

create table app_public.consents (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id integer not null,
  purpose text not null,
  state text not null,
  text_version text not null,
  capture_id uuid not null,
  trace_id text not null,
  given_at timestamp with time zone not null,
  constraint consents_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_purpose_check CHECK ((purpose ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text)),
  constraint consents_state_check CHECK ((state = ANY (ARRAY['granted'::text, 'denied'::text, 'withdrawn'::text]))),
  constraint consents_text_version_check CHECK (((length(text_version) >= 1) AND (length(text_version) <= 200))),
  constraint one_answer_to_a_purpose_per_capture UNIQUE (capture_id, purpose)
);
CREATE INDEX consents_lead_id_territory_id_idx ON app_public.consents USING btree (lead_id, territory_id);
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
  constraint an_owner_is_named_unless_queued CHECK (((action = 'queue'::text) = (owner_id IS NULL))),
  constraint decisions_action_check CHECK ((action = ANY (ARRAY['assign'::text, 'keep_owner'::text, 'queue'::text, 'claim'::text, 'reassign'::text]))),
  constraint decisions_kind_check CHECK ((kind = 'route'::text)),
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
  lead_id uuid not null,
  territory_id integer not null,
  trace_id text not null,
  threshold integer not null,
  recipient_id integer,
  due_at timestamp with time zone not null,
  fired_at timestamp with time zone not null,
  constraint escalations_clock_id_fkey FOREIGN KEY (clock_id) REFERENCES app_public.clocks(id) ON DELETE RESTRICT,
  constraint escalations_clock_id_threshold_key UNIQUE (clock_id, threshold),
  constraint escalations_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint escalations_pkey PRIMARY KEY (id),
  constraint escalations_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT
);
CREATE INDEX escalations_lead_id_territory_id_idx ON app_public.escalations USING btree (lead_id, territory_id);
CREATE INDEX escalations_recipient_id_idx ON app_public.escalations USING btree (recipient_id);
CREATE INDEX escalations_territory_id_id_idx ON app_public.escalations USING btree (territory_id, id DESC);

create table app_public.exception_policies (
  kind text not null,
  duty text not null,
  resolve_seconds integer not null,
  runbook text not null,
  constraint exception_policies_duty_check CHECK ((duty = ANY (ARRAY['capture'::text, 'execution'::text, 'system'::text, 'incident'::text, 'operations'::text]))),
  constraint exception_policies_pkey PRIMARY KEY (kind),
  constraint exception_policies_resolve_seconds_check CHECK ((resolve_seconds > 0))
);

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
  constraint due_after_it_opened CHECK ((due_at > opened_at)),
  constraint exceptions_escalation_team_id_fkey FOREIGN KEY (escalation_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exceptions_kind_fkey FOREIGN KEY (kind) REFERENCES app_public.exception_policies(kind) ON DELETE RESTRICT,
  constraint exceptions_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint exceptions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint exceptions_owner_team_id_fkey FOREIGN KEY (owner_team_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
  constraint exceptions_pkey PRIMARY KEY (id),
  constraint exceptions_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint resolved_means_an_outcome CHECK (((resolved_at IS NULL) = (outcome IS NULL)))
);
CREATE INDEX exceptions_capture_id_idx ON app_public.exceptions USING btree (capture_id);
CREATE INDEX exceptions_escalation_team_id_idx ON app_public.exceptions USING btree (escalation_team_id);
CREATE INDEX exceptions_kind_idx ON app_public.exceptions USING btree (kind);
CREATE INDEX exceptions_lead_id_territory_id_idx ON app_public.exceptions USING btree (lead_id, territory_id);
CREATE INDEX exceptions_owner_id_idx ON app_public.exceptions USING btree (owner_id);
CREATE INDEX exceptions_owner_team_id_idx ON app_public.exceptions USING btree (owner_team_id);
CREATE INDEX exceptions_territory_id_id_idx ON app_public.exceptions USING btree (territory_id, id DESC);
CREATE INDEX exceptions_trace_id_idx ON app_public.exceptions USING btree (trace_id);
CREATE UNIQUE INDEX one_open_exception_per_cause ON app_public.exceptions USING btree (COALESCE(capture_id, lead_id), kind) WHERE ((resolved_at IS NULL) AND (COALESCE(capture_id, lead_id) IS NOT NULL));

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
CREATE INDEX leads_merged_into_id_idx ON app_public.leads USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);
CREATE INDEX leads_owner_id_closed_at_idx ON app_public.leads USING btree (owner_id, closed_at);
CREATE INDEX leads_territory_id_id_idx ON app_public.leads USING btree (territory_id, id DESC);
CREATE INDEX leads_without_owner ON app_public.leads USING btree (territory_id, id) WHERE ((owner_id IS NULL) AND (closed_at IS NULL));

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
  channel text not null default 'log'::text,
  recipient_id integer not null,
  text text not null,
  attempts smallint not null default 0,
  next_attempt_at timestamp with time zone,
  sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint notifications_channel_check CHECK ((channel = 'log'::text)),
  constraint notifications_event_id_channel_recipient_id_key UNIQUE (event_id, channel, recipient_id),
  constraint notifications_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint notifications_pkey PRIMARY KEY (id),
  constraint notifications_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES app_public.actors(id) ON DELETE RESTRICT,
  constraint sent_or_waiting CHECK (((sent_at IS NULL) = (next_attempt_at IS NOT NULL)))
);
CREATE INDEX notifications_lead_id_territory_id_idx ON app_public.notifications USING btree (lead_id, territory_id);
CREATE INDEX notifications_waiting ON app_public.notifications USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

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
  constraint revisions_pkey PRIMARY KEY (id)
);

create table app_public.scoring_rules (
  id integer not null generated always as identity,
  revision integer not null,
  territory_id integer not null,
  position integer not null,
  points integer not null,
  reason text not null,
  condition jsonpath not null,
  constraint scoring_rules_pkey PRIMARY KEY (id),
  constraint scoring_rules_points_check CHECK (((points >= '-100'::integer) AND (points <= 100))),
  constraint scoring_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint scoring_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX scoring_rules_revision_territory_id_idx ON app_public.scoring_rules USING btree (revision, territory_id);
CREATE INDEX scoring_rules_territory_id_idx ON app_public.scoring_rules USING btree (territory_id);

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
  constraint sla_policies_kind_check CHECK ((kind = 'first_response'::text)),
  constraint sla_policies_pkey PRIMARY KEY (id),
  constraint sla_policies_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint sla_policies_slug_key UNIQUE (slug),
  constraint sla_policies_target_seconds_check CHECK ((target_seconds > 0)),
  constraint sla_policies_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint sla_policies_thresholds_check CHECK (((cardinality(thresholds) > 0) AND (100 = ANY (thresholds))))
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
  constraint source_events_lead_id_territory_id_fkey FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT,
  constraint source_events_pkey PRIMARY KEY (id)
) partition by RANGE (id);
CREATE INDEX source_events_capture_id_idx ON ONLY app_public.source_events USING btree (capture_id);
CREATE INDEX source_events_lead_id_territory_id_idx ON ONLY app_public.source_events USING btree (lead_id, territory_id);
CREATE INDEX source_events_territory_id_id_idx ON ONLY app_public.source_events USING btree (territory_id, id DESC);

create table app_public.team_members (
  team_id integer not null,
  territory_id integer not null,
  actor_id integer not null,
  position integer not null,
  weight integer not null default 1,
  capacity integer,
  last_turn bigint not null default 0,
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
  constraint a_partner_has_a_named_contact CHECK (((kind <> 'partner'::text) OR (contact_name IS NOT NULL))),
  constraint teams_escalates_to_id_fkey FOREIGN KEY (escalates_to_id) REFERENCES app_public.teams(id) ON DELETE RESTRICT,
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
  constraint a_root_is_an_identity_boundary CHECK (((parent_id IS NOT NULL) OR is_identity_boundary)),
  constraint territories_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territories_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint territories_kind_check CHECK ((kind = ANY (ARRAY['group'::text, 'region'::text, 'market'::text, 'patch'::text]))),
  constraint territories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territories_pkey PRIMARY KEY (id),
  constraint territories_root_id_fkey FOREIGN KEY (root_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territories_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint territories_slug_key UNIQUE (slug)
);
CREATE INDEX territories_boundary_id_idx ON app_public.territories USING btree (boundary_id);
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
  specificity integer not null generated always as (((10 * num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, condition)) + COALESCE(length(postal_prefix), 0))) stored,
  constraint a_rule_says_something CHECK ((num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, condition) > 0)),
  constraint territory_rules_boundary_id_fkey FOREIGN KEY (boundary_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT,
  constraint territory_rules_pkey PRIMARY KEY (id),
  constraint territory_rules_revision_fkey FOREIGN KEY (revision) REFERENCES app_public.revisions(id) ON DELETE RESTRICT,
  constraint territory_rules_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES app_public.territories(id) ON DELETE RESTRICT
);
CREATE INDEX territory_rules_boundary_id_idx ON app_public.territory_rules USING btree (boundary_id);
CREATE INDEX territory_rules_revision_boundary_id_specificity_position_idx ON app_public.territory_rules USING btree (revision, boundary_id, specificity DESC, "position");
CREATE INDEX territory_rules_territory_id_idx ON app_public.territory_rules USING btree (territory_id);

-- Views

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
    4 AS rank,
    'route'::text AS stage,
    decisions.reason AS summary,
    jsonb_build_object('decisionId', decisions.id, 'action', decisions.action, 'revision', decisions.revision, 'candidates', decisions.candidates) AS details
   FROM app_public.decisions
UNION ALL
 SELECT clocks.territory_id,
    clocks.lead_id,
    clocks.trace_id,
    clocks.created_at AS at,
    5 AS rank,
    'start clock'::text AS stage,
    format('The clock of the %s runs from the arrival on.'::text, replace(clocks.kind, '_'::text, ' '::text)) AS summary,
    jsonb_build_object('clockId', clocks.id, 'startedAt', clocks.started_at, 'dueAt', clocks.due_at) AS details
   FROM app_public.clocks
UNION ALL
 SELECT clocks.territory_id,
    clocks.lead_id,
    clocks.trace_id,
    clocks.stopped_at AS at,
    8 AS rank,
    'stop clock'::text AS stage,
        CASE
            WHEN (clocks.stopped_at <= clocks.due_at) THEN 'Answered in time.'::text
            ELSE 'Answered late.'::text
        END AS summary,
    jsonb_build_object('clockId', clocks.id) AS details
   FROM app_public.clocks
  WHERE (clocks.stopped_at IS NOT NULL)
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
  WHERE (exceptions.resolved_at IS NOT NULL)
UNION ALL
 SELECT activities.territory_id,
    activities.lead_id,
    activities.trace_id,
    activities.occurred_at AS at,
    7 AS rank,
    'activity'::text AS stage,
    format('%s%s.'::text, initcap(replace(activities.kind, '_'::text, ' '::text)),
        CASE
            WHEN (activities.capture_id IS NOT NULL) THEN ', told by another system'::text
            ELSE NULL::text
        END) AS summary,
    jsonb_build_object('activityId', activities.id) AS details
   FROM app_public.activities;

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
        CASE
            WHEN (leads.sla_due_at IS NULL) THEN 'none'::text
            WHEN (leads.first_responded_at IS NOT NULL) THEN
            CASE
                WHEN (leads.sla_met_at IS NOT NULL) THEN 'met'::text
                ELSE 'missed'::text
            END
            WHEN (leads.sla_due_at <= now()) THEN 'breached'::text
            WHEN (leads.sla_warn_at <= now()) THEN 'warning'::text
            ELSE 'running'::text
        END AS sla_state,
    round((EXTRACT(epoch FROM (LEAST(COALESCE(leads.first_responded_at, now()), now()) - leads.sla_started_at)) / NULLIF(EXTRACT(epoch FROM (leads.sla_due_at - leads.sla_started_at)), (0)::numeric)), 3) AS sla_elapsed_ratio
   FROM ((app_public.leads
     JOIN app_public.territories ON ((territories.id = leads.territory_id)))
     LEFT JOIN app_public.actors ON ((actors.id = leads.owner_id)))
  WHERE ((leads.closed_at IS NULL) AND (leads.merged_into_id IS NULL) AND (NOT leads.is_test) AND (NOT leads.is_history));

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
     JOIN app_public.leads ON ((leads.id = clocks.lead_id)))
  WHERE ((clocks.next_at <= now()) AND (NOT leads.is_test));

-- Functions: signature, and who may execute them beside their owner

app_hidden.actor_id_of(slug text) returns integer stable security definer -- catchment_api
app_hidden.current_actor_id() returns integer stable security definer -- catchment_bi, catchment_user
app_hidden.my_territory_ids() returns SETOF integer stable security definer -- catchment_bi, catchment_user
app_hidden.require(action text, territory_id integer, owner_id integer DEFAULT NULL::integer, team_id integer DEFAULT NULL::integer) returns void stable security definer -- nobody
app_hidden.require_captures(capture_ids uuid[]) returns uuid[] volatile security definer -- nobody
app_hidden.require_exception(exception_id uuid) returns app_public.exceptions volatile security definer -- nobody
app_hidden.require_key(prefix text) returns integer volatile security definer -- nobody
app_hidden.require_key_holder(slug text) returns integer stable security definer -- nobody
app_hidden.require_lead(action text, lead_id uuid) returns app_public.leads volatile security definer -- nobody
app_hidden.require_path(path text) returns app_public.capture_paths stable security definer -- nobody
app_hidden.visible_actor_ids() returns SETOF integer stable security definer -- catchment_bi, catchment_user
app_private.apply_routes(batch uuid[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.arm_fire_thresholds() returns void volatile -- catchment_worker
app_private.audit_captures_update() returns trigger volatile security definer -- nobody
app_private.audit_decisions_insert() returns trigger volatile security definer -- nobody
app_private.audit_leads_insert() returns trigger volatile security definer -- nobody
app_private.audit_leads_update() returns trigger volatile security definer -- nobody
app_private.audit_rows_delete() returns trigger volatile security definer -- nobody
app_private.audit_rows_insert() returns trigger volatile security definer -- nobody
app_private.audit_rows_update() returns trigger volatile security definer -- nobody
app_private.begin_watch() returns boolean volatile -- catchment_worker
app_private.capture_doors() returns TABLE(path_id integer, slug text, protocol text, requires_signature boolean, max_body_bytes integer, requires_key boolean, rate_per_second double precision, rate_burst integer, cors_origins text[]) stable security definer -- catchment_api
app_private.change_of(before integer, after integer) returns jsonb stable -- catchment_worker
app_private.change_owner(lead app_public.leads, owner_id integer, action text, reason text, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.change_statuses(changes app_private.activity[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.claim_captures(at_most integer) returns TABLE(id uuid, path_slug text, protocol text, contract_id integer, content_type text, headers jsonb, body bytea, part_of uuid, fetched jsonb, corrections jsonb, released_at timestamp with time zone, received_at timestamp with time zone, default_country text, time_zone text) volatile -- catchment_worker
app_private.claim_fetches(as_of timestamp with time zone, at_most integer) returns TABLE(id uuid, path_slug text, protocol text, content_type text, headers jsonb, body bytea, part_of uuid, attempt integer) volatile -- catchment_worker
app_private.claim_identities(located app_private.arrival[]) returns app_private.resolution[] volatile -- catchment_worker
app_private.claim_notifications(as_of timestamp with time zone, at_most integer) returns TABLE(id uuid, channel text, kind text, text text, recipient text, lead_id uuid, trace_id text, attempt integer) volatile -- catchment_worker
app_private.claim_revalidations(at_most integer) returns TABLE(id uuid, path_slug text, protocol text, contract_id integer, content_type text, headers jsonb, body bytea, part_of uuid, fetched jsonb, corrections jsonb, released_at timestamp with time zone, received_at timestamp with time zone, default_country text, time_zone text) volatile -- catchment_worker
app_private.close_grants() returns trigger volatile security definer -- nobody
app_private.common_ancestor(territory_ids integer[]) returns integer stable -- catchment_worker
app_private.correct_capture(capture_id uuid, corrections jsonb) returns void volatile -- catchment_worker
app_private.create_api_key(actor_id integer, operations text[], lifetime interval, rate_per_second double precision, rate_burst integer, as_of timestamp with time zone) returns app_public.api_key_receipt volatile -- catchment_worker
app_private.create_leads(resolutions app_private.resolution[], revision integer) returns void volatile -- catchment_worker
app_private.current_revision() returns integer stable -- catchment_worker
app_private.decide_members(team_id integer, is_history boolean, size bigint, as_of timestamp with time zone) returns TABLE(actor_id integer, slug text, capacity integer, waited bigint, unfit text, room bigint) stable -- catchment_worker
app_private.decide_policy(territory_id integer, source text, status text) returns SETOF app_public.sla_policies stable -- catchment_worker
app_private.decide_routes(batch uuid[], as_of timestamp with time zone) returns SETOF app_private.route stable -- catchment_worker
app_private.decide_score(attributes jsonb, territory_id integer, revision integer) returns TABLE(score smallint, reasons jsonb) stable -- catchment_worker
app_private.decide_territories(arrivals jsonb, revision integer) returns SETOF app_private.arrival stable -- catchment_worker
app_private.discard_captures(capture_ids uuid[], reason text, as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.end_waiting(lead_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.end_watch() returns boolean volatile -- catchment_worker
app_private.enqueue_drain_captures() returns trigger volatile security definer -- nobody
app_private.enqueue_fire_thresholds() returns trigger volatile security definer -- nobody
app_private.enqueue_notify() returns trigger volatile security definer -- nobody
app_private.escalation_recipient(territory_id integer, owner_id integer, threshold integer, as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.fetch_pause(attempts integer) returns interval immutable -- catchment_worker
app_private.fill_blanks(resolutions app_private.resolution[]) returns void volatile -- catchment_worker
app_private.fill_touches(capture_ids uuid[]) returns void volatile -- catchment_worker
app_private.fire_thresholds(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.foresee_leads(judged jsonb, revision integer) returns TABLE(id uuid, lead_id uuid, outcome text, is_history boolean, owner_id integer, team text, then_id integer, now_id integer, score_then smallint, score_now smallint, is_new boolean, is_dealt boolean) stable -- catchment_worker
app_private.identity_hash(value text, is_test boolean) returns bytea stable -- catchment_worker
app_private.is_watched() returns boolean volatile -- catchment_worker
app_private.key_surface(path_ids integer[]) returns TABLE(slug text, name text, protocol text, requires_signature boolean, requires_key boolean, max_body_bytes integer, schema jsonb) stable security definer -- catchment_api
app_private.known_leads(settled jsonb) returns TABLE(capture_id uuid, lead_id uuid, rank bigint) stable -- catchment_worker
app_private.lead_statuses() returns text[] immutable -- catchment_worker
app_private.lease_tokens(kind text, subject_id integer, wanted integer, as_of timestamp with time zone, OUT taken integer, OUT remaining integer, OUT retry_seconds double precision) returns record volatile security definer -- catchment_api
app_private.leave_queue(lead_ids uuid[]) returns void volatile -- catchment_worker
app_private.locate_captures(accepted jsonb, revision integer, as_of timestamp with time zone) returns app_private.arrival[] volatile -- catchment_worker
app_private.log_activities(logged app_private.activity[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.make_partitions(as_of timestamp with time zone, months_ahead integer) returns SETOF text volatile security definer -- catchment_worker
app_private.mark_notified(notification_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.match_territory(attributes jsonb, source text, boundary_id integer, revision integer) returns TABLE(territory_id integer) stable -- catchment_worker
app_private.move_subtree() returns trigger volatile security definer -- nobody
app_private.open_exceptions(cases app_private.exception_case[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.open_privacy_requests(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.operations_team(territory_id integer) returns integer stable -- catchment_worker
app_private.overview() returns jsonb stable security definer -- catchment_api
app_private.partition_months_ahead(as_of timestamp with time zone) returns integer stable -- catchment_worker
app_private.person_of(attributes jsonb) returns TABLE(first_name text, last_name text, email text, phone text, company text, company_domain text, street text, city text, postal_code text, region text, country text, language text, segment text, birth_date date, employees integer, value_amount numeric, value_currency text, occurred_at timestamp with time zone) stable -- catchment_worker
app_private.place_in_tree() returns trigger volatile security definer -- nobody
app_private.process_captures(accepted jsonb, refused jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.quarantine_captures(refused jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.raw_capture_of(capture_id uuid) returns SETOF app_public.raw_capture stable -- catchment_worker
app_private.reclaim_captures(capture_ids uuid[]) returns SETOF uuid volatile -- catchment_worker
app_private.record_activities(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_consents(batch uuid[]) returns void volatile -- catchment_worker
app_private.record_fetch(capture_id uuid, told jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_revalidations(verdicts jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_routes(routes app_private.route[], revision integer, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.record_source_events(batch uuid[]) returns void volatile -- catchment_worker
app_private.refusal_reason(kind text, violations jsonb) returns text stable -- catchment_worker
app_private.refuse_again(refused jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.refuse_change() returns trigger volatile -- nobody
app_private.rehearse_captures(judged jsonb, revision integer, as_of timestamp with time zone, dealt jsonb DEFAULT '{}'::jsonb) returns TABLE(capture_id uuid, is_lead boolean, territory_then text, territory text, score_then smallint, score smallint, owner_then text, owner text, dealt_to integer) stable -- catchment_worker
app_private.release_captures(capture_ids uuid[], contract_id integer, as_of timestamp with time zone) returns uuid[] volatile -- catchment_worker
app_private.release_dead_workers() returns integer volatile -- catchment_worker
app_private.relocate_captures(judged jsonb, revision integer) returns TABLE(id uuid, lead_id uuid, outcome text, is_test boolean, is_history boolean, boundary_id integer, owner_id integer, team text, identities jsonb, then_id integer, now_id integer, score_then smallint, score_now smallint) stable -- catchment_worker
app_private.replay_captures(judged jsonb, revision integer) returns integer volatile -- catchment_worker
app_private.report_doubts(resolutions app_private.resolution[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.report_unprocessed(as_of timestamp with time zone) returns integer volatile -- catchment_worker
app_private.rescore_leads(lead_ids uuid[], revision integer) returns void volatile -- catchment_worker
app_private.resolve_leads(located app_private.arrival[], revision integer, as_of timestamp with time zone) returns uuid[] volatile -- catchment_worker
app_private.revalidate_captures(capture_ids uuid[], contract_version integer) returns integer volatile -- catchment_worker
app_private.revoke_api_key(key_id integer, as_of timestamp with time zone) returns app_public.api_key_receipt volatile -- catchment_worker
app_private.route_queue(as_of timestamp with time zone, at_most integer) returns integer volatile -- catchment_worker
app_private.routing_team(territory_id integer, contract_id integer) returns integer stable -- catchment_worker
app_private.sales_team(territory_id integer) returns integer stable -- catchment_worker
app_private.score_leads(batch uuid[], revision integer) returns void volatile -- catchment_worker
app_private.sealed_secrets() returns TABLE(slug text, name text, ciphertext bytea, key_id text, created_at timestamp with time zone) stable security definer -- catchment_api
app_private.settle_captures(settled jsonb, as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.settle_releases(capture_ids uuid[], as_of timestamp with time zone) returns void volatile -- catchment_worker
app_private.stage_captures(path_ids integer[], idempotency_keys text[], bodies bytea[], content_types text[], trace_ids text[], is_test boolean[], ids uuid[] DEFAULT NULL::uuid[], kept_headers text[] DEFAULT NULL::text[], parts_of uuid[] DEFAULT NULL::uuid[]) returns TABLE(ordinal integer, capture_id uuid, trace_id text, is_new boolean, same_body boolean) volatile security definer -- catchment_api
app_private.stage_import(import_id uuid, place text, keys text[], bodies bytea[], content_type text) returns app_private.import_batches volatile -- catchment_worker
app_private.stage_rows(path_id integer, keys text[], bodies bytea[], content_type text) returns TABLE(ordinal integer, capture_id uuid, is_new boolean, same_body boolean) volatile -- catchment_worker
app_private.start_clocks(batch uuid[]) returns void volatile -- catchment_worker
app_private.stop_clocks(lead_ids uuid[], responded_at timestamp with time zone[]) returns void volatile -- catchment_worker
app_private.text_of(bytes bytea) returns text stable -- catchment_worker
app_private.threshold_at(started_at timestamp with time zone, target_seconds integer, percent integer) returns timestamp with time zone stable -- catchment_worker
app_private.use_api_key(prefix text, secret_hash bytea, as_of timestamp with time zone) returns TABLE(key_id integer, actor_id integer, operations text[], path_ids integer[], rate_per_second double precision, rate_burst integer) volatile security definer -- catchment_api
app_private.uuid_floor(at timestamp with time zone) returns uuid immutable strict -- catchment_worker
app_private.wake(task text) returns void volatile security definer -- nobody
app_private.watch_lock_class() returns integer stable -- catchment_worker
app_private.worker_lock_class() returns integer immutable -- catchment_worker
app_public.capture_lead(path text, payload jsonb, idempotency_key text DEFAULT NULL::text) returns app_public.capture_receipt volatile security definer -- catchment_user
app_public.change_lead_status(lead_id uuid, status text) returns app_public.leads volatile strict security definer -- catchment_user
app_public.claim_lead(lead_id uuid) returns app_public.leads volatile strict security definer -- catchment_user
app_public.correct_capture(capture_id uuid, corrections jsonb) returns app_public.raw_capture volatile strict security definer -- catchment_user
app_public.create_api_key(actor text, operations text[], days integer DEFAULT NULL::integer) returns app_public.api_key_receipt volatile security definer -- catchment_user
app_public.current_actor() returns app_public.actors stable -- catchment_user
app_public.discard_captures(capture_ids uuid[], reason text) returns integer volatile strict security definer -- catchment_user
app_public.leads_story(lead app_public.leads) returns SETOF app_public.story_entries stable -- catchment_user
app_public.log_activity(lead_id uuid, kind text, note text DEFAULT ''::text, is_response boolean DEFAULT true, occurred_at timestamp with time zone DEFAULT now()) returns app_public.activities volatile security definer -- catchment_user
app_public.quarantined_capture(capture_id uuid) returns app_public.raw_capture stable strict security definer -- catchment_user
app_public.reassign_lead(lead_id uuid, owner text, reason text DEFAULT ''::text) returns app_public.leads volatile security definer -- catchment_user
app_public.release_captures(capture_ids uuid[]) returns integer volatile strict security definer -- catchment_user
app_public.resolve_exception(exception_id uuid, outcome text, note text DEFAULT ''::text) returns app_public.exceptions volatile security definer -- catchment_user
app_public.revalidate_captures(capture_ids uuid[], contract_version integer DEFAULT NULL::integer) returns integer volatile security definer -- catchment_user
app_public.revoke_api_key(prefix text) returns app_public.api_key_receipt volatile security definer -- catchment_user
app_public.trace(trace_id text) returns SETOF app_public.story_entries stable strict -- catchment_user

-- Triggers

CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.api_keys REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.api_keys REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON app_private.audit_entries FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_private.privacy_requests REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_private.privacy_requests REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_private.privacy_requests REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _500_wake_drain AFTER INSERT ON app_public.captures REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_drain_captures()
CREATE TRIGGER _900_audit_update AFTER UPDATE OF corrections, released_at, discard_reason ON app_public.captures FOR EACH ROW WHEN ((((old.corrections IS DISTINCT FROM new.corrections) OR (old.released_at IS DISTINCT FROM new.released_at)) OR (old.discard_reason IS DISTINCT FROM new.discard_reason))) EXECUTE FUNCTION app_private.audit_captures_update() -- always
CREATE TRIGGER _500_nudge_sweep_insert AFTER INSERT ON app_public.clocks REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_fire_thresholds()
CREATE TRIGGER _500_nudge_sweep_update AFTER UPDATE ON app_public.clocks REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_fire_thresholds()
CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON app_public.contract_rules FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_change BEFORE UPDATE ON app_public.contracts FOR EACH ROW WHEN ((((((((old.path_id IS DISTINCT FROM new.path_id) OR (old.version IS DISTINCT FROM new.version)) OR (old.definition IS DISTINCT FROM new.definition)) OR (old.fallback_territory_id IS DISTINCT FROM new.fallback_territory_id)) OR (old.team_id IS DISTINCT FROM new.team_id)) OR (old.is_history IS DISTINCT FROM new.is_history)) OR (old.published_at IS DISTINCT FROM new.published_at))) EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _100_refuse_delete BEFORE DELETE ON app_public.contracts FOR EACH ROW EXECUTE FUNCTION app_private.refuse_change() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.decisions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_decisions_insert() -- always
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.exceptions REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.exceptions REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.exceptions REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.leads REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_leads_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.leads REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_leads_update() -- always
CREATE TRIGGER _500_close_grants AFTER INSERT OR DELETE OR UPDATE ON app_public.memberships FOR EACH STATEMENT EXECUTE FUNCTION app_private.close_grants()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.memberships REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.memberships REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.memberships REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _500_wake_notify AFTER INSERT ON app_public.notifications REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.enqueue_notify()
CREATE TRIGGER _900_audit_delete AFTER DELETE ON app_public.sla_policies REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_delete() -- always
CREATE TRIGGER _900_audit_insert AFTER INSERT ON app_public.sla_policies REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_insert() -- always
CREATE TRIGGER _900_audit_update AFTER UPDATE ON app_public.sla_policies REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.audit_rows_update() -- always
CREATE TRIGGER _100_place_in_tree BEFORE INSERT OR UPDATE ON app_public.territories FOR EACH ROW EXECUTE FUNCTION app_private.place_in_tree()
CREATE TRIGGER _200_move_subtree AFTER UPDATE ON app_public.territories REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.move_subtree()
CREATE TRIGGER _500_close_grants AFTER INSERT OR DELETE OR UPDATE ON app_public.territories FOR EACH STATEMENT EXECUTE FUNCTION app_private.close_grants()

-- Policies for anybody but catchment_worker

select_in_my_territories on app_public.activities for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_whom_i_share_with on app_public.actors for select to catchment_user, catchment_bi
  using ((id = ( SELECT app_hidden.current_actor_id() AS current_actor_id)) OR (id = ANY (ARRAY( SELECT app_hidden.visible_actor_ids() AS visible_actor_ids))) OR (EXISTS ( SELECT
   FROM app_public.leads
  WHERE (leads.owner_id = actors.id))))

select_in_my_territories on app_public.assignments for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.capture_paths for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.captures for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.clocks for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.consents for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.contracts for select to catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.decisions for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.escalations for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.exceptions for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.leads for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.responsibilities for select to catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.sla_policies for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.source_events for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.teams for select to catchment_user, catchment_bi
  using (territory_id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

select_in_my_territories on app_public.territories for select to catchment_user, catchment_bi
  using (id = ANY (ARRAY( SELECT app_hidden.my_territory_ids() AS my_territory_ids)))

-- Grants on relations to anybody but their owner

app_private.api_keys: catchment_worker may insert, select, update
app_private.audit_entries: catchment_worker may insert, select
app_private.capture_keys: catchment_worker may insert, select, update
app_private.import_batches: catchment_worker may delete, insert, select, update
app_private.imports: catchment_worker may delete, insert, select
app_private.lead_identities: catchment_worker may insert, select, update
app_private.path_secrets: catchment_worker may delete, insert, select, update
app_private.permissions: catchment_worker may delete, insert, select, update
app_private.privacy_requests: catchment_worker may insert, select, update
app_private.rate_buckets: catchment_worker may insert, select, update
app_private.territory_grants: catchment_worker may delete, insert, select
app_private.worker_pools: catchment_worker may delete, insert, select, update
app_public.absences: catchment_worker may delete, insert, select
app_public.activities: catchment_bi may select
app_public.activities: catchment_user may select
app_public.activities: catchment_worker may insert, select, update
app_public.actors: catchment_bi may select (id, kind, slug, name)
app_public.actors: catchment_user may select (id, kind, slug, name)
app_public.actors: catchment_worker may insert, select, update
app_public.assignments: catchment_bi may select
app_public.assignments: catchment_user may select
app_public.assignments: catchment_worker may insert, select, update
app_public.capture_paths: catchment_bi may select
app_public.capture_paths: catchment_user may select
app_public.capture_paths: catchment_worker may insert, select, update
app_public.captures: catchment_bi may select (id, path_id, territory_id, contract_id, lead_id, kind, status, outcome, attempts, trace_id, is_test, received_at, processed_at, released_at)
app_public.captures: catchment_user may select (id, path_id, territory_id, contract_id, lead_id, kind, status, outcome, attempts, trace_id, is_test, received_at, processed_at, released_at)
app_public.captures: catchment_worker may insert, select, update
app_public.clocks: catchment_bi may select
app_public.clocks: catchment_user may select
app_public.clocks: catchment_worker may insert, select, update
app_public.consents: catchment_bi may select
app_public.consents: catchment_user may select
app_public.consents: catchment_worker may insert, select
app_public.contract_rules: catchment_worker may insert, select
app_public.contracts: catchment_bi may select (id, path_id, territory_id, version, definition, is_history)
app_public.contracts: catchment_worker may insert, select
app_public.decisions: catchment_bi may select
app_public.decisions: catchment_user may select
app_public.decisions: catchment_worker may insert, select, update
app_public.escalations: catchment_bi may select
app_public.escalations: catchment_user may select
app_public.escalations: catchment_worker may insert, select, update
app_public.exception_policies: catchment_worker may insert, select, update
app_public.exceptions: catchment_bi may select
app_public.exceptions: catchment_user may select
app_public.exceptions: catchment_worker may insert, select, update
app_public.leads: catchment_bi may select
app_public.leads: catchment_user may select
app_public.leads: catchment_worker may insert, select, update
app_public.memberships: catchment_worker may delete, insert, select
app_public.notifications: catchment_worker may insert, select, update
app_public.responsibilities: catchment_bi may select (path_id, territory_id, duty, team_id)
app_public.responsibilities: catchment_worker may delete, insert, select, update
app_public.revisions: catchment_worker may insert, select
app_public.scoring_rules: catchment_worker may insert, select
app_public.sla_policies: catchment_bi may select
app_public.sla_policies: catchment_user may select
app_public.sla_policies: catchment_worker may insert, select, update
app_public.source_events: catchment_bi may select
app_public.source_events: catchment_user may select
app_public.source_events: catchment_worker may insert, select, update
app_public.story_entries: catchment_user may select
app_public.story_entries: catchment_worker may select
app_public.team_members: catchment_worker may delete, insert, select, update
app_public.teams: catchment_bi may select
app_public.teams: catchment_user may select
app_public.teams: catchment_worker may insert, select, update
app_public.territories: catchment_bi may select
app_public.territories: catchment_user may select
app_public.territories: catchment_worker may delete, insert, select, update
app_public.territory_rules: catchment_worker may insert, select
bi.capture_paths: catchment_bi may select
bi.capture_paths: catchment_worker may select
bi.lead_queue: catchment_bi may select
bi.lead_queue: catchment_worker may select
bi.thresholds_due_unfired: catchment_bi may select
bi.thresholds_due_unfired: catchment_worker may select
