-- A returned row is an identity of the ledger whose two sides differ: rows, records or money got lost or were made up.

select
    identity,
    subject,
    left_side,
    right_side,
    difference
from {{ ref('rpt_ledger') }}
where verdict <> 'balanced'
