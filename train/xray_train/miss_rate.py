"""A miss rate that is bounded, not hoped for: the numbers alone.

A miss is a scan that holds an alarming object and would be cleared. The rate is over such scans
only, one of each group. Cleared are scans whose outcome is CLEAR and whose strongest alarming
probability lies under the threshold, so the misses can only grow with it, and two statements hold
for any model and any data, as long as new scans come from where these came from:

- on average over calibrations: conformal risk control, (n/(n+1))·R + 1/(n+1) ≤ miss rate
  (Angelopoulos et al., ICLR 2024, theorem 1);
- for this calibration, with the confidence asked for: the exact binomial upper limit (Clopper and
  Pearson, 1934) of the misses is at most the miss rate; taking the largest threshold for which
  that is so is allowed because the misses only grow (Bates et al., J. ACM 2021, theorem 1).
"""

import math

import numpy as np
from numpy.typing import NDArray

from xray.errors import DataError

NEVER = math.inf  # of a scan that is not cleared under any threshold: ALARM or UNKNOWN


def needed(miss_rate: float, confidence: float | None = None) -> int:
    """Scans with an alarming object, none of them missed, that the promise takes.

    >>> needed(0.05), needed(0.05, 0.95)
    (19, 59)
    """
    mean = math.ceil(1 / miss_rate - 1 - 1e-9)
    if confidence is None:
        return mean
    return max(mean, math.ceil(math.log(1 - confidence) / math.log(1 - miss_rate) - 1e-9))


def allowed_misses(count: int, miss_rate: float, confidence: float | None = None) -> int:
    """How many of this many scans may be missed; -1: too few scans for the promise.

    >>> allowed_misses(19, 0.05), allowed_misses(18, 0.05), allowed_misses(59, 0.05, 0.95)
    (0, -1, 0)
    """
    from scipy.stats import binom

    mean = math.floor(miss_rate * (count + 1) + 1e-9) - 1
    if confidence is None:
        return mean
    misses = np.arange(max(mean, 0) + 1)
    sure = binom.cdf(misses, count, miss_rate) <= 1 - confidence  # true, then false
    return min(mean, int(sure.sum()) - 1)


def refuse_few(count: int, miss_rate: float, confidence: float | None = None) -> None:
    """See that so many scans with an alarming object are enough for the promise.

    Raises:
        DataError: they are too few; says how many it takes.
    """
    if allowed_misses(count, miss_rate, confidence) < 0:
        raise DataError(_too_few(count, miss_rate, confidence))


def threshold(
    values: NDArray[np.float64], miss_rate: float, confidence: float | None = None
) -> float:
    """The largest threshold that keeps the promise on these scans with an alarming object.

    Args:
        values: (N,) strongest alarming probability of each, NEVER where it is not cleared anyway.
        miss_rate: share of them that may be cleared.
        confidence: None: on average over calibrations alone.

    Raises:
        DataError: there are too few of them.
    """
    refuse_few(len(values), miss_rate, confidence)
    allowed = allowed_misses(len(values), miss_rate, confidence)
    return min(1.0, float(np.sort(values)[allowed]))  # under it lie at most `allowed`


def bounds(count: int, misses: int, confidence: float | None) -> dict[str, float]:
    """What is promised of `misses` out of `count`: the mean, and the upper limit."""
    from scipy.stats import beta

    said = {"mean_at_most": round((misses + 1) / (count + 1), 5)}
    if confidence is not None:
        upper = beta.ppf(confidence, misses + 1, count - misses) if misses < count else 1.0
        said["upper_limit"] = round(float(upper), 5)
    return said


def coverage(
    values: NDArray[np.float64],
    seen: int,
    miss_rate: float,
    confidence: float | None,
    repeats: int,
    shifted: NDArray[np.float64] | None = None,
) -> dict[str, float]:
    """How well the promise is kept: calibrated on some scans, counted on the others, repeatedly.

    Args:
        values: (N,) as for `threshold`.
        seen: how many calibrate; the rest are counted on.
        miss_rate, confidence: what is promised.
        repeats: splits, by chance from a fixed seed.
        shifted: (N,) the same scans from another scanner, to be counted on instead.

    Returns:
        mean_miss_rate, and kept: the share of splits whose miss rate is at most `miss_rate`.
    """
    rng, rates = np.random.default_rng(0), []
    for _ in range(repeats):
        order = rng.permutation(len(values))
        limit = threshold(values[order[:seen]], miss_rate, confidence)
        rest = (values if shifted is None else shifted)[order[seen:]]
        rates.append(float(np.mean(rest < limit)))
    return {
        "mean_miss_rate": float(np.mean(rates)),
        "kept": float(np.mean(np.array(rates) <= miss_rate)),
    }


def _too_few(count: int, miss_rate: float, confidence: float | None) -> str:
    text = (
        f"{count} groups hold an alarming object; a miss rate of {miss_rate:g} takes at least "
        f"{needed(miss_rate)}"
    )
    if confidence is None:
        return f"{text}; add scans"
    return (
        f"{text} on average (--confidence 0), and {needed(miss_rate, confidence)} without a miss "
        f"for {confidence:.0%} confidence; add scans, or promise less"
    )
