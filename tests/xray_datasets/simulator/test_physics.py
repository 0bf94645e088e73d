"""Attenuation and beams against numbers that a table or a line of arithmetic gives."""

import numpy as np
import pytest

from xray_datasets.simulator import beam
from xray_datasets.simulator.materials import (
    INDEX,
    MATERIALS,
    attenuation_per_mm,
    attenuation_table,
    factorise,
)
from xray_datasets.simulator.transmission import RANK, transmit


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


def test_ten_millimetres_pass_as_much_as_reckoned_by_hand_at_the_mean_energy() -> None:
    """At 140 kV behind 3 mm of aluminium the front layer's mean energy is near 60 keV."""
    low, high = {}, {}
    full = beam.full(140)
    for name in ("water", "aluminium", "steel"):
        mu = attenuation_per_mm(name, full.energies_kev)
        low[name], high[name] = full.transmission(mu * 10.0)
    # exp(-0.206), exp(-0.75), exp(-9.4) at 60 keV; hardening lets more through the steel
    assert low["water"] == pytest.approx(np.exp(-0.206), abs=0.04)
    assert low["aluminium"] == pytest.approx(np.exp(-0.75), abs=0.08)
    assert np.exp(-9.4) < low["steel"] < 0.05
    for name in low:
        assert low[name] < high[name], name


@pytest.mark.parametrize("kv", [140, 160])
def test_reduced_energies_agree_with_bins_of_one_kev_within_half_a_percent(kv: int) -> None:
    full, few = beam.full(kv), beam.reduced(kv)
    assert len(few.energies_kev) <= 12
    thickest = {"water": 300, "aluminium": 100, "glass": 60, "pvc": 150, "steel": 20, "brass": 15}
    for name, longest in thickest.items():
        mm = np.linspace(0, longest, 25)
        true = full.transmission(np.outer(mm, attenuation_per_mm(name, full.energies_kev)))
        ours = few.transmission(np.outer(mm, attenuation_per_mm(name, few.energies_kev)))
        assert np.abs(np.array(ours) / np.array(true) - 1).max() < 0.005, name


def test_six_planes_hold_every_material() -> None:
    few = beam.reduced(140)
    table = attenuation_table(tuple(few.energies_kev))
    coordinates, basis = factorise(table, few.low + few.high, RANK)
    assert (coordinates[:, 0] > 0).all()
    for name, row in INDEX.items():
        mm = 3.0 / (table[row] @ few.high)  # a transmission near one twentieth
        depth = (coordinates[row] * mm).astype(np.float32)[None, None]
        ours = np.array(transmit(depth, basis, few.low, few.high))[:, 0, 0]
        true = np.array(few.transmission(table[row] * mm))
        assert np.abs(ours / true - 1).max() < 0.002, name
