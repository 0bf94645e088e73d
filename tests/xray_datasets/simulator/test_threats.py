"""What there is to find, for every label of the taxonomy, and how often it is drawn."""

from collections import Counter

import numpy as np
import pytest

from xray.labels import CONTAINER_LABELS, PARCEL_LABELS
from xray_datasets.simulator import clutter, contraband, illicit, lone, longarms, threats
from xray_datasets.simulator.materials import MATERIALS


def in_clutter(draws: int = 6) -> set[str]:
    made = (family(np.random.default_rng(k)) for family in clutter.FAMILIES for k in range(draws))
    return {item.label for item in made if item.label}


def test_every_label_of_bags_and_parcels_has_a_family() -> None:
    assert set(PARCEL_LABELS) == set(threats.LABELS) | in_clutter()


def test_every_label_of_containers_has_a_family() -> None:
    made = [item for family, _ in contraband.FAMILIES for item in family(np.random.default_rng(0))]
    assert set(CONTAINER_LABELS) == {item.label for item in made}


@pytest.mark.parametrize("label", threats.LABELS)
def test_a_family_gives_its_label_in_shapes_that_differ(label: str) -> None:
    made = [threats.of(label, np.random.default_rng(seed)) for seed in range(8)]
    assert {item.label for item in made} == {label}
    assert len({round(item.mass_g(), 3) for item in made}) == 8
    for item in made:
        assert {part.material for part in item.parts} <= set(MATERIALS)


@pytest.mark.parametrize("label", threats.LABELS)
def test_alone_in_the_beam_every_threat_can_be_seen(label: str) -> None:
    shown = [one for seed in range(3) if (one := lone(label, seed)) is not None]
    assert shown
    assert min(float(one.low.min()) for one in shown) < 0.9
    assert all(max(one.low.shape) * one.pixel_mm >= 12 for one in shown)


def test_what_shipped_weights_learn_is_drawn_eight_times_in_ten() -> None:
    rng = np.random.default_rng(0)
    drawn = Counter(threats.draw(rng).label for _ in range(1500))
    first = threats.LABELS[:9]
    assert 0.8 < sum(drawn[label] for label in first) / 1500 < 0.95
    assert set(drawn) == set(threats.LABELS)


def test_guns_are_long_now_and_then_and_come_in_parts() -> None:
    guns = Counter(threats.gun(np.random.default_rng(seed)).name for seed in range(200))
    assert {"pistol", "revolver", "sawn-off shotgun", "submachine gun"} == set(guns)
    assert guns["sawn-off shotgun"] + guns["submachine gun"] < 30
    parts = {longarms.gun_part(np.random.default_rng(seed)).name for seed in range(40)}
    assert parts == {"slide", "gun barrel", "gun frame", "magazine", "silencer"}


def test_knives_are_of_the_kitchen_of_one_plate_folded_and_of_other_kinds() -> None:
    made = [threats.of("knife", np.random.default_rng(seed)) for seed in range(200)]
    kinds = Counter(item.name for item in made)
    assert set(kinds) == {"kitchen_knife", "cleaver", "dagger", "throwing_knife", "folding_knife",
                          "utility_knife"}  # fmt: skip
    assert min(kinds.values()) >= 8
    thrown = [item for item in made if item.name == "throwing_knife"]
    assert {part.material for item in thrown for part in item.parts} == {"stainless"}
    assert all(10 < item.mass_g() < 500 for item in thrown)


def test_explosives_are_made_of_what_explodes() -> None:
    made = [illicit.explosive(np.random.default_rng(seed)) for seed in range(60)]
    matter = {"petn", "anfo", "black_powder"}
    found = Counter(part.material for item in made for part in item.parts)
    assert matter <= set(found)
    assert all(matter & {part.material for part in item.parts} for item in made)
