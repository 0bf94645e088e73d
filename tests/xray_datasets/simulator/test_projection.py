"""Threats projected into simulated scans against scenes simulated with the threat in them."""

import json
from importlib.resources import files

import numpy as np
import pytest

from xray import Scan
from xray.projection import Threat, project
from xray_datasets.simulator import packing, table, threats
from xray_datasets.simulator.scene import blank, paint

SIDE, WIDTH_MM = 220, 640.0


def test_the_table_that_ships_is_that_of_the_simulators_beams() -> None:
    shipped = json.loads((files("xray") / "spectra.json").read_text())["spectra"]
    made = table.rows()
    assert list(shipped) == list(made), table.__doc__
    for name, row in made.items():
        for key in ("energies_kev", "shares"):
            assert np.array(shipped[name][key]) == pytest.approx(np.array(row[key]), abs=1e-6)
        for material, mu in row["per_mm"].items():
            assert shipped[name]["per_mm"][material] == pytest.approx(mu, rel=1e-6)


def planes(kv: int, things: list[packing.Placed], seed: int) -> tuple[np.ndarray, np.ndarray]:
    canvas, rng = blank(SIDE, WIDTH_MM, kv), np.random.default_rng(seed)
    for thing in things:
        paint(rng, thing, canvas)
    low, high, *_ = canvas.passed()
    return low, high


@pytest.mark.parametrize("kv", [120, 140, 160, 180])
def test_attenuation_is_within_five_percent_of_simulating_the_scene_with_the_threat(kv: int):
    """Guns, knives and tools in bags, wherever transmission exceeds 0.02."""
    for seed, label in enumerate(("gun", "knife", "wrench", "scissors")):
        rng = np.random.default_rng(seed)
        load = packing.pack(rng, "baggage").things
        thing = packing.lie(rng, threats.of(label, rng), 0.0, 0.0, 1.0, threat=True)
        low, high = planes(kv, load, seed)
        alone = Threat.from_pair(label, *planes(140, [thing], seed), spectrum="140 kV")
        ours, _ = project(Scan.from_arrays(low, high), alone, (0, 0), name=f"{kv} kV")
        # the same thickness of everything: the load first, then the threat with its own draws
        canvas = blank(SIDE, WIDTH_MM, kv)
        for things in (load, [thing]):
            draws = np.random.default_rng(seed)
            for one in things:
                paint(draws, one, canvas)
        for k, true in enumerate(canvas.passed()[:2]):
            counts = (true > 0.02) & alone.mask
            assert counts.sum() > 50, label
            error = np.log(ours.pixels[..., k][counts]) / np.log(true[counts]) - 1
            assert np.abs(error).max() < 0.05, (label, k)
