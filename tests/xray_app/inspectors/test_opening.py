"""Scans that commands open: a file that ends its process costs nothing but itself."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xray_app.inspectors.opening import AGAIN, BARE, Opening
from xray_app.inspectors.process import BrokeOff

pytestmark = pytest.mark.slow
MEMORY_MB = 12_288


def asked(file: Path, folder: Path) -> dict[str, Any]:
    return {"files": [str(file)], "folder": str(folder), "stem": "one"}


def test_pixels_are_written_again_and_again_and_after_the_process_was_killed(
    write_scan: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAY_DATABASE_URL", "postgresql://xray:hunter2@db/xray")
    good, text = write_scan("bag.png"), tmp_path / "text.png"
    text.write_text("this is no picture")
    with Opening(BARE, 60.0, MEMORY_MB) as process:
        assert process.ask(asked(text, tmp_path)) == {"why": "unread"}
        running = process.process.running
        assert running is not None
        assert b"hunter2" not in Path(f"/proc/{running.pid}/environ").read_bytes()
        os.kill(running.pid, signal.SIGKILL)
        with pytest.raises(BrokeOff):
            process.ask(asked(good, tmp_path))
        assert process.ask(asked(good, tmp_path)) == {"why": None, "names": ["one.tif"]}
    assert (tmp_path / "one.tif").exists()
    assert process.process.running is None


@pytest.mark.parametrize("module", [BARE, AGAIN])
def test_a_process_that_cannot_start_blames_no_scan(module: str) -> None:
    with pytest.raises(BrokeOff, match="died"), Opening(module, 60.0, 64):
        pytest.fail("64 MiB are too little even to start")


def test_a_file_that_takes_too_long_is_given_up(
    write_scan: Callable[..., Path], tmp_path: Path
) -> None:
    with Opening(BARE, 0.2, MEMORY_MB) as process:
        running = process.process.running
        assert running is not None
        os.kill(running.pid, signal.SIGSTOP)  # stands for a file that takes for ever
        with pytest.raises(BrokeOff, match="opening a scan took over"):
            process.ask(asked(write_scan("bag.png"), tmp_path))
        assert running.poll() is not None
