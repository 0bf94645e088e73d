"""From a network's scores to probabilities, by their log-odds.

Two numbers a label, slope and offset, straighten the log-odds of its raw scores (Platt, 1999).
They hold at the prevalence of the scans that they were fitted on; at another one, all odds are
multiplied by the ratio of the prior odds (Bayes; Saerens et al., Neural Computation 2002).
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xray.errors import ModelError

Lines = NDArray[np.float64]  # (C, 2): slope and offset of each label
CERTAIN = 1e-6  # raw scores nearer to 0 or 1 than this are not told apart


def log_odds(probability: ArrayLike) -> NDArray[np.float64]:
    """Of probabilities, kept off 0 and 1.

    >>> log_odds([0.5]).tolist()
    [0.0]
    """
    kept = np.clip(np.asarray(probability, np.float64), CERTAIN, 1 - CERTAIN)
    return np.log(kept / (1 - kept))


def lines(
    labels: Sequence[str],
    fitted: Mapping[str, tuple[float, float]],
    shifts: Mapping[str, float] | None = None,
) -> Lines:
    """Slope and offset by label, in their order; (1, 0) where nothing is to be changed."""
    moved = shifts or {}
    rows = [fitted.get(label, (1.0, 0.0)) for label in labels]
    return np.array(
        [(slope, offset + moved.get(label, 0.0)) for label, (slope, offset) in
         zip(labels, rows, strict=True)],
    ).reshape(-1, 2)  # fmt: skip


def straighten(raw: NDArray[np.float32], rows: Lines) -> NDArray[np.float32]:
    """Probabilities of raw scores (N,), each by its own slope and offset (N, 2).

    >>> straighten(np.array([0.9], np.float32), np.array([[1.0, -math.log(9)]])).round(3).tolist()
    [0.5]
    """
    same = (rows[:, 0] == 1) & (rows[:, 1] == 0)
    if same.all():
        return raw
    bent = 1 / (1 + np.exp(-(log_odds(raw) * rows[:, 0] + rows[:, 1])))
    return np.where(same, raw, bent).astype(np.float32)


def shift(prevalence: float, prior: float) -> float:
    """What the log-odds gain where `prior` of the scans hold the object, not `prevalence`."""
    if prior == prevalence:
        return 0.0
    return math.log(prior / (1 - prior)) - math.log(prevalence / (1 - prevalence))


def moved(probability: float, by: float) -> float:
    """A probability whose log-odds gain `by`.

    >>> round(moved(0.5, math.log(9)), 3)
    0.9
    """
    if by == 0 or not 0 < probability < 1:
        return probability
    return 1 / (1 + (1 - probability) / probability * math.exp(-by))


def shifts(
    name: str, prevalence: Mapping[str, float], prior: Mapping[str, float]
) -> dict[str, float]:
    """Label → what its log-odds gain under this prior.

    Raises:
        ModelError: the card states no prevalence of a label, or a prior is no share.
    """
    for label, share in prior.items():
        if label not in prevalence:
            stated = ", ".join(sorted(prevalence)) or "none"
            raise ModelError(
                f"prior: the card of {name} states no prevalence of {label} to start from; "
                f"it states those of: {stated}"
            )
        if not 0 < share < 1:
            raise ModelError(f"prior: {label} must lie between 0 and 1, got {share}")
    return {label: shift(prevalence[label], share) for label, share in prior.items()}
