"""The exports of a small company as they really come: one writer a kind of dirt, beside rows that no one can read.

What the files hold is given; which of them come in which night, and what is claimed of them, stand elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, str]

LEAD_HEADERS = [
    *("Lead ID", "E-Mail", "Name", "Company", "Title", "Country", "Employees"),
    *("Worth", "Source", "Status", "Owner", "Created", "Changed", "Pains"),
]


def leads_of_a_us_crm(rows: list[Row]) -> bytes:
    """UTF-8 with BOM, CRLF, line ends in quotes, 12-hour dates of New York among others, `$1,234.50`, blank columns at
    the end, a column nobody knows, records twice, and rows no one can read.
    """
    spellings = (_us, _us, _iso_local, _iso_offset, _us)
    cells = [
        [
            row["lead_id"],
            f" {row['email'].upper()} ",
            row["full_name"],
            row["company_name"],
            row["job_title"] or "N/A",
            row["country"],
            f"{int(row['employee_count']):,}" if row["employee_count"] else "",
            f"${float(row['potential_value']):,.2f}" if row["potential_value"] else " ",
            row["lead_source"],
            row["status"],
            row["owner_user_id"],
            written(row["created_at"]),
            written(row["updated_at"]),
            row["pain_points"].replace("\n", "\r\n"),
            "42",
            "",
        ]
        for row, written in zip(rows, spellings, strict=True)
    ]
    older = [*cells[0]]
    older[9], older[12] = "New", "3/2/2026 10:07 AM"
    unread = [*cells[1]]
    unread[11] = "0/0/0000 0:00 AM"
    blank, spaces = ["", *cells[2][1:]], [" \u00a0 ", *cells[3][1:]]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*LEAD_HEADERS, "Lead Score", ""])
    writer.writerows([*cells, cells[3], older, unread, blank, spaces])
    # Cut in the middle by a tool that does not quote, and a quote that never closes.
    out.write("1098,short@row.example\r\n" + '1099,"open@quote.example,Nobody' + "," * 13 + "\r\n\r\n,,,\r\n")
    return out.getvalue().encode("utf-8-sig")


def write_workbook(path: Path, rows: list[Row]) -> None:
    """A workbook whatever its name: numbers and dates as such, a cell with an error, a row of blanks, a stray value."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(LEAD_HEADERS)
    for row in rows:
        created, updated = (_local(row[name], "America/New_York") for name in ("created_at", "updated_at"))
        sheet.append(
            [
                int(row["lead_id"]),
                row["email"],
                row["full_name"],
                row["company_name"],
                row["job_title"],
                row["country"],
                float(row["employee_count"]),
                float(row["potential_value"]),
                row["lead_source"],
                row["status"],
                row["owner_user_id"],
                created,
                updated,
                row["pain_points"] or None,
            ]
        )
    sheet.append([None] * 14)
    sheet.append([1097, "ref@error.example", "Ref", *[None] * 8, "#REF!", None, None])
    sheet.append([1096, *[None] * 13, "beyond the headers"])
    book.save(path.with_suffix(".xlsx"))
    path.with_suffix(".xlsx").rename(path)


def later_leads(rows: list[Row]) -> bytes:
    """Another header for the id, no title any more, and a count that became words."""
    names = ["Lead Number", *(name for name in LEAD_HEADERS[1:] if name != "Title")]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    lines = [
        [value for name, value in row.items() if name != "job_title"]
        for row in ({**row, "email": row["email"].title()} for row in rows)
    ]
    lines.append([*lines[0][:5], "about sixty", *lines[0][6:]])
    lines[-1][0] = "1095"
    writer.writerows(lines)
    return out.getvalue().encode("utf-8")


def chinese_history(rows: list[Row]) -> bytes:
    """GB18030, a lone CR after each row, times of Shanghai; one row has bytes that are no GB18030."""
    lines = ["编号,线索,字段,旧值,新值,时间"]
    lines += [
        ",".join(
            [
                *list(row.values())[:5],
                _local(row["changed_at"], "Asia/Shanghai").strftime("%Y-%m-%d %H:%M"),
            ]
        )
        for row in rows
    ]
    broken = b"h99,1001,status,\xff\xff" + ",无效,2026-03-05 00:00".encode("gb18030")
    return "\r".join(lines).encode("gb18030") + b"\r" + broken + b"\r"


def german_deals(rows: list[Row]) -> bytes:
    """Windows-1252, tabs, decimal commas, times of Berlin; one amount is words, one day does not exist."""
    lines = ["Deal\tLead\tKonto\tBetreuer\tBezeichnung\tBetrag\tPhase\tAngelegt\tAbschluss\tZu\tGewonnen"]
    answer = {"true": "Ja", "false": "nein", "": ""}
    for row in rows:
        amount = f"{float(row['amount']):,.2f}".translate(str.maketrans(",.", ".,"))
        lines.append(
            "\t".join(
                [
                    row["opportunity_id"],
                    row["lead_id"],
                    row["account_id"],
                    row["owner_user_id"],
                    row["name"],
                    f"{amount} €" if row["opportunity_id"] == "d1" else amount,
                    row["stage"],
                    _local(row["created_at"], "Europe/Berlin").strftime("%d.%m.%Y %H:%M"),
                    date.fromisoformat(row["close_date"]).strftime("%d.%m.%Y"),
                    answer[row["is_closed"]],
                    answer[row["is_won"]],
                ]
            )
        )
    lines.append("d8\t1004\t\tu1\tOhne Betrag\tauf Anfrage\tProposal\t01.04.2026 09:00\t\tnein\t")
    lines.append("d9\t1004\t\tu1\tFebruar\t1,00\tProposal\t30.02.2026 09:00\t\tnein\t")
    return ("\n".join(lines) + "\n").encode("cp1252")


def write_accounts(folder: Path, rows: list[Row]) -> None:
    """Parquet of two years: counts and instants typed in one, text in the other, where one is no count."""
    first, rest = rows[:2], rows[2:]
    typed = {name: [row[name] or None for row in first] for name in first[0]}
    typed["employee_count"] = [int(row["employee_count"]) for row in first]
    typed["created_at"] = pa.array(
        [datetime.fromisoformat(row["created_at"]) for row in first], pa.timestamp("us", "UTC")
    )
    pq.write_table(pa.table(typed), folder / "accounts-1.parquet")
    text = {name: [row[name] for row in rest] + ["a9"] for name in rest[0]}
    text["employee_count"] = ["", "many"]
    text["created_at"] = [rest[0]["created_at"], "2026-06-02T00:00:00Z"]
    pq.write_table(pa.table(text), folder / "accounts-2.parquet")


def contacts(rows: list[Row]) -> bytes:
    """Bars between the cells, every cell quoted, a key twice, and a surplus cell in one row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(rows[0])
    in_new_york = [
        {**row, "created_at": _local(row["created_at"], "America/New_York").isoformat()} for row in rows
    ]
    writer.writerows(row.values() for row in [*in_new_york, in_new_york[0]])
    writer.writerow(["c9", "a1", "nine@acme.example", "Nine", "2026-03-10T09:00:00Z", "one too many"])
    return out.getvalue().encode("utf-8")


def unicode_text(rows: list[Row]) -> bytes:
    """What a spreadsheet calls Unicode text: UTF-16 with tabs; truth as 1 and 0."""
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    text = "\r\n".join(lines).replace("\ttrue", "\t1").replace("\tfalse", "\t0")
    return text.encode("utf-16")


def activities(rows: list[Row]) -> bytes:
    """One object a line, keys that come and go, a blank line, a null id, and a last line that was cut."""
    lines = []
    for row in rows:
        found = {name: value for name, value in row.items() if value}
        found["who"] = {"lead": int(found.pop("lead_id")), "user": found.pop("user_id")}
        found["is_automated"] = found["is_automated"] == "true"
        if "duration_seconds" in found:
            found["duration_seconds"] = int(found["duration_seconds"])
        lines.append(json.dumps(found))
    lines.append("")
    lines.append('{"activity_id": null, "activity_type": "call", "occurred_at": "2026-03-03T09:00:00Z"}')
    lines.append('{"activity_id": "t9", "activity_type": "ca')
    return "\n".join(lines).encode()


def touches(rows: list[Row]) -> bytes:
    """Semicolons named by a first line `sep=;`, one in quotes, rows twice, blank ids, a clock a year ahead."""
    cells = [list(row.values()) for row in rows]
    ahead = ["w8", *cells[0][1:4], "2027-02-20T09:58:00Z", *cells[0][5:]]
    out = io.StringIO(newline="")
    out.write("sep=;\n")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([*cells, cells[1], cells[5], ahead, ["", *cells[0][1:]], ["  ", *cells[2][1:]]])
    return out.getvalue().encode("utf-8")


def campaigns(rows: list[Row]) -> bytes:
    """A title above the headers, blank columns at the end of every line, two ways to write a day."""
    lines = ["Campaigns of the year,,,,,,,", ",,,,,,,", ",".join(rows[0]) + ",,"]
    ways = ("%d/%m/%Y", "%b %d, %Y")
    for row, way in zip(rows, ways, strict=True):
        days = [
            date.fromisoformat(row[name]).strftime(way) if row[name] else ""
            for name in ("start_date", "end_date")
        ]
        quoted = [row["campaign_id"], row["name"], row["channel"], *days, row["budget"]]
        lines.append(",".join(f'"{cell}"' for cell in quoted) + ",,")
    return "\r\n".join(lines).encode("utf-8")


def spend(rows: list[Row]) -> bytes:
    """Amounts and days as each platform writes them in one column; one amount and one day that are none."""
    amounts = ("$1,234.50", "99,90 €", "2.000,75", "5", "USD 45.10")
    days = ("02/20/26", "21-Feb-2026", "2026-03-04", "20260312", "06/09/26")
    lines = [",".join(rows[0])]
    lines += [
        ",".join(
            [
                day,
                row["platform"],
                row["campaign_id"],
                f'"{amount}"',
                row["currency"],
                f'"{int(row["impressions"]):,}"' if row["impressions"] else "",
                row["clicks"],
            ]
        )
        for row, amount, day in zip(rows, amounts, days, strict=True)
    ]
    lines.append("02/22/26,google,k1,see invoice,,1,1")
    lines.append("22.02.2026,google,k1,1.00,,1,1")
    return "\n".join(lines).encode("utf-8")


def plain(rows: list[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def _local(instant: str, zone: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _us(instant: str) -> str:
    """3/2/2026 10:07 AM, without leading zeros, as the clock of New York shows it."""
    shown = _local(instant, "America/New_York")
    return f"{shown.month}/{shown.day}/{shown.year} {shown.hour % 12 or 12}:{shown:%M %p}"


def _iso_local(instant: str) -> str:
    return _local(instant, "America/New_York").strftime("%Y-%m-%d %H:%M")


def _iso_offset(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo("Asia/Kolkata")).isoformat()
