"""Draws docs/images/simulated.jpg: bags, parcels and containers by the simulator, with boxes.

python datasets/make_pictures.py        (make pictures)
"""

from pathlib import Path

import cv2
import numpy as np

from xray_datasets import simulated
from xray_datasets.sheet import CAPTION_PX, contact_sheet

FILE = Path(__file__).parent.parent / "docs" / "images" / "simulated.jpg"
SEED = 40
WIDTH_PX = 1200
ASPECT = 0.4  # of a container scan


def main() -> None:
    """Write the sheet: a row of bags, one of parcels, one of containers."""
    rows = [
        contact_sheet([*simulated.read(kind, 4, SEED)], columns=4, side_px=WIDTH_PX // 4)
        for kind in ("baggage", "parcel")
    ]
    wide_px = WIDTH_PX // 2
    wide = contact_sheet([*simulated.read("container", 2, SEED)], columns=2, side_px=wide_px)
    sheet = np.vstack([*rows, wide[: CAPTION_PX + round(ASPECT * wide_px)]])
    FILE.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(FILE), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
