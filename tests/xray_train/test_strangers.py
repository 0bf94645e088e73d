"""Pictures that are no scans: of every kind and encoding, and counted by what is said of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from xray import Detector, Encoding
from xray.card import Card
from xray.familiarity import Familiar, statistics
from xray_train.__main__ import app
from xray_train.pictures import KINDS
from xray_train.strangers import caught, lines, scans


@pytest.mark.parametrize("kind", list(KINDS))
def test_pictures_of_a_kind_differ_and_are_the_same_each_time(kind: str) -> None:
    first, second = (scan.pixels for scan in scans(kind, 2, Encoding.PSEUDOCOLOR))
    (again,) = (scan.pixels for scan in scans(kind, 1, Encoding.PSEUDOCOLOR))
    assert np.array_equal(first, again)
    assert first.shape != second.shape or not np.array_equal(first, second)
    assert first.dtype == np.uint8


def test_as_transmission_more_gets_through_at_the_higher_energy() -> None:
    (pair,) = scans("CT slices", 1, Encoding.DUAL)
    assert pair.encoding is Encoding.DUAL
    assert (pair.pixels[..., 1] >= pair.pixels[..., 0]).all()
    (single,) = scans("CT slices", 1, Encoding.SINGLE)
    assert np.array_equal(single.pixels[..., 0], pair.pixels[..., 0])


def gate(limit: float) -> Familiar:
    """Says that everything is a stranger, or that nothing is."""
    width = len(statistics(np.zeros((64, 64, 3), np.uint8), Encoding.PSEUDOCOLOR))
    return Familiar(np.zeros(width, np.float32), np.eye(width, dtype=np.float32), limit)


@pytest.fixture
def wary(make_model: Callable[[Card], Path], standin_card: Card) -> Path:
    known = {Encoding.PSEUDOCOLOR: gate(1e-6), Encoding.SINGLE: gate(1e6)}
    return make_model(replace(standin_card, name="wary", familiar=known))


def test_each_kind_has_its_share_in_each_encoding_that_the_card_describes(wary: Path) -> None:
    found = caught(Detector(wary), 2)
    assert {encoding: set(kinds) for encoding, kinds in found.items()} == {
        "pseudocolor": set(KINDS),
        "single": set(KINDS),
    }
    assert {row["caught"] for row in found["pseudocolor"].values()} == {1.0}
    assert {row["caught"] for row in found["single"].values()} == {0.0}
    assert found["single"]["noise"]["caught_95"] == [0.0, 0.6576]  # Wilson's, of two


def test_the_command_prints_a_line_a_kind_and_saves_them(wary: Path, tmp_path: Path) -> None:
    command = ["strangers", str(wary), "--count", "1", "--out", str(tmp_path / "s.json")]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, run.output
    assert "pseudocolor  CT slices       100.0% of 1 caught" in run.output
    assert set(json.loads((tmp_path / "s.json").read_text())) == {"pseudocolor", "single"}


def test_a_card_that_does_not_say_what_scans_look_like_is_told_from_one_that_does(
    standin: Path,
) -> None:
    assert lines(caught(Detector(standin), 1)) == [
        "the card does not say what scans look like: nothing is a stranger"
    ]
