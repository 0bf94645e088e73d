"""The bounded miss rate: what it takes, what it promises, and when the promise is broken."""

import numpy as np
import pytest

from xray import DataError
from xray_train.miss_rate import allowed_misses, bounds, coverage, needed, threshold


def test_five_percent_takes_19_scans_on_average_and_59_with_95_percent_confidence() -> None:
    assert needed(0.05) == 19
    assert needed(0.05, 0.95) == 59
    assert needed(0.01, 0.95) == 299


@pytest.mark.parametrize(
    ("count", "confidence", "misses"),
    [(18, None, -1), (19, None, 0), (39, None, 1), (58, 0.95, -1), (59, 0.95, 0), (93, 0.95, 1)],
)
def test_more_scans_allow_more_misses(count: int, confidence: float | None, misses: int) -> None:
    # 93: the textbook size of a sample with one failure allowed (95 % of 95 %)
    assert allowed_misses(count, 0.05, confidence) == misses


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("miss_rate", [0.01, 0.05, 0.1])
def test_both_bounds_hold_at_what_is_allowed_and_one_of_them_breaks_at_one_more(
    miss_rate: float, confidence: float
) -> None:
    for count in (needed(miss_rate, confidence), 500, 1237):
        most = allowed_misses(count, miss_rate, confidence)
        at, over = bounds(count, most, confidence), bounds(count, most + 1, confidence)
        assert max(at.values()) <= miss_rate + 1e-5
        assert max(over.values()) > miss_rate


def test_one_scan_too_few_is_refused_and_the_number_needed_is_named() -> None:
    with pytest.raises(DataError, match=r"18 groups hold an alarming object.* at least 19"):
        threshold(np.zeros(18), 0.05)
    with pytest.raises(DataError, match=r"58 groups .* at least 19 on average.* and 59 without"):
        threshold(np.zeros(58), 0.05, 0.95)


def test_the_threshold_is_the_weakest_scan_when_none_may_be_missed() -> None:
    values = np.linspace(0.2, 0.9, 19)
    assert threshold(values, 0.05) == 0.2
    assert np.sum(values < threshold(values, 0.05)) == 0


def test_equal_scores_never_let_more_through_than_allowed() -> None:
    values = np.full(39, 0.5)  # one may be missed, but all are alike
    assert np.sum(values < threshold(values, 0.05)) == 0


def test_scans_that_alarm_anyway_cannot_push_the_threshold_over_one() -> None:
    assert threshold(np.full(59, np.inf), 0.05, 0.95) == 1.0


SCORES = np.random.default_rng(1).beta(4, 2, 6000)  # of scans that hold a threat


def test_on_new_scans_from_the_same_scanner_the_promise_is_kept() -> None:
    mean = coverage(SCORES, 200, 0.05, None, 1000)
    assert 0.040 < mean["mean_miss_rate"] < 0.0505  # on average, hardly wasteful
    sure = coverage(SCORES, 200, 0.05, 0.95, 1000)
    assert sure["kept"] > 0.93  # 95 %, less what chance takes in 1,000 splits
    assert sure["mean_miss_rate"] < mean["mean_miss_rate"]


def test_on_another_scanner_where_threats_score_lower_the_promise_is_broken() -> None:
    shifted = SCORES**2  # the same threats, less clearly seen
    found = coverage(SCORES, 200, 0.05, 0.95, 200, shifted)
    assert found["kept"] < 0.05
    assert found["mean_miss_rate"] > 0.10
