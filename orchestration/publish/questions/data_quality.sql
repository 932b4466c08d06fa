-- What is wrong with the data, the worst first?
select
    check_name,
    table_name,
    subject,
    severity,
    failed_rows
from reports.rpt_data_quality
where status = 'fail'
order by severity, failed_rows desc, check_name, table_name, subject
