"""Intervals by drawing groups with repetition: numbers that two bags allow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=24), st.data())
def test_bounds_rise_with_the_hits_and_hold_the_share(
    rows: list[tuple[int, bool]], data: st.DataObject
) -> None:
    groups, hits = [str(group) for group, _ in rows], [hit for _, hit in rows]
    low, high = share_interval(groups, hits)
    assert low <= round(sum(hits) / len(hits), 4) <= high
    more = list(hits)
    more[data.draw(st.integers(0, len(rows) - 1))] = True
    better = share_interval(groups, more)
    assert (low <= better[0], high <= better[1]) == (True, True)


@pytest.mark.parametrize("missed", [1, 2, 3])
def test_one_more_failure_never_narrows_an_interval_towards_success(missed: int) -> None:
    """By drawing alone, 9 of 9 in four bags were 0.51 to 1, and 8 of 9 were 0.79 to 1."""
    bags = [*"aaaabbccd"]
    before, after = (share_interval(bags, [k >= m for k in range(9)]) for m in (missed - 1, missed))
    assert after[0] < before[0]
    assert after[1] <= before[1]
