"""Exports of decided cases as the service writes them, made up."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from xray_datasets import reviews

HERE, THERE = (10, 20, 40, 60), (60, 20, 90, 60)
ALARMING = ["gun", "knife"]
SIZE_HW = (80, 120)

Said = dict[str, Any]


def rejected(label: str, box: tuple[int, ...] = HERE, by: int = 1) -> Said:
    return {"says": "rejected", "label": label, "box": box, "by": by}


def confirmed(label: str, box: tuple[int, ...] = HERE, by: int = 1, was: str | None = None) -> Said:
    return {"says": "confirmed", "label": label, "box": box, "by": by, "was": was or label}


def drawn(label: str, box: tuple[int, ...] = HERE, by: int = 1) -> Said:
    return {"says": "drawn", "label": label, "box": box, "by": by}


def case(
    *said: Said,
    found: list[str] | None = None,
    by: int = 1,
    group: str = "",
    overruled: bool = False,
    looked_s: float | None = 20.0,
    something: bool | None = None,
) -> Said:
    """A case of one view; `found` is what a search found, None where nobody searched."""
    searched = found is not None or something is not None
    return {
        "said": said,
        "by": by,
        "group": group,
        "overruled": overruled,
        "looked_s": looked_s,
        "found": (bool(found) if something is None else something) if searched else None,
        "what": found or [],
    }


def write(folder: Path, cases: Iterable[Said], pictures: bool = False) -> Path:
    """The folder that `xray-app export coco` would write."""
    images: list[Said] = []
    marks: list[Said] = []
    words = list(dict.fromkeys(s["label"] for one in cases for s in one["said"]))
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(cases, start=1):
        model, officer = [], []
        for said in one["said"]:
            region = {"label": said["label"], "xyxy_px": list(said["box"]), "by": said["by"]}
            if said["says"] != "drawn":
                model.append({"label": said.get("was", said["label"]), "xyxy_px": said["box"]})
            place = None if said["says"] == "drawn" else len(model)
            officer.append({"view": 0, "says": said["says"], "finding": place, **region})
            if said["says"] != "rejected" and not one["overruled"]:
                x1, y1, x2, y2 = said["box"]
                mark = {"bbox": [x1, y1, x2 - x1, y2 - y1], "iscrowd": 0}
                mark |= {"says": said["says"], "by": said["by"]}
                marks.append(
                    {"id": len(marks) + 1, "image_id": number, **mark}
                    | {"category_id": 1 + words.index(said["label"])}
                )
        review = {
            **{"model": model, "alarming": ALARMING, "officer": officer, "by": one["by"]},
            "verdict": "clear" if one["found"] is None else "search",
            **{key: one[key] for key in ("overruled", "looked_s", "found", "what")},
        }
        name = f"{number:04}-0.png"
        size = {"width": SIZE_HW[1], "height": SIZE_HW[0]}
        group = one["group"] or f"case {number}"
        images.append({"id": number, "file_name": name, "group": group, "review": review, **size})
        if pictures:
            (folder / "images").mkdir(exist_ok=True)
            noise = np.random.default_rng(number).integers(180, 250, (*SIZE_HW, 3), np.uint8)
            assert cv2.imwrite(str(folder / "images" / name), noise)
    categories = [{"id": n, "name": word} for n, word in enumerate(words, start=1)]
    info = {"schema": reviews.SCHEMA, "left_out": {}}
    document = {"info": info, "images": images, "annotations": marks, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(document))
    return folder
