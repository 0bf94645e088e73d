"""The sample scans that ship with the project, simulated ones, so that a newcomer sees work.

`samples/samples.json` lists them in the order of the queue: a title, the file, and how to
simulate it again.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from xray.errors import DataError

FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A scan that ships with the project.

    Attributes:
        title: how the queue calls it.
        file: the scan.
    """

    title: str
    file: Path


def samples(folder: Path = FOLDER) -> tuple[Sample, ...]:
    """The samples in the order of the queue.

    Raises:
        DataError: the list is missing or broken.
    """
    index = folder / "samples.json"
    try:
        rows = json.loads(index.read_text(encoding="utf-8"))
        return tuple(Sample(row["title"], folder / row["file"]) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{index}: cannot be read ({type(error).__name__}: {error}); make samples writes it"
        ) from None
