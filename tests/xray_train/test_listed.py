"""What is wrong with a folder ends its training, or is left to those who open its scans."""

import logging
from pathlib import Path

import pytest

from tests.xray_train import made_up, tiny
from xray.errors import DataError
from xray_train import listed
from xray_train.recipe import Recipe
from xray_train.sources import counts, sources


@pytest.fixture(autouse=True)
def _no_real_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)


def yolo(root: Path, count: int) -> Path:
    """A gun in each scan of train."""
    for k in range(count):
        made_up.picture(root / "images" / "train" / f"{k:02}.png", k)
        text = root / "labels" / "train" / f"{k:02}.txt"
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_text("0 0.2375 0.3167 0.25 0.3333\n")
    (root / "classes.txt").write_text("gun\n")
    return root


def recipe(root: Path) -> Recipe:
    return tiny.recipe(real=False, data=(str(root),), cache_px=64, steps=1, batch=2)


def test_pictures_whose_texts_are_elsewhere_teach_nothing(tmp_path: Path) -> None:
    root = yolo(tmp_path / "mine", 3)
    (root / "labels" / "train").rename(root / "labels" / "training")
    with pytest.raises(DataError, match="images/train: not one of its pictures has a text"):
        list(listed.read(root, ["train"]))


def test_an_empty_file_is_left_out_and_named_though_its_boxes_need_its_size(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = yolo(tmp_path / "mine", 20)
    (root / "images" / "train" / "07.png").write_bytes(b"")
    assert len([*listed.read(root, ["train"])]) == 20
    with caplog.at_level(logging.WARNING):
        assert sum(counts(sources(recipe(root)), None).values()) == 19
    assert "mine: 1 of 20 scans cannot be read: images/train/07.png" in caplog.text
