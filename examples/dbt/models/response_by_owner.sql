-- A breach counts against who had the lead when the deadline passed, whoever has it now.
select territory, breached_owner as owner, date_trunc('month', started_at)::date as month, count(*) as clocks,
       count(*) filter (where is_breached) as breached,
       percentile_cont(0.5) within group (order by elapsed_seconds) as median_working_seconds
  from {{ source('bi', 'sla_performance') }}
 where kind = 'first_response' and state <> 'ended'
 group by 1, 2, 3
