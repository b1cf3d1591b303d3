{{ config(materialized='incremental', unique_key='day_key', incremental_strategy='delete+insert') }}

-- The view holds 92 days, and a day changes while its cases and leads are worked off: each run writes 14 days anew.
select territory || ' ' || day as day_key, territory, day, trigger_volume, success_rate, exceptions, exception_rate,
       median_seconds_to_route, median_seconds_to_action, manual_interventions, unaided_share, closed_leads,
       outcome_quality, reworked, rework_rate
  from {{ source('bi', 'operations_daily') }}
{% if is_incremental() %}
 where day > (select max(day) - 14 from {{ this }})
{% endif %}
