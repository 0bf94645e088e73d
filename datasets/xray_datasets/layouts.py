"""Which layout a folder has, and all its samples, whichever it is.

A public data set is known by its folders and files, and read by its own module, as is an export of
decided cases; any other folder goes by its layout: COCO, Pascal VOC or YOLO.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import coco, pictures, public, reviews, voc, yolo
from xray_datasets.findings import Findings
from xray_datasets.labels import Source
from xray_datasets.marks import label_of
from xray_datasets.sample import Sample

REVIEWS = "decided cases"

# A COCO file in the folder of its split: as we write them, FiftyOne does, and Roboflow does.
IN_SPLIT = ("instances.json", "labels.json", "_annotations.coco.json")


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
    if root.suffix == ".json":
        return Layout.COCO
    if any((root / name).is_dir() for name in voc.MARKS) and any(
        (root / name).is_dir() for name in voc.PICTURES
    ):
        return Layout.VOC
    if (root / "labels").is_dir() or any(root.glob("*/labels")):
        return Layout.YOLO
    if _coco_files(root):
        return Layout.COCO
    there = ", ".join(sorted(path.name for path in root.iterdir())[:8]) or "nothing"
    raise DataError(
        f"{root}: no layout that is known. COCO has annotations/*.json beside pictures, or "
        "SPLIT/instances.json; VOC has Annotations and JPEGImages, YOLO has images and labels; "
        f"there is {there}. See xray-data list"
    )


def name(root: Path) -> str:
    """What `read` takes this folder for: a public data set, decided cases, or a layout."""
    if reviews.recognised(root):
        return REVIEWS
    known = public.recognised(root)
    return public.SOURCES[known].name if known else layout(root).value


def splits(root: Path) -> list[str]:
    """The names of the splits there, [] where there are none."""
    if reviews.recognised(root):
        return [*reviews.SPLITS]
    if known := public.recognised(root):
        return public.READERS[known].splits(root)
    match layout(root):
        case Layout.COCO:
            return [*_coco_files(root)]
        case Layout.VOC:
            return voc.splits(root)
        case Layout.YOLO:
            return yolo.splits(root)


def classes(root: Path) -> list[str]:
    """Every class that the data set names, in its own words."""
    if reviews.recognised(root):
        return reviews.classes(root)
    if known := public.recognised(root):
        return public.READERS[known].classes(root)
    match layout(root):
        case Layout.COCO:
            files = (coco.categories(path) for path in _coco_files(root).values())
            return list(dict.fromkeys(name for names in files for name in names))
        case Layout.VOC:
            return voc.classes(root)
        case Layout.YOLO:
            return list(dict.fromkeys(yolo.class_names(root).values()))


def labels(root: Path) -> list[str]:
    """Our words for those classes: what its samples can be labelled with, in the same order.

    Raises:
        DataError: somebody's own class is not in the taxonomy.
    """
    if reviews.recognised(root):
        return reviews.labels(root)
    known = public.recognised(root)
    chosen = public.SOURCES[known].labels if known else None
    found = Findings()  # a class that a public data set's reader leaves out
    ours = (label_of(word, chosen, str(root), found if known else None) for word in classes(root))
    return list(dict.fromkeys(label for label in ours if label))


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    source: Source | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The samples of one split, or all.

    Args:
        root: the folder, or a COCO file.
        split: as `splits` names them; COCO's also without what stands before the last "_".
        labels_map: class → our label, or None to leave it out.
        source: the public data set whose words these are, where the folder is a copy of it in
            another layout.
        findings: where a public data set's reader notes what it leaves out; without it that
            goes to the log. In anyone's own folder the first slip is an error.
    """
    if reviews.recognised(root):
        return reviews.read(root, split, labels_map=labels_map, findings=findings)
    known = public.recognised(root)
    if known and source in (None, public.SOURCES[known]):
        reader = public.READERS[known]
        return reader.read(root, split, labels_map=labels_map, findings=findings)
    chosen = {**(source.labels if source else {}), **(labels_map or {})} or None
    judged = source.judged_by(labels_map or {}) if source and source.judged else None
    how = source.exhaustive if source else True
    match layout(root):
        case Layout.COCO:
            return (
                sample
                for name, path in _chosen(root, split).items()
                for document in [coco.document(path)]
                for sample in coco.samples(
                    document,
                    images_dir(document, path, root),
                    labels_map=chosen,
                    judged=judged,
                    exhaustive=how,
                    origin=f"{root.stem} {name}" if root.is_dir() else path.stem,
                )
            )
        case Layout.VOC:
            return voc.read(root, split, labels_map=chosen, judged=judged, exhaustive=how)
        case Layout.YOLO:
            return yolo.read(root, split, labels_map=chosen, judged=judged, exhaustive=how)


def images_dir(document: Mapping[str, Any], path: Path, root: Path) -> Path:
    """The folder that the names in this COCO document start from, which was read from path.

    Raises:
        DataError: the first picture is nowhere.
    """
    if root.is_file() or path.parent not in (root, root / "annotations"):
        root = path.parent.parent if path.parent.name == "annotations" else path.parent
    images = document["images"]
    if not images:
        return root
    found = pictures.folder_of(images[0]["file_name"], root, path.stem)
    if found is None:
        raise DataError(f"{path}: no folder below {root} holds {images[0]['file_name']}")
    return found


def _coco_files(root: Path) -> dict[str, Path]:
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
    files = sorted(path for name in names for path in root.glob(name))
    return [path for path in files if coco.mentions(path, *coco.NEEDED)]


def _by_name(files: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name, path in files:
        if found.setdefault(name, path) != path:
            raise DataError(f"{found[name]} and {path}: both would be the split {name}; move one")
    return found


def _chosen(root: Path, split: str | None) -> dict[str, Path]:
    files = _coco_files(root)
    if split is None:
        return files
    found = {n: path for n, path in files.items() if n == split or n.endswith(f"_{split}")}
    if not found:
        raise DataError(f"{root}: no split {split!r}; there are {', '.join(files)}")
    return found
