"""Dirty exports of several CRMs and marketing tools, the configuration that maps them, and what was agreed.

What must come of them stands in `test_exports`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

CONFIGURATION = """
as_of: 2025-07-01T00:00:00Z
vars: {reporting_currency: EUR}
sources:
  hub:                              # semicolons, a byte order mark, German numbers, local times
    type: files
    timezone: Europe/Berlin
    decimal: comma
    id_prefix: hub-
    tables:
      crm_lead:
        path: hub/contacts.csv
        columns: {lead_id: Record ID, full_name: Name, email: E-Mail, status: Lifecycle stage,
                  created_at: {column: Create Date, formats: ["%Y-%m-%d %H:%M"]}, potential_value: Potential}
      crm_opportunity:
        path: hub/deals.csv
        columns: {opportunity_id: Deal ID, lead_id: Contact, amount: Amount, stage: Deal Stage, created_at: Create Date,
                  opportunity_type: Deal Type, closed_at: Close Date,
                  is_won: {column: Deal Stage, values: {closedwon: true, appointment: false}},
                  is_closed: {column: Deal Stage, values: {closedwon: true, appointment: false}}}
  hub_became_mql:                   # a date column of a stage is a history of its own
    type: files
    timezone: Europe/Berlin
    id_prefix: hub-
    tables:
      crm_lead_history:
        path: hub/contacts.csv
        rejection: {share: 1, rows: 0}     # whoever never became one has no date
        columns: {history_id: {column: Record ID, id_prefix: mql-}, lead_id: Record ID, field: {constant: status},
                  new_value: {constant: MQL}, changed_at: Became MQL}
  china:                            # GB18030, Chinese headers and words, two clocks in one row
    type: files
    timezone: Asia/Shanghai
    tables:
      crm_lead:
        path: china/线索.csv
        columns: {lead_id: 线索编号, full_name: 姓名, email: 邮箱, status: 状态, potential_value: 预计金额,
                  currency: {constant: CNY},
                  created_at: {column: 创建时间, formats: ["%Y/%m/%d %H:%M:%S"]},
                  updated_at: {column: 修改时间, formats: ["%m/%d/%Y %I:%M:%S %p"], timezone: America/New_York}}
      crm_opportunity:
        path: china/商机.csv
        columns: {opportunity_id: 商机编号, lead_id: 线索编号, amount: 金额, currency: {constant: CNY}, stage: 阶段,
                  created_at: {column: 创建时间, formats: ["%Y/%m/%d %H:%M:%S"]},
                  close_date: {column: 成交日期, formats: ["%Y/%m/%d"]}}
  book:                             # a workbook whatever its name says
    type: files
    timezone: America/New_York
    decimal: comma                  # of its text; a cell that is a number is one already
    id_prefix: xl-
    tables:
      crm_lead:
        path: book/report.csv
        sheet: Leads
        columns: {lead_id: Id, email: Email, created_at: Created, is_deleted: Deleted}
      crm_opportunity:
        path: book/report.csv
        sheet: Deals
        columns: {opportunity_id: Id, lead_id: Lead, amount: Amount, currency: {constant: USD}, created_at: Created,
                  closed_at: Closed at, is_closed: Closed, is_won: Won}
  pipe:                             # nested objects, numbers and times as an API gives them
    type: files
    decimal: comma
    id_prefix: pd-
    tables:
      crm_lead:
        path: pipe/persons.jsonl
        columns: {lead_id: id, email: person.email, created_at: add_time, potential_value: deal.value,
                  currency: deal.currency, employee_count: org.people}
  lake:                             # native types
    type: files
    tables:
      marketing_touch:
        path: lake/*.parquet
        columns: {touch_id: id, occurred_at: at, touch_type: kind}
  daily:                            # versions, deletions and merges file by file
    type: files
    tables:
      crm_lead:
        path: daily/leads_*.csv
        columns: {lead_id: Id, email: Email, status: Status, created_at: Created, updated_at: Updated,
                  is_deleted: Deleted, merged_into_lead_id: Merged into}
      crm_activity:
        path: daily/calls.csv
"""
AGREED = {
    "stage_mapping": [
        "*,lead,MQL,mql",
        "*,lead,Lead,lead",
        "china,lead,已确认,sql",
        "china,opportunity,赢单,customer",
        "daily,lead,Qualified,sql",
    ],
    "fx_rates": ["USD,2025-01-01,0.9", "CNY,2025-01-01,0.125"],
    "channel_rules": ["1,google,cpc,,,,paid_search,"],
}
HUB_CONTACTS = """\
Record ID;Name;E-Mail;Lifecycle stage;Create Date;Became MQL;Potential;;
101;Jürgen Müller;J.Mueller@Acme.example ;Customer;2025-03-04 13:05;2025-03-05 09:00;1.234,50;;
102;"Lang, ""Zoë""
Maria";;Lead;2025-03-30 02:30;;;;
"""
HUB_DEALS = """\
Deal ID;Contact;Amount;Deal Stage;Create Date;Close Date;Deal Type
9001;101;12.500,00 €;closedwon;2025-03-10 10:00;2025-04-01 12:00;newbusiness
9002;102;800;appointment;2025-06-01 10:00;;newbusiness
"""
CHINA_LEADS = """\
线索编号,姓名,邮箱,状态,预计金额,创建时间,修改时间
L1,王芳,wang@corp.example,已确认,"12,800.00",2025/03/01 00:30:00,3/9/2025 2:30:00 AM
L2,㐂田,,新线索,,2025年3月,
"""
CHINA_DEALS = """\
商机编号,线索编号,金额,阶段,创建时间,成交日期
C1,L1,"¥80,000.00",赢单,2025/04/01 09:00:00,2025/05/01
"""
DAILY = {
    "leads_1.csv": "Id,Email,Status,Created,Updated,Deleted,Merged into\r\n"
    "d1,one@d.example,New,2025-06-01T08:00:00Z,2025-06-01T08:00:00Z,0,\r\n"
    "d2,two@d.example,New,2025-05-01T08:00:00Z,2025-06-01T08:00:00Z,0,\r\n"
    "d3,three@d.example,New,2025-05-10T08:00:00Z,2025-06-01T08:00:00Z,0,d4\r\n"
    "d4,four@d.example,New,2025-05-20T08:00:00Z,2025-06-01T08:00:00Z,0,\r\n"
    "d5,five@d.example,New,2025-06-01T08:00:00Z,2025-06-01T08:00:00Z,0,\r\n",
    "leads_2.csv": "Id,Email,Status,Created,Updated,Deleted,Merged into\n"
    "d1,one@d.example,Qualified,2025-06-01T08:00:00Z,2025-06-03T11:00:00+02:00,0,\n"
    "d2,two@d.example,New,2025-05-01T08:00:00Z,2025-06-03T08:00:00Z,0,d3\n"
    "d5,five@d.example,New,2025-06-01T08:00:00Z,2025-06-03T08:00:00Z,1,\n",
    # The status vanished and the order changed; d1 is an older version that comes late.
    "leads_3.csv": "Email\tId\tCreated\tUpdated\n"
    "one@d.example\td1\t2025-06-01T08:00:00Z\t2025-06-02T08:00:00Z\n"
    "six@d.example\td6\t2025-06-04T08:00:00Z\t2025-06-04T08:00:00Z\n",
    "leads_4.csv": "Id,Email,Status,Created,Updated,Deleted,Merged into\n",
    "leads_5.csv": "",
    "leads_6.csv": "Id,Email,Status,Created,Updated,Deleted,Merged into\n"
    "d7,seven@d.example,Lead,2025-06-06T08:00:00Z,2025-06-06T08:00:00Z,0,\n"
    'd8,"eight@d.ex',
    "calls.csv": "activity_id,lead_id,activity_type,direction,outcome,occurred_at\n"
    "c1,d1,call,outbound,no_answer,2025-06-02T08:00:00Z\n"
    "c2,d1,call,outbound,connected,2025-06-03T10:00:00Z\n"
    "c3,d2,email,inbound,,2025-06-03T10:00:00Z\n",
}


def write_exports(home: Path) -> None:
    for name in ("hub", "china", "book", "pipe", "lake", "daily"):
        (home / name).mkdir()
    (home / "hub" / "contacts.csv").write_bytes(HUB_CONTACTS.replace("\n", "\r\n").encode("utf-8-sig"))
    (home / "hub" / "deals.csv").write_bytes(HUB_DEALS.encode("cp1252"))
    (home / "china" / "线索.csv").write_bytes(CHINA_LEADS.encode("gb18030"))
    (home / "china" / "商机.csv").write_bytes(CHINA_DEALS.encode("gb18030"))
    for name, text in DAILY.items():
        (home / "daily" / name).write_bytes(text.encode())
    persons = [
        {"id": 7, "person": {"email": "pipe@p.example", "phones": ["1"]}, "add_time": "2025-05-05 08:15:00"},
        {"id": 8, "person": None, "add_time": "2025-05-06 08:15:00", "org": {"people": 12}},
    ]
    persons[0]["deal"] = {"value": 1234.567, "currency": "usd"}
    (home / "pipe" / "persons.jsonl").write_text("\n".join(map(json.dumps, persons)), "utf-8")
    _write_workbook(home / "book" / "report.csv")
    touches = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int64()),
            "email": ["j.mueller@acme.example", "two@d.example", None],
            "at": pa.array(
                [
                    datetime(2025, 3, 1, 9, tzinfo=UTC),
                    datetime(2025, 4, 1, tzinfo=UTC),
                    datetime(2025, 4, 2, tzinfo=UTC),
                ],
                pa.timestamp("ms", tz="America/New_York"),
            ),
            "kind": pa.array(["ad_click", "email_open", "visit"]).dictionary_encode(),
            "utm_source": ["Google", None, None],
            "utm_medium": ["CPC", None, None],
        }
    )
    pq.write_table(touches, home / "lake" / "touches.parquet")


def _write_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    leads, deals = book.active, book.create_sheet("Deals")
    leads.title = "Leads"
    leads.append(["Id", "Email", "Created", "Deleted"])
    leads.append([7, "seven@book.example", datetime(2025, 1, 15, 9), False])
    leads.append([8, "eight@book.example", datetime(2025, 1, 16, 9), True])
    deals.append(["Id", "Lead", "Amount", "Created", "Closed at", "Closed", "Won"])
    deals.append([70, 7, 1999.995, datetime(2025, 2, 1), datetime(2025, 2, 10, 17), True, False])
    book.save(path.with_suffix(".xlsx"))
    path.with_suffix(".xlsx").rename(path)
