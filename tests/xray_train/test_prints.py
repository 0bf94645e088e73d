"""Marks of scans: the same picture bears the same, and a card keeps few of many."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.xray_train.samples import PIXELS, SCAN
from xray import Encoding, ModelError, Scan
from xray.card import Card
from xray_datasets import coco, layouts
from xray_datasets.sample import Sample
from xray_train import prints

CARD = Card("m", "1", ("gun",))


def grey(*values: int) -> Scan:
    """One row of a transmission, of counts from 0 to 255."""
    pixels = np.array(values, np.float32).reshape(1, -1, 1) / 255
    return Scan("grey", pixels, Encoding.SINGLE)


@pytest.mark.parametrize("scan", [SCAN, grey(0, 100, 255)], ids=["colour", "transmission"])
def test_a_converted_copy_bears_the_same_mark(scan: Scan, tmp_path: Path) -> None:
    coco.write([Sample("another name.png", lambda: scan)], tmp_path)
    (copy,) = layouts.read(tmp_path)
    assert prints.mark(copy.scan) == prints.mark(scan) is not None


def test_another_picture_bears_another_mark_and_an_empty_one_none() -> None:
    other = PIXELS.copy()
    other[0, 0] += 1
    assert prints.mark(replace(SCAN, pixels=other)) != prints.mark(SCAN)
    assert prints.mark(grey(1, 2)) != prints.mark(grey(1, 2, 2))
    assert prints.mark(replace(SCAN, pixels=np.full_like(PIXELS, 255))) is None


def test_of_many_marks_the_least_are_kept_of_all_runs_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prints, "MOST", 3)
    assert prints.least((9, 1, 5, 7)) == (1, 5, 7)
    assert prints.least(prints.least((9, 1, 5, 7)), (2, 5)) == (1, 2, 5)


def test_marks_that_cannot_be_read_say_what_to_do() -> None:
    assert prints.of_card(CARD, prints.TAUGHT) == ()
    broken = replace(CARD, training={"marks": {"taught": "no marks"}})
    with pytest.raises(ModelError, match=r"cannot be read .*; export it again"):
        prints.of_card(broken, prints.TAUGHT)


def test_what_tuned_is_added_to_what_taught_and_tuned_before() -> None:
    taught = {"marks": {"taught": prints.written((4,))}, "tuned_on": ["first"]}
    card = replace(CARD, training=taught)
    card = replace(card, training={**taught, **prints.tuned(card, "second", [SCAN])})
    assert prints.of_card(card, prints.TAUGHT) == (4,)
    assert prints.of_card(card, prints.TUNED) == (prints.mark(SCAN),)
    assert card.training["tuned_on"] == ["first", "second"]
