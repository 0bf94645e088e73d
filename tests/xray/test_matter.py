"""Words for what lies in a box: what two energies say of it, and where they say nothing."""

import numpy as np
import pytest

import xray
from xray import matter
from xray.spectrum import spectrum

TUBE = spectrum("150 kV")
SIZE = 60
LOOP = (20.0, 20.0, 40.0, 40.0)


def scan(around: np.ndarray, within: np.ndarray) -> xray.Scan:
    """A load of one attenuation (low, high), and a bar askew of another in the middle box."""
    pixels = np.full((SIZE, SIZE, 2), np.exp(-around), np.float32)
    for k in range(20, 40):
        pixels[k, max(k - 2, 20) : min(k + 3, 40)] = np.exp(-within)
    return xray.Scan("bag", pixels, xray.Encoding.DUAL)


def word(of: xray.Scan, box: tuple[float, float, float, float] = LOOP) -> str | None:
    (told,) = matter.materials(of, [xray.Detection("knife", 0.9, box)])
    return told


@pytest.mark.parametrize(
    ("low", "high", "said"),
    # -ln T: of 55 mm of water the ratio is 1.2, of 13 mm of aluminium 1.6, of 2 mm of steel 2.2
    [(1.2, 1.0, "organic"), (1.04, 0.65, "mixed"), (1.55, 0.7, "metal")],
)
def test_in_air_the_ratio_of_the_two_attenuations_gives_the_word(low, high, said) -> None:
    assert word(scan(np.zeros(2), np.array([low, high]))) == said


@pytest.mark.parametrize(
    ("basis_mm", "said"), [((60, 0), "organic"), ((40, 0.5), "mixed"), ((0, 2), "metal")]
)
@pytest.mark.parametrize("load_mm", [(0, 0), (100, 0), (60, 1)])
def test_what_lies_beside_an_object_does_not_count_as_part_of_it(basis_mm, said, load_mm) -> None:
    """Water and steel in mm. The whole path of 2 mm of steel in 100 mm of water is mixed."""
    around, own = np.array(load_mm, float), np.array(basis_mm, float)
    bag = scan(TUBE.attenuation(around), TUBE.attenuation(around + own))
    assert word(bag) == said


def test_no_word_is_said_where_two_energies_do_not_allow_it() -> None:
    thin, thick = TUBE.behind(1, "water"), TUBE.behind(40, "steel")
    for within in (np.zeros(2), thin, thick):
        assert word(scan(np.zeros(2), within)) is None
    assert word(scan(thick, thick)) is None
    steel = scan(np.zeros(2), TUBE.behind(2, "steel"))
    assert word(steel, (20.0, 20.0, 22.0, 22.0)) is None  # 4 pixels
    assert word(xray.Scan("bag", steel.pixels[..., :1], xray.Encoding.SINGLE)) is None


def test_a_box_at_the_edge_or_over_the_whole_scan_is_told_against_what_is_there() -> None:
    steel = scan(np.zeros(2), TUBE.behind(2, "steel"))
    corner = xray.Scan("bag", steel.pixels[20:, 20:], xray.Encoding.DUAL)
    assert word(corner, (0.0, 0.0, 20.0, 20.0)) == "metal"
    alone = xray.Scan("bag", steel.pixels[20:40, 20:40], xray.Encoding.DUAL)
    assert word(alone, (0.0, 0.0, 20.0, 20.0)) == "metal"
