"""CargoXray: grey scans of lorries and railcars, the goods boxed as they were declared.

Terms: none stated by its authors (Institute of Smart Systems and Artificial Intelligence,
    Kazakhstan); ask before any use beyond research.
Classes: some 20 kinds of goods are common, many more occur. None is contraband; of our words
    only vehicles fit, so keep the others with labels_map or --own. Per class: not published in its
    repository.
Cite: the repository IS2AI/cargoxray.

    images.json.gz         image_id, size, md5, width, height, filepath (later: file_name, subset)
    annotations.json.gz    bbox_id, image_id, x, y, width, height, label: the CENTRE, as fractions
                           (later: id, image_id, category_id, x, y, w, h: the corner, in pixels)
    categories.json.gz     category_id, name, in the later form

Known from its authors' README and code: both forms, written by pandas as a list of records or as
columns, packed or not. *Assumed*: pictures lie where filepath says from the root, or anywhere
below it under that name. Other columns than these stop the reader, which shows them.

Labels are written in lower case with _ for blanks, as its authors' later code does. Rows that
stand twice count once, as there.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import pictures
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source
from xray_datasets.labels import classes as by_label
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample

GOODS = (
    "appliance broccoli car_wheels clothes equipment grape household_goods lamps nectarin pear "
    "shoes spare_parts textile tomato toys"
)

SOURCE = Source(
    "CargoXray",
    by_label(vehicle="car bike scooter", left_out=GOODS),
    why={"*": "cargo as declared, not contraband", **dict.fromkeys(GOODS.split(), "goods")},
)

Row = Mapping[str, Any]
Box = tuple[float, float, float, float]

CENTRED = frozenset({"image_id", "x", "y", "width", "height", "label"})
CORNERED = frozenset({"image_id", "x", "y", "w", "h", "category_id"})


def recognises(root: Path) -> bool:
    """The two tables, packed or not."""
    return all(_path(root, name) is not None for name in ("images", "annotations"))


def splits(root: Path) -> list[str]:
    """The subsets that the later form names; [] in the earlier."""
    return sorted({row["subset"] for row in _table(root, "images") if row.get("subset")})


def classes(root: Path) -> list[str]:
    """Every label, by alphabet."""
    return sorted({name for _, name, _ in _boxes(root) if name})


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one subset, or all.

    Raises:
        DataError: no such subset, tables of another form than is known, or a picture outside root.
    """
    if split is not None and split not in splits(root):
        there = ", ".join(splits(root)) or "none: leave the split out"
        raise DataError(f"{root}: no subset {split!r}; there are {there}")
    own = Findings() if findings is None else findings
    samples = _samples(root, split, labels_map or {}, own)
    return told(samples, own, SOURCE.name) if findings is None else samples


def _samples(
    root: Path, split: str | None, labels_map: Mapping[str, str | None], findings: Findings
) -> Iterator[Sample]:
    origin = " ".join(filter(None, ("CargoXray", split)))
    of_image: dict[Any, dict[tuple[str, Box], None]] = {}
    for image, name, box in _boxes(root):
        marks = of_image.setdefault(image, {})
        if (name, box) in marks:
            findings.add("rows that stand twice, counted once", f"{origin}: image {image}, {name}")
        marks[name, box] = None
    files = {path.name: path for path in pictures.walk(root)}
    centred = _centred(root)
    for row in _table(root, "images"):
        if split is not None and row.get("subset") != split:
            continue
        name = _name(row)
        named = pictures.inside(root, name, f"{origin}, images")
        path = named if named.is_file() else files.get(named.name)
        if path is None:
            findings.add("scans left out, for their picture is missing", f"{origin}: {name}")
            continue
        height, width = pictures.size_hw(path)
        whole = (width, height) * 2 if centred else (1, 1, 1, 1)
        marks = of_image.get(row["image_id"], {})
        found = [Mark(label, _scaled(box, whole)) for label, box in marks if label]
        chosen = {**SOURCE.labels, **labels_map}
        marked = annotate(found, height, width, chosen, f"{origin}, {name}", findings)
        yield Sample(
            id=name,
            open=pictures.opener(path),
            annotations=marked.annotations,
            group=f"CargoXray {row['image_id']}",
            origin=origin,
            judged=SOURCE.judged_by(labels_map),
            meta={**marked.meta, "size_hw": (height, width)},
        )


def _scaled(box: Box, by: Sequence[float]) -> Box:
    x1, y1, x2, y2 = (value * factor for value, factor in zip(box, by, strict=True))
    return x1, y1, x2, y2


def _boxes(root: Path) -> Iterator[tuple[Any, str, Box]]:
    """Image, label and corners of every box, in the unit of the table."""
    centred = _centred(root)
    names = {} if centred else {c["category_id"]: c["name"] for c in _table(root, "categories")}
    for row in _table(root, "annotations"):
        name = row["label"] if centred else names.get(row["category_id"])
        w, h = (row["width"], row["height"]) if centred else (row["w"], row["h"])
        x, y = (row["x"] - w / 2, row["y"] - h / 2) if centred else (row["x"], row["y"])
        plain = "_".join(name.lower().split()) if isinstance(name, str) else ""
        yield row["image_id"], plain, (x, y, x + w, y + h)


def _centred(root: Path) -> bool:
    """Whether boxes are given by their centre."""
    rows = _table(root, "annotations")
    met = set(rows[0]) if rows else set(CENTRED)
    if met >= CENTRED:
        return True
    if met >= CORNERED:
        return False
    raise DataError(
        f"{root}: annotations have the columns {', '.join(sorted(met))}; "
        f"expected {', '.join(sorted(CENTRED))} or {', '.join(sorted(CORNERED))}; please tell us "
        "what these mean"
    )


def _name(row: Row) -> str:
    name = row.get("filepath") or row.get("file_name")
    if not isinstance(name, str):
        raise DataError(
            f"images have the columns {', '.join(sorted(row))}; expected filepath or file_name"
        )
    return name


def _path(root: Path, name: str) -> Path | None:
    files = (root / f"{name}.json.gz", root / f"{name}.json")
    return next((path for path in files if path.is_file()), None)


def _table(root: Path, name: str) -> list[Row]:
    path = _path(root, name)
    if path is None:
        raise DataError(f"{root}: no {name}.json.gz or {name}.json")
    data = path.read_bytes()
    try:
        found = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except (ValueError, OSError, EOFError) as error:
        raise DataError(f"{path}: cannot be read as JSON ({error})") from None
    if isinstance(found, list):
        return found
    rows: dict[str, dict[str, Any]] = {}
    for column, values in found.items():  # pandas' own form: column → row → value
        for number, value in values.items():
            rows.setdefault(number, {})[column] = value
    return list(rows.values())
