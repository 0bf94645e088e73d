"""Which layout a folder has, and all its samples, whichever it is.

A public data set is known by its folders and files, and read by its own module, as is an export of
decided cases; any other folder goes by its layout: COCO, Pascal VOC or YOLO. Where somebody says
which public data set a folder is a copy of, its words go with that layout; its own module reads
what has no layout that is known, and YOLO's folders without names of classes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from xray_datasets import coco, public, reviews, voc, yolo
from xray_datasets.findings import Findings
from xray_datasets.kinds import Layout, layout, public_name
from xray_datasets.labels import Source
from xray_datasets.marks import label_of
from xray_datasets.sample import Sample

REVIEWS = "decided cases"


def name(root: Path, source: Source | None = None) -> str:
    """What `read` takes this folder for: a public data set, decided cases, or a layout."""
    if reviews.recognised(root):
        return REVIEWS
    known = public_name(root, source)
    return public.SOURCES[known].name if known else layout(root).value


def splits(root: Path, source: Source | None = None) -> list[str]:
    """The names of the splits there, [] where there are none."""
    if reviews.recognised(root):
        return [*reviews.SPLITS]
    if known := public_name(root, source):
        return public.READERS[known].splits(root)
    match layout(root):
        case Layout.COCO:
            return [*coco.files(root)]
        case Layout.VOC:
            return voc.splits(root)
        case Layout.YOLO:
            return yolo.splits(root)


def classes(root: Path, source: Source | None = None) -> list[str]:
    """Every class that the data set names, in its own words."""
    if reviews.recognised(root):
        return reviews.classes(root)
    if known := public_name(root, source):
        return public.READERS[known].classes(root)
    match layout(root):
        case Layout.COCO:
            files = (coco.categories(path) for path in coco.files(root).values())
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
            another layout; its own reader takes what nobody else can read.
        findings: where is noted what is left out. Without it that goes to the log for a public
            data set, and in anyone's own folder the first slip is an error.
    """
    if reviews.recognised(root):
        return reviews.read(root, split, labels_map=labels_map, findings=findings)
    if known := public_name(root, source):
        reader = public.READERS[known]
        return reader.read(root, split, labels_map=labels_map, findings=findings)
    chosen = {**(source.labels if source else {}), **(labels_map or {})} or None
    judged = source.judged_by(labels_map or {}) if source and source.judged else None
    how = source.exhaustive if source else True
    match layout(root):
        case Layout.COCO:
            return (
                sample
                for name, path in coco.chosen(root, split).items()
                for document in [coco.document(path)]
                for sample in coco.samples(
                    document,
                    coco.images_dir(document, path, root),
                    labels_map=chosen,
                    judged=judged,
                    exhaustive=how,
                    findings=findings,
                    origin=f"{root.stem} {name}" if root.is_dir() else path.stem,
                )
            )
        case Layout.VOC:
            return voc.read(
                *(root, split),
                labels_map=chosen,
                judged=judged,
                exhaustive=how,
                findings=findings,
            )
        case Layout.YOLO:
            return yolo.read(
                *(root, split),
                labels_map=chosen,
                judged=judged,
                exhaustive=how,
                findings=findings,
            )
