"""Probabilities fitted and measured: on scans whose chances are known."""

import numpy as np
import pytest

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import DataError
from xray_train.reliability import (
    Examples,
    fit,
    measure,
    measured,
    platt,
    single_boxes,
    whole_scans,
)


def drawn(count: int, slope: float = 1.0, offset: float = 0.0) -> Examples:
    """Scores whose true log-odds are slope × theirs + offset."""
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 2, count)
    truth = rng.random(count) < 1 / (1 + np.exp(-(slope * odds + offset)))
    return Examples(1 / (1 + np.exp(-odds)), truth)


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.5, -1.0), (2.0, 1.5)])
def test_the_line_that_made_the_truth_is_found_again(slope: float, offset: float) -> None:
    found = platt(drawn(20_000, slope, offset))
    assert found == (pytest.approx(slope, abs=0.06), pytest.approx(offset, abs=0.06))


def test_scores_that_mean_nothing_get_a_flat_line_but_never_a_falling_one() -> None:
    known = drawn(5_000)
    upside_down = Examples(1 - known.score, known.truth)
    assert platt(upside_down)[0] == 0.05


def test_a_few_scans_that_part_perfectly_make_no_certainty() -> None:
    slope, offset = platt(Examples(np.array([0.1] * 10 + [0.9] * 10), np.arange(20) >= 10))
    assert 1 < slope < 3
    assert abs(offset) < 0.5


def test_true_probabilities_are_found_to_be_true() -> None:
    found = measured(drawn(5_000))
    assert found["error"] < 0.02
    assert found["slope"] == pytest.approx(1, abs=0.06)
    assert [b["n"] for b in found["bins"]] == [500] * 10  # bins of equal count
    assert found["brier"] == pytest.approx(0.14, abs=0.02)


def test_one_who_says_too_much_is_found_out() -> None:
    found = measured(drawn(5_000, slope=0.4))
    assert found["slope"] == pytest.approx(0.4, abs=0.05)
    assert found["largest_error"] > 0.15


def test_bins_never_hold_fewer_than_20() -> None:
    assert [b["n"] for b in measured(drawn(45))["bins"]] == [23, 22]
    assert len(measured(drawn(5))["bins"]) == 1
    assert measured(Examples(np.zeros(0), np.zeros(0, bool)))["error"] is None


def test_a_scan_counts_where_the_truth_is_sure() -> None:
    scans = [
        judged(sample("gun"), ("gun", 0.7, HERE), ("gun", 0.8, THERE)),
        judged(sample(), ("gun", 0.2, HERE)),
        judged(sample(ignored=["gun"]), ("gun", 0.9, HERE)),  # perhaps
        judged(sample(judged=frozenset({"knife"})), ("gun", 0.9, HERE)),  # nobody looked
    ]
    known = whole_scans(scans, "gun")
    assert known.score.tolist() == [0.8, 0.2]
    assert known.truth.tolist() == [True, False]


def test_a_box_is_right_on_an_object_and_proves_nothing_where_more_may_be_unmarked() -> None:
    scan = judged(sample("gun"), ("gun", 0.7, HERE), ("gun", 0.6, HERE), ("gun", 0.01, THERE))
    known = single_boxes([scan], "gun", 0.05)
    assert (known.score.tolist(), known.truth.tolist()) == ([0.7, 0.6], [True, False])
    heap = judged(sample("gun", exhaustive=False), ("gun", 0.7, HERE), ("gun", 0.6, THERE))
    assert single_boxes([heap], "gun", 0.05).score.tolist() == [0.7]


def world(count: int = 200) -> list:
    """Guns in a quarter of the scans; scores of 0.9 are right half of the time."""
    with_gun = [judged(sample("gun", id=str(k)), ("gun", 0.9, HERE)) for k in range(count // 4)]
    without = [judged(sample(), ("gun", 0.9, HERE)) for k in range(count // 4)]
    return with_gun + without + [judged(sample(), ("gun", 0.1, HERE))] * (count // 2)


def test_the_fit_says_a_half_where_half_is_true_and_names_the_prevalence() -> None:
    found = fit(world(), ("gun", "wrench"))
    assert found.prevalence == {"gun": 0.25}
    slope, offset = found.scans["gun"]
    assert 1 / (1 + np.exp(-(slope * np.log(9) + offset))) == pytest.approx(0.5, abs=0.05)
    assert found.boxes["gun"] != (1.0, 0.0)


def test_a_label_with_few_examples_shares_the_fit_of_all() -> None:
    few = judged(sample("wrench"), ("wrench", 0.6, HERE))
    found = fit([*world(), few], ("gun", "wrench", "knife"))
    assert found.scans["wrench"] == found.scans["knife"] != found.scans["gun"]
    assert "wrench" not in found.prevalence


def test_scans_that_hold_nothing_cannot_be_fitted_on() -> None:
    with pytest.raises(DataError, match="no scan holds an object"):
        fit([judged(sample())], ("gun",))


def test_labels_that_the_scans_hold_are_measured() -> None:
    found = measure(world(), ("gun", "wrench"))
    assert list(found) == ["gun"]
    assert found["gun"]["scan"]["positives"] == 50
    assert found["gun"]["box"]["n"] == 200


def test_a_network_that_finds_nothing_yet_keeps_its_scores() -> None:
    found = fit([judged(sample("gun"), ("gun", 0.3, THERE)), judged(sample())], ("gun",))
    assert found.boxes == {}
    assert set(found.scans) == {"gun"}
