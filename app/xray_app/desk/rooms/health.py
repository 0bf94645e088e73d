"""Whether the model behaves in this traffic as its card says: numbers, without a page.

The card's bins of reliability tell how sure the model was, box by box, on the scans that it was
measured on. The mean over those that would have alarmed is what is compared: a scanner that ages,
another palette or a model that was changed move it, and so does traffic that holds other things.
"""

import math
import statistics as mathematics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xray.card import Card
from xray.profile import Profile
from xray_app.cases.statistics import Fact
from xray_app.desk.rooms.rates import Z_95

FEWEST = 10  # cases before a mean is said: with fewer, the normal interval is too narrow


@dataclass(frozen=True)
class Expected:
    """What the card lets expect.

    Attributes:
        model_sha256: of the model that the card is of; findings of another are not compared.
        scores: label → mean probability of its boxes over the threshold.
        boxes: how many stand behind them; sets: what those scans are called.
        alarms, unknown: share of benign scans; None: not measured.
    """

    model_sha256: str
    scores: Mapping[str, float]
    boxes: int
    sets: tuple[str, ...]
    alarms: float | None
    unknown: float | None


@dataclass(frozen=True)
class Drift:
    """How far alarms' probabilities lie from what the card lets expect, on average.

    Attributes:
        cases: that were compared.
        mean: of the differences, 0 to 1; low, high: its interval at 95 %.
    """

    cases: int
    mean: float
    low: float
    high: float


def expected(card: Card, profile: Profile) -> Expected:
    """What a card says of a model under this profile."""
    bins: dict[str, list[tuple[int, float]]] = {}
    sets: list[str] = []
    for name, labels in card.reliability.items():
        for label, of in labels.items():
            least = profile.thresholds.get(label, profile.default_threshold)
            if label not in profile.alarming or not isinstance(of, dict):
                continue
            over = [(b["n"], b["said"]) for b in of.get("box", {}).get("bins", ())]
            over = [(n, said) for n, said in over if said >= least]
            bins.setdefault(label, []).extend(over)
            sets += [name] if over else []
    known = {label: sum(n for n, _ in over) for label, over in bins.items() if over}
    means = {label: sum(n * said for n, said in bins[label]) / n for label, n in known.items()}
    benign = next(filter(None, (_benign(row) for row in card.scores.values())), {})
    return Expected(
        *(card.sha256, means, sum(known.values()), tuple(dict.fromkeys(sets))),
        *(benign.get("ALARM"), benign.get("UNKNOWN")),
    )


def drift(facts: Sequence[Fact], expects: Expected) -> Drift | None:
    """The drift in these cases; None: too few can be compared.

    Findings of one case are one observation: they show the same thing.
    """
    differences = [mean for fact in facts if (mean := _difference(fact, expects)) is not None]
    if len(differences) < FEWEST:
        return None
    mean = mathematics.fmean(differences)
    half = Z_95 * mathematics.stdev(differences) / math.sqrt(len(differences))
    return Drift(len(differences), mean, mean - half, mean + half)


def _difference(fact: Fact, expects: Expected) -> float | None:
    found = [
        one.score - expects.scores[one.label]
        for one in fact.scored
        if one.model_sha256 == expects.model_sha256 and one.label in expects.scores
    ]
    return mathematics.fmean(found) if found else None


def _benign(row: object) -> Mapping[str, float]:
    said = row.get("outcomes", {}).get("benign", {}) if isinstance(row, dict) else {}
    return said if isinstance(said, dict) else {}
