"""Scenes kept on disk: shards of raw planes that map into memory, beside their annotations.

A shard holds SHARD scenes: NAME.npy is uint16 (n, 2, H, W), low and high transmission times SCALE;
NAME.json lists what is in each. Scene k of a pool has seed base + k, so that an interrupted
filling goes on where it stopped and several processes never write the same shard.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kinds import simulate
from .scene import Simulated

SHARD = 64  # scenes
LARGE_SHARD = 8  # containers: they hold ten times as many pixels
SCALE = 60000.0  # code of air; the rest is room for noise above it


@dataclass(frozen=True, slots=True)
class Cached:
    """One scene from a pool: planes as stored, annotated objects, tube voltage, pixel size."""

    planes: NDArray[np.uint16]  # (2, H, W)
    boxes: NDArray[np.float32]  # (n, 4) xyxy
    labels: tuple[str, ...]  # (n,)
    visible: NDArray[np.float32]  # (n,) share of each object that can be seen
    kv: int
    seed: int
    pixel_mm: float

    @property
    def low(self) -> NDArray[np.float32]:
        """Low-energy transmission, air = 1."""
        return self.planes[0].astype(np.float32) / np.float32(SCALE)

    @property
    def high(self) -> NDArray[np.float32]:
        """High-energy transmission, air = 1."""
        return self.planes[1].astype(np.float32) / np.float32(SCALE)


def _note(scene: Simulated) -> dict[str, object]:
    labelled = [o for o in scene.objects if o.label]
    return {
        "seed": scene.seed,
        "parameters": scene.parameters,
        "boxes": [[round(v, 2) for v in o.xyxy_px] for o in labelled],
        "labels": [o.label for o in labelled],
        "names": [o.name for o in labelled],
        "visible": [round(o.visible_fraction, 3) for o in labelled],
        "mass_g": [round(o.mass_g, 1) for o in labelled],
    }


def write_shard(folder: Path, kind: str, first_seed: int, count: int, side_px: int | None) -> Path:
    """Simulate count scenes from first_seed on; a shard that is there already is left alone."""
    stem = folder / f"{kind}-{first_seed:09d}-{count}"
    data, notes = stem.with_suffix(".npy"), stem.with_suffix(".json")
    if data.exists() and notes.exists():
        return data
    kept, listed = [], []
    for k in range(count):
        scene = simulate(kind, first_seed + k, side_px)
        kept.append(np.rint(np.stack([scene.low, scene.high]) * SCALE).astype(np.uint16))
        listed.append(_note(scene))
    planes = np.stack(kept)
    for path, write in ((notes, _write_json), (data, _write_array)):
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        write(partial, listed if path is notes else planes)
        partial.replace(path)
    return data


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


def _write_array(path: Path, value: Any) -> None:
    with path.open("wb") as file:
        np.save(file, value)


def _shard(job: tuple[str, str, int, int, int | None]) -> str:
    folder, kind, first, count, side_px = job
    return str(write_shard(Path(folder), kind, first, count, side_px))


def fill(
    folder: str | Path,
    kind: str,
    count: int,
    seed: int = 0,
    workers: int = 1,
    side_px: int | None = None,
) -> None:
    """Fill a pool with count scenes (rounded up to whole shards), resuming what is there."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    size = LARGE_SHARD if kind == "container" else SHARD
    jobs = [(str(root), kind, first, size, side_px) for first in range(seed, seed + count, size)]
    if workers <= 1:
        for job in jobs:
            _shard(job)
        return
    with ProcessPoolExecutor(workers) as pool:
        for _ in pool.map(_shard, jobs):
            pass


class Pool:
    """The scenes of a folder by index; refresh() sees shards written since."""

    def __init__(self, folder: str | Path, kind: str | None = None) -> None:
        self.folder = Path(folder)
        self.kind = kind
        self._shards: list[tuple[NDArray[np.uint16], list[dict[str, Any]]]] = []
        self._known: set[str] = set()
        self._ends = np.zeros(0, np.int64)
        self.refresh()

    def refresh(self) -> int:
        """Add shards that have appeared; returns the number of scenes."""
        for path in sorted(self.folder.glob(f"{self.kind or ''}*.npy")):
            if path.name not in self._known:
                self._known.add(path.name)
                self._shards.append(
                    (
                        np.load(path, mmap_mode="r"),
                        json.loads(path.with_suffix(".json").read_text()),
                    )
                )
        self._ends = np.cumsum([len(planes) for planes, _ in self._shards], dtype=np.int64)
        return len(self)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, index: int) -> Cached:
        shard = int(np.searchsorted(self._ends, index, side="right"))
        planes, notes = self._shards[shard]
        k = index - (int(self._ends[shard - 1]) if shard else 0)
        note = notes[k]
        boxes = np.array(note["boxes"], np.float32).reshape(-1, 4)
        return Cached(
            planes[k],
            boxes,
            tuple(note["labels"]),
            np.array(note["visible"], np.float32),
            note["parameters"]["kv"],
            note["seed"],
            note["parameters"]["width_mm"] / planes.shape[-1],
        )
