"""Threats alone in the beam."""

import numpy as np

from xray_datasets.simulator import lone, lone_weapon


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


def test_a_threat_attenuates_more_where_bags_are_staged() -> None:
    def darkest(kind: str) -> float:
        made = [lone("wrench", seed, kind=kind) for seed in range(30)]
        return float(np.mean([one.low.min() for one in made if one is not None]))

    assert darkest("staged") < darkest("baggage")


def test_a_weapon_of_containers_is_what_training_hides_there_in_any_pose() -> None:
    made = [one for seed in range(6) if (one := lone_weapon(seed)) is not None]
    assert len(made) >= 4
    assert {one.label for one in made} == {"weapon"}
    for one in made:
        assert one.low.shape == one.high.shape
        assert 60 < max(one.low.shape) * one.pixel_mm < 1400
        assert 0 < one.low.min() < one.high.min() < 1  # the harder pulse passes better
    again = lone_weapon(0)
    assert again is not None
    assert again.low.tobytes() == made[0].low.tobytes()
