"""Threats alone in the beam."""

import numpy as np

from xray_datasets.simulator import lone


def test_a_threat_stands_alone_in_clean_air() -> None:
    gun = lone("gun", 0)
    assert gun is not None
    assert gun.low.shape == gun.high.shape
    assert (gun.low[0] == 1).all()
    assert (gun.low[:, -1] == 1).all()
    assert gun.low.min() < 0.5
    assert (gun.low <= gun.high + 1e-6).all()


def test_the_same_seed_gives_the_same_threat_and_another_another() -> None:
    one, again, other = (lone("knife", seed) for seed in (3, 3, 4))
    assert one is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(one.low, again.low)
    assert not np.array_equal(one.low, other.low)
