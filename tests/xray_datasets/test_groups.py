"""Which bag a scan shows, where nobody wrote it down: no reader makes one up."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xray_datasets import layouts
from xray_datasets.__main__ import app
from xray_datasets.public import cargoxray, jinnan2, opixray

NAMES = ("s0", "s1")


def yolo(below: str) -> Callable[[Path, Callable[..., Path]], None]:
    """Pictures in a folder below `images`, as many keep them by day or by split."""

    def make(root: Path, draw: Callable[..., Path]) -> None:
        for seed, name in enumerate(NAMES):
            draw(root / "images" / below / f"{name}.png", seed=seed)
            text = root / "labels" / below / f"{name}.txt"
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_text("0 0.5 0.5 0.2 0.4\n")
        (root / "classes.txt").write_text("gun\n")

    return make


def coco(ending: str) -> Callable[[Path, Callable[..., Path]], None]:
    def make(root: Path, draw: Callable[..., Path]) -> None:
        images = []
        for k, name in enumerate(NAMES):
            draw(root / "images" / f"{name}{ending}", seed=k)
            images.append({"id": k, "file_name": f"{name}{ending}", "width": 30, "height": 20})
        document = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "gun"}]}
        (root / "instances.json").write_text(json.dumps(document))

    return make


def voc(root: Path, draw: Callable[..., Path]) -> None:
    (root / "Annotations").mkdir(parents=True)
    for seed, name in enumerate(NAMES):
        draw(root / "JPEGImages" / f"{name}.jpg", seed=seed)
        size = "<size><width>30</width><height>20</height></size>"
        (root / "Annotations" / f"{name}.xml").write_text(f"<annotation>{size}</annotation>")


LAYOUTS = {
    "YOLO, flat": yolo(""),
    "YOLO, by day": yolo("2026-11-02"),
    "YOLO, by split and day": yolo("cal/2026-11-02"),
    "COCO, PNG": coco(".png"),
    "COCO, JPEG": coco(".jpg"),
    "VOC": voc,
}


@pytest.mark.parametrize("make", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_without_groups_gives_none_and_none_once_converted(
    make: Callable[[Path, Callable[..., Path]], None], tmp_path: Path, draw
) -> None:
    root, out = tmp_path / "root", tmp_path / "out"
    root.mkdir()
    make(root, draw)
    for split in (None, *layouts.splits(root)):
        assert [sample.group for sample in layouts.read(root, split)] == ["", ""], split
    assert len({sample.bag for sample in layouts.read(root)}) == 2
    for asked in ((out,), (out / "dealt", "--shares", "one=1")):
        done = CliRunner().invoke(app, ["convert", str(root), "--out", *map(str, asked)])
        assert done.exit_code == 0, done.output
        (instances,) = asked[0].glob("*/instances.json")
        found = list(layouts.read(instances))
        assert [sample.group for sample in found] == ["", ""], asked
        assert len({sample.bag for sample in found}) == 2


def test_public_data_sets_without_groups_give_none(tmp_path: Path, draw) -> None:
    draw(tmp_path / "cargo" / "a.png")
    (tmp_path / "cargo" / "images.json").write_text('[{"image_id": 4, "filepath": "a.png"}]')
    (tmp_path / "cargo" / "annotations.json").write_text("[]")
    draw(tmp_path / "opix" / "test" / "test_image" / "7.jpg")
    (tmp_path / "opix" / "test" / "test_annotation").mkdir()
    (tmp_path / "opix" / "test" / "test_annotation" / "7.txt").write_text("")
    (tmp_path / "opix" / "test" / "test_knife.txt").write_text("7\n")
    draw(tmp_path / "jinnan" / "normal" / "2.jpg")
    document = {"images": [], "annotations": [], "categories": []}
    (tmp_path / "jinnan" / "train_no_poly.json").write_text(json.dumps(document))
    samples = [
        *cargoxray.read(tmp_path / "cargo"),
        *opixray.read(tmp_path / "opix"),
        *jinnan2.read(tmp_path / "jinnan", "normal"),
    ]
    assert [sample.group for sample in samples] == ["", "", ""]
