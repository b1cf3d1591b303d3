-- Each lead's credits of one model sum to exactly 1.
select lead_id, model, sum(credit) as credit
  from {{ source('bi', 'attribution_credit') }}
 group by 1, 2
having sum(credit) <> 1
