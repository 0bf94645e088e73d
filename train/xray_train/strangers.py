"""How many pictures that are no scans of goods a model refuses, kind by kind.

None has a part in what a card says that scans look like (`familiar`): every kind is unseen. Each is
drawn in colours as a console would hand it on, and in greys as transmission at one or two energies.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np

from xray.detector import Detector
from xray.report import Report
from xray.scan import Encoding, Scan
from xray_train.bootstrap import share_interval
from xray_train.pictures import KINDS, Picture

UNLIKE = "unlike"  # stands in the reason that a stranger is given


def scans(kind: str, count: int, encoding: Encoding) -> Iterator[Scan]:
    """So many pictures of a kind, as scans of an encoding; the same each time."""
    for number in range(count):
        rng = np.random.default_rng([list(KINDS).index(kind), number])
        yield as_scan(KINDS[kind](rng), encoding, f"{kind} {number}")


def as_scan(picture: Picture, encoding: Encoding, name: str) -> Scan:
    """Colours as they are; or greys as transmission, at the higher energy a little more of it."""
    if encoding is Encoding.PSEUDOCOLOR:
        return Scan(name, np.ascontiguousarray(picture), encoding)
    low = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    planes = [low, np.sqrt(low)] if encoding is Encoding.DUAL else [low]
    return Scan(name, np.stack(planes, -1), encoding)  # (H, W, C)


def caught(detector: Detector, count: int) -> dict[str, dict[str, Any]]:
    """Encoding → kind → the share of pictures that are said to be unlike any scan.

    Args:
        detector: to be tried.
        count: pictures of each kind.

    Returns:
        with intervals, and how many came out CLEAR; encodings whose card says nothing of what
        scans look like are left out.
    """
    return {
        encoding.value: {kind: _caught(detector, kind, count, encoding) for kind in KINDS}
        for encoding in sorted(detector.card.familiar)
    }


def lines(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """The shares for a terminal."""
    said = [
        f"{encoding:12} {kind:15} {row['caught']:6.1%} of {row['pictures']} caught, "
        f"{row['clear']} CLEAR"
        for encoding, kinds in found.items()
        for kind, row in kinds.items()
    ]
    return said or ["the card does not say what scans look like: nothing is a stranger"]


def _caught(detector: Detector, kind: str, count: int, encoding: Encoding) -> dict[str, Any]:
    reports = [detector.inspect(scan) for scan in scans(kind, count, encoding)]
    hits = [strange(report) for report in reports]
    return {
        "pictures": count,
        "caught": round(sum(hits) / max(count, 1), 4),
        "caught_95": share_interval([str(k) for k in range(count)], hits),
        "clear": sum(report.outcome.value == "CLEAR" for report in reports),
    }


def strange(report: Report) -> bool:
    """It says that the scan is unlike any that the model was made for."""
    return any(UNLIKE in reason for reason in report.reasons)
