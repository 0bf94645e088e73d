"""LDXray: 146,997 bags seen from two sides, pseudo-colour, from stations.

Terms: academic and non-commercial use only.
Classes, as short codes: MP mobile phone, OL orange liquid, PC1 charger with a cell, LA laptop, GL
    green liquid, PC2 charger without a cell, TA tablet, BL blue liquid, CO cylindrical orange
    liquid, NL nonmetallic lighter, UM umbrella, CG cylindrical green liquid; the long names are
    read too. 353,646 objects. Per class: not published in its repository (rstao-bjtu/LDXray).
Cite: Tao et al., Dual-view X-ray Detection: Can AI Detect Prohibited Items from Dual-view X-ray
    Images like Humans?, 2024.

    train.json, test.json              COCO, boxes in the first view
    train_A/NAME, train_B/NAME         the first view, and the second under the same name

Known from its authors' settings: the files, the folders of the first view, the codes. Known from
their loader: the second view is found by putting a B for the A twelve characters before the end
of the path, which for their ten-character names is the folder's. What a code stands for is
*assumed* from the names that they use elsewhere.

The second view has no boxes. Where it is there, it is a sample of its own, in the group of the
first: what is boxed there is somewhere in it (`ignored`, the whole picture), and of nothing else
is it known whether it shows (`judged` is empty). It is sought in every folder test_B, two deep.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from xray.annotation import Annotation
from xray_datasets import pictures
from xray_datasets.findings import Findings, told
from xray_datasets.labels import POWER_BANKS, SOME_DEVICES, SOME_LIGHTERS, Source
from xray_datasets.labels import classes as by_label
from xray_datasets.public import parts
from xray_datasets.public.parts import Part, PartsReader
from xray_datasets.sample import Sample

SOURCE = Source(
    "LDXray",
    by_label(
        liquid="OL GL BL CO CG Orange_Liquid Green_Liquid Blue_Liquid Cylindrical_Orange_Liquid "
        "Cylindrical_Green_Liquid",
        battery="PC1 Charger_With_Cell",
        electronics="MP LA TA Mobile_Phone Laptop Tablet",
        lighter="NL Nonmetallic_Lighter",
        left_out="PC2 UM Charger_Without_Cell Umbrella",
    ),
    partial=frozenset({"battery", "electronics", "lighter"}),
    why={
        "UM": "umbrellas: no contraband, and no word in the taxonomy",
        "Umbrella": "no contraband, and no word in the taxonomy",
        "PC2": "chargers without a cell: plugs; no word in the taxonomy",
        "Charger_Without_Cell": "a plug; no word in the taxonomy",
        "battery": POWER_BANKS,
        "electronics": SOME_DEVICES,
        "lighter": SOME_LIGHTERS,
    },
)


FOLDERS = frozenset({"train_A", "train_B", "test_A", "test_B"})


def _parts(root: Path) -> list[Part]:
    return parts.there(
        Part(split, root / f"{split}.json", root / f"{split}_A", FOLDERS - {f"{split}_A"})
        for split in ("train", "test")
    )


def recognises(root: Path) -> bool:
    """A file beside a folder of first views."""
    return any(part.images.is_dir() for part in _parts(root))


_READER = PartsReader(SOURCE, _parts, "what the codes of classes stand for")
splits, classes = _READER.splits, _READER.classes


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one split, or of both: each first view, and the second where it is there.

    Raises:
        DataError: no such split, a broken file, or no folder holds the pictures.
    """
    own = Findings() if findings is None else findings
    samples = _both(root, _READER.read(root, split, labels_map=labels_map, findings=own), own)
    return told(samples, own, SOURCE.name) if findings is None else samples


def _both(root: Path, firsts: Iterator[Sample], findings: Findings) -> Iterator[Sample]:
    folders = {name: _seconds(root, name) for name in splits(root)}
    for sample in firsts:
        places = folders[sample.origin.split()[-1]]
        paths = (pictures.inside(folder, sample.id, sample.origin) for folder in places)
        second = next((path for path in paths if path.is_file()), None)
        if second is None:
            findings.add("scans without their second view", f"{sample.origin}: {sample.id}")
            yield sample
        else:
            paired = replace(sample, group=sample.group or f"{sample.origin} {sample.id}")
            yield from (paired, _second(paired, second))


def _seconds(root: Path, split: str) -> list[Path]:
    """The folders of a split's second views."""
    name = f"{split}_B"
    return [root / name, *sorted(root.glob(f"*/{name}")), *sorted(root.glob(f"*/*/{name}"))]


def _second(first: Sample, path: Path) -> Sample:
    height, width = pictures.size_hw(path)
    anywhere = (0.0, 0.0, float(width), float(height))
    found = dict.fromkeys(a.label for a in (*first.annotations, *first.ignored))
    return replace(
        first,
        id=f"{path.parent.name}/{first.id}",
        open=pictures.opener(path),
        annotations=(),
        ignored=tuple(Annotation(label, anywhere) for label in found),
        judged=frozenset(),
        meta={"size_hw": (height, width)},
    )
