"""The COCO files of a folder, one a split."""

from collections.abc import Iterable
from pathlib import Path

from xray.errors import DataError
from xray_datasets.coco.file import NEEDED, mentions
from xray_datasets.texts import MAC

# A COCO file in the folder of its split: as we write them, FiftyOne does, and Roboflow does.
IN_SPLIT = ("instances.json", "labels.json", "_annotations.coco.json")


def files(root: Path) -> dict[str, Path]:
    """Split → file. It has the name of its file, or of its folder where each has one of its own."""
    if root.is_file():
        return {root.stem: root}
    beside = _holding(root, "*.json", "annotations/*.json")
    if beside:
        return _by_name((path.stem, path) for path in beside)
    inside = _holding(root, *(f"*/{name}" for name in IN_SPLIT))
    return _by_name((path.parent.name, path) for path in inside)


def _holding(root: Path, *names: str) -> list[Path]:
    """The files of these names that hold what a COCO file has to."""
    there = sorted(path for name in names for path in root.glob(name))
    return [p for p in there if not p.name.startswith(MAC) and mentions(p, *NEEDED)]


def _by_name(there: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name, path in there:
        if found.setdefault(name, path) != path:
            raise DataError(f"{found[name]} and {path}: both would be the split {name}; move one")
    return found


def chosen(root: Path, split: str | None) -> dict[str, Path]:
    """The files of one split, which goes also without what stands before the last "_", or all.

    Raises:
        DataError: no such split.
    """
    there = files(root)
    if split is None:
        return there
    found = {n: path for n, path in there.items() if n == split or n.endswith(f"_{split}")}
    if not found:
        raise DataError(f"{root}: no split {split!r}; there are {', '.join(there)}")
    return found
