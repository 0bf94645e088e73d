"""DvXray: 16,000 bags, each seen from above and from the side, pseudo-colour.

5,496 hold something of 15 classes, which is boxed in both views.

Terms: none stated by its authors; take it for academic use.
Classes: Gun, Knife, Wrench, Pliers, Scissors, Lighter, Battery, Bat, Razor_blade, Saw_blade,
    Fireworks, Hammer, Screwdriver, Dart, Pressure_vessel. Per class: not published in its
    repository (Mbwslib/DvXray).
Cite: Ma et al., Toward Dual-View X-Ray Baggage Inspection: A Large-Scale Benchmark and Adaptive
    Hierarchical Cross Refinement for Prohibited Item Discovery, IEEE TIFS 19, 2024.

    DvXray_Positive_Samples/P00001.json      objects: a list, or the string "None"
    DvXray_Positive_Samples/P00001_OL.png    from above
    DvXray_Positive_Samples/P00001_SD.png    from the side
    DvXray_Negative_Samples/...              the same, with nothing

Known from its authors' code: the JSON's objects with their label, "None", the names of the
pictures, a single folder DvXray as an alternative, and that it comes without splits (theirs draw
list files, split/train.txt and split/test.txt, which are used where they are there). Known from
other people's loaders: the two folders; that an object's boxes stand under ol_bb and sd_bb as two
corners, in any order; and that some say "difficult" instead: the object is in the bag, but too
hidden in that view to be boxed. There its label does not count as looked for. Where an object has
other keys, the reader stops and shows them; where findings are given, it notes them and leaves
out the bag.

Both views of a bag are samples of one group.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePath
from typing import Any

from xray.errors import DataError
from xray_datasets import pictures, sizes, texts
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source
from xray_datasets.labels import classes as by_label
from xray_datasets.marks import Mark, annotate, label_of
from xray_datasets.sample import Sample

SOURCE = Source(
    "DvXray",
    by_label(
        gun="Gun",
        knife="Knife",
        razor_blade="Razor_blade",
        dart="Dart",
        saw="Saw_blade",
        scissors="Scissors",
        wrench="Wrench",
        pliers="Pliers",
        hammer="Hammer",
        screwdriver="Screwdriver",
        baton="Bat",
        lighter="Lighter",
        firework="Fireworks",
        pressure_vessel="Pressure_vessel",
        battery="Battery",
    ),
    why={"Bat": "clubs of all kinds"},
)

FOLDERS = (".", "DvXray", "DvXray_Positive_Samples", "DvXray_Negative_Samples")
VIEWS = {"OL": "ol_bb", "SD": "sd_bb"}  # ending of the picture → key of the box
HIDDEN = "difficult"
ASKED = "its authors do not document this, so please tell us what it means"


def recognises(root: Path) -> bool:
    """A picture that ends in _OL, with a JSON beside it."""
    for folder in FOLDERS:
        first = next((root / folder).glob("*_OL.png"), None)
        if first is not None and _described(first).is_file():
            return True
    return False


def splits(root: Path) -> list[str]:
    """Those that there are lists for; its authors give none."""
    return [path.stem for path in sorted((root / "split").glob("*.txt"))]


def classes(root: Path) -> list[str]:
    """Every label that an object bears, by alphabet."""
    return sorted({thing["label"] for path in _files(root) for thing in _things(path)})


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """Both views of every bag, or of those that a list in split/ names.

    Raises:
        DataError: no such list, or, without findings, objects of another form than is known.
    """
    files = _files(root)
    own = Findings() if findings is None else findings
    if split is not None:
        files = _listed(root, split, files, own)
    strict = findings is None
    samples = (s for path in files for s in _bag(path, split, labels_map or {}, own, strict))
    return told(samples, own, SOURCE.name) if strict else samples


def _bag(
    path: Path,
    split: str | None,
    labels_map: Mapping[str, str | None],
    findings: Findings,
    strict: bool,
) -> list[Sample]:
    """Both views; none where its JSON cannot be used, which is noted, or an error if strict."""
    try:
        return list(_views(path, split, labels_map, findings))
    except (DataError, OSError) as error:
        if strict:
            raise
        findings.add("bags left out, for their JSON cannot be used", str(error))
        return []


def _files(root: Path) -> list[Path]:
    there = chain.from_iterable((root / folder).glob("*.json") for folder in FOLDERS)
    return sorted(path for path in there if not path.name.startswith(texts.MAC))


def _listed(root: Path, split: str, files: list[Path], findings: Findings) -> list[Path]:
    path = root / "split" / f"{split}.txt"
    if not path.is_file():
        there = ", ".join(splits(root)) or "none, as its authors give none: leave the split out"
        raise DataError(f"{root}: no list of {split!r}; there are {there}")
    words = texts.read(path).split()
    names = {PurePath(word).name.removesuffix(".json"): word for word in words}
    for name in sorted(names.keys() - {file.stem for file in files}):
        findings.add("bags left out, for their JSON is missing", f"DvXray {split}: {names[name]}")
    return [file for file in files if file.stem in names]


def _described(picture: Path) -> Path:
    return picture.with_name(picture.stem.removesuffix("_OL") + ".json")


def _things(path: Path) -> list[dict[str, Any]]:
    found = texts.document(path)
    if not isinstance(found, dict) or "objects" not in found:
        met = ", ".join(found) if isinstance(found, dict) else f"{found!r:.60}"
        raise DataError(f"{path}: expected JSON with objects, met {met}")
    things = found["objects"]
    if things == "None":
        return []
    if not isinstance(things, list):
        raise DataError(
            f"{path}: expected a list or 'None' of objects, met {things!r:.60}; {ASKED}"
        )
    for thing in things:
        if not isinstance(thing, dict) or not isinstance(thing.get("label"), str):
            raise DataError(f"{path}: expected an object with a label, met {thing!r:.200}; {ASKED}")
    return things


def _views(
    path: Path, split: str | None, labels_map: Mapping[str, str | None], findings: Findings
) -> Iterator[Sample]:
    origin = " ".join(filter(None, ("DvXray", split)))
    chosen = {**SOURCE.labels, **labels_map}
    things = _things(path)
    for view, key in VIEWS.items():
        name = f"{path.stem}_{view}"
        picture = path.with_name(f"{name}.png")
        if not picture.is_file():
            findings.add("views left out, for their picture is missing", f"{origin}: {name}.png")
            continue
        boxed = [thing for thing in things if thing.get(key) != HIDDEN]
        hidden = [thing for thing in things if thing.get(key) == HIDDEN]
        marks = [Mark(thing["label"], _box(thing, key, path)) for thing in boxed]
        where = f"{origin}, {name}"
        size_hw = sizes.measured(picture)
        if size_hw is None:
            yield sizes.broken(picture, name, origin, f"DvXray {path.stem}")
            continue
        marked = annotate(marks, *size_hw, chosen, where, findings)
        unboxed = {label_of(thing["label"], chosen, where, findings) for thing in hidden}
        for _ in hidden:
            findings.note("objects too hidden to be boxed in this view", name)
        yield Sample(
            id=name,
            open=pictures.opener(picture, view=view),
            annotations=marked.annotations,
            group=f"DvXray {path.stem}",
            origin=origin,
            judged=SOURCE.judged_by(labels_map) - unboxed,
            meta={**marked.meta, "size_hw": size_hw},
        )


def _box(thing: Mapping[str, Any], key: str, path: Path) -> tuple[float, float, float, float]:
    try:
        x1, y1, x2, y2 = map(float, thing[key])
    except (KeyError, TypeError, ValueError):
        raise DataError(
            f"{path}: expected a box of two corners or {HIDDEN!r} under {key!r}, met "
            f"{dict(thing)}; {ASKED}"
        ) from None
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
