"""One line of the table that `make bench` prints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        what: in words.
        ours: the figure; None: it was not measured, and `note` says why.
        unit: of both figures.
        against: the peer or the limit, in words.
        theirs: its figure.
        ratio: as the aim states it.
        aim: what the ratio should be, such as "<= 1.15"; empty: none is set.
        spread: half of the range between the quartiles of our figure, as a share of it.
        map50: of our model, as its card has it; None: not known, or beside the point.
        their_map50: of the peer, which learned from nothing here, so that it is seldom known.
        boxes: how many came out.
        their_boxes: of the peer, which was asked for as many at most.
        note: what a reader has to know besides.
    """

    what: str
    ours: float | None
    unit: str
    against: str = ""
    theirs: float | None = None
    ratio: float | None = None
    aim: str = ""
    spread: float | None = None
    map50: float | None = None
    their_map50: float | None = None
    boxes: int | None = None
    their_boxes: int | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None: there is none, or nothing was measured."""
        if not self.aim or self.ratio is None:
            return None
        sign, value = self.aim.split()
        return self.ratio <= float(value) if sign == "<=" else self.ratio >= float(value)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, `met` among them."""
        return {**asdict(self), "met": self.met}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Row":
        """What `to_dict` wrote."""
        return Row(**{name: value for name, value in values.items() if name != "met"})

    def cells(self) -> list[str]:
        """What stands in the columns COLUMNS; – where something is not known.

        >>> Row("inspect", 9.5, "ms", "peer", 19.0, 2.0, ">= 1.5", boxes=12, their_boxes=40).cells()
        ['inspect', '9.5 ms', '', 'peer', '19', '2.00', '>= 1.5', 'met', '', '12 / 40']
        """
        known = {None: "", True: "met", False: "missed"}[self.met]
        return [
            self.what,
            self.note if self.ours is None else f"{self.ours:.3g} {self.unit}",
            "" if self.spread is None else f"±{self.spread:.0%}",
            self.against,
            "" if self.theirs is None else f"{self.theirs:.3g}",
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self.aim,
            known,
            _both(self.map50, self.their_map50, ".2f"),
            _both(self.boxes, self.their_boxes, "d"),
        ]


COLUMNS = (
    *("what", "ours", "spread", "against", "theirs", "ratio", "aim", "", "mAP50"),
    "boxes",
)


def _both(ours: float | None, theirs: float | None, form: str) -> str:
    if ours is None and theirs is None:
        return ""
    return " / ".join("–" if one is None else format(one, form) for one in (ours, theirs))
