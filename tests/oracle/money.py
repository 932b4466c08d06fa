"""Amounts in the reporting currency, and cents cut over weighted rows.

Which rows an amount is cut over is decided where the rows are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.oracle.patterns import plain

CENT = Decimal("0.01")
MILLION = 10**6


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


class Rates:
    """The exchange rates of the agreement."""

    def __init__(self, seed: list[dict], reporting_currency: str):
        self.reporting = reporting_currency.strip().upper()
        self._rates = sorted(
            (row["currency"].upper(), row["valid_from"], row["rate_to_reporting"]) for row in seed
        )

    def currency(self, text: str | None) -> str:
        return text.strip().upper() if plain(text) else self.reporting

    def convert(self, amount: Decimal | None, currency: str | None, day: date) -> Decimal | None:
        """The amount at the rate in force on a day; None without an amount or a rate."""
        if amount is None:
            return None
        code = self.currency(currency)
        if code == self.reporting:
            return cents(amount)
        rates = [rate for name, since, rate in self._rates if name == code and since <= day]
        return cents(amount * rates[-1]) if rates else None


def cut(amount: Decimal | None, rows: Sequence[tuple[str, Fraction]]) -> dict[str, Decimal | None]:
    """An amount's cents over (key, weight) rows whose weights sum to 1, by largest remainder.

    Remainders are compared in millionths of a cent.
    """
    if amount is None:
        return {key: None for key, _ in rows}
    whole = int(abs(amount) * 100)
    given, remainders = {}, []
    for key, weight in rows:
        share = whole * weight
        given[key] = int(share)
        remainders.append((-int((share - given[key]) * MILLION + Fraction(1, 2)), key))
    for _, key in sorted(remainders)[: whole - sum(given.values())]:
        given[key] += 1
    sign = -1 if amount < 0 else 1
    return {key: sign * number * CENT for key, number in given.items()}
