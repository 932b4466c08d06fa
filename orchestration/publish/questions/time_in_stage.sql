-- Where do journeys stay, and how many are there now?
select
    events.stage,
    count(*) as visits,
    round(median(events.time_in_stage_days), 1) as median_days,
    round(quantile_cont(events.time_in_stage_days, 0.9), 1) as p90_days,
    count(*) filter (where events.exited_at is null) as there_now,
    count(*) filter (where events.is_regression) as regressions
from marts.fct_stage_event as events
inner join marts.dim_stage on events.stage = dim_stage.stage
group by events.stage, dim_stage.stage_position
order by dim_stage.stage_position
