"""How one scan may look on another console: colours, contrast, sharpness, JPEG, noise.

The transforms are our own, on cv2 and look-up tables, inside albumentations: its stock ones
take 5 to 20 ms where these take one. Colours vary within the family of today's palettes
(orange for organic, green between, blue for metal); planes of attenuation keep their meaning
and only lose sharpness.

What takes a second scan or moves boxes is not here: two scans through each other and threats
projected into one are physics of the beam (`mixing`), sizes and cuts are the loader's, since a
batch shares them.
"""

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # importing must not open a connection

from dataclasses import replace
from typing import Any

import albumentations as A
import cv2
import numpy as np
from numpy.typing import NDArray

from xray_train.item import Item, Picture
from xray_train.recipe import Recipe

RAMP = np.arange(256, dtype=np.float32) / 255  # (256,)


class Palette(A.ImageOnlyTransform):  # type: ignore[misc]
    """Gamma and level per colour, more or less saturation, grey, negative."""

    def __init__(self, grey: float, invert: float, swap: float) -> None:
        super().__init__(p=1.0)
        self.grey, self.invert, self.swap = grey, invert, swap

    def get_params(self) -> dict[str, Any]:
        """Drawn once per picture."""
        rng = self.random_generator
        kind = rng.random()
        return {
            "curves": _curves(rng, negative=rng.random() < self.invert),
            "mixture": _mixture(rng, grey=kind < self.grey),
            "swapped": rng.random() < self.swap,
        }

    def apply(self, img: Picture, **params: Any) -> Picture:
        """Colours first, then one curve per channel."""
        colours = np.ascontiguousarray(img[..., ::-1]) if params["swapped"] else img
        mixed = cv2.transform(colours, params["mixture"])  # (H, W, 3)
        return np.asarray(cv2.LUT(mixed, params["curves"]), np.uint8)


class Camera(A.ImageOnlyTransform):  # type: ignore[misc]
    """What files do to pictures: blur or sharpening, noise, JPEG."""

    def __init__(self, blur: float, noise: float, jpeg: float) -> None:
        super().__init__(p=1.0)
        self.blur, self.noise, self.jpeg = blur, noise, jpeg

    def get_params(self) -> dict[str, Any]:
        """Drawn once per picture."""
        rng = self.random_generator
        return {
            "sigma_px": rng.uniform(0.4, 1.3) if rng.random() < self.blur else 0.0,
            "sharpen": rng.uniform(0.2, 0.8) if rng.random() < self.blur / 2 else 0.0,
            "grain": rng.uniform(2, 9) if rng.random() < self.noise else 0.0,
            "grain_seed": int(rng.integers(2**31)),
            "quality": int(rng.integers(35, 95)) if rng.random() < self.jpeg else 0,
        }

    def apply(self, img: Picture, **params: Any) -> Picture:
        """In the order of a console: optics, detector, file."""
        out: NDArray[Any] = img
        if params["sigma_px"]:
            out = cv2.GaussianBlur(out, (0, 0), params["sigma_px"])
        elif params["sharpen"]:
            soft = cv2.GaussianBlur(out, (0, 0), 1.5)
            out = cv2.addWeighted(out, 1 + params["sharpen"], soft, -params["sharpen"], 0)
        if params["grain"]:
            out = _grainy(out, params["grain"], params["grain_seed"])
        if params["quality"]:
            out = _through_jpeg(out, params["quality"])
        return np.asarray(out, np.uint8)


class Looks:
    """Both transforms, seeded per scan so that a run can be resumed exactly."""

    def __init__(self, recipe: Recipe) -> None:
        palette = Palette(recipe.grey, recipe.invert, recipe.swap_colours)
        camera = Camera(recipe.blur, recipe.noise, recipe.jpeg)
        detector = Camera(recipe.blur, recipe.noise, 0.0)  # no scanner keeps planes as JPEG
        self.colour, self.planes = A.Compose([palette, camera]), A.Compose([detector])

    def __call__(self, item: Item, rng: np.random.Generator) -> Item:
        """The item in another look; boxes stay where they are."""
        compose = self.colour if item.colour else self.planes
        compose.set_random_seed(int(rng.integers(2**31)))
        return replace(item, planes=compose(image=item.planes)["image"])


def _curves(rng: np.random.Generator, negative: bool) -> NDArray[np.uint8]:  # (256, 1, 3)
    gamma = np.exp(rng.normal(0, 0.22) + rng.normal(0, 0.08, 3))  # 0.65 to 1.55 mostly
    white = np.where(rng.random() < 0.3, rng.uniform(0.75, 1.0), 1.0) - rng.uniform(0, 0.04, 3)
    black = rng.uniform(0, 0.12) * (rng.random() < 0.3)
    curves = black + (white - black) * RAMP[:, None] ** gamma  # (256, 3)
    curves = 1 - curves if negative else curves
    return np.rint(curves * 255).astype(np.uint8)[:, None]


def _mixture(rng: np.random.Generator, grey: bool) -> NDArray[np.float32]:  # (3, 3)
    """Rows sum to one, so that white stays white and black stays black."""
    luma = np.full((3, 3), 1 / 3) if rng.random() < 0.5 else np.tile((0.30, 0.59, 0.11), (3, 1))
    saturation = 0.0 if grey else rng.uniform(0.6, 1.25)
    turn = rng.normal(0, 0.0 if grey else 0.06, (3, 3))
    turn -= turn.mean(1, keepdims=True)
    mixture = saturation * np.eye(3) + (1 - saturation) * luma + turn
    return np.asarray(mixture, np.float32)


def _grainy(picture: NDArray[Any], sigma: float, seed: int) -> NDArray[Any]:
    """Even noise, a quarter of the field repeated four times: drawing it takes longest."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed)
    reach = max(2, round(sigma * 3**0.5))  # evenly spread over ±reach has this sigma
    field = rng.integers(-reach, reach + 1, (height // 2 + 1, width // 2 + 1, 3), np.int8)
    tiled = np.tile(field, (2, 2, 1))[:height, :width]
    return cv2.add(picture, tiled, dtype=cv2.CV_8U)


def _through_jpeg(picture: NDArray[Any], quality: int) -> NDArray[Any]:
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
