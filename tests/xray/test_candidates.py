"""From a network's answers to what is reported: numbers that are none, boxes in heaps."""

from pathlib import Path

import numpy as np
import pytest

import xray
from xray import candidates
from xray.candidates import Candidates, thinned
from xray.detector import Detector
from xray.network import Raw

BAG = xray.Scan("bag", np.full((240, 320, 3), 200, np.uint8), xray.Encoding.PSEUDOCOLOR)


@pytest.mark.parametrize("part", Raw._fields)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused_wherever_they_stand(
    standin: Path, monkeypatch: pytest.MonkeyPatch, part: str, value: float
) -> None:
    detector = Detector(standin)
    said = detector.network.run

    def broken(image: np.ndarray) -> Raw:
        raw = said(image)
        spoiled = getattr(raw, part).copy()
        spoiled.flat[0] = value
        return raw._replace(**{part: spoiled})

    monkeypatch.setattr(detector.network, "run", broken)
    with pytest.raises(xray.ModelError, match="standin@1 answered with numbers that are none"):
        detector.inspect(BAG)


def row(objects: int, boxes_each: int) -> Candidates:
    """Objects of 20 pixels side by side, each under boxes a tenth of a pixel apart."""
    left = np.repeat(np.arange(objects) * 30, boxes_each) + np.tile(
        np.arange(boxes_each) / 10, objects
    )
    xyxy = np.stack([left, 0 * left, left + 20, 0 * left + 20], axis=1).astype(np.float32)
    falling = np.linspace(0.9, 0.5, len(left), dtype=np.float32)
    return Candidates(xyxy, falling, np.zeros(len(left), np.intp))


def test_sixty_objects_under_ten_boxes_each_are_sixty() -> None:
    found = row(60, 10)
    kept = thinned(found, found.scores, found.scores > 0)
    assert kept.tolist() == list(range(0, 600, 10))  # the strongest box of each


def test_of_more_objects_than_are_reported_the_strongest_stay() -> None:
    found = row(candidates.MOST + 20, 2)
    kept = thinned(found, found.scores, found.scores > 0)
    assert kept.tolist() == list(range(0, 2 * candidates.MOST, 2))
