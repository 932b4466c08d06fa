"""Credit of channels: the touch models summed, and Markov and Shapley over channel sequences.

How one conversion is divided over its touches does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.oracle.attribution import CONVERSIONS, UNATTRIBUTED, Unit, eligible
from tests.oracle.bridge import NOTHING
from tests.oracle.journeys import Journey
from tests.oracle.money import cut

START, CONVERSION, NULL = "START", "CONVERSION", "NULL"
"""Where paths begin and end. Channels are lower case: whatever word a source declares is none of these."""
Matrix = dict[tuple[str, str], Fraction]
Credit = dict[str, Fraction]


@dataclass(frozen=True)
class Path:
    """Channels in the order they were touched, never none; how many conversions it stands for."""

    channels: tuple[str, ...]
    weight: Fraction
    converts: bool


def paths(
    conversion: str,
    units: list[Unit],
    journeys: list[Journey],
    touch_channels: dict[str, tuple[str, str]],
    lookback_days: int,
    as_of: datetime,
) -> list[Path]:
    """Paths of a conversion that have touches: of each unit, and of each journey without one up to its end."""
    mine = [unit for unit in units if unit.conversion == conversion]
    converted = {unit.journey.id for unit in mine if unit.journey}
    walks = [(unit.touches, unit.weight, True) for unit in mine]
    for journey in journeys:
        if journey.id not in converted:
            end = journey.ended_at or as_of
            walks.append((eligible(journey.person.touches, end, lookback_days), Fraction(1), False))
    return [
        Path(tuple(touch_channels[touch["touch_id"]][0] for touch in touches), weight, converts)
        for touches, weight, converts in walks
        if touches
    ]


def transitions(walks: list[Path]) -> Matrix:
    """How often each state is followed by each other, repeats of a channel kept."""
    counts: Matrix = defaultdict(Fraction)
    for walk in walks:
        states = (START, *walk.channels, CONVERSION if walk.converts else NULL)
        for pair in pairwise(states):
            counts[pair] += walk.weight
    return counts


def probabilities(counts: Matrix) -> Matrix:
    leaving: dict[str, Fraction] = defaultdict(Fraction)
    for (state, _), count in counts.items():
        leaving[state] += count
    return {pair: count / leaving[pair[0]] for pair, count in counts.items()}


def conversion_probability(chain: Matrix, removed: str | None = None) -> Fraction:
    """From start to conversion, what would enter the removed channel going to null: Gaussian elimination."""
    states = sorted({state for pair in chain for state in pair} - {CONVERSION, NULL, removed})
    rows = [
        [int(state == other) - chain.get((state, other), Fraction(0)) for other in states]
        + [chain.get((state, CONVERSION), Fraction(0))]
        for state in states
    ]
    for place in range(len(rows)):
        pivot = next(at for at in range(place, len(rows)) if rows[at][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        lead = rows[place][place]
        rows[place] = [value / lead for value in rows[place]]
        for at, row in enumerate(rows):
            if at != place and row[place]:
                factor = row[place]
                rows[at] = [value - factor * own for value, own in zip(row, rows[place], strict=True)]
    return rows[states.index(START)][-1]


def removal_effects(walks: list[Path]) -> Credit:
    """By how much conversions fall without each channel, 0 to 1; some path must convert.

    A channel on no converting path counts too where the chain leads on from it to one that converts.
    """
    chain = probabilities(transitions(walks))
    whole = conversion_probability(chain)
    channels = {channel for walk in walks for channel in walk.channels}
    return {channel: 1 - conversion_probability(chain, channel) / whole for channel in sorted(channels)}


def markov(walks: list[Path]) -> Credit:
    """Conversions by channel: the converting weight divided as removal effects are."""
    effects = removal_effects(walks)
    total, whole = sum(effects.values()), sum(walk.weight for walk in walks if walk.converts)
    return {channel: whole * effect / total for channel, effect in effects.items()}


def shapley(walks: list[Path]) -> Credit:
    """Conversions by channel: each path's weight in equal shares over its distinct channels."""
    given: Credit = defaultdict(Fraction)
    for walk in walks:
        for channel in set(walk.channels) if walk.converts else ():
            given[channel] += walk.weight / len(set(walk.channels))
    return given


def transition_rows(walks_of: dict[str, list[Path]]) -> list[dict]:
    """Rows of rpt_channel_transition; `walks_of` has paths by conversion."""
    rows = []
    for conversion, walks in walks_of.items():
        counts = transitions(walks)
        for (state, following), probability in probabilities(counts).items():
            rows.append(
                {
                    "conversion": conversion,
                    "from_channel": state,
                    "to_channel": following,
                    "transitions": float(counts[state, following]),
                    "probability": float(probability),
                }
            )
    return rows


def channel_attribution(
    units: list[Unit], credited: list[dict], walks_of: dict[str, list[Path]]
) -> list[dict]:
    """Rows of rpt_channel_attribution; `credited` holds rows of fct_attribution_credit.

    Markov has a row for each channel of its chain, one whose removal changes nothing among them; the other models for
    each channel that they give something.
    """
    rows = []
    for conversion in CONVERSIONS:
        mine = [unit for unit in units if unit.conversion == conversion]
        whole = float(sum(unit.weight for unit in mine))
        sums: dict[tuple[str, str], list] = defaultdict(lambda: [0.0, NOTHING, None])
        for row in credited:
            if row["conversion"] == conversion:
                entry = sums[row["model"], row["channel"]]
                entry[0] += row["weight"] * row["conversion_weight"]
                entry[1] += row["attributed_amount"] or NOTHING
        walks = walks_of[conversion]
        effects = removal_effects(walks) if any(walk.converts for walk in walks) else {}
        for model, credit in (("markov", markov), ("shapley", shapley)):
            given = credit(walks) if effects else {}
            for channel, (conversions, amount) in _with_the_rest(mine, given).items():
                effect = float(effects[channel]) if model == "markov" and channel in effects else None
                sums[model, channel] = [float(conversions), amount, effect]
        rows += [
            {
                "conversion": conversion,
                "model": model,
                "channel": channel,
                "conversions": conversions,
                "share": conversions / whole,
                "attributed_amount": amount if conversion in ("opportunity", "won") else None,
                "removal_effect": effect,
            }
            for (model, channel), (conversions, amount, effect) in sums.items()
        ]
    return rows


def _with_the_rest(units: list[Unit], given: Credit) -> dict[str, tuple[Fraction, Decimal]]:
    """Conversions and money by channel: those of units with touches as given, the others unattributed."""

    def total(some: list[Unit]) -> Decimal:
        return sum((unit.amount or NOTHING for unit in some), NOTHING)

    whole = sum(given.values())
    parts = cut(
        total([unit for unit in units if unit.touches]),
        [(channel, conversions / whole) for channel, conversions in given.items()],
    )
    result = {channel: (conversions, parts[channel]) for channel, conversions in given.items()}
    rest = [unit for unit in units if not unit.touches]
    if rest:
        result[UNATTRIBUTED] = (sum((unit.weight for unit in rest), Fraction(0)), total(rest))
    return result
