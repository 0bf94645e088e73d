"""JinNan2: 981 pseudo-colour scans of parcels with something forbidden, and scans without.

Terms: those of the contest (Tianchi, "Jinnan digital manufacturing", second field, 2019); no
    licence was found, so take it for research only.
Classes: iron-shell lighters, black-nail lighters, knives, batteries (and capacitors), scissors,
    in Chinese. Per class: not published where we looked.
Cite: Tianchi contest 231703, Tianjin Jinnan, 2019.

    restricted/                        JPEG, with something
    normal/                            JPEG, with nothing; about 2,540 in copies in use
    train_no_poly.json                 COCO, boxes without masks; names of files without folder

Known from contestants' loaders: the file, the folders, the classes, of which the fourth goes by
two names. *Assumed*: nothing of the five classes is in normal. The folder of the first round
(jinnan2_round1_train_20190305) may be the root or lie in it. Files of the second round, with
masks, are not read.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from xray.errors import DataError
from xray_datasets import coco, pictures
from xray_datasets.findings import Findings
from xray_datasets.labels import Source
from xray_datasets.labels import classes as by_label
from xray_datasets.public.parts import Part, PartsReader
from xray_datasets.sample import Sample

SOURCE = Source(
    "JinNan2",
    by_label(
        lighter="铁壳打火机 黑钉打火机",
        knife="刀具",
        battery="电源和电池 电池电容",
        scissors="剪刀",
    ),
    why={
        "电源和电池": "power supplies and batteries alike",
        "电池电容": "batteries and capacitors",
    },
)

FILE, RESTRICTED, NORMAL = "train_no_poly.json", "restricted", "normal"


def _file(root: Path) -> Path | None:
    return next(iter((*root.glob(FILE), *sorted(root.glob(f"*/{FILE}")))), None)


def _parts(root: Path) -> list[Part]:
    path = _file(root)
    return [] if path is None else [Part(RESTRICTED, path, path.parent / RESTRICTED, {NORMAL})]


def recognises(root: Path) -> bool:
    """By the name of its file, in the root or a folder of it."""
    return _file(root) is not None


def splits(root: Path) -> list[str]:
    """restricted, and normal where there is such a folder."""
    path = _file(root)
    if path is None:
        return []
    return [RESTRICTED] + [NORMAL] * (path.parent / NORMAL).is_dir()


def classes(root: Path) -> list[str]:
    """The categories of its file."""
    path = _file(root)
    return [] if path is None else coco.categories(path)


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans with something ("restricted"), those with nothing ("normal"), or all.

    Raises:
        DataError: no such split, a broken file, or no folder holds the pictures.
    """
    there = splits(root)
    if split is not None and split not in there:
        names = ", ".join(there) or "none"
        raise DataError(f"{root}: no split {split!r} of JinNan2; there are {names}")
    if split != NORMAL:
        annotated = PartsReader(SOURCE, _parts)
        yield from annotated.read(root, RESTRICTED, labels_map=labels_map, findings=findings)
    path = _file(root)
    if split != RESTRICTED and path is not None and NORMAL in there:
        yield from _normal(path.parent / NORMAL, labels_map or {})


def _normal(folder: Path, labels_map: Mapping[str, str | None]) -> Iterator[Sample]:
    for picture in pictures.by_stem(folder).values():
        yield Sample(
            id=f"{NORMAL}/{picture.relative_to(folder).as_posix()}",
            open=pictures.opener(picture),
            origin="JinNan2 normal",
            judged=SOURCE.judged_by(labels_map),
        )
