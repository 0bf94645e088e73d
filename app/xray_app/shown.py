"""A case: one scan on the desk, what the model says of it, and what the eyes are given.

The file is not kept: once inspected, a case is a report, two JPEGs and, where the scan holds
transmission, its planes for the viewer.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xray.report import Report
from xray.scan import Encoding

MAX_UPLOADED_BYTES = 512_000_000  # pictures and planes of uploaded scans; the oldest go first


class Origin(StrEnum):
    """Where a case came from."""

    SAMPLE = "sample"  # ships with the project, made by the simulator
    UPLOAD = "upload"


@dataclass(frozen=True, eq=False)
class Case:
    """One scan on the desk. A case without a report says in `problem` why it has none.

    Attributes:
        key: stands in the addresses of its pictures, so nobody must be able to guess it.
        name: what people call it: a title, or the name of the uploaded file. Never to be trusted.
        origin: where it came from.
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
        hidden: what the model says is not to be shown yet, and is left out of the report.
    """

    key: str
    name: str
    origin: Origin
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
    hidden: bool = False

    @property
    def size_bytes(self) -> int:
        """Memory that its pictures and planes take."""
        return len(self.picture) + len(self.thumbnail) + len(self.planes)


class Store:
    """The cases of one running desk, in memory, in the order they came. Safe between threads.

    Samples stay; of the uploads, the oldest leave when they take too much memory.
    """

    def __init__(self, max_uploaded_bytes: int = MAX_UPLOADED_BYTES) -> None:
        self._cases: OrderedDict[str, Case] = OrderedDict()
        self._max_uploaded_bytes = max_uploaded_bytes
        self._lock = threading.Lock()

    def add(self, case: Case) -> None:
        """Keep this case, and let old uploads go if it takes the room."""
        with self._lock:
            self._cases[case.key] = case
            uploads = [c for c in self._cases.values() if c.origin is Origin.UPLOAD]
            taken = sum(c.size_bytes for c in uploads)
            for old in uploads[:-1]:  # the newest stays, however large
                if taken <= self._max_uploaded_bytes:
                    break
                del self._cases[old.key]
                taken -= old.size_bytes

    def get(self, key: str) -> Case | None:
        """The case with this key, None when there is none or it has left."""
        with self._lock:
            return self._cases.get(key)

    def samples(self) -> tuple[Case, ...]:
        """The sample cases, in the order they came."""
        with self._lock:
            return tuple(c for c in self._cases.values() if c.origin is Origin.SAMPLE)
