"""One taxonomy, and how the words of public data sets lead to it.

A source's class is taken by name, never by number. A class that the taxonomy has no word for
leads to None: its boxes are left out, and `why` gives the reason. A label that a source marks
only in part (power banks, but no other batteries) is `partial`: its boxes teach, but where none
is marked, nothing is known, so it does not count as judged.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from xray.errors import DataError
from xray.labels import CONTAINER_LABELS, PARCEL_LABELS

TAXONOMY = tuple(dict.fromkeys(PARCEL_LABELS + CONTAINER_LABELS))


@dataclass(frozen=True)
class Source:
    """A public data set's classes in our words.

    Attributes:
        name: as its authors write it.
        labels: class → our label, or None.
        partial: labels whose absence says nothing.
        why: the reasons, class or label → sentence.
        exhaustive: False where more objects of a marked label may lie there unmarked.
    """

    name: str
    labels: Mapping[str, str | None]
    partial: frozenset[str] = frozenset()
    why: Mapping[str, str] = field(default_factory=dict)
    exhaustive: bool = True

    @property
    def judged(self) -> frozenset[str]:
        """The labels whose absence from a scan means that they are not there."""
        return self.judged_by({})

    def judged_by(self, labels_map: Mapping[str, str | None]) -> frozenset[str]:
        """The same where some classes lead elsewhere."""
        ours = {**self.labels, **labels_map}.values()
        return frozenset(label for label in ours if label) - self.partial


def classes(left_out: str = "", **of_label: str) -> dict[str, str | None]:
    """Every class with its label, from the classes of each label with blanks between.

    >>> classes(gun="Gun Revolver", left_out="Umbrella")
    {'Umbrella': None, 'Gun': 'gun', 'Revolver': 'gun'}
    """
    found: dict[str, str | None] = dict.fromkeys(left_out.split())
    for label, names in of_label.items():
        found |= dict.fromkeys(names.split(), label)
    return found


POWER_BANKS = "power banks only; batteries inside devices and loose cells are not marked"
SOME_LIQUIDS = "some containers only; other liquids are not marked"
SOME_DEVICES = "laptops, phones and tablets only"
SOME_LIGHTERS = "lighters with metal parts are not marked"


def translate(name: str, labels_map: Mapping[str, str | None] | None, where: str) -> str | None:
    """Our label for a source's class, or None where the map leaves the class out.

    A class is looked up in the map as it stands, then in the taxonomy without regard to case,
    blanks and hyphens.

    Raises:
        DataError: neither knows it.

    >>> translate("Razor Blade", None, "here"), translate("Bat", {"Bat": "baton"}, "here")
    ('razor_blade', 'baton')
    """
    if labels_map is not None and name in labels_map:
        return labels_map[name]
    plain = "_".join(name.lower().replace("-", " ").split())
    if plain in TAXONOMY:
        return plain
    known = {word.lower(): word for word in (*TAXONOMY, *(labels_map or ()))}
    near = difflib.get_close_matches(plain, known, n=1, cutoff=0.0)[0]
    raise DataError(
        f"{where}: class {name!r} is not in the taxonomy; nearest: {known[near]!r}. Say what it "
        f'is with labels_map={{{name!r}: "..."}} (on the command line: --map "{name}=..."), '
        f"None (nothing after =) to leave it out, or {name!r} to keep your own word"
    )
