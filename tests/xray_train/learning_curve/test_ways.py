"""The points of a learning curve: each trained once, from the right start, on the right scans."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.xray_train.learning_curve import made_up
from xray import RecipeError
from xray_datasets import coco, layouts
from xray_train.__main__ import app
from xray_train.learning_curve import folder, ways
from xray_train.learning_curve.folder import Point
from xray_train.learning_curve.ways import Curve


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up.scans(tmp_path_factory.mktemp("data") / "bags")


@pytest.fixture
def curve(standin: Path, data: Path, tmp_path: Path) -> Curve:
    made = Curve(tmp_path / "out", standin, minutes=0.5, threads=1)
    assert ways.prepare(made, data) == 12
    return made


@pytest.fixture
def taught(standin: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the points that were trained, by what stands in for training."""
    names: list[str] = []

    def trained(curve: Curve, point: Point) -> tuple[Path, dict[str, Any]]:
        names.append(str(point))
        return standin, {"steps": 3}

    monkeypatch.setattr(ways, "_trained", trained)
    return names


def quiet(_: str) -> None:
    """Says nothing."""


def test_a_finished_point_is_not_trained_again_and_a_new_one_is_added(
    curve: Curve, taught: list[str]
) -> None:
    ways.measure(curve, ways.points((0, 4), 1), quiet)
    assert taught == ["fine-tuned-4-0", "from-scratch-4-0", "ssdlite-4-0"]
    folder.row(curve.out, Point("ssdlite", 4, 0)).unlink()
    taught.clear()
    ways.measure(curve, ways.points((0, 4, 6), 1, ("fine-tuned", "ssdlite")), quiet)
    assert taught == ["ssdlite-4-0", "fine-tuned-6-0", "ssdlite-6-0"]


def test_rows_have_figures_and_without_a_scan_the_start_is_scored_as_it_is(
    curve: Curve, taught: list[str]
) -> None:
    ways.measure(curve, ways.points((0, 4), 1, ("fine-tuned",)), quiet)
    untouched, tuned = folder.rows(curve.out)
    assert taught == ["fine-tuned-4-0"]
    assert (untouched["count"], tuned["count"], tuned["steps"]) == (0, 4, 3)
    assert untouched["map50"] == tuned["map50"] == pytest.approx(0.5, abs=0.26)
    assert untouched["mean_over"] == ["gun", "wrench"]
    assert tuned["said"] == "standin 1, fine-tuned"


def test_what_was_begun_with_other_settings_is_another_curve(curve: Curve, data: Path) -> None:
    with pytest.raises(RecipeError, match=r"minutes = 0.5, now it is 6; .*another --out"):
        ways.prepare(replace(curve, minutes=6), data)
    with pytest.raises(RecipeError, match="begun with threads = 1, now it is 2"):
        ways.prepare(replace(curve, threads=2), data)
    folder.agree(curve.out, {"yolo26n.side_px": 416})
    with pytest.raises(RecipeError, match=r"begun with yolo26n.side_px = 416, now it is 640"):
        folder.agree(curve.out, {"yolo26n.side_px": 640})


def test_a_curve_of_another_start_is_another_one(
    curve: Curve, data: Path, standin_card: Any, make_model: Callable[[Any], Path]
) -> None:
    other = make_model(replace(standin_card, version="2"))
    with pytest.raises(RecipeError, match="begun with start_sha256 ="):
        ways.prepare(replace(curve, start=other), data)


def test_rows_of_which_nobody_knows_how_they_were_made_are_refused(
    curve: Curve, data: Path, taught: list[str]
) -> None:
    ways.measure(curve, ways.points((0,), 1), quiet)
    (curve.out / "settings.json").unlink()
    with pytest.raises(RecipeError, match=r"settings.json: no such file; .* another --out"):
        ways.prepare(curve, data)


def test_from_scratch_nothing_simulated_helps_and_the_networks_differ_in_nothing_else(
    curve: Curve,
) -> None:
    kept = folder.settings(curve.out)
    assert kept["fine-tuned.project"] == 0.5
    assert kept["from-scratch.project"] == kept["ssdlite.project"] == 0.0
    names = [name.partition(".")[2] for name in kept if name.startswith("ssdlite.")]
    differ = [name for name in names if kept[f"ssdlite.{name}"] != kept[f"from-scratch.{name}"]]
    assert differ == ["network"]
    assert "data" not in names


def test_the_fewer_scans_are_within_the_more_and_all_labels_are_named_in_each(
    curve: Curve,
) -> None:
    few, more = (folder.subset(curve.out, Point("ssdlite", count, 1)) for count in (4, 8))
    named = [{sample.id for sample in layouts.read(path)} for path in (few, more)]
    assert [len(names) for names in named] == [4, 8]
    assert named[0] < named[1]
    one = folder.subset(curve.out, Point("ssdlite", 1, 0))
    assert coco.categories(one) == ["gun", "wrench"]
    (sample,) = layouts.read(one)
    assert sample.scan.pixels.shape == (240, 320, 3)


def test_numbers_of_scans_are_read_as_people_write_them() -> None:
    assert ways.numbers("0, 10,all", 96) == {0, 10, 96}
    with pytest.raises(RecipeError, match="up to 96, or all, got '200'"):
        ways.numbers("0,200", 96)
    with pytest.raises(RecipeError, match="got 'ten'"):
        ways.numbers("ten", 96)


def test_a_folder_without_a_split_to_score_on_is_refused(standin: Path, tmp_path: Path) -> None:
    made_up.scans(tmp_path / "bags")
    (tmp_path / "bags" / "val" / "instances.json").unlink()
    with pytest.raises(RecipeError, match="expected a split train and one of val, valid and test"):
        ways.prepare(Curve(tmp_path / "out", standin), tmp_path / "bags")


@pytest.mark.slow
def test_one_command_trains_scores_and_draws(trained: Path, data: Path, tmp_path: Path) -> None:
    command = ["learning-curve", "--from", str(trained), "--data", str(data), "--seeds", "1"]
    command += ["--counts", "0,all", "--minutes", "0.01", "--threads", "1"]
    ran = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    rows = {(row["way"], row["count"]): row for row in folder.rows(tmp_path / "out")}
    assert [*rows] == [("fine-tuned", 0), ("fine-tuned", 12), ("from-scratch", 12), ("ssdlite", 12)]
    assert rows["from-scratch", 12]["steps"] > 0
    assert rows["ssdlite", 12]["said"].startswith("torchvision's SSDLite, from scratch")
    assert not [*(tmp_path / "out" / "runs").glob("*/last.pt")]
    assert "tiny 0.0.0, fine-tuned" in ran.output
    assert (tmp_path / "out" / "curve.html").is_file()
    again = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert "0 of 4 points are to be measured" in again.output
