"""Simulated scenes as samples."""

import numpy as np
import pytest

from xray import Encoding
from xray_datasets import simulated


def test_the_same_seed_gives_the_same_scan_and_marks() -> None:
    once, again = (next(simulated.read("baggage", 1, seed=5)) for _ in range(2))
    assert once.id == again.id
    assert once.annotations == again.annotations
    assert (once.scan.pixels == again.scan.pixels).all()


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_scene_is_given_in_the_encoding_that_was_asked_for(encoding: Encoding) -> None:
    (sample,) = simulated.read("baggage", 1, seed=6, encoding=encoding)
    assert sample.scan.encoding is encoding
    assert sample.scan.pixel_mm > 0
    assert np.isfinite(sample.scan.pixels).all()


def test_every_annotation_says_how_much_of_it_shows() -> None:
    for sample in simulated.read("baggage", 3, seed=5):
        shown = sample.meta["visible_fraction"]
        assert len(shown) == len(sample.annotations)
        assert all(simulated.LEAST_VISIBLE <= share <= 1 for share in shown)


def test_unusual_containers_tell_of_what_they_hide_and_are_drawn_again_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = simulated.reserved.simulate
    monkeypatch.setattr(simulated.reserved, "simulate", lambda seed: draw(seed, 300))
    simulated._unusual.cache_clear()
    benign, threat = simulated.unusual(range(2))
    assert (benign.annotations, benign.ignored, benign.meta["objects"]) == ((), (), [])
    marks = (*threat.annotations, *threat.ignored)
    (told,) = threat.meta["objects"]
    assert len(marks) == 1
    assert set(told) == {"name", "visible", "long_mm", "steel_mm"}
    assert (told["visible"] >= simulated.LEAST_VISIBLE) == bool(threat.annotations)
    assert threat.meta["scene"]["load"]
    assert benign.scan.encoding is Encoding.DUAL  # another scene has been drawn since
    assert (benign.scan.pixels == benign.scan.pixels).all()
    assert benign.scan.id == benign.id != threat.scan.id
    simulated._unusual.cache_clear()


def test_every_scene_is_a_group_of_its_own() -> None:
    groups = [sample.group for sample in simulated.read("parcel", 3, seed=0)]
    assert len(set(groups)) == 3
