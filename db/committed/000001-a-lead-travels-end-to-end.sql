--! Previous: -
--! Hash: sha1:b85b4f080671e3785f636ff33a3880eef3e46565
--! Message: A lead travels end to end

--! split: 100-schemas.sql
-- The rooms of the database. Who may enter which: db/README.md.
drop schema if exists bi cascade;
drop schema if exists app_public cascade;
drop schema if exists app_hidden cascade;
drop schema if exists app_private cascade;

create schema app_public;   -- what GraphQL shows
create schema app_hidden;   -- what policies and mutations may ask: who am I, which territories
create schema app_private;  -- stages, identities, audit
create schema bi;           -- views for BI logins

revoke all on schema public from public;
alter default privileges revoke execute on functions from public;

grant usage on schema app_public to catchment_user, catchment_worker;
grant usage on schema app_hidden to catchment_worker;
grant usage on schema app_private to catchment_api, catchment_worker;
grant usage on schema bi to catchment_bi, catchment_worker;

--! split: 200-organization.sql
-- Configuration: who and where. Rows come from `catchment apply` and are retired, never deleted.

create table app_public.territories (
  id int primary key generated always as identity,
  parent_id int references app_public.territories (id) on delete restrict,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  kind text not null check (kind in ('group', 'region', 'market', 'patch')),
  time_zone text not null default 'UTC',
  country text check (country ~ '^[A-Z]{2}$'),
  is_identity_boundary boolean not null default false,
  -- Kept by the trigger _100_place_in_tree; never written by hand.
  root_id int not null references app_public.territories (id) on delete restrict,
  boundary_id int not null references app_public.territories (id) on delete restrict,
  path int[] not null,
  constraint a_root_is_an_identity_boundary check (parent_id is not null or is_identity_boundary)
);
create index on app_public.territories (parent_id);
create index on app_public.territories (root_id);
create index on app_public.territories (boundary_id);

create table app_public.actors (
  id int primary key generated always as identity,
  kind text not null check (kind in ('person', 'api_key', 'bi_login', 'system')),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name text not null,
  email text,
  db_role text unique,
  manager_id int references app_public.actors (id) on delete restrict,
  is_active boolean not null default true,
  constraint only_bi_logins_have_a_database_role check (db_role is null or kind = 'bi_login')
);
create index on app_public.actors (manager_id);

create table app_public.memberships (
  actor_id int not null references app_public.actors (id) on delete cascade,
  territory_id int not null references app_public.territories (id) on delete restrict,
  role text not null check (role in ('rep', 'manager', 'operations', 'viewer', 'admin')),
  primary key (actor_id, territory_id, role)
);
create index on app_public.memberships (territory_id);

-- The closure of memberships over the tree, kept by triggers on both.
create table app_private.territory_grants (
  actor_id int not null references app_public.actors (id) on delete cascade,
  territory_id int not null references app_public.territories (id) on delete cascade,
  role text not null,
  primary key (actor_id, territory_id, role)
);
create index on app_private.territory_grants (territory_id);

-- Who may do what: design §6 as data. The functions of app_public and the leak matrix both read it.
create table app_private.permissions (
  action text not null,
  role text not null check (role in ('rep', 'manager', 'operations', 'viewer', 'admin')),
  scope text not null check (scope in ('any', 'own', 'own_or_unowned', 'own_team', 'named', 'self')),
  primary key (action, role)
);

create table app_public.teams (
  id int primary key generated always as identity,
  territory_id int not null references app_public.territories (id) on delete restrict,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  kind text not null default 'people' check (kind in ('people', 'partner')),
  contact_name text,
  takes_leads boolean not null default false,
  handles_operations boolean not null default false,
  escalates_to_id int references app_public.teams (id) on delete restrict,
  -- Leads dealt by this team so far; the turn of a member is the number of its last lead.
  last_turn bigint not null default 0,
  unique (id, territory_id),
  constraint a_partner_has_a_named_contact check (kind <> 'partner' or contact_name is not null)
);
create index on app_public.teams (territory_id);
create index on app_public.teams (escalates_to_id);
create unique index one_sales_team_per_territory on app_public.teams (territory_id) where takes_leads;
create unique index one_operations_team_per_territory on app_public.teams (territory_id) where handles_operations;

create table app_public.team_members (
  team_id int not null,
  territory_id int not null,
  actor_id int not null references app_public.actors (id) on delete restrict,
  position int not null,
  weight int not null default 1 check (weight between 1 and 100),
  capacity int check (capacity >= 0),  -- open leads; null: no limit
  last_turn bigint not null default 0,
  primary key (team_id, actor_id),
  foreign key (team_id, territory_id) references app_public.teams (id, territory_id) on update cascade on delete cascade
);
create index on app_public.team_members (team_id, territory_id);
create index on app_public.team_members (actor_id);

create table app_public.absences (
  id int primary key generated always as identity,
  actor_id int not null references app_public.actors (id) on delete cascade,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  constraint an_absence_ends_after_it_starts check (ends_at > starts_at)
);
create index on app_public.absences (actor_id, starts_at, ends_at);

-- What `catchment apply` made, in order. Decisions pin the revision that they used.
create table app_public.revisions (
  id int primary key generated always as identity,
  digest text not null,
  applied_by text not null,
  applied_at timestamptz not null
);

create table app_public.capture_paths (
  id int primary key generated always as identity,
  territory_id int not null references app_public.territories (id) on delete restrict,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  source text not null check (source ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  requires_signature boolean not null default false,
  max_body_bytes int not null default 262144 check (max_body_bytes between 1 and 10485760),
  is_active boolean not null default true,
  active_contract_id int,
  unique (id, territory_id)
);
create index on app_public.capture_paths (territory_id);

-- Immutable once published (guarded by a trigger): a changed contract is the next version.
create table app_public.contracts (
  id int primary key generated always as identity,
  path_id int not null,
  territory_id int not null,
  version int not null,
  definition jsonb not null,
  fallback_territory_id int references app_public.territories (id) on delete restrict,
  is_history boolean not null default false,
  published_at timestamptz not null,
  unique (path_id, version),
  unique (id, path_id),
  foreign key (path_id, territory_id) references app_public.capture_paths (id, territory_id) on update cascade on delete restrict
);
create index on app_public.contracts (path_id, territory_id);
create index on app_public.contracts (fallback_territory_id);
alter table app_public.capture_paths
  add foreign key (active_contract_id, id) references app_public.contracts (id, path_id) on delete restrict;
create index on app_public.capture_paths (active_contract_id, id);

create table app_public.responsibilities (
  path_id int not null,
  territory_id int not null,
  duty text not null check (duty in ('capture', 'execution', 'system', 'incident')),
  team_id int not null references app_public.teams (id) on delete restrict,
  primary key (path_id, duty),
  foreign key (path_id, territory_id) references app_public.capture_paths (id, territory_id) on update cascade on delete cascade
);
create index on app_public.responsibilities (path_id, territory_id);
create index on app_public.responsibilities (team_id);

create table app_public.territory_rules (
  id int primary key generated always as identity,
  revision int not null references app_public.revisions (id) on delete restrict,
  territory_id int not null references app_public.territories (id) on delete restrict,
  boundary_id int not null references app_public.territories (id) on delete restrict,
  position int not null,
  country text,
  region text,
  postal_prefix text,
  language text,
  company_domain text,
  segment text,
  source text,
  condition jsonpath,
  -- Match columns that are set, the length of a postal prefix counting as more specific.
  specificity int not null generated always as (
    10 * num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, condition)
    + coalesce(length(postal_prefix), 0)
  ) stored,
  constraint a_rule_says_something check (
    num_nonnulls(country, region, postal_prefix, language, company_domain, segment, source, condition) > 0)
);
-- In the order of decide_territories, which stops at the first rule that matches.
create index on app_public.territory_rules (revision, boundary_id, specificity desc, position);
create index on app_public.territory_rules (territory_id);
create index on app_public.territory_rules (boundary_id);

create table app_public.scoring_rules (
  id int primary key generated always as identity,
  revision int not null references app_public.revisions (id) on delete restrict,
  territory_id int not null references app_public.territories (id) on delete restrict,
  position int not null,
  points int not null check (points between -100 and 100),
  reason text not null,
  condition jsonpath not null
);
create index on app_public.scoring_rules (revision, territory_id);
create index on app_public.scoring_rules (territory_id);

create table app_public.sla_policies (
  id int primary key generated always as identity,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  territory_id int not null references app_public.territories (id) on delete restrict,
  kind text not null default 'first_response' check (kind in ('first_response')),
  source text,
  status text,
  target_seconds int not null check (target_seconds > 0),
  -- Percent of the target, ascending.
  thresholds int[] not null default '{80,100,150}' check (cardinality(thresholds) > 0 and 100 = any (thresholds)),
  is_active boolean not null default true
);
create index on app_public.sla_policies (territory_id);

-- Which duty owns a kind of exception and how long it may take (design §8).
create table app_public.exception_policies (
  kind text primary key,
  duty text not null check (duty in ('capture', 'execution', 'system', 'incident', 'operations')),
  resolve_seconds int not null check (resolve_seconds > 0),
  runbook text not null
);

--! split: 300-flow.sql
-- What flows. Everything carries its own territory_id; children hang on (lead_id, territory_id),
-- so no policy needs a join and a lead moves with all that is its own.
-- Large append-only tables are partitioned by the month in their uuidv7 id (app_private.make_partitions).

create table app_private.capture_keys (
  path_id int not null,
  idempotency_key text not null check (length(idempotency_key) <= 255),
  capture_id uuid not null,
  trace_id text not null,
  body_hash bytea not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (path_id, idempotency_key)
);

create table app_public.leads (
  id uuid primary key default uuidv7(),
  territory_id int not null references app_public.territories (id) on delete restrict,
  owner_id int references app_public.actors (id) on delete restrict,
  team_id int references app_public.teams (id) on delete restrict,
  status text not null default 'new' check (status in
    ('new', 'attempting_to_contact', 'contacted', 'qualified', 'nurturing', 'closed_won', 'closed_lost')),
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
  employees int,
  score smallint check (score between 0 and 100),
  score_reasons jsonb,
  value_amount numeric(18, 2),
  value_currency text,
  source text not null,
  trace_id text not null,
  is_test boolean not null default false,
  is_history boolean not null default false,
  first_seen_at timestamptz not null,
  last_activity_at timestamptz not null,
  routed_at timestamptz,
  owned_at timestamptz,
  handed_over_at timestamptz,
  first_responded_at timestamptz,
  closed_at timestamptz,
  merged_into_id uuid references app_public.leads (id) on delete restrict,
  sla_policy_id int references app_public.sla_policies (id) on delete restrict,
  sla_started_at timestamptz,
  sla_warn_at timestamptz,
  sla_due_at timestamptz,
  sla_overdue_at timestamptz,
  sla_paused_at timestamptz,
  sla_breached_at timestamptz,
  sla_met_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, territory_id),
  constraint owned_means_an_owner_and_an_instant check ((owner_id is null) = (owned_at is null)),
  constraint closed_means_a_closing_instant check ((status in ('closed_won', 'closed_lost')) = (closed_at is not null)),
  constraint breach_needs_a_deadline check (sla_breached_at is null or sla_due_at is not null),
  constraint not_merged_into_itself check (merged_into_id <> id)
) with (fillfactor = 80);
create index on app_public.leads (territory_id, id desc);
create index on app_public.leads (email, territory_id);
create index on app_public.leads (owner_id, closed_at);
create index on app_public.leads (merged_into_id) where merged_into_id is not null;
create index leads_without_owner on app_public.leads (territory_id, id) where owner_id is null and closed_at is null;

create table app_private.lead_identities (
  boundary_id int not null,
  kind text not null check (kind in ('email', 'phone', 'external_id')),
  value_hash bytea not null,  -- sha256 of the normalized value
  lead_id uuid not null references app_public.leads (id) on delete cascade deferrable initially deferred,
  primary key (boundary_id, kind, value_hash)
);
create index on app_private.lead_identities (lead_id);

create table app_public.captures (
  id uuid not null default uuidv7(),
  path_id int not null,
  territory_id int not null,
  contract_id int,
  lead_id uuid,
  kind text not null default 'lead' check (kind in ('lead', 'activity', 'order')),
  status text not null default 'pending' check (status in ('pending', 'processed', 'quarantined', 'error')),
  outcome text,
  error text,
  attempts smallint not null default 0,
  trace_id text not null check (octet_length(trace_id) = 32 and translate(trace_id, '0123456789abcdef', '') = ''),
  is_test boolean not null default false,
  content_type text,
  body bytea not null,
  attributes jsonb,
  violations jsonb,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  primary key (id),
  foreign key (path_id) references app_public.capture_paths (id) on delete restrict,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint a_judged_capture_has_an_instant check ((status = 'pending') = (processed_at is null))
) partition by range (id);
create index captures_pending on app_public.captures (id) where status = 'pending';
create index captures_refused on app_public.captures (territory_id, id) where status in ('quarantined', 'error');
create index on app_public.captures (territory_id, id desc);
create index on app_public.captures (lead_id, territory_id);
create index on app_public.captures (trace_id);

create table app_public.source_events (
  id uuid not null default uuidv7(),
  lead_id uuid not null,
  territory_id int not null,
  origin_lead_id uuid not null,  -- the lead of the first record; merges change lead_id, never this
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
  occurred_at timestamptz not null,
  attributes jsonb not null,
  is_test boolean not null default false,
  primary key (id),
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict
) partition by range (id);
create index on app_public.source_events (lead_id, territory_id);
create index on app_public.source_events (territory_id, id desc);
create index on app_public.source_events (capture_id);

create table app_public.decisions (
  id uuid primary key default uuidv7(),
  lead_id uuid not null,
  territory_id int not null,
  trace_id text not null,
  kind text not null check (kind in ('route')),
  action text not null check (action in ('assign', 'keep_owner', 'queue', 'claim', 'reassign')),
  revision int not null,
  owner_id int,
  team_id int,
  actor_id int,  -- who decided; null: the rules did
  reason text not null,
  inputs jsonb not null,
  candidates jsonb not null,
  superseded_by_id uuid references app_public.decisions (id) on delete restrict deferrable initially deferred,
  decided_at timestamptz not null,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint an_owner_is_named_unless_queued check ((action = 'queue') = (owner_id is null))
);
create unique index one_effective_decision_per_trace on app_public.decisions (lead_id, trace_id, kind) where superseded_by_id is null;
create index on app_public.decisions (lead_id, territory_id);
create index on app_public.decisions (superseded_by_id) where superseded_by_id is not null;

create table app_public.assignments (
  id uuid primary key default uuidv7(),
  lead_id uuid not null,
  territory_id int not null,
  owner_id int not null references app_public.actors (id) on delete restrict,
  team_id int,
  decision_id uuid not null,
  trace_id text not null,
  assigned_at timestamptz not null,
  ended_at timestamptz,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint an_assignment_ends_after_it_begins check (ended_at >= assigned_at)
);
create unique index one_owner_at_a_time on app_public.assignments (lead_id) where ended_at is null;
create index on app_public.assignments (lead_id, territory_id);

create table app_public.clocks (
  id uuid primary key default uuidv7(),
  lead_id uuid not null,
  territory_id int not null,
  kind text not null check (kind in ('first_response')),
  policy_id int not null references app_public.sla_policies (id) on delete restrict,
  trace_id text not null,
  target_seconds int not null check (target_seconds > 0),
  thresholds int[] not null,
  fired smallint not null default 0,  -- how many of the thresholds have fired
  started_at timestamptz not null,
  due_at timestamptz not null,
  next_at timestamptz,                -- instant of the next unfired threshold; null: none left or stopped
  stopped_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint a_stopped_clock_waits_for_nothing check (stopped_at is null or next_at is null)
) with (fillfactor = 80);
create unique index one_running_clock_of_a_kind on app_public.clocks (lead_id, kind) where stopped_at is null;
create index on app_public.clocks (lead_id, territory_id);
create index clocks_waiting on app_public.clocks (next_at) where next_at is not null;

create table app_public.escalations (
  id uuid primary key default uuidv7(),
  clock_id uuid not null references app_public.clocks (id) on delete restrict,
  lead_id uuid not null,
  territory_id int not null,
  trace_id text not null,
  threshold int not null,
  recipient_id int references app_public.actors (id) on delete restrict,
  due_at timestamptz not null,
  fired_at timestamptz not null,
  unique (clock_id, threshold),
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict
);
create index on app_public.escalations (lead_id, territory_id);
create index on app_public.escalations (territory_id, id desc);
create index on app_public.escalations (recipient_id);

create table app_public.exceptions (
  id uuid primary key default uuidv7(),
  territory_id int not null references app_public.territories (id) on delete restrict,
  kind text not null references app_public.exception_policies (kind) on delete restrict,
  reason text not null,
  details jsonb not null default '{}',
  trace_id text,
  capture_id uuid,
  lead_id uuid,
  owner_team_id int not null references app_public.teams (id) on delete restrict,
  escalation_team_id int not null references app_public.teams (id) on delete restrict,
  owner_id int references app_public.actors (id) on delete restrict,
  runbook text not null,
  opened_at timestamptz not null,
  due_at timestamptz not null,
  acknowledged_at timestamptz,
  resolved_at timestamptz,
  outcome text,
  note text,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  constraint resolved_means_an_outcome check ((resolved_at is null) = (outcome is null)),
  constraint due_after_it_opened check (due_at > opened_at)
);
create unique index one_open_exception_per_cause on app_public.exceptions (coalesce(capture_id, lead_id), kind)
  where resolved_at is null and coalesce(capture_id, lead_id) is not null;
create index on app_public.exceptions (territory_id, id desc);
create index on app_public.exceptions (lead_id, territory_id);
create index on app_public.exceptions (capture_id);
create index on app_public.exceptions (trace_id);
create index on app_public.exceptions (kind);
create index on app_public.exceptions (owner_team_id);
create index on app_public.exceptions (escalation_team_id);
create index on app_public.exceptions (owner_id);

create table app_public.activities (
  id uuid primary key default uuidv7(),
  lead_id uuid not null,
  territory_id int not null,
  actor_id int references app_public.actors (id) on delete restrict,
  kind text not null check (kind in ('call', 'email', 'meeting', 'message', 'note', 'status_change')),
  is_response boolean not null,  -- it reached or tried to reach the person: the first one stops the clock
  note text check (length(note) <= 10000),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict
);
create index on app_public.activities (lead_id, territory_id);
create index on app_public.activities (territory_id, id desc);
create index on app_public.activities (actor_id);

-- The outbox: one row per event, channel and recipient, sent at least once and marked.
create table app_public.notifications (
  id uuid primary key default uuidv7(),
  event_id uuid not null,  -- the decision, escalation or exception that it tells of
  lead_id uuid,
  territory_id int not null,
  trace_id text,
  kind text not null,
  channel text not null default 'log' check (channel in ('log')),
  recipient_id int not null references app_public.actors (id) on delete restrict,
  text text not null,
  attempts smallint not null default 0,
  next_attempt_at timestamptz,
  sent_at timestamptz,
  created_at timestamptz not null,
  foreign key (lead_id, territory_id) references app_public.leads (id, territory_id) on update cascade on delete restrict,
  unique (event_id, channel, recipient_id),
  constraint sent_or_waiting check ((sent_at is null) = (next_attempt_at is not null))
);
create index notifications_waiting on app_public.notifications (next_attempt_at) where next_attempt_at is not null;
create index on app_public.notifications (lead_id, territory_id);

-- Append-only. Personal fields appear by name only: their values never enter.
create table app_private.audit_entries (
  id uuid not null default uuidv7(),
  territory_id int,
  entity text not null,
  entity_id text not null,
  action text not null check (action in ('insert', 'update', 'delete')),
  actor_id int,
  login text not null,
  trace_id text,
  changes jsonb not null,
  recorded_at timestamptz not null default now(),
  primary key (id)
) partition by range (id);

-- Worker processes that hold a session advisory lock; a row whose lock is free belongs to a dead one.
create table app_private.worker_pools (
  id int primary key generated always as identity,
  worker_ids text[] not null,
  started_at timestamptz not null default now()
);

--! split: 400-types.sql
-- Rows that stage functions hand to one another.
create type app_private.exception_case as (
  kind text, territory_id int, path_id int, trace_id text, capture_id uuid, lead_id uuid, reason text, details jsonb);

-- An arrival on its way through the stages: accepted by its contract, normalized and located.
create type app_private.arrival as (
  capture_id uuid, path_id int, source text, territory_id int, boundary_id int, trace_id text, is_test boolean, is_history boolean,
  received_at timestamptz, attributes jsonb);

-- What identity decided of one arrival: its lead, the id it would have given a new one, whether it is the
-- first of a new lead, and the leads that other keys of the same arrival point at (doubt).
create type app_private.resolution as (
  arrival app_private.arrival, lead_id uuid, proposed_id uuid, is_first boolean, doubtful_lead_ids uuid[]);

-- What routing decided of one arrival. turn: its number in the deal of the team; null when no turn is used.
-- is_first: the arrival that asked for the owner of a lead that had none.
create type app_private.route as (
  capture_id uuid, lead_id uuid, territory_id int, trace_id text, is_history boolean, is_first boolean,
  action text, owner_id int, team_id int, turn bigint, reason text, candidates jsonb);

-- What a door answers: the kept capture and the trace to follow it by. status: pending, or known when the
-- idempotency key had come before.
create type app_public.capture_receipt as (capture_id uuid, trace_id text, status text, same_body boolean);

--! split: 900-fixtures.sql
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
-- The gate for a change of one lead: locks and returns it when the asking actor may do this to it.
-- Hidden, absent and merged leads answer NFUND, exactly alike.
create or replace function app_hidden.require_lead(action text, lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads;
begin
  select * into lead
    from app_public.leads
   where leads.id = require_lead.lead_id
     and leads.territory_id = any (array(select app_hidden.my_territory_ids()))
     and leads.merged_into_id is null
     for no key update;
  perform app_hidden.require(require_lead.action, lead.territory_id, lead.owner_id, lead.team_id);
  return lead;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_hidden/require_lead.sql
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
    ('merge_leads',        null,              'any', 'any', null,   'any'),
    ('handle_exception',   'own_team',        'any', 'any', null,   'any'),
    ('decide_approval',    'named',           'any', 'any', null,   'any'),
    ('own_settings',       'self',            'self', 'self', 'self', 'self'),
    ('work_quarantine',    null,              null,  'any', null,   'any'),
    ('read_audit',         null,              'any', 'any', null,   'any'),
    ('administer',         null,              null,  null,  null,   'any')
  ) as actions (action, rep, manager, operations, viewer, admin)
 cross join lateral (values
    ('rep', actions.rep), ('manager', actions.manager), ('operations', actions.operations),
    ('viewer', actions.viewer), ('admin', actions.admin)
  ) as granted (role, scope)
 where granted.scope is not null;
--! EndIncluded permissions.sql
--! Included functions/app_private/make_partitions.sql
-- The first uuidv7 of an instant: partition bounds.
create or replace function app_private.uuid_floor(at timestamptz) returns uuid as $$
  select (lpad(to_hex(floor(extract(epoch from uuid_floor.at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$ language sql immutable strict parallel safe;

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
-- (and where no path is involved) the operations team of the nearest ancestor. A case that is open
-- already for the same capture or lead is left as it is.
create or replace function app_private.open_exceptions(cases app_private.exception_case[], as_of timestamptz) returns void as $$
  insert into app_public.exceptions
    (territory_id, kind, reason, details, trace_id, capture_id, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
  select cases.territory_id, cases.kind, cases.reason, cases.details, cases.trace_id, cases.capture_id, cases.lead_id,
         coalesce(responsible.team_id, operations.team_id),
         coalesce(responsible.escalates_to_id, operations.team_id),
         policies.runbook, open_exceptions.as_of, open_exceptions.as_of + make_interval(secs => policies.resolve_seconds)
    from unnest(open_exceptions.cases) as cases
    join app_public.exception_policies as policies on policies.kind = cases.kind
    left join lateral (
      select responsibilities.team_id, teams.escalates_to_id
        from app_public.responsibilities join app_public.teams on teams.id = responsibilities.team_id
       where responsibilities.path_id = cases.path_id and responsibilities.duty = policies.duty
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
--! Included functions/app_private/enqueue_drain_captures.sql
-- New captures ask for their way through the stages. A statement that stored none (all were known) asks nothing.
create or replace function app_private.enqueue_drain_captures() returns trigger as $$
begin
  if exists (select from arrived where arrived.status = 'pending') then
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
--! Included functions/app_private/place_in_tree.sql
-- Keeps root, boundary and path of a territory true to its parent (before insert or update of a row).
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
  return new;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

-- After a territory was moved: its children follow, each asking for its own children in turn.
create or replace function app_private.move_subtree() returns trigger as $$
begin
  -- A statement that changed no row fires its triggers too: without this the update below would call itself for ever.
  if not exists (select from after_rows) then
    return null;
  end if;
  update app_public.territories set parent_id = territories.parent_id
    from after_rows join before_rows using (id)
   where territories.parent_id = after_rows.id
     and (after_rows.path, after_rows.boundary_id) is distinct from (before_rows.path, before_rows.boundary_id);
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
--! Included functions/app_private/refuse_change.sql
-- Guard of append-only tables (audit) and of published contracts.
create or replace function app_private.refuse_change() returns trigger as $$
begin
  raise exception 'Rows of % are never changed', tg_table_name using errcode = 'FIXED';
end
$$ language plpgsql volatile;
--! EndIncluded functions/app_private/refuse_change.sql
--! Included functions/app_private/change_of.sql
-- [before, after] of a number that changed; null when it did not.
create or replace function app_private.change_of(before int, after int) returns jsonb as $$
  select case when change_of.before is distinct from change_of.after then jsonb_build_array(change_of.before, change_of.after) end
$$ language sql stable;

grant execute on function app_private.change_of(int, int) to catchment_worker;
--! EndIncluded functions/app_private/change_of.sql
--! Included functions/app_private/audit.sql
-- Audit triggers. Definer: rows changed by a cascade queue their triggers as the table's owner. They
-- record the login and the acting actor, never current_user. Personal fields appear by name only.

-- Leads: what decides over them, column by column; personal columns only as "changed".
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
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select after_rows.territory_id, 'leads', after_rows.id::text, 'update', (select app_hidden.current_actor_id()), session_user, after_rows.trace_id,
         jsonb_strip_nulls(jsonb_build_object(
           'territory_id', app_private.change_of(before_rows.territory_id, after_rows.territory_id),
           'owner_id', app_private.change_of(before_rows.owner_id, after_rows.owner_id),
           'status', case when before_rows.status <> after_rows.status then jsonb_build_array(before_rows.status, after_rows.status) end,
           'merged_into_id', case when before_rows.merged_into_id is distinct from after_rows.merged_into_id
             then jsonb_build_array(before_rows.merged_into_id, after_rows.merged_into_id) end,
           'personal', case when row(before_rows.first_name, before_rows.last_name, before_rows.email, before_rows.phone, before_rows.street,
                                     before_rows.city, before_rows.postal_code, before_rows.birth_date)
               is distinct from row(after_rows.first_name, after_rows.last_name, after_rows.email, after_rows.phone, after_rows.street,
                                    after_rows.city, after_rows.postal_code, after_rows.birth_date)
             then to_jsonb('changed'::text) end))
    from after_rows join before_rows using (id)
   where row(before_rows.territory_id, before_rows.owner_id, before_rows.status, before_rows.merged_into_id,
             before_rows.first_name, before_rows.last_name, before_rows.email, before_rows.phone, before_rows.street,
             before_rows.city, before_rows.postal_code, before_rows.birth_date)
     is distinct from row(after_rows.territory_id, after_rows.owner_id, after_rows.status, after_rows.merged_into_id,
             after_rows.first_name, after_rows.last_name, after_rows.email, after_rows.phone, after_rows.street,
             after_rows.city, after_rows.postal_code, after_rows.birth_date);
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
-- nor the details: people wrote the one, and the other names fields that strangers sent. The key is the id column,
-- or for a table without one the row itself.
create or replace function app_private.audit_rows_insert() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'insert',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', entry.content - '{note,details}'::text[]
    from (select to_jsonb(after_rows) as content from after_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_rows_update() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'update',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', entry.content - '{note,details}'::text[]
    from (select to_jsonb(after_rows) as content from after_rows except select to_jsonb(before_rows) from before_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_rows_delete() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'delete',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', entry.content - '{note,details}'::text[]
    from (select to_jsonb(before_rows) as content from before_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;
--! EndIncluded functions/app_private/audit.sql
--! Included functions/app_private/capture_doors.sql
-- What a door must know before it takes anything: its size cap and whether it demands a signature.
create or replace function app_private.capture_doors()
returns table (path_id int, slug text, source text, requires_signature boolean, max_body_bytes int) as $$
  select capture_paths.id, capture_paths.slug, capture_paths.source,
         capture_paths.requires_signature, capture_paths.max_body_bytes
    from app_public.capture_paths
   where capture_paths.is_active and capture_paths.active_contract_id is not null
$$ language sql stable security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.capture_doors() to catchment_api;
--! EndIncluded functions/app_private/capture_doors.sql
--! Included functions/app_private/stage_captures.sql
-- Stage 2: keeps arrivals raw, in one durable statement for all requests that came together.
-- Arrays run in parallel, one element an arrival. An arrival without key is always new. With a key,
-- the first one wins and later ones answer its capture; same_body = false means the key was used for
-- something else (the door answers 422). One lock order, so racing batches do not deadlock.
create or replace function app_private.stage_captures(
  path_ids int[], idempotency_keys text[], bodies bytea[], content_types text[], trace_ids text[], is_test boolean[]
) returns table (ordinal int, capture_id uuid, trace_id text, is_new boolean, same_body boolean) as $$
  with arrived as materialized (
    select arrival.ordinal::int, arrival.path_id, arrival.key, arrival.body, arrival.content_type,
           arrival.trace_id, arrival.is_test, uuidv7() as id,
           case when arrival.key is not null then sha256(arrival.body) end as body_hash
      from unnest(path_ids, idempotency_keys, bodies, content_types, trace_ids, is_test)
           with ordinality as arrival (path_id, key, body, content_type, trace_id, is_test, ordinal)
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
    insert into app_public.captures (id, path_id, territory_id, contract_id, trace_id, is_test, content_type, body)
    select arrived.id, arrived.path_id, capture_paths.territory_id, capture_paths.active_contract_id,
           arrived.trace_id, arrived.is_test, arrived.content_type, arrived.body
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
         arrived.key is null or known.body_hash = arrived.body_hash
    from arrived
    left join known on known.path_id = arrived.path_id and known.idempotency_key = arrived.key
   order by arrived.ordinal
$$ language sql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_private.stage_captures(int[], text[], bytea[], text[], text[], boolean[]) to catchment_api;
--! EndIncluded functions/app_private/stage_captures.sql
--! Included functions/app_private/claim_captures.sql
-- The next pending captures in order of arrival, locked for this transaction; what another worker
-- holds is skipped, so any number of workers may drain side by side.
create or replace function app_private.claim_captures(at_most int)
returns table (
  id uuid, path_slug text, contract_id int, body bytea, received_at timestamptz, default_country text, time_zone text
) as $$
  with claimed as (
    select captures.id, captures.path_id, captures.contract_id, captures.body, captures.received_at
      from app_public.captures
     where captures.status = 'pending'
     order by captures.id
     limit claim_captures.at_most
       for no key update skip locked
  )
  select claimed.id, capture_paths.slug, claimed.contract_id, claimed.body, claimed.received_at,
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
--! Included functions/app_private/quarantine_captures.sql
-- Stage 3's refusals: keeps the capture raw, names each violation and opens an exception for the
-- capture owner. Captures that are no longer pending are left alone.
create or replace function app_private.quarantine_captures(refused jsonb, as_of timestamptz) returns void as $$
  with refusals as (
    select refusal.id, refusal.kind, refusal.violations, refusal.attributes
      from jsonb_to_recordset(quarantine_captures.refused) as refusal (id uuid, kind text, violations jsonb, attributes jsonb)
  ),
  quarantined as (
    update app_public.captures
       set status = 'quarantined',
           outcome = coalesce(refusals.kind, 'contract_violation'),
           violations = refusals.violations,
           attributes = refusals.attributes,
           processed_at = quarantine_captures.as_of
      from refusals
     where captures.id = refusals.id and captures.status = 'pending'
    returning captures.id, captures.path_id, captures.territory_id, captures.trace_id, captures.outcome, captures.violations
  )
  select app_private.open_exceptions(
    array_agg(row(
      quarantined.outcome, quarantined.territory_id, quarantined.path_id, quarantined.trace_id, quarantined.id, null,
      format('%s: %s', replace(quarantined.outcome, '_', ' '),
        (select string_agg(violation ->> 'message', '; ') from jsonb_array_elements(quarantined.violations) as violation)),
      jsonb_build_object('violations', quarantined.violations)
    )::app_private.exception_case order by quarantined.id), quarantine_captures.as_of)
    from quarantined
  having count(*) > 0
$$ language sql volatile;

grant execute on function app_private.quarantine_captures(jsonb, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/quarantine_captures.sql
--! Included functions/app_private/decide_territories.sql
-- Which territory each arrival belongs to under a revision. Pure; only pending captures are answered.
-- arrivals: [{"id": capture, "attributes": {…}}, …]. Empty match columns match anything; the most specific
-- rule wins, then the lower position. No rule: the contract's fallback; null when there is none either.
create or replace function app_private.decide_territories(arrivals jsonb, revision int) returns setof app_private.arrival as $$
  select captures.id, captures.path_id, capture_paths.source,
         coalesce(winner.territory_id, contracts.fallback_territory_id), home.boundary_id, captures.trace_id, captures.is_test,
         contracts.is_history, captures.received_at, arrival.attributes
    from jsonb_to_recordset(decide_territories.arrivals) as arrival (id uuid, attributes jsonb)
    join app_public.captures on captures.id = arrival.id
    join app_public.capture_paths on capture_paths.id = captures.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id
    join app_public.contracts on contracts.id = captures.contract_id
    left join lateral (
      select rules.territory_id
        from app_public.territory_rules as rules
       where rules.revision = decide_territories.revision
         and rules.boundary_id = home.boundary_id
         and (rules.country is null or rules.country = arrival.attributes ->> 'country')
         and (rules.region is null or rules.region = arrival.attributes ->> 'region')
         and (rules.postal_prefix is null or starts_with(arrival.attributes ->> 'postal_code', rules.postal_prefix))
         and (rules.language is null or rules.language = arrival.attributes ->> 'language')
         and (rules.company_domain is null or rules.company_domain = arrival.attributes ->> 'company_domain')
         and (rules.segment is null or rules.segment = arrival.attributes ->> 'segment')
         and (rules.source is null or rules.source = capture_paths.source)
         and (rules.condition is null or arrival.attributes @@ rules.condition)
       order by rules.specificity desc, rules.position
       limit 1
    ) as winner on true
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
    select jsonb_agg(jsonb_build_object('id', arrival.capture_id, 'kind', 'no_territory', 'attributes', arrival.attributes,
             'violations', jsonb_build_array(jsonb_build_object('kind', 'no_territory', 'path', '',
               'message', 'No territory rule matches and the contract names no fallback'))))
      from unnest(arrivals) as arrival where arrival.territory_id is null);
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
--! Included functions/app_private/claim_identities.sql
-- The keys of a batch, claimed in one statement and one lock order: a key that another transaction is
-- claiming is waited for, then belongs to that one's lead. Answers the lead of each capture as if they
-- had come one by one: each looks at the keys known before it and follows its first known one.
create or replace function app_private.claim_identities(located app_private.arrival[]) returns app_private.resolution[] as $$
  with recursive arrivals as materialized (
    select located.capture_id as id, located.boundary_id, located.attributes -> 'identities' as identities, uuidv7() as proposed_id,
           located as arrival
      from unnest(claim_identities.located) as located
  ),
  keys as materialized (
    select arrivals.id as capture_id, arrivals.proposed_id, arrivals.boundary_id, identity.key ->> 'kind' as kind,
           sha256(convert_to(identity.key ->> 'value', 'UTF8')) as value_hash, identity.rank
      from arrivals cross join lateral jsonb_array_elements(arrivals.identities) with ordinality as identity (key, rank)
  ),
  first_holders as materialized (
    select distinct on (keys.boundary_id, keys.kind, keys.value_hash) keys.*
      from keys order by keys.boundary_id, keys.kind, keys.value_hash, keys.capture_id
  ),
  claimed as (
    insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id)
    select first_holders.boundary_id, first_holders.kind, first_holders.value_hash, first_holders.proposed_id
      from first_holders order by first_holders.boundary_id, first_holders.kind, first_holders.value_hash
    on conflict (boundary_id, kind, value_hash) do update set lead_id = lead_identities.lead_id
    returning new.boundary_id, new.kind, new.value_hash, new.lead_id, old.lead_id is null as is_new
  ),
  known as materialized (  -- per capture: the keys that were known at its turn, by lead or by earlier capture
    select keys.capture_id, keys.rank,
           case when not claimed.is_new then claimed.lead_id end as lead_id,
           case when claimed.is_new then first_holders.capture_id end as earlier_capture_id
      from keys
      join claimed using (boundary_id, kind, value_hash)
      join first_holders using (boundary_id, kind, value_hash)
     where not claimed.is_new or first_holders.capture_id <> keys.capture_id
  ),
  followed as (
    select distinct on (known.capture_id) known.* from known order by known.capture_id, known.rank
  ),
  resolved as (
    select arrivals.id as capture_id, coalesce(followed.lead_id, arrivals.proposed_id) as lead_id
      from arrivals left join followed on followed.capture_id = arrivals.id
     where followed.earlier_capture_id is null
    union all
    select followed.capture_id, resolved.lead_id
      from followed join resolved on resolved.capture_id = followed.earlier_capture_id
  ),
  doubts as (
    select known.capture_id, array_agg(distinct coalesce(known.lead_id, earlier.lead_id)) as lead_ids
      from known
      join resolved on resolved.capture_id = known.capture_id
      left join resolved as earlier on earlier.capture_id = known.earlier_capture_id
     where coalesce(known.lead_id, earlier.lead_id) <> resolved.lead_id
     group by known.capture_id
  )
  select array_agg(row(
           arrivals.arrival, resolved.lead_id, arrivals.proposed_id,
           resolved.lead_id = arrivals.proposed_id, coalesce(doubts.lead_ids, '{}')
         )::app_private.resolution order by resolved.capture_id)
    from resolved
    join arrivals on arrivals.id = resolved.capture_id
    left join doubts on doubts.capture_id = resolved.capture_id
$$ language sql volatile
  set enable_hashjoin = on;  -- its joins are among rows of the batch

grant execute on function app_private.claim_identities(app_private.arrival[]) to catchment_worker;
--! EndIncluded functions/app_private/claim_identities.sql
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
--! Included functions/app_private/fill_blanks.sql
-- Later touches of a lead fill what is still blank, in order of arrival; a value that stands is kept.
-- An amount brings its currency along.
create or replace function app_private.fill_blanks(resolutions app_private.resolution[]) returns void as $$
  with later as (
    select resolutions.lead_id, (resolutions.arrival).capture_id as id, (resolutions.arrival).received_at, person.*
      from unnest(fill_blanks.resolutions) as resolutions
     cross join lateral app_private.person_of((resolutions.arrival).attributes) as person
     where not resolutions.is_first
  ),
  merged as (
    select later.lead_id, min(coalesce(later.occurred_at, later.received_at)) as first_seen_at,
           max(coalesce(later.occurred_at, later.received_at)) as last_activity_at,
           (array_agg(later.first_name order by later.id) filter (where later.first_name is not null))[1] as first_name,
           (array_agg(later.last_name order by later.id) filter (where later.last_name is not null))[1] as last_name,
           (array_agg(later.email order by later.id) filter (where later.email is not null))[1] as email,
           (array_agg(later.phone order by later.id) filter (where later.phone is not null))[1] as phone,
           (array_agg(later.company order by later.id) filter (where later.company is not null))[1] as company,
           (array_agg(later.company_domain order by later.id) filter (where later.company_domain is not null))[1] as company_domain,
           (array_agg(later.street order by later.id) filter (where later.street is not null))[1] as street,
           (array_agg(later.city order by later.id) filter (where later.city is not null))[1] as city,
           (array_agg(later.postal_code order by later.id) filter (where later.postal_code is not null))[1] as postal_code,
           (array_agg(later.region order by later.id) filter (where later.region is not null))[1] as region,
           (array_agg(later.country order by later.id) filter (where later.country is not null))[1] as country,
           (array_agg(later.language order by later.id) filter (where later.language is not null))[1] as language,
           (array_agg(later.segment order by later.id) filter (where later.segment is not null))[1] as segment,
           (array_agg(later.birth_date order by later.id) filter (where later.birth_date is not null))[1] as birth_date,
           (array_agg(later.employees order by later.id) filter (where later.employees is not null))[1] as employees,
           (array_agg(later.value_amount order by later.id) filter (where later.value_amount is not null))[1] as value_amount,
           (array_agg(later.value_currency order by later.id) filter (where later.value_amount is not null))[1] as value_currency
      from later group by later.lead_id order by later.lead_id
  )
  update app_public.leads
     set first_seen_at = least(leads.first_seen_at, merged.first_seen_at),
         last_activity_at = greatest(leads.last_activity_at, merged.last_activity_at),
         first_name = coalesce(leads.first_name, merged.first_name),
         last_name = coalesce(leads.last_name, merged.last_name),
         email = coalesce(leads.email, merged.email),
         phone = coalesce(leads.phone, merged.phone),
         company = coalesce(leads.company, merged.company),
         company_domain = coalesce(leads.company_domain, merged.company_domain),
         street = coalesce(leads.street, merged.street),
         city = coalesce(leads.city, merged.city),
         postal_code = coalesce(leads.postal_code, merged.postal_code),
         region = coalesce(leads.region, merged.region),
         country = coalesce(leads.country, merged.country),
         language = coalesce(leads.language, merged.language),
         segment = coalesce(leads.segment, merged.segment),
         birth_date = coalesce(leads.birth_date, merged.birth_date),
         employees = coalesce(leads.employees, merged.employees),
         value_amount = coalesce(leads.value_amount, merged.value_amount),
         value_currency = case when leads.value_amount is null and merged.value_amount is not null then merged.value_currency else leads.value_currency end
    from merged
   where leads.id = merged.lead_id
$$ language sql volatile;

grant execute on function app_private.fill_blanks(app_private.resolution[]) to catchment_worker;
--! EndIncluded functions/app_private/fill_blanks.sql
--! Included functions/app_private/report_doubts.sql
-- Cases that identity leaves to people: keys of one arrival that belong to different leads, and a touch that
-- was located in another territory than its lead lives in. They belong to the nearest common territory.
create or replace function app_private.report_doubts(resolutions app_private.resolution[], as_of timestamptz) returns void as $$
declare
  cases app_private.exception_case[];
begin
  cases := array(
    select row('possible_duplicate', app_private.common_ancestor(array_agg(doubtful.territory_id) || leads.territory_id),
               (resolutions.arrival).path_id, (resolutions.arrival).trace_id, (resolutions.arrival).capture_id, null,
               'Keys of one arrival belong to different leads',
               jsonb_build_object('lead_ids', to_jsonb(array_agg(doubtful.id order by doubtful.id) || leads.id)))::app_private.exception_case
      from unnest(report_doubts.resolutions) as resolutions
      join app_public.leads on leads.id = resolutions.lead_id
      join app_public.leads as doubtful on doubtful.id = any (resolutions.doubtful_lead_ids)
     where resolutions.doubtful_lead_ids <> '{}'
     group by resolutions.arrival, leads.id);
  cases := cases || array(
    select row('territory_conflict', app_private.common_ancestor(array[(resolutions.arrival).territory_id, leads.territory_id]),
               (resolutions.arrival).path_id, (resolutions.arrival).trace_id, (resolutions.arrival).capture_id, null,
               'A touch arrived in another territory than its lead lives in',
               jsonb_build_object('lead_id', leads.id, 'located_in', (resolutions.arrival).territory_id))::app_private.exception_case
      from unnest(report_doubts.resolutions) as resolutions
      join app_public.leads on leads.id = resolutions.lead_id
     where not resolutions.is_first and (resolutions.arrival).territory_id <> leads.territory_id);
  if cases <> '{}' then
    perform app_private.open_exceptions(cases, report_doubts.as_of);
  end if;
end
$$ language plpgsql volatile;

grant execute on function app_private.report_doubts(app_private.resolution[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/report_doubts.sql
--! Included functions/app_private/resolve_leads.sql
-- Stage 6: one canonical lead per person and identity boundary, by exact normalized keys (e-mail, phone,
-- external id of a source, in this order). A new arrival joins the lead that its first known key belongs
-- to; ids stay stable. Keys that point at different leads are doubt: a case for people, never a merge.
-- An arrival located elsewhere than its lead stays with the lead, and the operations of the nearest common
-- territory learn of it. Answers the captures, each now processed and with its lead.
create or replace function app_private.resolve_leads(located app_private.arrival[], revision int, as_of timestamptz) returns uuid[] as $$
declare
  resolutions app_private.resolution[] := app_private.claim_identities(resolve_leads.located);
begin
  perform app_private.create_leads(resolutions, resolve_leads.revision);
  perform app_private.fill_blanks(resolutions);

  update app_private.lead_identities set lead_id = resolutions.lead_id
    from unnest(resolutions) as resolutions
   where lead_identities.lead_id = resolutions.proposed_id and resolutions.proposed_id <> resolutions.lead_id;

  perform app_private.report_doubts(resolutions, resolve_leads.as_of);

  update app_public.captures
     set lead_id = resolutions.lead_id,
         territory_id = leads.territory_id,
         attributes = (resolutions.arrival).attributes,
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
  select captures.lead_id, captures.territory_id, captures.lead_id, captures.id, captures.trace_id, capture_paths.source,
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
--! Included functions/app_private/score_leads.sql
-- Stage 9: a new lead was written with the score of its first arrival (decide_score); here a known one rises
-- to the best score that any of its touches earned. Of equal ones the first counts.
create or replace function app_private.score_leads(batch uuid[], revision int) returns void as $$
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
  )
  update app_public.leads
     set score = best.score, score_reasons = best.reasons
    from best
   where leads.id = best.lead_id and (leads.score is null or leads.score < best.score)
$$ language sql volatile;

grant execute on function app_private.score_leads(uuid[], int) to catchment_worker;
--! EndIncluded functions/app_private/score_leads.sql
--! Included functions/app_private/decide_routes.sql
-- Stage 10, the decision: who owns the leads of these arrivals. Pure. The first arrival of an open lead
-- without owner asks for one; every other arrival goes with its lead's owner.
-- The team is that of the territory or of its nearest ancestor that takes leads. Leads are dealt like
-- cards: round after round, each present member with room gets one, whoever waited longest first. That
-- equals asking one by one, so a batch of 500 and 500 batches of one find the same owners.
-- Leads of the past (is_history) are dealt silently: no turn is used and no capacity counted, so each batch of
-- them begins the deal anew.
-- Every member of the team stands in `candidates` with the reason why, or why not.
create or replace function app_private.decide_routes(batch uuid[], as_of timestamptz) returns setof app_private.route as $$
  with arrivals as materialized (
    select captures.id, captures.lead_id, leads.territory_id, captures.trace_id, leads.is_history, leads.owner_id, leads.team_id,
           leads.owner_id is not null or (leads.closed_at is null and leads.merged_into_id is null) as is_open,  -- to a decision
           leads.owner_id is null and row_number() over (partition by captures.lead_id order by captures.id) = 1 as is_first
      from app_public.captures
      join app_public.leads on leads.id = captures.lead_id
     where captures.id = any (decide_routes.batch)  -- what else leads must be is asked below: no index may tempt the planner
  ),
  places as materialized (
    select located.territory_id, app_private.sales_team(located.territory_id) as team_id
      from (select distinct arrivals.territory_id from arrivals where arrivals.is_open) as located
  ),
  queue as materialized (  -- n: the place in the deal of its team and lane, for those who ask
    select arrivals.*, places.team_id as sales_team_id,
           count(*) filter (where arrivals.is_first)
             over (partition by places.team_id, arrivals.is_history order by arrivals.id) as n
      from arrivals join places using (territory_id)
     where arrivals.is_open
  ),
  deals as (
    select queue.sales_team_id as team_id, queue.is_history, count(*) as size
      from queue where queue.is_first and queue.sales_team_id is not null group by 1, 2
  ),
  members as materialized (
    select deals.team_id, deals.is_history, deals.size, team_members.actor_id, actors.slug, team_members.capacity,
           row_number() over (partition by deals.team_id, deals.is_history
             order by team_members.last_turn, team_members.position, team_members.actor_id) as waited,
           case
             when not actors.is_active then 'is switched off'
             when absent.until is not null then format('is absent until %s', to_char(absent.until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
           end as unfit,
           case when deals.is_history or team_members.capacity is null then deals.size
                else greatest(0, team_members.capacity - open.leads) end as room
      from deals
      join app_public.team_members on team_members.team_id = deals.team_id
      join app_public.actors on actors.id = team_members.actor_id
     cross join lateral (
       select max(absences.ends_at) as until from app_public.absences
        where absences.actor_id = team_members.actor_id
          and absences.starts_at <= decide_routes.as_of and absences.ends_at > decide_routes.as_of
     ) as absent
     cross join lateral (  -- counts no further than the capacity
       select count(*) as leads from (
         select from app_public.leads
          where leads.owner_id = team_members.actor_id and leads.closed_at is null and not leads.is_history
            and team_members.capacity is not null
          limit team_members.capacity) as counted
     ) as open
  ),
  cards as materialized (
    select members.team_id, members.is_history, members.actor_id,
           row_number() over (partition by members.team_id, members.is_history order by round, members.waited) as n
      from members cross join lateral generate_series(1, least(members.room, members.size)) as round
     where members.unfit is null
  ),
  dealt as materialized (  -- the n-th lead gets the n-th card
    select cards.team_id, cards.is_history, array_agg(cards.actor_id order by cards.n) as owner_ids from cards group by 1, 2
  ),
  exhausted as materialized (  -- the last card of each member: behind it, one with less room than leads is full
    select cards.team_id, cards.is_history, cards.actor_id, max(cards.n) as last_n from cards group by 1, 2, 3
  ),
  routed as materialized (
    select queue.*, teams.slug as team_slug, teams.last_turn,
           case when queue.is_first then dealt.owner_ids[queue.n] end as new_owner_id
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
         coalesce(whole.team_id, whole.sales_team_id),
         case when whole.is_first and whole.final_owner_id is not null and not whole.is_history then whole.last_turn + whole.n end,
         case
           when whole.final_owner_id is null and whole.sales_team_id is null then 'Queued: no team takes leads here or above.'
           when whole.final_owner_id is null then format('Queued: nobody of team %s is available.', whole.team_slug)
           when whole.is_first then format('Assigned to %s: next in turn of team %s.', whole.new_owner_slug, whole.team_slug)
           else 'A touch of a known lead: it keeps its owner.'
         end,
         coalesce(reasons.candidates, '[]')
    from whole
    left join lateral (
      select jsonb_agg(jsonb_build_object('actor', members.slug, 'chosen', members.actor_id is not distinct from whole.new_owner_id,
               'reason', case
                 when members.actor_id = whole.new_owner_id then 'is next in turn'
                 when members.unfit is not null then members.unfit
                 when members.room < members.size and coalesce(exhausted.last_n, 0) < whole.n
                   then format('is at capacity: %s of %s open leads', members.capacity, members.capacity)
                 else format('waits: %s is next in turn', whole.new_owner_slug)
               end) order by members.slug) as candidates
        from members
        left join exhausted on exhausted.team_id = members.team_id and exhausted.is_history = members.is_history
                           and exhausted.actor_id = members.actor_id
       where members.team_id = whole.sales_team_id and members.is_history = whole.is_history
    ) as reasons on whole.is_first or whole.final_owner_id is null
   order by whole.id
$$ language sql stable;

grant execute on function app_private.decide_routes(uuid[], timestamptz) to catchment_worker;
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
           jsonb_build_object('captureId', outcomes.capture_id, 'isHistory', outcomes.is_history),
           outcomes.candidates, record_routes.as_of
      from outcomes where outcomes.of_trace = 1
    on conflict (lead_id, trace_id, kind) where superseded_by_id is null do nothing
    returning id, lead_id, territory_id, trace_id, action, owner_id, team_id, (inputs ->> 'isHistory')::boolean as is_history
  ),
  assigned as (
    insert into app_public.assignments (lead_id, territory_id, owner_id, team_id, decision_id, trace_id, assigned_at)
    select decided.lead_id, decided.territory_id, decided.owner_id, decided.team_id, decided.id, decided.trace_id, record_routes.as_of
      from decided where decided.action = 'assign'
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
--! Included functions/app_private/apply_routes.sql
-- Stage 10, the deed: writes what decide_routes decided for these captures. Each trace gets its decision;
-- a new owner gets the lead, a turn less and word of it; a queued lead opens a case, which closes with its owner.
create or replace function app_private.apply_routes(batch uuid[], revision int, as_of timestamptz) returns void as $$
declare
  routes app_private.route[];
  waited uuid[];  -- leads that were in the queue and now have an owner
begin
  -- One deal at a time per team: turns are read and moved under this lock (key share of foreign keys passes).
  perform from app_public.teams
    where teams.id in (
      select app_private.sales_team(places.territory_id)
        from (select distinct captures.territory_id from app_public.captures where captures.id = any (apply_routes.batch)) as places)
    order by teams.id for no key update;
  routes := array(select decided from app_private.decide_routes(apply_routes.batch, apply_routes.as_of) as decided);

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

  update app_public.team_members set last_turn = dealt.turn
    from (select routes.team_id, routes.owner_id, max(routes.turn) as turn
            from unnest(routes) as routes where routes.turn is not null group by 1, 2) as dealt
   where team_members.team_id = dealt.team_id and team_members.actor_id = dealt.owner_id;
  update app_public.teams set last_turn = dealt.turn
    from (select routes.team_id, max(routes.turn) as turn
            from unnest(routes) as routes where routes.turn is not null group by 1) as dealt
   where teams.id = dealt.team_id;

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
          and leads.routed_at is not null
        order by leads.id limit route_queue.at_most
          for no key update skip locked) as unowned
      join app_public.source_events on source_events.lead_id = unowned.id);
  owned uuid[];   -- captures whose lead found an owner
  found_owners int;
begin
  select array_agg(routes.capture_id), count(*) filter (where routes.is_first)
    into owned, found_owners
    from app_private.decide_routes(waiting, route_queue.as_of) as routes where routes.owner_id is not null;
  if found_owners = 0 then
    return 0;
  end if;
  perform app_private.apply_routes(owned, app_private.current_revision(), route_queue.as_of);
  return found_owners;
end
$$ language plpgsql volatile;

grant execute on function app_private.route_queue(timestamptz, int) to catchment_worker;
--! EndIncluded functions/app_private/route_queue.sql
--! Included functions/app_private/start_clocks.sql
-- Stage 11: starts the first-response clock of each lead that these captures created, by the policy and the
-- deadlines that stand in its sla_ columns. A lead that has its clock already, running or answered, is left alone.
create or replace function app_private.start_clocks(batch uuid[]) returns void as $$
  with created as materialized (  -- nothing is asked of leads but their keys: no index may tempt the planner
    select leads.id, leads.territory_id, leads.trace_id, leads.sla_policy_id, leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.first_responded_at
      from app_public.captures
      join app_public.leads on leads.id = captures.lead_id
     where captures.id = any (start_clocks.batch) and captures.outcome = 'lead_created'
  )
  insert into app_public.clocks (lead_id, territory_id, kind, policy_id, trace_id, target_seconds, thresholds, started_at, due_at, next_at)
  select created.id, created.territory_id, 'first_response', created.sla_policy_id, created.trace_id,
         sla_policies.target_seconds, sla_policies.thresholds, created.sla_started_at, created.sla_due_at, created.sla_warn_at
    from created
    join app_public.sla_policies on sla_policies.id = created.sla_policy_id
   where created.first_responded_at is null
   order by created.id
  on conflict (lead_id, kind) where stopped_at is null do nothing
$$ language sql volatile;

grant execute on function app_private.start_clocks(uuid[]) to catchment_worker;
--! EndIncluded functions/app_private/start_clocks.sql
--! Included functions/app_private/stop_clock.sql
-- The first response: stops the running first-response clock of a lead at that instant and says whether it
-- was in time. A later response changes nothing; one that arrives late is applied at its own time.
create or replace function app_private.stop_clock(lead_id uuid, responded_at timestamptz) returns void as $$
  with stopped as (
    update app_public.clocks
       set stopped_at = greatest(stop_clock.responded_at, clocks.started_at), next_at = null
     where clocks.lead_id = stop_clock.lead_id and clocks.kind = 'first_response' and clocks.stopped_at is null
    returning clocks.due_at
  )
  update app_public.leads
     set first_responded_at = stop_clock.responded_at,
         sla_met_at = (select stop_clock.responded_at from stopped where stop_clock.responded_at <= stopped.due_at)
   where leads.id = stop_clock.lead_id and leads.first_responded_at is null
$$ language sql volatile;

grant execute on function app_private.stop_clock(uuid, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/stop_clock.sql
--! Included functions/app_private/change_owner.sql
-- Gives a lead to somebody by a person's decision: the effective decision of its first trace and the running
-- assignment end and are kept, the new owner is told, an open case about its missing owner is closed.
create or replace function app_private.change_owner(lead app_public.leads, owner_id int, action text, reason text, as_of timestamptz) returns void as $$
<<fresh>>
declare
  decision_id uuid := uuidv7();
begin
  update app_public.decisions set superseded_by_id = fresh.decision_id
   where decisions.lead_id = lead.id and decisions.trace_id = lead.trace_id
     and decisions.kind = 'route' and decisions.superseded_by_id is null;
  insert into app_public.decisions (id, lead_id, territory_id, trace_id, kind, action, revision, owner_id, team_id, actor_id, reason, inputs, candidates, decided_at)
  values (fresh.decision_id, lead.id, lead.territory_id, lead.trace_id, 'route', change_owner.action, app_private.current_revision(),
          change_owner.owner_id, lead.team_id, app_hidden.current_actor_id(), change_owner.reason,
          jsonb_build_object('former_owner_id', lead.owner_id), '[]', change_owner.as_of);

  update app_public.assignments set ended_at = change_owner.as_of
   where assignments.lead_id = lead.id and assignments.ended_at is null;
  insert into app_public.assignments (lead_id, territory_id, owner_id, team_id, decision_id, trace_id, assigned_at)
  values (lead.id, lead.territory_id, change_owner.owner_id, lead.team_id, fresh.decision_id, lead.trace_id, change_owner.as_of);

  update app_public.leads
     set owner_id = change_owner.owner_id, owned_at = change_owner.as_of, routed_at = coalesce(leads.routed_at, change_owner.as_of)
   where leads.id = lead.id;
  insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
  values (fresh.decision_id, lead.id, lead.territory_id, lead.trace_id, 'lead_assigned', change_owner.owner_id,
          'A lead is yours now.', change_owner.as_of, change_owner.as_of);
  update app_public.exceptions set resolved_at = change_owner.as_of, outcome = 'routed'
   where exceptions.lead_id = lead.id and exceptions.kind = 'nobody_available' and exceptions.resolved_at is null;
end
$$ language plpgsql volatile;

grant execute on function app_private.change_owner(app_public.leads, int, text, text, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/change_owner.sql
--! Included functions/app_private/process_captures.sql
-- The way of a batch of arrivals whose contract was checked and whose fields were normalized (stages 3
-- and 4, in TypeScript). One transaction, one line a stage (design §4). A capture's row is written once, when
-- its lead is known; until then the batch travels as `located`.
--   accepted: [{"id": capture, "attributes": {…}}, …]   refused: [{"id": capture, "violations": […]}, …]
create or replace function app_private.process_captures(accepted jsonb, refused jsonb, as_of timestamptz) returns void as $$
declare
  revision int := app_private.current_revision();
  located app_private.arrival[];
  batch uuid[];
begin
  perform app_private.quarantine_captures(refused, as_of);               -- 3  check contract: what it refused
  located := app_private.locate_captures(accepted, revision, as_of);     -- 5  locate
  batch := app_private.resolve_leads(located, revision, as_of);          -- 6  resolve identity
  perform app_private.record_source_events(batch);                       -- 7  record touch
  perform app_private.score_leads(batch, revision);                      -- 9  score
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
-- a pass, in order: call until fewer than at_most fired. Any number of workers: what another holds is skipped,
-- and so is a lead that somebody is working on, who will want its clock next.
create or replace function app_private.fire_thresholds(as_of timestamptz, at_most int) returns int as $$
declare
  fired int;
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
  select count(*) into fired from written;
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
-- accepted, a row comes back after 1, 4, 16 … minutes, at most three days.
create or replace function app_private.claim_notifications(as_of timestamptz, at_most int)
returns table (id uuid, channel text, kind text, text text, recipient text, lead_id uuid, trace_id text, attempt int) as $$
  with claimed as (
    select notifications.id from app_public.notifications
     where notifications.next_attempt_at <= claim_notifications.as_of
     order by notifications.next_attempt_at
     limit claim_notifications.at_most
       for no key update skip locked
  )
  update app_public.notifications
     set attempts = notifications.attempts + 1,
         next_attempt_at = claim_notifications.as_of + interval '1 minute' * power(4, least(notifications.attempts, 6))
    from claimed, app_public.actors
   where notifications.id = claimed.id and actors.id = notifications.recipient_id
  returning notifications.id, notifications.channel, notifications.kind, notifications.text, actors.slug,
            notifications.lead_id, notifications.trace_id, notifications.attempts::int
$$ language sql volatile;

-- Marks notifications as accepted by their channel; an assignment that was accepted is handed over.
create or replace function app_private.mark_notified(notification_ids uuid[], as_of timestamptz) returns void as $$
  with sent as (
    update app_public.notifications set sent_at = mark_notified.as_of, next_attempt_at = null
     where notifications.id = any (mark_notified.notification_ids) and notifications.sent_at is null
    returning notifications.lead_id, notifications.kind
  )
  update app_public.leads set handed_over_at = mark_notified.as_of
    from (select distinct sent.lead_id from sent where sent.kind = 'lead_assigned') as handed
   where leads.id = handed.lead_id and leads.handed_over_at is null
$$ language sql volatile;

grant execute on function app_private.claim_notifications(timestamptz, int), app_private.mark_notified(uuid[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/claim_notifications.sql
--! Included views/story_entries.sql
-- One line an event, of every stage, without personal data. rank orders what shares an instant: a batch
-- commits at one time.
create or replace view app_public.story_entries with (security_invoker = true) as
  select captures.territory_id, captures.lead_id, captures.trace_id, captures.received_at as at, 1 as rank,
         'receive' as stage, 'Arrived and kept raw.' as summary, jsonb_build_object('captureId', captures.id) as details
    from app_public.captures
  union all
  select captures.territory_id, captures.lead_id, captures.trace_id, captures.processed_at, 2,
         case when captures.status = 'processed' then 'resolve identity' else 'quarantine' end,
         case captures.outcome when 'lead_created' then 'A new lead.' when 'touch_added' then 'A touch of a known lead.'
              else format('Kept for people: %s.', replace(captures.outcome, '_', ' ')) end,
         jsonb_build_object('captureId', captures.id)
    from app_public.captures where captures.processed_at is not null
  union all
  select source_events.territory_id, source_events.lead_id, source_events.trace_id, captures.processed_at, 3,
         'record touch', format('Touch by %s, channel %s.', source_events.source, coalesce(source_events.channel, 'unknown')),
         jsonb_build_object('sourceEventId', source_events.id, 'occurredAt', source_events.occurred_at)
    from app_public.source_events join app_public.captures on captures.id = source_events.capture_id
  union all
  select decisions.territory_id, decisions.lead_id, decisions.trace_id, decisions.decided_at, 4,
         'route', decisions.reason,
         jsonb_build_object('decisionId', decisions.id, 'action', decisions.action, 'revision', decisions.revision, 'candidates', decisions.candidates)
    from app_public.decisions
  union all
  select clocks.territory_id, clocks.lead_id, clocks.trace_id, clocks.created_at, 5,
         'start clock', format('The clock of the %s runs from the arrival on.', replace(clocks.kind, '_', ' ')),
         jsonb_build_object('clockId', clocks.id, 'startedAt', clocks.started_at, 'dueAt', clocks.due_at)
    from app_public.clocks
  union all
  select clocks.territory_id, clocks.lead_id, clocks.trace_id, clocks.stopped_at, 8,
         'stop clock', case when clocks.stopped_at <= clocks.due_at then 'Answered in time.' else 'Answered late.' end,
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
  select activities.territory_id, activities.lead_id, leads.trace_id, activities.occurred_at, 7,
         'activity', format('%s.', initcap(replace(activities.kind, '_', ' '))), jsonb_build_object('activityId', activities.id)
    from app_public.activities join app_public.leads on leads.id = activities.lead_id;

grant select on app_public.story_entries to catchment_user, catchment_worker;
--! EndIncluded views/story_entries.sql
--! Included views/bi_lead_queue.sql
-- Open leads that wait for somebody, one row a lead.
create or replace view bi.lead_queue with (security_invoker = true) as
  select leads.id as lead_id, territories.slug as territory, actors.slug as owner, leads.status, leads.source, leads.score,
         leads.first_seen_at, leads.routed_at, leads.owned_at, leads.first_responded_at,
         leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.sla_breached_at,
         case
           when leads.sla_due_at is null then 'none'
           when leads.first_responded_at is not null then case when leads.sla_met_at is not null then 'met' else 'missed' end
           when leads.sla_due_at <= now() then 'breached'
           when leads.sla_warn_at <= now() then 'warning'
           else 'running'
         end as sla_state,
         round((extract(epoch from least(coalesce(leads.first_responded_at, now()), now()) - leads.sla_started_at)
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
comment on column bi.lead_queue.sla_state is 'none, running, warning (first threshold passed), breached, met or missed.';
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
   where clocks.next_at <= now();

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
    'oldestPendingSeconds', (select extract(epoch from now() - min(captures.received_at)) from app_public.captures where captures.status = 'pending'),
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
  select actors.id, actors.kind, actors.slug, actors.name, null::text, null::text, null::int, null::boolean
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

-- Everything that happened to a lead, over all its arrivals, in order.
create or replace function app_public.leads_story(lead app_public.leads) returns setof app_public.story_entries as $$
  select story_entries.* from app_public.story_entries
   where story_entries.lead_id = lead.id
   order by story_entries.at, story_entries.rank
$$ language sql stable rows 20;

grant execute on function app_public.trace(text), app_public.leads_story(app_public.leads) to catchment_user;
--! EndIncluded functions/app_public/trace.sql
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
  if change_lead_status.status not in ('new', 'attempting_to_contact', 'contacted', 'qualified', 'nurturing', 'closed_won', 'closed_lost') then
    raise exception 'Status % is unknown', change_lead_status.status using errcode = 'BADIN',
      hint = 'One of new, attempting_to_contact, contacted, qualified, nurturing, closed_won, closed_lost.';
  end if;
  if change_lead_status.status not in ('new', 'attempting_to_contact') then
    perform app_private.stop_clock(lead.id, now());
  end if;
  update app_public.leads
     set status = change_lead_status.status,
         last_activity_at = greatest(leads.last_activity_at, now()),
         closed_at = case when change_lead_status.status in ('closed_won', 'closed_lost') then coalesce(leads.closed_at, now()) end
   where leads.id = lead.id;
  insert into app_public.activities (lead_id, territory_id, actor_id, kind, is_response, note, occurred_at, recorded_at)
  values (lead.id, lead.territory_id, app_hidden.current_actor_id(), 'status_change', false,
          format('%s to %s', lead.status, change_lead_status.status), now(), now());
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
  happened_at timestamptz := coalesce(log_activity.occurred_at, now());
  answer app_public.activities;
begin
  if coalesce(log_activity.kind, '') not in ('call', 'email', 'meeting', 'message', 'note') or happened_at > now() + interval '1 minute'
     or length(log_activity.note) > 10000 then
    raise exception 'Not an activity: % at %', log_activity.kind, happened_at using errcode = 'BADIN',
      hint = 'A kind is one of call, email, meeting, message, note; the time is not in the future; a note has at most 10,000 characters.';
  end if;
  insert into app_public.activities (lead_id, territory_id, actor_id, kind, is_response, note, occurred_at, recorded_at)
  values (lead.id, lead.territory_id, app_hidden.current_actor_id(), log_activity.kind,
          coalesce(log_activity.is_response, true) and log_activity.kind <> 'note', nullif(log_activity.note, ''), happened_at, now())
  returning * into answer;
  if answer.is_response then
    perform app_private.stop_clock(lead.id, happened_at);
  end if;
  update app_public.leads
     set last_activity_at = greatest(leads.last_activity_at, happened_at),
         handed_over_at = coalesce(leads.handed_over_at, now())
   where leads.id = lead.id;
  select * into answer from app_public.activities
   where activities.id = answer.id and activities.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.log_activity(uuid, text, text, boolean, timestamptz) to catchment_user;
--! EndIncluded functions/app_public/log_activity.sql
--! Included functions/app_public/claim_lead.sql
-- Takes a lead that nobody owns. One that has an owner answers TAKEN.
create or replace function app_public.claim_lead(lead_id uuid) returns app_public.leads as $$
declare
  lead app_public.leads := app_hidden.require_lead('work_lead', claim_lead.lead_id);
  answer app_public.leads;
begin
  if lead.owner_id is not null or lead.closed_at is not null then
    raise exception 'Lead % is not open to claim', lead.id
      using errcode = 'TAKEN', hint = 'Someone else may have claimed it first.';
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
  select * into answer from app_public.exceptions
   where exceptions.id = found_case.id and exceptions.territory_id = any (array(select app_hidden.my_territory_ids()));
  return answer;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

grant execute on function app_public.resolve_exception(uuid, text, text) to catchment_user;
--! EndIncluded functions/app_public/resolve_exception.sql
--! Included policies/absences.sql
alter table app_public.absences enable row level security;
alter table app_public.absences force row level security;

drop policy if exists every_row_for_the_machine on app_public.absences;
create policy every_row_for_the_machine on app_public.absences to catchment_worker using (true);
grant select, insert, delete on app_public.absences to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/absences.sql
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
grant select (id, path_id, territory_id, contract_id, lead_id, kind, status, outcome, attempts, trace_id, is_test, received_at, processed_at)
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
--! Included policies/contracts.sql
alter table app_public.contracts enable row level security;
alter table app_public.contracts force row level security;

drop policy if exists every_row_for_the_machine on app_public.contracts;
create policy every_row_for_the_machine on app_public.contracts to catchment_worker using (true);
grant select, insert on app_public.contracts to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
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
--! Included policies/lead_identities.sql
alter table app_private.lead_identities enable row level security;
alter table app_private.lead_identities force row level security;

drop policy if exists every_row_for_the_machine on app_private.lead_identities;
create policy every_row_for_the_machine on app_private.lead_identities to catchment_worker using (true);
grant select, insert, update on app_private.lead_identities to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/lead_identities.sql
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
grant select, insert, update on app_public.notifications to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/notifications.sql
--! Included policies/permissions.sql
alter table app_private.permissions enable row level security;
alter table app_private.permissions force row level security;

drop policy if exists every_row_for_the_machine on app_private.permissions;
create policy every_row_for_the_machine on app_private.permissions to catchment_worker using (true);
grant select, insert, update, delete on app_private.permissions to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/permissions.sql
--! Included policies/responsibilities.sql
alter table app_public.responsibilities enable row level security;
alter table app_public.responsibilities force row level security;

drop policy if exists every_row_for_the_machine on app_public.responsibilities;
create policy every_row_for_the_machine on app_public.responsibilities to catchment_worker using (true);
grant select, insert, update, delete on app_public.responsibilities to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/responsibilities.sql
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
grant select, insert, update on app_public.territories to catchment_worker;

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
--! Included policies/worker_pools.sql
alter table app_private.worker_pools enable row level security;
alter table app_private.worker_pools force row level security;

drop policy if exists every_row_for_the_machine on app_private.worker_pools;
create policy every_row_for_the_machine on app_private.worker_pools to catchment_worker using (true);
grant select, insert, update, delete on app_private.worker_pools to catchment_worker;

-- For the machine alone: no policy and no grant for anybody else.
--! EndIncluded policies/worker_pools.sql
--! Included triggers/audit_entries.sql
create or replace trigger _100_refuse_change
  before update or delete on app_private.audit_entries
  for each row execute function app_private.refuse_change();
alter table app_private.audit_entries enable always trigger _100_refuse_change;
--! EndIncluded triggers/audit_entries.sql
--! Included triggers/captures.sql
create or replace trigger _500_wake_drain
  after insert on app_public.captures
  referencing new table as arrived
  for each statement execute function app_private.enqueue_drain_captures();
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
--! Included triggers/contracts.sql
create or replace trigger _100_refuse_change
  before update on app_public.contracts
  for each row
  when ((old.path_id, old.version, old.definition, old.fallback_territory_id, old.is_history, old.published_at)
        is distinct from (new.path_id, new.version, new.definition, new.fallback_territory_id, new.is_history, new.published_at))
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
--! Included triggers/leads.sql
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
--! Included functions/definers.sql
-- Every definer function belongs to catchment_worker, whose policies reach all rows: a definer of
-- catchment_owner would see none under forced row security and say nothing. The exception is
-- make_partitions, which is DDL. Stands last in all.sql, so that no function file repeats it.
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
       and pg_proc.proname <> 'make_partitions'
       and pg_proc.proowner <> 'catchment_worker'::regrole
  loop
    execute format('alter function %s owner to catchment_worker', definer.signature);
  end loop;
  revoke create on schema app_public, app_hidden, app_private from catchment_worker;
end
$$;
--! EndIncluded functions/definers.sql
--! EndIncluded all.sql

--! split: 950-partitions.sql
select app_private.make_partitions(now(), 6);
