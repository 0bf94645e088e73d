"""Projected threats against the simulator's own scenes, and what must hold by arithmetic."""

import numpy as np
import pytest

from xray import Scan, ScanError
from xray.placement import place
from xray.projection import Threat, fitted, project
from xray.scan import Encoding
from xray.spectrum import spectra, spectrum

AIR = spectrum().attenuation((0.0, 0.0))


def dual(thickness_mm: np.ndarray, id: str = "block", **more: object) -> Scan:
    """A scan of (H, W, 2) millimetres of water and steel."""
    pair = np.exp(-spectrum().attenuation(thickness_mm))
    return Scan(id, pair.astype(np.float32), Encoding.DUAL, **more)


def block(water_mm: float, steel_mm: float, side: int = 8) -> np.ndarray:
    return np.full((side, side, 2), (water_mm, steel_mm))


def threat(water_mm: float, steel_mm: float, side: int = 4, **more: object) -> Threat:
    pair = np.exp(-spectrum().attenuation(block(water_mm, steel_mm, side)))
    return Threat.from_pair("gun", pair[..., 0], pair[..., 1], **more)


def test_air_lets_everything_through() -> None:
    assert pytest.approx(0, abs=1e-7) == AIR


@pytest.mark.parametrize("name", spectra())
def test_two_thicknesses_are_found_again_from_two_attenuations(name: str) -> None:
    beam = spectrum(name)
    mm = np.array([(0, 0), (100, 0), (0, 8), (150, 3), (40, 10), (10, -0.2)])
    assert beam.basis_mm(beam.attenuation(mm)) == pytest.approx(mm, abs=1e-6)


def test_thicknesses_add_where_transmissions_do_not() -> None:
    """5 mm of steel before 5 mm of steel are 10 mm of steel, far more than the product says."""
    scan, _ = project(dual(block(0, 5)), threat(0, 5), (2, 2))
    assert scan.pixels[4, 4] == pytest.approx(np.exp(-spectrum().attenuation((0, 10))), rel=1e-4)
    product = np.exp(-2 * spectrum().attenuation((0, 5)))
    assert scan.pixels[4, 4, 0] > 1.3 * product[0]


def test_around_the_threat_nothing_changes_and_the_box_is_that_of_its_matter() -> None:
    before = dual(block(50, 2))
    ring = threat(30, 1).attenuation.copy()
    ring[0], ring[:, 0] = 0, 0  # air above and left of it
    after, mark = project(before, Threat("knife", ring), (1, 3))
    assert mark.xyxy_px == (2, 4, 5, 7)
    assert mark.label == "knife"
    outside = np.ones((8, 8), bool)
    outside[4:7, 2:5] = False
    assert (after.pixels[outside] == before.pixels[outside]).all()
    assert after.meta["projected"] == (mark,)


def test_a_threat_of_one_energy_is_multiplied_and_its_assumed_material_is_stated() -> None:
    low = np.exp(-spectrum().behind(4.0, "steel"))[0]
    single = Threat.from_single("gun", np.full((3, 3), low), "steel")
    assert np.exp(-single.attenuation[0, 0]) == pytest.approx(
        np.exp(-spectrum().behind(4.0, "steel")), rel=2e-3
    )
    before = dual(block(60, 0), id="bag")
    after, _ = project(before, single, (0, 0))
    wanted = before.pixels[0, 0] * np.exp(-single.attenuation[0, 0])
    assert after.pixels[0, 0] == pytest.approx(wanted, rel=1e-5)
    assert "is of steel at the high energy" in after.assumed[-1]


def test_scans_of_one_energy_and_pictures_are_multiplied() -> None:
    half = Threat.from_pair("gun", np.full((2, 2), 0.5), np.full((2, 2), 0.6))
    grey, _ = project(Scan("g", np.full((4, 4, 1), 0.4, np.float32), Encoding.SINGLE), half, (1, 1))
    assert grey.pixels[1:3, 1:3] == pytest.approx(0.2)
    assert grey.assumed == ()
    picture = Scan("p", np.full((4, 4, 3), 200, np.uint8), Encoding.PSEUDOCOLOR)
    shown, _ = project(picture, half, (1, 1))
    assert shown.pixels[1:3, 1:3].tolist() == np.full((2, 2, 3), 100).tolist()


def test_noise_that_a_darker_pixel_must_have_is_added() -> None:
    rng = np.random.default_rng(0)
    clean = np.exp(-spectrum().attenuation(block(20, 0, 200)))
    noisy = clean + np.sqrt(clean / 1e4) * rng.standard_normal(clean.shape)
    scan = Scan.from_arrays(noisy[..., 0], noisy[..., 1])
    after, _ = project(scan, threat(0, 4, 200), (0, 0), photons_at_air=1e4, rng=rng)
    for plane in np.moveaxis(after.pixels, 2, 0):
        assert plane.var() == pytest.approx(plane.mean() / 1e4, rel=0.35)


def test_a_threat_takes_the_scale_of_the_scan() -> None:
    scan = dual(block(10, 0, 40), pixel_mm=2.0)
    assert fitted(threat(0, 5, 10, pixel_mm=1.0), scan).attenuation.shape == (5, 5, 2)
    assert fitted(threat(0, 5, 10), scan).attenuation.shape == (10, 10, 2)


@pytest.mark.parametrize(("xy_px", "said"), [((-1, 0), "reaches out"), ((6, 0), "reaches out")])
def test_a_threat_that_does_not_fit_is_refused(xy_px: tuple[int, int], said: str) -> None:
    with pytest.raises(ScanError, match=said):
        project(dual(block(10, 0)), threat(0, 5), xy_px)


def test_a_threat_of_air_and_a_spectrum_that_does_not_ship_are_refused() -> None:
    with pytest.raises(ScanError, match="nothing but air"):
        project(dual(block(10, 0)), threat(0, 0), (0, 0))
    with pytest.raises(ScanError, match="there are 120 kV"):
        spectrum("7 kV")
    with pytest.raises(ScanError, match="there are water, aluminium, steel"):
        spectrum().behind(1.0, "cheese")


def bag() -> Scan:
    """Air, in it a bag of 60 mm water with a steel wall and an opaque plate on its right."""
    mm = np.zeros((80, 120, 2))
    mm[20:70, 10:110] = (60, 0)
    mm[20:70, 80:110] = (0, 90)
    mm[20:70, 10:12] = mm[20:22, 10:80] = mm[68:70, 10:80] = (60, 6)
    return dual(mm)


def test_threats_lie_in_the_load_clear_of_air_wall_and_what_is_opaque() -> None:
    mask, rng = np.ones((10, 20), bool), np.random.default_rng(0)
    found = [place(bag(), mask, rng) for _ in range(50)]
    assert len(set(found)) > 20
    for x, y in (at for at in found if at):
        assert x >= 11
        assert x + 14 <= 80  # at most a third of it before the plate
        assert y >= 21
        assert y + 10 <= 69
    assert None not in found


def test_a_threat_larger_than_the_load_fits_nowhere() -> None:
    rng = np.random.default_rng(0)
    assert place(bag(), np.ones((60, 20), bool), rng) is None
    assert place(bag(), np.ones((200, 20), bool), rng) is None
    assert place(dual(block(0, 0, 40)), np.ones((4, 4), bool), rng) is None


def test_noise_behind_very_much_leaves_no_pixel_without_a_number() -> None:
    rng = np.random.default_rng(0)
    low, high = np.clip(np.abs(rng.normal(0, 0.01, (2, 60, 60))), 0, 1).astype(np.float32)
    scan = Scan.from_arrays(low, high, white=1.0, dark=0.0)
    steel = np.full((40, 40), 0.6)
    threat = Threat.from_pair("weapon", steel, steel**0.9, spectrum="4/6 MV")
    laid, _ = project(scan, threat, (5, 5), name="3/6 MV")
    assert np.isfinite(laid.pixels).all()
    inside = laid.pixels[10:40, 10:40]
    assert (inside <= scan.pixels[10:40, 10:40] + 1e-6).all()
