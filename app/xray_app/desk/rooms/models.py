"""The models that ship with the project beside the one in use, as their own cards tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xray.card import Card
from xray.card import read as read_card
from xray.detector import available
from xray.errors import ModelError
from xray.scan import Encoding
from xray_app.desk.view import ENCODINGS
from xray_app.languages import label, say, told
from xray_app.languages import problem as said_of


@dataclass(frozen=True)
class Model:
    """A model to read about.

    Attributes:
        name: of its file, or as its card has it.
        card: what it says of itself; None: the file is broken.
        used: it is the one in use.
        problem: what is wrong with the file.
    """

    name: str
    card: Card | None
    used: bool = False
    problem: str = ""

    @property
    def finds(self) -> str:
        """Its labels, in words."""
        return ", ".join(map(label, self.card.labels)) if self.card else ""

    @property
    def scores(self) -> tuple[str, ...]:
        """What was measured, a few sentences for each set of scans."""
        return tuple(_scores(self.card)) if self.card else ()

    @property
    def data(self) -> tuple[str, ...]:
        """Each source that it learned from, with its terms."""
        text, rows = "{name}: {scans} scans, {terms}", self.card.data if self.card else ()
        return tuple(
            say(text, name=told(row["name"]), scans=row["scans"], terms=told(row["terms"]))
            for row in rows
        )


def shipped(used: Card | None) -> list[Model]:
    """The model in use, then every other one that ships, by name."""
    first = [] if used is None else [Model(f"{used.name}@{used.version}", used, used=True)]
    return first + [
        one
        for one in (_model(name, file) for name, file in available().items())
        if used is None or one.card is None or one.card.sha256 != used.sha256
    ]


def _model(name: str, file: Path) -> Model:
    try:
        about = file.stat()
        card = _card(file, about.st_mtime_ns, about.st_size)
    except OSError:
        return Model(name, None, problem=say("The file cannot be read."))
    except ModelError as error:
        return Model(name, None, problem=said_of(error))
    return Model(f"{card.name}@{card.version}", card)


@lru_cache(maxsize=16)
def _card(file: Path, changed_ns: int, size: int) -> Card:
    return read_card(file)  # loads the whole file; one that was replaced is read anew


def _scores(card: Card) -> Iterator[str]:
    for (name, row), line in zip(card.scores.items(), card.score_lines(), strict=True):
        if isinstance(row, Mapping) and "caught" in row:
            yield from _caught(told(name), row["caught"])
            continue
        if not isinstance(row, Mapping) or "map50" not in row:
            yield told(line)
            continue
        head = {"set": told(name), "map50": f"{row['map50']:.2f}", "scans": row["scans"]}
        if reach := row.get("map50_interval"):
            low, high = (f"{end:.2f}" for end in reach)
            text = "{set}: mAP50 {map50}, from {low} to {high} at 95 %; {scans} scans"
            yield say(text, **head, low=low, high=high)
        else:
            yield say("{set}: mAP50 {map50}; {scans} scans", **head)
        yield from _more(row)


def _caught(name: str, caught: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Of pictures that are no scans, how many are said to be none, by how they were taken."""
    for encoding, kinds in caught.items():
        pictures = sum(kind["pictures"] for kind in kinds.values())
        share = sum(kind["caught"] * kind["pictures"] for kind in kinds.values()) / max(pictures, 1)
        yield say(
            "{set}, taken as {encoding}: {share} % of {pictures} are refused",
            **{"set": name, "encoding": say(ENCODINGS[Encoding(encoding)])},
            **{"share": f"{100 * share:.0f}", "pictures": pictures},
        )


def _more(row: Mapping[str, Any]) -> Iterator[str]:
    """What was measured on one set beside its mean: by class, by outcome, of weapons."""
    if row.get("learned_from_it"):
        yield say("It learned from these very scans.")
    if row["labels"]:
        each = (f"{label(name)} {of['ap50']:.2f}" for name, of in row["labels"].items())
        yield say("AP50: {each}", each=", ".join(each))
    if alarming := row.get("outcomes", {}).get("alarming object"):
        yield say(
            "Of {scans} scans that should alarm {clear} % are CLEAR, {unknown} % cannot be judged",
            scans=alarming["scans"],
            clear=f"{100 * alarming['CLEAR']:.1f}",
            unknown=f"{100 * alarming['UNKNOWN']:.1f}",
        )
    if benign := row.get("outcomes", {}).get("benign"):
        yield say(
            "Of {scans} benign scans {alarm} % alarm and {unknown} % cannot be judged",
            scans=benign["scans"],
            alarm=f"{100 * benign['ALARM']:.1f}",
            unknown=f"{100 * benign['UNKNOWN']:.1f}",
        )
    for point in row.get("weapons", {}).get("points", []):
        yield say(
            "Of small simulated weapons that can be seen {pd} % are found, at {pfa} % false alarms",
            pd=f"{100 * point['small']['pd']:.0f}",
            pfa=f"{100 * point['pfa_here']:.1f}",
        )
