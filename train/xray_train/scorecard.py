"""All that a card says of how good its model is: every set, float beside integers, presets.

Sets of real scans need the folder that XRAY_REAL_SCANS names. Without it a model is scored on
simulated scans alone, and its card says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from xray import card as cards
from xray.detector import Detector
from xray.errors import ModelError
from xray.familiarity import Familiar
from xray.report import Outcome
from xray.scan import Encoding
from xray_datasets.real import from_environment as real_scans
from xray_datasets.sample import Sample
from xray_train import evaluate, familiar, reliability, robustness, screening, sets, ship, strangers
from xray_train.bootstrap import interval
from xray_train.curves import drawn
from xray_train.judged import Judged, judge, looked_for
from xray_train.reliability import Fit
from xray_train.screening import Tuning
from xray_train.sources import CONTAINERS

POSITIVES, WITH_BENIGN = "sixray-val", "sixray-val+benign"
RAW = "sim-baggage-raw"
FLOAT = "float"
TITLES = {
    POSITIVES: "SIXray val",
    WITH_BENIGN: "SIXray val and benign",
    "dual-energy": "dual-energy pairs",
    "sim-baggage": "simulated baggage",
    "sim-parcel": "simulated parcels",
    RAW: "simulated baggage, raw",
    "container-test": "simulated containers of families that no training draws",
}
NO_SCANS = "pictures that are no scans"
PICTURES = 40  # of each kind, at most
DAMAGED = 60  # containers of which the cost of damages is told: each is inspected eleven times
POOLED = "dual-energy pairs, each scored by a model that did not train on it"


@dataclass(frozen=True)
class Made:
    """A model that answers as the shipped one will.

    Attributes:
        path: of the file.
        fit: its probabilities.
        thresholds: of its profile.
        familiar: what its scans look like.
        operating: label → points of (threshold, Pd, Pfa) on the scans that set all this.
    """

    path: Path
    fit: Fit
    thresholds: Mapping[str, float]
    familiar: Mapping[Encoding, Familiar]
    operating: Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """What its card will say, set by set."""

    scores: dict[str, Any]
    reliability: dict[str, Any]
    robustness: dict[str, Any]


def complete(
    model: Path,
    folder: Path,
    seen: Sequence[Sample],
    presets: Mapping[str, int],
    tune: int,
    version: str,
) -> Made:
    """Fit probabilities and set thresholds on scans that neither taught nor score.

    Args:
        model: an exported file.
        folder: for the files that this makes.
        seen: the scans.
        presets: name → side of the network's input.
        tune: a measure of the simulated scans that say what scans look like.
        version: that it will have.
    """
    asked = cards.read(model)
    raw = ship.uncalibrated(model, folder / "raw.onnx")
    judged = judge(Detector(raw), seen)
    fit = reliability.fit(judged, asked.labels)
    thresholds = ship.thresholds(judged, asked.labels, fit.boxes)
    known = familiar.of_model(asked, tune)
    made = folder / model.name
    path = ship.completed(model, made, fit, thresholds, known, presets, version)
    points = operating(judge(Detector(path), seen), asked.labels)
    return Made(path, fit, thresholds, known, points)


def measured(made: Made, floating: Path | None, count: int | None = None) -> Measured:
    """The shipped file on every set that there is.

    Args:
        made: from `complete`.
        floating: the same before it was made of integers; None: it is float.
        count: scans of simulated sets; None: as many as `sets.size` says.
    """
    card = cards.read(made.path)
    on = names(card)
    first = WITH_BENIGN if on[0] == POSITIVES else on[0]
    judged = judge(Detector(made.path), sets.read(first, count=count or sets.COUNT))
    scores = measure(made.path, floating, on, count)
    pictures = strangers.caught(Detector(made.path, threads=1), min(count or PICTURES, PICTURES))
    return Measured(
        {**scores, NO_SCANS: {"caught": pictures}},
        {TITLES[first]: reliability.measure(judged, card.labels)},
        damages(made.path, count),
    )


def fitted_on(terms: ship.Terms) -> str:
    """The set that fits probabilities and sets thresholds, by what the weights learned from."""
    if terms is ship.FREE_CONTAINERS:
        return "container-calibration"
    unreal = terms in (ship.FREE, ship.OF_PHOTOGRAPHS)
    return "sim-baggage" if unreal else "sixray-cal+benign"


def limits(scores: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """What follows from the sets that were scored, a sentence each."""
    of = {
        str(row.get("set")): row.get("outcomes", {}).get("alarming object")
        for row in scores.values()
    }
    if not any(name.startswith("sixray") for name in of):
        return ("Scored on simulated scans alone: how it does on real ones was not measured here.",)
    row = of.get(WITH_BENIGN) or of.get(POSITIVES)
    if row is None:
        return ()
    return (
        f"Do not clear by it: of {row['scans']} real scans that hold what alarms, it calls "
        f"{row[Outcome.CLEAR]:.0%} CLEAR.",
    )


def names(card: cards.Card) -> tuple[str, ...]:
    """The sets that this model can be scored on here."""
    if {source["name"] for source in card.data} == {CONTAINERS}:
        return ("container-test",)
    real = (POSITIVES, WITH_BENIGN, "dual-energy") if real_scans() is not None else ()
    return (*real, "sim-baggage", "sim-parcel", RAW)


def measure(
    model: Path, floating: Path | None, on: Sequence[str], count: int | None = None
) -> dict[str, dict[str, Any]]:
    """Figures on every set, by its title.

    Args:
        model: the file with its card complete but for what is measured here.
        floating: the same before it was made of integers, to be scored beside it; None: it is.
        on: sets, as `sets.read` takes them.
        count: scans of simulated sets.

    Returns:
        as `evaluate.figures`, with `beside`: the float file and each preset of the card, with
        what each scores on the same scans.
    """
    detector = Detector(model, threads=1)
    others = {} if floating is None else {FLOAT: Detector(floating, threads=1)}
    for preset in detector.card.presets:
        others[preset] = Detector(model, threads=1, preset=preset)
    return {TITLES.get(name, name): _measure(detector, others, name, count) for name in on}


def _measure(
    detector: Detector, others: Mapping[str, Detector], name: str, count: int | None
) -> dict[str, Any]:
    judged: list[Judged] = []
    by_others: dict[str, list[Judged]] = {how: [] for how in others}
    for sample in sets.read(name, count=count):  # scan by scan: one of a container is 13 MB
        judged += judge(detector, [sample])
        for how, other in others.items():
            by_others[how] += judge(other, [sample])
    held = sets.tuning(name, count)
    tuning = Tuning(held[0], judge(detector, held[1])) if held else None
    figures = evaluate.figures(detector.card, judged, name, tuning)
    figures["learned_from_it"] = sets.learned(detector.card, name)
    figures["beside"] = {
        how: beside(judged, found, figures["mean_over"]) for how, found in by_others.items()
    }
    return figures


def beside(
    judged: Sequence[Judged], others: Sequence[Judged], labels: Sequence[str]
) -> dict[str, Any]:
    """What another file or preset scores on the same scans, and how much more than the model.

    Returns:
        map50 and map50_95 of the other, with `more` and `more_50_95`: the other's less the
        model's, and intervals of both, the same groups drawn for both; None where the scans hold
        no object of the labels.
    """
    mine, theirs = _means(judged, labels), _means(others, labels)  # (2, 1 + R)
    more = theirs - mine
    return {
        "map50": _figure(theirs[0, 0]),
        "map50_interval": interval(theirs[0, 1:]),
        "map50_95": _figure(theirs[1, 0]),
        "map50_95_interval": interval(theirs[1, 1:]),
        "more": _figure(more[0, 0]),
        "more_interval": interval(more[0, 1:]),
        "more_50_95": _figure(more[1, 0]),
        "more_50_95_interval": interval(more[1, 1:]),
    }


def _means(judged: Sequence[Judged], labels: Sequence[str]) -> NDArray[np.float64]:  # (2, 1 + R)
    """AP50 and AP50:95, means over the labels: of all scans, then of each draw; nan over none."""
    aps = np.array([evaluate.average_precision(looked_for(judged, n), n) for n in labels])
    every = aps.reshape(len(labels), 2).T[:, None]  # (2, 1, L)
    draws = drawn(judged, labels)  # (2, R, L)
    return evaluate.means(np.concatenate([every, draws], axis=1))


def _figure(value: np.float64) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def operating(judged: Sequence[Judged], labels: Sequence[str]) -> dict[str, list[list[float]]]:
    """Points of (threshold, Pd, Pfa) of each label that these scans say anything of."""
    found = {label: screening.curve(judged, label) for label in labels}
    return {label: points for label, points in found.items() if points}


def damages(model: Path, count: int | None = None) -> dict[str, Any]:
    """The table of what damages cost, on the best set there is; raw scans fill what it lacks."""
    detector = Detector(model, threads=1)
    name = names(detector.card)[0]
    if name in sets.CONTAINERS:
        few = min(count or DAMAGED, DAMAGED)
        return robustness.robustness(detector, sets.read(name, count=few), name)
    table = robustness.robustness(detector, sets.read(name, count=count), name)
    lacking = robustness.not_there(table)
    raw = robustness.robustness(detector, sets.read(RAW, count=count), RAW, lacking)
    return robustness.filled(table, raw)


def float_of(model: Path) -> Path | None:
    """The float file that `xray-train export` leaves beside an integer one; None for a float one.

    Raises:
        ModelError: there is none, so nobody can say what integers cost.
    """
    graph = onnx.load(str(model), load_external_data=False).graph
    if not any(node.op_type == "DequantizeLinear" for node in graph.node):
        return None
    path = model.with_suffix(".float.onnx")
    if not path.is_file():
        raise ModelError(
            f"{path}: no such file; expected the float model that xray-train export leaves beside "
            f"{model.name}, to say what integers cost; export it again"
        )
    return path
