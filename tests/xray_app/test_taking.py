"""Files leave their senders' hands whole: as they were seen, with what was said of them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xray_app.taking import ANOTHER, Seen, Taking


@pytest.fixture
def taking(tmp_path: Path) -> Taking:
    return Taking(tmp_path)


def put(folder: Path, name: str, data: bytes, time_ns: int = 0) -> Seen:
    path = folder / name
    path.write_bytes(data)
    os.utime(path, ns=(time_ns, time_ns))
    return len(data), time_ns


def read(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_held_is_out_of_reach_of_its_name(taking: Taking, tmp_path: Path) -> None:
    seen = put(tmp_path, "bag.png", b"one") + put(tmp_path, "bag.png.json", b"{}")
    number = taking.hold("bag.png", seen)
    assert (number, taking.held(), taking.scan("1")) == ("1", ["1"], "bag.png")
    put(tmp_path, "bag.png", b"two")
    with taking.open("1", "bag.png") as scan:
        assert scan.read() == b"one"
    taking.put_away("1", "bag.png", "done", ".txt", "said")
    done = {"done/bag.png": b"one", "done/bag.png.json": b"{}", "done/bag.png.txt": b"said"}
    assert read(tmp_path) == {"bag.png": b"two", **done}
    assert taking.held() == []


@pytest.mark.parametrize("changed", ["bag.png", "bag.png.json", "bag.png gone", "json gone"])
def test_what_changed_since_it_was_seen_stays_where_it_is(
    taking: Taking, tmp_path: Path, changed: str
) -> None:
    seen = put(tmp_path, "bag.png", b"one") + put(tmp_path, "bag.png.json", b"{}")
    if changed.endswith("gone"):
        (tmp_path / ("bag.png" if "bag" in changed else "bag.png.json")).unlink()
    else:
        put(tmp_path, changed, b"{}", time_ns=1)
    there = read(tmp_path)
    assert taking.hold("bag.png", seen) is None
    assert read(tmp_path) == there
    assert taking.held() == []


@pytest.mark.parametrize("next_one", ["bag.png", "bag.png.json"])
def test_what_is_given_back_overwrites_nothing_and_nothing_is_said_of_another(
    taking: Taking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_one: str
) -> None:
    def rename(one: str, *where: Any, **folders: Any) -> None:
        whole(one, *where, **folders)
        if one == "bag.png" and not (tmp_path / next_one).exists():
            put(tmp_path, next_one, b"2")  # the next scan's, or what is said of it

    put(tmp_path, "bag.png", b"one")
    put(tmp_path, "bag.png.json", b"1")
    whole: Callable[..., None] = os.rename
    monkeypatch.setattr(os, "rename", rename)
    assert taking.hold("bag.png", (0, 0)) is None
    said = (ANOTHER.format(file="bag.png") + "\n").encode()
    failed = {"failed/bag.png": b"one", "failed/bag.png.json": b"1"}
    assert read(tmp_path) == {next_one: b"2", **failed, "failed/bag.png.reason.txt": said}
    assert taking.held() == []


def test_what_is_said_of_the_next_scan_is_not_taken_with_this_one(
    taking: Taking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(one: str, *where: Any, **folders: Any) -> None:
        whole(one, *where, **folders)
        if one == "bag.png" and not (tmp_path / "bag.png.json").exists():
            put(tmp_path, "bag.png.json", b"2")  # the next scan's, before its scan

    seen = put(tmp_path, "bag.png", b"one") + put(tmp_path, "bag.png.json", b"1")
    whole: Callable[..., None] = os.rename
    monkeypatch.setattr(os, "rename", rename)
    taking.hold("bag.png", seen)
    assert read(tmp_path / "taking" / "1") == {"bag.png": b"one", "bag.png.json": b"1"}
    assert (tmp_path / "bag.png.json").read_bytes() == b"2"


def test_numbers_go_on_from_what_a_crash_left(taking: Taking, tmp_path: Path) -> None:
    for number in range(1, 12):
        name = f"{number}.png"
        assert taking.hold(name, put(tmp_path, name, b"scan")) == str(number)
    assert Taking(tmp_path).held() == [str(number) for number in range(1, 12)]
