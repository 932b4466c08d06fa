-- How is each promise between sales and marketing kept?
-- Over all time; attainment is met / (met + breached).
select
    commitment,
    count(*) as promises,
    count(*) filter (where status = 'met') as met,
    count(*) filter (where status = 'breached') as breached,
    count(*) filter (where status = 'at_risk') as at_risk,
    count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'excluded') as excluded,
    round(
        count(*) filter (where status = 'met') / nullif(count(*) filter (where status in ('met', 'breached')), 0), 4
    ) as attainment
from marts.fct_sla_event
group by commitment
order by commitment
