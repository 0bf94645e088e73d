"""LDXray: 146,997 bags seen from two sides, pseudo-colour, from stations.

Terms: academic and non-commercial use only.
Classes, as short codes: MP mobile phone, OL orange liquid, PC1 power bank without cells, LA laptop,
    GL green liquid, PC2 power bank with cells, TA tablet, BL blue liquid, CO cylindrical orange
    liquid, NL nonmetallic lighter, UM umbrella, CG cylindrical green liquid; the long names and
    the Chinese ones are read too. 353,646 objects. Per class: not published in its repository
    (rstao-bjtu/LDXray).
Cite: Tao et al., Dual-view X-ray Detection: Can AI Detect Prohibited Items from Dual-view X-ray
    Images like Humans?, 2024.

    train.json, test.json              COCO, boxes in the first view
    train_A/NAME, train_B/NAME         the first view, and the second under the same name; also
                                       in a folder of their own, dataset/train_A

Known from its authors' settings: the files, the folders of the first view, the codes, and the long
names in the same order (Charger_Without_Cell third, as PC1; Charger_With_Cell sixth, as PC2). Known
from their loader: the second view is found by putting a B for the A twelve characters before the
end of the path, which for their ten-character names is the folder's. Known from a loader in use:
the folder dataset, and the Chinese names, which call both kinds of charger power banks. What a
code stands for is *assumed* from that order.

The second view has no boxes. Where it is there, it is a sample of its own, in the group of the
first: what is boxed there is somewhere in it (`ignored`, the whole picture), and of nothing else
is it known whether it shows (`judged` is empty). It is sought in every folder test_B, two deep.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from xray.annotation import Annotation
from xray_datasets import pictures, sizes
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
        "Cylindrical_Green_Liquid 橙色液体 绿色液体 蓝色液体 柱状橙色液体 柱状绿色液体",
        battery="PC1 PC2 Charger_Without_Cell Charger_With_Cell 不带电芯充电宝 带电芯充电宝",
        electronics="MP LA TA Mobile_Phone Laptop Tablet 手机 电脑 平板电脑",
        lighter="NL Nonmetallic_Lighter 非金属打火机",
        left_out="UM Umbrella 雨伞",
    ),
    partial=frozenset({"battery", "electronics", "lighter"}),
    why={
        "UM": "umbrellas: no contraband, and no word in the taxonomy",
        "Umbrella": "no contraband, and no word in the taxonomy",
        "雨伞": "umbrellas: no contraband, and no word in the taxonomy",
        "battery": POWER_BANKS,
        "electronics": SOME_DEVICES,
        "lighter": SOME_LIGHTERS,
    },
)


FOLDERS = frozenset({"train_A", "train_B", "test_A", "test_B"})


def _parts(root: Path) -> list[Part]:
    return parts.there(
        Part(split, root / f"{split}.json", _firsts(root, split), FOLDERS - {f"{split}_A"})
        for split in ("train", "test")
    )


def _firsts(root: Path, split: str) -> Path:
    """The folder of a split's first views."""
    name = f"{split}_A"
    there = (path for path in sorted(root.glob(f"*/{name}")) if path.is_dir())
    return root / name if (root / name).is_dir() else next(there, root / name)


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
    size_hw, name = sizes.measured(path), f"{path.parent.name}/{first.id}"
    if size_hw is None:
        return sizes.broken(path, name, first.origin, first.group)
    height, width = size_hw
    anywhere = (0.0, 0.0, float(width), float(height))
    found = dict.fromkeys(a.label for a in (*first.annotations, *first.ignored))
    return replace(
        first,
        id=name,
        open=pictures.opener(path),
        annotations=(),
        ignored=tuple(Annotation(label, anywhere) for label in found),
        judged=frozenset(),
        meta={"size_hw": size_hw},
    )
