"""Threats without surroundings: how they are cut, coloured and drawn."""

import numpy as np
import pytest

from tests.xray_train import tiny
from xray_datasets.simulator import lone
from xray_train.stock import Stock, Threat, cut, from_grey, from_lone


def grey(level: int, side: int = 64) -> np.ndarray:
    return np.full((side, side, 3), level, np.uint8)


def on(level: int) -> Threat | None:
    """A dark bar on an even background of this level, cut out."""
    picture = grey(250)
    picture[15:45, 15:55] = level
    picture[20:40, 20:50] = level // 4
    return cut(tiny.item(picture, [[15, 15, 55, 45]], [0]), 0)


def test_an_object_on_nearly_nothing_is_cut_along_its_outline() -> None:
    threat = on(245)
    assert threat is not None
    assert threat.alone
    assert threat.transmission[0].min() == 255
    assert threat.transmission[15, 20].max() < 80


def test_an_object_on_something_even_is_divided_by_it_and_has_no_frame() -> None:
    threat = on(120)
    assert threat is not None
    assert not threat.alone
    frame = (threat.transmission[side] for side in (0, -1, np.s_[:, 0], np.s_[:, -1]))
    assert all((side == 255).all() for side in frame)
    assert abs(int(threat.transmission[15, 20, 0]) - 255 // 4) <= 2  # 30 of 120


def test_an_object_on_a_wall_is_not_cut_out() -> None:
    assert on(60) is None


def test_the_white_of_a_grey_crop_becomes_full_transmission() -> None:
    crop = np.full((30, 30), 235, np.uint8)
    crop[10:20, 10:20] = 60
    found = from_grey(2, crop)
    assert found.transmission[0, 0].tolist() == [255, 255, 255]
    assert found.transmission[15, 15].tolist() == [65, 65, 65]  # 60 of 235


def test_a_label_with_one_crop_is_projected_as_often_as_one_with_fifty() -> None:
    many = [Threat(0, grey(60, 40), grey=False)] * 50
    few = [Threat(1, grey(60, 40), grey=False)]
    stock, rng = Stock(many + few, [1.0, 1.0]), np.random.default_rng(0)
    labels = [stock.draw(rng).label for _ in range(400)]
    assert 0.4 < np.mean(labels) < 0.6


def test_a_label_that_is_wanted_three_times_as_often_comes_three_times_as_often() -> None:
    stock = Stock([Threat(k, grey(60, 40), grey=False) for k in (0, 2)], [3.0, 9.0, 1.0])
    rng = np.random.default_rng(0)
    assert 0.68 < np.mean([stock.draw(rng).label == 0 for _ in range(400)]) < 0.82


def test_simulated_threats_keep_their_length_and_lie_on_full_transmission() -> None:
    wrench = lone("wrench", 1)
    assert wrench is not None
    threat = from_lone(2, wrench, np.random.default_rng(0))
    assert threat.long_mm == pytest.approx(1.2 * max(wrench.low.shape))
    assert (threat.transmission[0] == 255).all()
    assert threat.transmission.min() < 200


def test_simulated_threats_are_made_when_drawn_and_do_not_depend_on_what_was_drawn_before() -> None:
    def fresh() -> Stock:
        return Stock([], [1.0, 1.0], {0: "gun", 1: "knife"}, count=2)

    stock, other = fresh(), fresh()
    assert (len(stock), len(stock.made)) == (4, 0)
    first = [stock.draw(np.random.default_rng(seed)).transmission for seed in range(6)]
    second = [other.draw(np.random.default_rng(seed)).transmission for seed in reversed(range(6))]
    assert all(np.array_equal(a, b) for a, b in zip(first, reversed(second), strict=True))
