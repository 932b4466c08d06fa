"""Conversions, the touches that may have earned them, and how the seven touch models divide each one.

What channels and campaigns make of these credits does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

from tests.oracle.deals import Deal
from tests.oracle.journeys import Journey
from tests.oracle.money import cut

CONVERSIONS = ("lead", "mql", "opportunity", "won")
UNATTRIBUTED = "unattributed"
MICROSECOND = timedelta(microseconds=1)
WEEK = timedelta(weeks=1) // MICROSECOND
Weights = dict[str, Fraction]


@dataclass(frozen=True)
class Unit:
    """One conversion: its instant, its share of a deal, its cents, and eligible touches in order."""

    conversion: str
    journey: Journey | None
    deal: Deal | None
    at: datetime
    weight: Fraction
    amount: Decimal | None
    touches: list[dict]

    @property
    def anchors(self) -> dict[str, datetime | None]:
        """Instants of lead, opportunity and won: a deal's own where the unit is a deal, else the journey's."""
        if self.deal:
            won = self.deal.closed_at if self.deal.is_won else None
            return {"lead": self.journey.lead_at, "opportunity": self.deal.created_at, "won": won}
        of_journey = self.journey
        return {
            "lead": of_journey.lead_at,
            "opportunity": of_journey.at("opportunity"),
            "won": of_journey.at("customer"),
        }


def eligible(touches: list[dict], at: datetime, lookback_days: int) -> list[dict]:
    """Touches in (at - lookback, at], in the order given."""
    since = at - timedelta(days=lookback_days)
    return [touch for touch in touches if since < touch["occurred_at"] <= at]


def conversion_units(
    journeys: list[Journey], bridged: list[dict], deals: list[Deal], lookback_days: int
) -> list[Unit]:
    """Every unit of the four conversions; `bridged` holds rows of bridge_journey_opportunity."""
    units = []

    def add(conversion: str, journey: Journey | None, deal: Deal | None, at: datetime, row: dict) -> None:
        touches = eligible(journey.person.touches, at, lookback_days) if journey else []
        units.append(Unit(conversion, journey, deal, at, row["share"], row["amount_reporting"], touches))

    def add_deal(journey: Journey | None, deal: Deal, row: dict) -> None:
        add("opportunity", journey, deal, deal.created_at, row)
        if deal.is_won:
            add("won", journey, deal, deal.closed_at, row)

    linked = {deal.id: Fraction(0) for deal in deals}
    for row in bridged:
        linked[row["opportunity_id"]] += 1
    rows = {(row["journey_id"], row["opportunity_id"]): row for row in bridged}
    for journey in journeys:
        alone = {"share": Fraction(1), "amount_reporting": None}
        add("lead", journey, None, journey.lead_at, alone)
        if journey.at("mql"):
            add("mql", journey, None, journey.at("mql"), alone)
        for deal, is_repeat in journey.deals:
            if not is_repeat:
                row = rows[journey.id, deal.id]
                add_deal(journey, deal, row | {"share": 1 / linked[deal.id]})
    for deal in deals:
        if not linked[deal.id] and not deal.renews:
            add_deal(None, deal, {"share": Fraction(1), "amount_reporting": deal.amount})
    return units


def _equally(touches: Iterable[dict], whole: Fraction = Fraction(1)) -> Weights:
    touches = list(touches)
    return {touch["touch_id"]: whole / len(touches) for touch in touches}


def _first(unit: Unit) -> Weights:
    return _equally(unit.touches[:1])


def _last(unit: Unit) -> Weights:
    return _equally(unit.touches[-1:])


def _linear(unit: Unit) -> Weights:
    return _equally(unit.touches)


def _u_shaped(unit: Unit) -> Weights:
    first, *middle = unit.touches
    if len(middle) < 2:
        return _equally(unit.touches)
    last = middle.pop()
    ends = {first["touch_id"]: Fraction(2, 5), last["touch_id"]: Fraction(2, 5)}
    return ends | _equally(middle, Fraction(1, 5))


def _time_decay(unit: Unit) -> Weights:
    with localcontext(prec=50):
        raw = {
            touch["touch_id"]: Fraction(
                2 ** (Decimal((touch["occurred_at"] - unit.at) // MICROSECOND) / WEEK)
            )
            for touch in unit.touches
        }
    total = sum(raw.values())
    return {key: part / total for key, part in raw.items()}


def _anchored(each: Fraction, *names: str) -> Callable[[Unit], Weights]:
    """`each` on the first touch and on the last one at or before each anchor, a tenth over the others, rescaled."""

    def weights(unit: Unit) -> Weights:
        held = [unit.touches[0]]
        for name in names:
            at = unit.anchors[name]
            if at and at <= unit.at:
                held += [touch for touch in unit.touches if touch["occurred_at"] <= at][-1:]
        parts: Weights = {}
        for touch in held:
            parts[touch["touch_id"]] = parts.get(touch["touch_id"], Fraction(0)) + each
        parts |= _equally((t for t in unit.touches if t["touch_id"] not in parts), Fraction(1, 10))
        total = sum(parts.values())
        return {key: part / total for key, part in parts.items()}

    return weights


MODELS: dict[str, Callable[[Unit], Weights]] = {
    "first_touch": _first,
    "last_touch": _last,
    "linear": _linear,
    "u_shaped": _u_shaped,
    "time_decay": _time_decay,
    "w_shaped": _anchored(Fraction(3, 10), "lead", "opportunity"),
    "full_path": _anchored(Fraction(9, 40), "lead", "opportunity", "won"),
}


def credits(units: list[Unit], touch_channels: dict[str, tuple[str, str]]) -> list[dict]:
    """Rows of fct_attribution_credit."""
    rows = []
    for unit in units:
        touches = {touch["touch_id"]: touch for touch in unit.touches}
        for model, divide in MODELS.items():
            weights = divide(unit) if touches else {None: Fraction(1)}
            parts = cut(unit.amount, list(weights.items()))
            for key, weight in weights.items():
                rows.append(
                    {
                        "conversion": unit.conversion,
                        "converted_at": unit.at,
                        "journey_id": unit.journey.id if unit.journey else None,
                        "opportunity_id": unit.deal.id if unit.deal else None,
                        "touch_id": key,
                        "channel": touch_channels[key][0] if key else UNATTRIBUTED,
                        "campaign_id": touches[key]["campaign_id"] if key else None,
                        "model": model,
                        "weight": float(weight),
                        "conversion_weight": float(unit.weight),
                        "attributed_amount": parts[key],
                    }
                )
    return rows


def path_rows(credited: list[dict]) -> list[dict]:
    """Rows of fct_attribution_path: rows of fct_attribution_credit with their models side by side."""
    shared = (
        "conversion",
        "journey_id",
        "opportunity_id",
        "touch_id",
        "converted_at",
        "channel",
        "campaign_id",
        "conversion_weight",
    )
    paths: dict[tuple, dict] = {}
    for row in credited:
        nothing = None if row["attributed_amount"] is None else Decimal(0)
        path = paths.setdefault(
            tuple(row[name] for name in shared[:4]),
            {name: row[name] for name in shared}
            | dict.fromkeys((f"{model}_weight" for model in MODELS), 0.0)
            | dict.fromkeys((f"{model}_amount" for model in MODELS), nothing),
        )
        path[f"{row['model']}_weight"] = row["weight"]
        path[f"{row['model']}_amount"] = row["attributed_amount"]
    return list(paths.values())
