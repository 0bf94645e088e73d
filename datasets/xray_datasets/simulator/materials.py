"""What things are made of: composition and density, and how strongly they attenuate X-rays.

Densities are those of the material as it lies in luggage: folded cotton holds mostly air.
Attenuation comes from the tables of Elam, Ravel and Sieber (2002) through xraydb, up to 0.8 MeV,
and from NIST's XCOM above.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import quadrature, xcom


@dataclass(frozen=True, slots=True)
class Material:
    """A homogeneous material: chemical formula (by atoms) and density in g/cm3."""

    name: str
    formula: str
    density_g_cm3: float


# Polymers, metals and pure compounds: handbook densities (CRC Handbook of Chemistry and Physics).
# Mixtures (board, cell, leather, food) are typical compositions; the densities are bulk values.
_TABLE = (
    ("water", "H2O", 1.0),
    ("alcohol", "C2H6O", 0.79),
    ("oil", "C18H34O2", 0.91),
    ("petrol", "C8H18", 0.74),
    ("butane", "C4H10", 0.57),
    ("polyethylene", "C2H4", 0.94),
    ("polypropylene", "C3H6", 0.90),
    ("abs", "C15H17N", 1.05),
    ("nylon", "C6H11NO", 1.14),
    ("pet", "C10H8O4", 1.38),
    ("pvc", "C2H3Cl", 1.38),
    ("foam", "C3H6N0.2O0.5", 0.06),
    ("rubber", "C5H8S0.1Zn0.02", 1.15),
    ("silicone", "C2H6OSi", 1.10),
    ("leather", "C40H62O15N12Cl0.3Na0.3", 0.90),
    ("cotton", "C6H10O5", 0.30),
    ("wool", "C4H6NO2S0.1", 0.22),
    ("dyed_cotton", "C6H10O5Na0.1S0.05Cl0.08", 0.30),
    ("coated_cloth", "C6H10NO2Cl0.15Ti0.02", 0.95),
    ("filled_plastic", "C8H9Ca0.12O0.36Cl0.05", 1.15),
    ("paper", "C6H10O5Ca0.05", 0.80),
    ("wood", "C6H9O4", 0.65),
    ("sugar", "C12H22O11", 0.95),
    ("salt", "NaCl", 1.25),
    ("food", "C6H12O5", 0.65),
    ("fruit", "C1H12O6", 0.95),
    ("soap", "C18H35O2Na", 1.03),
    ("cream", "C4H26O13", 0.98),
    ("glass", "Si6Na2Ca1O15", 2.48),
    ("ceramic", "Si2Al2O7", 2.40),
    ("stone", "CaCO3", 2.60),
    ("board", "Si1O3C4H5Br0.05Cu0.35", 2.20),
    ("silicon", "Si", 2.33),
    ("cell", "LiCoO2C6Al1Cu0.5", 2.40),
    ("zinc_cell", "Zn2MnO3H2K0.5Fe1", 3.00),
    ("aluminium", "Al", 2.70),
    ("titanium", "Ti", 4.51),
    ("steel", "Fe", 7.85),
    ("stainless", "Fe70Cr19Ni9", 7.93),
    ("zinc", "Zn", 7.13),
    ("copper", "Cu", 8.96),
    ("brass", "Cu65Zn35", 8.50),
    ("silver", "Ag", 10.50),
    ("tin", "Sn", 7.29),
    ("lead", "Pb", 11.34),
    ("petn", "C5H8N4O12", 1.60),
    ("anfo", "N2H4O3C0.2H0.4", 0.85),
    ("black_powder", "K0.75N0.75O2.3C0.9S0.3", 1.00),
    ("cocaine", "C17H22ClNO4", 0.75),
    ("tobacco", "C6H9O4K0.06Ca0.05", 0.30),
    ("lithium", "Li", 0.53),
    ("concrete", "Si4Ca1Al0.4O11H1", 2.30),
    ("grain", "C6H11O5", 0.75),
    ("air", "N78O21Ar0.5", 0.0012),
)

MATERIALS: dict[str, Material] = {name: Material(name, f, d) for name, f, d in _TABLE}
INDEX: dict[str, int] = {name: i for i, name in enumerate(MATERIALS)}
METALS = frozenset(
    [
        "aluminium",
        "titanium",
        "steel",
        "stainless",
        "zinc",
        "copper",
        "brass",
        "silver",
        "tin",
        "lead",
        "zinc_cell",
    ]
)


ELAM_KEV = 800.0  # where the tables of xraydb end


def mass_attenuation(formula: str, energies_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """Attenuation in cm2/g of a compound at each energy: xraydb to 0.8 MeV, XCOM above."""
    import xraydb

    energies = np.atleast_1d(np.asarray(energies_kev, np.float64))
    out = np.empty_like(energies)
    soft = energies <= ELAM_KEV
    if soft.any():
        out[soft] = xraydb.material_mu(formula, energies[soft] * 1e3, density=1.0, kind="total")
    if not soft.all():
        out[~soft] = xcom.mass_attenuation(formula, energies[~soft])
    return out


def attenuation_per_mm(name: str, energies_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear attenuation coefficient in 1/mm at each energy."""
    material = MATERIALS[name]
    return mass_attenuation(material.formula, energies_kev) * material.density_g_cm3 / 10.0


def effective_z(name: str) -> float:
    """Effective atomic number as tube voltages see it: Mayneord's power law, exponent 2.94.

    >>> round(effective_z("water"), 1), round(effective_z("steel"), 1)
    (7.4, 26.0)
    """
    import xraydb

    atoms = xraydb.chemparse(MATERIALS[name].formula)
    electrons = {xraydb.atomic_number(symbol): n for symbol, n in atoms.items()}
    total = sum(z * n for z, n in electrons.items())
    return float(sum(z * n / total * z**2.94 for z, n in electrons.items()) ** (1 / 2.94))


def material_class(name: str) -> str:
    """What two energies of MV can tell apart: organic, mineral, metal or heavy_metal.

    >>> [material_class(name) for name in ("sugar", "aluminium", "steel", "lead")]
    ['organic', 'mineral', 'metal', 'heavy_metal']
    """
    z = effective_z(name)
    return ("organic", "mineral", "metal", "heavy_metal")[(z > 10) + (z > 18) + (z > 40)]


@lru_cache(maxsize=16)
def attenuation_table(energies_kev: tuple[float, ...]) -> NDArray[np.float32]:  # (M, K)
    """Attenuation in 1/mm of every material, in the order of MATERIALS."""
    energies = np.array(energies_kev)
    table = np.stack([attenuation_per_mm(name, energies) for name in MATERIALS])
    table.setflags(write=False)
    return table.astype(np.float32)


def factorise(
    table: NDArray[np.float32], shares: NDArray[np.floating], rank: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # (M, rank), (rank, K)
    """Coordinates and basis whose product is the attenuation table (M, K), by singular values.

    Shares (2, K) say how much each energy gives to each signal in air. An energy weighs by its
    share in what is left behind every material at five depths down to quadrature.FLOOR, so that
    hard energies, which alone get through, are held best: with rank 7 no transmission errs by
    more than 0.2 %. The first coordinate is positive for every material.
    """
    known, spectra = np.asarray(table, np.float64), np.asarray(shares, np.float64)
    longest = quadrature.longest_mm(known, spectra[-1])[:, None] * (0.0, 0.1, 0.3, 0.6, 1.0)
    left = spectra[:, None, None] * np.exp(-longest[..., None] * known[:, None])  # (2, M, 5, K)
    scale = 2 * (left / left.sum(-1, keepdims=True)).mean((0, 1, 2)) + 0.02
    rows = known * scale
    rows /= np.sqrt((rows**2).mean(1, keepdims=True))
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    axes = axes[:rank] * np.sign(axes[:rank].sum(1, keepdims=True))
    return ((known * scale) @ axes.T).astype(np.float32), (axes / scale).astype(np.float32)
