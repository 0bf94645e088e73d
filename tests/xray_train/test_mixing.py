"""Transmissions multiply."""

from dataclasses import replace

import numpy as np

from tests.xray_train import tiny
from xray_train.mixing import over, project
from xray_train.stock import Stock, Threat


def grey(level: int, side: int = 64) -> np.ndarray:
    return np.full((side, side, 3), level, np.uint8)


def test_two_half_transparent_scans_make_a_quarter() -> None:
    front = tiny.item(grey(128), [[0, 0, 8, 8]], [0])
    back = tiny.item(grey(128), [[8, 8, 16, 16]], [1])
    both = over(front, back)
    assert both.planes[0, 0].tolist() == [64, 64, 64]
    assert both.labels.tolist() == [0, 1]


def test_the_grey_air_of_a_belt_screen_darkens_nothing() -> None:
    front, back = tiny.item(grey(100), [], []), tiny.item(grey(180), [], [])
    assert over(front, replace(back, air=(180, 180, 180))).planes[0, 0].tolist() == [100, 100, 100]


def test_of_two_mixed_scans_only_what_both_were_judged_for_is_judged() -> None:
    front = tiny.item(grey(128), [], [], judged=(True, False))
    back = tiny.item(grey(128), [], [], exhaustive=False)
    both = over(front, back)
    assert both.judged.tolist() == [True, False]
    assert not both.exhaustive


def test_a_hard_negative_stays_one_where_the_other_scan_was_searched_for_its_label() -> None:
    twice = {"rejected": [[0, 0, 8, 8], [0, 0, 9, 9]], "rejected_labels": [0, 1]}
    front = tiny.item(grey(128), [], [], judged=(False, False), **twice)  # type: ignore[arg-type]
    back = tiny.item(grey(128), [], [], judged=(True, False))
    both = over(front, back)
    assert both.rejected_xyxy_px.tolist() == [[0, 0, 8, 8]]
    assert both.rejected_labels.tolist() == [0]


def test_a_projected_threat_darkens_the_load_inside_its_box_alone() -> None:
    load = tiny.item(grey(150, 128), [], [])
    threat = Threat(1, grey(60, 40), grey=True)
    out = project(load, Stock([threat], [1, 1]), np.random.default_rng(0))
    assert out.labels.tolist() == [1]
    changed = np.nonzero(out.planes[..., 0] != 150)
    x1, y1, x2, y2 = out.xyxy_px[0]
    assert y1 <= changed[0].min() < changed[0].max() < y2
    assert x1 <= changed[1].min() < changed[1].max() < x2
    assert out.planes.max() <= 150


def test_nothing_is_projected_into_air_or_behind_a_wall() -> None:
    threat = Threat(1, grey(60, 40), grey=False)
    for level in (255, 10):
        out = project(
            tiny.item(grey(level, 128), [], []), Stock([threat], [1, 1]), np.random.default_rng(0)
        )
        assert len(out.labels) == 0
