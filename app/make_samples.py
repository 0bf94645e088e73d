"""Makes the demo's scans with the simulator, as `samples.toml` wishes them, from seeds that no
training uses.

    python app/make_samples.py               (make samples)
    python app/make_samples.py 7 19          these alone, by their place in the queue

A wish names the seed that was chosen for it. Where that scene no longer shows what is asked for,
because the simulator or the model has changed, the first from FIRST_SEED on is taken that shows it
plainly enough for a newcomer to see, and of which the shipped model says the same: samples show
how the desk works, not how good the model is. Some are pictures as a console exports them, some
raw data of two energies, one of them from a scanner with two views. Beside the package, not in it:
the desk must not import the simulator.
"""

import json
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import tifffile

import xray
from side_view import side_view
from xray import Outcome
from xray.labels import ALARMING_LABELS
from xray_datasets.simulator import Simulated, SimulatedObject, show, simulate

WISHES = Path(__file__).parent / "samples.toml"
FOLDER = Path(__file__).parent / "xray_app" / "samples"
MODEL = "parcel"  # the one that the desk takes when told nothing
FIRST_SEED = 700_000_000  # pools for training and validation lie below
# Width of pictures and of raw scans, whose noise does not compress; bags and parcels are square.
WIDE_PX = {"container": (1200, 640), "baggage": (640, 352), "parcel": (640, 352)}
TWO_WIDE_PX = 300  # of raw scans of two views
JPEG_QUALITY = 88
COLOURFUL = 10.0  # mean of largest less smallest of R, G, B: grey modes of consoles lie under 1
DARK = 0.02  # transmission under which a console shows next to nothing
LEVELS = 255  # of the root of transmission, whose noise is the same everywhere; finer is noise
MOST_TRIES = 10  # scenes that the model is asked about; then the first of them is taken


@dataclass(frozen=True)
class Wish:
    """A sample that the queue should have.

    Attributes:
        number: of its container or consignment.
        kind: baggage, parcel or container.
        seed: of the scene that was chosen.
        raw: two energies, in place of a console's picture.
        side: a second view, from beside the belt.
        alarming: labels that alarm, exactly these.
        opaque: the beam does not get through some of it.
        told: what goes to the desk as it is: scanner, lane, declaration.
    """

    number: str
    kind: str
    seed: int
    told: dict[str, Any]
    raw: bool = False
    side: bool = False
    alarming: frozenset[str] = frozenset()
    opaque: bool = False

    @staticmethod
    def of(row: dict[str, Any]) -> "Wish":
        """From a table of `samples.toml`."""
        told = {name: row.pop(name) for name in ("scanner", "lane", "declaration")}
        return Wish(told=told, **row | {"alarming": frozenset(row.get("alarming", ()))})

    @property
    def wide_px(self) -> int:
        """Width of the scan."""
        return TWO_WIDE_PX if self.side else WIDE_PX[self.kind][self.raw]

    @property
    def outcome(self) -> Outcome | None:
        """What the model should say; None: the model was not made for such scans."""
        if self.kind == "container":
            return None
        if self.alarming:
            return Outcome.ALARM
        return Outcome.UNKNOWN if self.opaque else Outcome.CLEAR


def main() -> None:
    """Make all, or those that are asked for, then put them in the place of the old ones."""
    asked, before = {int(one) for one in sys.argv[1:]}, []
    if asked:
        before = json.loads((FOLDER / "samples.json").read_text(encoding="utf-8"))
    detector = xray.Detector(MODEL)
    wishes = [Wish.of(row) for row in tomllib.loads(WISHES.read_text(encoding="utf-8"))["sample"]]
    with TemporaryDirectory() as temporary:
        made, rows = Path(temporary), []
        for n, wish in enumerate(wishes, 1):
            if asked and n not in asked:
                rows.append(before[n - 1])
                for view in before[n - 1]["views"]:
                    shutil.copy2(FOLDER / view["file"], made)
            else:
                rows.append(make(made / f"{n:02}-{wish.kind}", wish, detector))
        text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        (made / "samples.json").write_text(text, encoding="utf-8")
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(made, FOLDER)
    print(f"{sum(file.stat().st_size for file in FOLDER.iterdir()) / 2**20:.2f} MiB in {FOLDER}")


def make(stem: Path, wish: Wish, detector: xray.Detector) -> dict[str, Any]:
    """Write the first scene that the model and the truth agree on; its row in the list."""
    first, agreed = None, False
    for tries, scene in enumerate(scenes(wish), start=1):
        first = first or scene
        views = write_views(scene, stem, wish)
        reports = [detector.inspect(xray.read(f, pixel_mm=scene.pixel_mm)) for f in views.values()]
        outcome = Outcome.strongest(*(report.outcome for report in reports))
        alarming = {one.label for report in reports for one in report.detections if one.alarming}
        known = not any("unlike" in reason for report in reports for reason in report.reasons)
        said = (outcome, alarming, known)
        agreed = wish.outcome is None or said == (wish.outcome, wish.alarming, True)
        if agreed or tries == MOST_TRIES:
            break
    assert first is not None
    if not agreed:
        scene, views = first, write_views(first, stem, wish)
    found = "agreed" if agreed else f"not agreed in {tries} tries"
    for file in views.values():
        print(f"{file.name}: seed {scene.seed}, {file.stat().st_size} bytes, {found}", flush=True)
    listed = [{"name": name, "file": file.name} for name, file in views.items()]
    about = {"number": wish.number, "views": listed, "kind": wish.kind, "seed": scene.seed}
    return about | {"pixel_mm": round(scene.pixel_mm, 3)} | wish.told


def scenes(wish: Wish) -> Iterator[Simulated]:
    """Simulated scenes that show what is wished for, the chosen one first."""
    for seed in chain([wish.seed], count(FIRST_SEED)):
        scene = simulate(wish.kind, seed, wish.wide_px)
        alarming = [o for o in scene.objects if o.label in ALARMING_LABELS]
        dark = np.mean(scene.high < DARK)
        if wish.kind == "container" or (
            {o.label for o in alarming} == wish.alarming
            and all(plain(o, wish.wide_px) for o in alarming)
            and 400 <= scene.pixel_mm * wish.wide_px <= 950  # one thing fills the picture
            and (dark > 0.03 if wish.opaque else dark < 0.012)
        ):
            yield scene


def plain(thing: SimulatedObject, side_px: int) -> bool:
    """Whether a newcomer would see it at once."""
    x1, y1, x2, y2 = thing.xyxy_px
    inside = min(x1, y1) > 0 and max(x2, y2) < side_px
    return inside and (thing.visible_fraction or 0) > 0.9 and max(x2 - x1, y2 - y1) > 0.1 * side_px


def write_views(scene: Simulated, stem: Path, wish: Wish) -> dict[str, Path]:
    """A file for each view, by its name; one alone needs none."""
    if not wish.side:
        return {"": write(scene, stem, wish)}
    side = side_view(wish.kind, scene)
    beside = stem.with_name(f"{stem.name}-side")
    return {"top": write(scene, stem, wish), "side": write(side, beside, wish)}


def write(scene: Simulated, stem: Path, wish: Wish) -> Path:
    """The scene as a file: a two-page TIFF of counts, or the JPEG of a console."""
    if wish.raw:
        roots = np.sqrt(np.clip(np.stack([scene.low, scene.high]), 0, 1))  # (2, H, W)
        counts = np.rint((np.rint(roots * LEVELS) / LEVELS) ** 2 * 65535).astype(np.uint16)
        file = stem.with_suffix(".tif")
        kind = {"photometric": "minisblack", "compression": "zlib"}
        tifffile.imwrite(file, counts, metadata=None, rowsperstrip=counts.shape[1], **kind)
        return file
    consoles = (show(scene, np.random.default_rng([scene.seed, k])) for k in count())
    grey = wish.kind == "container"  # their consoles show shades of little colour
    picture = next(p for p in consoles if grey or np.ptp(p, axis=2).mean() > COLOURFUL)
    file = stem.with_suffix(".jpg")
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(file), bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return file


if __name__ == "__main__":
    main()
