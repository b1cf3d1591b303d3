--! Previous: sha1:915f5666f65c6251fa2695644d205321a1cd7fb8
--! Hash: sha1:8ff7363e6e567843ad5eac397d25327f0a71a903
--! Message: Revalidate

--! split: 1-current.sql
-- Refused captures are judged again for whoever asks in GraphQL: the wish and the verdict stand on the capture.
alter table app_public.captures
  add column if not exists revalidate_with int,  -- the contract that somebody asked to have it judged by; not yet done
  add column if not exists revalidation jsonb;   -- {at, contractVersion, accepted, violations}
create index if not exists captures_to_revalidate on app_public.captures (id) where revalidate_with is not null;

do $$
begin
  alter type app_public.raw_capture add attribute revalidation jsonb;
exception
  when duplicate_column then null;
end
$$;

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
-- The team that takes a lead of this territory which came under this contract: the contract's own, as far as that
-- team's territory reaches (elsewhere its people would not even see the lead), else the territory's sales team.
create or replace function app_private.routing_team(territory_id int, contract_id int) returns int as $$
  select coalesce(
    (select teams.id
       from app_public.contracts
       join app_public.teams on teams.id = contracts.team_id and teams.is_active
       join app_public.territories on territories.id = routing_team.territory_id and teams.territory_id = any (territories.path)
      where contracts.id = routing_team.contract_id),
    app_private.sales_team(routing_team.territory_id))
$$ language sql stable;

grant execute on function app_private.routing_team(int, int) to catchment_worker;
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
  if not exists (select from after_rows) then
    return null;
  end if;
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
-- nor the details: people wrote the one, and the other names fields that strangers sent; of keys not the hash, and their
-- use is no change; of privacy requests not whom they are about. The key is the id column,
-- or for a table without one the row itself.
create or replace function app_private.audit_rows_insert() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'insert',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', entry.content - '{note,details,secret_hash,subject_hashes}'::text[]
    from (select to_jsonb(after_rows) as content from after_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_rows_update() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'update',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', entry.content - '{note,details,secret_hash,subject_hashes}'::text[]
    from (select to_jsonb(after_rows) - 'last_used_at' as content from after_rows
          except select to_jsonb(before_rows) - 'last_used_at' from before_rows) as entry;
  return null;
end
$$ language plpgsql volatile security definer set search_path = pg_catalog, pg_temp;

create or replace function app_private.audit_rows_delete() returns trigger as $$
begin
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, actor_id, login, trace_id, changes)
  select (entry.content ->> 'territory_id')::int, tg_table_name, coalesce(entry.content ->> 'id', entry.content::text), 'delete',
         (select app_hidden.current_actor_id()), session_user, entry.content ->> 'trace_id', entry.content - '{note,details,secret_hash,subject_hashes}'::text[]
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
-- something else (the door answers 422). One lock order, so racing batches do not deadlock.
create or replace function app_private.stage_captures(
  path_ids int[], idempotency_keys text[], bodies bytea[], content_types text[], trace_ids text[], is_test boolean[],
  ids uuid[] default null, kept_headers text[] default null, parts_of uuid[] default null
) returns table (ordinal int, capture_id uuid, trace_id text, is_new boolean, same_body boolean) as $$
  with arrived as materialized (
    select arrival.ordinal::int, arrival.path_id, arrival.key, arrival.body, arrival.content_type,
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
         arrived.key is null or known.body_hash = arrived.body_hash
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
--! Included functions/app_private/match_territory.sql
-- The territory that the rules of a revision give these attributes within a boundary: empty match columns match
-- anything; the most specific rule wins, then the lower position. No row where none matches. Pure; where it is joined
-- the planner takes its body in, so it costs no call.
create or replace function app_private.match_territory(attributes jsonb, source text, boundary_id int, revision int)
returns table (territory_id int) as $$
  select rules.territory_id
    from app_public.territory_rules as rules
   where rules.revision = match_territory.revision
     and rules.boundary_id = match_territory.boundary_id
     and (rules.country is null or rules.country = match_territory.attributes ->> 'country')
     and (rules.region is null or rules.region = match_territory.attributes ->> 'region')
     and (rules.postal_prefix is null or starts_with(match_territory.attributes ->> 'postal_code', rules.postal_prefix))
     and (rules.language is null or rules.language = match_territory.attributes ->> 'language')
     and (rules.company_domain is null or rules.company_domain = match_territory.attributes ->> 'company_domain')
     and (rules.segment is null or rules.segment = match_territory.attributes ->> 'segment')
     and (rules.source is null or rules.source = match_territory.source)
     and (rules.condition is null or match_territory.attributes @@ rules.condition)
   order by rules.specificity desc, rules.position
   limit 1
$$ language sql stable rows 1;

grant execute on function app_private.match_territory(jsonb, text, int, int) to catchment_worker;
--! EndIncluded functions/app_private/match_territory.sql
--! Included functions/app_private/decide_territories.sql
-- Which territory each arrival belongs to under a revision. Pure; only pending captures are answered.
-- arrivals: [{"id": capture, "attributes": {…}}, …]. Rules of the capture's own contract are asked first, in their
-- order, then those of the revision (match_territory). No rule: the contract's fallback; null when there is none either.
-- A test arrival, by its header or by what its sender says in it ("isTest": true), goes the way of the past: decided and
-- recorded in silence (docs/decisions/008).
create or replace function app_private.decide_territories(arrivals jsonb, revision int) returns setof app_private.arrival as $$
  select captures.id, captures.path_id, capture_paths.source,
         coalesce(own.territory_id, winner.territory_id, contracts.fallback_territory_id), home.boundary_id, captures.trace_id, tested.is_test,
         contracts.is_history or tested.is_test, captures.received_at, arrival.attributes
    from jsonb_to_recordset(decide_territories.arrivals) as arrival (id uuid, attributes jsonb, "isTest" boolean)
    join app_public.captures on captures.id = arrival.id
   cross join lateral (select captures.is_test or coalesce(arrival."isTest", false) as is_test) as tested
    join app_public.capture_paths on capture_paths.id = captures.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id
    join app_public.contracts on contracts.id = captures.contract_id
    left join lateral (
      select rules.territory_id
        from app_public.contract_rules as rules
       where rules.contract_id = captures.contract_id and arrival.attributes @@ rules.condition
       order by rules.position
       limit 1
    ) as own on true
    left join lateral app_private.match_territory(arrival.attributes, capture_paths.source, home.boundary_id, decide_territories.revision)
      as winner on own.territory_id is null
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
    select jsonb_agg(jsonb_build_object('id', arrival.capture_id, 'kind', 'no_territory', 'attributes', arrival.attributes, 'isTest', arrival.is_test,
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
--! Included functions/app_private/identity_hash.sql
-- What of a normalized key is kept to recognize a person by. Keys of test arrivals begin with a byte that no text
-- has, so they never meet those of people. (No `strict` and no `set`: it must dissolve into the statements that use it.)
create or replace function app_private.identity_hash(value text, is_test boolean) returns bytea as $$
  select sha256(case when is_test then '\x00'::bytea else ''::bytea end || convert_to(value, 'UTF8'))
$$ language sql stable;

grant execute on function app_private.identity_hash(text, boolean) to catchment_worker;
--! EndIncluded functions/app_private/identity_hash.sql
--! Included functions/app_private/claim_identities.sql
-- The keys of a batch, claimed in one statement and one lock order: a key that another transaction is
-- claiming is waited for, then belongs to that one's lead. Answers the lead of each capture as if they
-- had come one by one: each looks at the keys known before it and follows its first known one.
create or replace function app_private.claim_identities(located app_private.arrival[]) returns app_private.resolution[] as $$
  with recursive arrivals as materialized (
    select located.capture_id as id, located.boundary_id, located.attributes -> 'identities' as identities, located.is_test, uuidv7() as proposed_id,
           located as arrival
      from unnest(claim_identities.located) as located
  ),
  keys as materialized (
    select arrivals.id as capture_id, arrivals.proposed_id, arrivals.boundary_id, identity.key ->> 'kind' as kind,
           app_private.identity_hash(identity.key ->> 'value', arrivals.is_test) as value_hash, identity.rank
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
-- Test arrivals bother nobody.
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
     where resolutions.doubtful_lead_ids <> '{}' and not (resolutions.arrival).is_test
     group by resolutions.arrival, leads.id);
  cases := cases || array(
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
  if exists (select from unnest(resolutions) as resolutions where not resolutions.is_first) then
    perform app_private.fill_blanks(resolutions);
    update app_private.lead_identities set lead_id = resolutions.lead_id
      from unnest(resolutions) as resolutions
     where lead_identities.lead_id = resolutions.proposed_id and resolutions.proposed_id <> resolutions.lead_id;
    perform app_private.report_doubts(resolutions, resolve_leads.as_of);
  end if;

  update app_public.captures
     set lead_id = resolutions.lead_id,
         territory_id = leads.territory_id,
         attributes = (resolutions.arrival).attributes,
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
--! Included functions/app_private/record_consents.sql
-- Keeps what the arrivals of a batch say about consent, each answer a row of its own, beside those of earlier
-- arrivals. An answer that does not say when was given when it was received. A second run adds nothing.
create or replace function app_private.record_consents(batch uuid[]) returns void as $$
  insert into app_public.consents (lead_id, territory_id, purpose, state, text_version, capture_id, trace_id, given_at)
  select captures.lead_id, captures.territory_id, given.purpose, given.state, given.text_version, captures.id, captures.trace_id,
         coalesce(given.given_at, captures.received_at)
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
--! Included functions/app_private/decide_members.sql
-- Who of a team may be dealt leads at an instant: in the order of who waited longest, with the room that each has for
-- `size` more, and why not. Leads of the past count no capacity. Pure; joined, the planner takes its body in.
create or replace function app_private.decide_members(team_id int, is_history boolean, size bigint, as_of timestamptz)
returns table (actor_id int, slug text, capacity int, waited bigint, unfit text, room bigint) as $$
  select team_members.actor_id, actors.slug, team_members.capacity,
         row_number() over (order by team_members.last_turn, team_members.position, team_members.actor_id),
         case
           when not actors.is_active then 'is switched off'
           when absent.until is not null then format('is absent until %s', to_char(absent.until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
         end,
         case when decide_members.is_history or team_members.capacity is null then decide_members.size
              else greatest(0, team_members.capacity - open.leads) end
    from app_public.team_members
    join app_public.actors on actors.id = team_members.actor_id
   cross join lateral (
     select max(absences.ends_at) as until from app_public.absences
      where absences.actor_id = team_members.actor_id
        and absences.starts_at <= decide_members.as_of and absences.ends_at > decide_members.as_of
   ) as absent
   cross join lateral (  -- counts no further than the capacity
     select count(*) as leads from (
       select from app_public.leads
        where leads.owner_id = team_members.actor_id and leads.closed_at is null and not leads.is_history
          and team_members.capacity is not null
        limit team_members.capacity) as counted
   ) as open
   where team_members.team_id = decide_members.team_id
$$ language sql stable rows 10;

grant execute on function app_private.decide_members(int, boolean, bigint, timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/decide_members.sql
--! Included functions/app_private/decide_routes.sql
-- Stage 10, the decision: who owns the leads of these arrivals. Pure. The first arrival of an open lead
-- without owner asks for one; every other arrival goes with its lead's owner.
-- The team is that of the path's contract, else of the territory or of its nearest ancestor that takes leads
-- (routing_team). Leads are dealt like
-- cards: round after round, each present member with room gets one, whoever waited longest first. That
-- equals asking one by one, so a batch of 500 and 500 batches of one find the same owners.
-- Leads of the past (is_history) are dealt silently: no turn is used and no capacity counted, so each batch of
-- them begins the deal anew.
-- Every member of the team stands in `candidates` with the reason why, or why not.
create or replace function app_private.decide_routes(batch uuid[], as_of timestamptz) returns setof app_private.route as $$
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
  queue as materialized (  -- n: the place in the deal of its team and lane, for those who ask
    select arrivals.*, places.team_id as sales_team_id,
           count(*) filter (where arrivals.is_first)
             over (partition by places.team_id, arrivals.is_history order by arrivals.id) as n
      from arrivals
      join places on places.territory_id = arrivals.territory_id and places.contract_id is not distinct from arrivals.contract_id
     where arrivals.is_open
  ),
  deals as (
    select queue.sales_team_id as team_id, queue.is_history, count(*) as size
      from queue where queue.is_first and queue.sales_team_id is not null group by 1, 2
  ),
  members as materialized (
    select deals.team_id, deals.is_history, deals.size, member.*
      from deals
     cross join lateral app_private.decide_members(deals.team_id, deals.is_history, deals.size, decide_routes.as_of) as member
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
      select app_private.routing_team(places.territory_id, places.contract_id)
        from (select distinct captures.territory_id, captures.contract_id
                from app_public.captures where captures.id = any (apply_routes.batch)) as places)
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
       set stopped_at = greatest(responses.at, clocks.started_at), next_at = null
      from responses
     where clocks.lead_id = responses.lead_id and clocks.kind = 'first_response' and clocks.stopped_at is null
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
-- before the lead's latest one is only written down: reports may come late, and the newest fact counts.
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
    select newest.lead_id, (array_agg(newest.status order by newest.n desc))[1] as status, max(newest.occurred_at) as last_at,
           bool_and(newest.is_closing) as stays_closed,
           min(newest.occurred_at) filter (where newest.n > newest.last_open_n) as closed_at
      from (
        select asked.*, asked.status like 'closed\_%' as is_closing,
               coalesce(max(asked.n) filter (where asked.status not like 'closed\_%') over (partition by asked.lead_id), 0) as last_open_n
          from asked where asked.is_newest) as newest
     group by newest.lead_id
  )
  update app_public.leads
     set status = outcomes.status,
         last_activity_at = greatest(leads.last_activity_at, outcomes.last_at),
         closed_at = case when outcomes.stays_closed then coalesce(leads.closed_at, outcomes.closed_at) else outcomes.closed_at end
    from outcomes
   where leads.id = outcomes.lead_id
$$ language sql volatile;

grant execute on function app_private.change_statuses(app_private.activity[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/change_statuses.sql
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
end
$$ language plpgsql volatile
  set enable_seqscan = off  -- a handful of leads, reached by their keys, whatever the tables' size when a plan was made
  set enable_mergejoin = off
  set enable_hashjoin = off;

grant execute on function app_private.log_activities(app_private.activity[], timestamptz) to catchment_worker;
--! EndIncluded functions/app_private/log_activities.sql
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
--   "isTest": true in an element says that its sender calls it a test.
create or replace function app_private.process_captures(accepted jsonb, refused jsonb, as_of timestamptz) returns void as $$
declare
  revision int := app_private.current_revision();
  located app_private.arrival[];
  batch uuid[];
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
--! Included functions/app_private/known_leads.sql
-- Whom pending captures speak of: leads that are known by one of their keys within the path's identity boundary,
-- the strongest key first (rank 1). Captures that speak of nobody known are not answered.
--   settled: [{"id": capture, "settle": {"identities": [{"kind": …, "value": …}, …], …}}, …]
create or replace function app_private.known_leads(settled jsonb) returns table (capture_id uuid, lead_id uuid, rank bigint) as $$
  select captures.id, known.lead_id, min(identity.rank)
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
   where captures.status = 'pending'
   group by captures.id, known.lead_id
$$ language sql stable;

grant execute on function app_private.known_leads(jsonb) to catchment_worker;
--! EndIncluded functions/app_private/known_leads.sql
--! Included functions/app_private/record_activities.sql
-- What happened to leads elsewhere: in a CRM, a mailbox, a calendar. Each report finds its lead by the same keys as an
-- arrival would, anywhere in the path's identity boundary, and goes where the lead lives. Without a lead it is
-- quarantined for the path's execution team. A time that has not come yet counts as now.
create or replace function app_private.record_activities(settled jsonb, as_of timestamptz) returns void as $$
declare
  logged app_private.activity[] := array(
    select row(uuidv7(), known.lead_id, null, report.kind, report."isResponse", left(report.note, 10000),
               case when report.status = any (app_private.lead_statuses()) then report.status end,
               least(coalesce(report."occurredAt", captures.received_at), record_activities.as_of),
               captures.id, captures.trace_id)::app_private.activity
      from jsonb_to_recordset(record_activities.settled) as settlement (id uuid, settle jsonb)
     cross join lateral jsonb_to_record(settlement.settle -> 'activity') as report (
        kind text, "isResponse" boolean, note text, status text, "occurredAt" timestamptz)
      join app_public.captures on captures.id = settlement.id
      join (select distinct on (known.capture_id) known.capture_id, known.lead_id
              from app_private.known_leads(record_activities.settled) as known
             order by known.capture_id, known.rank) as known on known.capture_id = captures.id
     where settlement.settle ->> 'as' = 'activity'
     order by captures.id);
  lost jsonb;
begin
  if cardinality(logged) > 0 then
    perform app_private.log_activities(logged, record_activities.as_of);
    update app_public.captures
       set kind = 'activity', status = 'processed', outcome = 'activity_logged', processed_at = record_activities.as_of,
           lead_id = leads.id, territory_id = leads.territory_id
      from unnest(logged) as activity join app_public.leads on leads.id = activity.lead_id
     where captures.id = activity.capture_id;
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
    (territory_id, lead_id, capture_id, trace_id, kind, subject_hashes, requested_at, due_at, completed_at, outcome)
  select coalesce(leads.territory_id, captures.territory_id), leads.id, captures.id, captures.trace_id, settlement.settle ->> 'request',
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
--! Included functions/app_private/replay_captures.sql
-- Processed captures read again: their attributes and contract as it is said now, blanks of their touch and their lead
-- filled, keys that nobody else has claimed for the lead, and the lead's score as the rules of this revision have it: the
-- best of all its touches. Lead, touch, territory, owner, decisions, clocks and notifications stay as they are.
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
               leads.is_history, reread.received_at, reread.attributes)::app_private.arrival,
           reread.lead_id, reread.lead_id, false, '{}')::app_private.resolution order by reread.id)
    into changed, resolutions
    from reread
    join app_public.leads on leads.id = reread.lead_id
    join app_public.capture_paths on capture_paths.id = reread.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id;

  if changed > 0 then
    batch := array(select (resolutions.arrival).capture_id from unnest(resolutions) as resolutions);
    perform app_private.fill_touches(batch);
    perform app_private.record_consents(batch);
    perform app_private.fill_blanks(resolutions);
    insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id)
    select distinct on (1, 2, 3)
           (resolutions.arrival).boundary_id, key ->> 'kind', app_private.identity_hash(key ->> 'value', (resolutions.arrival).is_test),
           resolutions.lead_id
      from unnest(resolutions) as resolutions
     cross join lateral jsonb_array_elements((resolutions.arrival).attributes -> 'identities') as key
     order by 1, 2, 3, (resolutions.arrival).capture_id
    on conflict do nothing;
  end if;
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
       where rules.contract_id = arrivals.contract_id and arrivals.attributes_then @@ rules.condition
       order by rules.position limit 1) as own_then on arrivals.lead_id is not null
    left join lateral app_private.match_territory(arrivals.attributes_then, arrivals.source, arrivals.boundary_id, arrivals.revision_then)
      as rule_then on arrivals.lead_id is not null
    left join lateral (
      select territories.id as territory_id
        from jsonb_array_elements(arrivals.rules) with ordinality as rules (rule, position)
        join app_public.territories on territories.slug = rules.rule ->> 'territory'
       where arrivals.attributes @@ (rules.rule ->> 'condition')::jsonpath
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
  cards as (
    select deals.team_id, deals.is_history, members.actor_id,
           row_number() over (partition by deals.team_id, deals.is_history order by round + earlier.leads, members.waited) as n
      from (select distinct asks.team_id, asks.is_history, asks.size from asks where asks.team_id is not null) as deals
     cross join lateral app_private.decide_members(deals.team_id, deals.is_history, deals.size, rehearse_captures.as_of) as members
     cross join lateral (select coalesce((rehearse_captures.dealt ->> members.actor_id::text)::bigint, 0) as leads) as earlier
     cross join lateral generate_series(1, least(deals.size,
       case when members.capacity is null or deals.is_history then deals.size else members.room - earlier.leads end)) as round
     where members.unfit is null
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
$$ language sql volatile
  set enable_seqscan = off  -- as process_captures: plans are kept, and the outbox was empty when they were made
  set enable_hashjoin = off
  set enable_mergejoin = off;

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
$$ language sql volatile
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off;

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
  select activities.territory_id, activities.lead_id, activities.trace_id, activities.occurred_at, 7,
         'activity', format('%s%s.', initcap(replace(activities.kind, '_', ' ')), case when activities.capture_id is not null then ', told by another system' end),
         jsonb_build_object('activityId', activities.id)
    from app_public.activities;

grant select on app_public.story_entries to catchment_user, catchment_worker;
--! EndIncluded views/story_entries.sql
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
