"""What is kept from training: that it is kept, and that it is sound."""

import inspect

import numpy as np
import pytest

from xray_datasets.simulator import beam as beams
from xray_datasets.simulator import (
    contraband,
    heavy,
    hulls,
    kinds,
    linac,
    loads,
    reserved,
    simulate,
    stowage,
    unusual_arms,
)
from xray_datasets.simulator.item import Item
from xray_datasets.simulator.scanner import Detector

WIDE = 300
ROOM = (5900.0, 2300.0, 2350.0)
ARMS = [family for family, _ in (*reserved.SMALL_ARMS, *reserved.OTHERS)]


@pytest.fixture(scope="module")
def scans():
    return [reserved.simulate(seed, WIDE) for seed in range(6)]


def corners(item: Item) -> np.ndarray:
    return np.concatenate([p.mesh.reshape(-1, 3) for p in item.parts if p.mesh is not None])


def test_nothing_of_the_list_is_among_what_teaches() -> None:
    assert not set(reserved.LOADS) & {*stowage.LOADS, "frozen", "empty"}
    assert not set(reserved.PAIRS_MV) & set(linac.PAIRS_MV)
    taught = {family for family, _ in contraband.FAMILIES}
    assert not set(ARMS) & taught
    for module in (contraband, heavy, loads, stowage, kinds):
        source = inspect.getsource(module)
        assert "reserved" not in source
        assert "unusual" not in source


def test_what_teaches_never_draws_a_load_a_threat_or_energies_of_the_list() -> None:
    rng = np.random.default_rng(0)
    names = {made(rng).name for made in ARMS}
    for _ in range(20):
        stowed = stowage.stow(rng, hulls.container(rng))
        assert stowed.load not in reserved.LOADS
        assert not {item.name for item in stowed.items} & names
    for seed in range(4):
        assert simulate("container", seed, 100).parameters["mv"] in {"3/6", "4/6", "6/9"}


def test_no_detector_of_the_list_could_teach() -> None:
    rng = np.random.default_rng(0)
    taught = [Detector.draw_for_containers(rng, 1.0) for _ in range(300)]
    for one in (reserved.detector(rng, 1.0) for _ in range(300)):
        for name in ("photons_at_air", "blur_px", "scatter", "electronic"):
            values = [getattr(other, name) for other in taught]
            assert not min(values) <= getattr(one, name) <= max(values), name
        assert one.bits not in {other.bits for other in taught}


def test_no_pool_can_be_asked_for_the_list() -> None:
    assert kinds.KINDS == ("baggage", "parcel", "staged", "container")
    with pytest.raises(ValueError, match="kind 'container-reserved': expected one of"):
        simulate("container-reserved", 0)


def test_odd_seeds_hide_one_thing_of_the_list_and_even_ones_nothing(scans) -> None:
    hidden = [[o for o in made.objects if o.label] for made in scans]
    assert [len(things) for things in hidden] == [0, 1, 0, 1, 0, 1]
    for made in scans:
        assert made.group.startswith("sim-container-reserved-")
        assert made.parameters["mv"] in {"3/5", "5/9"}
        assert made.parameters["bits"] in reserved.BITS
        assert set(made.parameters["load"].split("+")) <= set(reserved.LOADS)
        assert made.parameters["load_kg_m3"] > 0


def test_the_same_seed_gives_the_same_scan(scans) -> None:
    again = reserved.simulate(3, WIDE)
    assert again.low.tobytes() == scans[3].low.tobytes()
    assert again.objects == scans[3].objects


@pytest.mark.parametrize("family", reserved.LOADS.values(), ids=reserved.LOADS)
def test_goods_of_the_list_fit_their_room_and_weigh_what_a_container_may(family) -> None:
    for seed in range(3):
        goods, chapter = family(np.random.default_rng(seed), ROOM)
        assert len(chapter) == 2
        for item in goods:
            at = corners(item)
            assert np.abs(at[:, 0]).max() <= ROOM[0] / 2 + 60
            assert np.abs(at[:, 2]).max() <= ROOM[2] / 2 + 60
            assert -ROOM[1] - 20 <= at[:, 1].min()
            assert at[:, 1].max() <= 20
        assert 800 < sum(item.mass_g() for item in goods) / 1000 < 45_000


@pytest.mark.parametrize(("family", "long_mm", "grams"), [
    (unusual_arms.machine_pistol, (240, 380), (1200, 5000)),
    (unusual_arms.target_pistol, (200, 330), (500, 2500)),
    (unusual_arms.derringer, (90, 170), (150, 700)),
    (unusual_arms.shotgun, (850, 1350), (1800, 6000)),
    (unusual_arms.bullpup, (600, 830), (1800, 7000)),
    (unusual_arms.cakes, (140, 1200), (1000, 200_000)),
    (unusual_arms.crouching, (600, 1100), (40_000, 130_000)),
])  # fmt: skip
def test_threats_of_the_list_have_the_size_and_mass_of_such_things(family, long_mm, grams) -> None:
    for seed in range(5):
        item = family(np.random.default_rng(seed))
        assert long_mm[0] < np.ptp(corners(item)[:, :2], axis=0).max() < long_mm[1]
        assert grams[0] < item.mass_g() < grams[1]


def test_the_list_tells_cards_what_is_in_it() -> None:
    told = reserved.told()
    assert told["loads"] == list(reserved.LOADS)
    assert "machine pistol" in told["threats"]
    assert told["energies"] == ["3/5 MV", "5/9 MV"]
    assert "8000 to 15000 or 200000 to 400000 photons a pixel behind air" in told["detectors"]


def test_steel_leaves_what_its_thickness_in_steel_says() -> None:
    beam = linac.reduced(4, 6)
    mu = beams.attenuation_per_mm("steel", beam.energies_kev)
    for mm in (3.0, 40.0, 200.0):
        _, high = beam.transmission(mu * mm)
        assert linac.steel_mm(beam, np.array([high])) == pytest.approx(mm, rel=0.01)


def test_objects_in_containers_say_how_much_steel_the_rest_of_their_rays_is(scans) -> None:
    (thing,) = (o for o in scans[1].objects if o.label)
    assert 2 < thing.steel_mm < 600  # two walls of a container are 3 mm at least
    bag = simulate("baggage", 0, 64)
    assert {o.steel_mm for o in bag.objects} == {None}
