"""A dossier's scans inspected once more: does the model still say what was kept?

On the same kind of processor the canonical reports are the same. On another, arithmetic may differ
in the last places: then the outcome must be the same, scores within 0.01, boxes within 1 px.

Scans are opened in this process: it is a command for whoever checks a dossier, not the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xray
from xray.detector import Detector
from xray.errors import DataError
from xray.profile import Profile
from xray.report import Report
from xray_app.cases.reports import read_report
from xray_app.exchange.dossier import Dossier
from xray_app.settings import CALIBRATION

SCORE, BOX_PX = 0.01, 1.0


@dataclass(frozen=True)
class Compared:
    """One view, then and now.

    Attributes:
        view: its number.
        same: the canonical reports are the same.
        close: the same outcome, scores and boxes within the tolerances.
    """

    view: int
    same: bool
    close: bool


def replay(dossier: Dossier, model: Path) -> list[Compared]:
    """Inspect every view that has a report.

    Args:
        dossier: verified.
        model: the weights, or a folder that keeps weights by their hash. Calibration files lie
            beside them; a report that was made by one is the same only by that one.

    Raises:
        DataError: the model is not the one that made the reports.
    """
    compared = []
    views = {view["position"]: view for view in dossier.manifest["views"]}
    for number, body in sorted(dossier.manifest["reports"].items()):
        then, view = read_report(body), views[int(number)]
        file = model / f"{then.model.sha256}.onnx" if model.is_dir() else model
        rules = Profile.from_dict(body["profile"])
        detector = Detector(file, profile=rules, preset=then.preset)
        if detector.card.sha256 != then.model.sha256:
            raise DataError(
                f"view {number} was inspected by {then.model} ({then.model.sha256[:12]}), "
                f"{file} is {detector.card.sha256[:12]}; pass the file that was kept"
            )
        scan = _scan(dossier, view, then, dossier.manifest["case"])
        now = detector.inspect(scan)
        if now.clearance != then.clearance and then.preset is None:  # with one, none ever holds
            kept = sorted(file.parent.glob(f"*{CALIBRATION}"))
            again = (Detector(file, profile=rules, clearance=one).inspect(scan) for one in kept)
            now = next((one for one in again if one.clearance == then.clearance), now)
        same = now.canonical() == then.canonical()
        compared.append(Compared(int(number), same, same or _close(then, now)))
    return compared


def _scan(
    dossier: Dossier, view: Mapping[str, Any], then: Report, case: Mapping[str, Any]
) -> xray.Scan:
    number = view["position"]
    said = {"view": view["name"], "pixel_mm": view["pixel_mm"], "scanner": case["scanner"]}
    high = dossier.files.get(f"scans/{number}-high")
    return xray.read(dossier.files[f"scans/{number}"], high=high, id=then.scan_id, **said)


def _close(then: Report, now: Report) -> bool:
    if then.outcome != now.outcome or len(then.detections) != len(now.detections):
        return False
    left = list(now.detections)
    for found in then.detections:
        fitting = [
            other
            for other in left
            if other.label == found.label
            and abs(other.score - found.score) <= SCORE
            and all(abs(a - b) <= BOX_PX for a, b in zip(other.xyxy_px, found.xyxy_px, strict=True))
        ]
        if not fitting:
            return False
        left.remove(fitting[0])
    return True
