"""Scans that memory has no room for: the same run, from a file."""

import gc
import json
import pickle
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xray_train import made_up, tiny
from xray.errors import RecipeError
from xray_train import checkpoint
from xray_train.fit import fit
from xray_train.item import Item
from xray_train.shelf import Kept, Shelf


def items(count: int) -> list[Item]:
    rng = np.random.default_rng(0)
    sizes = rng.integers(4, 40, (count, 2))
    return [
        tiny.item(rng.integers(0, 256, (h, w, 3), np.uint8), [[0, 0, 4, 4]], [0]) for h, w in sizes
    ]


@pytest.mark.parametrize("most_bytes", [0, 3000, 10**9])
def test_what_is_taken_is_what_was_put(tmp_path: Path, most_bytes: int) -> None:
    given = items(9)
    kept = Kept(given, Shelf(most_bytes / 1e9, tmp_path))
    for one, other in zip(given, kept, strict=True):
        assert np.array_equal(one.planes, other.planes)
        assert np.array_equal(one.xyxy_px, other.xyxy_px)
    assert kept.shelf.in_memory <= most_bytes
    assert (kept.shelf.path is not None) == (most_bytes < 10**9)


def test_another_process_reads_what_was_put_and_the_file_goes_with_the_shelf(
    tmp_path: Path,
) -> None:
    given = items(3)
    kept = Kept(given, Shelf(0, tmp_path))
    other = pickle.loads(pickle.dumps(kept))
    assert np.array_equal(other[2].planes, given[2].planes)
    path = kept.shelf.path
    del kept
    gc.collect()
    assert path is not None
    assert not path.exists()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("system", ["Linux", "another"])
def test_two_runs_in_one_folder_do_not_read_each_other_s_scans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    if system == "another":  # where an open file keeps its name
        monkeypatch.setattr("xray_train.shelf._nameless", lambda handle, path: path)
    mine, theirs = items(3), items(4)[::-1]
    one, other = Kept(mine, Shelf(0, tmp_path)), Kept(theirs, Shelf(0, tmp_path))
    assert all(np.array_equal(a.planes, b.planes) for a, b in zip(mine, one, strict=True))
    del one
    gc.collect()
    assert all(np.array_equal(a.planes, b.planes) for a, b in zip(theirs, other, strict=True))
    assert len([*tmp_path.iterdir()]) == (system == "another")
    del other
    gc.collect()
    assert [*tmp_path.iterdir()] == []


def test_what_stands_in_the_file_is_not_in_memory_too(tmp_path: Path) -> None:
    kept = Kept(items(2), Shelf(0, tmp_path))
    assert all(place.item.planes.base is None for place in kept.places)  # type: ignore[union-attr]
    assert all(place.item.planes.nbytes == 0 for place in kept.places)  # type: ignore[union-attr]


def test_a_disk_without_room_for_what_is_to_come_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("xray_train.shelf.shutil.disk_usage", lambda _: usage(3e9))
    shelf = Shelf(0, tmp_path)
    shelf.expected = 10_000_000
    with pytest.raises(RecipeError, match=r"GB are needed, 3.0 are free; give --out on a larger"):
        Kept(items(1), shelf)


def test_a_run_learns_the_same_from_memory_and_from_the_file_and_goes_on_with_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)
    data = (str(made_up.coco(tmp_path / "mine", {"train": 6, "val": 2})),)
    common = {"real": False, "data": data, "steps": 6, "batch": 2, "save_every": 3}
    memory = tiny.recipe(**common, check_every=3)
    file = tiny.recipe(**common, check_every=3, cache_gb=0.0)

    def kill(entry: dict[str, Any]) -> None:
        if entry.get("step") == 5:
            raise KeyboardInterrupt

    fit(memory, tmp_path / "memory")
    fit(file, tmp_path / "file", workers=1)
    with pytest.raises(KeyboardInterrupt):
        fit(file, tmp_path / "cut", also=kill)
    assert checkpoint.read(tmp_path / "cut" / "last.pt").step == 3
    fit(memory, tmp_path / "cut")
    memory_rows, file_rows, cut_rows = (
        [
            {k: row[k] for k in ("step", "loss", "ap50") if k in row}
            for line in (tmp_path / name / "log.jsonl").read_text().splitlines()
            if "event" not in (row := json.loads(line))
        ]
        for name in ("memory", "file", "cut")
    )
    assert memory_rows == file_rows == cut_rows
    assert {path.name for path in (tmp_path / "file").iterdir()} == {"last.pt", "log.jsonl"}
