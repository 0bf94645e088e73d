from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.xray_datasets.reviews.export import case, drawn, write
from xray.errors import DataError
from xray_datasets import pictures, reviews


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
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
