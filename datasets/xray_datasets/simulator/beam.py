"""The tube's spectrum and the two-layer detector of a baggage scanner.

A front layer of Gd2O2S sees the soft part of the beam, a copper sheet hardens what is left, and a
thick CsI layer sees the hard part. Both integrate energy, so a photon counts by the energy that it
leaves. Spectrum: SpekPy (Poludniowski et al., Med. Phys. 48, 2021), tungsten reflection target.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from .materials import attenuation_per_mm

TUBE_KV = (120, 140, 150, 160, 180)  # what baggage scanners run at
NODES = 12  # energies that stand for the spectrum; see reduced()

_ANODE_DEG = 20.0
_ALUMINIUM_MM = 3.0  # tube window and inherent filtration
_FRONT_MM = 0.30  # Gd2O2S, 7.3 g/cm3
_COPPER_MM = 0.60  # filter between the layers
_BACK_MM = 4.0  # CsI, 4.51 g/cm3


@dataclass(frozen=True, slots=True)
class Beam:
    """Energies in keV and the share of each in the signal of both layers (each sums to 1)."""

    kv: int
    energies_kev: NDArray[np.float64]  # (K,)
    low: NDArray[np.float64]  # (K,)
    high: NDArray[np.float64]  # (K,)

    def transmission(
        self, depth: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Transmission (low, high) behind an optical depth per energy, (..., K) -> (...)."""
        passed = np.exp(-np.asarray(depth, np.float64))
        return passed @ self.low, passed @ self.high


@lru_cache(maxsize=8)
def full(kv: int) -> Beam:
    """The beam in bins of 1 keV."""
    import spekpy
    import xraydb

    spectrum = spekpy.Spek(kvp=kv, th=_ANODE_DEG, dk=1.0)
    spectrum.filter("Al", _ALUMINIUM_MM)
    energies, fluence = spectrum.get_spectrum()
    keep = (energies > 14.0) & (fluence > 0)
    energies, fluence = energies[keep], fluence[keep]

    def stopped(formula: str, density: float, thickness_mm: float) -> NDArray[np.float64]:
        per_cm = xraydb.material_mu(formula, energies * 1e3, density=density)
        return np.asarray(-np.expm1(-per_cm * thickness_mm / 10.0))

    front = stopped("Gd2O2S", 7.3, _FRONT_MM)
    copper = stopped("Cu", 8.96, _COPPER_MM)
    low = fluence * energies * front
    high = fluence * energies * (1 - front) * (1 - copper) * stopped("CsI", 4.51, _BACK_MM)
    return Beam(kv, energies, low / low.sum(), high / high.sum())


@lru_cache(maxsize=8)
def reduced(kv: int, nodes: int = NODES) -> Beam:
    """A few energies that give the same transmissions as full() within 0.5 %.

    The nodes halve the spectrum's quantiles; their weights are fitted, non-negative, to the
    transmissions of water, aluminium, steel and brass at many thicknesses.
    """
    beam = full(kv)
    both = np.cumsum(beam.low + beam.high) / 2.0
    u = (np.arange(nodes) + 0.5) / nodes
    quantiles = 0.5 - 0.5 * np.cos(np.pi * u)  # denser at both ends, as Chebyshev nodes are
    energies = np.interp(quantiles, both, beam.energies_kev)
    rows_full, rows_node = [], []
    for name, longest_mm in _FITTED:
        mm = np.concatenate([[0.0], np.geomspace(longest_mm / 300, longest_mm, 40)])
        rows_full.append(np.outer(mm, attenuation_per_mm(name, beam.energies_kev)))
        rows_node.append(np.outer(mm, attenuation_per_mm(name, energies)))
    behind, at_node = np.exp(-np.concatenate(rows_full)), np.exp(-np.concatenate(rows_node))
    weights = []
    for share in (beam.low, beam.high):
        wanted = behind @ share
        fitted, _ = nnls(at_node / wanted[:, None], np.ones(len(wanted)))
        weights.append(fitted / fitted.sum())
    keep = (weights[0] > 0) | (weights[1] > 0)
    return Beam(kv, energies[keep], weights[0][keep], weights[1][keep])


_FITTED = (("water", 350.0), ("aluminium", 120.0), ("steel", 25.0), ("brass", 20.0), ("lead", 2.5))
