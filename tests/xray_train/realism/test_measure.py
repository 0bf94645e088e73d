"""The command as a whole, on a folder in the shape of the real one."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray_datasets import simulator
from xray_datasets.real import AIR_COUNT, VARIABLE
from xray_train.__main__ import app
from xray_train.realism import classifier, curves, display, measure, page, palettes, scans


def folder(root: Path, count: int = 6) -> Path:
    """Scans of the simulator as if they were real: coloured ones on white, and pairs."""
    for name in ("sixray/images", "sixray/benign", "dual-energy/low", "dual-energy/high"):
        (root / name).mkdir(parents=True)
    colours, pairs = [], []
    for k in range(count):
        made = simulator.simulate("baggage", k, 240)
        about = {"id": k, "width": 240, "height": 240, "group": k}
        picture = palettes.coloured(made, "white")
        picture[picture.min(2) >= palettes.BRIGHT] = 255  # not the pink that some consoles' air is
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(root / f"sixray/images/{k}.jpg"), bgr)
        colours.append({**about, "file_name": f"{k}.jpg"})
        for plane, name in ((made.low, "low"), (made.high, "high")):
            codes = np.clip(np.rint(plane * AIR_COUNT), 0, 255).astype(np.uint8)
            cv2.imwrite(str(root / f"dual-energy/{name}/{k}.png"), codes)
        pairs.append({**about, "file_name": f"low/{k}.png", "high_file_name": f"high/{k}.png"})
    names = [{"id": 1, "name": "knife"}]
    for path, images in (("sixray/instances_train", colours), ("dual-energy/instances_dev", pairs)):
        document = {"images": images, "annotations": [], "categories": names}
        (root / f"{path}.json").write_text(json.dumps(document))
    (root / "sixray/benign.json").write_text("[]")
    return root


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few scans are enough."""
    monkeypatch.setattr(measure, "PAIR_SCENES", 6)
    monkeypatch.setattr(measure, "BLADES", 4)
    monkeypatch.setattr(measure, "LEAST_SCANS", 4)
    monkeypatch.setattr(measure, "LEAST_BAGS", 4)
    monkeypatch.setattr(classifier, "LEAST", 4)
    monkeypatch.setattr(curves, "LEAST_SCENES", 99)
    monkeypatch.setattr(display, "LEAST_PIXELS", 20)


@pytest.mark.usefixtures("small")
def test_the_command_writes_figures_page_sheets_and_the_key(tmp_path: Path) -> None:
    root, out = folder(tmp_path / "real"), tmp_path / "out"
    command = ["realism", "--data", str(root), "--out", str(out), "--count", "6"]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, (run.output, run.exception)
    kept = json.loads((out / "realism.json").read_text())
    assert set(kept["palettes"]) == {"white", "dual"}
    white = kept["palettes"]["white"]
    assert white["real"]["bags"] == 6  # of simulated ones those that show patches like them
    assert 4 <= white["simulated"]["bags"] <= 6
    assert white["real"]["patches"] == white["simulated"]["patches"]
    assert 0 <= white["auc"] <= 1
    assert [way["judged_bags"] for way in kept["display"]["ways"]] == [3, 3]
    text = (out / "realism.html").read_text()
    assert "{" not in text.split("</style>")[1]
    assert text.count("data:image/jpeg") == 3  # two palettes and the pairs
    assert len(json.loads((out / "pairs-key.json").read_text())) == kept["pairs"]
    assert "AUC of real against simulated patches" in run.output


def test_without_real_scans_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(DataError, match="--data ROOT"):
        measure.folder_of(None)
    with pytest.raises(DataError, match="no such folder"):
        measure.folder_of(tmp_path / "none")
    run = CliRunner().invoke(app, ["realism", "--out", str(tmp_path / "out")])
    assert isinstance(run.exception, DataError)
    assert not (tmp_path / "out").exists()


def test_a_palette_of_few_scans_is_said_and_not_measured() -> None:
    rows = {"white": {"auc": None, "why": "3 real scans of 2 bags: too few"}}
    found = {"goals": {"gap": 0.05, "auc": 0.8}, "display": {"ways": []}, "palettes": rows}
    assert page.lines(found)[-1].endswith("3 real scans of 2 bags: too few")


def test_bags_are_taken_one_by_one_before_a_second_scan_of_any() -> None:
    from tests.xray_train.samples import sample
    from xray_train.realism.files import File

    mine = [
        scans.Real(replace(sample(id=f"{bag}{k}", group=bag), origin="o"), "white", File(1, 1))
        for bag, many in (("a", 9), ("b", 1), ("c", 1))
        for k in range(many)
    ]
    taken = scans.chosen(mine, 4, np.random.default_rng(0))
    assert sorted(one.sample.bag for one in taken[:3]) == ["a", "b", "c"]
    assert len(taken) == 4


def test_the_same_scene_gets_the_same_colours_of_the_palette_asked_for() -> None:
    made = simulator.simulate("baggage", 3, 120)
    first, again = (palettes.coloured(made, "grey") for _ in range(2))
    assert np.array_equal(first, again)
    assert palettes.palette_of(palettes.coloured(made, "plain")) == "plain"
    with pytest.raises(KeyError):
        palettes.coloured(made, "sepia")
