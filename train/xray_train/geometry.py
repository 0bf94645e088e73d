"""Flips, turns, zoom and crop in one resampling: picture and boxes move by the same matrix.

A matrix maps x, y of the scan to x, y of the square that the network will see.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.boxes import Boxes
from xray.tiles import whole_scale
from xray_train.item import Item, framed
from xray_train.recipe import Recipe

Matrix = NDArray[np.float64]  # (2, 3)


def fit(item: Item, side_px: int, recipe: Recipe, rng: np.random.Generator) -> Item:
    """The scan somewhere on a square of this side, the rest of the square filled with air."""
    height, width = item.planes.shape[:2]
    turned = rng.random() < recipe.quarter_turns
    quarter = int(rng.integers(4)) if turned else 0
    small = rng.uniform(-recipe.turn_deg, recipe.turn_deg) if rng.random() < 0.5 else 0.0
    flip = rng.random() < 0.5
    zoom = float(np.exp(rng.uniform(*np.log(recipe.zoom))))
    scale = zoom * whole_scale(height, width, side_px)
    matrix = placed(width, height, side_px, scale, 90 * quarter + small, flip, rng)
    fill = item.air if rng.random() < 0.5 else (255, 255, 255)
    return moved(item, matrix, side_px, fill)


def placed(
    width: int,
    height: int,
    side_px: int,
    scale: float,
    degrees: float,
    flip: bool,
    rng: np.random.Generator,
) -> Matrix:
    """Scaled, turned and flipped about its centre, then shifted within the square.

    A scan smaller than the square lies anywhere in it; of a larger one, any part is seen.
    """
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    if flip:
        turn[:, 0] *= -1
    extent = np.abs(turn) @ (width, height)  # of the turned scan, in pixels of the square
    slack = np.abs(side_px - extent) / 2
    centre = side_px / 2 + rng.uniform(-slack, slack)
    shift = centre - turn @ (width / 2, height / 2)
    return np.hstack((turn, shift[:, None]))


def moved(item: Item, matrix: Matrix, side_px: int, fill: tuple[int, int, int]) -> Item:
    """The item under a matrix; objects mostly cut off become ignored regions."""
    shrink = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    planes = item.planes
    if shrink < 0.6:  # average first: linear sampling alone would skip pixels
        even = planes[: planes.shape[0] // 2 * 2, : planes.shape[1] // 2 * 2]
        half = cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        planes = np.asarray(half, np.uint8)
        matrix_px = np.hstack((matrix[:, :2] * 2, matrix[:, 2:]))
    else:
        matrix_px = matrix
    picture = cv2.warpAffine(
        planes, _on_pixel_centres(matrix_px), (side_px, side_px), borderValue=fill
    )
    under = replace(
        item,
        planes=np.asarray(picture, np.uint8),
        xyxy_px=box_under(item.xyxy_px, matrix),
        ignored_xyxy_px=box_under(item.ignored_xyxy_px, matrix),
        rejected_xyxy_px=box_under(item.rejected_xyxy_px, matrix),
    )
    return framed(under, side_px, side_px)


def box_under(xyxy: Boxes, matrix: Matrix) -> Boxes:  # (N, 4) -> (N, 4)
    """Upright boxes around the turned ellipses that the boxes hold.

    Around the turned corners they would be too wide for all but rectangular objects.
    """
    middle = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    half = (xyxy[:, 2:] - xyxy[:, :2]) / 2
    centre = middle @ matrix[:, :2].T + matrix[:, 2]
    reach = np.sqrt(half**2 @ (matrix[:, :2] ** 2).T)
    return np.concatenate((centre - reach, centre + reach), 1).astype(np.float32)


def _on_pixel_centres(matrix: Matrix) -> Matrix:
    """cv2 counts from the centre of the first pixel, boxes from its corner."""
    shift = matrix[:, :2] @ (0.5, 0.5) + matrix[:, 2] - 0.5
    return np.hstack((matrix[:, :2], shift[:, None]))
