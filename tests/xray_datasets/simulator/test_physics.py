"""Attenuation and beams against numbers that a table or a line of arithmetic gives."""

import numpy as np
import pytest

from xray_datasets.simulator import beam, quadrature
from xray_datasets.simulator.materials import (
    INDEX,
    MATERIALS,
    attenuation_per_mm,
    attenuation_table,
    factorise,
)
from xray_datasets.simulator.scanner import Detector
from xray_datasets.simulator.transmission import RANK, transmit_all


def test_mass_attenuation_at_100_kev_is_that_of_the_nist_tables() -> None:
    # NIST XAAMDI, cm2/g at 100 keV; ours hold coherent scattering too, as theirs do
    for name, per_g in (("water", 0.1707), ("aluminium", 0.1704), ("steel", 0.3717)):
        material = MATERIALS[name]
        ours = attenuation_per_mm(name, np.array([100.0]))[0] * 10 / material.density_g_cm3
        assert ours == pytest.approx(per_g, rel=0.03), name


def test_one_energy_obeys_beer_and_lambert() -> None:
    one = beam.Beam(100, np.array([100.0]), np.ones(1), np.ones(1))
    mu = attenuation_per_mm("aluminium", one.energies_kev)
    low, high = one.transmission(mu * 10.0)
    assert low == high == pytest.approx(np.exp(-0.1704 * 2.70), rel=0.02)


# Hubbell and Seltzer, NIST XAAMDI (1995): cm2/g at these energies.
NIST_KEV = (15, 20, 30, 40, 50, 60, 80, 100, 150, 200)
NIST_CM2_G = {
    "water": (1.673, 0.8096, 0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505, 0.1370),
    "aluminium": (7.955, 3.441, 1.128, 0.5685, 0.3681, 0.2778, 0.2018, 0.1704, 0.1378, 0.1223),
    "steel": (57.08, 25.68, 8.176, 3.629, 1.958, 1.205, 0.5952, 0.3717, 0.1964, 0.1460),
}


@pytest.mark.parametrize("kv", beam.TUBE_KV)
@pytest.mark.parametrize("name", NIST_CM2_G)
def test_ten_millimetres_attenuate_as_a_sum_over_the_printed_rows_says(name: str, kv: int) -> None:
    """Both energies, within 2 % of -ln T: at 140 kV the sum gives 0.0096 and 0.049 for steel."""
    full = beam.full(kv)
    logs = np.interp(np.log(full.energies_kev), np.log(NIST_KEV), np.log(NIST_CM2_G[name]))
    passed = np.exp(-np.exp(logs) * MATERIALS[name].density_g_cm3 * 1.0)  # 1 cm
    few = beam.reduced(kv)
    ours = few.transmission(attenuation_per_mm(name, few.energies_kev) * 10.0)
    for ray, share in zip(ours, (full.low, full.high), strict=True):
        assert np.log(ray) == pytest.approx(np.log(passed @ share), rel=0.02)
    assert ours[0] < ours[1]


@pytest.fixture(scope="module", params=beam.TUBE_KV)
def both(request: pytest.FixtureRequest) -> tuple[beam.Beam, beam.Beam]:
    return beam.full(request.param), beam.reduced(request.param)


def test_reduced_energies_agree_with_bins_of_one_kev_within_half_a_percent(both) -> None:
    """Every material, from air to one ten-thousandth, through the planes that scenes paint."""
    full, few = both
    assert len(few.energies_kev) == beam.NODES
    fine, table = (attenuation_table(tuple(b.energies_kev)).astype(float) for b in both)
    coordinates, basis = factorise(table, np.stack([few.low, few.high]), RANK)
    for name, row in INDEX.items():
        mu = fine[row]
        mm = quadrature.longest_mm(mu[None], full.high) * np.linspace(0, 1, 60)
        true = np.array(full.transmission(np.outer(mm, mu)))
        counts = true > quadrature.FLOOR
        ours = np.array(few.transmission(np.outer(mm, table[row])))
        assert np.abs(ours / true - 1)[counts].max() < 0.005, name
        depth = np.outer(mm, coordinates[row]).astype(np.float32)[None]
        painted = transmit_all(depth, basis, few.signals())[:, 0]
        assert np.abs(painted[:2] / true - 1)[counts].max() < 0.005, name
        squares = (np.exp(-np.outer(mm, mu)) @ full.quanta().T).T
        assert np.abs(painted[2:] / squares - 1)[counts].max() < 0.01, name


def test_the_shares_that_are_kept_are_those_that_the_whole_spectrum_gives(both) -> None:
    _, few = both
    anew = beam.fitted(few.kv)
    assert (anew.energies_kev == few.energies_kev).all()
    assert anew.low == pytest.approx(few.low, rel=1e-6)
    assert anew.high == pytest.approx(few.high, rel=1e-6)
    assert anew.high_photons == pytest.approx(few.high_photons, rel=1e-9)


def test_reduced_energies_hold_for_things_that_lie_over_each_other(both) -> None:
    full, few = both
    rng = np.random.default_rng(0)
    fine, table = (attenuation_table(tuple(b.energies_kev)).astype(float) for b in both)
    for _ in range(200):
        mixed = rng.choice(len(MATERIALS), 4, replace=False)
        parts = rng.dirichlet(np.ones(4)) * rng.uniform(0.3, 7.0)
        mm = parts / (fine[mixed] @ full.high)  # each part alone lets exp(-part) through, or more
        true = np.array(full.transmission(mm @ fine[mixed]))
        ours = np.array(few.transmission(mm @ table[mixed]))
        assert np.abs(ours / true - 1)[true > quadrature.FLOOR].max() < 0.005, mixed


def test_a_voltage_without_known_nodes_gets_some() -> None:
    full, few = beam.full(130), beam.reduced(130)
    mm = np.linspace(0, 20, 9)
    true = full.transmission(np.outer(mm, attenuation_per_mm("steel", full.energies_kev)))
    ours = few.transmission(np.outer(mm, attenuation_per_mm("steel", few.energies_kev)))
    assert np.array(ours) == pytest.approx(np.array(true), rel=0.005)


def test_variance_is_gain_squared_times_the_sum_over_energies_of_photons_times_deposit_squared():
    """10 mm of aluminium before a detector that counts 30,000 photons a pixel in all."""
    full, gain, dark = beam.full(160), 2e-5, 3e-4
    mu = attenuation_per_mm("aluminium", full.energies_kev)
    deposit = full.energies_kev  # D(E): a photon that is stopped leaves all its energy
    in_air = full.low / deposit
    in_air *= 3e4 / in_air.sum()  # N(E)
    rng = np.random.default_rng(1)
    counts = rng.poisson(in_air * np.exp(-mu * 10), (40_000, len(mu)))
    signal = gain * counts @ deposit + rng.normal(0, dark, len(counts))
    by_law = gain**2 * (in_air * np.exp(-mu * 10)) @ deposit**2 + dark**2
    assert signal.var() == pytest.approx(by_law, rel=0.03)

    white = gain * in_air @ deposit
    scanner = Detector(
        blur_px=0,
        photons_at_air=(in_air @ deposit) ** 2 / (in_air @ deposit**2),
        electronic=dark / white,
        stripes=0,
        bits=16,
    )
    few = beam.reduced(160)
    passed = np.exp(-attenuation_per_mm("aluminium", few.energies_kev) * 10)
    planes = [np.full((200, 200), share @ passed, np.float32) for share in few.signals()]
    seen, _ = scanner.read(planes[:2], np.random.default_rng(2), planes[2:])
    assert seen.var() * white**2 == pytest.approx(by_law, rel=0.03)
    assert seen.mean() * white == pytest.approx(signal.mean(), rel=0.005)
