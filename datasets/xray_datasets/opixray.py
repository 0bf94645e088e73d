"""OPIXray and HiXray: a folder per split, a text file per scan, a line per object.

    train/train_image/ID.jpg (or .tiff, .TIFF)
    train/train_annotation/ID.txt     image class x1 y1 x2 y2
    train/train_knife.txt             the scans of the split; HiXray's is train_name.txt

OPIXray's test also has test_knife-1.txt to -3.txt, by how much of the knife is hidden: splits
"test-1" to "test-3" here.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from xray.errors import DataError
from xray_datasets import pictures
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample

SPLITS = ("train", "test")


def read(
    root: str | Path,
    split: str,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
) -> Iterator[Sample]:
    """The scans of one split, in the list's order.

    Args:
        root: the folder that holds train and test.
        split: "train", "test", or OPIXray's "test-1" to "test-3".
        labels_map: class → our label, or None to leave it out; what is not in the map is looked
            up in the taxonomy. Maps: `labels.SOURCES["opixray"].labels` and "hixray".
        judged: the labels that the annotators looked for; by default those of the map, or,
            without a map, every label.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the folder's name.

    Raises:
        DataError: the layout, a class or a file is not what it should be.
    """
    root = Path(root)
    origin = origin or f"{root.name} {split}"
    if judged is None and labels_map is not None:
        judged = {label for label in labels_map.values() if label}
    part = split.partition("-")[0]
    folder = root / part
    found = pictures.by_stem(_there(folder / f"{part}_image"))
    for name in _names(folder, part, split):
        if name not in found:
            raise DataError(f"{origin}: no picture of {name} in {folder / f'{part}_image'}")
        height, width = pictures.size_hw(found[name])
        marks = _marks(folder / f"{part}_annotation" / f"{name}.txt")
        marked = annotate(marks, height, width, labels_map, f"{origin}, {name}")
        yield Sample(
            id=name,
            open=pictures.opener(found[name]),
            annotations=marked.annotations,
            group=f"{origin} {name}",
            origin=origin,
            judged=None if judged is None else frozenset(judged),
            exhaustive=exhaustive,
            meta=marked.meta,
        )


def splits(root: Path) -> list[str]:
    """The splits that there are folders for."""
    return [part for part in SPLITS if (root / part / f"{part}_annotation").is_dir()]


def classes(root: Path) -> list[str]:
    """Every class that a text file names, by alphabet."""
    files = (p for s in splits(root) for p in (root / s / f"{s}_annotation").glob("*.txt"))
    return sorted({mark.name for path in files for mark in _marks(path)})


def _there(folder: Path) -> Path:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; is the root the one that holds train and test?")
    return folder


def _names(folder: Path, part: str, split: str) -> Iterator[str]:
    level = split.removeprefix(part)
    lists = [folder / f"{part}_{word}{level}.txt" for word in ("knife", "name")]
    path = next((path for path in lists if path.is_file()), None)
    if path is None:
        raise DataError(f"{folder}: no list {lists[0].name} or {lists[1].name}")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield Path(line.split()[0]).stem


def _marks(path: Path) -> Iterator[Mark]:
    if not path.is_file():
        raise DataError(f"{path}: no such file, though the list names it")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            _, name, x1, y1, x2, y2 = line.split()
            yield Mark(name, (float(x1), float(y1), float(x2), float(y2)))
        except ValueError:
            raise DataError(
                f"{path}:{number}: expected image class x1 y1 x2 y2, got {line.strip()!r}"
            ) from None
