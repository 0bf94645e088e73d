"""GDXray+, its group Baggages: 8,150 grey X-ray pictures of bags and single objects in 77 series.

Terms: research and education only (Pontificia Universidad Catolica de Chile).
Classes: none in the files. A series shows objects of one kind, and its ground truth boxes those;
    `SOURCE.labels` says which kind for the series that are in common use. Per class: not published
    where we looked.
Cite: Mery et al., GDXray: The Database of X-ray Images for Nondestructive Testing, Journal of
    Nondestructive Evaluation 34, 2015.

    Baggages/B0046/B0046_0001.png      grey, 8 bits
    Baggages/B0046/ground_truth.txt    k x1 x2 y1 y2, k the number of the picture
                                       k x1 y1 x2 y2 x3 y3 x4 y4, corners of a box that is turned
                                       k x y, a point

Known: the names, and the order of the columns, from the authors' toolbox (domingomery/Xvis,
XshowGT.m). Of a turned box the upright one around it is taken; a point is left out and noted.
*Assumed*, for the series' own descriptions were not at hand: what the series below
show (guns B0046 and B0049, shurikens B0047 and B0050, razor blades B0048 and B0051). For others
name the label yourself, labels_map={"B0052": "knife"} (on the command line --map B0052=knife),
or None to leave a series out; until then their boxes are left out, and noted.

Splits are the series. All pictures of a series are one group: the same bag is turned before the
beam, or the same object laid again.
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
    "GDXray+",
    by_label(gun="B0046 B0049", shuriken="B0047 B0050", razor_blade="B0048 B0051"),
    why={"*": "a class is a series; what the series show is assumed, see the module"},
)

TRUTH = "ground_truth.txt"
SERIES = "B[0-9][0-9][0-9][0-9]"


def _series(root: Path) -> list[Path]:
    found = [*root.glob(SERIES), *root.glob(f"Baggages/{SERIES}")]
    return sorted(path for path in found if any(path.glob(f"{path.name}_*.png")))


def recognises(root: Path) -> bool:
    """Folders B0001 and so on, with pictures of their names."""
    return bool(_series(root))


def splits(root: Path) -> list[str]:
    """The series that are there."""
    return [path.name for path in _series(root)]


def classes(root: Path) -> list[str]:
    """The series that have boxes."""
    return [path.name for path in _series(root) if (path / TRUTH).is_file()]


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The pictures of one series ("B0046"), or of all.

    Raises:
        DataError: no such series, or rows of another form than is known.
    """
    series = [path for path in _series(root) if split in (None, path.name)]
    if not series:
        there = ", ".join(splits(root)) or "none"
        raise DataError(f"{root}: no series {split!r}; there are {there}")
    own = Findings() if findings is None else findings
    samples = (s for path in series for s in _samples(path, labels_map or {}, own))
    return told(samples, own, SOURCE.name) if findings is None else samples


def _samples(
    folder: Path, labels_map: Mapping[str, str | None], findings: Findings
) -> Iterator[Sample]:
    chosen = {**SOURCE.labels, **labels_map}
    truth = folder / TRUTH
    rows = _rows(truth, findings) if truth.is_file() else {}
    files = {_number(path): path for path in sorted(folder.glob(f"{folder.name}_*.png"))}
    for number in sorted(rows.keys() - files.keys()):
        findings.add("boxes left out, for their picture is missing", f"{folder.name} {number}")
    label = chosen.get(folder.name)
    if label and folder.name not in labels_map:
        findings.note("assumed, see xray-data list gdxray", f"{folder.name} shows {label}")
    for number, path in files.items():
        size_hw, name = sizes.measured(path), f"GDXray+ {folder.name}"
        if size_hw is None:
            yield sizes.broken(path, path.stem, name, name)
            continue
        marks = [Mark(folder.name, box) for box in rows.get(number, ())]
        marked = annotate(marks, *size_hw, chosen, name, findings)
        yield Sample(
            id=path.stem,
            open=pictures.opener(path),
            annotations=marked.annotations,
            group=name,
            origin=name,
            judged=frozenset({label} if label and truth.is_file() else ()),
            meta={**marked.meta, "size_hw": size_hw},
        )


def _number(path: Path) -> int:
    last = path.stem.rpartition("_")[2]
    if not last.isdecimal():
        series = path.parent.name
        raise DataError(
            f"{path}: expected pictures named {series}_0001.png and so on, met {path.name}; if it "
            f"is none of the series, move it out of {series}, else please tell us what it is"
        )
    return int(last)


def _rows(path: Path, findings: Findings) -> dict[int, list[tuple[float, float, float, float]]]:
    """Boxes by the number of their picture."""
    rows: dict[int, list[tuple[float, float, float, float]]] = {}
    for number, line in enumerate(texts.lines(path), start=1):
        where = f"{path}:{number}"
        try:
            values = [float(word) for word in line.split()]
            k = int(values[0]) if values else 0
        except (ValueError, OverflowError):
            values, k = [0.0], 0  # of a length that no row has
        if len(values) == 3:
            findings.add("rows left out, which are a point", f"{where}: {line.strip()}")
        elif len(values) == 9:
            x, y = values[1::2], values[2::2]
            rows.setdefault(k, []).append((min(x), min(y), max(x), max(y)))
        elif len(values) == 5:
            x1, x2, y1, y2 = values[1:]
            rows.setdefault(k, []).append((x1, y1, x2, y2))
        elif values:
            raise DataError(
                f"{where}: expected k x1 x2 y1 y2, or four corners, met {line.strip()!r}; if you "
                "know what this row means, please tell us"
            )
    return rows
