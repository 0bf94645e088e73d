"""Fills a pool, and keeps it fresh beside a training.

Scenes have seeds in a row, so that an interrupted filling goes on where it stopped. Kept fresh, a
pool holds the same number of scenes, the oldest of which make place for new seeds: a reader never
waits, and never sees a scene too often.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from itertools import count as counted
from pathlib import Path

import numpy as np

from xray.errors import DataError

from .kinds import simulate
from .pool import SCALE, VERSION, notes
from .scene import Simulated

COUNT = 10_000  # scenes of a pool for which no number is given
SHARD = 64  # scenes
LARGE_SHARD = 8  # containers: they hold ten times as many pixels


@dataclass(frozen=True, slots=True)
class Pond:
    """The shards of one kind in a folder.

    Attributes:
        folder: of the pool.
        kind: of its scenes.
        count: of scenes that it should hold, rounded up to whole shards.
        seed: of the first scene, where there is none yet.
        side_px: as of kinds.simulate.
    """

    folder: Path
    kind: str
    count: int
    seed: int = 0
    side_px: int | None = None

    @property
    def size(self) -> int:
        """Scenes of a shard."""
        return LARGE_SHARD if self.kind == "container" else SHARD

    @property
    def wanted(self) -> int:
        """How many shards it should hold."""
        return -(-self.count // self.size)

    def first_seeds(self) -> list[int]:
        """Of the shards that are there, the oldest first."""
        found = self.folder.glob(f"{self.kind}-*.npy")
        return sorted(int(path.stem.split("-")[1]) for path in found)

    def path(self, first_seed: int) -> Path:
        """Of the planes of a shard; what is in them stands beside, in JSON."""
        return self.folder / f"{self.kind}-{first_seed:09d}-{self.size}.npy"

    def missing(self) -> list[int]:
        """First seeds of the shards that it lacks."""
        there = self.first_seeds()
        lacking = max(0, self.wanted - len(there))
        seeds = counted(min((s for s in there if s >= self.seed), default=self.seed), self.size)
        return list(islice((seed for seed in seeds if seed not in there), lacking))

    def drop_oldest(self) -> None:
        """Make place, where there is more than it should hold."""
        there = self.first_seeds()
        for seed in there[: max(0, len(there) - self.wanted)]:
            path = self.path(seed)
            path.unlink()  # first, so that nobody finds planes of which nothing is known
            path.with_suffix(".json").unlink(missing_ok=True)


def lacking(folder: str | Path, kind: str, count: int, seed: int = 0) -> int:
    """How many shards fill would write."""
    return len(Pond(Path(folder), kind, count, seed).missing())


def fill(
    folder: str | Path,
    kind: str,
    count: int,
    seed: int = 0,
    workers: int = 1,
    side_px: int | None = None,
    on_shard: Callable[[Path], None] | None = None,
) -> None:
    """Write the shards that a pool lacks.

    Args:
        folder: of the pool.
        kind: one of kinds.KINDS; a folder may hold several.
        count: scenes of this kind that it should hold, rounded up to whole shards.
        seed: of the first scene, where the pool is empty; else it goes on where it stopped.
        workers: processes; 1 stays in this one.
        side_px: as of kinds.simulate.
        on_shard: is told of each shard as soon as it is written.

    Raises:
        DataError: another process fills this pool, one of ours ended by force, or shards of
            another version are there.
    """
    pond = Pond(Path(folder), kind, count, seed, side_px)
    with _alone(pond.folder):
        for path in _written(pond, iter(pond.missing()), workers):
            if on_shard is not None:
                on_shard(path)


def keep_fresh(
    folder: str | Path,
    kind: str,
    count: int | None = None,
    seed: int = 0,
    workers: int = 1,
    side_px: int | None = None,
) -> Iterator[Path]:
    """Replace the oldest shards of a pool by new ones without end; gives each one that is written.

    It takes what fill takes and raises what fill raises. What is missing is written first.

    Args:
        count: None: COUNT, or as many as are there already where that is more.

    Raises:
        DataError: there are more than count: nobody asked for their end.
    """
    pond = Pond(Path(folder), kind, COUNT if count is None else count, seed, side_px)
    with _alone(pond.folder):
        there = len(pond.first_seeds())
        # A killed one leaves what its processes still finished: that many may go.
        if count is not None and there > pond.wanted + workers:
            raise DataError(
                f"{folder}: holds {there * pond.size} scenes of the kind {kind}, and keeping "
                f"{count} fresh would delete the others; leave --count out to keep as many, or "
                "delete the oldest shards first"
            )
        if count is None:
            pond = replace(pond, count=max(COUNT, there * pond.size))
        missing = pond.missing()
        newest = max([*pond.first_seeds(), *missing])
        seeds = chain(missing, counted(newest + pond.size, pond.size))
        try:
            with closing(_written(pond, seeds, workers)) as written:
                for path in written:
                    pond.drop_oldest()
                    yield path
        finally:  # what other processes still finished when this one was stopped
            pond.drop_oldest()


def _written(pond: Pond, seeds: Iterator[int], workers: int) -> Generator[Path, None, None]:
    """A shard from each of these seeds on, as soon as it is done; no more at once than workers."""
    if workers == 1:
        yield from (write_shard(pond, seed) for seed in seeds)
        return
    context = multiprocessing.get_context("spawn")  # forked copies of threaded libraries hang
    with ProcessPoolExecutor(workers, context) as executor:
        running = {executor.submit(write_shard, pond, s) for s in islice(seeds, workers)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                more = islice(seeds, len(done))
                running |= {executor.submit(write_shard, pond, seed) for seed in more}
                yield from (one.result() for one in done)
        except BrokenProcessPool:
            raise DataError(
                f"{pond.folder}: a process ended by force, most often for want of memory; "
                "run it again to go on, with fewer --workers"
            ) from None
        finally:
            executor.shutdown(cancel_futures=True)


def write_shard(pond: Pond, first_seed: int) -> Path:
    """Simulate a shard; where it is to be found, it is whole."""
    kept, listed = [], []
    for seed in range(first_seed, first_seed + pond.size):
        scene = simulate(pond.kind, seed, pond.side_px)
        codes = np.rint(np.stack([scene.low, scene.high]) * SCALE)
        kept.append(np.minimum(codes, 65535).astype(np.uint16))
        listed.append(_note(scene))
    path = pond.path(first_seed)
    # A process whose parent was killed finishes its shard while the next filler writes the same.
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(json.dumps({"version": VERSION, "scenes": listed}))
    draft.replace(path.with_suffix(".json"))
    with draft.open("wb") as file:
        np.save(file, np.stack(kept))
    draft.replace(path)
    return path


def _note(scene: Simulated) -> dict[str, object]:
    labelled = [o for o in scene.objects if o.label]
    visible = [o.visible_fraction for o in labelled if o.visible_fraction is not None]
    return {
        "seed": scene.seed,
        "pixel_mm": scene.pixel_mm,
        "parameters": scene.parameters,
        "boxes": [[round(v, 2) for v in o.xyxy_px] for o in labelled],
        "labels": [o.label for o in labelled],
        "names": [o.name for o in labelled],
        "visible": [round(share, 3) for share in visible],
        "mass_g": [round(o.mass_g, 1) for o in labelled],
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else fills this folder meanwhile; what a killed one left half written is removed."""
    import fcntl  # there is none on Windows, where pools can be read

    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)  # the system gives the lock free when the process ends
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for draft in folder.glob(".*.part"):
            draft.unlink()
        for shard in folder.glob("*.npy"):
            if shard.with_suffix(".json").exists():
                notes(shard)  # of this version, or nothing is added
        yield
    except BlockingIOError:
        raise DataError(f"{folder}: another process fills this pool; wait for it") from None
    finally:
        os.close(handle)
