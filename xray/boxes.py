"""Arithmetic of boxes.

A box is x1, y1, x2, y2 in pixels, origin at the top left corner of the scan, x2 and y2
just outside: its width is x2 - x1. Everything here takes (N, 4) arrays and keeps order.
"""

import numpy as np
from numpy.typing import NDArray

BLOCK = 300  # boxes compared with each other at once: of 8,000 all pairs would take 1 GB

Boxes = NDArray[np.float32]  # (N, 4) x1, y1, x2, y2 in pixels


def area(xyxy: Boxes) -> NDArray[np.float32]:  # (N, 4) -> (N,) in square pixels
    """Area of every box; a box turned inside out has none."""
    size = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None)
    return size[:, 0] * size[:, 1]


def iou(a: Boxes, b: Boxes) -> NDArray[np.float32]:  # (N, 4), (M, 4) -> (N, M)
    """Intersection over union of every box in a with every box in b.

    >>> whole, half = [[0, 0, 4, 4]], [[0, 0, 4, 2]]
    >>> iou(np.array(whole, np.float32), np.array(half, np.float32)).tolist()
    [[0.5]]
    """
    shared = _intersection(a, b)
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def coverage(a: Boxes, b: Boxes) -> NDArray[np.float32]:  # (N, 4), (M, 4) -> (N, M)
    """Share of every box in a that lies inside every box in b.

    >>> part, crowd = [[0, 0, 2, 2]], [[0, 0, 8, 8]]
    >>> coverage(np.array(part, np.float32), np.array(crowd, np.float32)).tolist()
    [[1.0]]
    """
    shared = _intersection(a, b)
    own = np.broadcast_to(area(a)[:, None], shared.shape)
    return np.divide(shared, own, out=np.zeros_like(shared), where=own > 0)


def clip(xyxy: Boxes, height_px: int, width_px: int) -> Boxes:  # (N, 4) -> (N, 4)
    """The part of every box that lies on a picture of this size.

    >>> clip(np.array([[-2, 1, 9, 4]], np.float32), 3, 5).tolist()
    [[0.0, 1.0, 5.0, 3.0]]
    """
    upper = np.array([width_px, height_px, width_px, height_px], np.float32)
    return np.clip(xyxy, 0, upper)


def nms(
    xyxy: Boxes,
    scores: NDArray[np.float32],
    labels: NDArray[np.intp],
    max_iou: float,
    most: int | None = None,
) -> NDArray[np.intp]:
    """Which boxes to keep, strongest first, when those of one label must not overlap.

    A box goes when a stronger one of its own label overlaps it by more than `max_iou`; boxes
    of different labels leave each other alone. Equal scores keep the order they came in.

    Args:
        xyxy: (N, 4) boxes in pixels.
        scores: (N,) the higher, the stronger.
        labels: (N,) index of the label of each box.
        max_iou: the largest overlap that is not a repetition, 0 to 1.
        most: how many boxes of a label to keep; None: all.

    Returns:
        (K,) indices into the input, by falling score.

    >>> two = np.array([[0, 0, 4, 4], [0, 0, 4, 3]], np.float32)
    >>> nms(two, np.array([0.4, 0.9], np.float32), np.array([0, 0]), 0.5).tolist()
    [1]
    """
    order = np.argsort(-scores, kind="stable")
    kinds, stays = labels[order], np.zeros(len(order), bool)
    for label in np.unique(kinds):  # of all pairs, only those of one label matter
        mine = np.flatnonzero(kinds == label)
        stays[mine[_kept(xyxy[order[mine]], max_iou, most)]] = True
    return order[stays]


def _kept(xyxy: Boxes, max_iou: float, most: int | None) -> NDArray[np.intp]:  # (N, 4) -> (K,)
    """Places of boxes, strongest first, that repeat no stronger one that stays."""
    kept = np.zeros(0, np.intp)
    for start in range(0, len(xyxy), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(xyxy)))
        if len(kept):
            block = block[iou(xyxy[kept], xyxy[block]).max(axis=0) <= max_iou]
        kept = np.concatenate([kept, block[~_repeated(xyxy[block], max_iou)]])
        if most is not None and len(kept) >= most:
            break
    return kept[:most]


def _repeated(xyxy: Boxes, max_iou: float) -> NDArray[np.bool_]:  # (N, 4) -> (N,)
    """Which boxes, strongest first, repeat a stronger one that stays."""
    rivals = iou(xyxy, xyxy) > max_iou
    gone = np.zeros(len(xyxy), bool)
    for strongest in range(len(xyxy)):
        if not gone[strongest]:
            gone[strongest + 1 :] |= rivals[strongest, strongest + 1 :]
    return gone


def _intersection(a: Boxes, b: Boxes) -> NDArray[np.float32]:  # (N, 4), (M, 4) -> (N, M)
    wide, tall = (  # side by side, since numpy goes through pairs of numbers far more slowly
        np.minimum(a[:, None, far], b[None, :, far])
        - np.maximum(a[:, None, far - 2], b[None, :, far - 2])
        for far in (2, 3)
    )
    shared: NDArray[np.float32] = np.clip(wide, 0, None) * np.clip(tall, 0, None)
    return shared
