"""What the network sees, with numbers that can be checked by hand."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

import xray
from xray import tensors
from xray.scan import Encoding
from xray.tensors import KILOVOLT, MEGAVOLT, Ranges
from xray.tiles import Tile


def dual(low: float, high: float, side: int = 4) -> np.ndarray:
    return np.full((side, side, 2), (low, high), np.float32)


def test_air_is_bright_in_every_encoding() -> None:
    assert tensors.air(Encoding.PSEUDOCOLOR, KILOVOLT) == (255, 255, 255)
    assert tensors.air(Encoding.SINGLE, KILOVOLT) == (255, 255, 255)
    # the ratio of air is 1 by definition: (2.4 - 1) / (2.4 - 0.8) * 255 = 223
    assert tensors.air(Encoding.DUAL, KILOVOLT) == (255, 255, 223)


def test_attenuation_falls_evenly_over_its_range() -> None:
    planes = tensors.planes(dual(np.exp(-3), np.exp(-1.5)), Encoding.DUAL, KILOVOLT)
    assert planes[..., 0].mean() == pytest.approx(127.5, abs=0.6)  # 3 of 6: half way
    assert planes[..., 1].mean() == pytest.approx(191.25, abs=0.6)  # 1.5 of 6: a quarter
    assert planes[..., 2].mean() == pytest.approx(255 * (2.4 - 3.05 / 1.55) / 1.6, abs=0.6)


def test_the_same_thickness_gives_the_same_numbers_whatever_lies_beside_it() -> None:
    lonely = dual(0.5, 0.6)
    beside_steel = lonely.copy()
    beside_steel[:, 2:] = 0.001
    a = tensors.planes(lonely, Encoding.DUAL, KILOVOLT)
    b = tensors.planes(beside_steel, Encoding.DUAL, KILOVOLT)
    assert (a[:, :2] == b[:, :2]).all()


def behind_steel(
    contrast: float,
    transmission: float,
    folder: Path,
    ranges: Ranges = MEGAVOLT,
    white: int | None = 60_000,
    noise: float = 0.0,
) -> list[float]:
    """What a contrast in a 16-bit container scan makes in the low and the high plane of the input.

    In steps of 255, means of 384 and 576 pixels; `noise` is a share of each pixel's signal.
    """
    plate = np.full((64, 64), transmission)
    plate[16:48, 16:48] *= 1 - contrast
    plate *= 1 + noise * np.random.default_rng(0).standard_normal(plate.shape)
    counts = np.rint(plate * 60_000).astype(np.uint16)
    counts[:4] = 60_000  # a strip of air, as every scan has
    tifffile.imwrite(folder / "container.tif", np.stack((counts, counts)))
    scan = xray.read(folder / "container.tif", white=white)
    planes = tensors.prepare(scan.pixels, scan.encoding, Tile(0, 0, 64, 64, 1.0), ranges)
    step = planes[8:56, 4:12].mean(axis=(0, 1)) - planes[20:44, 20:44].mean(axis=(0, 1))
    return step[:2].tolist()


STEEL = pytest.mark.parametrize(
    ("photon_mev", "per_mm"), [(2.0, 0.0335), (3.0, 0.0285), (4.0, 0.0260)]
)


@STEEL
def test_one_percent_behind_150_mm_of_steel_survives_16_bits_and_the_planes(
    photon_mev: float, per_mm: float, tmp_path: Path
) -> None:
    """Narrow-beam attenuation of iron, 7.87 g/cm³ times NIST XCOM's mass attenuation."""
    steel = float(np.exp(-150 * per_mm))
    assert behind_steel(0.0, steel, tmp_path)[1] == pytest.approx(0, abs=0.05)
    # 1 % is 0.01005 of attenuation, in steps of 3.2 / 255: 0.80 of a step
    assert behind_steel(0.01, steel, tmp_path)[1] == pytest.approx(0.80, abs=0.25)
    assert behind_steel(0.03, steel, tmp_path)[1] == pytest.approx(2.43, abs=0.25)


@STEEL
@pytest.mark.parametrize("white", [60_000, None], ids=["white given", "white read off the air"])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_over_an_area_it_survives_the_wider_planes_of_the_shipped_models_too(
    photon_mev: float, per_mm: float, white: int | None, noise: float, tmp_path: Path
) -> None:
    """Under half a step: no single pixel tells it, the means do, by the dither."""
    steel = float(np.exp(-150 * per_mm))

    def seen(contrast: float) -> list[float]:
        return behind_steel(contrast, steel, tmp_path, KILOVOLT, white, noise)

    assert seen(0.0) == pytest.approx([0, 0], abs=0.1)
    # 1 % is 0.01005 of attenuation, in steps of 6 / 255: 0.43 of a step
    assert seen(0.01) == pytest.approx([0.43, 0.43], abs=0.12)
    assert seen(0.03) == pytest.approx([1.29, 1.29], abs=0.12)


@given(st.floats(1e-4, 1.0))
def test_no_contrast_is_lost_to_rounding_on_average(transmission: float) -> None:
    plane = tensors.planes(np.full((4, 4, 1), transmission, np.float32), Encoding.SINGLE, KILOVOLT)
    expected = np.clip((6 + np.log(np.float32(transmission))) / 6 * 255, 0, 255)
    assert plane[..., 0].mean() == pytest.approx(expected, abs=0.51)


def test_a_tile_is_cut_scaled_and_padded_to_multiples_of_32() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    image = tensors.prepare(pixels, Encoding.PSEUDOCOLOR, Tile(10, 10, 150, 50, 0.5), Ranges())
    assert image.shape == (32, 96, 3)
    assert (image[:25, :75] == 0).all()
    assert (image[25:] == 255).all()
    assert (image[:, 75:] == 255).all()


def test_scaling_down_averages_transmission_and_not_its_logarithm() -> None:
    checkers = np.ones((2, 2, 1), np.float32)
    checkers[0, 0] = checkers[1, 1] = 0.0
    assert tensors.resize(checkers, 1, 1)[0, 0, 0] == pytest.approx(0.5)
