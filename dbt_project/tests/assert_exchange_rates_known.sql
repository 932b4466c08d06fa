-- A returned row is a currency and day for which the agreement (fx_rates) has no rate, though a deal or lead needs it: its
-- money is missing from every sum.

select
    table_name,
    subject as currency_and_day,
    failed_rows
from {{ ref('rpt_data_quality') }}
where check_name = 'missing_exchange_rate' and status = 'fail'
