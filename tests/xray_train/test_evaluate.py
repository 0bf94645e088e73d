"""The figures of a set: what their mean is over, and an interval to each of them."""

from pathlib import Path

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Outcome
from xray.card import Card
from xray.detector import Detector
from xray_train import sets
from xray_train.evaluate import average_precision, figures, lines
from xray_train.judged import Judged, judge
from xray_train.screening import Tuning

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


def test_the_weights_that_ship_find_what_real_scans_hold(real_scans: Path) -> None:
    scans = list(sets.read("sixray-val"))[::3]
    found = judge(Detector("parcel", threads=1), scans)
    ap50 = {label: average_precision(found, label)[0] for label in sets.HEADLINES["sixray-val"]}
    assert sum(ap50.values()) / len(ap50) > REAL_FLOOR, ap50
