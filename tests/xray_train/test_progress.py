"""What a run says reaches the log, and TensorBoard where it is asked for."""

import json
from pathlib import Path

import pytest

from tests.xray_train import tiny
from xray.errors import MissingExtra
from xray_train import progress
from xray_train.fit import fit
from xray_train.loader import Steps


@pytest.mark.slow
def test_tensorboard_gets_the_figures_of_each_step(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="TensorBoard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    recipe = tiny.recipe(steps=3, batch=2, check_every=3)
    steps = Steps(recipe, [(1.0, tiny.Shapes())], [])
    held_out = [tiny.Shapes().item(5, None)]  # type: ignore[arg-type]
    also = progress.tensorboard(tmp_path / "board")
    fit(recipe, tmp_path / "run", steps=steps, held_out=held_out, also=also)
    board = EventAccumulator(str(tmp_path / "board")).Reload()
    said = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in said if "loss" in row]
    shown = board.Scalars("loss")
    assert [point.step for point in shown] == [1, 2, 3]
    assert [point.value for point in shown] == pytest.approx(losses)
    assert {"lr", "norm", "ap50/mean"} <= set(board.Tags()["scalars"])


def test_without_tensorboard_the_command_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingExtra, match=r"xray-cargo\[tensorboard\]"):
        progress.tensorboard(tmp_path)
