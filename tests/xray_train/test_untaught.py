"""A promise is refused on scans that taught or tuned the model, whatever they are called now."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.xray_train import made_up, tiny
from tests.xray_train.samples import SCAN, sample
from xray import DataError
from xray.card import Card
from xray.familiarity import Familiar
from xray.scan import Encoding
from xray_train import checkpoint, prints
from xray_train.__main__ import app
from xray_train.export import card_of
from xray_train.fit import fit
from xray_train.untaught import refuse_known, refuse_taught

MakeModel = Callable[[Card], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scans that taught; of three that did not, two are the same pictures by other names."""
    return made_up.coco(tmp_path / "my-scans", {"train": 2, "val": 3})


@pytest.fixture
def card(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standin_card: Card) -> Card:
    """Of a model that learned from the split train."""
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)
    settings = tiny.recipe(real=False, data=(str(folder),), cache_px=64, steps=1, batch=2)
    last = fit(settings, tmp_path / "first")
    again = fit(settings, tmp_path / "second", init=last)  # what taught before taught it, too
    made = card_of(checkpoint.read(again), "1")
    return replace(standin_card, data=made.data, training=made.training)


@pytest.fixture
def renamed(folder: Path, tmp_path: Path) -> Path:
    """The same scans, under other names and in a folder of another."""
    root = shutil.copytree(folder, tmp_path / "gate 2")
    for path in (root / "images").glob("*.png"):
        path.rename(path.with_name(f"x{path.name}"))
    for name in ("train", "val"):
        path = root / "annotations" / f"{name}.json"
        path.write_text(path.read_text().replace(f"{name}-", f"x{name}-"))
    return root


def test_a_renamed_folder_that_taught_is_refused_by_its_scans(
    card: Card, renamed: Path, tmp_path: Path, make_model: MakeModel
) -> None:
    assert len(prints.of_card(card, prints.TAUGHT)) == 2
    command = ["calibrate", "--data", str(renamed), "--model", str(make_model(card))]
    command += ["--miss-rate", "0.5", "--confidence", "0", "--scanner", "Acme"]
    run = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "c.json")])
    assert isinstance(run.exception, DataError)
    assert "Among these 5 scans are 4 that taught the model (xtrain-0.png, " in str(run.exception)
    assert "by their very pixels. A miss rate is bounded on scans that" in str(run.exception)
    assert not (tmp_path / "c.json").exists()


def test_figures_of_a_renamed_folder_that_taught_warn(
    card: Card, renamed: Path, tmp_path: Path, make_model: MakeModel
) -> None:
    command = ["evaluate", str(make_model(card)), "--on", str(renamed)]
    run = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "e.json")])
    assert run.exit_code == 0, run.output
    assert "warning: Among these 5 scans are 4 that taught the model" in run.output


def test_other_scans_are_not_and_what_was_compared_is_said(card: Card, tmp_path: Path) -> None:
    assert refuse_known(card, [sample("gun")]).startswith(
        "by its pixels, none of these scans is among the 2 of which the model's card keeps marks, "
        "of 2 that taught it; copies that were compressed anew"
    )
    older = replace(card, training={})
    assert "keeps no marks of the scans that taught it" in refuse_known(older, [sample("gun")])
    simulated = replace(older, data=({"name": "simulated scans", "scans": 9},))
    assert "no scans that taught it but simulated ones" in refuse_known(simulated, [sample("gun")])


def test_scans_that_set_thresholds_are_refused_by_their_pixels(standin_card: Card) -> None:
    noted = prints.tuned(standin_card, "sixray-cal+benign", [SCAN])
    with pytest.raises(DataError, match=r"Among these 1 scans are 1 that tuned the model \(bag\)"):
        refuse_known(replace(standin_card, training=noted), [sample("gun")])


@pytest.mark.parametrize("how", ["as it says", "as older cards say in passing"])
@pytest.mark.parametrize("on", ["sixray-cal", "sixray-cal+benign"])
def test_the_set_that_tuned_a_model_is_refused_by_its_name(
    standin_card: Card, on: str, how: str
) -> None:
    refused = {"sixray-cal+benign": 0.01, "sixray-val+benign": 0.01}
    strangers = Familiar(np.zeros(1), np.zeros((1, 1)), 1.0, refused)
    tuned = {
        "as it says": replace(standin_card, training={"tuned_on": ["sixray-cal+benign"]}),
        "as older cards say in passing": replace(
            standin_card, familiar={Encoding.PSEUDOCOLOR: strangers}
        ),
    }[how]
    with pytest.raises(DataError, match=r"tuned on sixray-cal: .* tuned nothing: give others"):
        refuse_taught(tuned, on)
    refuse_taught(tuned, "sixray-val")  # it scores, and tunes nothing
    refuse_taught(standin_card, on)
