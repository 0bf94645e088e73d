"""Channels: grey dressed as RGB, alpha, and console pictures shown as negatives."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.formats.picture import Picture, thinned

COLOUR_SPREAD = 12 / 255  # between channels; JPEG's own rounding stays under 4 of 255
COLOUR_SHARE = 0.002  # of the picture; a console's clock in the corner is smaller
FAINT = 0.3  # of full brightness: thin parts of a negative, next to its black background


def from_channels(pixels: NDArray[Any]) -> Picture:  # (H, W) or (H, W, C), RGB order
    """A picture of grey, grey with alpha, RGB or RGBA samples of 8 or 16 bits.

    Equal channels are one grey plane; alpha is laid over white, which is air.
    """
    if pixels.ndim == 2:
        return Picture((pixels,))
    assumed = []
    if pixels.shape[2] in (2, 4):
        alpha, pixels = pixels[..., -1:], pixels[..., :-1]
        if alpha.min() < np.iinfo(alpha.dtype).max:
            pixels = _over_white(pixels, alpha)
            assumed.append("transparent parts are air: alpha was laid over white and dropped")
        else:
            assumed.append("the alpha channel is opaque everywhere and was dropped")
    if pixels.shape[2] == 1 or not _has_colour(pixels):
        return Picture((np.ascontiguousarray(pixels[..., 0]),), assumed=tuple(assumed))
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
        assumed.append("16-bit colour was cut to the 8 bits that a console shows")
    return Picture((np.ascontiguousarray(pixels),), assumed=tuple(assumed))


def positive(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], str]:  # (H, W, 3)
    """A negative console picture with a white background again, and how that was done.

    Consoles make negatives in two ways. Thin parts of any load are organic and orange; where
    they are still orange, only the lightness was turned, and it is turned back with the hue
    kept. Where they are blue, every channel was turned.
    """
    few = thinned(rgb).astype(np.int32)
    most, least = _ends(few)
    faint = (most - least > COLOUR_SPREAD * 255) & (most < FAINT * 255)
    if np.sum((few[..., 0] - few[..., 2])[faint]) <= 0:
        return 255 - rgb, "every channel was inverted"
    most, least = _ends(rgb.astype(np.int16))
    turned = rgb + (255 - most - least)[..., None]
    return turned.astype(np.uint8), "the lightness was inverted, hues kept"


def _over_white(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    top = np.float32(np.iinfo(pixels.dtype).max)
    share = alpha.astype(np.float32) / top  # (H, W, 1)
    over: NDArray[Any] = np.rint(pixels * share + top * (1 - share)).astype(pixels.dtype)
    return over


def _has_colour(pixels: NDArray[Any]) -> bool:  # (H, W, 3)
    most, least = _ends(thinned(pixels))
    top = np.iinfo(pixels.dtype).max
    return bool(np.mean(most - least > COLOUR_SPREAD * top) > COLOUR_SHARE)


def _ends(rgb: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:  # (H, W, 3) -> 2 × (H, W)
    """The strongest and the weakest channel; three planes are faster than one short axis."""
    channels = [rgb[..., n] for n in range(3)]
    return np.maximum.reduce(channels), np.minimum.reduce(channels)
