"""The real scans, where there are any; and our corrections of them, which are always there."""

import json
import re
from collections import Counter
from importlib import resources
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import pytest

from xray.errors import DataError
from xray.scan import Encoding
from xray_datasets import real
from xray_datasets.labels import TAXONOMY

ROOT = real.from_environment()
needs_scans = pytest.mark.skipif(ROOT is None, reason=f"{real.VARIABLE} is not set")


@pytest.fixture
def corrections() -> dict:
    path = resources.files("xray_datasets").joinpath("corrections/sixray.json")
    return json.loads(path.read_text("utf-8"))


def test_corrections_name_annotations_and_known_labels(corrections) -> None:
    keys = [*corrections["relabelled"], *corrections["unclear"]]
    assert all(re.fullmatch(r"\d{4}\.jpg/\d+", key) for key in keys)
    assert len(keys) == len(set(keys))
    labels = {*corrections["relabelled"].values(), *chain(*corrections["also_visible"].values())}
    assert labels <= set(TAXONOMY)


@pytest.fixture
def root(tmp_path: Path, draw, corrections) -> Path:
    """A made-up folder of two scans that have corrections, in both splits."""
    scissors = next(iter(corrections["relabelled"]))
    wrench = next(f for f, seen in corrections["also_visible"].items() if seen == ["wrench"])
    name, number = scissors.split("/")
    folder = tmp_path / "sixray"
    document = {
        "images": [
            {"id": 1, "file_name": name, "width": 30, "height": 20, "group": 1},
            {"id": 2, "file_name": wrench, "width": 30, "height": 20, "group": 1},
        ],
        "annotations": [
            {"id": int(number), "image_id": 1, "category_id": 2, "bbox": [1, 1, 9, 9]},
            {"id": 1, "image_id": 2, "category_id": 1, "bbox": [1, 1, 9, 9]},
        ],
        "categories": [
            {"id": i, "name": label}
            for i, label in enumerate(("gun", "knife", "wrench", "scissors"), start=1)
        ],
    }
    for number_, file in enumerate((name, wrench)):
        draw(folder / "images" / file, seed=number_)
    for split in ("train", "val"):
        (folder / f"instances_{split}.json").write_text(json.dumps(document))
    return tmp_path


def test_scissors_among_the_knives_are_corrected_in_train_alone(root: Path) -> None:
    knife_or_scissors = [
        next(real.sixray(root, "train")),
        next(real.sixray(root, "train", corrected=False)),
        next(real.sixray(root, "val")),
    ]
    labels = [s.annotations[0].label for s in knife_or_scissors]
    assert labels == ["scissors", "knife", "knife"]


def test_tools_that_lie_beside_a_gun_unmarked_are_ignored(root: Path) -> None:
    _, gun = real.sixray(root, "train")
    assert [(a.label, a.xyxy_px) for a in gun.ignored] == [("wrench", (0, 0, 30, 20))]
    assert gun.judged == {"gun", "knife", "wrench", "scissors"}


def test_more_tools_may_lie_unmarked_in_a_heap_and_guns_do_not(root: Path) -> None:
    scissors, gun = real.sixray(root, "train")
    assert (scissors.exhaustive, gun.exhaustive) == (False, True)


def test_without_corrections_tools_beside_a_gun_are_not_judged(root: Path) -> None:
    _, gun = real.sixray(root, "train", corrected=False)
    assert gun.ignored == ()
    assert gun.judged == {"gun", "knife"}


def test_a_folder_that_is_not_the_one_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{real.VARIABLE} must name the folder"):
        next(real.sixray(tmp_path, "train"))


def test_the_variable_names_the_folder(monkeypatch) -> None:
    monkeypatch.setenv(real.VARIABLE, "/somewhere")
    assert real.from_environment() == Path("/somewhere")
    monkeypatch.setenv(real.VARIABLE, "")
    assert real.from_environment() is None


def test_pairs_and_benign_scans_and_threats_are_read(tmp_path: Path, draw) -> None:
    image = {"file_name": "low/0.png", "high_file_name": "high/0.png", "group": 3, "fold": 2}
    document = {"images": [{"id": 1, **image}], "annotations": []}
    document["categories"] = [{"id": 1, "name": "knife"}, {"id": 2, "name": "scissors"}]
    for name in ("low/0.png", "high/0.png"):
        draw(tmp_path / "dual-energy" / name, channels=1)
    (tmp_path / "dual-energy" / "instances_dev.json").write_text(json.dumps(document))
    (pair,) = real.dual_energy(tmp_path, folds=[2])
    assert (pair.scan.encoding, pair.group) == (Encoding.DUAL, "dual-energy 3")
    assert list(real.dual_energy(tmp_path, folds=[0])) == []

    draw(tmp_path / "sixray" / "benign" / "p.jpg")
    rows = [{"file_name": "p.jpg", "split": "val", "group": 9}]
    (tmp_path / "sixray" / "benign.json").write_text(json.dumps(rows))
    (benign,) = real.sixray_benign(tmp_path, "val")
    assert (benign.group, "pliers" in (benign.judged or ())) == ("sixray 9", True)

    draw(tmp_path / "gdxray-threats" / "gun" / "g.jpg")
    (crop,) = real.gdxray_threats(tmp_path)
    assert (crop.label, crop.grey.shape) == ("gun", (20, 30))


@needs_scans
def test_every_correction_meets_the_scan_it_was_made_for(corrections) -> None:
    assert ROOT is not None
    samples = list(real.sixray(ROOT, "train"))
    labels = Counter(a.label for s in samples for a in s.annotations)
    assert labels["scissors"] == len(corrections["relabelled"])
    ignored = Counter(a.label for s in samples for a in s.ignored)
    assert sum(ignored.values()) == len(corrections["also_visible"])
    assert {f"{s.id}" for s in samples} >= {k.split("/")[0] for k in corrections["unclear"]}


@needs_scans
def test_real_splits_share_no_group() -> None:
    assert ROOT is not None
    groups = {
        split: {s.group for f in (real.sixray, real.sixray_benign) for s in f(ROOT, split)}
        for split in ("train", "cal", "val")
    }
    assert not groups["train"] & groups["val"]
    assert not groups["train"] & groups["cal"]
    assert not groups["cal"] & groups["val"]


@needs_scans
def test_real_pairs_are_transmission_with_air_near_one() -> None:
    assert ROOT is not None
    pair = next(real.dual_energy(ROOT))
    assert pair.scan.encoding is Encoding.DUAL
    assert np.percentile(pair.scan.high, 95) == pytest.approx(1, abs=0.05)
    assert pair.scan.low.mean() < pair.scan.high.mean()  # the low energy is attenuated more


@needs_scans
def test_real_threats_are_grey_crops_on_white() -> None:
    assert ROOT is not None
    crops = list(real.gdxray_threats(ROOT))
    assert Counter(c.label for c in crops) == {"gun": 125, "razor_blade": 75, "shuriken": 75}
    assert cv2.minMaxLoc(crops[0].grey)[1] > 200
