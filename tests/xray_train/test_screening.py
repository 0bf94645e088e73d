"""Pd at Pfa with thresholds from scans that do not score, and outcomes by kind of scan."""

import pytest

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Outcome
from xray_train.judged import Judged
from xray_train.screening import Tuning, curve, outcomes, points, rounded_up


def clean(*scores: float, start: int = 0) -> list[Judged]:
    """Scans without a gun, in which something looked like one."""
    return [
        judged(sample(id=f"clean {k}"), ("gun", score, THERE))
        for k, score in enumerate(scores, start)
    ]


def armed(*scores: float) -> list[Judged]:
    return [
        judged(sample("gun", id=f"gun {k}"), ("gun", score, HERE)) for k, score in enumerate(scores)
    ]


def test_the_threshold_comes_from_scans_that_do_not_score() -> None:
    scored = [*clean(0.1, 0.1, 0.1, 0.8), *armed(0.9, 0.7, 0.5, 0.3)]
    tuning = Tuning("cal", clean(0.4, 0.2))
    row = points(scored, "gun", tuning)[0]
    assert row["threshold"] == pytest.approx(0.4, abs=1e-5)
    assert row["threshold"] > 0.4
    assert (row["set_on"], row["set_on_clean"]) == ("cal", 2)
    assert row["pd"] == 0.75  # 0.9, 0.7 and 0.5
    assert row["pfa_here"] == 0.25  # 0.8 alarms where 0.01 was aimed at, and it is said
    assert row["chosen_here"]["threshold"] == pytest.approx(0.8, abs=1e-5)
    assert row["chosen_here"]["pd"] == 0.25  # 0.9 alone


def test_a_threshold_that_was_chosen_on_the_scored_scans_says_so() -> None:
    row = points([*clean(0.4), *armed(0.9, 0.3)], "gun", None)[0]
    assert (row["set_on"], row["set_on_clean"], row["pd"]) == (None, 1, 0.5)
    assert "chosen_here" not in row
    of_none = Tuning("cal", armed(0.2))  # no scan there is free of guns
    assert points([*clean(0.4), *armed(0.9)], "gun", of_none)[0]["set_on"] is None


def test_pd_is_drawn_by_groups_and_not_by_scans() -> None:
    views = [
        judged(sample("gun", id=f"{bag}{k}", group=bag), ("gun", score, HERE))
        for bag, score in (("a", 0.9), ("b", 0.2))
        for k in range(50)
    ]
    row = points([*clean(0.4), *views], "gun", None)[0]
    assert (row["pd"], row["pd_95"]) == (0.5, [0.0, 1.0])


def test_outcomes_are_counted_by_what_lies_in_the_scans() -> None:
    scans = [
        judged(sample(id="1"), outcome=Outcome.ALARM),
        judged(sample(id="2"), outcome=Outcome.UNKNOWN),
        *(judged(sample(id=f"c{k}")) for k in range(8)),
        judged(sample("wrench", id="w")),
        judged(sample("gun", id="g"), outcome=Outcome.ALARM),
        judged(sample(ignored=["gun"], id="perhaps"), outcome=Outcome.ALARM),
    ]
    found = outcomes(scans, {"gun"})
    benign = found["benign"]
    assert (benign["scans"], benign["groups"]) == (10, 10)
    assert (benign["ALARM"], benign["UNKNOWN"], benign["CLEAR"]) == (0.1, 0.1, 0.8)
    assert benign["ALARM_95"] == [0.0, 0.4042]  # by drawing 0.3, Wilson's of one in ten 0.404
    assert found["no alarming object"]["scans"] == 11
    assert (found["alarming object"]["scans"], found["alarming object"]["ALARM"]) == (1, 1.0)


def test_scans_that_nobody_looked_at_are_not_free_of_alarms() -> None:
    unseen = [
        judged(sample(id=f"u{k}", judged=frozenset()), outcome=Outcome.ALARM) for k in range(9)
    ]
    of_tools = judged(sample(id="t", judged=frozenset({"wrench"})), outcome=Outcome.ALARM)
    found = outcomes([judged(sample(id="clean")), of_tools, *unseen], {"gun"})
    assert (found["benign"]["scans"], found["benign"]["ALARM"]) == (1, 0.0)
    assert found["no alarming object"]["scans"] == 1
    assert "benign" not in outcomes(unseen, {"gun"})


def test_an_operating_curve_falls_from_all_to_none() -> None:
    found = curve([*clean(0.1, 0.3), *armed(0.2, 0.4)], "gun")
    assert [[round(at, 4), *rest] for at, *rest in found] == [
        [0.1, 1.0, 1.0],
        [0.2, 1.0, 0.5],
        [0.3, 0.5, 0.5],
        [0.4, 0.5, 0.0],
    ]
    assert len(curve([*clean(*(k / 100 for k in range(100))), *armed(0.5)], "gun")) <= 40
    assert curve(armed(0.5), "gun") == []


def test_rounding_never_lowers_a_threshold() -> None:
    assert rounded_up(0.12345649) == 0.123457
    assert rounded_up(0.0) == 0.0
    assert rounded_up(5e-324) == 1e-15  # just above what scores nothing
