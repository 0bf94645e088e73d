"""Pictures with a text file each as samples."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from xray.errors import DataError
from xray_datasets import labels, pictures, sizes, texts
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample
from xray_datasets.yolo.folders import BARE, Folder, folders, strays
from xray_datasets.yolo.names import class_names, numbered

CORRUPT = "scans left out, for Ultralytics takes their text for corrupt"
UNUSABLE = "scans left out, for their text cannot be used"


def read(
    root: str | Path,
    split: str | None = None,
    *,
    names: Sequence[str] | Mapping[int, str] | None = None,
    labels_map: Mapping[str, str | None] | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
    findings: Findings | None = None,
    as_ultralytics: bool = False,
) -> Iterator[Sample]:
    """The pictures of one split, or all, by name.

    Args:
        root: the folder that holds images and labels.
        split: "train", "val" ..., LOOSE; None for all.
        names: of the classes, where the folder does not say them.
        labels_map: class → our label, or None to leave it out; what is not in the map is looked
            up in the taxonomy.
        judged: the labels that the annotators looked for; by default all classes.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the folder's name.
        findings: where given, splits without texts, scans with a line that cannot be used, texts
            without a picture and boxes of unknown classes are left out and noted there; otherwise
            the first is an error.
        as_ultralytics: also leave out, and note, what Ultralytics does: scans with a fraction
            beside 0 to 1, and lines that stand twice.

    Raises:
        DataError: the layout, a class or a file is not what it should be.
    """
    root = Path(root)
    origin = origin or " ".join(filter(None, (root.name, split)))
    by_number = class_names(root) if names is None else numbered(names)
    if judged is None:
        ours = (labels.translate(name, labels_map, origin) for name in by_number.values())
        judged = {label for label in ours if label}
    for folder in _sound(root, split, origin, findings):
        found = pictures.by_stem(folder.images, folder.deep)
        _no_orphans(folder, found, origin, findings)
        for stem, path in found.items():
            where, text = f"{origin}, {stem}", folder.texts / f"{stem}.txt"
            marks: list[Mark] = []
            height = width = 1
            if text.is_file():
                size_hw = sizes.measured(path)
                if size_hw is None:
                    yield sizes.broken(path, path.relative_to(root).as_posix(), origin)
                    continue
                height, width = size_hw
                try:
                    slips = findings if as_ultralytics else None
                    marks = list(_marks(text, by_number, height, width, slips))
                except (DataError, OSError) as error:
                    if findings is None:
                        raise
                    findings.add(CORRUPT if as_ultralytics else UNUSABLE, str(error))
                    continue
            marked = annotate(marks, height, width, labels_map, where, findings)
            yield Sample(
                id=path.relative_to(root).as_posix(),
                open=pictures.opener(path),
                annotations=marked.annotations,
                origin=origin,
                judged=frozenset(judged),
                exhaustive=exhaustive,
                meta=marked.meta,
            )


def _sound(
    root: Path, split: str | None, origin: str, findings: Findings | None
) -> Iterator[Folder]:
    """The folders that have texts."""
    if findings is not None:
        strays(root, findings)
    for folder in folders(root, split):
        why = folder.bare()
        if not why:
            yield folder
        elif findings is None:
            raise DataError(f"{origin}: {why}")
        else:
            findings.add(BARE, why)


def _no_orphans(
    folder: Folder, found: Mapping[str, Path], origin: str, findings: Findings | None
) -> None:
    orphans = sorted(folder.stems() - found.keys())
    if orphans and findings is None:
        raise DataError(
            f"{origin}: {len(orphans)} files in {folder.texts} have no picture, first "
            f"{orphans[0]}.txt"
        )
    if findings is not None:
        for orphan in orphans:
            findings.add("texts without a picture", f"{origin}: {orphan}.txt")


def _marks(
    path: Path, names: Mapping[int, str], height: int, width: int, findings: Findings | None
) -> Iterator[Mark]:
    seen = set[tuple[float, ...]]()
    for number, line in enumerate(texts.lines(path), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            index, *values = map(float, line.split())
        except ValueError:
            raise DataError(f"{where}: expected numbers, got {line.strip()!r}") from None
        if findings is not None:
            if values and not 0 <= min(values) <= max(values) <= 1:
                raise DataError(f"{where}: expected fractions from 0 to 1, got {line.strip()!r}")
            if (index, *values) in seen:
                findings.add("lines that stand twice, counted once", where)
                continue
            seen.add((index, *values))
        yield _mark(index, values, names, height, width, where)


def _mark(
    index: float,
    values: Sequence[float],
    names: Mapping[int, str],
    height: int,
    width: int,
    where: str,
) -> Mark:
    if index not in names:
        raise DataError(f"{where}: class {index:g} has no name; {len(names)} classes are named")
    if len(values) == 4:
        cx, cy, w, h = values
        xs, ys = [cx - w / 2, cx + w / 2], [cy - h / 2, cy + h / 2]
    elif len(values) >= 6 and len(values) % 2 == 0:
        xs, ys = list(values[0::2]), list(values[1::2])
    else:
        raise DataError(f"{where}: expected a class and 4 numbers, got {len(values)} numbers")
    box = (min(xs) * width, min(ys) * height, max(xs) * width, max(ys) * height)
    return Mark(names[int(index)], box)
