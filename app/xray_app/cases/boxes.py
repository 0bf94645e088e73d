"""Where a box that an officer draws may lie: within its view, with its corners in order."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping

from xray_app.cases.errors import Refused
from xray_app.cases.inspection import views_of

LEAST_PX = 1.0  # side of the smallest box


def check_boxes(
    connection: Connection, case_id: str, boxes: Iterable[tuple[int, Sequence[float]]]
) -> None:
    """Stop where a box of a case cannot be.

    Args:
        boxes: the position of a view, and x1, y1, x2, y2 in pixels of it.

    Raises:
        Refused: there is no such view, or it does not hold the box.
    """
    views = {row["position"]: row for row in views_of(connection, case_id)}
    for position, xyxy_px in boxes:
        if position not in views:
            raise Refused(f"case {case_id} has no view {position}")
        _check_box(xyxy_px, views[position])


def _check_box(xyxy_px: Sequence[float], view: RowMapping) -> None:
    x1, y1, x2, y2 = xyxy_px
    width, height = view["width_px"] or 0, view["height_px"] or 0
    inside = min(x1, y1) >= 0 and x2 <= width and y2 <= height
    if not (inside and x2 - x1 >= LEAST_PX and y2 - y1 >= LEAST_PX):
        raise Refused(
            f"a box needs 0 <= x1 < x2 <= {width} and 0 <= y1 < y2 <= {height}, "
            f"got {', '.join(f'{at:g}' for at in xyxy_px)}"
        )
