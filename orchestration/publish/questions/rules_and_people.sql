-- Do the rules and the sales people agree on who is qualified, and whose judgement becomes customers?
select
    stage,
    sum(agreed) as agreed,
    sum(declared_only) as declared_only,
    sum(rule_only) as rule_only,
    round(sum(agreed) / nullif(sum(agreed + declared_only + rule_only), 0), 4) as agreement,
    round(sum(agreed_customers) / nullif(sum(agreed), 0), 4) as agreed_become_customers,
    round(sum(declared_only_customers) / nullif(sum(declared_only), 0), 4) as declared_only_become_customers,
    round(sum(rule_only_customers) / nullif(sum(rule_only), 0), 4) as rule_only_become_customers
from reports.rpt_qualification_agreement
group by all
order by stage
