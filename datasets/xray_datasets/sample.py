"""A sample: a scan, and what a human says is in it, and how far that can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass, field

from xray.annotation import Annotation
from xray.scan import Scan


@dataclass(frozen=True)
class Sample:
    """One annotated scan. The pixels are read when asked for, not before.

    Attributes:
        id: unique within its source.
        open: reads the scan; called anew at each use of `scan`.
        annotations: the objects that were marked.
        ignored: regions that count neither for nor against (COCO's `iscrowd`).
        rejected: regions that hold no object of their label, though somebody or a model thought
            so: hard negatives, known to be empty of it even where the label is not judged.
        group: the same physical bag or container bears the same group, whatever the view; empty
            where nobody wrote one down.
        origin: the data set and split it came from, for cards and errors.
        judged: the labels that the annotators looked for. Where another label occurs, it may
            be unmarked, so its absence says nothing. None: every label.
        exhaustive: False where more objects of a marked label may be there unmarked.
    """

    id: str
    open: Callable[[], Scan]
    annotations: tuple[Annotation, ...] = ()
    ignored: tuple[Annotation, ...] = ()
    rejected: tuple[Annotation, ...] = field(default=(), kw_only=True)
    group: str = ""
    origin: str = ""
    judged: frozenset[str] | None = None
    exhaustive: bool = True
    meta: dict[str, object] = field(default_factory=dict)

    @property
    def scan(self) -> Scan:
        """The pixels, read now."""
        return self.open()

    @property
    def bag(self) -> str:
        """Its group; without one, a name of its own, as if no other scan showed the same bag."""
        return self.group or f"{self.origin}\0{self.id}"
