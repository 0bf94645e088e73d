"""Display curves: known ones are found again, and what they cannot hide stays."""

import numpy as np
import pytest

from xray.errors import DataError
from xray_train.realism import curves
from xray_train.realism.curves import EVERY, Pair, compare
from xray_train.realism.display import Curve, Pixels, compared, fit, joined, medians

LOW, HIGH = Curve(1.15, 0.02), Curve(0.9, -0.03)


def pixels(seed: int, steel: float = 0.55, count: int = 60_000, share: float = 0.25) -> Pixels:
    """Attenuation of plastic and steel by hand, in six bags: steel's high is `steel` of its low."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 3.2, count)
    metal = rng.random(count) < share
    high = np.where(metal, steel * low, 0.86 * low - 0.04 * low**2) + rng.normal(0, 0.01, count)
    return Pixels(low, high, rng.integers(0, 6, count))


def shown(of: Pixels) -> Pixels:
    """In 8 bits, air at 205."""
    codes = [np.rint(c.shown(np.exp(-v)) * 205) for c, v in ((LOW, of.low), (HIGH, of.high))]
    return Pixels(codes[0] / 205, codes[1] / 205, of.group)


def test_a_curve_and_its_way_back_agree() -> None:
    depths = np.array([0.0, 0.3, 1.0, 2.5])
    back = HIGH.attenuation(HIGH.shown(np.exp(-depths)))
    assert back == pytest.approx(depths, abs=1e-9)
    assert np.all(np.diff(LOW.shown(np.linspace(0, 1, 50))) > 0)  # brighter is thinner


def test_known_curves_are_found_again() -> None:
    low, high, left = fit(shown(pixels(0)), pixels(1))
    assert left < 0.02
    assert high.exponent / low.exponent == pytest.approx(HIGH.exponent / LOW.exponent, rel=0.1)
    depths = np.array([0.3, 0.8, 1.5, 2.4])
    for found, true in ((low, LOW), (high, HIGH)):
        assert found.attenuation(true.shown(np.exp(-depths))) == pytest.approx(depths, rel=0.12)


def test_behind_the_fitted_curves_other_pixels_agree() -> None:
    low, high, _ = fit(shown(pixels(0)), pixels(1))
    rows = compared(shown(pixels(2)).mapped(low, high), pixels(3))
    assert len(rows) >= 10
    assert max(abs(row["gap"]) for row in rows if row["low"] < 2.5) < 0.03


def test_steel_that_differs_too_little_is_not_hidden() -> None:
    low, high, _ = fit(shown(pixels(0)), pixels(1, steel=0.7))
    real = shown(pixels(2, share=1.0)).mapped(low, high)
    rows = compared(real, pixels(3, steel=0.7, share=1.0))
    assert min(row["gap"] for row in rows) < -0.2  # at 2.9: 0.55 against 0.7 of it


def test_a_bin_of_few_pixels_or_few_bags_is_left_out() -> None:
    one_bag = np.full(4000, 1.0)
    of = Pixels(
        np.r_[np.full(4000, 0.25), one_bag, np.full(10, 2.0)],
        np.r_[np.full(4000, 0.2), one_bag, np.full(10, 1.0)],
        np.r_[np.arange(4000) % 5, np.full(4000, 9), np.arange(10)].astype(np.int64),
    )
    assert [row["low"] for row in compared(of, of)] == [0.2]
    assert medians(of, np.array([0.1, 0.3])).tolist() == [[0.25, 0.2, 4000, 5]]


def test_two_many_or_too_few_pixels_of_air_give_no_curve() -> None:
    air = Pixels(np.zeros(5000), np.zeros(5000), np.arange(5000) % 7)
    with pytest.raises(DataError, match="give more scans"):
        fit(air, air)


def test_simulated_blades_are_metal_and_each_is_a_bag() -> None:
    found = curves.simulated_blades(4, 0)
    assert found.low.min() > 0.7
    assert 0.4 < np.median(found.high / found.low) < 0.75  # steel at 140 kV, plastic has 0.85
    assert len(np.unique(found.group)) >= 2


def test_halves_change_places_and_the_voltage_that_fits_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(curves, "LEAST_SCENES", 2)

    def pair(number: int, steel: float, kv: int | None) -> Pair:
        of = pixels(number, steel, 90 * 90, share=0.7)
        planes = np.stack((of.low, of.high), -1).reshape(90, 90, 2)
        of = Pixels(planes[..., 0], planes[..., 1], of.group)
        flat = np.stack((of.low, of.high) if kv else (shown(of).low, shown(of).high), -1)
        flat = flat.repeat(3, 0).repeat(3, 1)  # every third pixel counts
        return Pair(flat.astype(np.float16), (), number, kv)

    real = [pair(k, 0.55, None) for k in range(8)]
    made = [pair(100 + k, 0.55, 160) for k in range(8)]
    made += [pair(200 + k, 0.9, 120) for k in range(8)]
    found = compare(real, made, joined([]), 0)
    assert [way["judged_bags"] for way in found["ways"]] == [4, 4]
    assert {way["best"] for way in found["ways"]} == {"160 kV"}
    for way in found["ways"]:
        assert way["160 kV"]["all"]["greatest"] < 0.03
        assert way[EVERY]["blades"] == {"greatest": None, "bins": []}
