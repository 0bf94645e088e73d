"""Patches are cut where there is something, clear of the edge, as many of either side."""

import numpy as np
from numpy.typing import NDArray

from xray_train.realism.palettes import air_of, palette_of
from xray_train.realism.patches import KEPT, Shown, balanced, cut, gathered


def picture(air: int = 255, load: tuple[int, int, int] = (200, 140, 60)) -> NDArray[np.uint8]:
    """300 pixels wide, the middle full."""
    pixels = np.full((300, 300, 3), air, np.uint8)
    pixels[80:220, 80:220] = load
    return pixels


def test_no_patch_is_mostly_air_and_none_touches_the_edge() -> None:
    rng = np.random.default_rng(0)
    marked = picture()
    marked[:5] = marked[:, :5] = 0  # a frame
    patches = cut(marked, 8, rng)
    assert patches
    assert all((patch < 250).any(-1).mean() >= 0.6 for patch in patches)
    assert not any((patch == 0).all(-1).any() for patch in patches)


def test_what_is_all_air_or_too_small_gives_none() -> None:
    rng = np.random.default_rng(0)
    assert cut(np.full((300, 300, 3), 220, np.uint8), 4, rng) == []
    assert cut(np.zeros((66, 66, 3), np.uint8), 4, rng) == []


def test_both_sides_have_as_many_and_never_share_a_bag() -> None:
    shown = [Shown(picture(), str(k % 20), f"{k} {real}", real) for k in range(30) for real in
             (True, False)]  # fmt: skip
    patches = gathered([*shown, shown[0]], 3, np.random.default_rng(1))
    even = balanced(patches, np.random.default_rng(2))
    assert even.counts(True)["patches"] == even.counts(False)["patches"] > 60
    ours = {bag for bag, real in zip(even.bags, even.real, strict=True) if real}
    assert not ours & {bag for bag, real in zip(even.bags, even.real, strict=True) if not real}
    assert sum(one.real for one in patches.pictures) == KEPT


def test_a_palette_is_known_by_air_and_colours() -> None:
    assert palette_of(picture()) == "white"
    assert palette_of(picture(224)) == "grey"
    assert palette_of(picture(196)) == "belt"
    assert palette_of(picture(load=(90, 92, 90))) == "plain"
    assert air_of(picture(224)).tolist() == [224.0] * 3
