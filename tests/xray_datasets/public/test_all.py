"""What holds of every public data set."""

import logging
import re
from pathlib import Path

import pytest

from xray_datasets import layouts, public
from xray_datasets.public import READERS, Reader


@pytest.mark.parametrize("name", READERS)
def test_each_says_where_it_is_from_on_which_terms_how_much_and_whom_to_cite(name: str) -> None:
    text = READERS[name].__doc__ or ""
    source = READERS[name].SOURCE
    assert text.startswith(source.name)
    terms, classes, cite = (text.index(word) for word in ("\nTerms: ", "\nClasses", "\nCite: "))
    assert terms < classes < cite
    assert re.search(r"[1-9]\d{2}|some \d+", text[:cite]), "how many scans there are"
    told = " ".join(text[classes:cite].split())
    counted = {word for word in source.labels if re.search(rf"\b{re.escape(word)} [1-9]", told)}
    if "Per class: not published" not in told:
        assert counted == set(source.labels), "each class with its count, or that there are none"
    else:
        assert not counted, "counts that nobody published"
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
    assert (layouts.name(tmp_path), layouts.splits(tmp_path)) == ("PIDray", ["test-easy"])
    with caplog.at_level(logging.WARNING):
        (sample,) = layouts.read(tmp_path, "easy")
    assert [a.label for a in sample.annotations] == ["handcuffs"]
    assert "PIDray: boxes left out, for nobody knows their class 'Halberd': 1" in caplog.text
