"""What a process answers is bounded, whatever a file made of it."""

import sys
from pathlib import Path
from typing import Any

import pytest

from xray_app.inspectors import pool, process
from xray_app.inspectors.pool import Inspecting, Limits
from xray_app.inspectors.process import BrokeOff, Process

BEGINS = """
import sys
print('{"model": "m", "absence": ""}', flush=True)
sys.stdin.readline()
"""
ENDLESS = "while True: print('x' * 65536, end='')"
TWICE = """print('{"n": 1}', '{"n": 2}', sep=chr(10), flush=True); sys.stdin.read()"""
GARBLED = ["print('Traceback', flush=True)", "print('[1]', flush=True)"]
GARBLED += ["print('[' * 100_000, flush=True)"]


def saying(code: str) -> Process:
    return Process([sys.executable, "-c", BEGINS + code], "an inspection", lambda _: None)


def test_an_answer_without_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MOST_BYTES", 2**20)
    endless = saying(ENDLESS)
    with pytest.raises(BrokeOff, match="an inspection said more than 1 MB"):
        endless.ask({}, 60.0)
    assert endless.running is None
    endless.close()


def test_two_lines_are_two_answers() -> None:
    twice = saying(TWICE)
    assert [twice.ask({}, 60.0)["n"] for _ in range(2)] == [1, 2]
    twice.close()


@pytest.mark.parametrize("code", GARBLED, ids=["no JSON", "no object", "too deep"])
def test_what_is_no_answer_is_broken_off_and_its_process_ended(code: str) -> None:
    garbled = saying(code)
    with pytest.raises(BrokeOff):
        garbled.ask({}, 60.0)
    assert garbled.running is None
    garbled.close()
    with pytest.raises(BrokeOff, match="stopping"):
        garbled.ask({}, 60.0)


@pytest.mark.parametrize("made", ["link", "large", "nothing", "elsewhere"])
def test_only_files_in_the_folder_that_it_was_given_are_read(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"hunter2")
    monkeypatch.setattr(pool, "MOST_WRITTEN_BYTES", 3)
    one = Inspecting(None, Limits(), None)

    def ask(asked: dict[str, Any], _: float) -> dict[str, Any]:
        file = Path(asked["folder"]) / "picture.jpg"
        if made == "link":
            file.symlink_to(secret)
        if made == "large":
            file.write_bytes(b"1234")
        said = str(secret if made == "elsewhere" else file)
        return {"picture": said, "thumbnail": None, "planes": None}

    monkeypatch.setattr(one.process, "ask", ask)
    with pytest.raises(BrokeOff, match="something else than it says"):
        one.ask([], [], {}, {})
