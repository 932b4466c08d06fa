-- At which attempt do we reach people, and how many attempts are worth making?
-- Each attempt is judged by the qualified leads that came to it without a contact. recommended_attempts is null while too
-- few did; the policies in force ask for between min_policy and max_policy.
select
    attempt_number,
    reached,
    contacted,
    round(hazard, 4) as hazard,
    round(marginal_value, 2) as marginal_value,
    round(marginal_cost, 2) as marginal_cost,
    recommended_attempts,
    stopped_by,
    smallest_policy_attempts as min_policy,
    largest_policy_attempts as max_policy
from reports.rpt_contact_attempt_yield
where channel = 'all'
order by attempt_number
