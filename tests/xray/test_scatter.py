"""Scatter behind what lets nothing through, on scans whose scatter is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from xray import Scan
from xray.material import opaque_mask
from xray.scan import Encoding
from xray.scatter import floor

BLOCK = slice(60, 140)


def bag(scatter: float, primary: float = 0.0, noise: float = 0.0) -> NDArray[np.float32]:
    """Organic matter with a block of metal in its middle, (200, 300, 2)."""
    beam = np.full((200, 300, 2), (0.4, 0.5), np.float32)
    beam[BLOCK, 100:200] = primary
    rng = np.random.default_rng(0)
    seen = beam + scatter * beam.mean((0, 1)) + noise * rng.standard_normal(beam.shape)
    return np.asarray(seen, np.float32)


def dark(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    return opaque_mask(Scan("bag", pixels, Encoding.DUAL))


@pytest.mark.parametrize("scatter", [0.0, 0.002, 0.006, 0.0095])
@pytest.mark.parametrize("noise", [0.0, 0.0005])
def test_a_block_that_lets_nothing_through_is_opaque_whatever_scatters_over_it(
    scatter: float, noise: float
) -> None:
    truth = np.zeros((200, 300), bool)
    truth[BLOCK, 100:200] = True
    mask = dark(bag(scatter, noise=noise))
    assert (mask & truth).sum() / (mask | truth).sum() > 0.9


def test_what_the_beam_comes_through_is_not_taken_for_opaque() -> None:
    for primary in (0.02, 0.05, 0.5):
        assert not dark(bag(0.006, primary)).any()


def test_a_scan_without_dark_pixels_has_no_floor() -> None:
    assert floor(bag(0.0, primary=0.1), 0.003) is None


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 7, 2), (0, 5, 1)])
def test_a_picture_of_a_few_pixels_has_a_floor_and_an_empty_one_none(
    shape: tuple[int, int, int],
) -> None:
    found = floor(np.zeros(shape, np.float32), 0.003)
    assert (None if found is None else found.shape) == (shape[:2] if shape[0] else None)
