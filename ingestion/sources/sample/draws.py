"""How the simulator draws: choices by weight, waiting times, chances, each for a whole array at once.

Distributions only; what is drawn and why stands with the people, the funnel and the deals.
"""

from __future__ import annotations

import numpy as np

DAY = 86_400
HOUR = 3_600
MINUTE = 60
NEVER = 1 << 40
"""Seconds since 1970 of what does not happen: later than any horizon, and safe to add waits to."""

Random = np.random.Generator


def generator(seed: int, *parts: int) -> Random:
    """An independent stream for a part of the sample, the same for the same seed and part."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *parts])))


def chance(rng: Random, probability: np.ndarray | float, size: int) -> np.ndarray:
    """Booleans, true with `probability` (one for all, or one each)."""
    return rng.random(size) < probability


def pick(rng: Random, weights: np.ndarray, size: int) -> np.ndarray:
    """Positions in `weights`, each as often as its weight says."""
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], rng.random(size), side="right")


def pick_by(rng: Random, table: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """A column of `table` for each of `rows`, by the weights of that row."""
    cumulative = np.cumsum(table, axis=1)
    cumulative = cumulative / cumulative[:, -1:]
    stacked = (cumulative + np.arange(len(table))[:, None]).ravel()
    found = np.searchsorted(stacked, rows + rng.random(len(rows)), side="right") - rows * table.shape[1]
    return np.minimum(found, table.shape[1] - 1)


def waits(rng: Random, median_days: np.ndarray | float, spread: float, size: int) -> np.ndarray:
    """Lognormal waiting times in whole seconds; `spread` is the sigma of their logarithm."""
    return (np.exp(rng.normal(0, spread, size)) * median_days * DAY).astype(np.int64)


def fades(rng: Random, mean_days: np.ndarray | float, size: int) -> np.ndarray:
    """Exponential waiting times in whole seconds."""
    return (rng.exponential(1, size) * mean_days * DAY).astype(np.int64)


def repeated(counts: np.ndarray) -> np.ndarray:
    """The position of each owner, as often as `counts` says: [2, 0, 1] gives [0, 0, 2]."""
    return np.repeat(np.arange(len(counts)), counts)


def ordinals(counts: np.ndarray) -> np.ndarray:
    """0, 1, ... within each owner, along `repeated(counts)`."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
