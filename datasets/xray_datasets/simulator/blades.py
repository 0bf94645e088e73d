"""What knives are made of: ground blades and handles, in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator
HANDLES = ("abs", "wood", "wood", "nylon", "rubber", "stainless", "stainless", "stainless", "zinc")


def blade(
    spine: np.ndarray, edge: np.ndarray, thickness: float, ground: float = 0.45, tip: float = 0.45
) -> s.Mesh:
    """A ground blade between two curves (n, 2): full thickness at the spine, sharp at the edge.

    Args:
        spine, edge: from handle to tip.
        thickness: at the spine, by the handle.
        ground: share of the height over which it thins out towards the edge, about.
        tip: thickness there, against that by the handle.
    """
    n = len(spine)
    taper = np.linspace(1, tip, n)[:, None]
    half = np.broadcast_to(0.5 * thickness * taper, (n, 1))
    mid = spine * ground + edge * (1 - ground)
    mid = spine + (mid - spine) * 0.9
    sharp = np.full((n, 1), 0.12)
    rings = np.stack(
        [
            np.hstack([spine, half]),
            np.hstack([mid, half * 0.9]),
            np.hstack([edge, sharp]),
            np.hstack([edge, -sharp]),
            np.hstack([mid, -half * 0.9]),
            np.hstack([spine, -half]),
        ],
        1,
    )
    return s.loft(rings)


def handle(rng: Rng, item: Item, length: float, height: float, tang: bool = True) -> None:
    """A handle from x = -length to 0.

    Of one piece with the blade, plates on a tang, moulded plastic, or hollow metal.
    """
    u = rng.uniform
    n = 7
    x = np.linspace(0, -length, n)
    swell = 1 + u(0, 0.25) * np.sin(np.linspace(0, 2 * np.pi, n) * u(0.5, 1.2) + u(0, 6))
    bend = u(-0.06, 0.06) * length * np.linspace(0, 1, n) ** 2
    kind = pick(rng, HANDLES)
    thick = u(11, 22)
    path = np.stack([x, bend, 0 * x], 1)
    if rng.random() < 0.3:  # of one piece with the blade
        flat = s.ellipse(height * u(0.25, 0.48), u(0.75, 2.5), 10, power=u(3, 6))
        item.add("stainless", s.sweep(path, flat, swell))
        return
    outline = s.ellipse(height / 2, thick / 2, 10, power=u(2, 4))
    body = s.sweep(path, outline, swell)
    if kind in ("stainless", "zinc"):
        wall = max(0.3, 1 - u(0.8, 3.0) / (min(height, thick) / 2))
        inner = s.sweep(path * np.array([0.96, 1, 1]), outline * wall, swell)
        item.add(kind, body, s.hole(inner))
        return
    item.add(kind, body)
    if tang:
        reach = length * u(0.45, 0.98)
        narrow = height * u(0.2, 0.75)
        if rng.random() < 0.6:  # as long and as high as the handle
            reach, narrow = length * u(0.9, 1.0), height * u(0.8, 1.0)
        item.add("stainless", s.box((reach, narrow, u(1.2, 3.5)), (-reach / 2, bend[2], 0)))
        for k in range(int(rng.integers(0, 4))):
            at = (-reach * (0.2 + 0.28 * k), bend[2], 0)
            item.add(
                "brass" if rng.random() < 0.4 else "stainless",
                s.cylinder(u(1.5, 4), -thick * 0.45, thick * 0.45, 8, 2, at),
            )
