"""What a human says is in a scan. (What the model says is a `Detection`.)"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Annotation:
    """A human says that this object is here.

    Attributes:
        label: a word of the taxonomy (`xray.labels`), or of the user's own label set.
        xyxy_px: x1, y1, x2, y2 on the whole upright scan, x2 and y2 just outside.
    """

    label: str
    xyxy_px: tuple[float, float, float, float]
