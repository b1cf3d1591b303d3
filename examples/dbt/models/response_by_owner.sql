-- A clock counts for who had the lead when it was answered or its deadline passed, whichever came first, whoever has it
-- now; one that still runs in time for nobody yet.
with held as (
  select distinct on (segments.clock_id) segments.clock_id, segments.owner
    from {{ source('bi', 'clock_segments') }} as segments
    join {{ source('bi', 'sla_performance') }} as clocks on clocks.clock_id = segments.clock_id
   where segments.started_at <= least(clocks.due_at, clocks.stopped_at)
   order by segments.clock_id, segments.started_at desc
)
select clocks.territory, held.owner, date_trunc('month', clocks.started_at)::date as month, count(*) as clocks,
       count(*) filter (where clocks.is_breached) as breached,
       percentile_cont(0.5) within group (order by clocks.elapsed_seconds) as median_working_seconds
  from {{ source('bi', 'sla_performance') }} as clocks
  left join held on held.clock_id = clocks.clock_id
 where clocks.kind = 'first_response' and (clocks.is_breached or clocks.state = 'met')
 group by 1, 2, 3
