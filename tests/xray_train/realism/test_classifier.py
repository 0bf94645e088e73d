"""The classifier finds what differs, and nothing where nothing does."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from xray.errors import DataError
from xray_train.realism.classifier import scores
from xray_train.realism.telling import auc

REAL = np.arange(320) < 160
BAGS = [f"{k // 160} {k // 4}" for k in range(320)]  # four patches each


def clouds(seed: int, count: int = 320) -> NDArray[np.uint8]:
    """Smooth shades with noise, 32 pixels wide."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(60, 220, (count, 5, 5, 3)).astype(np.float32)
    shades = np.stack([cv2.resize(one, (32, 32), interpolation=cv2.INTER_CUBIC) for one in coarse])
    return np.clip(shades + rng.normal(0, 8, shades.shape), 0, 255).astype(np.uint8)


def test_two_sources_that_are_one_are_not_told_apart() -> None:
    found = scores(clouds(0), REAL, BAGS, seed=0, passes=16)
    assert abs(float(auc(found, REAL)) - 0.5) < 0.1


def test_a_source_that_is_a_little_blurred_is_found() -> None:
    pixels = clouds(1)
    for k in np.flatnonzero(~REAL):
        pixels[k] = cv2.GaussianBlur(pixels[k], (0, 0), 0.7)
    found = scores(pixels, REAL, BAGS, seed=0, passes=16)
    assert float(auc(found, REAL)) > 0.95


def test_what_is_one_bag_s_own_does_not_help() -> None:
    pixels = clouds(2).astype(np.int16)
    tints = np.random.default_rng(3).integers(-50, 50, (80, 3)).repeat(4, 0)  # of each bag
    pixels = np.clip(pixels + tints[:, None, None], 0, 255).astype(np.uint8)
    found = scores(pixels, REAL, BAGS, seed=0, passes=16)
    assert abs(float(auc(found, REAL)) - 0.5) < 0.15


def test_the_same_seed_gives_the_same_scores() -> None:
    few = np.r_[0:100, 200:300]
    bags = [BAGS[k] for k in few]
    pixels = clouds(4)[few]
    runs = [scores(pixels, REAL[few], bags, seed=5, passes=1) for _ in range(2)]
    assert runs[0].tolist() == runs[1].tolist()


def test_too_few_patches_are_refused() -> None:
    few = np.r_[0:20, 200:220]
    with pytest.raises(DataError, match="give more scans"):
        scores(clouds(5)[few], REAL[few], [BAGS[k] for k in few], seed=0)
