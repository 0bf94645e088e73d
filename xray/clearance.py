"""Which scans may be cleared without a human, and on which evidence.

`xray-train calibrate` writes a small JSON file; `Detector(clearance=file)` reads it. Its promise
is about scans of one scanner, judged by one model file under one profile, computed by one backend,
for another one's probabilities lie apart: for anything else no scan is eligible, and the report
says why. A scan is eligible when its outcome is CLEAR and the
strongest probability of an alarming label lies under the file's threshold.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from xray.backends import Backend
from xray.errors import ModelError
from xray.profile import Profile
from xray.report import Clearance, Outcome
from xray.scan import Encoding, Scan

SCHEMA = "xray.clearance/1"
NEVER_CALIBRATED = "the miss rate of this model has not been bounded (xray-train calibrate)"


@dataclass(frozen=True)
class Rule:
    """The threshold under which scans may be cleared, and what it was bound on.

    Attributes:
        threshold: cleared are scans whose strongest alarming probability lies under it.
        miss_rate: the promise: of scans that hold an alarming object, at most this share would
            be cleared.
        confidence: with which it is promised for these very scans; None: on average over
            calibrations alone.
        scanner: the only scanner it holds for, as `Scan.scanner` says it.
        encodings: the kinds of scan that were calibrated on.
        profile: the only rules it holds for.
        prior: the prevalences that the detector was given; empty: none.
        model, sha256: the only model file it holds for.
        backend: the only one it holds for; files that name none were made by the CPU.
        evidence: counts and bounds behind it, for people and pages.
    """

    threshold: float
    miss_rate: float
    confidence: float | None
    scanner: str
    encodings: frozenset[Encoding]
    profile: Profile
    model: str
    sha256: str
    prior: Mapping[str, float] = field(default_factory=dict)
    backend: Backend = Backend.CPU
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("threshold", "miss_rate", "confidence"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise ModelError(f"clearance: {name} must lie in 0..1, got {share}")

    def judge(
        self,
        scan: Scan,
        sha256: str,
        profile: Profile,
        prior: Mapping[str, float],
        backend: Backend,
        outcome: Outcome,
        strongest: float,
    ) -> Clearance:
        """Whether this scan may be cleared.

        Args:
            scan: what was inspected.
            sha256: of the model file that spoke.
            profile: the rules in force.
            prior: the prevalences in force.
            backend: what computed.
            outcome: by these rules.
            strongest: the highest probability of an alarming label, 0 to 1; 0 for none.
        """
        reason = self._foreign(scan, sha256, profile, prior, backend)
        reason = reason or self._suspicious(outcome, strongest)
        promise = "" if reason else self._promise()
        return Clearance(
            not reason, self.miss_rate, self.confidence, self.scanner, reason or promise
        )

    def _foreign(
        self,
        scan: Scan,
        sha256: str,
        profile: Profile,
        prior: Mapping[str, float],
        backend: Backend,
    ) -> str:
        if sha256 != self.sha256:
            return f"calibrated for {self.model} of sha256 {self.sha256[:12]}…, not {sha256[:12]}…"
        if backend is not self.backend:
            return f"calibrated with the backend {self.backend}, not with {backend}"
        if profile != self.profile:
            return f"calibrated under other rules than those in force (profile {profile.name})"
        if dict(prior) != dict(self.prior):
            return "calibrated with other prevalences than those in force"
        if scan.scanner != self.scanner:
            came = "a scan that names none" if scan.scanner is None else scan.scanner
            return f"calibrated for the scanner {self.scanner}, not for {came}"
        if scan.encoding not in self.encodings:
            return f"calibrated on {', '.join(sorted(self.encodings))} scans, not {scan.encoding}"
        return ""

    def _suspicious(self, outcome: Outcome, strongest: float) -> str:
        if outcome is not Outcome.CLEAR:
            return f"the outcome is {outcome}"
        if strongest >= self.threshold:
            return (
                f"an alarming object has probability {strongest:.4f}, "
                f"cleared is under {self.threshold:.4f}"
            )
        return ""

    def _promise(self) -> str:
        how = "on average" if self.confidence is None else f"at {self.confidence:.0%} confidence"
        return (
            f"at most {self.miss_rate:.1%} of scans with an alarming object would be cleared, {how}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `read` reads them back."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["encodings"] = sorted(self.encodings)
        values["profile"] = self.profile.to_dict()
        values["prior"] = dict(sorted(self.prior.items()))
        values["backend"] = str(self.backend)
        return {"schema": SCHEMA, **values}

    def save(self, path: Path) -> None:
        """Write the file that `Detector(clearance=...)` reads."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.to_dict(), indent=1) + "\n", encoding="utf-8")


def read(path: str | Path) -> Rule:
    """The rule that `xray-train calibrate` wrote.

    Raises:
        ModelError: the file is missing, is none, or holds a value that cannot be.
    """
    try:
        values: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        if values.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        values["encodings"] = frozenset(Encoding(e) for e in values["encodings"])
        values["profile"] = Profile.from_dict(values["profile"])
        values["backend"] = Backend(values.get("backend", Backend.CPU))
        return Rule(**values)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ModelError as error:  # of the rule or of the profile in it
        raise ModelError(f"{path}: {error}; make the file anew with xray-train calibrate") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{path}: not a clearance file of {SCHEMA} ({type(error).__name__}: {error}); "
            "such files are made by xray-train calibrate"
        ) from None
