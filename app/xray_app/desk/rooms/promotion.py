"""What changed when the model in use took another one's place, as its own card tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xray.card import Card
from xray_app.languages import label, say

OVERALL = "all"  # the name of all alarming labels together


@dataclass(frozen=True)
class Promotion:
    """A change of models.

    Attributes:
        over: the model before, as name@version.
        at: the moment, UTC.
        lines: what changed in Pd, a sentence for all labels together and for each.
    """

    over: str
    at: datetime
    lines: tuple[str, ...]


def of(card: Card) -> Promotion | None:
    """The change that brought this model; None where its card tells of none that can be read."""
    said: Any = card.training.get("promotion")
    try:
        rows = tuple(_line(name, row) for name, row in said["rows"].items())
        return Promotion(said["over"], datetime.fromisoformat(said["at"]), rows) if rows else None
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def _line(name: str, row: Mapping[str, Any]) -> str:
    """A sentence.

    >>> _line("gun", {"pd": [0.9, 0.95], "bound": -0.004, "groups": 40})
    'gun: Pd 90.0 % before, 95.0 % now; the change is at least -0.4 points; 40 groups of scans'
    """
    before, now = (f"{100 * float(share):.1f}" for share in row["pd"])
    return say(
        "{label}: Pd {before} % before, {now} % now; the change is at least {bound} points; "
        "{groups} groups of scans",
        label=say("All alarming classes") if name == OVERALL else label(name),
        before=before,
        now=now,
        bound=f"{100 * float(row['bound']):+.1f}",
        groups=int(row["groups"]),
    )
