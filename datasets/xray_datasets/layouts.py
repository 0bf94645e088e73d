"""Which layout a folder has, and all its samples, whichever it is."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import coco, opixray, voc, yolo
from xray_datasets.labels import Source
from xray_datasets.sample import Sample


class Layout(StrEnum):
    """The layouts that we read."""

    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    OPIXRAY = "opixray"


def layout(root: Path) -> Layout:
    """The layout of this folder.

    Raises:
        DataError: it is none that we know.
    """
    if not root.exists():
        raise DataError(f"{root}: no such file or folder")
    if root.suffix == ".json":
        return Layout.COCO
    if any((root / name).is_dir() for name in voc.MARKS) and any(
        (root / name).is_dir() for name in voc.PICTURES
    ):
        return Layout.VOC
    if opixray.splits(root):
        return Layout.OPIXRAY
    if (root / "labels").is_dir() or any(root.glob("*/labels")):
        return Layout.YOLO
    if _coco_files(root):
        return Layout.COCO
    raise DataError(
        f"{root}: no layout that is known. COCO has annotations/*.json beside pictures, VOC has "
        "Annotations and JPEGImages, YOLO has images and labels; see xray-data list"
    )


def splits(root: Path) -> list[str]:
    """The names of the splits there, [] where there are none."""
    match layout(root):
        case Layout.COCO:
            return [path.stem for path in _coco_files(root)]
        case Layout.VOC:
            return voc.splits(root)
        case Layout.YOLO:
            return yolo.splits(root)
        case Layout.OPIXRAY:
            return opixray.splits(root)


def classes(root: Path) -> list[str]:
    """Every class that the data set names, in its own words."""
    match layout(root):
        case Layout.COCO:
            files = (coco.document(path) for path in _coco_files(root))
            return list(dict.fromkeys(c["name"] for file in files for c in file["categories"]))
        case Layout.VOC:
            return voc.classes(root)
        case Layout.YOLO:
            return list(dict.fromkeys(yolo.class_names(root).values()))
        case Layout.OPIXRAY:
            return opixray.classes(root)


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    source: Source | None = None,
) -> Iterator[Sample]:
    """The samples of one split, or all.

    Args:
        root: the folder, or a COCO file.
        split: as `splits` names them; COCO's also without what stands before the last "_".
        labels_map: class → our label, or None to leave it out.
        source: the public data set it is, for its map and for what its annotators looked for.
    """
    chosen = {**(source.labels if source else {}), **(labels_map or {})} or None
    judged = source.judged if source and source.judged else None
    how = source.exhaustive if source else True
    match layout(root):
        case Layout.COCO:
            return (
                sample
                for path in _chosen(root, split)
                for document in [coco.document(path)]
                for sample in coco.samples(
                    document,
                    images_dir(document, path, root),
                    labels_map=chosen,
                    judged=judged,
                    exhaustive=how,
                    origin=f"{root.stem} {path.stem}" if root.is_dir() else path.stem,
                )
            )
        case Layout.VOC:
            return voc.read(root, split, labels_map=chosen, judged=judged, exhaustive=how)
        case Layout.YOLO:
            return yolo.read(root, split, labels_map=chosen, judged=judged, exhaustive=how)
        case Layout.OPIXRAY:
            parts = [split] if split else opixray.splits(root)
            return (
                sample
                for part in parts
                for sample in opixray.read(
                    root, part, labels_map=chosen, judged=judged, exhaustive=how
                )
            )


def images_dir(document: Mapping[str, Any], path: Path, root: Path) -> Path:
    """The folder that the names in this COCO document start from, which was read from path.

    Where several would do, the one whose name is in the file's name: `train2017` for
    instances_train2017.json.

    Raises:
        DataError: the first picture is nowhere.
    """
    if root.is_file():
        root = path.parent.parent if path.parent.name == "annotations" else path.parent
    images = document["images"]
    if not images:
        return root
    folders = [root, *sorted(root.glob("*/")), *sorted(root.glob("*/*/"))]
    there = [folder for folder in folders if (folder / images[0]["file_name"]).is_file()]
    if not there:
        raise DataError(f"{path}: no folder below {root} holds {images[0]['file_name']}")
    return next((folder for folder in there[::-1] if folder.name in path.stem), there[0])


def _coco_files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    files = sorted((*root.glob("*.json"), *root.glob("annotations/*.json")))
    return [path for path in files if _has_keys(path)]


def _has_keys(path: Path) -> bool:
    """Whether this JSON may be COCO; it may be large, so it is searched, not parsed."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        return all(text.find(key) >= 0 for key in (b'"images"', b'"annotations"', b'"categories"'))


def _chosen(root: Path, split: str | None) -> list[Path]:
    files = _coco_files(root)
    if split is None:
        return files
    found = [path for path in files if path.stem == split or path.stem.endswith(f"_{split}")]
    if not found:
        there = ", ".join(path.stem for path in files)
        raise DataError(f"{root}: no split {split!r}; there are {there}")
    return found
