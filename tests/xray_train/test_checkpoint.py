"""A run on disk that is none."""

from pathlib import Path

import pytest

from xray.errors import ModelError
from xray_train import checkpoint


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_checkpoint_is_named_in_one_line(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "last.pt"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"last\.pt: not a checkpoint of xray-train fit") as caught:
        checkpoint.read(file)
    assert "\n" not in str(caught.value)
