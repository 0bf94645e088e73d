"""From an exported file to `weights/`: thresholds, scores, terms and hash, in one place.

Thresholds are set on scans that neither taught nor score. For weights made of simulated scans
alone they are set on simulated scans too, so that no one else's scan has any part in them.
"""

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from xray.card import SUMS, Card
from xray.card import read as read_card
from xray.detector import Detector
from xray.labels import ALARMING_LABELS
from xray_datasets.sample import Sample
from xray_train.evaluate import lowest_threshold
from xray_train.export import put_card

ALARM_PFA = 0.02  # share of scans without the label that may alarm for it
FINDING_PFA = 0.05  # the same for a mere finding
LEAST_THRESHOLD = 0.15  # under it boxes flicker, whatever the false alarms say
LARGEST_BYTES = 16 * 2**20  # of a file in weights/


@dataclass(frozen=True)
class Terms:
    """What weights may be used for, and because of which data."""

    sentence: str  # stands in the card, `xray models` and the desk
    data: tuple[Mapping[str, Any], ...]  # a source each: name, terms, scans
    limits: tuple[str, ...]  # what they were not made for, a sentence each


SIMULATED = {
    "name": "scans from our own simulator",
    "terms": "free: made by this project's code, no one else's scan in them",
}
FREE = Terms(
    "Free to use, also commercially (Apache-2.0): trained on simulated scans alone.",
    (SIMULATED,),
    (
        "Has never seen a real scan; see the scores for what that costs.",
        "Baggage and parcels at 120 to 180 kV, one object or a few in a bag; no containers.",
        "Thresholds were set on simulated scans; set them again on scans of your own scanner.",
    ),
)
ACADEMIC = Terms(
    "Academic, non-commercial use only, because of the real scans it was trained with.",
    (
        SIMULATED,
        {"name": "SIXray, a subset", "terms": "academic use only", "scans": 885},
        {"name": "dual-energy suitcases", "terms": "unstated; taken as academic", "scans": 96},
        {"name": "GDXray+, single objects", "terms": "research and education only", "scans": 275},
    ),
    (
        "The real scans are of few scanners and of staged bags: figures on other scanners are "
        "lower.",
        "Baggage and parcels at 120 to 180 kV; no containers.",
        "Scores of scissors, pliers, hammers, screwdrivers, razor blades and shuriken rest on "
        "few or no real scans.",
    ),
)


def thresholds(model: Path, samples: Iterable[Sample]) -> dict[str, float]:
    """For each label, the lowest threshold that keeps false alarms rare on these scans."""
    detector = Detector(model)
    strongest: dict[str, list[float]] = {label: [] for label in detector.card.labels}
    for sample in samples:
        report = detector.inspect(sample.scan, min_score=0.01)
        marked = {mark.label for mark in (*sample.annotations, *sample.ignored)}
        for label in detector.card.labels:
            if label not in marked:
                scores = [d.score for d in report.detections if d.label == label]
                strongest[label].append(max(scores, default=0.0))
    return {label: _threshold(label, scores) for label, scores in strongest.items()}


def ship(
    model: Path,
    weights: Path,
    *,
    version: str,
    profile_thresholds: Mapping[str, float],
    scores: Mapping[str, Any],
    training: Mapping[str, Any],
    terms: Terms,
) -> Card:
    """Complete the card, copy the file into `weights` and write its licence and hash beside it.

    Args:
        model: an exported file.
        weights: the folder of shipped models.
        version: as in `parcel@0.1.0`.
        profile_thresholds: from `thresholds`.
        scores: name of a set → figures, each with its scans and groups.
        training: device, seed and the like, added to what the card says already.
        terms: what the weights may be used for.
    """
    card = read_card(model)
    profile = replace(
        card.profile,
        thresholds={k: round(v, 4) for k, v in profile_thresholds.items()},
    )
    card = replace(
        card,
        version=version,
        profile=profile,
        scores=scores,
        training={**card.training, **training},
        terms=terms.sentence,
        data=terms.data,
        limits=terms.limits,
    )
    weights.mkdir(parents=True, exist_ok=True)
    target = weights / f"{card.name}.onnx"
    shutil.copyfile(model, target)
    put_card(target, card)
    _must_be_small(target)
    (weights / f"{card.name}.LICENSE").write_text(licence(card), encoding="utf-8")
    _note_sums(weights)
    return card


def licence(card: Card) -> str:
    """The text that stands beside the weights."""
    lines = [f"{card.name} {card.version}: trained weights", "", card.terms, "", "Trained with:"]
    lines += [f"- {d['name']}{_count(d)}: {d['terms']}" for d in card.data]
    lines += ["", "How:"]
    lines += [f"- {name}: {value}" for name, value in sorted(card.training.items())]
    lines += ["", "Measured:"]
    lines += [f"- {line}" for line in card.score_lines()]
    lines += ["", "Limits:", *(f"- {sentence}" for sentence in card.limits)]
    return "\n".join(lines) + "\n"


def _count(source: Mapping[str, Any]) -> str:
    return f" ({source['scans']} scans)" if "scans" in source else ""


def _threshold(label: str, clean: Sequence[float]) -> float:
    pfa = ALARM_PFA if label in ALARMING_LABELS else FINDING_PFA
    found = lowest_threshold(np.array(clean), pfa)
    return float(np.clip(found, LEAST_THRESHOLD, 0.95))


def _must_be_small(path: Path) -> None:
    if (size := path.stat().st_size) > LARGEST_BYTES:
        raise ValueError(f"{path}: {size} bytes, at most {LARGEST_BYTES} may be shipped")


def _note_sums(weights: Path) -> None:
    files = sorted(weights.glob("*.onnx"))
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (weights / SUMS).write_text("".join(lines), encoding="utf-8")
