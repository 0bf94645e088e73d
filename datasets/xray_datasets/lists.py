"""Lists of names, as Pascal VOC and SIXray split their scans, taken together.

Lists may overlap: SIXray's 10, 100 and 1000 nest, VOC's trainval holds train and val, and a class
may have lists of its own (gun_train). So the last word of a list's name says what it is for, and
lists for the same are one split. What must not overlap are lists of one folder that are for
different things; trainval holds the first two.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from xray_datasets import voc
from xray_datasets.findings import Findings
from xray_datasets.roles import BOTH, LEARN, SCORE, TRY, purpose

__all__ = ["BOTH", "LEARN", "SCORE", "TRY", "asked", "by_split", "purpose", "shared"]

APART = ({LEARN, TRY}, {LEARN, SCORE}, {TRY, SCORE}, {BOTH, SCORE})
SHARED = "the same scan in two lists that should share none"
UNTOLD = "scans in two lists of which nobody says whether they should share any"


def by_split(root: Path) -> dict[str, list[str]]:
    """Split → its lists, those to learn from first; and what has an XML file but is in no list.

    Each list is in one split. The names are those that `voc.read` takes: joined by its JOINT,
    several lists are read as one.
    """
    found: dict[str, list[str]] = {}
    for name in voc.splits(root):
        found.setdefault(purpose(name), []).append(name)
    order = [role for role in (LEARN, BOTH, TRY, SCORE) if role in found]
    ordered = {role: found[role] for role in (*order, *sorted(found.keys() - {*order}))}
    return {**ordered, voc.UNLISTED: [voc.UNLISTED]} if found else {"all": []}


def shared(root: Path, findings: Findings) -> None:
    """Note every scan that is in two lists that should share none.

    Of two lists with other names than these nothing is known: where they share scans, that is
    noted as a fact.
    """
    lists = voc.listed(root)
    for (one, mine), (other, theirs) in combinations(lists.items(), 2):
        both = sorted(mine & theirs)
        if not both or Path(one).parent != Path(other).parent:
            continue
        roles = {purpose(one), purpose(other)}
        if roles in APART:
            for name in both:
                findings.add(SHARED, f"{one} and {other}: {name}")
        elif len(roles) == 2 and roles not in ({LEARN, BOTH}, {TRY, BOTH}):
            findings.note(UNTOLD, f"{one} and {other}: {len(both)}")


def asked(by: Mapping[str, list[str]]) -> Iterator[tuple[str, str | None]]:
    """Split, and what to ask `voc.read` for."""
    for split, names in by.items():
        yield split, voc.JOINT.join(names) or None
