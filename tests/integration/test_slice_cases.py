"""What tonight's rows change far from themselves: cases that random worlds hardly reach, all in one company.

Each case has ids, addresses and domains of its own, so that none widens the slice of another. It gives rows with the
night each comes in; ids name their case, so what differs tells which one it is.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from orchestration.agreement.seed_schemas import SEEDS
from orchestration.transform.warehouse import slice_verdict
from tests.deployments import AGREEMENT
from tests.integration.slices import arriving, assert_same, built_night
from tests.oracle.cases import june

Row = tuple[int, str, dict]
"""The night a row comes in, its table, and what it says."""

NIGHTS = 3
FIRST_AS_OF = datetime(2024, 6, 20, 2, 0, 0, 123457)
"""Nights are a day apart."""


def _lead(night: int, key: str, day: float = 1, **more: object) -> Row:
    return night, "crm_lead", {"lead_id": key, "created_at": june(day), "status": "new"} | more


def _contact(night: int, key: str, day: float = 1, **more: object) -> Row:
    return night, "marketing_contact", {"contact_id": key, "created_at": june(day)} | more


def _crm_contact(night: int, key: str, **more: object) -> Row:
    return night, "crm_contact", {"crm_contact_id": key, "created_at": june(1)} | more


def _account(night: int, key: str, **more: object) -> Row:
    return night, "crm_account", {"account_id": key, "created_at": june(1)} | more


def _deal(night: int, key: str, **more: object) -> Row:
    return night, "crm_opportunity", {"opportunity_id": key, "created_at": june(10), "amount": 100} | more


def _touch(night: int, key: str, day: float = 2, **more: object) -> Row:
    row = {"touch_id": key, "occurred_at": june(day), "touch_type": "form_submit", "channel": "email"}
    return night, "marketing_touch", row | more


def _activity(night: int, key: str, day: float = 5, **more: object) -> Row:
    row = {"activity_id": key, "occurred_at": june(day), "activity_type": "call", "direction": "outbound"}
    return night, "crm_activity", row | more


def _change(night: int, key: str, lead: str, day: float, field: str, value: str) -> Row:
    row = {"history_id": key, "lead_id": lead, "changed_at": june(day), "field": field, "new_value": value}
    return night, "crm_lead_history", row


def _deal_of_an_account(x: str) -> Iterator[Row]:
    """A deal of account 2 and, of the people it may be linked to, the one who is there all the time."""
    yield _lead(0, f"{x}q", converted_account_id=f"{x}2")
    yield _deal(0, f"{x}o", account_id=f"{x}2")


def account_leaves_a_domain(x: str) -> Iterator[Row]:
    """Two accounts had one domain, so that no address told an account; then the other has it alone."""
    yield from _deal_of_an_account(x)
    yield _account(0, f"{x}1", domain=f"{x}.example")
    yield _account(0, f"{x}2", domain=f"{x}.example")
    yield _lead(0, f"{x}p", email=f"p@{x}.example")
    yield _account(1, f"{x}1", domain=f"{x}.test")
    yield _account(2, f"{x}1", domain=f"{x}.example")


def account_is_deleted(x: str) -> Iterator[Row]:
    """Whoever was at an account that is deleted is at the next one that a record names."""
    yield from _deal_of_an_account(x)
    yield _account(0, f"{x}1")
    yield _lead(0, f"{x}p", 1, email=f"p@{x}.example", converted_account_id=f"{x}1")
    yield _lead(0, f"{x}p2", 2, email=f"p@{x}.example", converted_account_id=f"{x}2")
    yield _account(1, f"{x}1", is_deleted=True)
    yield _account(2, f"{x}1")


def people_part(x: str) -> Iterator[Row]:
    """A corrected address parts two records; the one that did not come is at an account that the other's hid."""
    yield from _deal_of_an_account(x)
    yield _lead(0, f"{x}p", 1, email=f"p@{x}.example", converted_account_id=f"{x}1")
    yield _lead(0, f"{x}p2", 2, email=f"p@{x}.example", converted_account_id=f"{x}2")
    parted = {"email": f"r@{x}.example", "converted_account_id": f"{x}1"}
    yield _lead(1, f"{x}p", 1, updated_at=june(20), **parted)
    yield _lead(2, f"{x}p", 1, updated_at=june(21), **parted | {"email": f"p@{x}.example"})


def people_part_and_a_domain_tells(x: str) -> Iterator[Row]:
    """So too where it is the address that tells the account."""
    yield from _deal_of_an_account(x)
    yield _account(0, f"{x}2", domain=f"{x}.example")
    yield _lead(0, f"{x}p", 1, email=f"p@{x}.example", converted_account_id=f"{x}1")
    yield _contact(0, f"{x}p2", 2, email=f"p@{x}.example")
    yield _lead(1, f"{x}p", 1, email=f"p@{x}.test", converted_account_id=f"{x}1", updated_at=june(20))


def merges_become_a_cycle(x: str) -> Iterator[Row]:
    """A loser lives again once its survivor is merged into it, at an account that nobody spoke of."""
    yield from _deal_of_an_account(x)
    yield _lead(0, f"{x}p", 1)
    yield _lead(0, f"{x}p2", 2, converted_account_id=f"{x}2", merged_into_lead_id=f"{x}p")
    yield _lead(1, f"{x}p", 1, merged_into_lead_id=f"{x}p2", updated_at=june(20))
    yield _lead(2, f"{x}p", 1, updated_at=june(21))


def survivor_comes_late(x: str) -> Iterator[Row]:
    """A chain of merges leads to one that comes later, and is deleted; what hangs on the losers goes with it."""
    for place in (1, 2, 3):
        merged = {"merged_into_lead_id": f"{x}{place + 1}", "email": f"{place}@{x}.example"}
        yield _lead(0, f"{x}{place}", place, **merged)
        yield _touch(0, f"{x}t{place}", email=f"{place}@{x}.example")
        yield _activity(0, f"{x}a{place}", lead_id=f"{x}{place}")
        yield _change(0, f"{x}h{place}", f"{x}{place}", 3 + place, "status", "MQL")
    yield _lead(1, f"{x}4", 4)
    yield _lead(2, f"{x}4", 4, is_deleted=True, updated_at=june(21))


def number_is_left(x: str) -> Iterator[Row]:
    """Four have a number, one too many for it to join them; one is deleted, then another comes."""
    for place in (1, 2, 3, 4):
        yield _lead(0, f"{x}{place}", place, phone="+491511234567")
        yield _activity(0, f"{x}a{place}", lead_id=f"{x}{place}")
    yield _lead(1, f"{x}4", 4, phone="+491511234567", is_deleted=True, updated_at=june(20))
    yield _crm_contact(2, f"{x}5", email=f"5@{x}.example", phone="+491511234567")


def number_of_a_loser(x: str) -> Iterator[Row]:
    """The fourth who has a number lives again, since its survivor is merged into it."""
    for place in (1, 2, 3):
        yield _lead(0, f"{x}{place}", place, phone="+491521234567")
    yield _lead(0, f"{x}4", 4, phone="+491521234567", merged_into_lead_id=f"{x}5")
    yield _lead(0, f"{x}5", 5)
    yield _lead(1, f"{x}5", 5, merged_into_lead_id=f"{x}4", updated_at=june(20))


def browser_changes_hands(x: str) -> Iterator[Row]:
    """It is whose touch claimed it first: a contact's that comes later, then an earlier one's of another."""
    yield _contact(0, f"{x}p", 6, email=f"p@{x}.example")
    for day in range(3, 8):
        yield _touch(0, f"{x}t{day}", day, anonymous_id=f"{x}n")
    yield _touch(0, f"{x}c", 4.5, anonymous_id=f"{x}n", contact_id=f"{x}r")
    yield _contact(1, f"{x}r", 6.5)
    yield _touch(2, f"{x}d", 2, anonymous_id=f"{x}n", email=f"p@{x}.example")


def address_of_a_loser(x: str) -> Iterator[Row]:
    """Touches of an address are the loser's once nobody who stands for himself has it."""
    yield _lead(0, f"{x}p", email=f"p@{x}.example")
    yield _lead(0, f"{x}q")
    yield _lead(0, f"{x}r", email=f"p@{x}.example", merged_into_lead_id=f"{x}q")
    yield _touch(0, f"{x}t", email=f"p@{x}.example")
    yield _lead(1, f"{x}p", email=f"p@{x}.example", is_deleted=True, updated_at=june(20))


def certain_deal_loosens(x: str) -> Iterator[Row]:
    """A deal's lead is deleted, so that it is everybody's of its account; then it is another account's."""
    for place in (1, 2):
        yield _account(0, f"{x}{place}", domain=f"{x}{place}.example")
        yield _contact(0, f"{x}c{place}", email=f"c@{x}{place}.example")
    yield _lead(0, f"{x}p", email=f"p@{x}2.example")
    yield _deal(0, f"{x}o", account_id=f"{x}1", lead_id=f"{x}p")
    yield _lead(1, f"{x}p", email=f"p@{x}2.example", is_deleted=True, updated_at=june(20))
    yield _deal(2, f"{x}o", account_id=f"{x}2", closed_at=june(21.5), is_closed=True, is_won=True)


def activity_falls_to_another(x: str) -> Iterator[Row]:
    """It names a lead, a contact and a deal, and is of the first of them that is alive."""
    yield _lead(0, f"{x}p", email=f"p@{x}.example")
    yield _crm_contact(0, f"{x}q", email=f"q@{x}.example")
    yield _contact(0, f"{x}c", email=f"q@{x}.example")
    yield _lead(0, f"{x}r", email=f"r@{x}.example")
    yield _deal(0, f"{x}o", lead_id=f"{x}r")
    named = {"lead_id": f"{x}p", "crm_contact_id": f"{x}q", "opportunity_id": f"{x}o"}
    yield _activity(0, f"{x}a", 6, **named)
    yield _activity(0, f"{x}b", 7, crm_contact_id=f"{x}q")
    yield _activity(0, f"{x}d", 8, lead_id=f"{x}r")
    yield _lead(1, f"{x}p", email=f"p@{x}.example", is_deleted=True, updated_at=june(20))
    yield _crm_contact(2, f"{x}q", email=f"q@{x}.example", is_deleted=True)


def owner_of_the_past(x: str) -> Iterator[Row]:
    """The first owner comes to a team and a calendar; the lead has another one long since."""
    yield _lead(0, f"{x}p", owner_user_id=f"{x}v", email=f"p@{x}.example")
    yield _change(0, f"{x}h1", f"{x}p", 3, "status", "MQL")
    yield _change(0, f"{x}h2", f"{x}p", 4, "owner_user_id", f" {x}u")
    yield _change(0, f"{x}h3", f"{x}p", 6, "owner_user_id", f"{x}v")
    yield _activity(0, f"{x}a", 5, lead_id=f"{x}p")
    yield 1, "crm_user", {"user_id": f"{x}u", "team": "EMEA", "calendar_id": "emea"}
    yield 2, "crm_user", {"user_id": f"{x}u", "team": "APAC", "calendar_id": "apac"}


def late_touches_qualify(x: str) -> Iterator[Row]:
    """Touches make one of three a lead that qualified; whose the odd cent is depends on the journeys of all."""
    software = {"industry": "Software", "employee_count": 500, "job_title": "VP sales"}
    for place in (1, 2, 3):
        yield _lead(0, f"{x}{place}", email=f"{place}@{x}.example", **software)
        yield _crm_contact(0, f"{x}k{place}", email=f"{place}@{x}.example")
        yield 0, "crm_opportunity_contact", {"opportunity_id": f"{x}o", "crm_contact_id": f"{x}k{place}"}
    yield _deal(0, f"{x}o", amount="100.01", closed_at=june(15), is_closed=True, is_won=True)
    yield _touch(1, f"{x}t", 8, email=f"1@{x}.example", touch_type="demo_request")
    yield _change(2, f"{x}h", f"{x}1", 9, "status", "Disqualified")


def newcomer_joins_three(x: str) -> Iterator[Row]:
    """Three people are one, at the account of the first; then one of them is parted."""
    for place in (1, 2, 3):
        yield _account(0, f"{x}{place}", domain=f"{x}{place}.example")
        yield _lead(0, f"{x}p{place}", place, email=f"p@{x}{place}.example")
        yield _lead(0, f"{x}q{place}", place, email=f"q@{x}{place}.example")
        yield _deal(0, f"{x}o{place}", account_id=f"{x}{place}", amount="0.05")
        yield _activity(0, f"{x}a{place}", opportunity_id=f"{x}o{place}")
    yield _contact(1, f"{x}c", email=f"p@{x}1.example", crm_lead_id=f"{x}p2")
    yield _lead(1, f"{x}l", email=f"p@{x}3.example", marketing_contact_id=f"{x}c")
    yield _contact(2, f"{x}c", email=f"q@{x}2.example", updated_at=june(21))


def older_load_comes_later(x: str) -> Iterator[Row]:
    """A load from before what is known is admitted after it; of two of one moment, the one of the higher id stands."""
    for place in (1, 2):
        yield _crm_contact(0, f"{x}{place}", email=f"{place}@{x}.example")
    yield _touch(0, f"{x}t", email=f"1@{x}.example")
    yield _activity(0, f"{x}a", crm_contact_id=f"{x}1")
    yield _crm_contact(1, f"{x}1", email=f"2@{x}.example", _loaded_at=datetime(2024, 4, 1))
    yield _touch(1, f"{x}t", email=f"2@{x}.example", _loaded_at=datetime(2024, 4, 1))
    yield _activity(1, f"{x}a", crm_contact_id=f"{x}2", _loaded_at=datetime(2024, 5, 1))
    yield _crm_contact(2, f"{x}1", email=f"3@{x}.example", _load_id="002-a")
    yield _crm_contact(2, f"{x}1", email=f"2@{x}.example", _load_id="002-b")


def time_passes(x: str) -> Iterator[Row]:
    """Nothing comes any more, and what was dated ahead begins, to the microsecond."""
    yield _lead(0, f"{x}p", email=f"p@{x}.example", status="MQL", updated_at=june(20.5))
    yield _lead(0, f"{x}p", email=f"p2@{x}.example", status="SQL", updated_at=june(21.8))
    yield _deal(0, f"{x}o", lead_id=f"{x}p", close_date=date(2024, 6, 21), is_closed=True, is_won=True)
    for place, microseconds in enumerate((0, 1)):
        begun = FIRST_AS_OF + timedelta(days=1, microseconds=microseconds)
        yield _touch(0, f"{x}t{place}", email=f"p2@{x}.example", occurred_at=begun)


CASES: tuple[Callable[[str], Iterator[Row]], ...] = (
    account_leaves_a_domain,
    account_is_deleted,
    people_part,
    people_part_and_a_domain_tells,
    merges_become_a_cycle,
    survivor_comes_late,
    number_is_left,
    number_of_a_loser,
    browser_changes_hands,
    address_of_a_loser,
    certain_deal_loosens,
    activity_falls_to_another,
    owner_of_the_past,
    late_touches_qualify,
    newcomer_joins_three,
    older_load_comes_later,
    time_passes,
)


def _company() -> dict[str, list[dict]]:
    """All cases, and so many others that no night changes a quarter of the company."""
    rows: dict[str, list[dict]] = {}
    others = (_lead(0, f"other {place}") for place in range(400))
    for night, table, row in [*others, *(row for case in CASES for row in case(case.__name__))]:
        rows.setdefault(table, []).append({"_source_system": "crm"} | arriving(night, table) | row)
    return rows


def _agreement() -> dict[str, list[dict]]:
    """The agreement that comes with closedloop."""
    seeds = {}
    for seed in SEEDS:
        with (AGREEMENT / seed.file).open(encoding="utf-8", newline="") as file:
            seeds[seed.name] = list(csv.DictReader(file))
    return seeds


def test_what_changes_far_from_tonights_rows_is_built_too(tmp_path: Path) -> None:
    company = _agreement(), {"mql_basis": "earliest"}, _company()
    kept = built_night(tmp_path / "kept", *company, FIRST_AS_OF, 0, builds_on=False)
    for night in range(1, NIGHTS):
        as_of = FIRST_AS_OF + timedelta(days=night)
        kept = built_night(tmp_path / "kept", *company, as_of, night, builds_on=True)
        assert slice_verdict(kept.layout.warehouse)[2], "the company is to be large enough"
        assert_same(
            kept, built_night(tmp_path / f"anew-{night}", *company, as_of, night, builds_on=False), night
        )
