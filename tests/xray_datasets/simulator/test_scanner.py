"""The detector against its law of noise, and what it does at both ends of its range."""

from dataclasses import replace

import numpy as np
import pytest

from xray_datasets.simulator import beam, linac
from xray_datasets.simulator.scanner import ELECTRONS, Detector

QUIET = Detector(photons_at_air=1e4, blur_px=0, electronic=0.0, stripes=0.0, full=4.0, bits=16)


def flat(level: float, side_px: int = 300) -> np.ndarray:
    return np.full((side_px, side_px), level, np.float32)


def test_quantum_noise_grows_with_transmission() -> None:
    detector = replace(QUIET, electronic=1e-3)
    rng = np.random.default_rng(0)
    for level in (0.02, 0.25, 0.9):
        seen = detector.read([flat(level)], rng)[0]
        assert seen.var() == pytest.approx(level / 1e4 + 1e-6, rel=0.04)
        assert seen.mean() == pytest.approx(level, rel=0.01)


def test_variance_holds_the_noise_of_the_dark_current_and_the_mean_does_not() -> None:
    """Transmission 0.1: 0.1 / 1e4 of the photons, 2² / 1e6 of the electronics, 1 / 1e7 of the dark.

    A dark current as large as the signal of air is 1e4 * 1000 electrons, whose shot noise is the
    root of 1 / 1e7; here it is fifty times as large, 5 / 1e6.
    """
    detector = replace(QUIET, electronic=2e-3, dark=50.0, full=60.0, bits=24)
    seen = detector.read([flat(0.1, 500)], np.random.default_rng(1))[0]
    by_law = 0.1 / 1e4 + 4e-6 + 50 / (1e4 * ELECTRONS)
    assert by_law == pytest.approx(1.9e-5)
    assert seen.var() == pytest.approx(by_law, rel=0.03)
    assert detector.sigma(np.array([0.1]))[0] ** 2 == pytest.approx(by_law)
    assert seen.mean() == pytest.approx(0.1, rel=0.002)


def test_the_hard_signal_has_photons_of_its_own() -> None:
    detector = replace(QUIET, high_photons=0.2)
    low, high = detector.read([flat(0.5), flat(0.5)], np.random.default_rng(2))
    assert low.var() == pytest.approx(0.5 / 1e4, rel=0.04)
    assert high.var() == pytest.approx(0.5 / 2e3, rel=0.04)
    assert detector.sigma(np.ones(1), 1)[0] ** 2 == pytest.approx(1 / 2e3)


def test_few_photons_reach_the_layer_behind_the_copper_and_fewer_the_softer_the_tube() -> None:
    shares = [beam.full(kv).high_photons for kv in (120, 180)]
    assert 0.08 < shares[0] < shares[1] < 0.3
    assert beam.reduced(120).high_photons == shares[0]
    assert 1 < linac.full(4, 6).high_photons < 6  # more light from harder electrons


@pytest.mark.parametrize("bits", [8, 12])
def test_a_converter_has_as_many_codes_as_its_bits(bits: int) -> None:
    ramp = np.linspace(0, 1, 90_000, dtype=np.float32).reshape(300, 300)
    detector = replace(QUIET, photons_at_air=1e12, full=1.0, bits=bits)
    assert len(np.unique(detector.read([ramp], np.random.default_rng(0))[0])) == 2**bits


def test_a_converter_that_is_full_counts_no_further_and_the_dark_current_fills_it_too() -> None:
    ramp = np.linspace(0, 1.5, 90_000, dtype=np.float32).reshape(300, 300)
    for dark, most in ((0.0, 1.2), (0.1, 1.1)):
        detector = replace(QUIET, photons_at_air=1e12, full=1.2, dark=dark)
        seen = detector.read([ramp], np.random.default_rng(0))[0]
        assert seen.max() == pytest.approx(most, abs=1e-4)
        assert (seen == seen.max()).mean() == pytest.approx((1.5 - most) / 1.5, abs=0.01)
        assert seen.min() == 0


def test_a_channel_whose_dark_current_has_drifted_lies_off_by_as_much_all_along() -> None:
    detector = replace(QUIET, photons_at_air=1e12, dark=0.1, drift=0.01)
    rows = detector.read([flat(0.5)], np.random.default_rng(3))[0]
    assert rows.std(1).max() < 1e-4
    assert rows.mean(1).std() == pytest.approx(1e-3, rel=0.15)


def test_scatter_lightens_what_nothing_gets_through_and_nowhere_has_edges() -> None:
    plane = flat(1.0, 320)
    plane[120:200, 120:200] = 0
    detector = replace(QUIET, photons_at_air=1e12, scatter=0.05)
    seen = detector.read([plane], np.random.default_rng(0))[0]
    behind = seen[120:200, 120:200]
    assert 0.02 < behind.min() <= behind.max() < 0.05 / 1.05
    assert np.abs(np.diff(behind, axis=0)).max() < 1e-3
    assert seen[0, 0] == pytest.approx(1.0, abs=0.005)


def test_scatter_comes_from_the_fan_alone_for_a_column_is_a_moment() -> None:
    plane = flat(1.0, 320)
    plane[:, 160:] = 0
    plane[:80, 200:240] = 1  # a window: from here on there is some light
    detector = replace(QUIET, photons_at_air=1e12, scatter=0.01)
    seen = detector.read([plane], np.random.default_rng(0))[0]
    assert seen[:, 161:199].max() == seen[:, 241:].max() == 0
    assert seen[81, 201:239].min() > 0.002
    assert seen[:, :159] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("bits", "full"), [(8, 1.5), (10, 1.1)])
def test_what_the_converter_rounds_away_counts_as_noise(bits: int, full: float) -> None:
    """Over levels all along a step: by law its square over 12, beside next to no other noise."""
    detector = replace(QUIET, photons_at_air=1e12, full=full, bits=bits)
    ramp = np.linspace(0.4, 0.6, 90_000, dtype=np.float32).reshape(300, 300)
    off = detector.read([ramp], np.random.default_rng(0))[0] - ramp
    assert off.std() == pytest.approx(float(detector.sigma(np.array([0.5]))[0]), rel=0.02)
