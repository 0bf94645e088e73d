"""EDS: 14,219 pseudo-colour scans of bags from three scanners, to measure what a change costs.

Terms: academic use only, on request (Beihang University).
Classes: plasticbottle, knife, scissor, laptop, umbrella, lighter, device, powerbank, pressure,
    glassbottle; 31,654 objects, at least 1,000 a class. Per class: not published in its repository
    (DIG-Beihang/PSN).
Cite: Tao et al., Exploring Endogenous Shift for Cross-domain Detection: A Large-scale Benchmark
    and Perturbation Suppression Network, CVPR 2022.

    domain1/annotations/train.json     COCO; domain2 and domain3 likewise, a scanner each

Known: the three folders and their train.json. *Assumed*: other files beside it are splits of the
same form, and the pictures lie in the folder of the domain or below it, or, where none is there,
anywhere below the root but in another domain, and never in a folder named after another split.
Splits here are domain1-train and so on; a bag was put through one scanner.
"""

from pathlib import Path

from xray_datasets.labels import POWER_BANKS, Source
from xray_datasets.labels import classes as by_label
from xray_datasets.public.parts import Part, PartsReader

SOURCE = Source(
    "EDS",
    by_label(
        knife="knife",
        scissors="scissor",
        lighter="lighter",
        pressure_vessel="pressure",
        liquid="plasticbottle glassbottle",
        battery="powerbank",
        electronics="laptop device",
        left_out="umbrella",
    ),
    partial=frozenset({"battery", "electronics", "liquid"}),
    why={
        "umbrella": "no contraband, and no word in the taxonomy",
        "battery": POWER_BANKS,
        "electronics": "laptops and what its authors call devices",
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


def recognises(root: Path) -> bool:
    """A file for at least one of the three domains."""
    return bool(_parts(root))


_READER = PartsReader(SOURCE, _parts)
splits, classes, read = _READER.splits, _READER.classes, _READER.read
