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
below it under as much of that path as fits, which is also where those are sought whose filepath is
one of another machine; a picture that another row names is never taken. Other columns than these
stop the reader, which shows them.

Labels are written in lower case with _ for blanks, as its authors' later code does. Rows that
stand twice count once, as there.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from xray.errors import DataError
from xray_datasets import pictures, places, sizes
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source
from xray_datasets.labels import classes as by_label
from xray_datasets.marks import Mark, annotate
from xray_datasets.public import tables
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

Box = tuple[float, float, float, float]

CENTRED = frozenset({"image_id", "x", "y", "width", "height", "label"})
CORNERED = frozenset({"image_id", "x", "y", "w", "h", "category_id"})


def recognises(root: Path) -> bool:
    """The two tables, packed or not."""
    return all(tables.path(root, name) is not None for name in ("images", "annotations"))


def splits(root: Path) -> list[str]:
    """The subsets that the later form names; [] in the earlier."""
    return sorted({row["subset"] for row in tables.rows(root, "images") if row.get("subset")})


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
        where = f"{origin}: image {image}"
        if not name:
            findings.add("boxes left out, for their row names no class", where)
        elif (name, box) in marks:
            findings.add("rows that stand twice, counted once", f"{where}, {name}")
        else:
            marks[name, box] = None
    centred, rows = _centred(root), tables.rows(root, "images", "image_id")
    found_at = _pictures([_name(row, root) for row in rows], root, f"{origin}, images", findings)
    for row in rows:
        if split is not None and row.get("subset") != split:
            continue
        name = _name(row, root)
        path = found_at.get(name)
        if path is None:
            findings.add("scans left out, for their picture is missing", f"{origin}: {name}")
            continue
        size_hw = sizes.measured(path)
        if size_hw is None:
            yield sizes.broken(path, name, origin)
            continue
        whole = size_hw[::-1] * 2 if centred else (1, 1, 1, 1)
        marks = of_image.get(row["image_id"], {})
        found = [Mark(label, _scaled(box, whole)) for label, box in marks]
        chosen = {**SOURCE.labels, **labels_map}
        marked = annotate(found, *size_hw, chosen, f"{origin}, {name}", findings)
        yield Sample(
            id=name,
            open=pictures.opener(path),
            annotations=marked.annotations,
            origin=origin,
            judged=SOURCE.judged_by(labels_map),
            meta={**marked.meta, "size_hw": size_hw},
        )


def _scaled(box: Box, by: Sequence[float]) -> Box:
    x1, y1, x2, y2 = (value * factor for value, factor in zip(box, by, strict=True))
    return x1, y1, x2, y2


def _pictures(names: Sequence[str], root: Path, where: str, findings: Findings) -> dict[str, Path]:
    """Name → picture: where the name says, else that below the root of whose path it has most.

    A picture belongs to the name that has most of its path: another's shows another lorry.

    Raises:
        DataError: a name climbs out of the root, or has as much of two paths.
    """
    parts = {name: _parts(name, root, where) for name in names}
    paths = {name: root.joinpath(*tail) for name, tail in parts.items()}
    found = {name: path for name, path in paths.items() if path.is_file()}
    lacking = {name: tail for name, tail in parts.items() if name not in found}
    if not lacking:
        return found
    others = places.without(places.by_name(root), found.values())
    return found | places.by_most(lacking, others, where, findings)


def _parts(name: str, root: Path, where: str) -> tuple[str, ...]:
    """The folders and the file that a name has below the root; of another machine's, all it has."""
    absolute = next((p for p in (PurePosixPath(name), PureWindowsPath(name)) if p.root), None)
    if absolute and not Path(os.path.normpath(name)).is_relative_to(root.absolute()):
        return tuple(part for part in absolute.parts[1:] if part != "..")
    return pictures.inside(root, name, where).absolute().relative_to(root.absolute()).parts


def _boxes(root: Path) -> Iterator[tuple[Any, str, Box]]:
    """Image, label and corners of every box, in the unit of the table; "" where it has no label."""
    centred = _centred(root)
    kinds = [] if centred else tables.rows(root, "categories", "category_id", "name")
    names = {row["category_id"]: row["name"] for row in kinds}
    for row in tables.rows(root, "annotations", *sorted(CENTRED if centred else CORNERED)):
        name = row["label"] if centred else names.get(row["category_id"])
        sizes = ("x", "y", "width", "height") if centred else ("x", "y", "w", "h")
        try:
            x, y, w, h = (float(row[size]) for size in sizes)
        except (TypeError, ValueError):
            raise DataError(
                f"{tables.path(root, 'annotations')}: expected numbers under {', '.join(sizes)}, "
                f"met {dict(row)}; {tables.ASKED}"
            ) from None
        x, y = (x - w / 2, y - h / 2) if centred else (x, y)
        plain = "_".join(name.lower().split()) if isinstance(name, str) else ""
        yield row["image_id"], plain, (x, y, x + w, y + h)


def _centred(root: Path) -> bool:
    """Whether boxes are given by their centre."""
    rows = tables.rows(root, "annotations")
    met = set(rows[0]) if rows else set(CENTRED)
    if met >= CENTRED:
        return True
    if met >= CORNERED:
        return False
    raise DataError(
        f"{root}: annotations have the columns {', '.join(sorted(met))}; "
        f"expected {', '.join(sorted(CENTRED))} or {', '.join(sorted(CORNERED))}; {tables.ASKED}"
    )


def _name(row: tables.Row, root: Path) -> str:
    name = row.get("filepath") or row.get("file_name")
    if not isinstance(name, str):
        raise DataError(
            f"{tables.path(root, 'images')}: images have the columns {', '.join(sorted(row))}; "
            "expected filepath or file_name"
        )
    return name
