"""A case: one scan on the desk, what the model says of it, and what the eyes are given.

The file is not kept: once inspected, a case is a report, two JPEGs and, where the scan holds
transmission, its planes for the viewer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xray.report import Outcome, Report
from xray.scan import Encoding


class Blame(StrEnum):
    """What a missing report is due to."""

    FILE = "file"  # it cannot be read, or not inspected
    MODEL = "model"  # none is there that could
    US = "us"  # something failed on our side


@dataclass(frozen=True, eq=False)
class Case:
    """One scan on the desk. A case without a report says in `problem` why it has none.

    Attributes:
        key: stands in the addresses of its pictures, so nobody must be able to guess it.
        name: what people call it: a title, or the name of the uploaded file. Never to be trusted.
        report: what the model says.
        problem: why there is no report, in plain words.
        width_px, height_px: size of the upright scan, 0 when it could not be read.
        encoding: what its numbers mean.
        pixel_mm: width of a pixel in millimetres, where known.
        assumed: what the reader had to guess.
        dicom: what its DICOM header said of it, by keyword.
        picture: JPEG for the eyes, full size; empty when it could not be read.
        thumbnail: JPEG for the queue.
        planes: transmission as `planes.pack` lays it out; empty for a pseudo-colour scan.
        blame: what a missing report is due to.
        pixels_sha256: what the scan shows, as `fingerprint.of_pixels` says it.
        hidden: what the model says is not to be shown yet, and is left out of the report.
        outcome: of all views together, where it is known; else the report's.
        views: name of each view and what the model says of it, this one among them; empty where
            there is one.
    """

    key: str
    name: str
    report: Report | None = None
    problem: str | None = None
    width_px: int = 0
    height_px: int = 0
    encoding: Encoding | None = None
    pixel_mm: float | None = None
    assumed: tuple[str, ...] = ()
    dicom: Mapping[str, str] = field(default_factory=dict)
    picture: bytes = b""
    thumbnail: bytes = b""
    planes: bytes = b""
    blame: Blame | None = None
    pixels_sha256: str | None = None
    hidden: bool = False
    outcome: Outcome | None = None
    views: tuple[tuple[str, Report], ...] = ()
