"""A series as a line of bars, for texts. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], cells: int = 60) -> str:
    """A bar for each value between the lowest and the highest; more than `cells` values are averaged into that many.

    A value that is no number leaves a gap.
    """
    points = _averaged(values, cells)
    known = [point for point in points if math.isfinite(point)]
    if not known:
        return ""
    low, high = min(known), max(known)
    return "".join(_bar(point, low, high) for point in points)


def _averaged(values: Sequence[float], cells: int) -> list[float]:
    if len(values) <= cells:
        return list(values)
    edges = [index * len(values) // cells for index in range(cells + 1)]
    return [_mean(values[start:end]) for start, end in pairwise(edges)]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return math.fsum(value / len(known) for value in known) if known else math.nan


def _bar(point: float, low: float, high: float) -> str:
    if not math.isfinite(point):
        return "·"
    if low == high:
        return _BARS[0]
    # Halved first: the distance of two huge values may be no number.
    return _BARS[round((point / 2 - low / 2) / (high / 2 - low / 2) * (len(_BARS) - 1))]
