-- Pairs whose leads moved since they were written down stayed where they were.
select app_private.place_pairs(array(
  select lead_merges.survivor_id from app_public.lead_merges
  union select match_candidates.lead_id from app_public.match_candidates
  union select match_candidates.other_lead_id from app_public.match_candidates
  union select (exceptions.details ->> 'lead_id')::uuid from app_public.exceptions where exceptions.kind = 'territory_conflict'));
