--! Previous: sha1:b85b4f080671e3785f636ff33a3880eef3e46565
--! Hash: sha1:31fde94ec49d5a92e410aeb78eca3f03137ba66a
--! Message: A drain watches

--! split: 1-current.sql
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
  if refused <> '[]' then
    perform app_private.quarantine_captures(refused, as_of);             -- 3  check contract: what it refused
  end if;
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
