select territory, source, date_trunc('week', first_seen_at)::date as week, count(*) as leads,
       count(first_responded_at) as responded, count(*) filter (where is_won) as won,
       round(count(*) filter (where is_won)::numeric / count(*), 4) as won_share
  from {{ source('bi', 'leads') }}
 where not is_history
 group by 1, 2, 3
