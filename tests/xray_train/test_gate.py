"""Whether a new model may take an old one's place, in numbers that can be checked by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Profile
from xray_train.gate import LEAST_GROUPS, Comparison, compare, lacking, proven
from xray_train.judged import Judged
from xray_train.working_point import lower_bound

PROFILE = Profile(default_threshold=0.5)
GUN = ("gun",)


def held(scores: Sequence[float], label: str = "gun") -> list[Judged]:
    """A scan for each score, all of bags of their own, in which the object gets that score."""
    return [
        judged(sample(label, id=f"{label} {k}"), (label, score, HERE))
        for k, score in enumerate(scores)
    ]


def clean(scores: Sequence[float], label: str = "gun") -> list[Judged]:
    """A scan for each score with nothing in it, where the model thinks of something."""
    return [judged(sample(id=f"clean {k}"), (label, s, THERE)) for k, s in enumerate(scores)]


CLEAN = clean([0.9, 0.6] + [0.2] * 38)  # two of forty alarm: Pfa 0.05


def guns(found: int, of: int = 40) -> list[Judged]:
    return held([0.95] * found + [0.1] * (of - found)) + CLEAN


def test_a_gain_of_a_quarter_is_at_least_six_of_forty() -> None:
    # Of 40 draws, the number that hit one of the 10 gained is binomial with n = 40, p = 1/4:
    # P(5 or fewer) = 0.043, P(6 or fewer) = 0.096, so all but 5 % of draws show at least 6.
    found = compare(guns(30), guns(40), PROFILE, GUN)
    assert found.overall.pd == (0.75, 1.0)
    assert found.overall.bound == pytest.approx(6 / 40)
    assert found.labels[0].bound == found.overall.bound
    assert found.passes


def test_one_lost_of_forty_blocks() -> None:
    # Binomial with n = 40, p = 1/40: P(2 or fewer) = 0.92, P(3 or fewer) = 0.98.
    found = compare(guns(40), guns(39), PROFILE, GUN)
    assert found.overall.bound == pytest.approx(-3 / 40)
    assert found.problems == [
        "all labels together: Pd may have changed by -0.075; it must not fall",
        "gun: Pd may have changed by -0.075; -0.02 is the least",
    ]


def test_ten_gained_for_one_lost_pass() -> None:
    old = held([0.1] * 10 + [0.95] * 31) + CLEAN
    new = held([0.95] * 40 + [0.1]) + CLEAN
    found = compare(old, new, PROFILE, GUN)
    assert found.overall.change == pytest.approx(9 / 41)
    assert 0.09 < found.overall.bound < 0.15
    assert found.passes


def test_both_are_held_to_the_false_alarms_of_the_old_profile() -> None:
    # The new model says 0.95 of everything there, and 0.97, 0.96 of two clean scans, as before.
    loud = held([0.95] * 40) + clean([0.97, 0.96] + [0.3] * 38)
    (row,) = compare(guns(40), loud, PROFILE, GUN).labels
    assert row.pfa == (0.05, 0.05)
    # The profile's 0.5 lies at three quarters between 0.2 and 0.6, and 0.795 between 0.3 and 0.96.
    assert row.thresholds == pytest.approx((0.5, 0.795))
    assert row.pd == (1.0, 1.0)
    # A third clean scan over its threats: just above it, one alarms and no gun is found.
    louder = held([0.95] * 40) + clean([0.97, 0.96, 0.96] + [0.3] * 37)
    (row,) = compare(guns(40), louder, PROFILE, GUN).labels
    assert (row.pfa, row.pd) == ((0.05, 0.025), (1.0, 0.0))


def test_labels_that_alarm_on_different_scans_are_held_back_together() -> None:
    old = held([0.95] * 40) + held([0.95] * 40, "knife")
    new = list(old)
    for k in range(40):
        empty = sample(id=f"clean {k}")
        one = ("gun", 0.9 if k == 0 else 0.2, THERE)
        old.append(judged(empty, one, ("knife", 0.9 if k == 0 else 0.2, THERE)))
        new.append(judged(empty, one, ("knife", 0.9 if k == 1 else 0.2, THERE)))
    found = compare(old, new, PROFILE, ("gun", "knife"))
    assert found.overall.pfa[0] == pytest.approx(1 / 40)
    assert found.overall.pfa[1] <= found.overall.pfa[0]


def test_too_few_of_a_label_block_and_say_so_unless_somebody_answers_for_it() -> None:
    knives = held([0.95] * 29, "knife")
    old, new = guns(40) + knives, guns(40) + knives
    found = compare(old, new, PROFILE, ("gun", "knife"))
    assert found.problems == ["knife: 29 groups of searched scans hold it, 30 are needed"]
    accepted = compare(old, new, PROFILE, ("gun", "knife"), accept=["knife"])
    assert accepted.passes
    assert [row.accepted for row in accepted.labels] == [False, True]


def test_what_too_few_groups_are_free_of_keeps_its_threshold_and_is_counted_at_it() -> None:
    few = clean([0.9] + [0.2] * 28)
    old, new = held([0.95] * 40) + few, held([0.55] * 40) + clean([0.9] + [0.45] * 28)
    (row,) = compare(old, new, Profile(default_threshold=0.6), GUN, accept=GUN).labels
    assert row.thresholds == (0.6, 0.6)
    assert (row.pfa, row.pd) == ((1 / 29, 1 / 29), (1.0, 0.0))


def test_an_accepted_label_may_not_make_all_together_alarm_more_often() -> None:
    few, loud = clean([0.2] * 29), clean([0.9] * 29)
    found = compare(held([0.95] * 40) + few, held([0.95] * 40) + loud, PROFILE, GUN, accept=GUN)
    assert found.overall.pfa == (0.0, 1.0)
    assert found.problems == ["all labels together: 29 clean scans alarm, with the old model 0"]


def searched(judged_scans: list[Judged]) -> list[Judged]:
    """The same, chosen by an alarm."""
    about = {"searched": True, "selected": True}
    return [replace(j, sample=replace(j.sample, meta=about)) for j in judged_scans]


def test_on_scans_that_alarms_chose_no_threshold_is_lowered() -> None:
    # The old model alarms on all of them, or they would not be here; so might any new one.
    chosen = searched(clean([0.9] * 40))
    new = held([0.95] * 40) + searched(clean([0.05] * 40))
    found = compare(held([0.95] * 40) + chosen, new, PROFILE, GUN)
    (row,) = found.labels
    assert row.thresholds == (0.5, 0.5)
    assert (row.selected, found.overall.selected) == (True, True)
    known = compare(
        held([0.95] * 40) + clean([0.9] * 40), held([0.95] * 40) + clean([0.05] * 40), PROFILE, GUN
    )
    assert known.labels[0].thresholds == (0.5, 0.15)
    assert not known.labels[0].selected


def test_false_alarms_are_counted_on_what_nothing_selected_where_there_is_enough() -> None:
    chosen = searched(
        [replace(j, sample=replace(j.sample, group=f"chosen {k}"))
         for k, j in enumerate(clean([0.9] * 60))]
    )  # fmt: skip
    mine = held([0.95] * 40) + clean([0.9] + [0.2] * 39) + chosen
    (row,) = compare(mine, mine, PROFILE, GUN).labels
    assert (row.pfa, row.clean_groups, row.selected) == ((1 / 40, 1 / 40), 40, False)


def test_what_an_officer_cleared_is_clean_and_their_opinions_are_not_proven() -> None:
    cleared = sample("wrench", id="a", judged=frozenset({"gun"}))
    seen = replace(cleared, meta={"searched": False, "selected": False})
    (one,) = proven([seen, replace(cleared, meta={"searched": False, "selected": True})])
    assert (one.annotations, [a.label for a in one.ignored]) == ((), ["wrench"])


def test_thirty_groups_without_a_loss_may_still_lose_one_in_ten() -> None:
    (row,) = compare(guns(30, 30), guns(30, 30), PROFILE, GUN).labels
    assert (row.bound, row.may_lose) == (0.0, pytest.approx(1 - 0.05 ** (1 / 30)))
    assert row.may_lose == pytest.approx(0.095, abs=1e-3)
    (row,) = compare(guns(40), guns(0), PROFILE, GUN).labels
    assert row.may_lose == 1.0


def test_nobody_can_answer_for_a_label_that_got_worse() -> None:
    assert not compare(guns(40), guns(30), PROFILE, GUN, accept=GUN).passes


def test_views_of_one_consignment_are_one_group() -> None:
    same = [judged(sample("gun", id=f"{k}", group="one"), ("gun", 0.9, HERE)) for k in range(40)]
    (row,) = compare(same + CLEAN, same + CLEAN, PROFILE, GUN).labels
    assert (row.groups, row.scans) == (1, 40)
    assert row.problem == "gun: 1 groups of searched scans hold it, 30 are needed"


def test_what_was_not_searched_proves_nothing() -> None:
    known, opinion, elsewhere = sample("gun", id="a"), sample("gun", id="b"), sample(id="c")
    known = replace(known, meta={"searched": True})
    opinion = replace(opinion, meta={"searched": False})
    assert [s.id for s in proven([known, opinion, elsewhere])] == ["a", "c"]


def test_what_lacks_is_known_before_anything_is_trained() -> None:
    samples = [j.sample for j in guns(40)]
    assert lacking(samples, GUN) == {}
    assert list(lacking(samples, ("gun", "knife"))) == ["knife"]
    assert lacking(samples[20:], GUN) == {
        "gun": "gun: 20 groups of searched scans hold it, 30 are needed",
        "all": "all labels together: 20 groups of searched scans hold one, 30 are needed",
    }
    assert lacking(samples[:40], GUN) == {
        "gun": "gun: 0 groups of searched scans are free of it, 30 are needed"
    }


def scores(n: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(0.01, 0.99), min_size=n, max_size=n)


@settings(deadline=None, max_examples=30)
@given(scores(LEAST_GROUPS), scores(LEAST_GROUPS))
def test_a_model_against_itself_neither_fails_nor_improves(
    there: list[float], empty: list[float]
) -> None:
    mine = held(there) + clean(empty)
    found = compare(mine, mine, PROFILE, GUN)
    assert found.passes
    for row in (found.overall, *found.labels):
        assert (row.change, row.bound) == (0.0, 0.0)
        assert row.pfa[0] == row.pfa[1]


@settings(deadline=None, max_examples=30)
@given(scores(LEAST_GROUPS), scores(LEAST_GROUPS), scores(LEAST_GROUPS), scores(LEAST_GROUPS))
def test_a_new_model_never_alarms_more_often(
    there: list[float], empty: list[float], then: list[float], quiet: list[float]
) -> None:
    found: Comparison = compare(held(there) + clean(empty), held(then) + clean(quiet), PROFILE, GUN)
    for row in (found.overall, *found.labels):
        assert row.pfa[1] <= row.pfa[0]
        assert -1 <= row.bound <= row.change + 1e-9 or row.change == row.bound


def test_the_bound_does_not_depend_on_the_order_of_the_scans() -> None:
    groups = [f"{k % 17}" for k in range(60)]
    rng = np.random.default_rng(3)
    was, now = rng.random(60) < 0.5, rng.random(60) < 0.7
    order = rng.permutation(60)
    shuffled = lower_bound([groups[k] for k in order], was[order], now[order])
    assert lower_bound(groups, was, now) == shuffled
