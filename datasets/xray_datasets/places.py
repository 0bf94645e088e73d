"""Where pictures lie, when a data set says their names but not their folders.

A folder is looked through once. Which of two pictures of one name is meant is not for a reader to
guess: boxes on the wrong picture teach what is not there.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from xray.errors import DataError
from xray_datasets import pictures

Places = Mapping[str, Sequence[Path]]


def by_name(folder: Path, apart: Collection[str] = ()) -> dict[str, list[Path]]:
    """The pictures in this folder and below by their names, without folder and ending.

    Args:
        folder: where to look; links are followed.
        apart: names of folders below it that are passed over, with all that is in them.
    """
    found: dict[str, list[Path]] = {}
    for path in _walk(folder, apart):
        found.setdefault(path.stem, []).append(path)
    return found


def find(name: str, places: Places, where: str, near: Collection[str] = ()) -> Path | None:
    """The picture of this name, which may bear folders and an ending, or None.

    Args:
        name: as the data set has it.
        places: from `by_name`.
        where: what names the picture, for errors.
        near: of several, the one that lies in a folder of one of these names is meant.

    Raises:
        DataError: several are there, and not one of them in such a folder.
    """
    wanted = PurePosixPath(name)
    alike = places.get(pictures.stem(wanted.name), ())
    there = [path for path in alike if _is(path, wanted)]
    nearer = [path for path in there if path.parents[len(wanted.parts) - 1].name in near]
    chosen = nearer or there
    if len(chosen) > 1:
        raise DataError(
            f"{where}: {name} is there {len(chosen)} times, first {chosen[0]} and {chosen[1]}; "
            "leave only the one that is meant"
        )
    return chosen[0] if chosen else None


def _is(path: Path, name: PurePosixPath) -> bool:
    tail = path.parts[-len(name.parts) :]
    return tail == name.parts or (*tail[:-1], path.stem) == name.parts


def _walk(folder: Path, apart: Collection[str]) -> Iterator[Path]:
    seen = set[str]()  # links may lead round in a circle
    for here, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        folders[:] = [] if real in seen else sorted(name for name in folders if name not in apart)
        names = () if real in seen else sorted(files)
        seen.add(real)
        yield from (Path(here, n) for n in names if n.lower().endswith(pictures.SUFFIXES))
