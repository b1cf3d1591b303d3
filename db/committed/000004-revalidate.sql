--! Previous: sha1:915f5666f65c6251fa2695644d205321a1cd7fb8
--! Hash: sha1:65e927b6a51e55d9204f00c7d4d6d6e6a8600be7
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
