"""Pixels of blades: by boxes alone, background taken off."""

import numpy as np
from numpy.typing import NDArray

from xray import Annotation
from xray_train.realism.blades import blades

BOX = (20.0, 20.0, 60.0, 40.0)
KNIFE = (Annotation("knife", BOX),)


def bag() -> NDArray[np.float32]:
    """Cloth of 0.2 and 0.16, a plastic handle, and a blade of 1.5 and 0.8 beyond that."""
    planes = np.empty((80, 100, 2), np.float32)
    planes[:] = 0.2, 0.16
    planes[26:34, 22:38] += 0.3, 0.25
    planes[26:34, 38:58] += 1.5, 0.8
    return planes


def test_a_blade_attenuates_what_it_does_beyond_the_background() -> None:
    found = blades(bag(), KNIFE, 7)
    assert len(found.low) == 6 * 18  # 8 by 20 pixels, less the edge
    assert np.allclose(found.low, 1.5)
    assert np.allclose(found.high, 0.8)
    assert set(found.group.tolist()) == {7}


def test_a_box_amid_clutter_or_before_something_thick_does_not_count() -> None:
    cluttered = bag()
    cluttered[14:20, 20:60, 0] += 1
    cluttered[40:46, 40:60, 0] += 2
    assert len(blades(cluttered, KNIFE, 0).low) == 0
    assert len(blades(bag() + np.float32(0.5), KNIFE, 0).low) == 0


def test_other_things_and_boxes_without_metal_give_nothing() -> None:
    assert len(blades(bag(), (Annotation("gun", BOX),), 0).low) == 0
    assert len(blades(bag(), (Annotation("knife", (20, 20, 37, 40)),), 0).low) == 0


def test_a_box_at_the_corner_is_no_error() -> None:
    assert len(blades(bag(), (Annotation("scissors", (0, 0, 3, 3)),), 0).low) == 0
    assert len(blades(bag(), (Annotation("knife", (18, 18, 100, 80)),), 0).low) == 6 * 18
