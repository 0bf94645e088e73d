"""A small archive: good scans in folders, a cut-off one, a note."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from xray.batch import Settings
from xray.batch.inspecting import lines
from xray.batch.plan import Shard


def png(shade: int) -> bytes:
    picture = np.full((48, 64, 3), 255, np.uint8)
    picture[10:40, 10:40] = (shade, 180, 240)
    return bytes(cv2.imencode(".png", picture)[1])


@pytest.fixture
def make_archive(tmp_path: Path) -> Callable[[int], Path]:
    """Writes an archive of so many good scans, one that is cut off, and a note."""

    def make(scans: int) -> Path:
        folder = tmp_path / "archive"
        for k in range(scans):
            file = folder / f"night-{k % 3}" / f"{k:04}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(png(k % 200))
        (folder / "night-1" / "cut.png").write_bytes(png(0)[:60])
        (folder / "a note.txt").write_text("gone for lunch")
        (folder / ".hidden").write_text("not for us")
        return folder

    return make


def alone(
    shards: Iterable[Shard], settings: Settings, saw: Callable[[int], None]
) -> Iterator[tuple[int, list[str]]]:
    """An engine without processes."""
    detector = settings.detector()
    for shard in shards:
        yield shard.number, lines(shard, detector, settings, lambda place: saw(1))


@pytest.fixture
def engine():
    return alone


def written(out: Path) -> dict[str, bytes]:
    """Every file that a batch leaves as its result, by name."""
    files = [*out.glob("reports/*"), out / "set_aside.jsonl", out / "summary.json"]
    return {file.name: file.read_bytes() for file in files}


@pytest.fixture
def results():
    return written
