"""Probability means probability: fitted on scans that neither taught nor score, then measured.

Fitted are a slope and an offset on the log-odds of raw scores (Platt, 1999), for the boxes and
for whole scans, label by label; labels with too few examples share one fit of all labels. Measured
is how often what was said to be so is so, in bins of equal count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray.candidates import LEAST_SCORE
from xray.errors import DataError
from xray.odds import log_odds
from xray_train.judged import Judged, hinted, looked_for, marked, match, strongest

Line = tuple[float, float]  # slope and offset on log-odds

FIT_FROM = 0.01  # raw score of boxes that are fitted on; the many under it would outvote them
LEAST_EXAMPLES = 10  # of each kind, for a label to have a fit of its own
RIDGE = 1.0  # pull of the slope towards 1, in examples: a few scans make no steep line
SLOPES = (0.05, 20.0)  # over zero, so that what scored higher stays more probable
BOX_FROM = 0.05  # probability of boxes that are measured; nobody asks about the rest
BINS, LEAST_BIN = 10, 20  # at most so many bins, of at least so many examples


@dataclass(frozen=True)
class Fit:
    """What the card says of probabilities.

    Attributes:
        boxes: label → line of a box.
        scans: label → line of a whole scan, by its strongest box.
        prevalence: label → share of the fitted scans that hold it, where it has its own fit.
    """

    boxes: dict[str, Line]
    scans: dict[str, Line]
    prevalence: dict[str, float]


class Examples(NamedTuple):
    """Scores or probabilities, and whether it was so."""

    score: NDArray[np.float64]  # (N,)
    truth: NDArray[np.bool_]  # (N,)

    def enough(self) -> bool:
        """Of either kind, for a fit of its own."""
        return bool(min(self.truth.sum(), (~self.truth).sum()) >= LEAST_EXAMPLES)


def fit(judged: Sequence[Judged], labels: Sequence[str]) -> Fit:
    """Lines for all labels, from raw scores.

    Raises:
        DataError: the scans hold nothing to fit on.
    """
    scans = {label: whole_scans(judged, label) for label in labels}
    if not any(known.truth.any() for known in scans.values()):
        raise DataError("no scan holds an object of the model's labels: nothing to fit on")
    boxes = {label: single_boxes(judged, label, FIT_FROM) for label in labels}
    return Fit(
        boxes=_lines(boxes),
        scans=_lines(scans),
        prevalence={
            label: round(float(known.truth.mean()), 4)
            for label, known in scans.items()
            if known.enough()
        },
    )


def whole_scans(judged: Sequence[Judged], label: str) -> Examples:
    """A score for each scan that surely holds the label or surely does not."""
    known = [j for j in looked_for(judged, label) if marked(j, label) or not hinted(j, label)]
    said = [j.report.presence.get(label, strongest(j, (label,))) for j in known]
    return Examples(np.array(said, np.float64), np.array([marked(j, label) for j in known], bool))


def single_boxes(judged: Sequence[Judged], label: str, least: float) -> Examples:
    """A score for each box that is surely right or surely wrong."""
    scores, truth = [], []
    for one in looked_for(judged, label):
        # More of what is marked may be there unmarked: a box that hits nothing proves nothing.
        open_ended = not one.sample.exhaustive and marked(one, label)
        for found in match(one, label):
            right = found.object is not None
            if found.detection.score >= least and found.counts and (right or not open_ended):
                scores.append(found.detection.score)
                truth.append(right)
    return Examples(np.array(scores, np.float64), np.array(truth, bool))


def _lines(by_label: dict[str, Examples]) -> dict[str, Line]:
    held = [known for known in by_label.values() if known.truth.any()]
    if not held:
        return {}  # a network that finds nothing yet: its scores stay as they are
    pooled = platt(Examples(*(np.concatenate(column) for column in zip(*held, strict=True))))
    return {label: platt(known) if known.enough() else pooled for label, known in by_label.items()}


def platt(known: Examples, ridge: float = RIDGE) -> Line:
    """The slope and offset that make these scores probable, by maximum likelihood.

    Targets are smoothed as in Platt (1999), and the slope is pulled towards 1, so that a few
    scans that happen to be parted perfectly make no certainty.
    """
    from scipy.optimize import minimize

    x = log_odds(np.maximum(known.score, LEAST_SCORE))
    yes, no = known.truth.sum(), (~known.truth).sum()
    target = np.where(known.truth, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = line[0] * x + line[1]
        cost = np.logaddexp(0, odds) - target * odds
        slack = 1 / (1 + np.exp(-odds)) - target
        pull = line[0] - 1
        slope = slack @ x + ridge * pull
        return float(cost.sum() + ridge * pull**2 / 2), np.array([slope, slack.sum()])

    found = minimize(loss, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=[SLOPES, (-20, 20)])
    return round(float(found.x[0]), 5), round(float(found.x[1]), 5)


def measure(judged: Sequence[Judged], labels: Sequence[str]) -> dict[str, Any]:
    """How far the probabilities hold, for every label that these scans hold, as plain values."""
    rows = {}
    for label in labels:
        scans = whole_scans(judged, label)
        if scans.truth.any():
            boxes = single_boxes(judged, label, BOX_FROM)
            rows[label] = {"scan": measured(scans), "box": measured(boxes)}
    return rows


def measured(known: Examples) -> dict[str, Any]:
    """Bins of equal count, the mean and the largest error, Brier score and slope.

    The slope is that of truth over what was said, in log-odds: 1 is right, under 1 says too much.
    """
    count = len(known.score)
    order = np.argsort(known.score, kind="stable")
    parts = np.array_split(order, int(np.clip(count // LEAST_BIN, 1, BINS)))
    bins = [
        {
            "n": len(part),
            "said": round(float(known.score[part].mean()), 4),
            "true": round(float(known.truth[part].mean()), 4),
        }
        for part in parts
        if len(part)
    ]
    errors = np.array([abs(b["said"] - b["true"]) for b in bins])
    weights = np.array([b["n"] for b in bins])
    return {
        "n": count,
        "positives": int(known.truth.sum()),
        "error": round(float(np.average(errors, weights=weights)), 4) if count else None,
        "largest_error": round(float(errors.max()), 4) if count else None,
        "brier": round(float(np.mean((known.score - known.truth) ** 2)), 4) if count else None,
        "slope": platt(known, ridge=0.01)[0] if known.enough() else None,
        "bins": bins,
    }
