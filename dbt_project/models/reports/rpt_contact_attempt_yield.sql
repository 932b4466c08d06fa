-- How many attempts are worth making? Attempt k is judged by the journeys that came to it without a contact, so nobody who gave up
-- or was reached earlier is counted against it: those still running are censored, not failures. Grain: one row per channel (or
-- `all`) and attempt number that some journey came to.

{%- set z = 'cast(1.959963984540054 as double)' %}

with journeys as (
    select
        journey_id,
        original_channel,
        ended_at,
        first_contact_at,
        won_amount
    from {{ ref('fct_lead_to_deal') }}
    where mql_at is not null
),

sliced as (
    select
        journey_id,
        original_channel as channel,
        ended_at,
        first_contact_at,
        won_amount
    from journeys

    union all

    select
        journey_id,
        'all' as channel,
        ended_at,
        first_contact_at,
        won_amount
    from journeys
),

contact_values as (
    select
        channel,
        cast(sum(case when ended_at is not null and first_contact_at is not null then won_amount end) as double)
        / nullif(count(case when ended_at is not null and first_contact_at is not null then 1 end), 0) as value_of_contact
    from sliced
    group by channel
),

attempts as (
    select
        journey_id,
        attempt_number,
        {{ plain_text('activity_type') }} as activity_type,
        is_contact,
        min(case when is_contact then attempt_number end) over (partition by journey_id) as first_contact_number
    from {{ ref('fct_sales_activity') }}
    where attempt_number is not null
),

costs as (
    select
        {{ plain_text('activity_type') }} as activity_type,
        cast(cost as double) as cost
    from {{ ref('attempt_costs') }}
),

counted as (
    select
        sliced.channel,
        attempts.attempt_number,
        count(*) as reached,
        count(case when attempts.is_contact then 1 end) as contacted,
        -- Rounded, since a sum of doubles depends on the order that its rows come in.
        round(sum(costs.cost) / count(*), 10) as marginal_cost
    from sliced
    inner join attempts on sliced.journey_id = attempts.journey_id
    left join costs on attempts.activity_type = costs.activity_type
    where attempts.first_contact_number is null or attempts.attempt_number <= attempts.first_contact_number
    group by sliced.channel, attempts.attempt_number
),

yields as (
    select
        counted.channel,
        counted.attempt_number,
        cast(counted.reached as double) as reached,
        cast(counted.contacted as double) as contacted,
        cast(counted.contacted as double) / counted.reached as hazard,
        contact_values.value_of_contact,
        cast(counted.contacted as double) / counted.reached * contact_values.value_of_contact as marginal_value,
        counted.marginal_cost
    from counted
    inner join contact_values on counted.channel = contact_values.channel
),

judged as (
    select
        *,
        case
            when reached < {{ var('min_attempt_sample') }} then 'sample'
            -- Both are means of sums: compared to 6 decimals, so that equal ones are equal on every engine.
            when round(marginal_value, 6) < round(marginal_cost, 6) then 'cost'
        end as stopper
    from yields
),

stops as (
    select
        channel,
        max(attempt_number) as last_attempt,
        min(case when stopper is not null then attempt_number end) as stopped_at,
        max(
            case
                when attempt_number = 1
                    and (stopper = 'sample' or value_of_contact is null or marginal_cost is null) then 1
                else 0
            end
        ) = 1 as insufficient_data
    from judged
    group by channel
),

reasons as (
    select
        stops.channel,
        stops.insufficient_data,
        case when not stops.insufficient_data then coalesce(stops.stopped_at - 1, stops.last_attempt) end as recommended_attempts,
        case when not stops.insufficient_data then coalesce(judged.stopper, 'end') end as stopped_by
    from stops
    left join judged
        on stops.channel = judged.channel
        and stops.stopped_at = judged.attempt_number
),

policies as (
    select
        min(coalesce(min_attempts, 1)) as smallest_policy_attempts,
        max(coalesce(min_attempts, 1)) as largest_policy_attempts
    from {{ ref('sla_policies') }}
    where {{ plain_text('commitment') }} = 'attempts'
        and {{ in_force(local_day(as_of()), 'valid_from', 'valid_until') }}
),

final as (
    select
        judged.channel,
        cast(judged.attempt_number as int) as attempt_number,
        cast(judged.reached as bigint) as reached,
        cast(judged.contacted as bigint) as contacted,
        judged.hazard,
        {{ wilson_bound('judged.contacted', 'judged.reached', z, '-') }} as hazard_low,
        {{ wilson_bound('judged.contacted', 'judged.reached', z, '+') }} as hazard_high,
        judged.value_of_contact,
        judged.marginal_value,
        judged.marginal_cost,
        cast(reasons.recommended_attempts as int) as recommended_attempts,
        reasons.insufficient_data,
        reasons.stopped_by,
        cast(policies.smallest_policy_attempts as int) as smallest_policy_attempts,
        cast(policies.largest_policy_attempts as int) as largest_policy_attempts
    from judged
    inner join reasons on judged.channel = reasons.channel
    cross join policies
)

select * from final
