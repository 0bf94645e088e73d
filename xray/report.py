"""What the system says of a scan: findings, what it could not see through, and the outcome.

Schema `xray.report/1`, held by `report.schema.json` beside this file. The canonical form leaves
out what differs from run to run (made_at, elapsed_ms), rounds scores to 4 decimals and boxes to
0.1 px, and has sorted keys: the same scan, model and settings give the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from xray.errors import DataError, ModelError
from xray.profile import Profile

SCHEMA = "xray.report/1"


class Outcome(StrEnum):
    """What the system makes of a scan. ALARM wins over UNKNOWN, UNKNOWN over CLEAR."""

    ALARM = "ALARM"  # an alarming label stands over its threshold
    UNKNOWN = "UNKNOWN"  # too much is opaque, or the scan is unlike any the model was made for
    CLEAR = "CLEAR"

    @staticmethod
    def strongest(*outcomes: "Outcome") -> "Outcome":
        """The outcome of several views of one thing.

        >>> Outcome.strongest(Outcome.CLEAR, Outcome.UNKNOWN).value
        'UNKNOWN'
        """
        return min(outcomes, key=list(Outcome).index, default=Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Detection:
    """The model says that this object is here.

    Attributes:
        label: one of the labels in the model's card.
        score: probability that the box holds such an object, 0 to 1.
        xyxy_px: x1, y1, x2, y2 on the whole upright scan, x2 and y2 just outside.
        alarming: the profile counts this label as an alarm.
        material: class of the densest in the box ("organic", "mixed", "metal"), where two energies
            allow it; None for candidates under the profile's threshold. `xray.matter` has the
            limits.
        mass_g: estimate in grams, of who can make one; `Detector` has None, since one view does
            not tell how large a pixel is at the object's height.
    """

    label: str
    score: float
    xyxy_px: tuple[float, float, float, float]
    alarming: bool = False
    material: str | None = None
    mass_g: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "label": self.label,
            "score": round(self.score, 4),
            "xyxy_px": [round(v, 1) for v in self.xyxy_px],
            "alarming": self.alarming,
            "material": self.material,
            "mass_g": None if self.mass_g is None else round(self.mass_g, 1),
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Detection":
        """What `to_dict` wrote."""
        x1, y1, x2, y2 = map(float, values["xyxy_px"])
        return Detection(**{**values, "xyxy_px": (x1, y1, x2, y2)})


@dataclass(frozen=True, slots=True)
class Opaque:
    """The beam did not get through here: nothing can be said of what lies inside.

    Attributes:
        polygon_px: the outline, (x, y) pairs on the whole upright scan: centres of the outermost
            pixels, counted from 0, so that columns 10 to 29 run from 10 to 29; a `Detection`'s box
            around them would end at 30.
        area_px: its area in square pixels.
    """

    polygon_px: tuple[tuple[float, float], ...]
    area_px: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "polygon_px": [[round(x, 1), round(y, 1)] for x, y in self.polygon_px],
            "area_px": round(self.area_px, 1),
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Opaque":
        """What `to_dict` wrote."""
        polygon = tuple((float(x), float(y)) for x, y in values["polygon_px"])
        return Opaque(**{**values, "polygon_px": polygon})


@dataclass(frozen=True, slots=True)
class Clearance:
    """Whether this scan may be cleared without a human, and on which evidence.

    Attributes:
        eligible: under the calibrated bound and nothing unseen.
        bound: the miss rate that the calibration promises, None when never calibrated.
        confidence: with which it promises it.
        scanner: the only scanner it holds for.
        reason: why it may or may not, in a sentence.
    """

    eligible: bool = False
    bound: float | None = None
    confidence: float | None = None
    scanner: str | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "eligible": self.eligible,
            "bound": self.bound,
            "confidence": self.confidence,
            "scanner": self.scanner,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which weights spoke."""

    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    def to_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


@dataclass(frozen=True)
class Report:
    """Everything said of one scan.

    Attributes:
        scan_id: the scan's id.
        width_px, height_px: size of the upright scan that all coordinates refer to.
        model: the weights that spoke.
        profile: the rules that were applied.
        detections: strongest first.
        opaque: regions that the beam did not get through, largest first.
        outcome: by the profile.
        reasons: why the outcome is what it is, a sentence each.
        assumed: what the reader of the file had to guess.
        clearance: whether it may be cleared without a human.
        presence: label → probability that the scan holds such an object anywhere, for the labels
            that the card was fitted for.
        prior: label → prevalence that the probabilities were re-weighted to, where asked for.
        embedding: what the network saw in the whole scan, as a vector of unit length.
        made_at: when, UTC.
        elapsed_ms: step → milliseconds.
        preset: the faster look that was asked for, by the card's name for it; None: the full one.
    """

    scan_id: str
    width_px: int
    height_px: int
    model: ModelId
    profile: Profile
    detections: tuple[Detection, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    outcome: Outcome = Outcome.UNKNOWN
    reasons: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    clearance: Clearance = field(default_factory=Clearance)
    presence: Mapping[str, float] = field(default_factory=dict)
    prior: Mapping[str, float] = field(default_factory=dict)
    embedding: tuple[float, ...] = ()
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    elapsed_ms: Mapping[str, float] = field(default_factory=dict)
    preset: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, by the schema `xray.report/1`."""
        return {
            "schema": SCHEMA,
            "scan_id": self.scan_id,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "model": self.model.to_dict(),
            "profile": self.profile.to_dict(),
            "outcome": str(self.outcome),
            "reasons": list(self.reasons),
            "detections": [d.to_dict() for d in self.detections],
            "opaque": [o.to_dict() for o in self.opaque],
            "assumed": list(self.assumed),
            "clearance": self.clearance.to_dict(),
            "presence": {label: round(p, 4) for label, p in self.presence.items()},
            "prior": dict(self.prior),
            **({} if self.preset is None else {"preset": self.preset}),
            "embedding": [round(v, 4) for v in self.embedding],
            "made_at": self.made_at.isoformat(),
            "elapsed_ms": {k: round(v, 2) for k, v in self.elapsed_ms.items()},
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Report":
        """The report that `to_dict` wrote, to as many digits as it wrote.

        Raises:
            DataError: it is of another schema, lacks a field, or holds one that is not known.
        """
        schema = values.get("schema")
        if schema != SCHEMA:
            raise DataError(
                f"expected a report of schema {SCHEMA}, got {schema!r}; read it with the version "
                "of xray-cargo that wrote it"
            )
        try:
            return Report(**_read({k: v for k, v in values.items() if k != "schema"}))
        except (ValueError, TypeError, KeyError, AttributeError, ModelError) as error:
            raise DataError(
                f"report of {values.get('scan_id', '?')}: not as {SCHEMA} has it "
                f"({type(error).__name__}: {error})"
            ) from None

    def canonical(self) -> str:
        """One line of JSON that is the same in every run: for hashing and comparing."""
        values = self.to_dict()
        del values["made_at"], values["elapsed_ms"]
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _read(values: dict[str, Any]) -> dict[str, Any]:
    """Plain values as a report holds them."""
    made_at = datetime.fromisoformat(values["made_at"])
    if made_at.tzinfo is None:
        raise ValueError(f"made_at {values['made_at']} has no time zone")
    values |= {
        "model": ModelId(**values["model"]),
        "profile": Profile.from_dict(values["profile"]),
        "detections": tuple(Detection.from_dict(d) for d in values["detections"]),
        "opaque": tuple(Opaque.from_dict(o) for o in values["opaque"]),
        "outcome": Outcome(values["outcome"]),
        "clearance": Clearance(**values["clearance"]),
        "embedding": tuple(float(v) for v in values["embedding"]),
        "made_at": made_at,
    }
    for name in ("reasons", "assumed"):
        values[name] = tuple(values[name])
    return values
