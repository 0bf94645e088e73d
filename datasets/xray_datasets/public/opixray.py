"""OPIXray: 8,885 pseudo-colour scans of bags, each with knives put in by airport inspectors.

Terms: academic use only, no commercial use (Beihang University).
Classes, in scans: Folding_Knife 1,993, Straight_Knife 1,044, Scissor 1,863, Utility_Knife 1,978,
    Multi-tool_Knife 2,042. Train 7,109, test 1,776.
Cite: Wei et al., Occluded Prohibited Items Detection: An X-ray Security Inspection Benchmark and
    De-occlusion Attention Module, ACM Multimedia 2020.

    train/train_image/ID.jpg (or .tiff, .TIFF)
    train/train_annotation/ID.txt     image class x1 y1 x2 y2
    train/train_knife.txt             the scans of the split, a name a line

test also has test_knife-1.txt to -3.txt, by how much of the knife is hidden: splits "test-1" to
"test-3" here. All of this is known from its authors' README and loader.

Read as by that loader: a class that it does not know is left out, a box is clipped to the
picture and left out where it begins right of it, and a scan that is listed twice comes twice.
Other than there, a scan without its picture or its text is left out instead of stopping the run,
a box below the picture is left out too, and a scan without boxes gets none made up. A text that
cannot be used stops the run as there, but where findings are given: there it costs its own scan.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from xray.errors import DataError
from xray_datasets import pictures, sizes, texts
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source
from xray_datasets.labels import classes as by_label
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample

SOURCE = Source(
    "OPIXray",
    by_label(
        knife="Folding_Knife Straight_Knife Utility_Knife Multi-tool_Knife", scissors="Scissor"
    ),
)
LIST = "knife"
UNUSABLE = "scans left out, for their text cannot be used"

PARTS = ("train", "test")
ENDINGS = (".TIFF", ".tiff", ".jpg")  # in this order, as HiXray's loader looks for them


def recognises(root: Path) -> bool:
    """A folder of texts, and a list whose name ends in _knife."""
    return holds(root, LIST)


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one split ("train", "test", "test-1" ...), or of train and test.

    Raises:
        DataError: there is no such list, or, without findings, a line of a text is not what it
            should be.
    """
    return listed(root, split, SOURCE, LIST, labels_map or {}, findings)


def splits(root: Path) -> list[str]:
    """The splits that there are folders for."""
    return [part for part in PARTS if (root / part / f"{part}_annotation").is_dir()]


def classes(root: Path) -> list[str]:
    """Every class that a text file names, by alphabet."""
    files = (p for s in splits(root) for p in texts.below(root / s / f"{s}_annotation", ".txt"))
    return sorted({mark.name for path in files for mark in _marks(path)})


def holds(root: Path, word: str) -> bool:
    """Whether a split there has a list of this name."""
    return any((root / part / f"{part}_{word}.txt").is_file() for part in splits(root))


def listed(
    root: Path,
    split: str | None,
    source: Source,
    word: str,
    labels_map: Mapping[str, str | None],
    findings: Findings | None,
) -> Iterator[Sample]:
    """Also HiXray, which differs in the name of its lists."""
    own = Findings() if findings is None else findings
    wanted = splits(root) if split is None else [split]
    strict = findings is None
    samples = (s for w in wanted for s in _samples(root, w, source, word, labels_map, own, strict))
    return told(samples, own, source.name) if strict else samples


def _samples(
    root: Path,
    split: str,
    source: Source,
    word: str,
    labels_map: Mapping[str, str | None],
    findings: Findings,
    strict: bool,
) -> Iterator[Sample]:
    part, origin = split.partition("-")[0], f"{source.name} {split}"
    folder = root / part
    for name in _names(folder / f"{part}_{word}{split.removeprefix(part)}.txt"):
        picture = _picture(folder / f"{part}_image", name)
        text = folder / f"{part}_annotation" / f"{name}.txt"
        if picture is None or not text.is_file():
            what = "picture" if picture is None else "text"
            findings.add(f"scans left out, for their {what} is missing", f"{origin}: {name}")
            continue
        size_hw = sizes.measured(picture)
        if size_hw is None:
            yield sizes.broken(picture, name, origin)
            continue
        try:
            marks = list(_marks(text))
        except (DataError, OSError) as error:
            if strict:
                raise
            findings.add(UNUSABLE, str(error))
            continue
        chosen = {**source.labels, **labels_map}
        marked = annotate(marks, *size_hw, chosen, f"{origin}, {name}", findings)
        yield Sample(
            id=name,
            open=pictures.opener(picture),
            annotations=marked.annotations,
            origin=origin,
            judged=source.judged_by(labels_map),
            exhaustive=source.exhaustive,
            meta={**marked.meta, "size_hw": size_hw},
        )


def _picture(folder: Path, name: str) -> Path | None:
    return next((p for end in ENDINGS if (p := folder / f"{name}{end}").is_file()), None)


def _names(path: Path) -> list[str]:
    if not path.is_file():
        there = ", ".join(p.name for p in sorted(path.parent.glob("*.txt"))) or "no list at all"
        raise DataError(f"{path.parent}: no list {path.name}; there is {there}")
    return [pictures.stem(name) for name in texts.listed(texts.read(path))]


def _marks(path: Path) -> Iterator[Mark]:
    for number, line in enumerate(texts.lines(path), start=1):
        if not line.strip():
            continue
        try:
            _, name, x1, y1, x2, y2 = line.rsplit(maxsplit=5)  # names of pictures have blanks
            yield Mark(name, (float(x1), float(y1), float(x2), float(y2)))
        except ValueError:
            raise DataError(
                f"{path}:{number}: expected image class x1 y1 x2 y2, got {line.strip()!r}"
            ) from None
