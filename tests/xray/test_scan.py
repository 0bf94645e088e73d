from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

import xray

GREY = np.ones((3, 4, 1), np.float32)


def test_counts_become_transmission_between_dark_and_white() -> None:
    scan = xray.Scan.from_arrays(
        np.array([[100, 600], [1100, 1200]], np.uint16), white=1100, dark=100
    )
    assert scan.encoding is xray.Encoding.SINGLE
    assert scan.low.tolist() == [[0.0, 0.5], [1.0, 1.0]]


def test_two_planes_are_low_and_high() -> None:
    scan = xray.Scan.from_arrays([[0.2, 0.4]], [[0.5, 0.6]], id="K1", pixel_mm=0.8)
    assert scan.encoding is xray.Encoding.DUAL
    assert (scan.width, scan.height, scan.pixel_mm) == (2, 1, 0.8)
    assert scan.low.tolist() == [[pytest.approx(0.2), pytest.approx(0.4)]]
    assert scan.high.tolist() == [[pytest.approx(0.5), pytest.approx(0.6)]]


@given(
    of_numpy.arrays(np.uint16, (4, 5)),
    st.integers(0, 30_000),
    st.integers(1, 30_000),
)
def test_transmission_lies_between_opaque_and_air_and_keeps_order(counts, dark, above) -> None:
    white = dark + above
    assume(counts.max() > dark and counts.min() < white and np.ptp(counts) > 0)
    low = xray.Scan.from_arrays(counts, white=white, dark=dark).low
    assert low.min() >= 0
    assert low.max() <= 1
    order = np.argsort(counts.ravel(), kind="stable")
    assert np.all(np.diff(low.ravel()[order]) >= 0)


@pytest.mark.parametrize(
    ("pixels", "encoding", "said"),
    [
        (GREY, "pseudocolor", r"pseudocolor pixels must be \(H, W, 3\), got \(3, 4, 1\)"),
        (GREY.astype(np.float64), "single", "single pixels must be float32, got float64"),
        (GREY[:0], "single", "sides must be 1 to 32768 pixels, got 4×0"),
        (GREY * np.nan, "single", "12 of 12 pixels are NaN or infinite; expected"),
        (np.ones((3, 40_000, 1), np.float32), "single", "got 40000×3"),
        (np.ones((3, 4), np.float32), "single", "must be"),
        (GREY * 40_000, "single", "must be transmission, 0 to 1, got 40000 to 40000; counts go to"),
        (GREY * -3, "single", "must be transmission, 0 to 1, got -3 to -3"),
        (GREY * np.float32(np.inf), "single", "12 of 12 pixels are NaN or infinite; expected"),
        (40_000.0, "single", r"must be \(H, W, 1\), got \(\)"),
        ([[[0.5]]], "single", "must be float32, got list"),
    ],
)
def test_pixels_that_are_not_what_the_encoding_asks_for(pixels, encoding, said) -> None:
    with pytest.raises(xray.ScanError, match=f"scan bag: .*{said}"):
        xray.Scan("bag", pixels, xray.Encoding(encoding))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pixel_mm": 0.0}, r"pixel_mm must lie over 0 and under 1000, got 0\.0"),
        ({"pixel_mm": float("nan")}, "over 0 and under 1000, got nan"),
        ({"pixel_mm": 5000}, "over 0 and under 1000, got 5000"),
        ({"pixel_mm": "0.8"}, "pixel_mm must lie over 0 .* got '0.8'"),
        ({"acquired_at": datetime(2026, 3, 21)}, "acquired_at has no time zone"),
    ],
    ids=str,
)
def test_fields_that_mean_nothing(options, said) -> None:
    with pytest.raises(xray.ScanError, match=said):
        xray.Scan("bag", GREY, xray.Encoding.SINGLE, **options)


@pytest.mark.parametrize(
    ("low", "options", "said"),
    [
        (np.ones((2, 2), np.uint8), {}, "counts of type uint8 came without white; pass"),
        (np.ones((2, 2)), {"high": np.ones((2, 3))}, "low is 2×2 and high is 3×2"),
        (np.ones((2, 2)), {"white": 5, "dark": 5}, "white 5 must lie above dark 5"),
        (np.ones((2, 2, 2)), {}, r"a plane must be \(H, W\) numbers, got \(2, 2, 2\)"),
        ([["a", "b"]], {}, "a plane must be .* of type <U1"),
        (np.full((2, 2), np.nan), {}, "4 of 4 pixels are NaN or infinite"),
        ([[500.0, 60_000.0]], {}, "0 to 1, but these run from 500 to 60000; pass the count of"),
        ([[-40.0, 1.0]], {}, "0 to 1, but these run from -40 to 1"),
        ([[0.5, np.inf]], {}, "1 of 2 pixels are NaN or infinite; expected"),
        ([[500.0, -np.inf]], {"white": 1000}, "1 of 2 pixels are NaN or infinite; expected"),
        ([[500.0, 1e300]], {"white": 1000}, "1 of 2 pixels are NaN or infinite; expected"),
        (np.zeros((2, 2), np.uint16), {"white": 1000}, "every pixel is 0 of the beam; expected"),
        (np.full((2, 2), 0.7), {}, "every pixel is 0.7 of the beam; expected a scan; was the"),
        ([[900, 950]], {"white": 800}, "from 900 to 950, with white 800 and dark 0, every pixel"),
        (np.ones((2, 2)), {"white": (1, 2, 3)}, "white must be one number, or two for low and"),
        (np.ones((2, 2)), {"white": 9, "dark": np.nan}, "dark must be one number, or two"),
        (np.ones((2, 2)), {"white": "9"}, "white must be one number, or two .*, got '9'"),
        (np.ones((2, 2)), {"white": np.ones(80)}, "white must be one number, .*, got 80 of them"),
        (np.ones((0, 2)), {}, "sides must be 1 to 32768 pixels, got 2×0"),
    ],
)
def test_arrays_that_are_no_scan(low, options, said) -> None:
    with pytest.raises(xray.ScanError, match=said):
        xray.Scan.from_arrays(low, **options)


def test_levels_of_the_two_planes_may_come_as_an_array() -> None:
    low, high = np.array([[50, 100]]), np.array([[100, 200]])
    scan = xray.Scan.from_arrays(low, high, white=np.array([100, 200]), dark=np.float32(0))
    assert scan.pixels.tolist() == [[[0.5, 0.5], [1.0, 1.0]]]


def test_a_console_picture_holds_no_transmission() -> None:
    scan = xray.Scan("bag", np.zeros((2, 2, 3), np.uint8), xray.Encoding.PSEUDOCOLOR)
    with pytest.raises(xray.ScanError, match="a pseudo-colour picture holds no transmission"):
        _ = scan.low


def test_what_was_guessed_stands_in_the_scan() -> None:
    taken_at = datetime(2026, 3, 21, tzinfo=UTC)
    scan = xray.Scan.from_arrays(
        [[9, 5]], white=9, dark=1, meta={"assumed": ("a guess",)}, acquired_at=taken_at
    )
    assert scan.assumed == ("a guess",)
    assert scan.acquired_at == taken_at


def test_numbers_without_levels_are_taken_as_they_are_and_that_is_said() -> None:
    said = "floats were taken as transmission already; pass white= and dark= for counts"
    assert xray.Scan.from_arrays([[0.5, 1.04]]).assumed == (said,)
    assert xray.Scan.from_arrays([[0.5, 1.0]], white=1, dark=0).assumed == ()
    assert xray.Scan.from_arrays([[5, 9]], white=9).assumed == (
        "dark level 0; pass dark= to set it",
    )


def test_each_row_of_detectors_has_its_own_air_and_dark_count() -> None:
    scan = xray.Scan.from_arrays([[60, 110]], [[45, 80]], white=(110, 80), dark=(10, 10))
    assert scan.pixels.tolist() == [[[0.5, 0.5], [1.0, 1.0]]]


def test_an_encoding_may_be_named_and_becomes_one() -> None:
    scan = xray.Scan("bag", np.zeros((2, 2, 3), np.uint8), "pseudocolor")
    assert scan.encoding is xray.Encoding.PSEUDOCOLOR
    with pytest.raises(xray.ScanError, match="scan bag: encoding must be one of pseudocolor, sin"):
        xray.Scan("bag", GREY, "colour")
