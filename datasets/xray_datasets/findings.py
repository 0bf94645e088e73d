"""What a reader met that it could not use, counted by kind, with the first places named.

Public data sets have slips of their own, and each one's own loader has its way with them. Our
readers do as that loader does and say so here; `xray-data check` prints it all, and a reader that
nobody gave a place to say it writes it to the log when it is done.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xray_datasets.sample import Sample

EXAMPLES = 3  # named for each kind; the rest is counted

DROPPED = "scans with boxes dropped, which lie beside the picture or have no area"
CLIPPED = "scans with boxes clipped, which reach past the edge"

UNREADABLE = "scans left out, for they cannot be opened"

log = logging.getLogger(__name__)


@dataclass
class Findings:
    """What was met; `problems` is empty where all is well.

    Attributes:
        scans, boxes: how many were looked at.
        kinds: what is wrong → where.
        facts: what its authors meant so, but a reader of figures should know → where.
    """

    scans: int = 0
    boxes: int = 0
    kinds: dict[str, list[str]] = field(default_factory=dict)
    facts: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, where: str) -> None:
        """Note one problem."""
        self.kinds.setdefault(kind, []).append(where)

    def note(self, fact: str, where: str) -> None:
        """Note what is no fault."""
        self.facts.setdefault(fact, []).append(where)

    @property
    def problems(self) -> list[str]:
        """One sentence for each kind of problem, with its first places."""
        return _sentences(self.kinds)

    @property
    def notes(self) -> list[str]:
        """The same of what is no fault."""
        return _sentences(self.facts)


def told(samples: Iterable[Sample], findings: Findings, name: str) -> Iterator[Sample]:
    """The samples as they come; after the last one, what was left out goes to the log."""
    boxes = Findings()
    for sample in samples:
        count_boxes(boxes, sample, sample.id)
        yield sample
    for sentence in (*findings.problems, *findings.notes, *boxes.problems):
        log.warning("%s: %s", name, sentence)


def count_boxes(findings: Findings, sample: Sample, where: str) -> None:
    """Note whether boxes of this sample had to be dropped or clipped."""
    if sample.meta.get("dropped"):
        findings.add(DROPPED, where)
    if sample.meta.get("clipped"):
        findings.add(CLIPPED, where)


def _sentences(kinds: Mapping[str, list[str]]) -> list[str]:
    return [
        f"{kind}: {len(places)} (" + ", ".join(places[:EXAMPLES])
        + (", ...)" if len(places) > EXAMPLES else ")")
        for kind, places in kinds.items()
    ]  # fmt: skip
