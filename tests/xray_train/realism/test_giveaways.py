"""Figures of a patch say what they are named for."""

import cv2
import numpy as np
from numpy.typing import NDArray

from xray_train.realism.giveaways import FIGURES, VIEWS, figures, noise, overshoot, seen


def noisy(sigma: float) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    grey = 128 + rng.normal(0, sigma, (64, 64, 1))
    return np.repeat(grey, 3, -1).astype(np.float32)


def test_noise_is_found_in_255ths_whatever_slope_it_lies_on() -> None:
    slope = np.linspace(-60, 60, 64, dtype=np.float32)[None, :, None]
    for sigma in (2.0, 6.0):
        assert abs(noise(noisy(sigma) + slope) - sigma) < 0.15 * sigma


def test_lifted_edges_show() -> None:
    step = np.full((64, 64, 3), 80, np.float32)
    step[:, 32:] = 160
    step = np.asarray(cv2.GaussianBlur(step, (0, 0), 1.2), np.float32)
    lifted = step + 0.8 * (step - cv2.GaussianBlur(step, (0, 0), 1.5))
    assert overshoot(step) < 0.01
    assert overshoot(lifted) > 0.1


def test_every_figure_is_a_number_of_a_flat_patch_too() -> None:
    flat = np.full((2, 64, 64, 3), 255, np.uint8)
    found = figures(flat)
    assert set(found) == set(FIGURES)
    assert all(np.isfinite(values).all() and len(values) == 2 for values in found.values())


def test_views_leave_out_what_they_say() -> None:
    patches = np.zeros((1, 64, 64, 3), np.uint8)
    patches[:, :, 32:] = 90, 150, 210
    assert np.ptp(seen(patches, "without colour"), axis=-1).max() == 0
    assert seen(patches, "fine alone")[0, :, 0].tolist() == [[128, 128, 128]] * 64
    assert len(np.unique(seen(patches, "coarse alone")[0, :, :, 0])) > 6
    assert np.array_equal(seen(patches, next(iter(VIEWS))), patches)
