"""Numbers by two energies: water is organic, steel is metal, whatever the tube."""

import numpy as np
import pytest

from xray import atomic
from xray.spectrum import spectrum


def number(name: str, mm: float, material: str, table: str) -> float:
    low, high = spectrum(name).behind(mm, material)
    return float(atomic.codes(low, high, table)) * atomic.STEP + atomic.LEAST


@pytest.mark.parametrize("mm", [5, 20, 60])
def test_what_the_table_was_made_from_comes_back(mm: float) -> None:
    assert number("150 kV", mm, "water", "150 kV") == pytest.approx(7.4, abs=0.5)
    assert number("150 kV", mm, "aluminium", "150 kV") == pytest.approx(13, abs=0.8)
    assert number("150 kV", mm / 10, "steel", "150 kV") == pytest.approx(26, abs=0.8)


@pytest.mark.parametrize("tube", ["120 kV", "140 kV", "160 kV", "180 kV"])
def test_one_table_tells_the_classes_apart_at_every_tube_voltage(tube: str) -> None:
    for mm in (10, 40):
        assert number(tube, mm, "water", "150 kV") < atomic.ORGANIC_BELOW
        assert atomic.ORGANIC_BELOW < number(tube, mm, "aluminium", "150 kV") < atomic.METAL_FROM
        assert number(tube, mm / 10, "steel", "150 kV") >= atomic.METAL_FROM


def test_linacs_have_a_table_of_their_own_where_the_order_is_reversed() -> None:
    for mm in (100, 400):
        assert number("4/6 MV", mm, "water", "4/6 MV") == pytest.approx(7.4, abs=2)
        assert number("4/6 MV", mm / 8, "steel", "4/6 MV") == pytest.approx(26, abs=4)


def test_a_long_scan_is_cargo_and_an_unknown_pitch_is_not() -> None:
    assert atomic.beam(6000, 2000, 2.0) == "4/6 MV"
    assert atomic.beam(6000, 2000, None) == "150 kV"
    assert atomic.beam(900, 600, 1.0) == "150 kV"


def test_where_nothing_gets_through_counts_as_steel_and_is_never_stripped_as_organic() -> None:
    for high in (6.0, 8.0, 11.0):
        assert float(atomic.codes(high, high)) * atomic.STEP + atomic.LEAST == 26


def test_what_no_matter_gives_stays_within_the_table() -> None:
    low = np.array([-0.1, 0.0, 20.0, 0.5], np.float32)
    high = np.array([0.2, 0.0, 0.1, 20.0], np.float32)
    codes = atomic.codes(low, high)
    assert codes.min() >= 0
    assert codes.max() <= (atomic.MOST - atomic.LEAST) / atomic.STEP
