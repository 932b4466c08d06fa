"""Markov and Shapley: by hand, by iterating the chain, and against all orders of the channels.

Touch models are tested elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import factorial
from random import Random

import pytest

from tests.oracle.agreements import agreement
from tests.oracle.cases import became, deal, lead, marts, touch
from tests.oracle.channel_credit import (
    CONVERSION,
    START,
    Path,
    conversion_probability,
    markov,
    probabilities,
    removal_effects,
    shapley,
    transitions,
)
from tests.oracle.compute import compute
from tests.oracle.warehouse import number_rows
from tests.oracle.worlds import World


def path(channels: str, weight: Fraction | int = 1, converts: bool = True) -> Path:
    return Path(tuple(channels), Fraction(weight), converts)


def random_paths(seed: int) -> list[Path]:
    random = Random(seed)
    some = [
        path(
            "".join(random.choices("abcd", k=random.randint(1, 5))),
            Fraction(1, random.randint(1, 3)),
            converts,
        )
        for converts in (True, False)
        for _ in range(6)
    ]
    return [*some, path("abcd")]


def test_removal_effects_by_hand():
    walks = [path("ab"), path("a", converts=False), path("b")]
    # start: a 2/3, b 1/3; a: b 1/2, null 1/2; b: conversion. Together 2/3*1/2 + 1/3 = 2/3, without a 1/3, without b 0.
    assert conversion_probability(probabilities(transitions(walks))) == Fraction(2, 3)
    assert removal_effects(walks) == {"a": Fraction(1, 2), "b": Fraction(1)}
    # Effects of 1/2 and 1 divide the two conversions one to two.
    assert markov(walks) == {"a": Fraction(2, 3), "b": Fraction(4, 3)}


def test_channels_may_be_called_like_the_ends_of_a_path():
    names = {"a": "start", "b": "null", "c": "conversion"}
    for seed in range(3):
        plain = [walk for walk in random_paths(seed) if "d" not in walk.channels]
        plain.append(path("abc"))
        named = [
            Path(tuple(names[each] for each in walk.channels), walk.weight, walk.converts) for walk in plain
        ]
        effects = {names[each]: effect for each, effect in removal_effects(plain).items()}
        assert removal_effects(named) == effects


def test_repeats_of_a_channel_stay():
    walks = [path("aab"), path("a", converts=False)]
    # a is left three times: to a, to b and to null.
    assert probabilities(transitions(walks))["a", "a"] == Fraction(1, 3)
    # x = x/3 + 1/3, so a leads to a conversion every second time.
    assert conversion_probability(probabilities(transitions(walks))) == Fraction(1, 2)


def test_channels_of_null_paths_count_where_the_chain_leads_on():
    walks = [path("a"), path("ca", converts=False), path("d", converts=False)]
    # start: a, c and d 1/3 each; c: a; a: conversion 1/2. Together 1/3*1/2 + 1/3*1/2 = 1/3, without c 1/6.
    assert removal_effects(walks) == {"a": Fraction(1), "c": Fraction(1, 2), "d": Fraction(0)}


@pytest.mark.parametrize("seed", range(10))
def test_elimination_agrees_with_walking_the_chain(seed: int):
    chain = probabilities(transitions(random_paths(seed)))
    for removed in (None, *"abcd"):
        there, converted = {START: 1.0}, 0.0
        for _ in range(400):
            following: dict[str, float] = {}
            for (state, to), probability in chain.items():
                following[to] = following.get(to, 0.0) + there.get(state, 0.0) * float(probability)
            converted += following.pop(CONVERSION, 0.0)
            there = {state: mass for state, mass in following.items() if state not in (removed, "null")}
        assert float(conversion_probability(chain, removed)) == pytest.approx(converted, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_shapley_is_the_mean_gain_over_all_orders(seed: int):
    walks = random_paths(seed)

    def worth(channels: set[str]) -> Fraction:
        return sum(
            (walk.weight for walk in walks if walk.converts and set(walk.channels) <= channels), Fraction(0)
        )

    gains = dict.fromkeys("abcd", Fraction(0))
    for order in permutations("abcd"):
        for place, channel in enumerate(order):
            gains[channel] += worth({*order[: place + 1]}) - worth({*order[:place]})
    assert shapley(walks) == {channel: gain / factorial(4) for channel, gain in gains.items()}


def test_paths_come_from_units_and_from_journeys_without_one():
    result = marts(
        crm_lead=[
            lead("1", 10, email="a@a.example"),
            lead("2", 10, email="b@b.example"),
            lead("3", 10, email="c@c.example"),
        ],
        crm_lead_history=[became("1", "mql", 12), became("3", "mql", 12)],
        crm_opportunity=[deal("o", 13, 14, lead_id="1")],
        marketing_touch=[
            touch("t1", 2, "email"),
            touch("t2", 3, "event"),
            touch("t3", 20, "email", "b@b.example"),
        ],
    )
    assert {
        (row["from_channel"], row["to_channel"]): (row["transitions"], row["probability"])
        for row in result["rpt_channel_transition"]
        if row["conversion"] == "mql"
    } == {
        ("START", "email"): (2.0, 1.0),
        ("email", "event"): (1.0, 0.5),
        ("email", "NULL"): (1.0, 0.5),
        ("event", "CONVERSION"): (1.0, 1.0),
    }
    rows = {
        (row["model"], row["channel"]): row
        for row in result["rpt_channel_attribution"]
        if row["conversion"] == "mql"
    }
    for model in ("markov", "shapley"):
        # Two MQLs: one has touches of both channels, the other has none.
        assert {channel: row["share"] for (name, channel), row in rows.items() if name == model} == {
            "email": 0.25,
            "event": 0.25,
            "unattributed": 0.5,
        }
    assert rows["markov", "email"]["removal_effect"] == 1.0
    assert rows["shapley", "email"]["removal_effect"] is None
    won = [row for row in result["rpt_channel_attribution"] if row["conversion"] == "won"]
    assert {row["attributed_amount"] for row in won if row["model"] == "markov"} == {50}


@pytest.mark.parametrize("number", range(12))
def test_every_model_gives_away_all_conversions_and_all_cents_of_a_world(number: int):
    shared = agreement(number)
    result = compute(number_rows(World(shared, 1).rows), shared.seeds, shared.variables)
    totals: dict[tuple[str, str], list] = {}
    for row in result["rpt_channel_attribution"]:
        total = totals.setdefault((row["conversion"], row["model"]), [0.0, 0.0, 0])
        total[0] += row["conversions"]
        total[1] += row["share"]
        total[2] += row["attributed_amount"] or 0
    for conversion in {conversion for conversion, _ in totals}:
        mine = {model: total for (name, model), total in totals.items() if name == conversion}
        assert len({total[2] for total in mine.values()}) == 1
        assert [total[0] for total in mine.values()] == pytest.approx([mine["linear"][0]] * len(mine))
        assert [total[1] for total in mine.values()] == pytest.approx([1.0] * len(mine))
