"""A process that inspects scans once more, each by the weights and the profile of its report."""

from pathlib import Path
from typing import Any

import xray
from xray.detector import Detector
from xray.errors import XrayError
from xray.profile import Profile
from xray.report import Report
from xray_app.cases.reports import read_report
from xray_app.inspectors.serving import run


def inspected(request: dict[str, Any]) -> dict[str, Any]:
    """The report of a scan now, as plain values; or why there is none.

    Args:
        request: `files`, one or the low- and the high-energy one; what was `said` of the scan;
            the `report` of then; the `model` file; `calibrations` by which it may have been made.
    """
    files = [Path(file) for file in request["files"]]
    try:
        high = files[1] if len(files) > 1 else None
        scan = xray.read(files[0], high=high, **request["said"])
        return {"report": _report(scan, request).to_dict(), "problem": None}
    except XrayError as error:
        said = str(error)
        for file in files:
            said = said.replace(str(file), "scan")
        return {"report": None, "problem": said}


def _report(scan: xray.Scan, request: dict[str, Any]) -> Report:
    then, rules = read_report(request["report"]), Profile.from_dict(request["report"]["profile"])
    now = Detector(request["model"], profile=rules, preset=then.preset).inspect(scan)
    if now.clearance == then.clearance or then.preset is not None:  # with one, none ever holds
        return now
    again = (
        Detector(request["model"], profile=rules, clearance=one).inspect(scan)
        for one in request["calibrations"]
    )
    return next((one for one in again if one.clearance == then.clearance), now)


if __name__ == "__main__":
    run(inspected, imported="onnxruntime")
