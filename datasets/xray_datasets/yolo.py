"""YOLO: a text file per picture, a line per object: class, centre x and y, width, height.

All are fractions of the picture. More numbers are the corners of an outline, whose bounds are
taken. A picture without a text file shows nothing. The names of the classes stand in data.yaml
or classes.txt. Pictures lie in `images`, text files in `labels` beside it, split by folder
either way round: images/train or train/images.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from xray.errors import DataError
from xray_datasets import labels, pictures
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample


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
        findings: where given, what Ultralytics leaves out is left out and noted there (scans
            with a line that cannot be read, a number past the last class or a fraction beside
            0 to 1; lines that stand twice; texts without a picture), and boxes of unknown
            classes; otherwise the first that cannot be used is an error.

    Raises:
        DataError: the layout, a class or a file is not what it should be.
    """
    root = Path(root)
    origin = origin or " ".join(filter(None, (root.name, split)))
    by_number = class_names(root) if names is None else _numbered(names)
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
                height, width = pictures.size_hw(path)
                try:
                    marks = list(_marks(text, by_number, height, width, findings))
                except DataError as error:
                    if findings is None:
                        raise
                    findings.add("scans left out, for Ultralytics takes their text for corrupt",
                                 str(error))  # fmt: skip
                    continue
            marked = annotate(marks, height, width, labels_map, f"{origin}, {stem}", findings)
            yield Sample(
                id=path.relative_to(root).as_posix(),
                open=pictures.opener(path),
                annotations=marked.annotations,
                group=f"{origin} {stem}",
                origin=origin,
                judged=frozenset(judged),
                exhaustive=exhaustive,
                meta=marked.meta,
            )


def class_names(root: Path) -> dict[int, str]:
    """The names of the classes by number, from classes.txt or data.yaml.

    Raises:
        DataError: neither is there, or it cannot be understood.
    """
    for path in (root / "classes.txt", root / "labels" / "classes.txt", root / "obj.names"):
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            return _numbered([line.strip() for line in lines if line.strip()])
    for path in sorted((*root.glob("*.yaml"), *root.glob("*.yml"))):
        found = _yaml_names(path.read_text(encoding="utf-8").splitlines())
        if found:
            return found
    raise DataError(f"{root}: no names of classes in classes.txt or data.yaml; pass names=[...]")


def splits(root: Path) -> list[str]:
    """The splits that there are folders for."""
    nested = [p.name for p in sorted((root / "images").glob("*")) if p.is_dir()]
    return nested or [p.parent.name for p in sorted(root.glob("*/images"))]


def _numbered(names: Sequence[str] | Mapping[int, str]) -> dict[int, str]:
    return dict(names) if isinstance(names, Mapping) else dict(enumerate(names))


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
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
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


def _yaml_names(lines: list[str]) -> dict[int, str]:
    """`names` of a data.yaml, written as a list or as numbers with names, on one line or many.

    >>> _yaml_names(["names: ['gun', knife]  # two"])
    {0: 'gun', 1: 'knife'}
    >>> _yaml_names(["names:", "  0: gun", "  3: knife", "nc: 2"])
    {0: 'gun', 3: 'knife'}
    """
    plain = [line.split(" #")[0].rstrip() for line in lines]
    start = next((i for i, line in enumerate(plain) if line.startswith("names:")), None)
    if start is None:
        return {}
    text = plain[start].removeprefix("names:").strip()
    for line in plain[start + 1 :]:
        if line and not line.startswith((" ", "-", "]", "}")):
            break
        text += f"\n{line.strip()}"
    items = [item.strip() for item in text.strip("[]{}\n ").replace(",", "\n").split("\n")]
    items = [item for item in items if item]
    numbered = [item.partition(":") for item in items]
    if all(key.strip().isdigit() for key, _, _ in numbered):
        return {int(key): _bare(value) for key, _, value in numbered}
    return {i: _bare(item.removeprefix("- ")) for i, item in enumerate(items)}


def _bare(text: str) -> str:
    return text.strip().strip("'\"")
