"""AI-assisted X-ray inspection: a scan in, marked regions and an outcome out.

    import xray
    report = xray.Detector().inspect(xray.read("bag.png"))
    for found in report.detections:
        print(found.label, found.score, found.xyxy_px)

The names below are the public interface; everything heavier than numpy is imported when used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xray.annotation import Annotation
from xray.errors import DataError, MissingExtra, ModelError, RecipeError, ScanError, XrayError
from xray.profile import Profile
from xray.report import Clearance, Detection, Opaque, Outcome, Report
from xray.scan import Encoding, Scan

if TYPE_CHECKING:
    from xray.card import Card
    from xray.detector import Detector
    from xray.formats import read

__version__ = "0.1.0"
__all__ = [
    "Annotation",
    "Card",
    "Clearance",
    "DataError",
    "Detection",
    "Detector",
    "Encoding",
    "MissingExtra",
    "ModelError",
    "Opaque",
    "Outcome",
    "Profile",
    "RecipeError",
    "Report",
    "Scan",
    "ScanError",
    "XrayError",
    "read",
]

_LATER = {"Card": "xray.card", "Detector": "xray.detector", "read": "xray.formats"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'xray' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
