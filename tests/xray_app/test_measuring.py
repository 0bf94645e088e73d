"""What the long runs measure with: a leak is seen, and no two scans are one."""

import pytest

import xray
from tests.xray_app.gate import MIXED, Scans
from tests.xray_app.memory import Watch, slope
from xray_app import fingerprint


def test_memory_that_grows_evenly_has_that_slope_and_one_high_look_hardly_any() -> None:
    assert slope([(minute, 400 + 2 * minute) for minute in range(11)]) == pytest.approx(2)
    steady = [(minute, 400.0 + 20 * (minute == 5)) for minute in range(11)]
    assert slope(steady) == pytest.approx(0)


def test_what_fills_caches_at_the_beginning_is_no_growth_and_a_leak_is() -> None:
    fills = iter([100, 180, *[200] * 18])
    leaks = iter(range(100, 300, 10))
    watch = Watch(fills=lambda: next(fills), leaks=lambda: next(leaks))
    for _ in range(20):
        watch.look()
    assert (watch.grown("fills"), watch.grown("leaks")) == (0, 120)


def test_no_two_scans_at_the_gate_show_the_same() -> None:
    scans = Scans()
    seen = {fingerprint.of_pixels(xray.read(scans.next()[1])) for _ in range(5 * MIXED)}
    assert len(seen) == 5 * MIXED
