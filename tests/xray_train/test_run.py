"""A run notes what computes it, and so do the card and the runs that go on from it."""

from dataclasses import replace
from pathlib import Path

import torch

from tests.xray_train import tiny
from xray_train import checkpoint, export
from xray_train.fit import fit
from xray_train.loader import Steps
from xray_train.run import name_of

CPUINFO = "processor\t: 0\nmodel name\t: Abacus 9000\nprocessor\t: 1\nmodel name\t: Abacus 9000\n"


def test_a_processor_is_called_what_it_calls_itself(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(CPUINFO)
    assert name_of(torch.device("cpu"), tmp_path / "cpuinfo").endswith("CPU cores, Abacus 9000")
    assert "CPU cores, " in name_of(torch.device("cpu"), tmp_path / "none")


def test_checkpoint_and_card_say_what_computed_and_what_computed_before(tmp_path: Path) -> None:
    recipe = tiny.recipe(steps=1, batch=2)
    steps = Steps(recipe, [(1.0, tiny.Shapes())], [])
    here = name_of(torch.device("cpu"))
    found = checkpoint.read(fit(recipe, tmp_path / "first", steps=steps, held_out=[]))
    assert found.devices == (here,)
    before = tmp_path / "before.pt"
    replace(found, devices=("an abacus",)).save(before)
    later = fit(recipe, tmp_path / "second", steps=steps, held_out=[], init=before)
    again = fit(recipe, tmp_path / "second", steps=steps, held_out=[], init=before)
    assert again == later
    assert checkpoint.read(later).devices == ("an abacus", here)
    card = export.card_of(checkpoint.read(later), "1")
    assert card.training["device"] == f"an abacus, then {here}"
    assert export.card_of(replace(found, devices=()), "1").training["device"] == "not recorded"
