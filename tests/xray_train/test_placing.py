"""Whatever a file's way into its folder is cut off by, what is there can be loaded."""

from pathlib import Path

import pytest

from xray import ModelError
from xray.card import SUMS, verified_bytes
from xray_train.placing import alone, note_sum, put


class Killed(Exception):
    """The process ended here."""


@pytest.mark.parametrize("steps", range(4))
def test_killed_after_any_step_what_is_there_can_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    target, new = tmp_path / "weights" / "parcel.onnx", tmp_path / "new.onnx"
    target.parent.mkdir()
    target.write_bytes(b"old")
    new.write_bytes(b"new")
    note_sum(target)
    left, replace = iter(range(steps)), Path.replace

    def until_killed(self: Path, other: Path) -> Path:
        if next(left, None) is None:
            raise Killed
        return replace(self, other)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", until_killed)
        with pytest.raises(Killed):
            put(new, target, "terms")
    assert verified_bytes(target)[0] == (b"old" if steps < 2 else b"new")
    put(new, target, "terms")
    assert verified_bytes(target)[0] == b"new"
    (line,) = (target.parent / SUMS).read_text().splitlines()
    assert line.endswith("  parcel.onnx")


def test_a_damaged_file_is_refused_while_two_hashes_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "parcel.onnx"
    path.write_bytes(b"neither")
    (tmp_path / SUMS).write_text("".join(f"{digit * 64}  parcel.onnx\n" for digit in "01"))
    with pytest.raises(ModelError, match="damaged or was replaced"):
        verified_bytes(path)


def test_neighbours_keep_their_hashes(tmp_path: Path) -> None:
    (tmp_path / SUMS).write_text(f"{'0' * 64} *other.onnx\n")
    (tmp_path / "new.onnx").write_bytes(b"new")
    put(tmp_path / "new.onnx", tmp_path / "parcel.onnx", "terms")
    lines = (tmp_path / SUMS).read_text().splitlines()
    assert f"{'0' * 64} *other.onnx" in lines
    assert len(lines) == 2


def test_one_at_a_time_changes_a_folder(tmp_path: Path) -> None:
    with (
        alone(tmp_path),
        pytest.raises(ModelError, match="another process changes"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):  # free again
        pass
