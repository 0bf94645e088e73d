"""One data set by many names: what taught is known again however its folder is spelled."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.xray_train import made_up, tiny
from xray.card import Card
from xray_train import sets, sources, teaching
from xray_train.homes import home

CARD = Card("m", "1", ("gun",))


@pytest.fixture(autouse=True)
def _no_real_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)


def taught_by(data: str) -> Card:
    """What the card of a model says that learned from this."""
    asked = tiny.recipe(real=False, data=(data,), cache_px=64, batch=2)
    names = tuple({"name": name} for name in sources.counts(sources.sources(asked), None))
    return replace(CARD, data=names, training={"splits": teaching.told(asked)})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A COCO file for each of train and val, and a link to it all; we are in the folder."""
    root = made_up.coco(tmp_path / "my-scans", {"train": 2, "val": 1})
    (tmp_path / "link").symlink_to(root)
    monkeypatch.chdir(root)
    return root


SPELLINGS = {
    "its folder": "../my-scans",
    "the folder that we are in": ".",
    "a link": "../link",
    "its annotations": "annotations",
    "the file that taught": "annotations/train.json",
    "the file through the link": "../link/annotations/train.json",
}


@pytest.mark.parametrize("asked", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("data", [".", "../link", "annotations/train.json"])
def test_what_taught_is_known_by_every_spelling_of_its_folder(
    folder: Path, data: str, asked: str
) -> None:
    card = taught_by(data)
    assert [row["name"] for row in card.data] == ["my-scans"]
    assert card.training["splits"] == {"my-scans": ("train",)}
    assert "from all of train" in (sets.learned(card, asked) or "")
    assert sets.learned(card, "annotations/val.json") is None
    assert sets.learned(card, ".", "val") is None


def test_a_folder_per_split_is_the_data_set_and_its_split(tmp_path: Path) -> None:
    made_up.coco(tmp_path / "plain", {"train": 2})
    for split in ("train", "val"):
        shutil.copytree(tmp_path / "plain" / "images", tmp_path / "out" / split / "images")
        file = tmp_path / "plain" / "annotations" / "train.json"
        shutil.copy(file, tmp_path / "out" / split / "instances.json")
    out = tmp_path / "out"
    assert home(out / "train") == home(out / "train" / "instances.json") == (out, "train")
    for data in (out, out / "train", out / "train" / "instances.json"):
        card = taught_by(str(data))
        for asked in (out, out / "train", out / "train" / "instances.json"):
            assert sets.learned(card, str(asked)), (data, asked)
        assert sets.learned(card, str(out / "val")) is None


def test_a_card_from_before_that_names_a_file_is_read(folder: Path) -> None:
    older = replace(CARD, data=({"name": "train.json"},), training={})
    assert sets.learned(older, str(folder / "annotations" / "train.json"))
    assert sets.learned(older, str(folder))
    assert sets.learned(older, str(folder), "val") is None


def test_another_folder_of_the_name_is_told_what_to_do(folder: Path, tmp_path: Path) -> None:
    other = made_up.coco(tmp_path / "gate 2" / "my-scans", {"train": 1})
    card = taught_by(str(folder))
    said = sets.learned(card, str(other)) or ""
    assert "If they are others, give their folder a name that differs from my-scans." in said
    assert sets.learned(card, str(other.rename(tmp_path / "gate 2" / "gate-2-scans"))) is None


def test_a_split_that_is_read_but_not_listed_is_taken_by_its_own_word(tmp_path: Path) -> None:
    root = tmp_path / "OPIX"
    for part in ("train", "test"):
        made_up.picture(root / part / f"{part}_image" / f"{part}1.jpg")
        text = root / part / f"{part}_annotation" / f"{part}1.txt"
        text.parent.mkdir()
        text.write_text(f"{part}1.jpg Folding_Knife 5 5 30 30\n")
        (root / part / f"{part}_knife.txt").write_text(f"{part}1.jpg\n")
    (root / "test" / "test_knife-1.txt").write_text("test1.jpg\n")
    card = replace(CARD, data=({"name": "OPIX"},), training={"splits": {"OPIX": ["train"]}})
    assert sets.learned(card, str(root), "test-1") is None
    both = replace(card, training={"splits": {"OPIX": ["train", "test"]}})
    assert "from all of test" in (sets.learned(both, str(root), "test-1") or "")
