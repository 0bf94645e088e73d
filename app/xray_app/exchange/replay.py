"""A dossier's scans inspected once more: does the model still say what was kept?

On the same kind of processor the canonical reports are the same. On another, arithmetic may differ
in the last places: then the outcome must be the same, scores within 0.01, boxes within 1 px.

Scans are strangers' files, however well they are signed: another process opens them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xray.card import read as read_card
from xray.errors import DataError, XrayError
from xray.report import Report
from xray_app.cases.reports import read_report
from xray_app.exchange.dossier import Dossier
from xray_app.settings import CALIBRATION

SCORE, BOX_PX = 0.01, 1.0

Ask = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Compared:
    """One view, then and now.

    Attributes:
        view: its number.
        same: the canonical reports are the same.
        close: the same outcome, scores and boxes within the tolerances.
        problem: why it could not be inspected; None: it was.
    """

    view: int
    same: bool
    close: bool
    problem: str | None = None


def replay(dossier: Dossier, model: Path, ask: Ask) -> list[Compared]:
    """Inspect every view that has a report. One that cannot be inspected keeps no other from it.

    Args:
        dossier: verified.
        model: the weights, or a folder that keeps weights by their hash. Calibration files lie
            beside them; a report that was made by one is the same only by that one.
        ask: what `inspectors.again` answers, from a process of its own: it opens the scans.

    Raises:
        DataError: the model is not the one that made the reports.
        ModelError: there is no model.
    """
    said = dossier.manifest
    views = {view["position"]: view for view in said["views"]}
    return [
        _compared(dossier, views[int(number)], body, model, ask)
        for number, body in sorted(said["reports"].items())
    ]


def _compared(
    dossier: Dossier, view: Mapping[str, Any], body: dict[str, Any], model: Path, ask: Ask
) -> Compared:
    number, then = view["position"], read_report(body)
    file = model / f"{then.model.sha256}.onnx" if model.is_dir() else model
    if (sha256 := read_card(file).sha256) != then.model.sha256:
        raise DataError(
            f"view {number} was inspected by {then.model} ({then.model.sha256[:12]}), "
            f"{file} is {sha256[:12]}; pass the file that was kept"
        )
    about = {"view": view["name"], "pixel_mm": view["pixel_mm"], "id": then.scan_id}
    about["scanner"] = dossier.manifest["case"]["scanner"]
    kept = [str(one) for one in sorted(file.parent.glob(f"*{CALIBRATION}"))]
    with TemporaryDirectory(prefix="xray-replay-") as folder:
        asked = {"files": _files(dossier, number, Path(folder)), "said": about, "report": body}
        try:
            now = _report(ask(asked | {"model": str(file), "calibrations": kept}))
        except XrayError as error:  # or the process was killed, or died
            return Compared(number, same=False, close=False, problem=str(error))
    same = now.canonical() == then.canonical()
    return Compared(number, same, same or _close(then, now))


def _report(answer: Mapping[str, Any]) -> Report:
    """The report in an answer; whatever a file made of the process that gave it."""
    if (problem := answer.get("problem")) is not None:
        raise DataError(str(problem))
    try:
        return read_report(answer["report"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataError("what came back is no report") from None


def _files(dossier: Dossier, number: int, folder: Path) -> list[str]:
    files: list[str] = []
    for name in (f"scans/{number}", f"scans/{number}-high"):
        if (data := dossier.files.get(name)) is not None:
            file = folder / str(len(files))
            file.write_bytes(data)
            files.append(str(file))
    return files


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
