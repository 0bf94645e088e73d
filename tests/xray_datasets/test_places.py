import tracemalloc
from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets import places


def test_a_name_is_found_with_its_ending_its_folder_or_neither(tmp_path: Path, draw) -> None:
    path = draw(tmp_path / "deep" / "easy" / "a.1.PNG")
    there = places.by_name(tmp_path)
    for name in ("a.1.PNG", "a.1", "easy/a.1", "deep/easy/a.1.PNG"):
        assert places.find(name, there, "set") == path
    for name in ("a.1.jpg", "a", "hard/a.1", "sy/a.1"):
        assert places.find(name, there, "set") is None


def test_of_two_pictures_of_a_name_the_one_in_a_folder_that_is_named_is_meant(
    tmp_path: Path, draw
) -> None:
    paths = {name: draw(tmp_path / name / "a.png") for name in ("one", "other", "third")}
    there = places.by_name(tmp_path)
    assert places.find("a.png", there, "set", near={"other"}) == paths["other"]
    with pytest.raises(DataError, match=r"set: a\.png is there 3 times, first .*one.* and .*other"):
        places.find("a.png", there, "set")
    with pytest.raises(DataError, match="is there 2 times"):
        places.find("a.png", there, "set", near={"one", "third"})


def test_folders_that_are_kept_apart_are_not_looked_into(tmp_path: Path, draw) -> None:
    draw(tmp_path / "images" / "other" / "a.png")
    assert places.by_name(tmp_path, apart={"other"}) == {}
    assert [*places.by_name(tmp_path / "images" / "other", apart={"other"})] == ["a"]


def test_links_are_followed_but_not_in_circles(tmp_path: Path, draw) -> None:
    draw(tmp_path / "elsewhere" / "a.png")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "images").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "round").symlink_to(tmp_path / "set")
    there = places.by_name(tmp_path / "set")
    assert there == {"a": [str(tmp_path / "set" / "images" / "a.png")]}


def test_a_million_names_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 5000
    walked = (Path(f"/data/SIXray/JPEGImage/{k % 20}", f"N{k:07}.jpg") for k in range(count))
    monkeypatch.setattr(places, "_walk", lambda *_: walked)
    tracemalloc.start()
    there = places.by_name(tmp_path)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(there) == count
    assert held / count < 400  # bytes: 0.4 GB of a million
