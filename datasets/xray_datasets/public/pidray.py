"""PIDray: pseudo-colour scans of bags with hidden objects, from subways, airports and stations.

Terms: academic use only, no commercial use (Institute of Software, Chinese Academy of Sciences).
Classes: Baton, Pliers, Hammer, Powerbank, Scissors, Wrench, Gun, Bullet, Sprayer, HandCuffs,
    Knife, Lighter, with boxes and masks; nothing here learns from outlines, so masks are not read.
    Version 1: 47,677 scans, train 29,457, test 18,220 in easy (one object), hard (several) and
    hidden. Version 2: 124,486 scans, train 76,913, easy 24,758, hard 9,746, hidden 13,069.
    Per class: not published as numbers; both repositories (bywang2018/security-dataset,
    lutao2021/PIDray) draw them in a figure.
Cite: version 1, Wang et al., Towards Real-World Prohibited Item Detection: A Large-Scale X-ray
    Benchmark, ICCV 2021; version 2, Zhang et al., PIDray, IJCV 131, 2023.

    annotations/xray_train.json, xray_test_easy.json, xray_test_hard.json, xray_test_hidden.json
    train/, easy/, hard/, hidden/     PNG                                            (version 1)
    annotations/train.json, test.json                                                (version 2)

Version 1 is known from its authors' repository and loaders in use. It has no split for validation:
the three are tests, as their files say, and are called test-easy, test-hard and test-hidden here;
easy, hard and hidden are read, too. Of version 2 the two files are known; *assumed* is that they
are COCO of the same classes and that their pictures lie in folders of the splits' names, or, each
by its name, in several below the root, as in easy, hard and hidden.
"""

from pathlib import Path

from xray_datasets import coco
from xray_datasets.labels import POWER_BANKS, Source
from xray_datasets.labels import classes as by_label
from xray_datasets.public import parts
from xray_datasets.public.parts import Part, PartsReader

SOURCE = Source(
    "PIDray",
    by_label(
        gun="Gun",
        bullet="Bullet",
        knife="Knife",
        scissors="Scissors",
        wrench="Wrench",
        pliers="Pliers",
        hammer="Hammer",
        baton="Baton",
        handcuffs="HandCuffs",
        lighter="Lighter",
        pressure_vessel="Sprayer",
        battery="Powerbank",
    ),
    partial=frozenset({"battery", "pressure_vessel"}),
    why={"battery": POWER_BANKS, "pressure_vessel": "spray cans only"},
)


FIRST = ("train", "easy", "hard", "hidden")  # the folders of version 1


def _parts(root: Path) -> list[Part]:
    files = root / "annotations"
    first = parts.there(
        Part(
            named.replace("_", "-"),
            files / f"xray_{named}.json",
            root / folder,
            {*FIRST} - {folder},
        )
        for folder in FIRST
        for named in ("train" if folder == "train" else f"test_{folder}",)
    )
    second = (
        Part("train", files / "train.json", root / "train", {*FIRST, "test"} - {"train"}),
        Part("test", files / "test.json", root / "test", {"train"}),
    )
    return first or parts.there(second)


def recognises(root: Path) -> bool:
    """Version 1 by the names of its files, version 2 by two classes that no other set spells so."""
    files = [part.file for part in _parts(root)]
    return any(
        path.name.startswith("xray_") or coco.mentions(path, "HandCuffs", "Sprayer")
        for path in files
    )


_READER = PartsReader(SOURCE, _parts)
splits, classes, read = _READER.splits, _READER.classes, _READER.read
