"""What a folder is, by its folders and files alone: one of the layouts, or a public data set.

Where it is nothing that is known, but a folder in it is, that one is named: archives often unpack
into a folder of their own.
"""

from enum import StrEnum
from pathlib import Path

from xray.errors import DataError
from xray_datasets import coco, public, reviews, voc, yolo
from xray_datasets.labels import Source


class Layout(StrEnum):
    """The layouts that we read from anyone."""

    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"


def layout(root: Path) -> Layout:
    """The layout of this folder.

    Raises:
        DataError: it is none that we know.
    """
    if not root.exists():
        raise DataError(f"{root}: no such file or folder")
    if root.is_file() and root.suffix != ".json":
        raise DataError(
            f"{root}: neither a folder nor the JSON of a COCO data set; unpack it first"
        )
    found = _layout(root)
    if found is None:
        raise DataError(f"{root}: no layout that is known{_hint(root)}. See xray-data list")
    return found


def _layout(root: Path) -> Layout | None:
    if root.suffix == ".json":
        return Layout.COCO
    if any((root / name).is_dir() for name in voc.MARKS) and any(
        (root / name).is_dir() for name in voc.PICTURES
    ):
        return Layout.VOC
    if yolo.recognised(root):
        return Layout.YOLO
    return Layout.COCO if coco.files(root) else None


def _hint(root: Path) -> str:
    """What else may be meant, in words."""
    inside = _inside(root)
    if len(inside) == 1:
        return f", but it lies in {inside[0].name}/: give {inside[0]}"
    if inside:
        names = ", ".join(f"{folder.name}/" for folder in inside)
        return f"; each of {names} is a data set of its own: name one of them"
    there = ", ".join(sorted(path.name for path in root.iterdir())[:8]) or "nothing"
    return (
        ". COCO has annotations/*.json beside pictures, or SPLIT/instances.json; VOC has "
        "Annotations and JPEGImages, with XML; YOLO has images and labels, with .txt; "
        f"there is {there}"
    )


def _inside(root: Path) -> list[Path]:
    """The folders in it that are something known."""
    return [
        folder
        for folder in sorted(path for path in root.iterdir() if path.is_dir())
        if public.recognised(folder) or reviews.recognised(folder) or _layout(folder)
    ]


def public_name(root: Path, source: Source | None = None) -> str | None:
    """The name of the public data set whose own reader reads this folder, or None.

    Args:
        root: the folder.
        source: what somebody says it is.
    """
    known = public.recognised(root)
    if source is None or (known and public.SOURCES[known] == source):
        return known
    if not root.is_dir() or not _lacks_layout(root):
        return None
    own = next(name for name, said in public.SOURCES.items() if said == source)
    reader = public.READERS[own]
    if not reader.splits(root) and (_layout(root) is None and _inside(root)):
        return None  # whoever asks for its layout is told where it lies
    return own if reader.splits(root) or reader.classes(root) else None


def _lacks_layout(root: Path) -> bool:
    """Whether nobody can read this without knowing what it is."""
    try:
        if layout(root) is Layout.YOLO:
            yolo.class_names(root)
    except DataError:
        return True
    return False
