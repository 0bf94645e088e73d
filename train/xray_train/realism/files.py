"""What a file does to a picture, done to simulated ones as it was done to real ones.

Real pictures come as JPEG of some quality, at sizes of their own. So each simulated one takes the
size and the JPEG of a real one, and both are then shrunk alike to the size at which networks see
them, which leaves little of what the file had done.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from xray_train.realism.palettes import Picture

SIDE_PX = 416  # both are shrunk to as many pixels as a square of it has, as networks see them
SIDES_PX = (240, 900)  # of simulated scans: smaller and larger ones are simulated at these
STANDARD_SUM = 3688  # of the luminance table of quality 50 (ITU-T T.81, table K.1)
_TABLE, _FRAME = b"\xff\xdb", b"\xff\xc0"
_SAMPLING = {0x11: 0x111111, 0x21: 0x211111, 0x22: 0x221111, 0x12: 0x121111}  # as OpenCV says them


@dataclass(frozen=True, slots=True)
class File:
    """How a real picture was kept.

    Attributes:
        height, width: in pixels.
        quality: of its JPEG, 1 to 100; None: nothing was lost.
        sampling: how colours were thinned, horizontal and vertical in four bits each.
    """

    height: int
    width: int
    quality: int | None = None
    sampling: int = 0x22

    @property
    def side_px(self) -> int:
        """Of a square of as many pixels, within SIDES_PX."""
        return round(min(max(math.sqrt(self.height * self.width), SIDES_PX[0]), SIDES_PX[1]))


def kept(path: Path, height: int, width: int) -> File:
    """How this file keeps a picture of this size."""
    data = path.read_bytes()
    return File(height, width, quality_of(data), _sampling(data))


def quality_of(data: bytes) -> int | None:
    """The quality by which libjpeg's scale of tables gives a file's first table; None: no JPEG.

    Tables of other makers get the quality of equal sum.
    """
    at = data.find(_TABLE)
    if not data.startswith(b"\xff\xd8") or at < 0:
        return None
    share = 100 * sum(data[at + 5 : at + 69]) / STANDARD_SUM  # per cent of quality 50
    quality = (200 - share) / 2 if share <= 100 else 5000 / share
    return int(np.clip(round(quality), 1, 100))


def _sampling(data: bytes) -> int:
    at = data.find(_FRAME)
    return data[at + 11] if at >= 0 and data[at + 9] == 3 and data[at + 11] in _SAMPLING else 0x22


def refiled(picture: Picture, like: File) -> Picture:
    """The picture after a JPEG such as this file's."""
    if like.quality is None:
        return picture
    how = [cv2.IMWRITE_JPEG_QUALITY, like.quality]
    how += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _SAMPLING[like.sampling]]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), how)
    seen = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), np.uint8)


def shrunk(picture: Picture) -> Picture:
    """Means of areas, to as many pixels as a square of SIDE_PX has; smaller ones as they are."""
    height, width = picture.shape[:2]
    scale = SIDE_PX / math.sqrt(height * width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
