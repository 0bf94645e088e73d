"""Threats laid into simulated scenes by transmission."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.xray_train import tiny
from xray_datasets.simulator import Lone
from xray_train import laid
from xray_train.laid import Laid

HALF = 0.5


def plate(label: str, *_: object, **__: object) -> Lone:
    """40 by 20 mm that lets half of the high energy through, and a quarter of the low."""
    high = np.full((20, 40), HALF, np.float32)
    return Lone(label, high**2, high, pixel_mm=1.0)


@pytest.fixture
def into(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[np.ndarray, ...]]:
    """Lays plates as thick as they are into a scene."""
    monkeypatch.setattr(laid, "lone", plate)
    monkeypatch.setattr(laid, "THICKER", (1.0, 1.0))

    def into(around: float = 0.8, share: float = 0.0, seed: int = 0) -> tuple[np.ndarray, ...]:
        monkeypatch.setattr(laid, "ALIKE_SHARE", share)
        scene = np.full((200, 200), around, np.float32)
        rng = np.random.default_rng(seed)
        return Laid(tiny.recipe(project_most=1)).into(scene, scene, 1.0, rng)

    return into


def test_a_threat_darkens_both_energies_where_its_box_is_and_nothing_else(
    into: Callable[..., tuple[np.ndarray, ...]],
) -> None:
    low, high, boxes, labels = into()
    (x1, y1, x2, y2), inside = boxes[0], np.zeros((200, 200), bool)
    inside[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] = True
    assert len(labels) == 1
    assert np.median(high[high < 0.5]) == pytest.approx(0.8 * HALF)
    assert np.median(low[low < 0.3]) == pytest.approx(0.8 * HALF**2)
    assert (low[~inside] == np.float32(0.8)).all()
    assert (high[~inside] == np.float32(0.8)).all()


def test_a_threat_is_as_large_as_itself_within_bounds(
    into: Callable[..., tuple[np.ndarray, ...]],
) -> None:
    """A plate has an area whichever way it is turned."""
    for seed in range(20):
        _, high, _, _ = into(seed=seed)
        area = (high < 0.6).sum() / (40 * 20)
        assert 0.8**2 * 0.9 < area < 1.4**2 * 1.1


def test_what_is_taken_for_threats_lies_there_without_a_label(
    into: Callable[..., tuple[np.ndarray, ...]],
) -> None:
    _, high, boxes, labels = into(share=1.0)
    assert (boxes.shape, labels.shape) == ((0, 4), (0,))
    assert high.min() == pytest.approx(0.8 * HALF)


@pytest.mark.parametrize("around", [1.0, 0.05], ids=["in air", "behind a wall"])
def test_nothing_is_laid_where_nothing_lies_or_nobody_could_see_it(
    into: Callable[..., tuple[np.ndarray, ...]], around: float
) -> None:
    low, high, boxes, _ = into(around)
    assert len(boxes) == 0
    assert (low == high).all()


def test_one_seed_lays_the_same() -> None:
    scene, recipe = np.full((200, 200), 0.8, np.float32), tiny.recipe(project_simulated=2)
    first, again = (Laid(recipe).into(scene, scene, 1.5, np.random.default_rng(3)) for _ in "12")
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
