"""How large pictures are, and what becomes of scans whose picture has no size."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from xray.errors import DataError, XrayError
from xray_datasets import coco, layouts, sizes
from xray_datasets.checks import check


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_size_is_known_without_decoding(tmp_path: Path, draw, suffix: str) -> None:
    assert sizes.size_hw(draw(tmp_path / f"a{suffix}", 17, 23)) == (17, 23)


def test_the_size_of_a_tiff_is_read_from_its_header(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((17, 23), np.uint16))
    assert sizes.size_hw(tmp_path / "a.tif") == (17, 23)


def test_a_tiff_on_its_side_is_measured_upright(tmp_path: Path) -> None:
    tag = (274, "H", 1, 6, True)  # Orientation: turn by 90 degrees
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((17, 23), np.uint16), extratags=[tag])
    assert sizes.size_hw(tmp_path / "a.tif") == (23, 17)


def test_a_jpeg_that_is_to_be_turned_is_measured_upright(tmp_path: Path, draw) -> None:
    plain = draw(tmp_path / "a.jpg", 17, 23).read_bytes()
    orientation = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    exif = b"Exif\0\0" + orientation
    turned = plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]
    (tmp_path / "turned.jpg").write_bytes(turned)
    assert sizes.size_hw(tmp_path / "turned.jpg") == (23, 17)


def test_a_picture_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png: no such file"):
        sizes.size_hw(tmp_path / "a.png")


@pytest.mark.parametrize("keep", [0, 9, 20])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_a_picture_whose_beginning_is_broken_is_an_error_of_ours(
    tmp_path: Path, draw, suffix: str, keep: int
) -> None:
    path = draw(tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(XrayError, match=rf"a\{suffix}"):
        sizes.size_hw(path)
    assert sizes.measured(path) is None


def voc(root: Path) -> Path:
    for path in (root / "Annotations").iterdir():
        path.write_text(path.read_text().replace("<width>30</width>", "<width>0</width>"))
    return root / "JPEGImages" / "a.jpg"


@pytest.mark.parametrize("layout", ["coco", "voc", "yolo"])
def test_in_anyone_s_folder_the_scan_of_an_empty_file_is_told_of_and_the_others_are_read(
    request: pytest.FixtureRequest, change, layout: str
) -> None:
    root = request.getfixturevalue(f"{layout}_root")
    if layout == "coco":
        path = root / "images" / "a.png"
        file = root / "annotations" / "instances_train.json"
        change(file, lambda d: [d["images"][0].pop(key) for key in ("width", "height")])
    else:
        path = voc(root) if layout == "voc" else root / "images" / "train" / "a.jpg"
    path.write_bytes(b"")
    first, second = sorted(layouts.read(root), key=lambda sample: sample.id)
    assert (first.annotations, second.scan.width) == ((), 30)
    (problem,) = check(("all", sample) for sample in (first, second)).problems
    assert "scans that cannot be opened: 1" in problem
    assert "a.png" in problem or "a.jpg" in problem


def test_a_picture_that_was_mended_meanwhile_does_not_teach_that_nothing_is_there(
    coco_root: Path, change, draw
) -> None:
    file = coco_root / "annotations" / "instances_train.json"
    change(file, lambda d: [d["images"][0].pop(key) for key in ("width", "height")])
    (coco_root / "images" / "a.png").write_bytes(b"")
    first, _ = coco.read(file, coco_root / "images")
    draw(coco_root / "images" / "a.png")
    with pytest.raises(DataError, match="could not be opened when its marks were read"):
        _ = first.scan
