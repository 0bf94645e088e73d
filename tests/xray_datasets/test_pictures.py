from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from tests.xray_datasets.reviews.export import case, drawn, write
from xray.errors import DataError
from xray_datasets import pictures, reviews


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_size_is_known_without_decoding(tmp_path: Path, draw, suffix: str) -> None:
    assert pictures.size_hw(draw(tmp_path / f"a{suffix}", 17, 23)) == (17, 23)


def test_the_size_of_a_tiff_is_read_from_its_header(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((17, 23), np.uint16))
    assert pictures.size_hw(tmp_path / "a.tif") == (17, 23)


def test_a_tiff_on_its_side_is_measured_upright(tmp_path: Path) -> None:
    tag = (274, "H", 1, 6, True)  # Orientation: turn by 90 degrees
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((17, 23), np.uint16), extratags=[tag])
    assert pictures.size_hw(tmp_path / "a.tif") == (23, 17)


def test_a_jpeg_that_is_to_be_turned_is_measured_upright(tmp_path: Path, draw) -> None:
    plain = draw(tmp_path / "a.jpg", 17, 23).read_bytes()
    orientation = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    exif = b"Exif\0\0" + orientation
    turned = plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]
    (tmp_path / "turned.jpg").write_bytes(turned)
    assert pictures.size_hw(tmp_path / "turned.jpg") == (23, 17)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png: no such file"):
        pictures.size_hw(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"high\.png: no such file"):
        pictures.opener(Path(__file__), tmp_path / "high.png")()


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.nonsense: cannot be written"):
        pictures.write_rgb(np.zeros((4, 4, 3), np.uint8), tmp_path / "a.nonsense")


def test_red_stays_red(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[:4, :, 0] = 255
    pictures.write_rgb(red, tmp_path / "a.png")
    assert cv2.imread(str(tmp_path / "a.png"))[0, 0].tolist() == [0, 0, 255]  # blue first


@pytest.mark.parametrize("key", ["file_name", "high_file_name"])
def test_decided_cases_open_nothing_outside_their_folder(tmp_path: Path, change, key: str) -> None:
    write(tmp_path, [case(drawn("gun"))], pictures=True)
    change(tmp_path / "annotations.json", lambda d: d["images"][0].update({key: "../../a.png"}))
    with pytest.raises(DataError, match=r"\.\./\.\./a\.png leads out of .*images"):
        list(reviews.read(tmp_path))


def test_a_whole_name_is_taken_where_it_stays_in_the_folder(tmp_path: Path) -> None:
    assert pictures.inside(tmp_path, f"{tmp_path}/a/b.png", "set") == tmp_path / "a" / "b.png"
    with pytest.raises(DataError, match=r"set: /b\.png leads out"):
        pictures.inside(tmp_path, "/b.png", "set")
