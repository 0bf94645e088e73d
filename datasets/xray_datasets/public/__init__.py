"""The public data sets that we read, a module each, all of the same shape:

SOURCE          its classes in our words, and what its annotators looked for
recognises      whether this folder is that data set, by what no other folder has
splits          the names that `read` takes
classes         every class that the folder names, in its authors' words
read            its samples

Each module's text says where the scans come from, their terms, how much there is of what, whom
to cite, and which detail of the layout is known from where. What stands there as *assumed* was
nowhere written down: where a folder contradicts it, the reader stops and shows what it met.

Readers leave out what a data set's own loader leaves out, and say so: in `findings`, or in the
log where no findings are given. None of these data sets comes with this project.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from xray_datasets.findings import Findings
from xray_datasets.labels import Source
from xray_datasets.public import (
    cargoxray,
    clcxray,
    cubox,
    dvxray,
    eds,
    gdxray,
    hixray,
    jinnan2,
    ldxray,
    opixray,
    pidray,
    sixray,
)
from xray_datasets.sample import Sample


class Reader(Protocol):
    """What each module is."""

    SOURCE: Source

    def recognises(self, root: Path) -> bool:
        """Whether this folder is that data set."""

    def splits(self, root: Path) -> list[str]:
        """The names of the splits there, [] where there are none."""

    def classes(self, root: Path) -> list[str]:
        """Every class that is named there."""

    def read(
        self,
        root: Path,
        split: str | None = None,
        *,
        labels_map: Mapping[str, str | None] | None = None,
        findings: Findings | None = None,
    ) -> Iterator[Sample]:
        """The samples of one split, or all."""


READERS: Mapping[str, Reader] = {
    "sixray": sixray,
    "opixray": opixray,
    "hixray": hixray,
    "pidray": pidray,
    "clcxray": clcxray,
    "dvxray": dvxray,
    "ldxray": ldxray,
    "eds": eds,
    "gdxray": gdxray,
    "cargoxray": cargoxray,
    "cubox": cubox,
    "jinnan2": jinnan2,
}

SOURCES: Mapping[str, Source] = {name: reader.SOURCE for name, reader in READERS.items()}


def recognised(root: Path) -> str | None:
    """The name of the public data set that this folder is, or None."""
    if not root.is_dir():
        return None
    return next((name for name, reader in READERS.items() if reader.recognises(root)), None)
