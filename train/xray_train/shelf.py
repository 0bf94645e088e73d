"""Where scans wait between two draws: in memory up to a budget, the others in a file.

What is taken is what was put, bit for bit, so a run learns the same wherever its scans lie. The
file holds bare planes, which are read in a millisecond; to decode a picture takes twenty. It is
each shelf's own: two runs in one folder know nothing of each other's scans.
"""

import logging
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np

from xray.errors import RecipeError
from xray_train.item import Item

GB = 1e9  # bytes
NOTHING = np.zeros((0, 0, 3), np.uint8)

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Filed:
    """An item whose planes stand in the file.

    Attributes:
        item: all else of it.
        hwc: shape of the planes.
        at: place of the first byte.
    """

    item: Item
    hwc: tuple[int, ...]
    at: int


class Shelf:
    """Planes of many scans; it may be sent to other processes, which read what was put before."""

    def __init__(self, most_gb: float, folder: Path | None = None) -> None:
        """An empty shelf.

        Args:
            most_gb: of memory; beyond, the file is written, and goes with the shelf.
            folder: where that file is made; None: that of temporary files.
        """
        self.most_gb, self.folder = most_gb, folder or Path(tempfile.gettempdir())
        self.path: Path | None = None  # of the file, once there is one
        self.expected = 0  # scans in all, as far as is known
        self.count, self.in_memory, self.in_file = 0, 0, 0  # scans; bytes

    def put(self, item: Item) -> Item | Filed:
        """What `take` turns into this item again.

        Raises:
            RecipeError: the disk is too small.
        """
        size = item.planes.nbytes
        if not self.in_file and self.in_memory + size <= self.most_gb * GB:
            self.count, self.in_memory = self.count + 1, self.in_memory + size
            return item
        if not self.in_file:
            self._begin(size)
        at = self.in_file
        self._write(np.ascontiguousarray(item.planes))
        self.count, self.in_file = self.count + 1, self.in_file + size
        return Filed(replace(item, planes=NOTHING), item.planes.shape, at)

    def take(self, kept: Item | Filed) -> Item:
        """The item that `put` was given."""
        if isinstance(kept, Item):
            return kept
        assert self.path is not None
        count = int(np.prod(kept.hwc))
        planes = np.fromfile(self.path, np.uint8, count, offset=kept.at).reshape(kept.hwc)
        return replace(kept.item, planes=planes)

    def _begin(self, size: int) -> None:
        """The file, empty, if the disk has room for what is to come."""
        handle, name = tempfile.mkstemp(prefix="scans-", suffix=".cache", dir=self.folder)
        self.path = _nameless(handle, Path(name))
        weakref.finalize(self, _remove, self.path, handle, os.getpid())
        left = max(self.expected - self.count, 1)
        needed = left * max(size, self.in_memory // max(self.count, 1))
        free = shutil.disk_usage(self.folder).free
        if needed > free:
            raise RecipeError(
                self._too_small(f"about {needed / GB:.1f} GB are needed, {free / GB:.1f} are free")
            )
        log.warning(
            "scans take more than cache_gb = %g: about %.1f GB of them go to %s while this runs",
            *(self.most_gb, needed / GB, self.folder),
        )

    def _write(self, planes: np.ndarray) -> None:
        assert self.path is not None
        try:
            with self.path.open("ab") as file:
                file.write(planes.data)
        except OSError as error:
            raise RecipeError(self._too_small(str(error))) from None

    def _too_small(self, why: str) -> str:
        return (
            f"{self.folder}: no room for the scans that memory does not hold (cache_gb = "
            f"{self.most_gb:g}): {why}; give --out on a larger disk, a smaller cache_px, or fewer "
            "scans (--split)"
        )


class Kept(Sequence[Item]):
    """Items on a shelf, taken down one by one."""

    def __init__(self, items: Iterable[Item], shelf: Shelf) -> None:
        self.shelf = shelf
        self.places = [shelf.put(item) for item in items]

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        """The item, or several, which are then all in memory."""
        if isinstance(index, slice):
            return [self.shelf.take(kept) for kept in self.places[index]]
        return self.shelf.take(self.places[index])

    def __iter__(self) -> Iterator[Item]:
        return (self.shelf.take(kept) for kept in self.places)


def _nameless(handle: int, path: Path) -> Path:
    """Where the open file is read from, by other processes, too.

    On Linux it loses its name at once, so that it goes with this process however that ends.
    """
    opened = Path(f"/proc/{os.getpid()}/fd/{handle}")
    if not opened.exists():
        return path
    path.unlink()
    return opened


def _remove(path: Path, handle: int, owner: int) -> None:
    """A process that was split off has no say."""
    if os.getpid() != owner:
        return
    os.close(handle)
    if not path.is_relative_to("/proc"):
        path.unlink(missing_ok=True)
