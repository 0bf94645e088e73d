"""From solids to optical depth: exact path lengths, painted into a few planes.

Meshes are sampled twice as finely as the picture, both ways, and averaged, so that thin plates and
edges keep their shares. Triangles that share an edge share its crossings bit for bit (half-open
spans between ordered corners), so that signed sums leave no seams.

What is painted are RANK coordinates of the optical depth, which add; see transmission.py. numba
keeps compiled code by this file's date alone, so it must change whenever RANK does (7 now).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from .transmission import RANK


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
        z = np.float32(oz + gy * (y - oy) + gx * (start - ox))
        _run(out[row, start:stop], z, np.float32(gx), np.float32(lowest), np.float32(highest),
             np.float32(sign))  # fmt: skip


_LARGE_PX = 9000  # parts larger than this are sampled once per pixel: their edges are a small share


@njit(cache=True, inline="always")
def _deposit(depth, own, labelled, attenuation, y, x, mm):
    """Put mm of a material into one pixel."""
    for e in range(RANK):
        depth[y, x, e] += mm * attenuation[e]
    if labelled:
        for e in range(RANK):
            own[y, x, e] += mm * attenuation[e]


@njit(cache=True, inline="always")
def _chord(d, radius):
    """Chord of a round wire at distance d from its axis, averaged over a pixel; all in pixels."""
    if radius < 0.75:
        return np.pi * radius * radius * max(0.0, 1.0 - d)
    total = 0.0
    for e in (-0.35, 0.0, 0.35):
        f = radius * radius - (d + e) * (d + e)
        if f > 0:
            total += 0.6667 * np.sqrt(f)
    return total


@njit(cache=True, inline="always")
def _note(touched, x, y):
    """Widen the tight box by one pixel that was painted."""
    touched[0], touched[2] = min(touched[0], x), max(touched[2], x + 1)
    touched[1], touched[3] = min(touched[1], y), max(touched[3], y + 1)


@njit(cache=True)
def _segment(depth, own, labelled, attenuation, a, b, radius, px_per_mm, touched):
    """Add the chords through a round bar from a to b: pixels, pixels, depth in pixels."""
    height, width = depth.shape[0], depth.shape[1]
    reach = radius + 1.0
    dx, dy, dz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    flat = dx * dx + dy * dy
    if flat < 1e-6:
        return
    slope = min(4.0, np.sqrt((flat + dz * dz) / flat)) / px_per_mm
    length = np.sqrt(flat)
    first = max(0, int(min(a[1], b[1]) - reach))
    for row in range(first, min(height, int(max(a[1], b[1]) + reach) + 2)):
        py = row - a[1]
        # columns where this row can come within reach of the segment
        middle, half = 0.5 * (a[0] + b[0]), 1e9
        if abs(dy) > 1e-3 * length:
            middle, half = a[0] + py * dx / dy, reach * length / abs(dy)
        x0 = max(0, int(max(min(a[0], b[0]) - reach, middle - half)))
        x1 = min(width, int(min(max(a[0], b[0]) + reach, middle + half)) + 2)
        for i in range(x0, x1):
            px = i - a[0]
            t = (px * dx + py * dy) / flat
            if t < 0.0 or t >= 1.0:
                continue
            mm = np.float32(_chord(abs(px * dy - py * dx) / length, radius) * slope)
            if mm > 0.0:
                _deposit(depth, own, labelled, attenuation, row, i, mm)
            if mm > 0.02:
                _note(touched, i, row)


@njit(cache=True)
def _wire(depth, own, labelled, attenuation, points, radius_mm, px_per_mm, touched):
    """Add the chords through a round wire along points (n, 3): pixels, pixels, depth in mm."""
    radius = radius_mm * px_per_mm
    for k in range(points.shape[0]):
        points[k, 2] *= px_per_mm
    for k in range(points.shape[0] - 1):
        _segment(depth, own, labelled, attenuation, points[k], points[k + 1], radius, px_per_mm,
                 touched)  # fmt: skip


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


@njit(cache=True)
def _sample(samples, spans, at, fine, height, width):
    """Sum the triangles at (n, 3) into samples; returns the rows that they may have touched."""
    low, high = 1e9, -1e9
    for t in range(at.shape[0]):
        low, high = min(low, at[t, 1]), max(high, at[t, 1])
    top, bottom = max(0, int(np.floor(low))), min(height, int(np.ceil(high)) + 1)
    if bottom <= top:
        return 0, 0
    spans[fine * top : fine * bottom, 0] = fine * width
    spans[fine * top : fine * bottom, 1] = 0
    centre = 0.5 * (fine - 1)  # of a pixel, in samples
    for t in range(0, at.shape[0], 3):
        a, b, c = at[t], at[t + 1], at[t + 2]
        _triangle(
            samples, spans,
            a[0] * fine - centre, a[1] * fine - centre, a[2],
            b[0] * fine - centre, b[1] * fine - centre, b[2],
            c[0] * fine - centre, c[1] * fine - centre, c[2],
        )  # fmt: skip
    return top, bottom


@njit(cache=True, inline="always")
def _mean(samples, y, x, fine):
    """Path in mm of a pixel: the mean of its samples, none below nothing."""
    if fine == 1:
        return samples[y, x]
    nil = np.float32(0)
    upper = max(samples[2 * y, 2 * x], nil) + max(samples[2 * y, 2 * x + 1], nil)
    lower = max(samples[2 * y + 1, 2 * x], nil) + max(samples[2 * y + 1, 2 * x + 1], nil)
    return np.float32(0.25) * (upper + lower)


@njit(cache=True)
def _is_large(at):
    x0, y0, x1, y1 = 1e9, 1e9, -1e9, -1e9
    for t in range(at.shape[0]):
        x0, x1 = min(x0, at[t, 0]), max(x1, at[t, 0])
        y0, y1 = min(y0, at[t, 1]), max(y1, at[t, 1])
    return at.shape[0] < 600 and (x1 - x0) * (y1 - y0) > _LARGE_PX


@njit(cache=True, fastmath=True)
def _part(
    depth, own, labelled, scratch, spans, at, attenuation, texture, zoom, turn, shift, touched
):
    """Paint the triangles of one part; an empty texture (0, 0) means none."""
    height, width = depth.shape[0], depth.shape[1]
    fine = 1 if _is_large(at) else 2
    samples = scratch[: fine * height, : fine * width]
    top, bottom = _sample(samples, spans, at, fine, height, width)
    c, s = np.cos(turn) * zoom, np.sin(turn) * zoom
    for y in range(top, bottom):
        left, right = fine * width, 0
        for k in range(fine * y, fine * y + fine):
            left, right = min(left, spans[k, 0]), max(right, spans[k, 1])
        left, right = left // fine, (right + fine - 1) // fine
        for x in range(left, right):
            mm = _mean(samples, y, x, fine)
            if mm < 1e-3:
                continue
            if mm > 0.02:
                _note(touched, x, y)
            if texture.shape[0] > 0:
                tx, ty = c * x - s * y + shift[0] + 65536.0, s * x + c * y + shift[1] + 65536.0
                mm *= _texel(texture, tx, ty)
            _deposit(depth, own, labelled, attenuation, y, x, mm)
        if right > left:
            samples[fine * y : fine * y + fine, fine * left : fine * right] = 0.0


@njit(cache=True)
def paint(
    depth,  # (H, W, RANK) float32, added to: coordinates of the optical depth
    own,  # (H, W, RANK) float32, added to if labelled: those of this item alone
    labelled,  # bool
    scratch,  # (2 H, 2 W) float32, all zero before and after
    corners,  # (n, 3) float32, all meshes of the item, three corners each, mm
    mesh_ends,  # (P,) int64, end of each part's triangles
    nodes,  # (m, 3) float32, all wires of the item, mm
    wire_ends,  # (Q,) int64
    wire_radii,  # (Q,) float64, mm
    wire_parts,  # (Q,) int64: the part whose material the wire shares
    attenuation,  # (P, RANK) float32, 1/mm
    textures,  # (T, S, S) float32, mean 1
    texture_of,  # (P,) int64, -1 = none
    texture_pose,  # (P, 4) float64: texels per mm, angle, offset x, offset y
    pose,  # (3, 4) float64: mm to pixels (two rows) and to path mm (third)
    px_per_mm,
    touched,  # (4,) float64 out: x0, y0, x1, y1 of what was painted, in pixels
):
    """Paint one item and report its tight box in pixels."""
    touched[0], touched[1], touched[2], touched[3] = 1e9, 1e9, -1e9, -1e9
    bent = np.empty(nodes.shape)
    _project(nodes, pose, bent)
    used = 0
    for q in range(wire_ends.shape[0]):
        line = bent[used : wire_ends[q]]
        row = attenuation[wire_parts[q]]
        _wire(depth, own, labelled, row, line, wire_radii[q], px_per_mm, touched)
        used = wire_ends[q]
    at = np.empty(corners.shape)
    _project(corners, pose, at)
    spans = np.empty((2 * depth.shape[0], 2), np.int64)
    begin = 0
    for p in range(mesh_ends.shape[0]):
        end = 3 * mesh_ends[p]
        if end > begin:
            kind = texture_of[p]
            texture = textures[max(kind, 0)]
            if kind < 0:
                texture = texture[:0, :0]
            zoom, turn = texture_pose[p, 0] / px_per_mm, texture_pose[p, 1]
            _part(depth, own, labelled, scratch, spans, at[begin:end], attenuation[p], texture,
                  zoom, turn, texture_pose[p, 2:], touched)  # fmt: skip
        begin = end
