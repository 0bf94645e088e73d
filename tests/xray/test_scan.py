from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
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
    low = xray.Scan.from_arrays(counts, white=dark + above, dark=dark).low
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
        (GREY * np.nan, "single", "12 pixels are NaN or infinite"),
        (np.ones((3, 40_000, 1), np.float32), "single", "got 40000×3"),
        (np.ones((3, 4), np.float32), "single", "must be"),
    ],
)
def test_pixels_that_are_not_what_the_encoding_asks_for(pixels, encoding, said) -> None:
    with pytest.raises(xray.ScanError, match=f"scan bag: .*{said}"):
        xray.Scan("bag", pixels, xray.Encoding(encoding))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pixel_mm": 0.0}, "pixel_mm must lie over 0"),
        ({"pixel_mm": float("nan")}, "pixel_mm must lie over 0"),
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
        (np.ones((2, 2, 2)), {}, r"a plane must be \(H, W\), got \(2, 2, 2\)"),
        (np.full((2, 2), np.nan), {}, "NaN or infinite"),
    ],
)
def test_arrays_that_are_no_scan(low, options, said) -> None:
    with pytest.raises(xray.ScanError, match=said):
        xray.Scan.from_arrays(low, **options)


def test_a_console_picture_holds_no_transmission() -> None:
    scan = xray.Scan("bag", np.zeros((2, 2, 3), np.uint8), xray.Encoding.PSEUDOCOLOR)
    with pytest.raises(xray.ScanError, match="a pseudo-colour picture holds no transmission"):
        _ = scan.low


def test_what_was_guessed_stands_in_the_scan() -> None:
    taken_at = datetime(2026, 3, 21, tzinfo=UTC)
    scan = xray.Scan.from_arrays([[0.5]], meta={"assumed": ("a guess",)}, acquired_at=taken_at)
    assert scan.assumed == ("a guess",)
    assert scan.acquired_at == taken_at
    assert xray.Scan.from_arrays([[0.5]]).assumed == ()
