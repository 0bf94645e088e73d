"""EDS: 14,219 pseudo-colour scans of bags from three scanners, to measure what a change costs.

Terms: academic use only, on request (Beihang University).
Classes: plasticbottle, knife, scissor, laptop, umbrella, lighter, device, powerbank, pressure,
    glassbottle; 31,654 objects, at least 1,000 a class. Per class: not published in its repository
    (DIG-Beihang/PSN), whose loader calls two of them drinkbottle and smallelectronicequipmen.
Cite: Tao et al., Exploring Endogenous Shift for Cross-domain Detection: A Large-scale Benchmark
    and Perturbation Suppression Network, CVPR 2022.

    domain1/annotations/train.json     COCO; domain2 and domain3 likewise, a scanner each

or, as its authors' loader has it:

    domain1/images/ID.jpg, domain1/labels/ID.xml      Pascal VOC
    domain1/val.txt                                   the scans of a split, a name a line

Known: the three folders and their train.json, and all of the second form. *Assumed*: other files
beside train.json are splits of the same form, and the pictures lie in the folder of the domain or
below it, or, where none is there, anywhere below the root but in another domain, and never in a
folder named after another split; other lists of such names beside val.txt are splits, too, and
where there is none, all that has an XML file is one. Splits here are domain1-train and so on; a
bag was put through one scanner.

Classes are read in lower case, and those that nobody knows left out, as in that loader. Of the
second form, scans without their picture or their XML are left out, and noted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from xray.errors import DataError
from xray_datasets import pictures, sizes, texts, voc
from xray_datasets.findings import Findings, told
from xray_datasets.labels import POWER_BANKS, Source
from xray_datasets.labels import classes as by_label
from xray_datasets.marks import annotate
from xray_datasets.public.parts import Part, PartsReader
from xray_datasets.roles import ROLES, words
from xray_datasets.sample import Sample

SOURCE = Source(
    "EDS",
    by_label(
        knife="knife",
        scissors="scissor",
        lighter="lighter",
        pressure_vessel="pressure",
        liquid="plasticbottle glassbottle drinkbottle",
        battery="powerbank",
        electronics="laptop device smallelectronicequipmen",
        left_out="umbrella",
    ),
    partial=frozenset({"battery", "electronics", "liquid"}),
    why={
        "umbrella": "no contraband, and no word in the taxonomy",
        "battery": POWER_BANKS,
        "electronics": "laptops and what its authors call devices or small equipment",
        "liquid": "bottles only",
    },
)

DOMAINS = ("domain1", "domain2", "domain3")


def _parts(root: Path) -> list[Part]:
    files = {domain: sorted((root / domain / "annotations").glob("*.json")) for domain in DOMAINS}
    return [
        Part(
            f"{domain}-{path.stem}",
            path,
            root / domain,
            {*DOMAINS, *(other.stem for other in mine)} - {domain, path.stem},
        )
        for domain, mine in files.items()
        for path in mine
    ]


_READER = PartsReader(SOURCE, _parts)


def recognises(root: Path) -> bool:
    """A COCO file, or XML files, for at least one of the three domains."""
    return bool(_parts(root) or _marked(root))


def splits(root: Path) -> list[str]:
    """Those that there are files or lists for."""
    return [*_READER.splits(root), *_lists(root)]


def classes(root: Path) -> list[str]:
    """Every class that its files name."""
    files = chain.from_iterable(texts.below(home / "labels", ".xml") for home in _marked(root))
    named = sorted({name.lower() for name in voc.named(files)})
    return list(dict.fromkeys((*_READER.classes(root), *named)))


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The samples of one split, or all.

    Raises:
        DataError: no such split, a broken file, or no folder holds the pictures.
    """
    lists, there = _lists(root), splits(root)
    if split not in (None, *there):
        names = ", ".join(there) or "none"
        raise DataError(f"{root}: no split {split!r} of {SOURCE.name}; there are {names}")
    if split not in (None, *lists) or not lists:
        return _READER.read(root, split, labels_map=labels_map, findings=findings)
    own = Findings() if findings is None else findings
    chosen = lists if split is None else [split]
    coco: Iterator[Sample] = iter(())
    if split is None and _parts(root):
        coco = _READER.read(root, labels_map=labels_map, findings=own)
    xml = (s for one in chosen for s in _listed(root, one, lists[one], labels_map or {}, own))
    samples = chain(coco, xml)
    return told(samples, own, SOURCE.name) if findings is None else samples


def _marked(root: Path) -> list[Path]:
    """The domains that have XML files."""
    homes = (root / domain for domain in DOMAINS)
    return [home for home in homes if next((home / "labels").glob("*.xml"), None) is not None]


def _lists(root: Path) -> dict[str, Path | None]:
    """Split → its list; None where all that has an XML file is meant."""
    found: dict[str, Path | None] = {}
    for home in _marked(root):
        lists = [path for path in sorted(home.glob("*.txt")) if words(path.stem) & ROLES]
        found.update((f"{home.name}-{path.stem}", path) for path in lists)
        if not lists:
            found[home.name] = None
    return found


def _listed(
    root: Path,
    split: str,
    path: Path | None,
    labels_map: Mapping[str, str | None],
    findings: Findings,
) -> Iterator[Sample]:
    home, origin = root / split.partition("-")[0], f"{SOURCE.name} {split}"
    marked = {xml.stem: xml for xml in texts.below(home / "labels", ".xml")}
    photos = pictures.by_stem(home / "images")
    for name in marked if path is None else (name for name, _ in voc.rows(path)):
        if name not in marked or name not in photos:
            what = "XML" if name in photos else "picture"
            findings.add(f"scans left out, for their {what} is missing", f"{origin}: {name}")
            continue
        where = f"{origin}, {name}"
        try:
            marks, size_hw = voc.parsed(marked[name])
        except DataError as error:
            findings.add(voc.BROKEN, str(error))
            continue
        size_hw = size_hw or sizes.measured(photos[name])
        if size_hw is None:
            yield sizes.broken(photos[name], name, origin)
            continue
        lower = [replace(mark, name=mark.name.lower()) for mark in marks]
        ours = annotate(lower, *size_hw, {**SOURCE.labels, **labels_map}, where, findings)
        yield Sample(
            id=name,
            open=pictures.opener(photos[name]),
            annotations=ours.annotations,
            ignored=ours.ignored,
            origin=origin,
            judged=SOURCE.judged_by(labels_map),
            meta={**ours.meta, "size_hw": size_hw},
        )
