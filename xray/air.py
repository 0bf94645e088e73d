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
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.scan import Encoding

WINDOW_PX = 8  # the network's finest stride: of what is smaller, it sees one value
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
    share = np.minimum(pixels.astype(np.float32) / np.float32(white), 1)  # (H, W, C)
    window = cv2.blur(share, (WINDOW_PX, WINDOW_PX), borderType=cv2.BORDER_REFLECT)
    return bool(window.min() >= THIN)
