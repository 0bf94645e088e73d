"""Draws, by the simulator, what docs/images shows of scans.

simulated.jpg: bags, parcels and containers with boxes; palettes.jpg: one bag in each palette.

python datasets/make_pictures.py        (make pictures)
"""

from pathlib import Path

import cv2
import numpy as np

from xray.palettes import PALETTES
from xray.render import pseudocolor
from xray.scan import Encoding
from xray_datasets import simulated
from xray_datasets.sheet import CAPTION_PX, contact_sheet

FOLDER = Path(__file__).parent.parent / "docs" / "images"
SEED = 40
WIDTH_PX = 1200
ASPECT = 0.4  # of a container scan


def scenes() -> np.ndarray:
    """A row of bags, one of parcels, one of containers."""
    rows = [
        contact_sheet([*simulated.read(kind, 4, SEED)], columns=4, side_px=WIDTH_PX // 4)
        for kind in ("baggage", "parcel")
    ]
    wide_px = WIDTH_PX // 2
    wide = contact_sheet([*simulated.read("container", 2, SEED)], columns=2, side_px=wide_px)
    return np.vstack([*rows, wide[: CAPTION_PX + round(ASPECT * wide_px)]])


def palettes() -> np.ndarray:
    """One bag in each palette, from the same two energies."""
    bag = next(simulated.read("baggage", 1, SEED + 3, Encoding.DUAL)).scan
    side_px = WIDTH_PX // len(PALETTES)
    pictures = [pseudocolor(bag, palette) for palette in PALETTES]
    return np.hstack([cv2.resize(p, (side_px, side_px), interpolation=cv2.INTER_AREA)
                      for p in pictures])  # fmt: skip


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in (("simulated", scenes()), ("palettes", palettes())):
        file = FOLDER / f"{name}.jpg"
        cv2.imwrite(str(file), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
        print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
