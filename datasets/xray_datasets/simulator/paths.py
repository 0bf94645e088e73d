"""From solids to optical depth: exact path lengths, painted into a few planes.

Meshes are sampled twice as finely as the picture, both ways, and averaged, so that thin plates and
edges keep their shares. Triangles that share an edge share its crossings bit for bit (half-open
spans between ordered corners), so that signed sums leave no seams.

The planes are coordinates: the attenuation curves of all materials over the beam's energies span
little more than RANK dimensions, so depth = coordinates @ basis at every energy, and paths add.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, fastmath=True)
def _run(out, z, slope, lowest, highest, sign):
    """One row of a triangle: depth z at its start, rising by slope a sample."""
    for i in range(out.shape[0]):
        out[i] += sign * min(max(z + slope * np.float32(i), lowest), highest)


@njit(cache=True)
def _triangle(out, spans, ax, ay, az, bx, by, bz, cx, cy, cz):
    """Add sign * z of one triangle, in samples, to out (h, w); widen spans (h, 2) to hold it."""
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if area == 0.0:
        return
    sign = 1.0 if area > 0 else -1.0
    gx = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area
    gy = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area
    lowest, highest = min(az, bz, cz), max(az, bz, cz)
    ox, oy, oz = ax, ay, az
    # order the corners by y, then x
    if (by, bx) < (ay, ax):
        ax, ay, bx, by = bx, by, ax, ay
    if (cy, cx) < (ay, ax):
        ax, ay, cx, cy = cx, cy, ax, ay
    if (cy, cx) < (by, bx):
        bx, by, cx, cy = cx, cy, bx, by
    height, width = out.shape
    for row in range(max(0, int(np.ceil(ay))), min(height, int(np.ceil(cy)))):
        y = float(row)
        long = ax + (y - ay) * ((cx - ax) / (cy - ay))
        if y < by:
            short = ax + (y - ay) * ((bx - ax) / (by - ay))
        else:
            short = bx + (y - by) * ((cx - bx) / (cy - by))
        left, right = (long, short) if long < short else (short, long)
        start = max(0, int(np.ceil(left)))
        stop = min(width, int(np.ceil(right)))
        if stop <= start:
            continue
        spans[row, 0], spans[row, 1] = min(spans[row, 0], start), max(spans[row, 1], stop)
        _run(out[row, start:stop], np.float32(oz + gy * (y - oy) + gx * (start - ox)), np.float32(gx),
             np.float32(lowest), np.float32(highest), np.float32(sign))  # fmt: skip


_LARGE_PX = 9000  # parts larger than this are sampled once per pixel: their edges are a small share
RANK = 6  # planes that hold every material's attenuation curve; see beam.Basis


@njit(cache=True, inline="always")
def _deposit(depth, own, labelled, attenuation, y, x, mm):
    """Put mm of a material into one pixel."""
    for e in range(RANK):
        depth[y, x, e] += mm * attenuation[e]
    if labelled:
        own[y, x, 0] += mm * attenuation[RANK]
        own[y, x, 1] += mm * attenuation[RANK + 1]


@njit(cache=True)
def _wire(depth, own, labelled, attenuation, points, radius_mm, px_per_mm, touched):
    """Add the chords through a round wire along points (n, 3): pixels, pixels, depth in mm."""
    radius = radius_mm * px_per_mm
    height, width = depth.shape[0], depth.shape[1]
    reach = radius + 1.0
    for k in range(points.shape[0] - 1):
        ax, ay, bx, by = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
        dx, dy, dz = bx - ax, by - ay, (points[k + 1, 2] - points[k, 2]) * px_per_mm
        flat = dx * dx + dy * dy
        if flat < 1e-6:
            continue
        slope = min(4.0, np.sqrt((flat + dz * dz) / flat)) / px_per_mm
        y0, y1 = max(0, int(min(ay, by) - reach)), min(height, int(max(ay, by) + reach) + 2)
        length = np.sqrt(flat)
        for row in range(y0, y1):
            # columns where this row can come within reach of the segment
            py = row - ay
            if abs(dy) > 1e-3 * length:
                middle, half = ax + py * dx / dy, reach * length / abs(dy)
            else:
                middle, half = 0.5 * (ax + bx), 1e9
            x0 = max(0, int(max(min(ax, bx) - reach, middle - half)))
            x1 = min(width, int(min(max(ax, bx) + reach, middle + half)) + 2)
            for i in range(x0, x1):
                px = i - ax
                t = (px * dx + py * dy) / flat
                if t < 0.0 or t >= 1.0:
                    continue
                d = abs(px * dy - py * dx) / length
                chord = 0.0
                if radius < 0.75:
                    chord = np.pi * radius * radius * max(0.0, 1.0 - d)
                else:
                    for e in (-0.35, 0.0, 0.35):
                        f = radius * radius - (d + e) * (d + e)
                        if f > 0:
                            chord += 0.6667 * np.sqrt(f)
                if chord > 0.0:
                    mm = np.float32(chord * slope)
                    _deposit(depth, own, labelled, attenuation, row, i, mm)
                    if mm > 0.02:
                        touched[0], touched[2] = min(touched[0], i), max(touched[2], i + 1)
                        touched[1], touched[3] = min(touched[1], row), max(touched[3], row + 1)


@njit(cache=True)
def _project(points, pose, out):
    """Place points (n, 3) in mm: columns u, v in pixels and the depth along the ray in mm."""
    for t in range(points.shape[0]):
        x, y, z = points[t, 0], points[t, 1], points[t, 2]
        for k in range(3):
            out[t, k] = pose[k, 0] * x + pose[k, 1] * y + pose[k, 2] * z + pose[k, 3]


@njit(cache=True, inline="always")
def _texel(texture, tx, ty):
    """Bilinear sample of a tiled texture at a non-negative place."""
    last = texture.shape[0] - 1  # the side is a power of two
    ix, iy = int(tx), int(ty)
    fx, fy = np.float32(tx - ix), np.float32(ty - iy)
    x0, x1, y0, y1 = ix & last, (ix + 1) & last, iy & last, (iy + 1) & last
    upper = texture[y0, x0] + fx * (texture[y0, x1] - texture[y0, x0])
    lower = texture[y1, x0] + fx * (texture[y1, x1] - texture[y1, x0])
    return upper + fy * (lower - upper)


@njit(cache=True, fastmath=True)
def paint(
    depth,  # (H, W, RANK) float32, added to: coordinates of the optical depth
    own,  # (H, W, 2) float32, added to if labelled: this item's depth at two energies
    labelled,  # bool
    scratch,  # (2 H, 2 W) float32, all zero before and after
    corners,  # (n, 3) float32, all meshes of the item, three corners each, mm
    mesh_ends,  # (P,) int64, end of each part's triangles
    nodes,  # (m, 3) float32, all wires of the item, mm
    wire_ends,  # (Q,) int64
    wire_radii,  # (Q,) float64, mm
    wire_parts,  # (Q,) int64: the part whose material the wire shares
    attenuation,  # (P, RANK + 2) float32, 1/mm: coordinates, then two energies
    textures,  # (T, S, S) float32, mean 1
    texture_of,  # (P,) int64, -1 = none
    texture_pose,  # (P, 4) float64: texels per mm, angle, offset x, offset y
    pose,  # (3, 4) float64: mm to pixels (two rows) and to path mm (third)
    px_per_mm,
    touched,  # (4,) float64 out: x0, y0, x1, y1 of what was painted, in pixels
):
    """Paint one item and report its tight box in pixels."""
    height, width = depth.shape[0], depth.shape[1]
    touched[0], touched[1], touched[2], touched[3] = 1e9, 1e9, -1e9, -1e9
    bent = np.empty(nodes.shape)
    _project(nodes, pose, bent)
    used = 0
    for q in range(wire_ends.shape[0]):
        _wire(depth, own, labelled, attenuation[wire_parts[q]], bent[used : wire_ends[q]], wire_radii[q],
              px_per_mm, touched)  # fmt: skip
        used = wire_ends[q]
    at = np.empty(corners.shape)
    _project(corners, pose, at)
    spans = np.empty((2 * height, 2), np.int64)
    begin = 0
    for p in range(mesh_ends.shape[0]):
        end = mesh_ends[p]
        lo_x, lo_y, hi_x, hi_y = 1e9, 1e9, -1e9, -1e9
        for t in range(3 * begin, 3 * end):
            lo_x, hi_x = min(lo_x, at[t, 0]), max(hi_x, at[t, 0])
            lo_y, hi_y = min(lo_y, at[t, 1]), max(hi_y, at[t, 1])
        fine = 1 if (hi_x - lo_x) * (hi_y - lo_y) > _LARGE_PX and end - begin < 200 else 2
        top, bottom = max(0, int(np.floor(lo_y))), min(height, int(np.ceil(hi_y)) + 1)
        if bottom <= top:
            begin = end
            continue
        spans[fine * top : fine * bottom, 0] = fine * width
        spans[fine * top : fine * bottom, 1] = 0
        centre = 0.5 * (fine - 1)  # of a pixel, in samples
        samples = scratch[: fine * height, : fine * width]
        for t in range(3 * begin, 3 * end, 3):
            _triangle(
                samples, spans,
                at[t, 0] * fine - centre, at[t, 1] * fine - centre, at[t, 2],
                at[t + 1, 0] * fine - centre, at[t + 1, 1] * fine - centre, at[t + 1, 2],
                at[t + 2, 0] * fine - centre, at[t + 2, 1] * fine - centre, at[t + 2, 2],
            )  # fmt: skip
        begin = end
        kind = texture_of[p]
        zoom, turn = texture_pose[p, 0] / px_per_mm, texture_pose[p, 1]
        c, s = np.cos(turn) * zoom, np.sin(turn) * zoom
        nil = np.float32(0)
        for y in range(top, bottom):
            if fine == 1:
                left, right = spans[y, 0], spans[y, 1]
            else:
                left = min(spans[2 * y, 0], spans[2 * y + 1, 0]) // 2
                right = (max(spans[2 * y, 1], spans[2 * y + 1, 1]) + 1) // 2
            for x in range(left, right):
                if fine == 1:
                    mm = scratch[y, x]
                else:
                    a, b = scratch[2 * y, 2 * x], scratch[2 * y, 2 * x + 1]
                    f, g = scratch[2 * y + 1, 2 * x], scratch[2 * y + 1, 2 * x + 1]
                    mm = np.float32(0.25) * (max(a, nil) + max(b, nil) + max(f, nil) + max(g, nil))
                if mm < 1e-3:
                    continue
                if mm > 0.02:
                    touched[0], touched[2] = min(touched[0], x), max(touched[2], x + 1)
                    touched[1], touched[3] = min(touched[1], y), max(touched[3], y + 1)
                if kind >= 0:
                    tx = c * x - s * y + texture_pose[p, 2] + 65536.0
                    ty = s * x + c * y + texture_pose[p, 3] + 65536.0
                    mm *= _texel(textures[kind], tx, ty)
                _deposit(depth, own, labelled, attenuation[p], y, x, mm)
            if right > left:
                for k in range(fine):
                    scratch[fine * y + k, fine * left : fine * right] = 0.0


@njit(cache=True, fastmath=True)
def _fall(values, bits):
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
def _transmit(depth, basis, weights_low, weights_high, low, high):
    height, width = depth.shape[0], depth.shape[1]
    energies = basis.shape[1]
    sums = np.empty(width * energies, np.float32)
    bits = np.empty(width * energies, np.int32)
    where = np.empty(width, np.int64)
    for y in range(height):
        used = 0
        for x in range(width):
            low[y, x] = 1.0
            high[y, x] = 1.0
            if depth[y, x, 0] > np.float32(0):
                where[used] = x
                used += 1
        for k in range(used):
            x = where[k]
            d0, d1, d2 = depth[y, x, 0], depth[y, x, 1], depth[y, x, 2]
            d3, d4, d5 = depth[y, x, 3], depth[y, x, 4], depth[y, x, 5]
            at = sums[k * energies : (k + 1) * energies]
            for e in range(energies):
                at[e] = d0 * basis[0, e] + d1 * basis[1, e] + d2 * basis[2, e] + d3 * basis[3, e]
                at[e] += d4 * basis[4, e] + d5 * basis[5, e]
        _fall(sums[: used * energies], bits[: used * energies])
        for k in range(used):
            a, b = np.float32(0), np.float32(0)
            for e in range(energies):
                passed = sums[k * energies + e]
                a += weights_low[e] * passed
                b += weights_high[e] * passed
            low[y, where[k]] = a
            high[y, where[k]] = b


def transmit(
    depth: NDArray[np.float32],  # (H, W, RANK)
    basis: NDArray[np.float32],  # (RANK, K)
    weights_low: NDArray[np.floating],  # (K,)
    weights_high: NDArray[np.floating],  # (K,)
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # (H, W), (H, W)
    """Transmission (low, high) behind coordinates of the optical depth."""
    low = np.empty(depth.shape[:2], np.float32)
    high = np.empty_like(low)
    shares = np.asarray(weights_low, np.float32), np.asarray(weights_high, np.float32)
    _transmit(depth, np.ascontiguousarray(basis), *shares, low, high)
    return low, high
