"""What a batch takes for its work: folders with links, long lists, pairs; and what came later."""

import itertools
import json
import os
import random
from pathlib import Path, PurePath

import pytest

import xray
from xray import batch
from xray.batch import Format, Settings, listing, sorting


def names(source: Path, out: Path) -> list[str]:
    return [item.id for item in listing.found(source, out)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """a/1.png, a/2.png and b.png."""
    folder = tmp_path / "folder"
    (folder / "a").mkdir(parents=True)
    for name in ("a/1.png", "a/2.png", "b.png"):
        (folder / name).touch()
    return folder


def test_linked_folders_are_followed_each_once_and_round_in_circles_never(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "disk/deep").mkdir(parents=True)
    (tmp_path / "disk/3.png").touch()
    (tmp_path / "disk/deep/4.png").touch()
    for link, target in {
        "2024": tmp_path / "disk",
        "again": tmp_path / "disk",
        "deep": tmp_path / "disk/deep",
        "latest": folder / "a",
        "a/up": folder,
        "file.png": tmp_path / "disk/3.png",
    }.items():
        (folder / link).symlink_to(target)
    (tmp_path / "disk/back").symlink_to(folder)
    assert names(folder, tmp_path / "out") == [
        *("2024/3.png", "2024/deep/4.png", "a/1.png", "a/2.png", "b.png", "file.png")
    ]


def test_dead_links_are_set_aside_with_the_reason(folder: Path, tmp_path: Path) -> None:
    (folder / "gone.png").symlink_to("/nowhere.png")
    (folder / "loop").symlink_to("loop")
    found = {item.id: item.why for item in listing.found(folder, tmp_path)}
    assert "a link to /nowhere.png (No such file" in found["gone.png"]
    assert "a link to loop" in found["loop"]
    assert [name for name, why in found.items() if not why] == ["a/1.png", "a/2.png", "b.png"]


def test_a_folder_that_may_not_be_opened_is_set_aside_and_the_others_are_walked(
    folder: Path, tmp_path: Path, monkeypatch, standin: Path, engine
) -> None:
    (folder / "lost+found").mkdir()
    scan = os.scandir

    def forbidding(at: str):
        if str(at).endswith("lost+found"):
            raise PermissionError(13, "Permission denied", at)
        return scan(at)

    monkeypatch.setattr(os, "scandir", forbidding)
    summary = batch.run(folder, tmp_path / "out", Settings(str(standin)), Format.JSONL, engine)
    assert summary["scans"] == 4
    last = (tmp_path / "out/set_aside.jsonl").read_text().splitlines()[-1]
    assert "the folder cannot be opened (Permission denied)" in last


@pytest.mark.parametrize(("chunk", "runs"), [(500, 100), (7, 100), (7, 3), (1, 2)])
def test_a_list_longer_than_memory_gives_the_same_order(
    tmp_path: Path, monkeypatch, chunk: int, runs: int
) -> None:
    monkeypatch.setattr(sorting, "CHUNK", chunk)
    monkeypatch.setattr(sorting, "RUNS", runs)
    whole = ["/".join(parts) for parts in itertools.product("ab-", "c.\u2028", ["1", "2", "a b"])]
    shuffled = random.Random(5).choices(whole, k=80)
    found = list(sorting.ordered(shuffled, tmp_path))
    assert found == sorted(set(shuffled), key=lambda name: PurePath(name).parts)
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_repeated_ends_no_list(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sorting, "CHUNK", 5)
    assert list(sorting.ordered("aabcdefgh", tmp_path)) == [*"abcdefgh"]


def test_a_line_of_a_list_ends_where_an_editor_ends_it_and_nowhere_else(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes("\ufeffa.png\r\nb\x85c.png\nd\u2028e.png\n\n".encode())
    assert names(file, tmp_path) == ["a.png", "b\x85c.png", "d\u2028e.png"]


@pytest.mark.parametrize("name", ["{low}/a.png", "../low/a.png", "b/../a.png"])
def test_high_refuses_names_that_would_leave_its_folder(
    tmp_path: Path, standin: Path, engine, name: str
) -> None:
    low = tmp_path / "low"
    low.mkdir()
    (tmp_path / "high").mkdir()
    (low / "list.txt").write_text(name.format(low=low))
    settings = Settings(str(standin), high=str(tmp_path / "high"))
    with pytest.raises(xray.RecipeError, match=r"with --high expected paths from the list's own"):
        batch.run(low / "list.txt", tmp_path / "out", settings, Format.JSONL, engine)


def test_high_refuses_the_folder_of_the_scans_and_a_scan_as_its_own_pair_is_set_aside(
    folder: Path, tmp_path: Path, standin: Path, engine
) -> None:
    same = Settings(str(standin), high=str(folder))
    with pytest.raises(xray.RecipeError, match="the folder of the scans themselves"):
        batch.run(folder, tmp_path / "out", same, Format.JSONL, engine)
    (tmp_path / "high").mkdir()
    (tmp_path / "high/b.png").symlink_to(folder / "b.png")
    linked = Settings(str(standin), high=str(tmp_path / "high"))
    batch.run(folder, tmp_path / "out", linked, Format.JSONL, engine)
    aside = map(json.loads, (tmp_path / "out/set_aside.jsonl").read_text().splitlines())
    reasons = {one["id"]: one["reason"] for one in aside}
    assert "is the same; expected the high energy there" in reasons["b.png"]


def test_a_batch_that_is_done_says_what_came_since(
    make_archive, standin: Path, engine, tmp_path: Path
) -> None:
    archive, out, settings = make_archive(4), tmp_path / "out", Settings(str(standin))
    batch.run(archive, out, settings, Format.JSONL, engine)
    (archive / "night-0/0000.png").unlink()  # what went is nothing to say
    batch.run(archive, out, settings, Format.JSONL, engine)
    for number in range(4):
        (archive / f"new-{number}.png").touch()
    with pytest.raises(
        xray.RecipeError, match=r"4 more .*\(new-0.png, new-1.png, new-2.png, \.\.\.\)"
    ):
        batch.run(archive, out, settings, Format.JSONL, engine)


def test_a_list_with_whole_paths_among_others_is_not_taken_for_a_longer_one(
    make_archive, standin: Path, engine, tmp_path: Path
) -> None:
    archive, out, settings = make_archive(4), tmp_path / "out", Settings(str(standin))
    listed = archive / "list.txt"
    listed.write_text(f"{archive}/night-1/0001.png\na/b.png\n./night-0/0000.png\n")
    first = batch.run(listed, out, settings, Format.JSONL, engine)
    assert (first["scans"], first["set_aside"]) == (3, 1)
    assert batch.run(listed, out, settings, Format.JSONL, engine) == first


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_list_in_utf_16_is_read_where_it_says_so(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "list.txt"
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # "utf-16" writes its own
    file.write_bytes(f"{mark}나/1.png\r\n가.png\r\n".encode(encoding))
    assert names(file, tmp_path) == ["가.png", "나/1.png"]


@pytest.mark.parametrize("encoding", ["cp949", "utf-16-le"])
def test_a_list_in_another_encoding_is_refused_and_it_is_said_how_to_save_it(
    tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes("가.png\na.png\n".encode(encoding))
    with pytest.raises(xray.RecipeError, match=r"on each line, in UTF-8; save it so"):
        names(file, tmp_path)


@pytest.mark.parametrize(("chunk", "runs"), [(500, 100), (2, 100), (1, 2)])
def test_a_scan_that_a_list_spells_in_several_ways_is_done_once_under_the_first(
    folder: Path, tmp_path: Path, monkeypatch, chunk: int, runs: int
) -> None:
    monkeypatch.setattr(sorting, "CHUNK", chunk)
    monkeypatch.setattr(sorting, "RUNS", runs)
    file = folder / "list.txt"
    again = ["b.png", f"{folder}/a/1.png", "./a/./2.png", "a//1.png", "a/../b.png", "a/2.png"]
    file.write_text("\n".join(["./b.png", *again, "../folder/b.png", "a/1.png", "c/..d.png"]))
    assert names(file, tmp_path) == [f"{folder}/a/1.png", "./a/./2.png", "./b.png", "c/..d.png"]


def test_a_step_back_out_of_a_linked_folder_loses_no_scan(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "disk/deep").mkdir(parents=True)
    (tmp_path / "disk/b.png").touch()
    (folder / "deep").symlink_to(tmp_path / "disk/deep")
    (folder / "list.txt").write_text("deep/../b.png\nb.png\n")  # two files
    assert sorted(names(folder / "list.txt", tmp_path)) == ["b.png", "deep/../b.png"]


def test_other_spellings_in_a_list_are_nothing_that_came_since(
    make_archive, standin: Path, engine, tmp_path: Path
) -> None:
    archive, settings = make_archive(4), Settings(str(standin))
    listed, out = archive / "list.txt", tmp_path / "out"
    listed.write_text("night-1/0001.png\n./night-0/0000.png\n")
    batch.run(listed, out, settings, Format.JSONL, engine)
    listed.write_text(f"./night-1/0001.png\n{archive}/night-0/0000.png\n")
    assert batch.run(listed, out, settings, Format.JSONL, engine)["scans"] == 2
    listed.write_text("night-0/0003.png\n./night-1/0001.png\n")
    with pytest.raises(xray.RecipeError, match=r"1 more .*\(night-0/0003.png\)"):
        batch.run(listed, out, settings, Format.JSONL, engine)
