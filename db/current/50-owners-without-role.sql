-- Whose open leads lie where: the sweep that looks for owners who may not work theirs asks it once for each such pair.
create index if not exists leads_open_of_owner on app_public.leads (owner_id, territory_id, id)
  where owner_id is not null and closed_at is null and merged_into_id is null and not is_history;
