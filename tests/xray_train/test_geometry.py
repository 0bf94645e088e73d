"""Picture and boxes move by the same matrix."""

import numpy as np
import pytest

from tests.xray_train import tiny
from xray_train.geometry import box_under, fit, moved

WHITE = (255, 255, 255)


def dark_box(height: int, width: int, x1: int, y1: int, x2: int, y2: int) -> np.ndarray:
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[y1:y2, x1:x2] = 0
    return picture


def extent(picture: np.ndarray) -> list[int]:
    rows, columns = np.nonzero(picture[..., 0] < 128)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize("seed", range(12))
def test_boxes_stay_on_their_objects_through_turns_flips_and_zoom(seed: int) -> None:
    recipe = tiny.recipe(quarter_turns=1.0, zoom=(0.5, 0.9))
    whole = tiny.item(dark_box(200, 300, 90, 60, 200, 120), [[90, 60, 200, 120]], [0])
    out = fit(whole, 128, recipe, np.random.default_rng(seed))
    assert np.abs(np.array(extent(out.planes)) - out.xyxy_px[0]).max() <= 1.5


def test_the_same_seed_gives_the_same_square() -> None:
    recipe = tiny.recipe(quarter_turns=1.0, turn_deg=10.0, zoom=(0.5, 1.6))
    whole = tiny.item(dark_box(200, 300, 90, 60, 200, 120), [[90, 60, 200, 120]], [0])
    one, two = (fit(whole, 128, recipe, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one.planes, two.planes)


def test_an_object_mostly_cut_off_is_ignored_not_taught() -> None:
    whole = tiny.item(dark_box(64, 64, 0, 0, 20, 20), [[0, 0, 20, 20]], [1])
    shifted = np.array([[1.0, 0, -15], [0, 1, 0]])  # 5 of 20 columns are left
    out = moved(whole, shifted, 64, WHITE)
    assert len(out.labels) == 0
    assert out.ignored_xyxy_px.tolist() == [[0, 0, 5, 20]]
    assert out.ignored_labels.tolist() == [1]


def test_hard_negatives_move_along_and_what_is_left_of_one_stays_one() -> None:
    blank = dark_box(64, 64, 0, 0, 1, 1)
    away = [[0, 0, 10, 10], [10, 0, 30, 20]]
    whole = tiny.item(blank, [], [], rejected=away, rejected_labels=[0, 1])
    out = moved(whole, np.array([[1.0, 0, -15], [0, 1, 0]]), 64, WHITE)
    assert out.rejected_xyxy_px.tolist() == [[0, 0, 15, 20]]
    assert out.rejected_labels.tolist() == [1]


def test_a_turned_box_is_the_box_of_its_ellipse() -> None:
    c = 0.5**0.5
    turned = box_under(
        np.array([[-10, -10, 10, 10]], np.float32), np.array([[c, -c, 0], [c, c, 0]])
    )
    assert np.allclose(turned, [[-10, -10, 10, 10]])  # a circle stays as it is


def test_empty_tunnel_is_air() -> None:
    whole = tiny.item(np.full((32, 32, 3), 200, np.uint8), [], [])
    out = moved(whole, np.array([[1.0, 0, 16], [0, 1, 16]]), 64, (250, 251, 252))
    assert out.planes[0, 0].tolist() == [250, 251, 252]
    assert out.planes[32, 32].tolist() == [200, 200, 200]
