"""A broken file in a copy of a public data set: the scan is told of, and the others are read."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xray_datasets.__main__ import app

Draw = Callable[..., Path]


def opixray(root: Path, draw: Draw) -> Path:
    home = root / "train"
    (home / "train_annotation").mkdir(parents=True)
    for name in "12":
        draw(home / "train_image" / f"{name}.jpg", seed=int(name))
        (home / "train_annotation" / f"{name}.txt").write_text("x Scissor 1 2 9 9\n")
    (home / "train_knife.txt").write_text("1\n2\n")
    return home / "train_image" / "1.jpg"


def dvxray(root: Path, draw: Draw) -> Path:
    for seed, view in enumerate(("OL", "SD")):
        draw(root / f"P00001_{view}.png", seed=seed)
    thing = {"label": "Gun", "ol_bb": [1, 1, 9, 9], "sd_bb": [1, 1, 9, 9]}
    (root / "P00001.json").write_text(json.dumps({"objects": [thing]}))
    return root / "P00001_SD.png"


def gdxray(root: Path, draw: Draw) -> Path:
    for number in (1, 2):
        draw(root / "B0046" / f"B0046_000{number}.png", channels=1, seed=number)
    (root / "B0046" / "ground_truth.txt").write_text("1 2 12 3 8\n2 2 12 3 8\n")
    return root / "B0046" / "B0046_0001.png"


def cargoxray(root: Path, draw: Draw) -> Path:
    rows = [{"image_id": k, "filepath": f"{k}.png"} for k in range(2)]
    box = {"x": 0.5, "y": 0.5, "width": 0.2, "height": 0.4, "label": "Car"}
    (root / "images.json").write_text(json.dumps(rows))
    (root / "annotations.json").write_text(json.dumps([{"image_id": k, **box} for k in range(2)]))
    for k in range(2):
        draw(root / f"{k}.png", seed=k)
    return root / "0.png"


def ldxray(root: Path, draw: Draw) -> Path:
    for seed, view in enumerate("AB"):
        draw(root / f"test_{view}" / "000001.jpg", seed=seed)
    image = {"id": 1, "file_name": "000001.jpg", "width": 30, "height": 20}
    mark = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10, 5]}
    document = {"images": [image], "annotations": [mark], "categories": [{"id": 1, "name": "PC1"}]}
    (root / "test.json").write_text(json.dumps(document))
    return root / "test_B" / "000001.jpg"


def sixray(root: Path, draw: Draw) -> Path:
    (root / "Annotation").mkdir()
    for k in range(2):
        draw(root / "JPEGImage" / f"P{k}.jpg", seed=k)
        (root / "Annotation" / f"P{k}.xml").write_text("<annotation></annotation>")
    return root / "JPEGImage" / "P0.jpg"


@pytest.mark.parametrize("make", [opixray, dvxray, gdxray, cargoxray, ldxray, sixray])
def test_a_check_goes_on_past_an_empty_file_and_names_it(
    tmp_path: Path, draw: Draw, make: Callable[[Path, Draw], Path]
) -> None:
    make(tmp_path, draw).write_bytes(b"")
    done = CliRunner().invoke(app, ["check", str(tmp_path), "--no-twins"])
    assert done.exit_code == 1, done.exception
    assert "2 scans" in done.output
    assert "scans that cannot be opened: 1" in done.output
    assert "an empty file" in done.output


def marked_opixray(root: Path, draw: Draw) -> Path:
    opixray(root, draw)
    return root / "train" / "train_annotation" / "2.txt"


def marked_dvxray(root: Path, draw: Draw) -> Path:
    """Of two bags, one has nothing in it."""
    dvxray(root, draw)
    for view in ("OL", "SD"):
        draw(root / f"P00002_{view}.png", seed=2)
    (root / "P00002.json").write_text(json.dumps({"objects": "None"}))
    return root / "P00002.json"


def marked_sixray(root: Path, draw: Draw) -> Path:
    sixray(root, draw)
    return root / "Annotation" / "P1.xml"


@pytest.mark.parametrize(
    ("make", "left"), [(marked_opixray, 1), (marked_dvxray, 2), (marked_sixray, 1)]
)
def test_marks_that_cannot_be_read_cost_their_own_scan_and_are_named(
    tmp_path: Path, draw: Draw, make: Callable[[Path, Draw], Path], left: int
) -> None:
    broken = make(tmp_path, draw)
    broken.write_text("<{ cut o")
    commands = {"check": ("--no-twins",), "stats": (), "convert": ("--out", str(tmp_path / "out"))}
    for command, more in commands.items():
        done = CliRunner().invoke(app, [command, str(tmp_path), *more])
        assert done.exit_code == (1 if command == "check" else 0), done.exception
        assert re.search(
            rf"left out, for their .* cannot be (used|read): 1 \({broken}", done.output
        )
    assert len([*(tmp_path / "out").rglob("*.png")]) == left
