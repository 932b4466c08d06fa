-- Will marketing meet its targets of this month, and did it meet those of the month before?
-- `pace` is the actual over what the working days so far ask for; `forecast` is where that leads.
select
    month,
    metric,
    channel,
    target,
    actual,
    round(attainment, 4) as attainment,
    round(pace, 4) as pace,
    round(forecast, 2) as forecast,
    status
from reports.rpt_goal_attainment
where month between date_trunc('month', getvariable('as_of')) - interval 1 month and getvariable('as_of')
order by month desc, metric, channel = 'all' desc, channel
