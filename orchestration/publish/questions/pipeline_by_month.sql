-- What is open, expected to close when, and does it cover what the target still asks?
select
    close_month,
    sum(open_deals) as open_deals,
    sum(amount_reporting) as amount,
    round(sum(coverage), 2) as coverage
from reports.rpt_pipeline
group by all
order by close_month nulls last
