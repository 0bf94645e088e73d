"""The beams of scanners, few enough numbers to ship: what a path through matter lets through.

A spectrum is a handful of energies with the share of each in both signals (they sum to 1) and the
attenuation there of a few materials. Any matter attenuates nearly as some thickness of water and
some of steel together (Alvarez and Macovski, Phys. Med. Biol. 21, 1976), so two signals give two
thicknesses, and these add where transmissions do not. Heavier metals than steel have negative
water. Within 0.4 % of attenuation for what is lighter than silver, 4 % for silver and tin, 7 % for
pure lead: measured against 1 keV bins, behind anything, where transmission exceeds 0.02.

The table, spectra.json, is made by xray_datasets.simulator.table from SpekPy, xraydb and NIST.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xray.errors import ScanError

BASIS = ("water", "steel")  # 1.00 and 7.85 g/cm3
DEFAULT = "150 kV"  # the middle of what baggage scanners run at
_STEPS = 12  # of Newton; four are enough for noise-free pairs
_LEAST_SLOPE = 1e-12  # of both signals, in 1/mm²: under it Newton's next step would be anywhere
_FARTHEST_MM = 1e5  # of a thickness on the way
_DEEPEST = 9.2  # -ln T that a detector can still tell from nothing
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One beam and its two signals, or two beams and a signal each.

    Attributes:
        name: "150 kV" for a tube with a two-layer detector, "4/6 MV" for an interlaced linac.
        energies_kev: (K,).
        shares: (2, K), of each energy in the low and in the high signal.
        per_mm: material → (K,) attenuation in 1/mm; holds BASIS and aluminium.
    """

    name: str
    energies_kev: Array
    shares: Array
    per_mm: dict[str, Array]

    def attenuation(self, basis_mm: ArrayLike) -> Array:  # (..., 2) -> (..., 2)
        """-ln T, low and high, behind thicknesses of BASIS."""
        return self._forward(np.asarray(basis_mm, np.float64))[0]

    def basis_mm(self, attenuation: ArrayLike) -> Array:  # (..., 2) -> (..., 2)
        """Thicknesses of BASIS that attenuate as much: the inverse of `attenuation`.

        What no matter gives, such as noise about air, leads to small or negative thicknesses;
        noise behind very much may lead nowhere, to thicknesses that attenuate otherwise.
        """
        wanted = np.clip(np.asarray(attenuation, np.float64), -0.5, _DEEPEST)
        found = np.zeros_like(wanted)
        for _ in range(_STEPS):
            reached, slope = self._forward(found)
            (a, b), (c, d) = np.moveaxis(slope, (-2, -1), (0, 1))  # signal by basis
            low, high = np.moveaxis(wanted - reached, -1, 0)
            whole = a * d - b * c
            step = np.stack([d * low - b * high, a * high - c * low], -1)
            step = step / np.where(np.abs(whole) > _LEAST_SLOPE, whole, np.inf)[..., None]
            found = np.clip(found + step, -_FARTHEST_MM, _FARTHEST_MM)
        return found

    def thickness_mm(self, attenuation: ArrayLike, material: str) -> Array:
        """Millimetres of one material by the attenuation of the low signal alone.

        Raises:
            ScanError: the table does not hold this material.
        """
        per_mm = self._of(material)
        grid = np.concatenate([[0.0], np.geomspace(1e-3, 1e4, 400)])
        passed = np.exp(-np.minimum(np.outer(grid, per_mm), 600.0)) @ self.shares[0]
        known = -np.log(np.maximum(passed, 1e-200))
        return np.interp(np.asarray(attenuation, np.float64), known, grid)

    def behind(self, mm: ArrayLike, material: str) -> Array:  # (...) -> (..., 2)
        """-ln T, low and high, behind millimetres of one material."""
        depth = np.asarray(mm, np.float64)[..., None] * self._of(material)
        return -np.log(np.exp(-np.minimum(depth, 600.0)) @ self.shares.T)

    def _of(self, material: str) -> Array:
        if material not in self.per_mm:
            known = ", ".join(self.per_mm)
            raise ScanError(f"{self.name}: no attenuation of {material!r}; there are {known}")
        return self.per_mm[material]

    def _forward(self, basis_mm: Array) -> tuple[Array, Array]:
        """-ln T (..., 2) and its slope (..., 2 signals, 2 basis)."""
        per_mm = np.stack([self.per_mm[name] for name in BASIS])  # (2, K)
        passed = np.exp(-np.clip(basis_mm @ per_mm, -5.0, 80.0))  # (..., K)
        signal = passed @ self.shares.T  # (..., 2)
        slope = passed @ (self.shares[:, None] * per_mm).reshape(4, -1).T
        return -np.log(signal), slope.reshape(*signal.shape, 2) / signal[..., None]


@lru_cache(maxsize=1)
def spectra() -> dict[str, Spectrum]:
    """Every spectrum that ships, by name."""
    table = json.loads((files("xray") / "spectra.json").read_text(encoding="utf-8"))
    return {
        name: Spectrum(
            name,
            np.array(row["energies_kev"]),
            np.array(row["shares"]),
            {material: np.array(mu) for material, mu in row["per_mm"].items()},
        )
        for name, row in table["spectra"].items()
    }


def spectrum(name: str = DEFAULT) -> Spectrum:
    """One spectrum.

    Raises:
        ScanError: none has this name.
    """
    known = spectra()
    if name not in known:
        raise ScanError(f"no spectrum {name!r}; there are {', '.join(known)}")
    return known[name]
