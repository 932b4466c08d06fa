-- What becomes of MQLs, by channel?
select
    channel,
    count(*) as mqls,
    count(*) filter (where outcome = 'won') as won,
    count(*) filter (where outcome = 'advanced') as advanced,
    count(*) filter (where outcome = 'in_progress') as in_progress,
    count(*) filter (where outcome = 'lost') as lost,
    count(*) filter (where outcome = 'recycled') as recycled,
    count(*) filter (where outcome = 'disqualified') as disqualified,
    round(median(days_to_next_stage), 1) as median_days_to_next_stage
from marts.mart_mql
group by all
order by mqls desc, channel
