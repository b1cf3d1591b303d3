-- Nothing can read back an instant that is none. Whatever was written so happened when it was written down.
update app_public.activities set occurred_at = activities.recorded_at where not isfinite(activities.occurred_at);
update app_public.leads set first_responded_at = leads.first_seen_at where not isfinite(leads.first_responded_at);
alter table app_public.activities drop constraint if exists it_happened_at_some_time;
alter table app_public.activities add constraint it_happened_at_some_time check (isfinite(occurred_at));
