from pathlib import Path

import numpy as np
import pytest
import tifffile

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import opixray
from xray_datasets.labels import SOURCES

NOISE = np.random.default_rng(0).integers(120, 250, (20, 30, 3), np.uint8)


@pytest.fixture
def root(tmp_path: Path, draw) -> Path:
    picture = draw(tmp_path / "test" / "test_image" / "7.png")
    tifffile.imwrite(picture.with_suffix(".TIFF"), NOISE, photometric="rgb")
    picture.unlink()
    (tmp_path / "test" / "test_annotation").mkdir()
    text = "7.TIFF Folding_Knife 3 4 9 12\n7.TIFF Scissor 25 2 40 8\n"
    (tmp_path / "test" / "test_annotation" / "7.txt").write_text(text)
    for level in ("", "-2"):
        (tmp_path / "test" / f"test_knife{level}.txt").write_text("7.TIFF\n")
    return tmp_path


@pytest.mark.parametrize("split", ["test", "test-2"])
def test_lines_become_boxes(root: Path, split: str) -> None:
    (sample,) = opixray.read(root, split, labels_map=SOURCES["opixray"].labels)
    assert sample.annotations == (
        Annotation("knife", (3, 4, 9, 12)),
        Annotation("scissors", (25, 2, 30, 8)),
    )
    assert sample.judged == {"knife", "scissors"}
    assert sample.scan.width == 30


def test_what_is_missing_is_named(root: Path) -> None:
    with pytest.raises(DataError, match=r"no list test_knife-3\.txt"):
        list(opixray.read(root, "test-3"))
    with pytest.raises(DataError, match="train_image: no such folder"):
        list(opixray.read(root, "train"))
    (root / "test" / "test_annotation" / "7.txt").write_text("7.TIFF Scissor 1 2 3\n")
    with pytest.raises(DataError, match=r"7\.txt:1: expected image class x1 y1 x2 y2"):
        list(opixray.read(root, "test"))
