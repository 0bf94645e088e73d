"""An item: a thing in a bag, made of parts, each a mesh or wires of one material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .materials import INDEX, MATERIALS
from .shapes import Mesh, volume_mm3


def pick(rng: np.random.Generator, names: Sequence[str]) -> str:
    """One of several names; ten times faster than rng.choice."""
    return names[int(rng.random() * len(names))]


@dataclass(slots=True)
class Part:
    """One material of an item: a mesh, wires, or both. zoom: texels per mm."""

    material: str
    mesh: Mesh | None
    wires: list[tuple[NDArray[np.floating], float]]  # points (n, 3), radius in mm
    texture: int = -1
    zoom: float = 1.0


@dataclass(slots=True)
class Item:
    """A thing about its own centre, flat side towards the beam (z)."""

    name: str
    label: str | None = None
    parts: list[Part] = field(default_factory=list)

    def add(self, material: str, *meshes: Mesh, texture: int = -1, zoom: float = 1.0) -> Item:
        """Add solids of one material."""
        mesh = meshes[0] if len(meshes) == 1 else np.concatenate(meshes)
        self.parts.append(Part(material, mesh, [], texture, zoom))
        return self

    def wire(self, material: str, points: NDArray[np.floating], radius: float) -> Item:
        """Add a thin round wire along points (n, 3)."""
        for part in self.parts:
            if part.material == material and part.wires and part.mesh is None:
                part.wires.append((points, radius))
                return self
        self.parts.append(Part(material, None, [(points, radius)]))
        return self

    def shifted(self, x: float, y: float, z: float = 0.0) -> Item:
        """Move every part, in mm."""
        by = np.array((x, y, z), np.float32)
        for part in self.parts:
            if part.mesh is not None:
                part.mesh = part.mesh + by
            part.wires = [(points + by, radius) for points, radius in part.wires]
        return self

    def spun(self, angle: float) -> Item:
        """Turn every part in the picture's plane, in radians."""
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], np.float32)
        for part in self.parts:
            if part.mesh is not None:
                part.mesh = part.mesh @ turn
            part.wires = [(points @ turn, radius) for points, radius in part.wires]
        return self

    def merged(self, other: Item) -> Item:
        """Take over the parts of another item."""
        self.parts.extend(other.parts)
        return self

    def part_masses_g(self) -> NDArray[np.float64]:  # (P,)
        """Mass of each part from geometry and density."""
        masses = []
        for part in self.parts:
            volume = 0.0 if part.mesh is None else volume_mm3(part.mesh)
            for points, radius in part.wires:
                steps = np.diff(np.asarray(points, np.float64), axis=0)
                volume += np.pi * radius**2 * float(np.sqrt((steps**2).sum(1)).sum())
            masses.append(volume * MATERIALS[part.material].density_g_cm3 / 1000.0)
        return np.array(masses)

    def mass_g(self) -> float:
        """Mass of the whole."""
        return float(self.part_masses_g().sum())

    def packed(self) -> tuple[NDArray[Any], ...]:
        """Flat arrays for the painter: corners, mesh ends, nodes, wire ends, radii, parts."""
        meshes = [p.mesh for p in self.parts if p.mesh is not None]
        corners = np.concatenate(meshes) if meshes else np.zeros((0, 3, 3), np.float32)
        ends = np.cumsum([0 if p.mesh is None else len(p.mesh) for p in self.parts])
        wires = [(w, r, k) for k, p in enumerate(self.parts) for w, r in p.wires]
        if wires:
            nodes = np.concatenate([w for w, _, _ in wires]).astype(np.float32)
        else:
            nodes = np.zeros((0, 3), np.float32)
        return (
            np.ascontiguousarray(corners, np.float32).reshape(-1, 3), ends.astype(np.int64), nodes,
            np.cumsum([len(w) for w, _, _ in wires], dtype=np.int64),
            np.array([r for _, r, _ in wires], np.float64),
            np.array([k for _, _, k in wires], np.int64),
        )  # fmt: skip

    def material_rows(self) -> NDArray[np.int64]:
        """Row of each part's material in the attenuation table."""
        return np.array([INDEX[p.material] for p in self.parts], np.int64)
