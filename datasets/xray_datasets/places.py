"""Where pictures lie, when a data set says their names but not their folders.

A folder is looked through once. Which of two pictures of one name is meant is not for a reader to
guess: boxes on the wrong picture teach what is not there.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath

from xray.errors import DataError
from xray_datasets import pictures
from xray_datasets.findings import Findings
from xray_datasets.texts import MAC

Places = Mapping[str, Sequence[str]]  # of a million pictures, texts take a third of what paths do


def by_name(folder: Path, apart: Collection[str] = ()) -> dict[str, list[str]]:
    """The pictures in this folder and below by their names, without folder and ending.

    Args:
        folder: where to look; links are followed.
        apart: names of folders below it that are passed over, with all that is in them.
    """
    found: dict[str, list[str]] = {}
    for path in _walk(folder, apart):
        found.setdefault(path.stem, []).append(str(path))
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
    alike = map(Path, places.get(pictures.stem(wanted.name), ()))
    there = [path for path in alike if _is(path, wanted)]
    nearer = [path for path in there if path.parents[len(wanted.parts) - 1].name in near]
    chosen = nearer or there
    if len(chosen) > 1:
        raise DataError(
            f"{where}: {name} is there {len(chosen)} times, first {chosen[0]} and {chosen[1]}; "
            "leave only the one that is meant"
        )
    return chosen[0] if chosen else None


def without(places: Places, taken: Iterable[Path]) -> dict[str, list[str]]:
    """All but these."""
    gone = {str(path) for path in taken}
    return {name: [path for path in alike if path not in gone] for name, alike in places.items()}


def by_most(
    names: Mapping[str, tuple[str, ...]], places: Places, where: str, findings: Findings
) -> dict[str, Path]:
    """Name → the picture of whose path it has most, if it has more of it than every other name.

    Args:
        names: each with its folders and its file, of which the first may be another machine's.
        places: from `by_name`.
        where: what names the pictures, for errors.
        findings: where is noted what lies elsewhere than its name says, and what is left out
            because two names have as much of its path.

    Raises:
        DataError: a name has as much of two paths.
    """
    found: dict[str, Path] = {}
    for length in range(max(map(len, names.values()), default=0), 0, -1):
        claims: dict[Path, dict[tuple[str, ...], list[str]]] = {}
        for name in [name for name in names if name not in found]:
            path = find("/".join(names[name][-length:]), places, where)
            if path is not None:
                claims.setdefault(path, {}).setdefault(names[name], []).append(name)
        for path, mine in sorted(claims.items()):
            if len(mine) > 1:
                findings.add("pictures left out, for several rows may mean them", str(path))
                continue
            for name in chain.from_iterable(mine.values()):
                found[name] = path
                findings.note("pictures that lie elsewhere than their row says", f"{name}: {path}")
        places = without(places, claims)
    return found


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
        ours = (name for name in names if not name.startswith(MAC))
        yield from (Path(here, n) for n in ours if n.lower().endswith(pictures.SUFFIXES))
