"""Areas under the ROC curve, their intervals, and halves by bag."""

import numpy as np
import pytest

from xray_train.realism.telling import auc, auc_interval, halves, roc

REAL = np.array([False, False, True, True])


def test_a_perfect_score_gives_one_its_contrary_none_and_a_constant_one_half() -> None:
    scores = np.array([1.0, 2.0, 3.0, 4.0])
    assert float(auc(scores, REAL)) == 1.0
    assert float(auc(-scores, REAL)) == 0.0
    assert float(auc(np.zeros(4), REAL)) == 0.5


def test_a_patch_that_counts_twice_is_as_good_as_two() -> None:
    scores = np.array([0.2, 0.6, 0.5, 0.9])
    twice = auc(scores, REAL, np.array([1.0, 2.0, 1.0, 1.0]))
    repeated = auc(scores[[0, 1, 1, 2, 3]], REAL[[0, 1, 1, 2, 3]])
    assert float(twice) == pytest.approx(float(repeated))


def test_an_interval_holds_the_area_and_is_wider_for_fewer_bags() -> None:
    rng = np.random.default_rng(0)
    real = np.arange(400) < 200
    bag = rng.normal(0, 1, 40)  # what patches of one bag share
    scores = real * 0.7 + np.repeat(bag, 10)
    few = auc_interval(scores, real, [str(k // 10) for k in range(400)])
    many = auc_interval(scores, real, [str(k) for k in range(400)])
    assert few is not None
    assert many is not None
    assert few[0] < float(auc(scores, real)) < few[1]
    assert few[1] - few[0] > 1.5 * (many[1] - many[0])


def test_a_bag_is_in_one_half_and_halves_are_about_even() -> None:
    groups = ["large"] * 6 + [f"small {k // 2}" for k in range(12)]
    second = halves(groups, 3)
    assert len({bool(s) for s, g in zip(second, groups, strict=True) if g == "large"}) == 1
    assert all(second[k] == second[k + 1] for k in range(6, 18, 2))
    assert 8 <= second.sum() <= 10


def test_a_curve_runs_from_none_to_all() -> None:
    taken, known = roc(np.array([1.0, 2.0, 3.0, 4.0]), REAL)
    assert (taken[0], known[0], taken[-1], known[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert taken == sorted(taken)
