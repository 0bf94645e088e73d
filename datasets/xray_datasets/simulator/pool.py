"""Scenes kept on disk: shards of raw planes that map into memory, beside their annotations.

A shard holds some scenes of one kind: NAME.npy is uint16 (n, 2, H, W), low and high transmission
times SCALE; NAME.json lists what is in each, and says its VERSION. The name tells the kind, the
first seed and how many. Shards come and go while others read (filling.py): a reader keeps what it
has until refresh().
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.errors import DataError

# Of what stands in a shard. 2: `visible` goes through the whole spectrum; before, thin metal was
# told two to five times fainter than it is, and what nobody can see teaches as a region to ignore.
VERSION = 2
SCALE = 60000.0  # code of air; the rest is room for noise above it
Parameters = dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Cached:
    """One scene from a pool: planes as stored, annotated objects, how it was made."""

    planes: NDArray[np.uint16]  # (2, H, W)
    boxes: NDArray[np.float32]  # (n, 4) xyxy
    labels: tuple[str, ...]  # (n,)
    visible: NDArray[np.float32]  # (n,) share of each object that can be seen
    kind: str
    seed: int
    pixel_mm: float
    parameters: Parameters

    @property
    def low(self) -> NDArray[np.float32]:
        """Low-energy transmission, air = 1."""
        return self.planes[0].astype(np.float32) / np.float32(SCALE)

    @property
    def high(self) -> NDArray[np.float32]:
        """High-energy transmission, air = 1."""
        return self.planes[1].astype(np.float32) / np.float32(SCALE)


class Pool:
    """The scenes of a folder by index; refresh() sees what was written and removed since."""

    def __init__(self, folder: str | Path, kind: str | None = None) -> None:
        self.folder = Path(folder)
        self.kind = kind
        self._shards: dict[str, tuple[NDArray[np.uint16], list[dict[str, Any]]]] = {}
        self._ends = np.zeros(0, np.int64)
        self.refresh()

    def refresh(self) -> int:
        """Take shards that have appeared, leave those that are gone; the number of scenes.

        Raises:
            DataError: one is of another version than VERSION.
        """
        there = {path.name: path for path in self.folder.glob(f"{self.kind or ''}*.npy")}
        shards = {}
        for name, path in sorted(there.items()):
            try:
                shards[name] = self._shards.get(name) or (_planes(path), notes(path))
            except FileNotFoundError:  # removed since it was listed
                continue
        self._shards = shards
        self._ends = np.cumsum([len(planes) for planes, _ in shards.values()], dtype=np.int64)
        return len(self)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, index: int) -> Cached:
        shard = int(np.searchsorted(self._ends, index, side="right"))
        name, (planes, listed) = list(self._shards.items())[shard]
        k = index - (int(self._ends[shard - 1]) if shard else 0)
        note = listed[k]
        return Cached(
            planes[k],
            np.array(note["boxes"], np.float32).reshape(-1, 4),
            tuple(note["labels"]),
            np.array(note["visible"], np.float32),
            name.partition("-")[0],
            note["seed"],
            note["pixel_mm"],
            note["parameters"],
        )


def notes(path: Path) -> list[dict[str, Any]]:
    """What stands beside the planes of a shard, scene by scene.

    Raises:
        DataError: it is of another version than VERSION.
    """
    found = json.loads(path.with_suffix(".json").read_text())
    version = found.get("version") if isinstance(found, dict) else 1  # the first did not say
    if version != VERSION:
        raise DataError(
            f"{path}: a shard of version {version}, expected {VERSION}: its scenes say other "
            f"things of their objects than those made now. Delete {path.parent} and fill it anew "
            "with xray-data pool, or fill another folder"
        )
    return list(found["scenes"])


def _planes(path: Path) -> NDArray[np.uint16]:
    return np.load(path, mmap_mode="r")
