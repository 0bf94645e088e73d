"""Sets of scans by name or by folder."""

from pathlib import Path

import pytest

from tests.xray_train.samples import sample
from xray import DataError
from xray_datasets import coco
from xray_train import sets


def test_a_folder_is_read_in_its_own_layout(tmp_path: Path) -> None:
    coco.write([sample("gun")], tmp_path)
    (one,) = sets.read(str(tmp_path))
    assert [a.label for a in one.annotations] == ["gun"]


def test_simulated_sets_are_drawn_from_seeds_of_their_own() -> None:
    (one,) = sets.read("sim-baggage", count=1)
    assert str(sets.SCORING_SEED) in one.group


def test_an_unknown_set_names_those_that_there_are() -> None:
    with pytest.raises(DataError, match="no set or folder named sixray-vla; expected one of six"):
        sets.read("sixray-vla")


def test_the_real_sets_are_read_by_name(real_scans: Path) -> None:
    both = [sum(1 for _ in sets.read(name)) for name in ("sixray-val", "sixray-val+benign")]
    assert both[1] > both[0] > 100
