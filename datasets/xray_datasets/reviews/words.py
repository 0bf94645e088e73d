"""From the words of an export to ours: who said what of which scan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xray.errors import DataError
from xray_datasets import labels as taxonomy
from xray_datasets.reviews.lesson import View, Word

LEAST_LOOK_S = 2.0  # not measured; nobody looks over a whole scan in less

UNKNOWN = "labels left out, for nobody knows the word"
OVERRULED = "opinions left out, for a supervisor overruled the decision"
HURRIED = f"clearances in under {LEAST_LOOK_S:g} s, which say nothing of the rest of the scan"

LabelsMap = Mapping[str, str | None]


@dataclass(frozen=True)
class _Words:
    """From officers' words to ours; what the machine itself says needs no map."""

    known: frozenset[str]
    labels_map: LabelsMap | None

    def label(self, name: str) -> str | None:
        if name in self.known and name not in (self.labels_map or {}):
            return name
        try:
            return taxonomy.translate(name, self.labels_map, "reviewed cases")
        except DataError:
            return None


def views(
    document: Mapping[str, Any], labels_map: LabelsMap | None
) -> list[tuple[View, list[str]]]:
    """What was said of each image, and a sentence for each thing that was left out.

    Raises:
        KeyError, TypeError, ValueError: the document is no export of decided cases.
    """
    words, marks = _Words(_of_machine(document), labels_map), _marks(document)
    return [_viewed(image, marks[image["id"]], words) for image in document["images"]]


def _of_machine(document: Mapping[str, Any]) -> frozenset[str]:
    reviews = [image["review"] for image in document["images"]]
    return frozenset(found["label"] for review in reviews for found in review["model"])


def _marks(document: Mapping[str, Any]) -> dict[Any, list[Mapping[str, Any]]]:
    names = {c["id"]: c["name"] for c in document["categories"]}
    marks: dict[Any, list[Mapping[str, Any]]] = {image["id"]: [] for image in document["images"]}
    for row in document["annotations"]:
        x, y, w, h = map(float, row["bbox"])
        box = {"label": names[row["category_id"]], "xyxy_px": (x, y, x + w, y + h)}
        marks[row["image_id"]].append({**row, **box})
    return marks


def _viewed(
    image: Mapping[str, Any], marks: list[Mapping[str, Any]], words: _Words
) -> tuple[View, list[str]]:
    """What was said of a scan, and of what was left out a sentence each."""
    review, notes = image["review"], list[str]()
    overruled = [o for o in review["officer"] if review["overruled"]]
    notes += [OVERRULED] * len(overruled)
    said = [(m["label"], m["xyxy_px"], True, m["says"] == "drawn", m["by"]) for m in marks]
    said += [] if overruled else _denied(review)
    found = []
    for name, (x1, y1, x2, y2), there, drawn, by in said:
        label = words.label(name)
        if label is None:
            notes.append(UNKNOWN)
        else:
            found.append(Word(label, (x1, y1, x2, y2), there, drawn, int(by)))
    named = [words.label(name) for name in review["what"]]
    notes += [UNKNOWN] * named.count(None)
    cleared = review["verdict"] == "clear" and review["found"] is None
    hurried = cleared and review["looked_s"] is not None and review["looked_s"] < LEAST_LOOK_S
    notes += [HURRIED] if hurried else []
    view = View(
        words=tuple(found),
        alarming=frozenset(review["alarming"]),
        searched=review["found"] is not None,
        found=frozenset(label for label in named if label),
        something=bool(review["found"]),
        unnamed=None in named,
        cleared_by=int(review["by"]) if cleared and not hurried else None,
    )
    return view, notes


def _denied(review: Mapping[str, Any]) -> list[tuple[str, Any, bool, bool, int]]:
    """What officers rejected, and the machine's name of what they gave another."""
    denied = []
    for row in review["officer"]:
        if row["finding"] is None:
            continue
        name = review["model"][row["finding"] - 1]["label"]
        if row["says"] == "rejected" or (row["says"] == "confirmed" and row["label"] != name):
            denied.append((name, row["xyxy_px"], False, False, row["by"]))
    return denied
