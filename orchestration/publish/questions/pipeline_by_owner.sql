-- Who has how much open, and how much of it was expected to close already?
select
    pipeline.owner_user_id,
    owners.team,
    sum(pipeline.open_deals) as open_deals,
    sum(pipeline.amount_reporting) as amount,
    coalesce(
        sum(pipeline.amount_reporting) filter (where pipeline.close_month < date_trunc('month', getvariable('as_of'))), 0
    ) as overdue_amount
from reports.rpt_pipeline as pipeline
left join marts.dim_owner as owners on pipeline.owner_user_id = owners.owner_user_id
group by all
order by amount desc, owner_user_id
