"""The figures of a set: what their mean is over, and an interval to each of them."""

from pathlib import Path

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Outcome
from xray.card import Card
from xray.detector import Detector
from xray_train import sets
from xray_train.evaluate import average_precision, figures
from xray_train.judged import Judged, judge
from xray_train.screening import Tuning
from xray_train.told import lines

CARD = Card("standin", "1", ("gun", "knife", "wrench", "scissors"))


REAL_FLOOR = 0.7  # of mAP50 of parcel on every third scan of SIXray's val; 0.4.0 has 0.86


def suitcases() -> list[Judged]:
    """A knife that is found and scissors that are not, in each of four."""
    return [
        judged(
            sample("knife", "scissors", id=str(k)), ("knife", 0.9, HERE), ("scissors", 0.9, THERE)
        )
        for k in range(4)
    ]


def test_scissors_count_among_the_pairs_of_suitcases() -> None:
    found = figures(CARD, suitcases(), "dual-energy")
    assert found["mean_over"] == ["knife", "scissors"]
    assert (found["map50"], found["map50_interval"]) == (0.5, [0.5, 0.5])
    assert (found["map50_95"], found["map50_95_interval"]) == (0.5, [0.5, 0.5])


def test_the_figure_of_sixray_stays_what_published_ones_are_about() -> None:
    found = figures(CARD, suitcases(), "sixray-val")
    assert (found["mean_over"], found["map50"]) == (["knife"], 1.0)


def test_every_figure_of_a_label_has_an_interval() -> None:
    row = figures(CARD, suitcases(), "dual-energy")["labels"]["scissors"]
    assert (row["ap50"], row["ap50_interval"], row["ap50_95_interval"]) == (0.0, [0, 0], [0, 0])
    assert row["screening"][0]["pd_95"][0] == 0.0


def test_a_terminal_hears_of_outcomes_warnings_and_where_thresholds_come_from() -> None:
    scans = [*suitcases(), judged(sample(id="benign"), outcome=Outcome.UNKNOWN)]
    found = figures(CARD, scans, "dual-energy", Tuning("cal", [judged(sample(id="other"))]))
    text = "\n".join(lines({**found, "learned_from_it": "the model knows them"}))
    assert "mAP50 0.500 (0.500 to 0.500)" in text
    assert "warning: the model knows them" in text
    assert "thresholds of Pd were chosen on cal" in text
    assert "1 scans, benign: ALARM 0.0%, UNKNOWN 100.0%, CLEAR 0.0%" in text


def test_beside_pd_stands_the_pfa_that_was_found_not_the_one_aimed_at() -> None:
    """The threshold of two clean scans, none of which may alarm, lets one of three alarm."""
    clean = [
        judged(sample(id=f"c{k}"), ("knife", score, HERE)) for k, score in enumerate((0.6, 0.1, 0))
    ]
    tuned = [judged(sample(id=f"t{k}", group="t"), ("knife", 0.5, HERE)) for k in range(2)]
    found = figures(CARD, [*suitcases(), *clean], "dual-energy", Tuning("cal", tuned))
    (line,) = [line for line in lines(found) if line.startswith("knife")]
    assert "Pd 1.00 at Pfa 0.333 (0.000 to 0.842), 0.01 aimed at; Pd 1.00 at Pfa 0.333" in line


def test_a_pfa_that_so_few_groups_cannot_set_is_said_to_be_none() -> None:
    def said(groups: int) -> str:
        views = [
            judged(sample(id=f"{g} {k}", group=str(g))) for g in range(groups) for k in range(2)
        ]
        return "\n".join(lines(figures(CARD, suitcases(), "dual-energy", Tuning("cal", views))))

    few = said(99)
    assert "a Pfa of 0.01 takes 100 groups without the label, and cannot be set from so few" in few
    assert "so few: knife 198 scans of 99 groups, scissors 198 scans of 99 groups" in few
    assert "a Pfa of 0.05" not in few
    assert "cannot be set" not in said(100)


def test_the_weights_that_ship_find_what_real_scans_hold(real_scans: Path) -> None:
    scans = list(sets.read("sixray-val"))[::3]
    found = judge(Detector("parcel", threads=1), scans)
    ap50 = {label: average_precision(found, label)[0] for label in sets.HEADLINES["sixray-val"]}
    assert sum(ap50.values()) / len(ap50) > REAL_FLOOR, ap50
