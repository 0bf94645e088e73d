"""What a command was asked for: words, labels and public data sets by name."""

from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets.asked import Asked, public_source
from xray_datasets.public import SOURCES


def test_words_map_classes_and_an_empty_label_leaves_one_out(tmp_path: Path) -> None:
    asked = Asked(tmp_path, words=["Firearm=gun", "Umbrella="])
    assert asked.labels_map() == {"Firearm": "gun", "Umbrella": None}


def test_a_word_without_an_equals_sign_is_told_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--map gun: expected class=label"):
        Asked(tmp_path, words=["gun"]).labels_map()


def test_a_public_data_set_goes_by_its_name_however_it_is_written() -> None:
    assert public_source("PIDray") is SOURCES["pidray"]


def test_an_unknown_public_data_set_is_told_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match=r"no public data set 'sixrai'; there are .*sixray"):
        public_source("sixrai")
