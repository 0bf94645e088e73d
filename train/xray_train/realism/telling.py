"""How well a score tells real from simulated: area under the ROC curve, with its interval.

The area is the chance that a real patch has the higher score of a real and a simulated one, ties
counting half (Hanley and McNeil, Radiology 143, 1982). 0.5 is guessing. Intervals come from drawing
groups with repetition, on either side: patches of one bag are one bag.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xray_train.bootstrap import interval, resamples

Scores = NDArray[np.float64]


def auc(scores: Scores, real: NDArray[np.bool_], weights: Scores | None = None) -> Scores:
    """Area under the ROC curve, () or (R,) for weights (R, N).

    Args:
        scores: (N,), higher for what looks real.
        real: (N,) which are; nan where one side weighs nothing.
        weights: (N,) or (R, N), how often each counts; None: once.

    >>> float(auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True])))
    0.875
    """
    counts = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    of_real = np.add.reduceat((counts * real)[..., order], starts, -1)  # (..., distinct scores)
    of_made = np.add.reduceat((counts * ~real)[..., order], starts, -1)
    below = np.cumsum(of_made, -1) - of_made / 2
    pairs = of_real.sum(-1) * of_made.sum(-1)
    with np.errstate(invalid="ignore"):
        return np.asarray((of_real * below).sum(-1) / np.where(pairs > 0, pairs, np.nan))


def auc_interval(
    scores: Scores, real: NDArray[np.bool_], groups: Sequence[str]
) -> list[float] | None:
    """95 % interval of the area; real and simulated groups are drawn apart.

    groups: (N,) the bag of each patch; a bag is real or simulated, never both.
    """
    weights = np.zeros((len(resamples(["one"])), len(scores)))
    for side in (real, ~real):
        mine = np.flatnonzero(side)
        weights[:, mine] = resamples([groups[k] for k in mine.tolist()])
    return interval(auc(scores, real, weights))


def roc(
    scores: Scores, real: NDArray[np.bool_], points: int = 60
) -> tuple[list[float], list[float]]:
    """Share of simulated patches taken for real, and of real ones known, as the threshold falls."""
    steps = np.quantile(scores, np.linspace(1, 0, points))
    taken = [float((scores[~real] >= step).mean()) for step in steps]
    known = [float((scores[real] >= step).mean()) for step in steps]
    return [0.0, *taken], [0.0, *known]


def halves(groups: Sequence[str], seed: int) -> NDArray[np.bool_]:
    """(N,) which half each is in: groups are dealt whole, the largest first, to the lesser half.

    >>> halves(["a", "a", "a", "b", "c"], 0).tolist()
    [False, False, False, True, True]
    """
    names, counts = np.unique(np.array(groups), return_counts=True)
    chance = np.random.default_rng(seed).random(len(names))
    sizes, second = [0, 0], {}
    for k in np.lexsort((chance, -counts)):
        side = int(sizes[1] < sizes[0])
        second[str(names[k])] = bool(side)
        sizes[side] += int(counts[k])
    return np.array([second[group] for group in groups], bool)
