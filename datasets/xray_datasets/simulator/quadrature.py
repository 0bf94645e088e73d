"""A few energies in place of a whole spectrum, chosen so that no transmission can tell.

The transmission behind mm of a material is a sum over the spectrum, share(E) exp(-mu(E) mm). A
sum over few energies with fitted, non-negative shares gives the same within 0.5 % for every
material, from air down to FLOOR. All arrays of transmissions are (P, E): paths by energies.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.optimize import nnls

Array = NDArray[np.float64]

FLOOR = 1e-4  # transmission below which noise drowns everything, at any scanner
DEPTHS = np.sort([*np.geomspace(0.005, 0.2, 10), *np.linspace(0.25, 1, 12)])  # of the longest path
_ROUNDS = 8  # of leaning the fit towards its worst path
_STEPS = (20, 10, 5, 3, 2, 1, 20, 7, 3, 1)  # how far nodes are tried away from their place, bins


def longest_mm(attenuation: Array, share: Array) -> Array:  # (M, E), (E,) -> (M,)
    """Thickness of each material that lets FLOOR through; attenuation in 1/mm."""
    low, high = np.zeros(len(attenuation)), np.full(len(attenuation), 1e7)
    for _ in range(60):
        middle = (low + high) / 2
        passes = np.exp(-attenuation * middle[:, None]) @ share > FLOOR
        low, high = np.where(passes, middle, low), np.where(passes, high, middle)
    return low


def fall(attenuation: Array, share: Array) -> Array:  # (M, E), (E,) -> (P, E)
    """exp(-mu mm) at every energy, for every material at many thicknesses and for air."""
    mm = longest_mm(attenuation, share)[:, None] * DEPTHS  # (M, D)
    paths = np.exp(-mm[..., None] * attenuation[:, None])  # (M, D, E)
    return np.concatenate([np.ones((1, attenuation.shape[1])), paths.reshape(-1, paths.shape[-1])])


def fit(at_nodes: Array, wanted: Array) -> Array:  # (P, K), (P,) -> (K,)
    """Shares that sum to 1 and give the wanted transmissions; the worst path counts most."""
    keep = wanted > FLOOR / 2
    rows = at_nodes[keep] / wanted[keep, None]
    shares, _ = nnls(rows, np.ones(len(rows)))
    error = np.abs(rows @ shares - 1)
    for _ in range(_ROUNDS):
        lean = 1 + 20 * (error / error.max()) ** 2
        tried, _ = nnls(rows * lean[:, None], lean)
        worst = np.abs(rows @ tried - 1)
        if worst.max() >= error.max():
            break
        shares, error = tried, worst
    return np.asarray(shares / shares.sum())


def choose(paths: Array, shares: tuple[Array, ...], count: int) -> list[int]:
    """Columns of paths (P, E) that serve best as nodes for several spectra (E,) at once.

    Begins with the columns that a pivoted QR takes first, then moves one at a time while the
    squared relative error falls: some seconds.
    """
    rows = []
    for share in shares:
        wanted = paths @ share
        keep = wanted > FLOOR / 2
        rows.append(paths[keep] / wanted[keep, None])
    scaled = [r * np.sqrt(s + 1e-4) for r, s in zip(rows, shares, strict=True)]
    _, _, order = qr(np.concatenate(scaled), pivoting=True, mode="economic")
    nodes = sorted(int(k) for k in order[:count])
    error = _error(rows, nodes)
    for step in _STEPS:
        moved = True
        while moved:
            moved = False
            for k in range(count):
                for other in (nodes[k] - step, nodes[k] + step):
                    if not 0 <= other < paths.shape[1] or other in nodes:
                        continue
                    tried = sorted([*nodes[:k], *nodes[k + 1 :], other])
                    found = _error(rows, tried)
                    if found < error * 0.999:
                        nodes, error, moved = tried, found, True
    return nodes


def _error(rows: list[Array], nodes: list[int]) -> float:
    return float(sum(nnls(r[:, nodes], np.ones(len(r)))[1] ** 2 for r in rows))
