-- What is credited by source is what the won leads are worth, per currency.
select coalesce(credited.value_currency, worth.value_currency) as value_currency, credited.amount, worth.amount as expected
  from (select value_currency, sum(won_value) as amount from {{ ref('value_by_source') }} group by 1) as credited
  full join (
    select value_currency, sum(value_amount) as amount from {{ source('bi', 'leads') }}
     where is_won and value_amount is not null
       and lead_id in (select lead_id from {{ source('bi', 'attribution_credit') }})
     group by 1) as worth using (value_currency)
 where credited.amount is distinct from worth.amount
