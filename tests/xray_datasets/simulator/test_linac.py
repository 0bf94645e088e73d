"""Linac beams and attenuation at MeV against published numbers."""

import numpy as np
import pytest

from xray_datasets.simulator import beam, linac, quadrature, xcom
from xray_datasets.simulator.materials import (
    INDEX,
    MATERIALS,
    attenuation_per_mm,
    attenuation_table,
    effective_z,
    factorise,
    mass_attenuation,
    material_class,
)
from xray_datasets.simulator.transmission import RANK, transmit_all

# Hubbell and Seltzer, NIST XAAMDI: cm2/g at 1, 3, 6, 8 and 10 MeV.
NIST = {
    "Fe": (0.05995, 0.03621, 0.03057, 0.02991, 0.02994),
    "H2O": (0.07072, 0.03969, 0.02770, 0.02429, 0.02219),
    "Pb": (0.07102, 0.04234, 0.04391, 0.04675, 0.04972),
}


@pytest.mark.parametrize("formula", NIST)
def test_attenuation_at_mev_is_that_of_the_nist_tables(formula: str) -> None:
    at_mev = np.array([1, 3, 6, 8, 10]) * 1e3
    assert xcom.mass_attenuation(formula, at_mev) == pytest.approx(NIST[formula], rel=1e-3)
    between = np.exp(np.interp(np.log(9), np.log([8, 10]), np.log(NIST[formula][3:])))
    assert xcom.mass_attenuation(formula, np.array([9e3])) == pytest.approx(between, rel=5e-3)


def test_pair_production_makes_lead_stop_more_at_9_mev_than_at_3() -> None:
    at_3, at_9 = attenuation_per_mm("lead", np.array([3e3, 9e3]))
    assert at_9 > 1.1 * at_3
    at_3, at_9 = attenuation_per_mm("water", np.array([3e3, 9e3]))
    assert at_9 < 0.65 * at_3


@pytest.mark.parametrize("name", ["water", "steel", "lead", "cocaine"])
def test_both_tables_meet_at_800_kev(name: str) -> None:
    below, above = mass_attenuation(MATERIALS[name].formula, np.array([799.9, 800.1]))
    assert above == pytest.approx(below, rel=3e-3)


def test_xcom_is_not_read_among_absorption_edges() -> None:
    with pytest.raises(ValueError, match="below use xraydb"):
        xcom.mass_attenuation("Pb", np.array([80.0]))


def test_schiffs_spectrum_ends_at_the_electrons_energy_and_falls_towards_it() -> None:
    kev = np.array([500.0, 1000, 3000, 5900, 6000, 7000])
    bright = linac.schiff(6, kev)
    assert (np.diff(bright[:4]) < 0).all()
    assert bright[3] > 0
    assert bright[4] == bright[5] == 0
    # by hand at 3 MeV from 6: E0 = 6511, E = 3511, r = 0.539; 1 / M = (511 * 3000 / (2 * 6511 *
    # 3511))² + (4.198 / 111)² = 0.001124 + 0.001431; (1.2908 * 5.970 - 2.369) / 3000 = 0.001779
    assert bright[2] == pytest.approx(0.001779, rel=2e-3)


@pytest.fixture(scope="module", params=linac.PAIRS_MV, ids=str)
def both(request: pytest.FixtureRequest) -> tuple[beam.Beam, beam.Beam]:
    return linac.full(*request.param), linac.reduced(*request.param)


def test_few_energies_agree_with_all_within_half_a_percent(both) -> None:
    full, few = both
    assert len(few.energies_kev) <= linac.NODES
    fine, table = (attenuation_table(tuple(b.energies_kev)).astype(float) for b in both)
    coordinates, basis = factorise(table, np.stack([few.low, few.high]), RANK)
    for name, row in INDEX.items():
        mm = quadrature.longest_mm(fine[row][None], full.high) * np.linspace(0, 1, 40)
        true = np.array(full.transmission(np.outer(mm, fine[row])))
        depth = np.outer(mm, coordinates[row]).astype(np.float32)[None]
        ours = transmit_all(depth, basis, np.stack([few.low, few.high]))[:, 0]
        assert np.abs(ours / true - 1)[true > quadrature.FLOOR].max() < 0.005, name


# The same tables from 0.1 to 10 MeV, of what 10 mm are tried of.
ROWS_KEV = (100, 150, 200, 300, 400, 500, 600, 800, 1000, 1250, 1500, 2000, 3000, 4000, 5000, 6000,
            8000, 10000)  # fmt: skip
ROWS_CM2_G = {
    "water": (0.1707, 0.1505, 0.1370, 0.1186, 0.1061, 0.09687, 0.08956, 0.07865, 0.07072, 0.06323,
              0.05754, 0.04942, 0.03969, 0.03403, 0.03031, 0.02770, 0.02429, 0.02219),
    "aluminium": (0.1704, 0.1378, 0.1223, 0.1042, 0.09276, 0.08445, 0.07802, 0.06841, 0.06146,
                  0.05496, 0.05006, 0.04324, 0.03541, 0.03106, 0.02836, 0.02655, 0.02437, 0.02318),
    "steel": (0.3717, 0.1964, 0.1460, 0.1099, 0.09400, 0.08414, 0.07704, 0.06699, 0.05995, 0.05350,
              0.04883, 0.04265, 0.03621, 0.03312, 0.03146, 0.03057, 0.02991, 0.02994),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS_CM2_G)
def test_ten_millimetres_at_mv_attenuate_as_a_sum_over_the_printed_rows_says(both, name) -> None:
    """Both pulses, within 1 % of -ln T: at 4/6 MV the sum gives 0.648 and 0.687 for steel."""
    full, few = both
    logs = np.interp(np.log(full.energies_kev), np.log(ROWS_KEV), np.log(ROWS_CM2_G[name]))
    passed = np.exp(-np.exp(logs) * MATERIALS[name].density_g_cm3)  # 1 cm
    ours = few.transmission(attenuation_per_mm(name, few.energies_kev) * 10)
    by_hand = np.array([passed @ full.low, passed @ full.high])
    assert np.log(ours) == pytest.approx(np.log(by_hand), rel=0.01)


def test_two_pulses_tell_organic_mineral_and_metal_apart(both) -> None:
    _, few = both
    ratios = []
    for name in ("water", "aluminium", "steel"):
        mu = attenuation_per_mm(name, few.energies_kev)
        low, high = few.transmission(mu * 1.0 / (mu @ few.high))
        ratios.append(np.log(low) / np.log(high))
    assert (np.diff(ratios) < -0.005).all()  # pair production grows with Z


def test_energies_that_no_scanner_interlaces_are_refused() -> None:
    with pytest.raises(ValueError, match="3 to 9"):
        linac.reduced(6, 4)


def test_kinds_of_matter() -> None:
    assert effective_z("water") == pytest.approx(7.42, abs=0.02)  # Mayneord (1937)
    assert effective_z("aluminium") == pytest.approx(13)
    kinds = {name: material_class(name) for name in ("paper", "stone", "steel", "brass", "lead")}
    assert kinds == {
        "paper": "organic",
        "stone": "mineral",
        "steel": "metal",
        "brass": "metal",
        "lead": "heavy_metal",
    }
