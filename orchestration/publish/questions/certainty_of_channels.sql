-- How sure are we of the channel a lead came from?
select
    coalesce(source_confidence, '(no touch)') as source_confidence,
    count(*) as leads,
    round(count(*) / sum(count(*)) over (), 4) as share_of_leads,
    count(*) filter (where original_channel = 'unknown') as unknown_channel,
    sum(won_amount) as won_amount
from marts.fct_lead_to_deal
group by all
order by leads desc, source_confidence
