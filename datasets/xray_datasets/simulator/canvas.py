"""What a scan is painted on: optical depth in a fan of rays, thing by thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import paths
from .beam import Beam
from .fan import Fan
from .item import Item
from .materials import attenuation_table, factorise
from .textures import textures
from .transmission import RANK, leave, take, transmit_all

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels
TOUCHED = 1e-3  # optical depth, for the high signal, from which a pixel belongs to an item
ENOUGH = 5000  # pixels of an item: a share found in them is within 1 %


@dataclass(frozen=True, slots=True)
class Physics:
    """A beam, and every material's attenuation in it as coordinates."""

    beam: Beam
    basis: NDArray[np.float32]  # (RANK, K)
    rows: NDArray[np.float32]  # (M, RANK)


def physics(beam: Beam) -> Physics:
    """What painting needs to know of a beam."""
    table = attenuation_table(tuple(beam.energies_kev))
    coordinates, basis = factorise(table, np.stack([beam.low, beam.high]), RANK)
    return Physics(beam, basis, coordinates)


@dataclass(frozen=True, slots=True)
class Own:
    """What one item alone puts into the beam, in the pixels of its box that it attenuates.

    Of a large item every step-th of these stands for all.
    """

    mask: NDArray[np.bool_]  # (h, w)
    depth: NDArray[np.float32]  # (n, RANK), along the rays
    step: int

    def pixels(self) -> NDArray[np.int64]:  # (n,)
        """Where in the box, row after row, the depth is known."""
        return np.flatnonzero(self.mask)[:: self.step]


@dataclass(slots=True)
class Canvas:
    """Optical depth as it is painted: along z until it is passed, which adds each row's slant."""

    physics: Physics
    fan: Fan
    depth: NDArray[np.float32]  # (H, W, RANK)
    own: NDArray[np.float32]  # (H, W, RANK), of the one item being painted
    scratch: NDArray[np.float32]  # (2 H, 2 W), zero between items

    @staticmethod
    def blank(of: Physics, fan: Fan) -> Canvas:
        """Nothing in the beam."""
        height, width = fan.size_hw
        return Canvas(
            of,
            fan,
            np.zeros((height, width, RANK), np.float32),
            np.zeros((height, width, RANK), np.float32),
            np.zeros((2 * height, 2 * width), np.float32),
        )

    def paint(
        self,
        rng: np.random.Generator,
        item: Item,
        turn: NDArray[np.float64] | None = None,  # (3, 3)
        at_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
        factors: NDArray[np.float32] | None = None,  # (P,)
        outline: bool = False,
    ) -> Box | None:
        """Add an item, each of its corners where the fan shows it.

        Args:
            rng: of the place of its textures.
            item: what to paint.
            turn: how it lies in the world.
            at_mm: where, x, y, z of the world as Fan has it.
            factors: by which the attenuation of each part is multiplied.
            outline: whether taken is wanted of it, though it has no label.

        Returns:
            what it touched; None where it is out of the picture.
        """
        corners, ends, nodes, *wires = item.packed()
        if turn is not None:
            corners, nodes = (points @ turn.T + at_mm for points in (corners, nodes))
        attenuation = self.physics.rows[item.material_rows()]
        if factors is not None:
            attenuation = attenuation * factors[:, None]
        texture_pose = np.empty((len(item.parts), 4))
        texture_pose[:, 0] = [part.zoom for part in item.parts]
        texture_pose[:, 1:] = rng.uniform(0, 1, 3) * (6.283, 256, 256)
        touched = np.empty(4)
        into: Callable[..., None] = paths.paint
        into(
            self.depth, self.own, outline or item.label is not None, self.scratch,
            self.fan.seen(corners), ends, self.fan.seen(nodes), *wires, attenuation, textures(),
            np.array([part.texture for part in item.parts], np.int64), texture_pose,
            np.eye(3, 4), 1 / self.fan.pixel_mm, touched,
        )  # fmt: skip
        if touched[2] <= touched[0]:
            return None
        x0, y0, x1, y1 = touched.astype(int).tolist()
        return x0, y0, x1, y1

    def taken(self, at: Box) -> Own:
        """What the item just painted put here, along the rays; the plane is empty again."""
        x0, y0, x1, y1 = at
        attenuates = self.physics.basis @ self.physics.beam.high.astype(np.float32)  # (RANK,)
        own = Own(*take(self.own, at, self.fan.slant(), attenuates, TOUCHED, ENOUGH))
        self.own[max(0, y0 - 3) : y1 + 3, max(0, x0 - 3) : x1 + 3] = 0
        return own

    def without(self, at: Box, own: Own) -> NDArray[np.float32]:  # (2, n)
        """Low and high in pixels of an item, as they would be had it not been put in."""
        rest = leave(self.depth, at, self.fan.slant(), own.pixels(), own.depth)
        passed = transmit_all(rest, self.physics.basis, self.physics.beam.signals()[:2])
        return passed.reshape(2, -1)[:, : len(own.depth)]

    def passed(self) -> list[NDArray[np.float32]]:  # four of (H, W)
        """What is left of both signals, low and high, and of the squares of both (Beam.quanta)."""
        depth = self.depth * self.fan.slant()[:, None, None]
        return list(transmit_all(depth, self.physics.basis, self.physics.beam.signals()))
