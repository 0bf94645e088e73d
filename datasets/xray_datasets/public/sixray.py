"""SIXray: 1,059,231 pseudo-colour scans of bags from subway stations, 8,929 of them with something.

Terms: academic use only, no commercial use (UCAS-PRISDL).
Classes, in scans: Gun 3,131, Knife 1,943, Wrench 2,199, Pliers 3,961, Scissors 983, and Hammer 60,
    which the paper counts and no list names. Only scans with something have boxes; of the rest
    the lists say, by class, what is there.
Cite: Miao et al., SIXray: A Large-scale Security Inspection X-ray Benchmark for Prohibited Item
    Discovery in Overlapping Images, CVPR 2019.

    Annotation/P00001.xml        Pascal VOC, fractions of a pixel, class names capitalised
    JPEGImage/P00001.jpg         or Image; the scans with nothing may lie beside it, 1/N00001.jpg
    ImageSet/10/train.csv        name,Gun,Knife,Wrench,Pliers,Scissors and 1 or -1 below

Known from its authors' repository and copies in use: the folders, the lists, that some copies
quote the class ('Scissors'), and that loaders seek the scans with nothing in numbered folders. So
pictures are taken from wherever they lie but among lists and XML files. Assumed: lists of other
names than 10, 100 and 1000 are of the same form. A scan whose picture or XML is missing is left
out, and noted.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from xray_datasets import voc
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source
from xray_datasets.labels import classes as by_label
from xray_datasets.sample import Sample

SOURCE = Source(
    "SIXray",
    by_label(
        gun="Gun",
        knife="Knife",
        wrench="Wrench",
        pliers="Pliers",
        scissors="Scissors",
        hammer="Hammer",
    ),
    partial=frozenset({"hammer"}),
    why={
        "hammer": "named in the paper, but not in the lists of labels",
        "Knife": "of 147 boxes that we looked at, 33 hold scissors",
        "*": "not every object is boxed",
    },
    exhaustive=False,
)

splits, classes = voc.splits, voc.classes


def recognises(root: Path) -> bool:
    """Pascal VOC's folders, each without its last letter; for JPEGImage also Image."""
    images = (root / "JPEGImage").is_dir() or (root / "Image").is_dir()
    lists = (root / "JPEGImage").is_dir() or (root / "ImageSet").is_dir()
    return images and lists and (root / "Annotation").is_dir()


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one list ("10/test"), or without one all that have an XML file.

    Several lists are read as one where they are joined by "+".

    Raises:
        DataError: no such list.
    """
    own = Findings() if findings is None else findings
    samples = voc.read(
        root,
        split,
        labels_map={**SOURCE.labels, **(labels_map or {})},
        judged=SOURCE.judged_by(labels_map or {}),
        exhaustive=SOURCE.exhaustive,
        origin=" ".join(filter(None, ("SIXray", split))),
        findings=own,
        anywhere=True,
    )
    return told(samples, own, SOURCE.name) if findings is None else samples
