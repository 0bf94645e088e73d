"""The beam of a container scanner: a linac that interlaces pulses of two energies.

Bremsstrahlung straight ahead by Schiff's formula with screening (Koch and Motz, Rev. Mod. Phys.
31, 1959, formula 2BS at 0 degrees), hardened by the target's own tungsten and a copper filter. The
target is taken as thin: a real one, in which electrons slow down, is a little softer. One layer of
cadmium tungstate takes both kinds of pulses and integrates energy.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import quadrature
from .beam import Beam, photons
from .materials import attenuation_per_mm, mass_attenuation

PAIRS_MV = ((3, 6), (4, 6), (6, 9))  # low and high pulses of scanners that are sold
NODES = 9  # energies that stand for both spectra, at most; see reduced()

ELECTRON_KEV = 510.999
_Z = 74  # tungsten
_SCREENING = 111.0  # Schiff's constant
_BIN_KEV = 50.0
_SOFTEST_KEV = 100.0
_TUNGSTEN_CM, _COPPER_CM = 0.1, 0.4  # half a target of 2 mm; a filter of 4 mm
_CRYSTAL_CM = 3.0  # CdWO4, 7.9 g/cm3
_THICKEST_MM = 600.0  # of steel; scanners that are sold say up to 450


def schiff(mv: float, photons_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """Photons per keV, straight ahead, from electrons of mv MeV; not normalised, 0 above.

    With E0 and E the electron's total energy before and after, r = E / E0 and k the photon's:
    ((1 + r²) ln M - (1 + r)²) / k, 1 / M = (m k / (2 E0 E))² + (Z^(1/3) / 111)².
    """
    before = mv * 1e3 + ELECTRON_KEV
    after = np.maximum(before - photons_kev, ELECTRON_KEV)
    one_over_m = (ELECTRON_KEV * photons_kev / (2 * before * after)) ** 2
    one_over_m += (_Z ** (1 / 3) / _SCREENING) ** 2
    ratio = after / before
    bright = ((1 + ratio**2) * -np.log(one_over_m) - (1 + ratio) ** 2) / photons_kev
    return np.where(photons_kev < mv * 1e3, np.maximum(bright, 0.0), 0.0)


@lru_cache(maxsize=8)
def full(low_mv: int, high_mv: int) -> Beam:
    """Both pulses in bins of 50 keV."""
    energies = np.arange(_SOFTEST_KEV, high_mv * 1e3, _BIN_KEV) + _BIN_KEV / 2

    def depth(formula: str, g_cm2: float) -> NDArray[np.float64]:
        return mass_attenuation(formula, energies) * g_cm2

    filtered = np.exp(-depth("W", 19.3 * _TUNGSTEN_CM) - depth("Cu", 8.96 * _COPPER_CM))
    seen = filtered * energies * -np.expm1(-depth("CdWO4", 7.9 * _CRYSTAL_CM))
    low, high = (schiff(mv, energies) * seen for mv in (low_mv, high_mv))
    ratio = photons(energies, high) / photons(energies, low)  # of as many electrons
    return Beam(high_mv * 1000, energies, low / low.sum(), high / high.sum(), ratio)


def steel_mm(beam: Beam, high: NDArray[np.floating]) -> NDArray[np.float64]:
    """Millimetres of steel that leave as much of the high signal: transmission (...) -> (...)."""
    mm = np.concatenate([[0.0], np.geomspace(0.1, _THICKEST_MM, 200)])
    _, passed = beam.transmission(np.outer(mm, attenuation_per_mm("steel", beam.energies_kev)))
    depth = -np.log(np.maximum(np.asarray(high, np.float64), 1e-12))
    return np.interp(depth, -np.log(passed), mm)


@lru_cache(maxsize=8)
def reduced(low_mv: int, high_mv: int) -> Beam:
    """A few energies with the same transmissions within 0.5 %, whatever is behind.

    Raises:
        ValueError: energies that no scanner interlaces.
    """
    if not 3 <= low_mv < high_mv <= 9:
        raise ValueError(f"pulses of {low_mv} and {high_mv} MV: expected 3 to 9, the lower first")
    beam = full(low_mv, high_mv)
    table = np.stack([attenuation_per_mm(name, beam.energies_kev) for name in _FITTED])
    paths = quadrature.fall(table, beam.high)
    known = _NODES_KEV.get((low_mv, high_mv))
    if known:
        at = [int(np.abs(beam.energies_kev - kev).argmin()) for kev in known]
    else:
        at = quadrature.choose(paths, (beam.low, beam.high), NODES)
    low, high = (quadrature.fit(paths[:, at], paths @ share) for share in (beam.low, beam.high))
    return Beam(beam.kv, beam.energies_kev[at], low, high, beam.high_photons)


_FITTED = ("water", "polyethylene", "salt", "stone", "aluminium", "steel", "copper", "tin", "lead")

# What quadrature.choose found among the bins, in keV.
_NODES_KEV = {
    (3, 5): (275, 475, 725, 1175, 1775, 2425, 3125, 3925, 4775),
    (3, 6): (275, 575, 1075, 1725, 2475, 3125, 4325, 5575, 5975),
    (4, 6): (325, 725, 1325, 2125, 3025, 3675, 4725, 5725),
    (5, 9): (175, 375, 775, 1525, 2875, 4375, 5675, 7425, 8975),
    (6, 9): (375, 825, 1425, 2175, 3375, 5025, 6425, 8175),
}
