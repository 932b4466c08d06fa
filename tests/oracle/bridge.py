"""Deals beside the journeys they belong to: rows of fct_opportunity and bridge_journey_opportunity, sums of them.

How deals find their persons and journeys does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from tests.oracle.deals import Deal
from tests.oracle.journeys import Journey
from tests.oracle.money import Rates, cut

NOTHING = Decimal("0.00")


def opportunities(deals: list[Deal], rates: Rates) -> list[dict]:
    kept = (
        "opportunity_id",
        "account_id",
        "owner_user_id",
        "opportunity_type",
        "stage",
        "amount",
        "created_at",
        "close_date",
    )
    return [
        {name: deal.row[name] for name in kept}
        | {
            "currency": rates.currency(deal.row["currency"]),
            "amount_reporting": deal.amount,
            "closed_at": deal.closed_at,
            "is_won": deal.is_won,
            "is_closed": deal.is_closed,
            "is_new_business": not deal.renews,
            "link_rule": deal.link_rule,
            "loss_reason": deal.row["loss_reason"],
        }
        for deal in deals
    ]


def bridge(journeys: list[Journey]) -> list[dict]:
    pairs = defaultdict(list)
    for journey in journeys:
        for deal, is_repeat in journey.deals:
            pairs[deal.id].append((journey.id, deal, is_repeat))
    rows = []
    for linked in pairs.values():
        weight = Fraction(1, len(linked))
        parts = cut(linked[0][1].amount, [(journey_id, weight) for journey_id, _, _ in linked])
        rows += [
            {
                "journey_id": journey_id,
                "opportunity_id": deal.id,
                "link_rule": deal.link_rule,
                "weight": float(weight),
                "amount_reporting": parts[journey_id],
                "is_repeat": is_repeat,
            }
            for journey_id, deal, is_repeat in linked
        ]
    return rows


def deal_columns(journeys: list[Journey], bridged: list[dict], deals: list[Deal]) -> dict[str, dict]:
    """The deal columns of fct_lead_to_deal by journey_id."""
    by_id = {deal.id: deal for deal in deals}
    mine = defaultdict(list)
    for row in bridged:
        mine[row["journey_id"]].append((row, by_id[row["opportunity_id"]]))

    def total(rows: list[dict]) -> Decimal:
        return sum((row["amount_reporting"] or NOTHING for row in rows), NOTHING)

    columns = {}
    for journey in journeys:
        rows = mine[journey.id]
        new = [(row, deal) for row, deal in rows if not row["is_repeat"]]
        columns[journey.id] = {
            "deal_count": len(new),
            "open_deal_count": sum(not deal.is_closed for _, deal in new),
            "won_deal_count": sum(deal.is_won for _, deal in new),
            "open_amount": total([row for row, deal in new if not deal.is_closed]),
            "won_amount": total([row for row, deal in new if deal.is_won]),
            "lifetime_won_amount": total([row for row, deal in rows if deal.is_won]),
        }
    return columns
