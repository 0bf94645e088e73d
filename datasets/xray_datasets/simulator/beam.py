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

from . import quadrature, tubes
from .materials import attenuation_per_mm

TUBE_KV = (120, 140, 150, 160, 180)  # what baggage scanners run at
NODES = 14  # energies that stand for the spectrum; see reduced()

_ANODE_DEG = 20.0
_ALUMINIUM_MM = 3.0  # tube window and inherent filtration
_FRONT_MM = 0.30  # Gd2O2S, 7.3 g/cm3
_COPPER_MM = 0.60  # filter between the layers
_BACK_MM = 4.0  # CsI, 4.51 g/cm3


@dataclass(frozen=True, slots=True)
class Beam:
    """Energies in keV and the share of each in the signal of both layers (each sums to 1).

    high_photons: of the high signal in air, for each of the low one (photons()).
    """

    kv: int
    energies_kev: NDArray[np.float64]  # (K,)
    low: NDArray[np.float64]  # (K,)
    high: NDArray[np.float64]  # (K,)
    high_photons: float = 1.0

    def quanta(self) -> NDArray[np.float64]:  # (2, K)
        """Share of each energy in the noise of both layers: a photon of energy E counts E squared.

        The variance of a signal gain sum N(E) D(E) is gain² sum N(E) D(E)², D the energy that a
        photon leaves.
        """
        squares = np.stack([self.low, self.high]) * self.energies_kev
        return np.asarray(squares / squares.sum(1, keepdims=True))

    def signals(self) -> NDArray[np.float64]:  # (4, K)
        """Low, high, and the squares of both: what transmission.transmit_all takes."""
        return np.concatenate([[self.low, self.high], self.quanta()])

    def transmission(
        self, depth: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Transmission (low, high) behind an optical depth per energy, (..., K) -> (...)."""
        passed = np.exp(-np.asarray(depth, np.float64))
        return passed @ self.low, passed @ self.high


def photons(energies_kev: NDArray[np.float64], signal: NDArray[np.float64]) -> float:
    """How many photons of one energy are as noisy as a signal sum N E: (sum N E)² / sum N E²."""
    return float(signal.sum() ** 2 / (signal @ energies_kev))


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
    ratio = photons(energies, high) / photons(energies, low)
    return Beam(kv, energies, low / low.sum(), high / high.sum(), ratio)


@lru_cache(maxsize=8)
def reduced(kv: int) -> Beam:
    """NODES energies that give the same transmissions as full() within 0.5 %, whatever is behind.

    Those of TUBE_KV are known; those of other voltages take some seconds to find.
    """
    if kv not in tubes.REDUCED:
        return fitted(kv)
    high_photons, rows = tubes.REDUCED[kv]
    energies, low, high = np.array(rows).T.copy()
    return Beam(kv, energies, low, high, high_photons)


def fitted(kv: int) -> Beam:
    """reduced(), found anew from the whole spectrum; at the known energies where there are some."""
    beam = full(kv)
    table = np.stack([attenuation_per_mm(name, beam.energies_kev) for name in _FITTED])
    paths = quadrature.fall(table, beam.high)
    if kv in tubes.REDUCED:
        at = [int(np.abs(beam.energies_kev - row[0]).argmin()) for row in tubes.REDUCED[kv][1]]
    else:
        at = quadrature.choose(paths, (beam.low, beam.high), NODES)
    low, high = (quadrature.fit(paths[:, at], paths @ share) for share in (beam.low, beam.high))
    return Beam(kv, beam.energies_kev[at], low, high, beam.high_photons)


# Materials whose curves span those of all: the weights are fitted to them.
_FITTED = (
    *("water", "polyethylene", "pvc", "salt", "glass", "board", "cell", "zinc_cell"),
    *("aluminium", "titanium", "steel", "copper", "silver", "tin", "lead"),
)
