"""Tiles that hold nothing but air, which no network has to look at.

Nothing that a label names may be lost, so air is what is brighter everywhere than the thinnest of
it. That is about 1 mm of water, 0.1 g/cm2: a sheet of explosive has 0.15, a pack of cigarettes or
a wad of notes more. Of a beam of 6/9 MV, to which everything is thinnest, it leaves 0.9945 of the
low signal, of 120 to 180 kV 0.978 (`xray.spectrum`); a razor blade of 0.1 mm leaves 0.88 of those.

Noise would put single pixels of air under such a bound, so it holds for means of a window: they
know noise of up to 0.6 % of a pixel for air. What is smaller than a window has a bound of its own
for each pixel. Whatever else is no air is looked at: a belt, a dead line, an empty tunnel that is
not quite white. What is brighter than air counts as air, as the network sees it too: a line of the
detector that says too much makes up for nothing beside it.

Of two energies the network sees the ratio besides, which knows no white: where air reads 1.006, a
sheet reads over 1 and its ratio is another one all the same. So they must not be too bright either,
nor may any window lie under the brightest place of the tile by what the thinnest takes away.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.scan import Encoding

WINDOW_PX = 8  # the network's finest stride: of what is smaller, it sees one value
PLACE_PX = 32  # whose mean says how bright air is here: of noise it holds a quarter of a window's
THIN = 0.995  # share of air's brightness that is left in the mean of every window
DENSE = 0.95  # and in each pixel; what leaves it to a tenth of a window is under THIN as well


def plain(pixels: NDArray[Any], encoding: Encoding) -> bool:
    """Whether there is nothing but air: white on a console, a transmission of 1 in raw scans.

    Args:
        pixels: (H, W, C) of a tile, as in `Scan.pixels`, at the scale that the network sees.
        encoding: what the numbers mean.

    >>> tile = np.ones((16, 16, 1), np.float32)
    >>> plain(tile, Encoding.SINGLE)
    True
    >>> tile[4:12, 4:12] = 0.99
    >>> plain(tile, Encoding.SINGLE)
    False
    """
    white = 255 if encoding is Encoding.PSEUDOCOLOR else 1
    if pixels.min() < DENSE * white:  # nearly all that hold a load are told here
        return False
    share = pixels.astype(np.float32) / np.float32(white)  # (H, W, C)
    if _windows(np.minimum(share, 1)).min() < THIN:
        return False
    if encoding is not Encoding.DUAL:
        return True
    brightest = _windows(share, PLACE_PX).max(axis=(0, 1))  # (C,)
    darkest = _windows(share).min(axis=(0, 1))
    return bool(brightest.max() <= 2 - THIN and (brightest - darkest).max() <= 1 - THIN)


def _windows(share: NDArray[np.float32], side_px: int = WINDOW_PX) -> NDArray[np.float32]:
    """The mean around each pixel, (H, W, C); C is lost where it is 1."""
    means = cv2.blur(share, (side_px, side_px), borderType=cv2.BORDER_REFLECT)
    return np.asarray(means, np.float32)
