"""What raises an alarm, at which probability, and how much may stay unseen.

A bottle or a battery in a bag is a finding; a pistol is an alarm. A profile says which is
which, label by label. It stands in the model's card, and a user may pass another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xray.errors import ModelError
from xray.labels import ALARMING_LABELS


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
        max_opaque_share: the same as a share of the load's area, where it does not.
    """

    name: str = "default"
    alarming: frozenset[str] = ALARMING_LABELS
    thresholds: Mapping[str, float] = field(default_factory=dict)
    default_threshold: float = 0.3
    max_opaque_mm2: float = 2500.0  # a pocket pistol seen from its side, 100 × 25 mm
    max_opaque_share: float = 0.10

    def __post_init__(self) -> None:
        for label, threshold in [*self.thresholds.items(), ("default", self.default_threshold)]:
            if not 0 <= threshold <= 1:
                raise ModelError(
                    f"profile {self.name}: threshold of {label} must lie in 0..1, got {threshold}"
                )

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
        """The profile that `to_dict` wrote."""
        known = {**values, "alarming": frozenset(values.get("alarming", ALARMING_LABELS))}
        try:
            return Profile(**known)
        except TypeError as error:
            raise ModelError(f"profile {values.get('name', '?')}: {error}") from None
