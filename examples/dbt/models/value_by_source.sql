-- Sums within one currency only. A lead's credits of one model sum to exactly its value.
select territory, primary_source, date_trunc('month', won_at)::date as month, value_currency,
       count(distinct lead_id) as won_leads, sum(credited_value) as won_value
  from {{ source('bi', 'attribution_credit') }}
 where model = 'time_decay' and is_won and value_currency is not null
 group by 1, 2, 3, 4
