"""YOLO26n from scratch, in the environment of the peers: run by its Python, never imported.

Reads one JSON object from standard input: `data` (a YAML of ultralytics), `scans` (pictures to
look at), `minutes`, `threads`, `seed`, `side_px`, `folder`, `found` (file to write): the steps, the
seconds, and the boxes of each picture with class and score, whatever the score.

ultralytics is AGPL: it is a program that the benchmark starts, and no part of ours. All minutes go
to training, none to its scoring between epochs and to checkpoints; everything else is as it comes.
"""

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Train, look at the pictures, write what was found."""
    asked = json.load(sys.stdin)
    import torch
    from ultralytics import YOLO
    from ultralytics.models.yolo.detect import DetectionTrainer

    done = {"steps": 0, "begun": 0.0}

    def begin(trainer) -> None:
        torch.set_num_threads(asked["threads"])  # it has set its own choice before
        trainer.validate = lambda: ({}, 0.0)
        trainer.save_model = lambda: False
        done["begun"] = time.monotonic()

    def count(trainer) -> None:
        done["steps"] += 1
        done["seconds"] = time.monotonic() - done["begun"]

    trainer = DetectionTrainer(
        overrides={
            **{"model": "yolo26n.yaml", "data": asked["data"], "imgsz": asked["side_px"]},
            **{"time": asked["minutes"] / 60, "seed": asked["seed"], "device": "cpu"},
            **{"workers": 0, "val": False, "save": False, "plots": False, "patience": 0},
            **{"project": asked["folder"], "name": "run", "exist_ok": True, "verbose": False},
        }
    )
    trainer.add_callback("on_train_start", begin)
    trainer.add_callback("on_train_batch_end", count)
    trainer.train()

    model = YOLO("yolo26n.yaml")
    model.model = trainer.ema.ema.float().eval()  # the averaged weights, as it ships them
    found = {}
    for scan in asked["scans"]:
        (said,) = model.predict(
            scan, imgsz=asked["side_px"], conf=0.0, max_det=300, device="cpu", verbose=False
        )
        boxes = zip(
            said.boxes.cls.int().tolist(), said.boxes.conf.tolist(), said.boxes.xyxy.tolist(),
            strict=True,
        )  # fmt: skip
        found[Path(scan).name] = [list(box) for box in boxes]
    about = {"steps": done["steps"], "seconds": round(done["seconds"], 1)}
    Path(asked["found"]).write_text(json.dumps({**about, "boxes": found}), encoding="utf-8")


if __name__ == "__main__":
    main()
