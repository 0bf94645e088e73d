"""Files for a moment lie where there is room for them, and do not stay."""

import os
import time
from pathlib import Path

import pytest

from xray_app import temporary_files


def test_what_killed_services_left_in_a_folder_of_our_own_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "tmp"
    monkeypatch.setenv("TMPDIR", str(folder))
    temporary_files.make(tmp_path / "data")
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("xray-scan-old", "xray-scan-new", "others-old"):
        (folder / name / "deep").mkdir(parents=True)
        if name.endswith("old"):
            long_ago = time.time() - temporary_files.DAY_SECONDS - 60
            os.utime(folder / name, (long_ago, long_ago))
    temporary_files.clear(tmp_path / "data")
    assert {left.name for left in folder.iterdir()} == {"xray-scan-new", "others-old"}


@pytest.mark.parametrize("named", ["/", "", "elsewhere", "data"])
def test_a_folder_that_others_use_too_is_neither_made_nor_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / named) if named.strip("/") else named)
    assert temporary_files.ours(tmp_path / "data") is None
    temporary_files.make(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
