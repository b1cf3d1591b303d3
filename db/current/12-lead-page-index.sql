-- A page of leads is found by this index alone: whether a lead was merged stands in it, and is null in nearly all.
do $$
begin
  if pg_get_indexdef(to_regclass('app_public.leads_territory_id_id_idx')) not like '%INCLUDE (merged_into_id)%' then
    drop index app_public.leads_territory_id_id_idx;
    create index leads_territory_id_id_idx on app_public.leads (territory_id, id desc) include (merged_into_id);
  end if;
end $$;
