"""From coordinates of the optical depth to transmission in both layers.

The attenuation curves of all materials over the beam's energies span little more than RANK
dimensions (materials.factorise), so a picture of RANK planes holds the optical depth at every
energy: depth = coordinates @ basis. Paths of several materials simply add.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

RANK = 7  # planes that hold every material's attenuation curve; see materials.factorise, paths


@njit(cache=True, fastmath=True)
def _fall(values: NDArray[np.float32], bits: NDArray[np.int32]) -> None:
    """exp(-values) in place, within 3e-6: 2 ** n from the float's exponent, the rest by series."""
    powers = bits.view(np.float32)
    for k in range(values.shape[0]):
        y = max(values[k], np.float32(0)) * np.float32(-1.4426950408889634)
        n = np.floor(max(y, np.float32(-100.0)) + np.float32(0.5))
        f = (max(y, np.float32(-100.0)) - n) * np.float32(0.6931471805599453)
        bits[k] = (np.int32(n) + np.int32(127)) << np.int32(23)
        series = np.float32(1 / 24) + f * np.float32(1 / 120)
        series = np.float32(0.5) + f * (np.float32(1 / 6) + f * series)
        values[k] = np.float32(1) + f * (np.float32(1) + f * series)
    for k in range(values.shape[0]):
        values[k] *= powers[k]


@njit(cache=True, fastmath=True)
def _transmit(
    depth: NDArray[np.float32],  # (H, W, RANK)
    basis: NDArray[np.float32],  # (RANK, K)
    shares: NDArray[np.float32],  # (S, K)
    out: NDArray[np.float32],  # (S, H, W)
) -> None:
    height, width = depth.shape[0], depth.shape[1]
    energies, signals = basis.shape[1], shares.shape[0]
    sums = np.empty(width * energies, np.float32)
    bits = np.empty(width * energies, np.int32)
    where = np.empty(width, np.int64)
    for y in range(height):
        used = 0
        for x in range(width):
            for s in range(signals):
                out[s, y, x] = 1.0
            if depth[y, x, 0] > np.float32(0):
                where[used] = x
                used += 1
        for k in range(used):
            x = where[k]
            d0, d1, d2, d3 = depth[y, x, 0], depth[y, x, 1], depth[y, x, 2], depth[y, x, 3]
            d4, d5, d6 = depth[y, x, 4], depth[y, x, 5], depth[y, x, 6]
            at = sums[k * energies : (k + 1) * energies]
            for e in range(energies):
                at[e] = d0 * basis[0, e] + d1 * basis[1, e] + d2 * basis[2, e] + d3 * basis[3, e]
                at[e] += d4 * basis[4, e] + d5 * basis[5, e] + d6 * basis[6, e]
        _fall(sums[: used * energies], bits[: used * energies])
        for k in range(used):
            passed = sums[k * energies : (k + 1) * energies]
            for s in range(signals):
                total = np.float32(0)
                for e in range(energies):
                    total += shares[s, e] * passed[e]
                out[s, y, where[k]] = total


def transmit_all(
    depth: NDArray[np.float32],  # (H, W, RANK)
    basis: NDArray[np.float32],  # (RANK, K)
    shares: NDArray[np.floating],  # (S, K)
) -> NDArray[np.float32]:  # (S, H, W)
    """What is left of each signal behind coordinates of the optical depth; a share an energy."""
    out = np.empty((len(shares), *depth.shape[:2]), np.float32)
    _transmit(depth, np.ascontiguousarray(basis), np.ascontiguousarray(shares, np.float32), out)
    return out
