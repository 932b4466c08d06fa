-- Do the books balance?
select
    identity,
    subject,
    left_side,
    right_side,
    difference,
    verdict
from reports.rpt_ledger
order by verdict desc, identity, subject
