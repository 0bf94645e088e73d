"""The sample scans that ship with the project, simulated ones, so that a newcomer sees work.

`samples/samples.json` lists them in the order of the queue: the file of each view, what it is
declared to be, and how to simulate it again. `make samples` writes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xray.errors import DataError

FOLDER = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A scan that ships with the project.

    Attributes:
        title: what people call it: the number of the container or the consignment.
        views: name and file of each view; a scan's only one has no name.
        kind: of the thing: baggage, parcel or container.
        scanner, lane: where it was made, as the desk shows it.
        pixel_mm: width of a pixel.
        declaration: what it is declared to be, as `cases` keeps it.
    """

    title: str
    views: tuple[tuple[str, Path], ...]
    kind: str
    scanner: str
    lane: str
    pixel_mm: float
    declaration: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The scan, or its first view."""
        return self.views[0][1]

    @property
    def container(self) -> str | None:
        """Its number, where it is one."""
        return self.title if self.kind == "container" else None

    @property
    def consignment(self) -> str | None:
        """Number of the bag or the parcel."""
        return None if self.kind == "container" else self.title


def samples(folder: Path = FOLDER) -> tuple[Sample, ...]:
    """The samples in the order of the queue.

    Raises:
        DataError: the list is missing or broken.
    """
    index = folder / "samples.json"
    try:
        rows = json.loads(index.read_text(encoding="utf-8"))
        return tuple(_sample(folder, row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{index}: cannot be read ({type(error).__name__}: {error}); make samples writes it"
        ) from None


def _sample(folder: Path, row: dict[str, Any]) -> Sample:
    return Sample(
        title=row["number"],
        views=tuple((view["name"], folder / view["file"]) for view in row["views"]),
        kind=row["kind"],
        scanner=row["scanner"],
        lane=row["lane"],
        pixel_mm=row["pixel_mm"],
        declaration=row["declaration"],
    )
