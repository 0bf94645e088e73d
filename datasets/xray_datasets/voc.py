"""Pascal VOC: an XML file per picture, and lists of names per split.

The folders are Annotations, ImageSets (or ImageSets/Main) and JPEGImages, or SIXray's
Annotation, ImageSet and JPEGImage. Coordinates may be fractions of a pixel and are taken as they
are: tools disagree whether the first pixel is 0 or 1. SIXray's lists say beside each name which
classes the scan shows (1 or -1), and only scans that show one have an XML file.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from xray.errors import DataError
from xray_datasets import labels, pictures
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample

MARKS, LISTS, PICTURES = (
    ("Annotations", "Annotation"),
    ("ImageSets/Main", "ImageSets", "ImageSet"),
    ("JPEGImages", "JPEGImage"),
)
JOINT = "+"  # between lists that are read as one, each scan once
UNLISTED = "in no list"  # the name of what has an XML file and is in none of the lists


def read(
    root: str | Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one split, in the list's order, or all that have an XML file.

    Args:
        root: the folder that holds the three folders.
        split: a list's name without its ending: "train", SIXray's "10/test"; several joined by
            "+", where no list has that very name; or UNLISTED.
        labels_map: class → our label, or None to leave it out; what is not in the map is looked
            up in the taxonomy.
        judged: the labels that the annotators looked for; by default those of the map, or,
            without a map, every label.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the folder's name.
        findings: where given, scans without their picture or XML and boxes of unknown classes
            are left out and noted there; otherwise the first of them is an error.

    Raises:
        DataError: the layout, a class or a file is not what it should be.
    """
    root = Path(root)
    origin = origin or " ".join(filter(None, (root.name, split)))
    if judged is None and labels_map is not None:
        judged = {label for label in labels_map.values() if label}
    files = _folder(root, MARKS)
    found = pictures.by_stem(_folder(root, PICTURES))
    for name, shown in _names(root, split, files):
        path, unboxed = files / f"{name}.xml", set[str]()
        lacking = "" if name in found else f"no picture of {name} in {_folder(root, PICTURES)}"
        if shown is None and not path.is_file():
            lacking = f"{path} is missing, though the list names it"
        if lacking:
            if findings is None:
                raise DataError(f"{origin}: {lacking}")
            findings.add("scans left out, for a file of theirs is missing", f"{origin}: {lacking}")
            continue
        if path.is_file():
            marks, (height, width) = _parse(path, found[name])
        else:  # the list tells which classes are there, but not where
            marks, (height, width) = [], (0, 0)
            unboxed = {labels.translate(n, labels_map, origin) or "" for n in shown or ()}
        marked = annotate(marks, height, width, labels_map, f"{origin}, {name}", findings)
        yield Sample(
            id=name,
            open=pictures.opener(found[name]),
            annotations=marked.annotations,
            ignored=marked.ignored,
            group=f"{origin} {name}",
            origin=origin,
            judged=_judged(judged, unboxed),
            exhaustive=exhaustive,
            meta=marked.meta | ({"size_hw": (height, width)} if height else {}),
        )


def splits(root: str | Path) -> list[str]:
    """The splits that there are lists for."""
    folder = next((Path(root, n) for n in LISTS if Path(root, n).is_dir()), None)
    if folder is None:
        return []
    lists = (p for p in sorted(folder.rglob("*")) if p.suffix in (".txt", ".csv"))
    return [p.relative_to(folder).with_suffix("").as_posix() for p in lists]


def listed(root: str | Path) -> dict[str, set[str]]:
    """List → the names in it."""
    files = _folder(Path(root), MARKS)
    return {one: {name for name, _ in _names(Path(root), one, files)} for one in splits(root)}


def classes(root: str | Path) -> list[str]:
    """Every class that an XML file names, by alphabet."""
    files = _folder(Path(root), MARKS).rglob("*.xml")
    things = (thing for path in sorted(files) for thing in _tree(path).iter("object"))
    return sorted({_name(thing) for thing in things})


def _judged(judged: Collection[str] | None, unboxed: set[str]) -> frozenset[str] | None:
    if judged is None:
        return None if not unboxed else frozenset(labels.TAXONOMY) - unboxed
    return frozenset(judged) - unboxed


def _folder(root: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (root / name).is_dir():
            return root / name
    raise DataError(f"{root}: no folder {' or '.join(names)}; is this the root of a VOC data set?")


def _names(root: Path, split: str | None, files: Path) -> Iterator[tuple[str, list[str] | None]]:
    """Every name, and the classes that its list says are shown, where it says so."""
    if split is None:
        for path in sorted(files.rglob("*.xml")):
            yield path.relative_to(files).with_suffix("").as_posix(), None
        return
    if split == UNLISTED:
        known = set[str]().union(*listed(root).values())
        yield from (found for found in _names(root, None, files) if found[0] not in known)
        return
    for suffix in (".txt", ".csv"):
        path = _folder(root, LISTS) / f"{split}{suffix}"
        if path.is_file():
            yield from _listed(path)
            return
    if JOINT in split:
        lists = (_names(root, one, files) for one in split.split(JOINT))
        yield from {name: shown for one in lists for name, shown in one}.items()
        return
    raise DataError(f"{root}: no list of {split!r}; there are {', '.join(splits(root)) or 'none'}")


def _listed(path: Path) -> Iterator[tuple[str, list[str] | None]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        first = file.readline()
        file.seek(0)
        if "," not in first:
            for line in file:
                if line.strip():
                    yield pictures.stem(line.split()[0]), None
            return
        for row in csv.DictReader(file):
            name = pictures.stem(row.pop("name").strip())
            yield name, [c for c, value in row.items() if value and float(value) > 0]


def _parse(path: Path, picture: Path) -> tuple[list[Mark], tuple[int, int]]:
    tree = _tree(path)
    try:
        marks = [_mark(thing) for thing in tree.iter("object")]
        width, height = (int(float(tree.findtext(f"size/{n}") or 0)) for n in ("width", "height"))
    except ValueError as error:
        raise DataError(f"{path}: cannot be read as VOC XML ({error})") from None
    return marks, (height, width) if height and width else pictures.size_hw(picture)


def _tree(path: Path) -> ElementTree.Element:
    try:
        return ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise DataError(f"{path}: cannot be read as XML ({error})") from None


def _name(thing: ElementTree.Element) -> str:
    """The class; some copies of SIXray quote it."""
    return (thing.findtext("name") or "").strip().strip("'\"")


def _mark(thing: ElementTree.Element) -> Mark:
    x1, y1, x2, y2 = (
        float(thing.findtext(f"bndbox/{n}") or "nan") for n in ("xmin", "ymin", "xmax", "ymax")
    )
    return Mark(_name(thing), (x1, y1, x2, y2), (thing.findtext("difficult") or "0").strip() == "1")
