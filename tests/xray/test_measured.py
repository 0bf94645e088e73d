"""What cards say was measured: every figure with what keeps a reader from taking it for more."""

from typing import Any

import pytest

from xray.measured import lines

POINT = {"pd": 0.96, "pfa_here": 0.061, "pfa_here_95": [0.012, 0.128], "set_on": "cal"}


def row(**more: Any) -> dict[str, Any]:
    head = {"map50": 0.5, "map50_95": 0.25, "mean_over": ["gun"], "scans": 4, "groups": 2}
    return {**head, "labels": {"gun": {"ap50": 0.5}}, **more}


def screened(**found: int) -> dict[str, Any]:
    points = [{**POINT, "pfa": pfa, **found} for pfa in (0.01, 0.05)]
    return row(labels={"gun": {"ap50": 0.5, "screening": points}})


def only(row: Any, **more: Any) -> str:
    given: dict[str, Any] = {"reliability": {}, "training": {}, "refused": {}} | more
    (line,) = lines({"val": row}, **given)
    return line


def test_pd_stands_at_the_pfa_that_was_found_and_so_few_groups_set_no_smaller_one() -> None:
    at = "gun 0.96 at 0.061 (0.012 to 0.128)"
    line = only(screened(set_on_clean=300, set_on_groups=43))
    assert f"; Pd at the Pfa found, 0.05 aimed at on cal: {at}" in line
    assert "; a Pfa of 0.01 cannot be set from so few without the label: gun 43 groups" in line
    enough = only(screened(set_on_clean=300, set_on_groups=100))
    assert f"; Pd at the Pfa found, 0.01 aimed at on cal: {at}" in enough
    assert "cannot be set" not in enough
    none = only(screened(set_on_clean=300, set_on_groups=19))
    assert "Pd at" not in none
    assert "a Pfa of 0.05 cannot be set from so few without the label: gun 19 groups" in none


def test_cards_that_count_no_groups_are_taken_by_their_scans() -> None:
    line = only(screened(set_on_clean=43))
    assert "a Pfa of 0.01 cannot be set from so few without the label: gun 43 scans" in line
    assert "Pfa" not in only(screened())  # of older cards yet


def test_labels_whose_probabilities_do_not_hold_are_named_and_others_are_not() -> None:
    good, bad = {"error": 0.05, "n": 90}, {"error": 0.3244, "n": 45}
    found = {
        "gun": {"box": good, "scan": good},
        "knife": {"box": bad, "scan": good},
        "wrench": {"box": {"error": None, "n": 0}, "scan": bad},
    }
    line = only(row(), reliability={"val": found, "another set": {"gun": {"box": bad}}})
    assert line.endswith(
        "; mean error of a box's probability: knife 0.32 (of 45); "
        "mean error of a scan's probability: wrench 0.32 (of 45)"
    )


@pytest.mark.parametrize(
    ("training", "said"),
    [({}, "float 0.811"), ({"float beside": "of the kernels"}, "dequantised 0.811")],
)
def test_integers_given_back_as_floats_are_not_called_float(
    training: dict[str, str], said: str
) -> None:
    line = only(row(beside={"float": {"map50": 0.811}}), training=training)
    assert f"; {said};" in line


def test_caught_are_drawn_pictures_and_beside_them_stand_the_scans_that_are_refused() -> None:
    caught = {"caught": {"pseudocolor": {"photographs": {"caught": 1.0}}}}
    refused = {"pseudocolor": {"sixray-val": 0.0914, "simulated": 0.01}, "dual": {"pairs": 0.02}}
    assert only(caught, refused=refused) == (
        "val: drawn pictures caught as pseudocolor: photographs 100%; scans refused as strangers, "
        "as dual: 2.0% of pairs; as pseudocolor: 9.1% of sixray-val, 1.0% of simulated"
    )
