"""The real simulator, in this process and in others."""

from pathlib import Path

import pytest

from xray_datasets import scenes

SIDE_PX = 64


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        assert len([*scenes.simulate(folder, "baggage", 3, 7, SIDE_PX, workers)]) == 3
        scenes.finish(folder)
    one, two = (
        {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (tmp_path / "1", tmp_path / "2")
    )
    assert len(one) == 3 * 3 + 2  # pages, console and JSON of each; the manifest and COCO
    assert one == two
