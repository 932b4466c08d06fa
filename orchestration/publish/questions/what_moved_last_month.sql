-- What moved the headline figures of the last full month: volume, mix or rate?
-- The three effects add up to the change. Leads of that month are young: part of a fallen rate is that they are still running.
select
    metric,
    sum(metric_before) as metric_before,
    sum(metric_now) as metric_now,
    sum(change) as change,
    round(sum(volume_effect), 2) as volume_effect,
    round(sum(mix_effect), 2) as mix_effect,
    round(sum(rate_effect), 2) as rate_effect,
    max_by(channel, abs(change)) as channel_that_moved_most
from reports.rpt_movers
where period_type = 'month'
    and period_start = date_trunc('month', getvariable('as_of')) - interval 1 month
group by metric
order by list_position(['mqls', 'sqls', 'opportunities', 'customers', 'won_amount'], metric)
