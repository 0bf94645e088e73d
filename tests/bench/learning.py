"""The second half of `make curve`: YOLO26n from scratch, beside the points that ours has.

    .venv/bin/python tests/bench/learning.py runs/learning-curve

It learns from the very scans of each point that our network learned from scratch, for the same
minutes on as many threads, and is scored by our evaluator. A point that has its row is left alone.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asking import HERE, QUIET

from xray.card import Card
from xray.profile import Profile
from xray.report import Detection, ModelId, Report
from xray_datasets import coco
from xray_datasets.sample import Sample
from xray_train.judged import Judged
from xray_train.learning_curve import folder, page
from xray_train.learning_curve.folder import Point
from xray_train.learning_curve.ways import BESIDE, SCRATCH

YOLO = "yolo26n"
SIDE_PX = 416  # of the pictures that it learns from and looks at: ours is scored at that side
PYTHON = Path("runs/bench/peers/bin/python")
VERSION = "from importlib.metadata import version; print(version('ultralytics'))"
NOTE = (
    "YOLO26n is trained by ultralytics' own program from its description, with its own settings "
    f"and augmentation, at {SIDE_PX} px."
)


def main(out: Path) -> None:
    """Every point that our network has from scratch, and the page anew."""
    if not PYTHON.exists():
        sys.exit(f"{PYTHON}: the peers are not installed; make curve does it")
    asked = [PYTHON.absolute(), "-c", VERSION]
    version = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    folder.agree(out, {f"{YOLO}.ultralytics": version, f"{YOLO}.side_px": SIDE_PX})
    for mine in [row for row in folder.rows(out) if row["way"] == SCRATCH]:
        point = Point(YOLO, mine["count"], mine["seed"])
        if not folder.row(out, point).is_file():
            print(point, flush=True)
            measure(out, point, version)
    print("\n".join((*page.lines(out), f"written to {page.write(out)}")))


def measure(out: Path, point: Point, version: str) -> None:
    """Train it, score what it found, and write the row."""
    words, scored = folder.settings(out), folder.scored(out)
    place = (out / "runs" / str(point)).absolute()
    place.mkdir(parents=True, exist_ok=True)
    pictures = (out / "scored" / "images").absolute()
    told = {
        **{"minutes": words["minutes"], "threads": words["threads"], "seed": point.seed},
        **{"data": str(lay_out(out, point, place)), "side_px": SIDE_PX, "folder": str(place)},
        **{"found": str(place / "found.json"), "scans": [str(pictures / s.id) for s in scored]},
    }
    with (place / "log.txt").open("w", encoding="utf-8") as log:
        ended = subprocess.run(
            [PYTHON.absolute(), HERE.absolute() / "training.py"],
            cwd=place,
            env={**os.environ, **QUIET, "OMP_NUM_THREADS": str(words["threads"])},
            input=json.dumps(told),
            stdout=log,
            stderr=log,
            text=True,
        )
    if ended.returncode:
        sys.exit(f"{point}: ultralytics ended with {ended.returncode}; see {place / 'log.txt'}")
    found = json.loads((place / "found.json").read_text(encoding="utf-8"))
    about = {
        **{"said": f"ultralytics' YOLO26n, {BESIDE}", "note": NOTE, "ultralytics": version},
        **{"steps": found["steps"], "seconds": found["seconds"]},
    }
    labels = coco.categories(folder.marks(out))
    seen = judged(scored, found["boxes"], labels)
    folder.keep(out, point, Card(YOLO, version, tuple(labels)), seen, about)


def lay_out(out: Path, point: Point, place: Path) -> Path:
    """The scans of a point as ultralytics reads them: a list of pictures, texts beside them.

    The list stands for what it scores on while it trains, too; it does not.

    Args:
        out: the curve's folder, where the pictures are.
        point: whose scans.
        place: folder for the list, and for the YAML that is returned.
    """
    document = coco.document(folder.subset(out, point))
    order = [category["id"] for category in document["categories"]]
    images, texts = (out / "scans" / "images").absolute(), out / "scans" / "labels"
    texts.mkdir(exist_ok=True)
    for image in document["images"]:
        lines = []
        for mark in document["annotations"]:
            if mark["image_id"] == image["id"] and not mark["iscrowd"]:
                (x, y, w, h), width, height = mark["bbox"], image["width"], image["height"]
                box = ((x + w / 2) / width, (y + h / 2) / height, w / width, h / height)
                numbers = " ".join(f"{value:.6f}" for value in box)
                lines.append(f"{order.index(mark['category_id'])} {numbers}\n")
        text = (texts / image["file_name"]).with_suffix(".txt")
        text.write_text("".join(lines), encoding="utf-8")
    names = [str(images / image["file_name"]) for image in document["images"]]
    (place / "scans.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    classes = {k: category["name"] for k, category in enumerate(document["categories"])}
    told = {"path": str(place), "train": "scans.txt", "val": "scans.txt", "names": classes}
    (place / "data.yaml").write_text(json.dumps(told), encoding="utf-8")  # JSON is YAML
    return place / "data.yaml"


def judged(
    scored: Sequence[Sample], boxes: Mapping[str, Sequence[Any]], labels: Sequence[str]
) -> list[Judged]:
    """What it found on each scan, as our evaluator takes it; boxes: class, score, corners."""
    found = []
    for sample in scored:
        height, width = sample.meta["size_hw"]
        strongest = sorted(boxes[sample.id], key=lambda box: -box[1])
        detections = (Detection(labels[k], score, tuple(xyxy)) for k, score, xyxy in strongest)
        about = sample.id, width, height, ModelId(YOLO, "", ""), Profile()
        found.append(Judged(sample, Report(*about, tuple(detections))))
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
