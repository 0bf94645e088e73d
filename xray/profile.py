"""What raises an alarm, at which probability, and how much may stay unseen.

A bottle or a battery in a bag is a finding; a pistol is an alarm. A profile says which is
which, label by label. It stands in the model's card, and a user may pass another.
"""

import difflib
import json
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xray.errors import ModelError, RecipeError
from xray.labels import ALARMING_LABELS, CONTAINER_LABELS, PARCEL_LABELS


@dataclass(frozen=True)
class Profile:
    """Named, editable rules from detections to an outcome.

    Attributes:
        name: how officers and reports call it.
        alarming: labels that raise an alarm; the others are findings.
        thresholds: label → probability from which a detection is reported, 0 to 1.
        default_threshold: for a label that `thresholds` does not name.
        max_opaque_mm2: opaque area inside the load over which the outcome is UNKNOWN, in square
            millimetres in the plane of the belt, where the scan says its pixel pitch.
        max_opaque_share: the largest opaque region as a share of the load's area, where it does
            not; all of them together may hide twice as much.
    """

    name: str = "default"
    alarming: frozenset[str] = ALARMING_LABELS
    thresholds: Mapping[str, float] = field(default_factory=dict)
    default_threshold: float = 0.3
    max_opaque_mm2: float = 2500.0  # a pocket pistol seen from its side, 100 × 25 mm
    max_opaque_share: float = 0.045  # 1 in 237 benign scans of SIXray (train, cal) has more

    def __post_init__(self) -> None:
        for label, threshold in [*self.thresholds.items(), ("default", self.default_threshold)]:
            if not 0 <= threshold <= 1:
                raise ModelError(
                    f"profile {self.name}: threshold of {label} must lie in 0..1, got {threshold}"
                )

        for name in ("max_opaque_mm2", "max_opaque_share"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ModelError(
                    f"profile {self.name}: {name} must be a number from 0 on, "
                    f"got {getattr(self, name)}"
                )

    def must_know(self, labels: Sequence[str]) -> None:
        """Refuse a label that neither the model nor the taxonomy has: it would never alarm.

        Raises:
            ModelError: which label, and what may have been meant.
        """
        known = {*labels, *PARCEL_LABELS, *CONTAINER_LABELS}
        for label in sorted({*self.alarming, *self.thresholds} - known):
            close = difflib.get_close_matches(label.lower(), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the model has {', '.join(labels)}"
            raise ModelError(f"profile {self.name}: there is no label {label!r}; {hint}")

    def alarms(self, label: str, score: float) -> bool:
        """Whether a detection of this label and probability raises the alarm."""
        return label in self.alarming and score >= self.threshold(label)

    def threshold(self, label: str) -> float:
        """Probability from which a detection of this label is reported."""
        return self.thresholds.get(label, self.default_threshold)

    def with_thresholds(self, **by_label: float) -> "Profile":
        """The same profile with some thresholds changed.

        >>> Profile().with_thresholds(gun=0.2).threshold("gun")
        0.2
        """
        return replace(self, thresholds={**self.thresholds, **by_label})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        return {
            "name": self.name,
            "alarming": sorted(self.alarming),
            "thresholds": dict(sorted(self.thresholds.items())),
            "default_threshold": self.default_threshold,
            "max_opaque_mm2": self.max_opaque_mm2,
            "max_opaque_share": self.max_opaque_share,
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Profile":
        """The profile that `to_dict` wrote, or that someone wrote by hand.

        Raises:
            ModelError: a setting has a name that there is not, or a value of the wrong kind.
        """
        title = f"profile {values.get('name', '?')}"
        for name, value in values.items():
            if name not in _KINDS:
                close = difflib.get_close_matches(name, _KINDS, n=1)
                hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(_KINDS)}"
                raise ModelError(f"{title}: no setting named {name}; {hint}")
            what, fits = _KINDS[name]
            if not fits(value):
                raise ModelError(f"{title}: {name} must be {what}, got {value!r}")
        alarming = frozenset(values.get("alarming", ALARMING_LABELS))
        return Profile(**{**values, "alarming": alarming})


def read(path: Path) -> Profile:
    """The profile in a JSON or TOML file, named after the file where it names none.

    Raises:
        RecipeError: the file cannot be read, or is no profile.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return Profile.from_dict({"name": path.stem, **values})
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, ModelError) as error:  # TypeError: JSON that is no object
        raise RecipeError(f"{path}: {error}") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _are_labels(value: Any) -> bool:
    # A word alone would be taken apart into its letters, and nothing would alarm.
    return isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(label, str) for label in value
    )


def _are_thresholds(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_number, value.values()))


_KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("a text", lambda value: isinstance(value, str)),
    "alarming": ("a list of labels", _are_labels),
    "thresholds": ("a table of numbers by label", _are_thresholds),
    "default_threshold": ("a number", _is_number),
    "max_opaque_mm2": ("a number", _is_number),
    "max_opaque_share": ("a number", _is_number),
}
