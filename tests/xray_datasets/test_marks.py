import math

from hypothesis import given
from hypothesis import strategies as st

from xray_datasets.marks import Mark, annotate, clip

numbers = st.floats(-1e4, 1e4, allow_nan=False)


@given(st.tuples(numbers, numbers, numbers, numbers), st.integers(1, 500), st.integers(1, 500))
def test_what_is_left_of_a_box_lies_on_the_picture(box, height, width) -> None:
    left = clip(box, height, width)
    if left is not None:
        x1, y1, x2, y2 = left
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height


def test_a_box_on_the_picture_stays_as_it_is() -> None:
    assert clip((0, 0.5, 10, 7.25), 8, 10) == (0, 0.5, 10, 7.25)


def test_boxes_beside_the_picture_inside_out_or_not_a_number_are_dropped_and_counted() -> None:
    beside, inside_out, broken = (12, 0, 15, 5), (5, 5, 2, 8), (math.nan, 0, 4, 4)
    found = annotate([Mark("gun", b) for b in (beside, inside_out, broken)], 10, 10, None, "here")
    assert found.annotations == ()
    assert found.meta["dropped"] == 3


def test_a_box_that_rounding_puts_past_the_edge_does_not_count_as_clipped() -> None:
    found = annotate([Mark("gun", (0, 0, 10.4, 10))], 10, 10, None, "here")
    assert found.annotations[0].xyxy_px == (0, 0, 10, 10)
    assert found.meta["clipped"] == 0


def test_a_class_that_is_left_out_counts_as_nothing() -> None:
    found = annotate([Mark("umbrella", (-9, 0, 4, 4))], 10, 10, {"umbrella": None}, "here")
    assert (found.annotations, found.meta["clipped"]) == ((), 0)
