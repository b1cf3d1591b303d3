select *
  from {{ ref('operations_history') }}
 where success_rate not between 0 and 1 or unaided_share not between 0 and 1
    or outcome_quality not between 0 and 1 or rework_rate not between 0 and 1
