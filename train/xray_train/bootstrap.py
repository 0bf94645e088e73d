"""95 % intervals: groups are drawn with repetition, because views of one bag are one bag."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xray_train.judged import wilson

RESAMPLES = 500  # draws; the ends of an interval move by less than 0.01 from there on
ENDS = (2.5, 97.5)  # percentiles


def resamples(groups: Sequence[str]) -> NDArray[np.float64]:  # (R, N)
    """How often each row is drawn when groups are drawn with repetition, from a fixed seed."""
    names = {group: k for k, group in enumerate(sorted(set(groups)))}
    place = np.array([names[group] for group in groups], np.intp)  # (N,)
    rng = np.random.default_rng(0)
    drawn = rng.integers(max(len(names), 1), size=(RESAMPLES, len(names)))
    counts = np.array([np.bincount(row, minlength=len(names)) for row in drawn])
    return counts[:, place].astype(np.float64)


def interval(values: NDArray[np.float64]) -> list[float] | None:
    """The middle 95 % of what the draws gave (R,), those without a figure left out."""
    if np.isnan(values).all():
        return None
    return [round(float(v), 4) for v in np.nanpercentile(values, ENDS)]


def share_interval(groups: Sequence[str], hits: Sequence[bool]) -> list[float]:
    """95 % interval of the share of rows that are hits.

    It spans what drawing gives and what the groups give as trials at the same share (Wilson,
    1927). Where few rows differ, few draws show it and drawing says too little; where groups
    differ much in size or agree within, counting them says too little. Both bounds only rise with
    the hits, and so do these. One group says nothing of others.

    >>> share_interval(["a", "a", "b", "b"], [True, True, False, False])
    [0.0, 1.0]
    >>> share_interval(["a", "b", "c", "d"], [True] * 4)
    [0.5101, 1.0]
    >>> share_interval(["a", "b", "c", "d"], [True, True, True, False])
    [0.25, 1.0]
    """
    told, count = np.array(hits, np.float64), len(set(groups))
    if count < 2:
        return [0.0, 1.0]
    weights = resamples(groups)
    drawn = interval(weights @ told / weights.sum(1)) or [0.0, 1.0]
    low, high = wilson(count * float(told.mean()), count)
    return [min(drawn[0], round(low, 4)), max(drawn[1], round(high, 4))]
