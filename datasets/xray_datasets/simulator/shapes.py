"""Solids as signed triangle meshes, in millimetres.

A mesh is (n, 3, 3) float32: n triangles of three corners x, y, z. The beam runs along z. The path
through a mesh is the sum over its triangles of sign times z, so a mesh need not be convex, caps
may be fans over concave outlines, and a hole is the same mesh turned inside out: hole(mesh).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

Mesh = NDArray[np.float32]  # (n, 3, 3)
Outline = NDArray[np.float64] | Sequence[tuple[float, float]]  # (n, 2)


@njit(cache=True)
def _loft(rings):  # (R, N, 3) -> (n, 3, 3)
    count, around = rings.shape[0], rings.shape[1]
    total = 2 * around * (count - 1) + 2 * (around - 2)
    out = np.empty((total, 3, 3), np.float32)
    k = 0
    for r in range(count - 1):
        for i in range(around):
            j = (i + 1) % around
            out[k, 0], out[k, 1], out[k, 2] = rings[r, i], rings[r, j], rings[r + 1, j]
            out[k + 1, 0], out[k + 1, 1], out[k + 1, 2] = (
                rings[r, i],
                rings[r + 1, j],
                rings[r + 1, i],
            )
            k += 2
    for i in range(1, around - 1):
        out[k, 0], out[k, 1], out[k, 2] = rings[0, 0], rings[0, i + 1], rings[0, i]
        last = rings[count - 1]
        out[k + 1, 0], out[k + 1, 1], out[k + 1, 2] = last[0], last[i], last[i + 1]
        k += 2
    if _volume(out) < 0:
        for t in range(total):
            for c in range(3):
                out[t, 1, c], out[t, 2, c] = out[t, 2, c], out[t, 1, c]
    return out


@njit(cache=True)
def _volume(mesh):
    total = 0.0
    ox, oy, oz = mesh[0, 0, 0], mesh[0, 0, 1], mesh[0, 0, 2]
    for t in range(mesh.shape[0]):
        ax, ay, az = mesh[t, 0, 0] - ox, mesh[t, 0, 1] - oy, mesh[t, 0, 2] - oz
        bx, by, bz = mesh[t, 1, 0] - ox, mesh[t, 1, 1] - oy, mesh[t, 1, 2] - oz
        cx, cy, cz = mesh[t, 2, 0] - ox, mesh[t, 2, 1] - oy, mesh[t, 2, 2] - oz
        total += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    return total / 6.0


def volume_mm3(mesh: Mesh) -> float:
    """Enclosed volume; holes count negative."""
    return float(_volume(mesh.astype(np.float64)))


def loft(rings: NDArray[np.floating]) -> Mesh:
    """A solid through (R, N, 3) rings of equally many corners, closed at both ends."""
    return _loft(np.ascontiguousarray(rings, np.float64))


def hole(mesh: Mesh) -> Mesh:
    """The same solid as a hole: its path counts negative."""
    return mesh[:, ::-1]


def join(*meshes: Mesh) -> Mesh:
    """Several solids as one mesh."""
    return np.concatenate(meshes)


def extrude(outline: Outline, z0: float, z1: float, bevel: float = 0.0) -> Mesh:
    """A plate with the given outline between two heights, its edges bevelled by bevel mm."""
    flat = np.asarray(outline, np.float64)
    if bevel <= 0:
        rings = np.empty((2, len(flat), 3))
        rings[:, :, :2] = flat
        rings[0, :, 2], rings[1, :, 2] = z0, z1
        return _loft(rings)
    centre = flat.mean(0)
    reach = np.abs(flat - centre).max()
    inner = centre + (flat - centre) * max(0.2, 1 - bevel / reach)
    rings = np.empty((4, len(flat), 3))
    rings[0, :, :2] = rings[3, :, :2] = inner
    rings[1, :, :2] = rings[2, :, :2] = flat
    for ring, z in zip(rings, (z0, z0 + bevel, z1 - bevel, z1), strict=True):
        ring[:, 2] = z
    return _loft(rings)


_CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
_UNIT_BOX = extrude(_CORNERS, -0.5, 0.5)


def box(size: tuple[float, float, float], at: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    """A box of the given size in mm about a centre."""
    return _UNIT_BOX * np.array(size, np.float32) + np.array(at, np.float32)


def boxes(sizes: NDArray[np.floating], at: NDArray[np.floating]) -> Mesh:  # (n, 3), (n, 3)
    """Many boxes at once."""
    solid = _UNIT_BOX[None] * np.asarray(sizes, np.float32)[:, None, None]
    return (solid + np.asarray(at, np.float32)[:, None, None]).reshape(-1, 3, 3)


def shell(
    size: tuple[float, float, float], wall: float, at: tuple[float, float, float] = (0, 0, 0)
) -> Mesh:
    """A closed hollow box."""
    w, h, d = size
    inner = (max(0.01, w - 2 * wall), max(0.01, h - 2 * wall), max(0.01, d - 2 * wall))
    return join(box(size, at), hole(box(inner, at)))


def ellipse(
    rx: float, ry: float, n: int = 20, at: tuple[float, float] = (0, 0), power: float = 2.0
) -> NDArray[np.float64]:
    """Outline of an ellipse; a power above 2 squares it off (superellipse)."""
    a = np.arange(n) * (2 * np.pi / n)
    c, s = np.cos(a), np.sin(a)
    if power != 2.0:
        c, s = np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)
    return np.stack([at[0] + rx * c, at[1] + ry * s], 1)


def rounded(
    w: float, h: float, r: float, at: tuple[float, float] = (0, 0), n: int = 4
) -> NDArray[np.float64]:
    """Outline of a rectangle with rounded corners."""
    r = min(r, 0.499 * w, 0.499 * h)
    a = np.linspace(0, np.pi / 2, n)
    c, s = r * np.cos(a), r * np.sin(a)
    x, y = w / 2 - r, h / 2 - r
    outline = np.concatenate(
        [
            np.stack([x + c, y + s], 1),
            np.stack([-x - s, y + c], 1),
            np.stack([-x - c, -y - s], 1),
            np.stack([x + s, -y - c], 1),
        ]
    )
    return outline + np.array(at)


@njit(cache=True)
def _lathe(profile, n, axis):
    count = profile.shape[0]
    rings = np.empty((count, n, 3))
    for i in range(n):
        a = 2 * np.pi * i / n
        c, s = np.cos(a), np.sin(a)
        for r in range(count):
            rings[r, i, axis] = profile[r, 0]
            rings[r, i, (axis + 1) % 3] = profile[r, 1] * c
            rings[r, i, (axis + 2) % 3] = profile[r, 1] * s
    return _loft(rings)


def lathe(profile: Outline, n: int = 16, axis: int = 0) -> Mesh:
    """A solid of revolution: profile holds (position along the axis, radius) pairs."""
    return _lathe(np.array(profile, np.float64), n, axis)


def cylinder(
    r: float,
    x0: float,
    x1: float,
    n: int = 16,
    axis: int = 0,
    at: tuple[float, float, float] = (0, 0, 0),
) -> Mesh:
    """A cylinder along an axis (0 = x) from x0 to x1."""
    return lathe(((x0, r), (x1, r)), n, axis) + np.array(at, np.float32)


def tube(
    r: float,
    wall: float,
    x0: float,
    x1: float,
    n: int = 16,
    axis: int = 0,
    at: tuple[float, float, float] = (0, 0, 0),
) -> Mesh:
    """An open pipe along an axis."""
    return join(
        cylinder(r, x0, x1, n, axis, at), hole(cylinder(max(r - wall, 0.01), x0, x1, n, axis, at))
    )


def vessel(profile: Outline, wall: float, n: int = 16, axis: int = 0) -> tuple[Mesh, Mesh]:
    """A hollow solid of revolution: its wall and the space within."""
    p = np.asarray(profile, np.float64)
    inner = p.copy()
    inner[:, 1] = np.maximum(inner[:, 1] - wall, 0.01)
    inner[0, 0] += wall
    inner[-1, 0] -= wall
    space = lathe(inner, n, axis)
    return join(lathe(p, n, axis), hole(space)), space


def ellipsoid(
    rx: float, ry: float, rz: float, at: tuple[float, float, float] = (0, 0, 0), n: int = 12
) -> Mesh:
    """An ellipsoid about a centre."""
    a = np.linspace(0.12, np.pi - 0.12, n // 2 + 1)
    unit = lathe(np.stack([-np.cos(a), np.sin(a)], 1), n)
    return unit * np.array([rx, ry, rz], np.float32) + np.array(at, np.float32)


@njit(cache=True)
def _sweep(path, outline, scale):  # (R, 3), (N, 2), (R,) -> (R, N, 3)
    count, around = path.shape[0], outline.shape[0]
    rings = np.empty((count, around, 3))
    side = np.array([0.0, 0.0, 1.0])
    for r in range(count):
        a, b = path[max(r - 1, 0)], path[min(r + 1, count - 1)]
        along = b - a
        along /= np.sqrt((along * along).sum()) + 1e-9
        side = side - along * (side * along).sum()
        length = np.sqrt((side * side).sum())
        if length < 1e-3:
            side = np.array([0.3, 0.8, 0.5])
            side = side - along * (side * along).sum()
            length = np.sqrt((side * side).sum())
        side = side / length
        up = np.cross(along, side)
        for i in range(around):
            rings[r, i] = path[r] + scale[r] * (outline[i, 0] * up + outline[i, 1] * side)
    return rings


def sweep(
    path: NDArray[np.floating], outline: Outline, scale: NDArray[np.floating] | float = 1.0
) -> Mesh:
    """A profile led along a curve (R, 3); the profile's second axis starts towards z."""
    points = np.ascontiguousarray(path, np.float64)
    sizes = np.broadcast_to(np.asarray(scale, np.float64), (len(points),)).copy()
    return _loft(_sweep(points, np.ascontiguousarray(outline, np.float64), sizes))


def bar(path: NDArray[np.floating], radius: float, n: int = 8) -> Mesh:
    """A round bar along a curve."""
    return sweep(path, ellipse(radius, radius, n))


@njit(cache=True)
def _turned(mesh, angle, axis):
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out = mesh.copy()
    for t in range(mesh.shape[0]):
        for k in range(3):
            a, b = mesh[t, k, i], mesh[t, k, j]
            out[t, k, i] = c * a - s * b
            out[t, k, j] = s * a + c * b
    return out


def turned(mesh: Mesh, angle: float, axis: int = 2) -> Mesh:
    """The mesh turned about an axis (2 = z) by an angle in radians."""
    return _turned(np.ascontiguousarray(mesh), angle, axis)


def moved(mesh: Mesh, x: float = 0, y: float = 0, z: float = 0) -> Mesh:
    """The mesh shifted by millimetres."""
    return mesh + np.array((x, y, z), np.float32)


def rotation(spin: float, tilt: float, roll: float) -> NDArray[np.float64]:  # (3, 3)
    """First rolled about x, then tilted about y, then spun about the beam, in radians."""
    cs, ss, ct, st, cr, sr = (f(a) for a in (spin, tilt, roll) for f in (np.cos, np.sin))
    about_z = np.array([[cs, -ss, 0], [ss, cs, 0], [0, 0, 1]])
    about_y = np.array([[ct, 0, st], [0, 1, 0], [-st, 0, ct]])
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    return about_z @ about_y @ about_x
