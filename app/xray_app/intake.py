"""From a file to a case: read, inspect, draw. Whatever goes wrong becomes words for an officer.

Errors that we raise on purpose are shown as they are. Anything else is our fault: it is logged
with its traceback under an incident number, and only the number is shown.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import xray
from xray import render
from xray.card import verified_bytes
from xray.detector import Detector, available
from xray.errors import ModelError, ScanError, XrayError
from xray.profile import Profile
from xray_app import fingerprint, planes
from xray_app.shown import Blame, Case

JPEG_QUALITY = 92  # 17 ms a megapixel-sized scan where PNG takes 99, and no visible loss
USUAL = ("parcel", "parcel-sim")  # models that a desk takes when told nothing, best first
THUMBNAIL_PX = 160  # longer side: twice what the queue shows, for fine screens

log = logging.getLogger("xray_app.intake")


@dataclass(frozen=True)
class Inspector:
    """The model that the desk asks, or the reason why there is none."""

    detector: Detector | None
    absence: str = ""

    @staticmethod
    def load(
        model: str | None, calibration: str | None = None, kept: Mapping[str, str] | None = None
    ) -> "Inspector":
        """The named model, or the first of USUAL; without any, scans are shown and it is said.

        Args:
            calibration: what `xray-train calibrate` wrote: who may be cleared without an officer.
            kept: path → hash of those files that must be what was kept; compared before any loads.
        """
        try:
            for file, sha256 in (kept or {}).items():
                verified_bytes(Path(file), sha256)
            return Inspector(Detector(model or usual(), clearance=calibration))
        except ModelError as error:
            log.warning("no model: %s", error)
            return Inspector(None, f"No model is loaded, so nothing was inspected: {error}.")

    def under(self, profiles: Mapping[str, Any]) -> "Inspector":
        """The same model under the profile that is kept for its file; without one, as it is.

        Args:
            profiles: the hash of a model file → its profile as plain values.
        """
        if self.detector is None or (said := profiles.get(self.detector.card.sha256)) is None:
            return self
        try:
            return Inspector(self.detector.with_profile(Profile.from_dict(said)))
        except ModelError as error:  # never by rules that nobody meant
            log.error("profile: %s", error)
            return Inspector(None, f"The profile in force cannot be used: {error}.")


def usual() -> str:
    """The model to take when none is named: the first of USUAL that is shipped, else any."""
    shipped = available()
    return next((name for name in (*USUAL, *shipped) if name in shipped), USUAL[0])


def examine(
    files: tuple[Path, ...],
    inspector: Inspector,
    title: str | None = None,
    **given: Any,
) -> Case:
    """Everything the desk shows of one scan. Never raises: a failure is a case with a problem.

    Args:
        files: one file, or the low- and the high-energy one.
        inspector: the model.
        title: what people call it; None: the names of the files, each once.
        given: to `xray.read`, in place of what the file says: id, view, pixel_mm, scanner.
    """
    name = title or " + ".join(dict.fromkeys(file.name for file in files))
    case = Case(key=secrets.token_hex(16), name=name)
    try:
        scan = xray.read(files[0], high=files[1] if len(files) > 1 else None, **given)
        return _inspected(_drawn(case, scan), scan, inspector)
    except ScanError as error:
        said = _without_folders(str(error), files)
        problem = said.removeprefix(f"{name}: ")  # the name stands above it
        return replace(case, problem=problem, blame=Blame.FILE)
    except Exception:  # the last line of defence: an officer sees a sentence, never a traceback
        incident = secrets.token_hex(4)
        log.exception("incident %s", incident, extra={"incident": incident})
        return replace(
            case,
            blame=Blame.US,
            problem="Something failed on our side; this is our fault, not your file's. "
            f"Incident {incident} is in the desk's log.",
        )


def _drawn(case: Case, scan: xray.Scan) -> Case:
    picture = render.pseudocolor(scan)
    return replace(
        case,
        width_px=scan.width,
        height_px=scan.height,
        encoding=scan.encoding,
        pixel_mm=scan.pixel_mm,
        assumed=scan.assumed,
        dicom=scan.meta.get("dicom", {}),
        picture=_jpeg(picture),
        thumbnail=_jpeg(_shrunk(picture, THUMBNAIL_PX)),
        planes=planes.pack(scan),
        pixels_sha256=fingerprint.of_pixels(scan),
    )


def _inspected(case: Case, scan: xray.Scan, inspector: Inspector) -> Case:
    if inspector.detector is None:
        return replace(case, problem=inspector.absence, blame=Blame.MODEL)
    try:
        return replace(case, report=inspector.detector.inspect(scan))
    except XrayError as error:
        return replace(case, problem=str(error), blame=Blame.FILE)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:  # (H, W, 3) RGB
    done, encoded = cv2.imencode(
        ".jpg",
        cv2.cvtColor(picture, cv2.COLOR_RGB2BGR),
        [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _FULL_COLOUR],
    )
    if not done:
        raise RuntimeError(f"JPEG of {picture.shape} failed")
    return encoded.tobytes()


_FULL_COLOUR = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444  # hue means material: do not average it


def _shrunk(picture: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _without_folders(message: str, files: tuple[Path, ...]) -> str:
    """The message with bare file names: where uploads lie is nobody's business.

    >>> _without_folders("/tmp/x/a.png: expected a picture", (Path("/tmp/x/a.png"),))
    'a.png: expected a picture'
    """
    for file in files:
        message = message.replace(str(file), file.name)
    return message
