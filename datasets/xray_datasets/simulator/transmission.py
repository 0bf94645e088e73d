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


@njit(cache=True)
def take(
    own: NDArray[np.float32],  # (H, W, RANK), along z
    at: tuple[int, int, int, int],  # x0, y0, x1, y1; (h, w)
    slant: NDArray[np.float32],  # (H,)
    attenuates: NDArray[np.float32],  # (RANK,)
    least: float,
    most: int,
) -> tuple[NDArray[np.bool_], NDArray[np.float32], int]:  # (h, w), (n, RANK)
    """Where coordinates attenuate by more than the least, and these along the rays.

    They are kept of every step-th pixel, so that there are fewer than twice the most; step is last.
    """
    x0, y0, x1, y1 = at
    mask = np.empty((y1 - y0, x1 - x0), np.bool_)
    count = 0
    for y in range(y0, y1):
        for x in range(x0, x1):
            total = np.float32(0)
            for e in range(RANK):
                total += own[y, x, e] * attenuates[e]
            mask[y - y0, x - x0] = total * slant[y] > least
            count += mask[y - y0, x - x0]
    step = max(1, count // most)
    depth = np.empty(((count + step - 1) // step, RANK), np.float32)
    k = 0
    for y in range(y0, y1):
        for x in range(x0, x1):
            if mask[y - y0, x - x0]:
                if k % step == 0:
                    for e in range(RANK):
                        depth[k // step, e] = own[y, x, e] * slant[y]
                k += 1
    return mask, depth, step


_LINE = 512  # pixels: transmit_all goes by lines, whose energies should stay near the processor


@njit(cache=True)
def leave(
    depth: NDArray[np.float32],  # (H, W, RANK), along z
    at: tuple[int, int, int, int],
    slant: NDArray[np.float32],  # (H,)
    pixels: NDArray[np.int64],  # (n,), of the box, row after row
    own: NDArray[np.float32],  # (n, RANK), along the rays
) -> NDArray[np.float32]:  # (lines, _LINE, RANK)
    """What remains of the depth without what was taken, pixel after pixel; zero after the last."""
    x0, y0, x1, _ = at
    rest = np.zeros(((len(own) + _LINE - 1) // _LINE, _LINE, RANK), np.float32)
    for k in range(len(own)):
        y, x = y0 + pixels[k] // (x1 - x0), x0 + pixels[k] % (x1 - x0)
        if depth[y, x, 0] * slant[y] > own[k, 0] * np.float32(1 + 1e-5):  # more than rounding
            for e in range(RANK):
                rest[k // _LINE, k % _LINE, e] = depth[y, x, e] * slant[y] - own[k, e]
    return rest
