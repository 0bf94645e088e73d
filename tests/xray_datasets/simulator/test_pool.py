"""Pools: filled, resumed, kept fresh while somebody reads, and read back."""

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray_datasets.__main__ import app
from xray_datasets.simulator import Pool, fill, filling, keep_fresh, show, simulate

SIDE = 64


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "SHARD", 2)
    monkeypatch.setattr(filling, "LARGE_SHARD", 1)


def seeds(scenes: Pool) -> list[int]:
    return [scenes[k].seed for k in range(len(scenes))]


def test_a_pool_resumes_and_reads_back_what_was_simulated(tmp_path: Path) -> None:
    fill(tmp_path, "baggage", 2, seed=10, side_px=SIDE)
    first = next(tmp_path.glob("*.npy")).stat().st_mtime_ns
    scenes, told = Pool(tmp_path), []
    assert len(scenes) == 2
    fill(tmp_path, "baggage", 3, seed=10, side_px=SIDE, on_shard=told.append)  # whole shards
    assert [path.name for path in told] == ["baggage-000000012-2.npy"]
    assert next(iter(sorted(tmp_path.glob("*.npy")))).stat().st_mtime_ns == first
    assert scenes.refresh() == 4
    kept, made = scenes[3], simulate("baggage", 13, SIDE)
    assert (kept.seed, kept.kind, kept.pixel_mm) == (13, "baggage", made.pixel_mm)
    assert kept.parameters == made.parameters
    assert np.abs(kept.low - made.low).max() < 1e-4
    assert kept.labels == tuple(o.label for o in made.objects if o.label)
    assert kept.boxes.shape == (len(kept.labels), 4)


def test_a_pool_holds_containers_and_consoles_show_them_as_containers(tmp_path: Path) -> None:
    fill(tmp_path, "container", 1, seed=3, side_px=200)
    (kept,), made = Pool(tmp_path), simulate("container", 3, 200)
    assert (kept.kind, kept.pixel_mm, kept.planes.shape) == (
        "container",
        made.pixel_mm,
        (2, 80, 200),
    )
    ours, theirs = (show(one, np.random.default_rng(0)).astype(int) for one in (kept, made))
    assert np.abs(ours - theirs).max() <= 8  # a grey step or two: planes are kept as 16 bits
    assert (ours[..., 0] == ours[..., 2]).all() == (theirs[..., 0] == theirs[..., 2]).all()


def test_kept_fresh_a_pool_loses_its_oldest_scenes_and_stays_as_large(tmp_path: Path) -> None:
    fill(tmp_path, "parcel", 4, seed=0, side_px=SIDE)
    scenes = Pool(tmp_path)
    held = scenes[0]
    written = [path.name for path in islice(keep_fresh(tmp_path, "parcel", 4, side_px=SIDE), 2)]
    assert written == ["parcel-000000004-2.npy", "parcel-000000006-2.npy"]
    assert len({path.stem for path in tmp_path.iterdir()}) == 2  # shards, with what is in them
    assert held.low.shape == (SIDE, SIDE)  # what a reader has it keeps
    assert scenes.refresh() == 4
    assert seeds(scenes) == [4, 5, 6, 7]
    fill(tmp_path, "parcel", 6, seed=0, side_px=SIDE)  # goes on, not back
    assert scenes.refresh() == 6
    assert seeds(scenes)[-1] == 9


def test_kept_fresh_without_a_number_a_pool_stays_as_large_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "COUNT", 2)
    fill(tmp_path, "parcel", 8, side_px=SIDE)
    next(keep_fresh(tmp_path, "parcel", side_px=SIDE))
    assert seeds(Pool(tmp_path)) == list(range(2, 10))
    monkeypatch.setattr(filling, "COUNT", 12)
    list(islice(keep_fresh(tmp_path, "parcel", side_px=SIDE), 2))
    assert seeds(Pool(tmp_path)) == list(range(2, 14))


def test_a_number_under_what_is_there_is_refused_and_nothing_goes(tmp_path: Path) -> None:
    fill(tmp_path, "parcel", 8, side_px=SIDE)
    asked = ["pool", "--out", str(tmp_path), "--kind", "parcel", "--side", str(SIDE)]
    ran = CliRunner().invoke(app, [*asked, "--count", "3", "--keep-fresh"])
    assert isinstance(ran.exception, DataError)
    assert "holds 8 scenes of the kind parcel" in str(ran.exception)
    assert seeds(Pool(tmp_path)) == list(range(8))


def test_two_that_write_one_shard_do_not_write_into_one_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pond, save, process = filling.Pond(tmp_path, "parcel", 2, side_px=SIDE), np.save, iter((7, 8))
    monkeypatch.setattr(filling.os, "getpid", lambda: next(process))

    def meanwhile(file, planes) -> None:
        monkeypatch.setattr(filling.np, "save", save)
        filling.write_shard(pond, 0)
        save(file, planes)

    monkeypatch.setattr(filling.np, "save", meanwhile)
    filling.write_shard(pond, 0)
    assert seeds(Pool(tmp_path)) == [0, 1]
    assert not [*tmp_path.glob(".*")]


def test_keeping_fresh_begins_with_what_is_missing(tmp_path: Path) -> None:
    written = islice(keep_fresh(tmp_path, "baggage", 4, seed=5, side_px=SIDE), 3)
    assert [int(path.name[8:17]) for path in written] == [5, 7, 9]
    assert seeds(Pool(tmp_path)) == [7, 8, 9, 10]


def test_what_is_finished_while_it_stops_leaves_a_pool_as_large(
    tmp_path: Path, monkeypatch
) -> None:
    def two_at_once(pond: filling.Pond, seeds, workers: int):
        try:
            for seed in seeds:
                yield filling.write_shard(pond, seed)
        finally:
            filling.write_shard(pond, next(seeds))

    monkeypatch.setattr(filling, "_written", two_at_once)
    fresh = keep_fresh(tmp_path, "baggage", 2, side_px=SIDE)
    next(fresh)
    fresh.close()
    assert seeds(Pool(tmp_path)) == [2, 3]


def test_two_do_not_fill_one_pool_and_drafts_of_a_killed_one_go(tmp_path: Path) -> None:
    (tmp_path / ".baggage-000000000-2.npy.part").write_bytes(b"half")
    fresh = keep_fresh(tmp_path, "baggage", 2, side_px=SIDE)
    next(fresh)
    assert not [*tmp_path.glob(".*")]
    with pytest.raises(DataError, match="another process fills this pool"):
        fill(tmp_path, "baggage", 2)
    fresh.close()
    fill(tmp_path, "baggage", 2, side_px=SIDE)


def test_shards_that_go_while_they_are_listed_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, "baggage", 4, side_px=SIDE)
    sorted(tmp_path.glob("*.json"))[0].unlink()
    assert seeds(Pool(tmp_path)) == [2, 3]


def test_shards_of_an_older_simulator_are_neither_read_nor_added_to(tmp_path: Path) -> None:
    fill(tmp_path, "baggage", 4, side_px=SIDE)
    (oldest, _) = sorted(tmp_path.glob("*.json"))
    oldest.write_text(json.dumps(json.loads(oldest.read_text())["scenes"]))  # as they were
    said = r"baggage-000000000-2\.npy: a shard of version 1, expected 2: .*Delete .* fill it anew"
    with pytest.raises(DataError, match=said):
        Pool(tmp_path)
    with pytest.raises(DataError, match=said):
        fill(tmp_path, "baggage", 6, side_px=SIDE)
    assert len([*tmp_path.glob("*.npy")]) == 2
    oldest.unlink()  # with its planes alone, it is on its way out
    fill(tmp_path, "baggage", 4, side_px=SIDE)


def test_the_command_fills_what_training_reads(tmp_path: Path) -> None:
    asked = ["pool", "--out", str(tmp_path), "--kind", "parcel", "--count", "3", "--side", "64"]
    ran = CliRunner().invoke(app, asked)
    assert (ran.exit_code, ran.exception) == (0, None), ran.output
    assert len(Pool(tmp_path, "parcel")) == 4
    assert len(Pool(tmp_path, "baggage")) == 0
