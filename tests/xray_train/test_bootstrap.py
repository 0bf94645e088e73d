"""Intervals by drawing groups with repetition: numbers that two bags allow."""

import numpy as np

from xray_train.bootstrap import RESAMPLES, interval, resamples, share_interval


def test_views_of_one_bag_are_drawn_together_and_each_draw_holds_as_many_bags() -> None:
    weights = resamples(["a", "b", "a", "c"])
    assert weights.shape == (RESAMPLES, 4)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(1) == 3).all()


def test_four_bags_two_of_them_found_may_be_all_or_none() -> None:
    """One draw in sixteen holds found bags alone; 25 views of each bag change nothing."""
    groups = [bag for bag in "abcd" for _ in range(25)]
    assert share_interval(groups, [group in "ab" for group in groups]) == [0.0, 1.0]


def test_a_hundred_bags_say_more_than_four() -> None:
    low, high = share_interval([str(k) for k in range(100)], [k < 50 for k in range(100)])
    assert 0.38 < low < 0.43
    assert 0.57 < high < 0.62


def test_where_all_agree_the_groups_count_as_trials() -> None:
    groups = [str(k // 10) for k in range(590)]  # 59 bags of ten views
    assert share_interval(groups, [True] * 590) == [0.9389, 1.0]  # 59 / (59 + 1.96²)
    assert share_interval(groups, [False] * 590) == [0.0, 0.0611]


def test_one_bag_or_none_says_nothing() -> None:
    assert share_interval([], []) == [0.0, 1.0]
    assert share_interval(["a", "a"], [True, False]) == [0.0, 1.0]


def test_draws_without_a_figure_are_left_out() -> None:
    assert interval(np.array([0.25, np.nan, 0.25])) == [0.25, 0.25]
    assert interval(np.array([np.nan])) is None
