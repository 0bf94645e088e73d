import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from xray import boxes

PIXELS = st.floats(-50, 500, width=32)


def some_boxes(least: int = 0, most: int = 12) -> st.SearchStrategy[np.ndarray]:
    """(N, 4) boxes, some of them empty, none inside out."""
    corners = of_numpy.arrays(
        np.float32, st.tuples(st.integers(least, most), st.just(4)), elements=PIXELS
    )
    return corners.map(
        lambda c: np.concatenate(
            [np.minimum(c[:, :2], c[:, 2:]), np.maximum(c[:, :2], c[:, 2:])], axis=1
        )
    )


@given(some_boxes(), some_boxes())
def test_overlap_is_the_same_from_both_sides_and_lies_between_0_and_1(a, b) -> None:
    overlap = boxes.iou(a, b)
    assert overlap.shape == (len(a), len(b))
    assert np.array_equal(overlap, boxes.iou(b, a).T)
    assert np.all((overlap >= 0) & (overlap <= 1 + 1e-5))


@given(some_boxes())
def test_a_box_overlaps_itself_wholly_or_has_no_area(a) -> None:
    own = np.diag(boxes.iou(a, a))
    assert np.allclose(own[boxes.area(a) > 1e-3], 1, atol=1e-4)


@given(some_boxes(), some_boxes())
def test_what_is_shared_is_a_smaller_part_of_the_union_than_of_either(a, b) -> None:
    assert np.all(boxes.iou(a, b) <= boxes.coverage(a, b) + 1e-5)


@given(some_boxes(), st.integers(1, 300), st.integers(1, 300))
def test_a_clipped_box_lies_on_the_picture_and_clips_to_itself(a, height, width) -> None:
    inside = boxes.clip(a, height, width)
    assert np.all(inside >= 0)
    assert np.all(inside <= [width, height, width, height])
    assert np.array_equal(boxes.clip(inside, height, width), inside)


@given(
    some_boxes(most=20),
    st.data(),
    st.floats(0.1, 0.9),
)
def test_suppressing_once_is_enough(a, data, max_iou) -> None:
    scores = data.draw(of_numpy.arrays(np.float32, len(a), elements=st.floats(0, 1, width=32)))
    labels = data.draw(of_numpy.arrays(np.intp, len(a), elements=st.integers(0, 2)))
    kept = boxes.nms(a, scores, labels, max_iou)
    again = boxes.nms(a[kept], scores[kept], labels[kept], max_iou)
    assert again.tolist() == list(range(len(kept)))
    assert np.all(np.diff(scores[kept]) <= 0)


@given(some_boxes(least=1), st.data())
def test_the_strongest_box_always_stays_and_the_others_overlap_one_that_stayed(a, data) -> None:
    scores = data.draw(of_numpy.arrays(np.float32, len(a), elements=st.floats(0, 1, width=32)))
    kept = boxes.nms(a, scores, np.zeros(len(a), np.intp), 0.5)
    assert scores[kept[0]] == scores.max()
    gone = np.setdiff1d(np.arange(len(a)), kept)
    if len(gone):
        assert np.all(boxes.iou(a[gone], a[kept]).max(axis=1) > 0.5)


@given(some_boxes(most=20), st.data())
def test_of_several_labels_each_keeps_what_it_would_keep_alone(a, data) -> None:
    scores = data.draw(of_numpy.arrays(np.float32, len(a), elements=st.sampled_from([0.2, 0.7])))
    labels = data.draw(of_numpy.arrays(np.intp, len(a), elements=st.integers(0, 2)))
    kept = boxes.nms(a, scores, labels, 0.5)
    assert kept.tolist() == sorted(kept, key=lambda k: (-scores[k], k))
    for label in range(3):
        mine = np.flatnonzero(labels == label)
        alone = mine[boxes.nms(a[mine], scores[mine], labels[mine], 0.5)]
        assert kept[labels[kept] == label].tolist() == alone.tolist()


@pytest.mark.parametrize("block", [1, 3])
@given(a=some_boxes(most=20), data=st.data())
def test_in_blocks_the_same_boxes_stay_and_no_more_than_are_asked_for(block, a, data) -> None:
    scores = data.draw(of_numpy.arrays(np.float32, len(a), elements=st.sampled_from([0.2, 0.7])))
    labels = np.arange(len(a)) % 2
    at_once = boxes.nms(a, scores, labels, 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "BLOCK", block)
        assert boxes.nms(a, scores, labels, 0.5).tolist() == at_once.tolist()
        two = boxes.nms(a, scores, labels, 0.5, most=2)
    for label in range(2):
        assert two[labels[two] == label].tolist() == at_once[labels[at_once] == label][:2].tolist()


def test_a_box_of_another_label_is_left_alone() -> None:
    same = np.array([[0, 0, 4, 4], [0, 0, 4, 4]], np.float32)
    scores = np.array([0.5, 0.9], np.float32)
    assert boxes.nms(same, scores, np.array([0, 1]), 0.5).tolist() == [1, 0]
    assert boxes.nms(same, scores, np.array([0, 0]), 0.5).tolist() == [1]


def test_equal_scores_keep_the_order_they_came_in() -> None:
    apart = np.array([[n * 10, 0, n * 10 + 5, 5] for n in range(4)], np.float32)
    half = np.full(4, 0.5, np.float32)
    assert boxes.nms(apart, half, np.zeros(4, np.intp), 0.5).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("box", "square_px"),
    [((0, 0, 3, 2), 6), ((3, 2, 0, 0), 0), ((1, 1, 1, 9), 0)],
    ids=["a box", "inside out", "a line"],
)
def test_area_is_width_times_height_or_nothing(box, square_px) -> None:
    assert boxes.area(np.array([box], np.float32)).tolist() == [square_px]


def test_no_boxes_are_no_trouble() -> None:
    none = np.zeros((0, 4), np.float32)
    assert boxes.iou(none, none).shape == (0, 0)
    assert boxes.nms(none, np.zeros(0, np.float32), np.zeros(0, np.intp), 0.5).tolist() == []
