"""Attribution against what others published: paths become people, and the real models weigh them.

Random worlds are compared with the oracle in `tests/oracle`; here only figures that somebody else printed, and
solutions by another method than ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise, permutations
from math import factorial
from pathlib import Path
from random import Random

import numpy as np
import pytest

from tests.oracle.warehouse import number_rows, run_worlds

AS_OF = datetime(2026, 7, 1)
BORN = datetime(2026, 6, 1)
META = {"_source_system": "crm", "_load_id": "1", "_loaded_at": AS_OF}

Paths = list[tuple[Sequence[str], int, int]]
"""Channels, most of them letters, how many such paths convert, how many do not."""

# Sergey Bryl, analyzecore.com, 3 August 2016, "Marketing Multi-Channel Attribution model with R (part 1: Markov chains
# concept)": C1 > C2 > C3 converts, C1 and C2 > C3 do not.
BRYL: Paths = [("123", 1, 0), ("1", 0, 1), ("23", 0, 1)]
# Serhii Puzyrov, serhiipuzyrov.com, July 2019, "Markov Chain Attribution - simple explanation of removal effect":
# Google Ads (g) and mailing (m).
PUZYROV: Paths = [("g", 2, 1), ("m", 1, 0), ("gm", 1, 0)]

# README of github.com/jmwoloso/pychattr, after the R package ChannelAttribution: paths with repeats, none without a
# conversion. It printed 1.991106 and 1.008894 conversions, of 10,000 random walks.
PYCHATTR: Paths = [("ababba", 1, 0), ("abbaa", 1, 0), ("aa", 1, 0)]


def random_paths(seed: int) -> Paths:
    random = Random(seed)
    return [
        (
            "".join(random.choices("abcdef", k=random.randint(1, 7))),
            random.randint(0, 2),
            random.randint(0, 2),
        )
        for _ in range(25)
    ]


def attributed(paths: Paths, folder: Path) -> dict[str, list[dict]]:
    """Marts of a company in which each path is a lead's, and a conversion its declared MQL."""
    leads, touches, history = [], [], []
    for channels, converting, lost in paths:
        for number in range(converting + lost):
            key = f"L{len(leads):04}"
            email = f"{key}@example.com"
            leads.append({"lead_id": key, "email": email, "created_at": BORN, "updated_at": BORN})
            touches += [
                {
                    "touch_id": f"{key}-{place:02}",
                    "email": email,
                    "touch_type": "visit",
                    "channel": channel,
                    "occurred_at": BORN + timedelta(hours=1 + place),
                }
                for place, channel in enumerate(channels)
            ]
            if number < converting:
                event = {"history_id": key, "lead_id": key, "field": "status", "new_value": "MQL"}
                history.append(event | {"changed_at": BORN + timedelta(days=2)})
    tables = {"crm_lead": leads, "marketing_touch": touches, "crm_lead_history": history}
    landed = number_rows({table: [META | row for row in rows] for table, rows in tables.items()})
    words = [{"source_system": None, "object": "lead", "value": "MQL", "stage": "mql"}]
    return run_worlds(landed, {"stage_mapping": words}, {"as_of": AS_OF}, folder)


def column(marts: dict[str, list[dict]], model: str, name: str) -> dict[str, float]:
    return {
        row["channel"]: row[name]
        for row in marts["rpt_channel_attribution"]
        if (row["conversion"], row["model"]) == ("mql", model)
    }


def matrix(marts: dict[str, list[dict]]) -> dict[tuple[str, str], float]:
    return {
        (row["from_channel"], row["to_channel"]): row["probability"]
        for row in marts["rpt_channel_transition"]
        if row["conversion"] == "mql"
    }


def test_bryls_example_of_the_markov_concept(tmp_path):
    marts = attributed(BRYL, tmp_path)
    published = {
        ("START", "1"): 2 / 3,
        ("START", "2"): 1 / 3,
        ("1", "2"): 1 / 2,
        ("1", "NULL"): 1 / 2,
        ("2", "3"): 1,
        ("3", "CONVERSION"): 1 / 2,
        ("3", "NULL"): 1 / 2,
    }
    assert matrix(marts) == pytest.approx(published, abs=1e-6)
    assert column(marts, "markov", "removal_effect") == pytest.approx({"1": 0.5, "2": 1, "3": 1}, abs=1e-6)
    assert column(marts, "markov", "conversions") == pytest.approx({"1": 0.2, "2": 0.4, "3": 0.4}, abs=1e-6)


def test_channels_named_as_the_ends_of_a_path_are_channels(tmp_path):
    names = {"1": "Start", "2": "conversion", "3": " null "}
    marts = attributed(
        [([names[channel] for channel in channels], *times) for channels, *times in BRYL], tmp_path
    )
    assert matrix(marts) == pytest.approx(
        {
            ("START", "start"): 2 / 3,
            ("START", "conversion"): 1 / 3,
            ("start", "conversion"): 1 / 2,
            ("start", "NULL"): 1 / 2,
            ("conversion", "null"): 1,
            ("null", "CONVERSION"): 1 / 2,
            ("null", "NULL"): 1 / 2,
        },
        abs=1e-6,
    )
    effects = {"start": 0.5, "conversion": 1, "null": 1}
    assert column(marts, "markov", "removal_effect") == pytest.approx(effects, abs=1e-6)


def test_puzyrovs_simple_explanation(tmp_path):
    marts = attributed(PUZYROV, tmp_path)
    published = {
        ("START", "g"): 0.8,
        ("START", "m"): 0.2,
        ("g", "CONVERSION"): 0.5,
        ("g", "m"): 0.25,
        ("g", "NULL"): 0.25,
        ("m", "CONVERSION"): 1,
    }
    assert matrix(marts) == pytest.approx(published, abs=1e-6)
    # 0.8 convert; 0.2 without Google Ads, 0.4 without mailing.
    assert column(marts, "markov", "removal_effect") == pytest.approx({"g": 0.75, "m": 0.5}, abs=1e-6)


def test_pychattrs_paths_with_repeats(tmp_path):
    marts = attributed(PYCHATTR, tmp_path)
    published = {"a": 1.991106, "b": 1.008894}
    # Its walks are random: two standard deviations of a share of 10,000, of three conversions.
    assert column(marts, "markov", "conversions") == pytest.approx(published, abs=3 * 2 * 0.005)
    # Exactly: of eight steps from a three convert and three go to b: half is lost without b, all without a.
    assert column(marts, "markov", "removal_effect") == pytest.approx({"a": 1, "b": 0.5}, abs=1e-9)


def test_any_paths_against_a_linear_solver_and_all_orders(tmp_path):
    paths = random_paths(20260701)
    marts = attributed(paths, tmp_path)
    assert column(marts, "markov", "removal_effect") == pytest.approx(solved_effects(paths), abs=1e-9)
    assert column(marts, "shapley", "conversions") == pytest.approx(shapley_by_orders(paths), abs=1e-9)
    for model, weigh in HEURISTICS.items():
        given: dict[str, float] = defaultdict(float)
        for channels, converting, _ in paths:
            for channel, weight in weigh(channels):
                given[channel] += weight * converting
        given = {channel: conversions for channel, conversions in given.items() if conversions}
        assert column(marts, model, "conversions") == pytest.approx(given, abs=1e-6), model


HEURISTICS = {
    "first_touch": lambda channels: [(channels[0], 1)],
    "last_touch": lambda channels: [(channels[-1], 1)],
    "linear": lambda channels: [(channel, 1 / len(channels)) for channel in channels],
}


def solved_effects(paths: Paths) -> dict[str, float]:
    """Removal effects by solving the chain with LAPACK, once per removed channel."""
    counts: dict[tuple[str, str], float] = defaultdict(float)
    for channels, converting, lost in paths:
        for end, times in (("conversion", converting), ("null", lost)):
            states = ["start", *channels, end]
            for pair in pairwise(states):
                counts[pair] += times
    states = sorted({state for (state, _), times in counts.items() if times})
    place = {state: at for at, state in enumerate(states)}
    moves, exits = np.zeros((len(states), len(states))), np.zeros(len(states))
    for state in states:
        leaving = sum(times for (origin, _), times in counts.items() if origin == state)
        for (origin, to), times in counts.items():
            if origin == state and to in place:
                moves[place[state], place[to]] += times / leaving
            elif origin == state and to == "conversion":
                exits[place[state]] += times / leaving

    def conversion(removed: str | None) -> float:
        kept = moves.copy()
        if removed:
            kept[:, place[removed]] = 0
        return float(np.linalg.solve(np.eye(len(states)) - kept, exits)[place["start"]])

    whole = conversion(None)
    return {state: 1 - conversion(state) / whole for state in states if state != "start"}


def shapley_by_orders(paths: Paths) -> dict[str, float]:
    """What each channel adds on average over all orders in which channels may join."""
    players = sorted({channel for channels, converting, _ in paths if converting for channel in channels})
    added: dict[str, float] = defaultdict(float)

    def worth(coalition: set[str]) -> int:
        return sum(converting for channels, converting, _ in paths if set(channels) <= coalition)

    for order in permutations(players):
        for place, channel in enumerate(order):
            added[channel] += worth({*order[: place + 1]}) - worth({*order[:place]})
    return {channel: total / factorial(len(players)) for channel, total in added.items()}
