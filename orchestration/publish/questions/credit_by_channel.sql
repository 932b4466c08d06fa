-- Which channels earned the deals that were won, by each model of attribution?
-- Amounts over all time; each column adds up to what new business won.
select
    channel,
    sum(attributed_amount) filter (where model = 'first_touch') as first_touch,
    sum(attributed_amount) filter (where model = 'last_touch') as last_touch,
    sum(attributed_amount) filter (where model = 'linear') as linear,
    sum(attributed_amount) filter (where model = 'u_shaped') as u_shaped,
    sum(attributed_amount) filter (where model = 'time_decay') as time_decay,
    sum(attributed_amount) filter (where model = 'w_shaped') as w_shaped,
    sum(attributed_amount) filter (where model = 'full_path') as full_path,
    sum(attributed_amount) filter (where model = 'markov') as markov,
    sum(attributed_amount) filter (where model = 'shapley') as shapley
from reports.rpt_channel_attribution
where conversion = 'won'
group by channel
order by linear desc nulls last, channel
