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
        reader: which of our readers takes it, "" where none does yet.
        labels: class → our label, or None.
        partial: labels whose absence says nothing.
        why: the reasons, class or label → sentence.
        exhaustive: False where more objects of a marked label may lie there unmarked.
    """

    name: str
    reader: str
    labels: Mapping[str, str | None]
    partial: frozenset[str] = frozenset()
    why: Mapping[str, str] = field(default_factory=dict)
    exhaustive: bool = True

    @property
    def judged(self) -> frozenset[str]:
        """The labels whose absence from a scan means that they are not there."""
        return frozenset(label for label in self.labels.values() if label) - self.partial


def _classes(left_out: str = "", **of_label: str) -> dict[str, str | None]:
    """Every class with its label, from the classes of each label with blanks between."""
    found: dict[str, str | None] = dict.fromkeys(left_out.split())
    for label, names in of_label.items():
        found |= dict.fromkeys(names.split(), label)
    return found


_POWER_BANKS = "power banks only; batteries inside devices and loose cells are not marked"
_SOME_LIQUIDS = "some containers only; other liquids are not marked"

SOURCES: Mapping[str, Source] = {
    "sixray": Source(
        "SIXray",
        "voc",
        _classes(
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
    ),
    "opixray": Source(
        "OPIXray",
        "opixray",
        _classes(
            knife="Folding_Knife Straight_Knife Utility_Knife Multi-tool_Knife",
            scissors="Scissor",
        ),
    ),
    "hixray": Source(
        "HiXray",
        "opixray",
        _classes(
            battery="Portable_Charger_1 Portable_Charger_2",
            liquid="Water",
            electronics="Laptop Mobile_Phone Tablet",
            lighter="Nonmetallic_Lighter",
            left_out="Cosmetic",
        ),
        partial=frozenset({"battery", "electronics", "lighter", "liquid"}),
        why={
            "Cosmetic": "creams, powders and liquids alike",
            "battery": _POWER_BANKS,
            "electronics": "laptops, phones and tablets only",
            "lighter": "lighters with metal parts are not marked",
            "liquid": _SOME_LIQUIDS,
        },
    ),
    "pidray": Source(
        "PIDray",
        "coco",
        _classes(
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
        why={"battery": _POWER_BANKS, "pressure_vessel": "spray cans only"},
    ),
    "clcxray": Source(
        "CLCXray",
        "coco",
        _classes(
            knife="blade knife dagger SwissArmyKnife",
            scissors="scissors",
            liquid="PlasticBottle GlassBottle Cans VacuumCup CartonDrinks Tin",
            pressure_vessel="SprayCans",
        ),
        partial=frozenset({"liquid", "pressure_vessel"}),
        why={
            "blade": "blades of cutters; no loose razor blades",
            "liquid": _SOME_LIQUIDS,
            "pressure_vessel": "spray cans only",
        },
    ),
    "dvxray": Source(
        "DvXray",
        "",
        _classes(
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
        why={"Bat": "clubs of all kinds", "*": "under which key its boxes stand is not documented"},
    ),
    "eds": Source(
        "EDS",
        "coco",
        _classes(
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
            "battery": _POWER_BANKS,
            "electronics": "laptops and what its authors call devices",
            "liquid": "bottles only",
        },
    ),
    "gdxray": Source(
        "GDXray+",
        "",
        _classes(gun="gun", razor_blade="razor_blade", shuriken="shuriken"),
        why={
            "*": "the object goes by series (B0049 …), so sort the pictures into folders by label"
        },
    ),
    "ldxray": Source(
        "LDXray",
        "coco",
        _classes(
            liquid="Orange_Liquid Green_Liquid Blue_Liquid Cylindrical_Orange_Liquid "
            "Cylindrical_Green_Liquid",
            battery="Charger_With_Cell",
            electronics="Mobile_Phone Laptop Tablet",
            lighter="Nonmetallic_Lighter",
            left_out="Charger_Without_Cell Umbrella",
        ),
        partial=frozenset({"battery", "electronics", "lighter"}),
        why={
            "*": "names as in its authors' settings; where the file holds short codes, map those",
            "Umbrella": "no contraband, and no word in the taxonomy",
            "Charger_Without_Cell": "a plug; no word in the taxonomy",
            "battery": _POWER_BANKS,
            "electronics": "laptops, phones and tablets only",
            "lighter": "lighters with metal parts are not marked",
        },
    ),
    "cubox": Source("CUBOX", "yolo", {}, why={"*": "66 numbers without names; give classes.txt"}),
    "cargoxray": Source("CargoXray", "", {}, why={"*": "cargo as declared, not contraband"}),
}


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
