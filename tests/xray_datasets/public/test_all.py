"""What holds of every public data set."""

import logging
from pathlib import Path

import pytest

from xray_datasets import layouts, public
from xray_datasets.public import READERS, Reader


@pytest.mark.parametrize("name", READERS)
def test_each_says_where_it_is_from_on_which_terms_how_much_and_whom_to_cite(name: str) -> None:
    text = READERS[name].__doc__ or ""
    assert text.startswith(READERS[name].SOURCE.name)
    assert all(word in text for word in ("Terms:", "Classes", "Cite:"))
    assert "Known" in text or "known from" in text


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_none_takes_an_empty_folder_for_its_own(reader: Reader, tmp_path: Path) -> None:
    assert not reader.recognises(tmp_path)


def test_anyones_folders_are_no_public_data_set(
    coco_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert public.recognised(coco_root) is None
    assert public.recognised(coco_root / "annotations" / "instances_train.json") is None
    assert layouts.name(coco_root) == "coco"


def test_a_public_data_set_is_read_by_its_folders_alone(
    tmp_path: Path, draw, write_coco, caplog: pytest.LogCaptureFixture
) -> None:
    draw(tmp_path / "easy" / "a.png")
    marks = {"a.png": [("HandCuffs", [2, 3, 10, 5]), ("Halberd", [1, 1, 5, 5])]}
    write_coco(tmp_path / "annotations" / "xray_test_easy.json", marks)
    assert (layouts.name(tmp_path), layouts.splits(tmp_path)) == ("PIDray", ["easy"])
    with caplog.at_level(logging.WARNING):
        (sample,) = layouts.read(tmp_path, "easy")
    assert [a.label for a in sample.annotations] == ["handcuffs"]
    assert "PIDray: boxes left out, for nobody knows their class 'Halberd': 1" in caplog.text
