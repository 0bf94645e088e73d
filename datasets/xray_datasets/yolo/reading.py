"""Pictures with a text file each as samples."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from xray.errors import DataError, XrayError
from xray_datasets import labels, pictures
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample
from xray_datasets.yolo.names import class_names, numbered

CORRUPT = "scans left out, for Ultralytics takes their text for corrupt"
UNUSABLE = "scans left out, for their text or picture cannot be used"


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
        split: "train", "val" ...; None for all.
        names: of the classes, where the folder does not say them.
        labels_map: class → our label, or None to leave it out; what is not in the map is looked
            up in the taxonomy.
        judged: the labels that the annotators looked for; by default all classes.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the folder's name.
        findings: where given, scans with a line that cannot be used, texts without a picture and
            boxes of unknown classes are left out and noted there; otherwise the first is an error.
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
    for images, texts in _folders(root, split):
        found = pictures.by_stem(images)
        _no_orphans(texts, found, origin, findings)
        for stem, path in found.items():
            text = texts / f"{stem}.txt"
            marks: list[Mark] = []
            height = width = 1
            if text.is_file():
                try:
                    height, width = pictures.size_hw(path)
                    slips = findings if as_ultralytics else None
                    marks = list(_marks(text, by_number, height, width, slips))
                except (XrayError, OSError) as error:
                    if findings is None:
                        raise
                    findings.add(CORRUPT if as_ultralytics else UNUSABLE, str(error))
                    continue
            marked = annotate(marks, height, width, labels_map, f"{origin}, {stem}", findings)
            yield Sample(
                id=path.relative_to(root).as_posix(),
                open=pictures.opener(path),
                annotations=marked.annotations,
                origin=origin,
                judged=frozenset(judged),
                exhaustive=exhaustive,
                meta=marked.meta,
            )


def splits(root: Path) -> list[str]:
    """The splits that there are folders for."""
    nested = [p.name for p in sorted((root / "images").glob("*")) if p.is_dir()]
    return nested or [p.parent.name for p in sorted(root.glob("*/images"))]


def _folders(root: Path, split: str | None) -> Iterator[tuple[Path, Path]]:
    """Folders of pictures with those of their texts."""
    middles = [split] if split is not None else ["", *splits(root)]
    if split is None and (root / "images").is_dir():
        middles = [""]  # everything below it
    places = [
        place
        for middle in middles
        for place in ((root / "images" / middle, root / "labels" / middle),
                      (root / middle / "images", root / middle / "labels"))
        if place[0].is_dir()
    ]  # fmt: skip
    if not places:
        there = ", ".join(splits(root)) or "none"
        raise DataError(f"{root}: no folder images for split {split!r}; splits found: {there}")
    return iter(dict.fromkeys(places))


def _no_orphans(
    texts: Path, found: Mapping[str, Path], origin: str, findings: Findings | None
) -> None:
    there = {p.relative_to(texts).with_suffix("").as_posix() for p in texts.rglob("*.txt")}
    orphans = sorted(there - found.keys() - {"classes"})
    if orphans and findings is None:
        raise DataError(
            f"{origin}: {len(orphans)} files in {texts} have no picture, first {orphans[0]}.txt"
        )
    if findings is not None:
        for orphan in orphans:
            findings.add("texts without a picture", f"{origin}: {orphan}.txt")


def _marks(
    path: Path, names: Mapping[int, str], height: int, width: int, findings: Findings | None
) -> Iterator[Mark]:
    seen = set[tuple[float, ...]]()
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
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
