"""From solids to optical depth: exact path lengths, painted into one plane per energy.

The picture is sampled twice as finely as it is wide, both ways, and averaged, so that wires and
edges keep their shares. Triangles that share an edge share its crossings bit for bit (half-open
spans from ordered corners), so that signed sums leave no seams.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, fastmath=False, boundscheck=False)
def _triangle(out, ax, ay, az, bx, by, bz, cx, cy, cz):
    """Add sign * z of one triangle, in sample coordinates, to out (h, w)."""
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if area == 0.0:
        return
    sign = 1.0 if area > 0 else -1.0
    gx = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area
    gy = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area
    zlo, zhi = min(az, bz, cz), max(az, bz, cz)
    ox, oy, oz = ax, ay, az
    # order the corners by y, then x
    if (by, bx) < (ay, ax):
        ax, ay, bx, by = bx, by, ax, ay
    if (cy, cx) < (ay, ax):
        ax, ay, cx, cy = cx, cy, ax, ay
    if (cy, cx) < (by, bx):
        bx, by, cx, cy = cx, cy, bx, by
    height, width = out.shape
    first = max(0, int(np.ceil(ay)))
    last = min(height, int(np.ceil(cy)))
    for row in range(first, last):
        y = float(row)
        long = ax + (y - ay) * ((cx - ax) / (cy - ay))
        if y < by:
            short = ax + (y - ay) * ((bx - ax) / (by - ay))
        else:
            short = bx + (y - by) * ((cx - bx) / (cy - by))
        left, right = (long, short) if long < short else (short, long)
        start = max(0, int(np.ceil(left)))
        stop = min(width, int(np.ceil(right)))
        base = oz + gy * (y - oy) - gx * ox
        for i in range(start, stop):
            z = base + gx * i
            out[row, i] += sign * min(max(z, zlo), zhi)


@njit(cache=True)
def _wire(out, points, radius_mm, samples_per_mm):
    """Add the chords in mm through a round wire along points (n, 3), in samples."""
    radius = radius_mm * samples_per_mm
    height, width = out.shape
    for k in range(points.shape[0] - 1):
        ax, ay, bx, by = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
        dx, dy, dz = bx - ax, by - ay, points[k + 1, 2] - points[k, 2]
        flat = dx * dx + dy * dy
        if flat < 1e-6:
            continue
        slope = min(4.0, np.sqrt((flat + dz * dz) / flat)) / samples_per_mm
        reach = radius + 1.0
        x0, x1 = max(0, int(min(ax, bx) - reach)), min(width, int(max(ax, bx) + reach) + 2)
        y0, y1 = max(0, int(min(ay, by) - reach)), min(height, int(max(ay, by) + reach) + 2)
        length = np.sqrt(flat)
        for row in range(y0, y1):
            for i in range(x0, x1):
                px, py = i - ax, row - ay
                t = (px * dx + py * dy) / flat
                if t < 0.0 or t >= 1.0:
                    continue
                d = abs(px * dy - py * dx) / length
                if radius < 0.75:
                    chord = np.pi * radius * radius * max(0.0, 1.0 - d)
                else:
                    chord = 0.0
                    for e in (-0.35, 0.0, 0.35):
                        f = radius * radius - (d + e) * (d + e)
                        if f > 0:
                            chord += 0.6667 * np.sqrt(f)
                out[row, i] += chord * slope


@njit(cache=True)
def _project(points, pose, out):
    """Place points (n, 3) in mm: columns u, v in pixels and the depth along the ray in mm."""
    for t in range(points.shape[0]):
        x, y, z = points[t, 0], points[t, 1], points[t, 2]
        for k in range(3):
            out[t, k] = pose[k, 0] * x + pose[k, 1] * y + pose[k, 2] * z + pose[k, 3]


@njit(cache=True, fastmath=True)
def paint(
    depth,  # (H, W, K) float32, added to
    own,  # (H, W, 2) float32, added to: what this item adds at energies[0] and energies[1]
    marks,  # (2,) int64: those two energies; a negative one leaves own alone
    corners,  # (n, 3) float32, all meshes of the item, three corners each, mm
    mesh_ends,  # (P,) int64, end of each part's triangles
    nodes,  # (m, 3) float32, all wires of the item, mm
    wire_ends,  # (Q,) int64
    wire_radii,  # (Q,) float64, mm
    wire_parts,  # (Q,) int64: the part whose material the wire shares
    attenuation,  # (P, K) float32, 1/mm
    textures,  # (T, S, S) float32, mean 1
    texture_of,  # (P,) int64, -1 = none
    texture_pose,  # (P, 4) float64: texels per mm, angle, offset x, offset y
    pose,  # (3, 4) float64: mm to pixels (two rows) and to path mm (third)
    px_per_mm,
    touched,  # (4,) float64 out: x0, y0, x1, y1 of what was painted, in pixels
):
    """Paint one item and report its tight box in pixels."""
    height, width, energies = depth.shape
    at = np.empty(corners.shape)
    _project(corners, pose, at)
    bent = np.empty(nodes.shape)
    _project(nodes, pose, bent)
    touched[0], touched[1], touched[2], touched[3] = 1e9, 1e9, -1e9, -1e9
    side = textures.shape[1]
    begin = 0
    for p in range(mesh_ends.shape[0]):
        end = mesh_ends[p]
        lo_x, lo_y, hi_x, hi_y = 1e9, 1e9, -1e9, -1e9
        for t in range(3 * begin, 3 * end):
            lo_x, hi_x = min(lo_x, at[t, 0]), max(hi_x, at[t, 0])
            lo_y, hi_y = min(lo_y, at[t, 1]), max(hi_y, at[t, 1])
        used = 0
        for q in range(wire_ends.shape[0]):
            if wire_parts[q] == p:
                r = wire_radii[q] * px_per_mm + 1.0
                for t in range(used, wire_ends[q]):
                    lo_x, hi_x = min(lo_x, bent[t, 0] - r), max(hi_x, bent[t, 0] + r)
                    lo_y, hi_y = min(lo_y, bent[t, 1] - r), max(hi_y, bent[t, 1] + r)
            used = wire_ends[q]
        left, top = max(0, int(np.floor(lo_x))), max(0, int(np.floor(lo_y)))
        right, bottom = min(width, int(np.ceil(hi_x)) + 1), min(height, int(np.ceil(hi_y)) + 1)
        if right <= left or bottom <= top:
            begin = end
            continue
        sample = np.zeros(((bottom - top) * 2, (right - left) * 2), np.float32)
        for t in range(3 * begin, 3 * end, 3):
            _triangle(
                sample,
                (at[t, 0] - left) * 2 - 0.5, (at[t, 1] - top) * 2 - 0.5, at[t, 2],
                (at[t + 1, 0] - left) * 2 - 0.5, (at[t + 1, 1] - top) * 2 - 0.5, at[t + 1, 2],
                (at[t + 2, 0] - left) * 2 - 0.5, (at[t + 2, 1] - top) * 2 - 0.5, at[t + 2, 2],
            )  # fmt: skip
        begin = end
        used = 0
        for q in range(wire_ends.shape[0]):
            if wire_parts[q] == p:
                line = bent[used : wire_ends[q]].copy()
                for k in range(line.shape[0]):
                    line[k, 0] = (line[k, 0] - left) * 2 - 0.5
                    line[k, 1] = (line[k, 1] - top) * 2 - 0.5
                    line[k, 2] *= px_per_mm * 2
                _wire(sample, line, wire_radii[q], px_per_mm * 2)
            used = wire_ends[q]
        kind = texture_of[p]
        zoom, turn = texture_pose[p, 0] / px_per_mm, texture_pose[p, 1]
        c, s = np.cos(turn) * zoom, np.sin(turn) * zoom
        for row in range(bottom - top):
            y = row + top
            for i in range(right - left):
                a = max(sample[2 * row, 2 * i], np.float32(0)) + max(
                    sample[2 * row, 2 * i + 1], np.float32(0)
                )
                a += max(sample[2 * row + 1, 2 * i], np.float32(0)) + max(
                    sample[2 * row + 1, 2 * i + 1], np.float32(0)
                )
                a *= np.float32(0.25)
                if a < 1e-3:
                    continue
                x = i + left
                if a > 0.02:
                    touched[0], touched[2] = min(touched[0], x), max(touched[2], x + 1)
                    touched[1], touched[3] = min(touched[1], y), max(touched[3], y + 1)
                if kind >= 0:
                    tx = c * x - s * y + texture_pose[p, 2] + 65536.0
                    ty = s * x + c * y + texture_pose[p, 3] + 65536.0
                    ix, iy = int(tx), int(ty)
                    fx, fy = np.float32(tx - ix), np.float32(ty - iy)
                    x0, x1, y0, y1 = ix % side, (ix + 1) % side, iy % side, (iy + 1) % side
                    upper = textures[kind, y0, x0] * (1 - fx) + textures[kind, y0, x1] * fx
                    lower = textures[kind, y1, x0] * (1 - fx) + textures[kind, y1, x1] * fx
                    a *= upper * (1 - fy) + lower * fy
                for e in range(energies):
                    depth[y, x, e] += a * attenuation[p, e]
                if marks[0] >= 0:
                    own[y, x, 0] += a * attenuation[p, marks[0]]
                    own[y, x, 1] += a * attenuation[p, marks[1]]


_STEPS = 128  # per unit of optical depth: linear interpolation is then within 8e-6
_FALL = np.exp(-np.arange(20 * _STEPS + 2) / _STEPS).astype(np.float32)


@njit(cache=True)
def _transmit(depth, weights_low, weights_high, fall, low, high):
    height, width, energies = depth.shape
    deepest = np.float32(20.0)
    for y in range(height):
        for x in range(width):
            if depth[y, x, 0] <= 0.0:
                low[y, x] = 1.0
                high[y, x] = 1.0
                continue
            a, b = np.float32(0.0), np.float32(0.0)
            for e in range(energies):
                d = min(depth[y, x, e], deepest) * np.float32(_STEPS)
                k = int(d)
                passed = fall[k] + (fall[k + 1] - fall[k]) * (d - np.float32(k))
                a += weights_low[e] * passed
                b += weights_high[e] * passed
            low[y, x] = a
            high[y, x] = b


def transmit(depth, weights_low, weights_high):
    """Transmission behind an optical depth per energy: (H, W, K), (K,), (K,) -> low, high (H, W)."""
    low = np.empty(depth.shape[:2], np.float32)
    high = np.empty_like(low)
    _transmit(
        depth,
        np.asarray(weights_low, np.float32),
        np.asarray(weights_high, np.float32),
        _FALL,
        low,
        high,
    )
    return low, high
