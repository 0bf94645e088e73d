"""Makes the desk's sample scans with the simulator, from seeds that no training uses.

    python app/make_samples.py        (make samples)

Each wish takes the first scene from FIRST_SEED on that shows what it asks for, plainly enough for
a newcomer to see, and of which the shipped model says the same: samples show how the desk works,
not how good the model is. Some are pictures as a console exports them, some raw data of two
energies. Beside the package, not in it: the desk itself must not import the simulator.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import tifffile

import xray
from xray import Outcome
from xray.labels import ALARMING_LABELS
from xray_datasets.simulator import Simulated, SimulatedObject, colour, simulate

FOLDER = Path(__file__).parent / "xray_app" / "samples"
MODEL = "parcel"  # the one that the desk takes when told nothing
FIRST_SEED = 700_000_000  # pools for training and validation lie below
SIDE_PX = {True: 416, False: 640}  # of raw scans, whose noise does not compress, and of pictures
JPEG_QUALITY = 90
COLOURFUL = 10.0  # mean of largest less smallest of R, G, B: grey modes of consoles lie under 1
DARK = 0.02  # transmission under which a console shows next to nothing
TOP = 65_535  # count of unattenuated air in the raw files


@dataclass(frozen=True)
class Wish:
    """A sample that the queue should have: what it shows of what alarms, and in which form."""

    title: str
    kind: str
    alarming: frozenset[str]
    raw: bool


WISHES = (
    Wish("Cabin bag", "baggage", frozenset({"gun"}), raw=False),
    Wish("Parcel 1, raw 16-bit", "parcel", frozenset({"gun"}), raw=True),
    Wish("Backpack", "baggage", frozenset(), raw=False),
    Wish("Parcel 2", "parcel", frozenset({"knife"}), raw=False),
    Wish("Suitcase, raw 16-bit", "baggage", frozenset(), raw=True),
    Wish("Parcel 3", "parcel", frozenset(), raw=False),
    Wish("Shoulder bag", "baggage", frozenset({"gun"}), raw=False),
)
MOST_TRIES = 10  # scenes that the model is asked about; then the first of them is taken


def main() -> None:
    """Make all, then put them in the place of the old ones."""
    detector, seeds = xray.Detector(MODEL), count(FIRST_SEED)
    with TemporaryDirectory() as temporary:
        made = Path(temporary)
        rows = [make(made, k, wish, seeds, detector) for k, wish in enumerate(WISHES, start=1)]
        text = json.dumps(rows, indent=1) + "\n"
        (made / "samples.json").write_text(text, encoding="utf-8")
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(made, FOLDER)


def make(
    folder: Path, number: int, wish: Wish, seeds: Iterator[int], detector: xray.Detector
) -> dict[str, Any]:
    """Write the first scene that the model and the truth agree on; its row in the list."""
    first = None
    for tries, scene in enumerate(scenes(wish, seeds), start=1):
        first = first or scene
        file = write(scene, folder / f"{number}-{wish.kind}", wish.raw)
        report = detector.inspect(xray.read(file))
        expected = Outcome.ALARM if wish.alarming else Outcome.CLEAR
        agreed = report.outcome is expected and _alarming(report) == wish.alarming
        if agreed or tries == MOST_TRIES:
            break
    if not agreed:
        scene, file = first, write(first, folder / f"{number}-{wish.kind}", wish.raw)
    found = "agreed" if agreed else f"not agreed in {tries} tries"
    print(f"{file.name}: seed {scene.seed}, {sorted(wish.alarming)}, {found}", flush=True)
    return {"title": wish.title, "file": file.name, "kind": wish.kind, "seed": scene.seed}


def _alarming(report: xray.Report) -> set[str]:
    return {found.label for found in report.detections if found.alarming}


def scenes(wish: Wish, seeds: Iterator[int]) -> Iterator[Simulated]:
    """Simulated scenes that show what is wished for."""
    side_px = SIDE_PX[wish.raw]
    for seed in seeds:
        scene = simulate(wish.kind, seed, side_px)
        labelled = [o for o in scene.objects if o.label]
        alarming = [o for o in labelled if o.label in ALARMING_LABELS]
        if (
            {o.label for o in alarming} == wish.alarming
            and all(plain(o, side_px) for o in alarming)
            and 2 <= len(labelled) <= 9  # a load, but no heap
            and 400 <= scene.pixel_mm * side_px <= 950  # one thing fills the picture
            and np.mean(scene.high < DARK) < 0.01  # and there is something to see in it
        ):
            yield scene


def plain(thing: SimulatedObject, side_px: int) -> bool:
    """Whether a newcomer would see it at once."""
    x1, y1, x2, y2 = thing.xyxy_px
    inside = min(x1, y1) > 0 and max(x2, y2) < side_px
    return inside and thing.visible_fraction > 0.9 and max(x2 - x1, y2 - y1) > 0.1 * side_px


def write(scene: Simulated, stem: Path, raw: bool) -> Path:
    """The scene as a file: a two-page TIFF of counts, or the JPEG of a console."""
    if raw:
        pages = np.stack([scene.low, scene.high])  # (2, H, W)
        counts = np.rint(np.clip(pages, 0, 1) * TOP).astype(np.uint16)
        file = stem.with_suffix(".tif")
        kind = {"photometric": "minisblack", "compression": "zlib", "predictor": True}
        tifffile.imwrite(file, counts, metadata=None, **kind)
        return file
    kv = int(scene.parameters["kv"])
    consoles = (
        colour(scene.low, scene.high, np.random.default_rng([scene.seed, k]), kv) for k in count()
    )
    picture = next(shown for shown in consoles if np.ptp(shown, axis=2).mean() > COLOURFUL)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    file = stem.with_suffix(".jpg")
    cv2.imwrite(str(file), bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return file


if __name__ == "__main__":
    main()
