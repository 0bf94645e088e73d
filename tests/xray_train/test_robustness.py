"""The table of what damages cost."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from tests.xray_train.samples import sample
from xray import Encoding, Scan
from xray.card import read
from xray.detector import Detector
from xray_datasets import coco
from xray_train.__main__ import app
from xray_train.damage import DAMAGES
from xray_train.robustness import NOT_THERE, filled, lines, not_there, robustness


def test_every_damage_has_a_row_with_its_level_and_cost(standin: Path) -> None:
    scans = [sample("gun", id=str(k)) for k in range(3)]
    table = robustness(Detector(standin), scans, "made up")
    assert [row["damage"] for row in table["rows"]] == [d.name for d in DAMAGES]
    rows = {row["damage"]: row for row in table["rows"]}
    # the stand-in says the same of every scan: only what moves the object costs anything
    assert table["map50"] > 0.9
    assert rows["blur"]["cost"] == 0
    assert rows["smaller"]["cost"] == table["map50"]
    assert rows["16 to 8 bits"]["why"] == NOT_THERE
    text = lines(table)
    assert len(text) == len(DAMAGES) + 2
    assert "quality 30" in text[6]


def test_what_a_console_s_picture_cannot_have_is_measured_on_raw_scans(standin: Path) -> None:
    detector = Detector(standin)
    table = robustness(detector, [sample("gun")], "in colours")
    assert [damage.name for damage in not_there(table)] == ["16 to 8 bits"]
    raw = Scan("raw", np.full((240, 320, 1), 0.5, np.float32), Encoding.SINGLE)
    other = robustness(detector, [sample("gun", scan=raw)], "raw", not_there(table))
    assert [row["damage"] for row in other["rows"]] == ["16 to 8 bits"]
    assert not_there(robustness(detector, [sample("gun", scan=raw)], "raw")) == []
    whole = filled(table, other)
    row = whole["rows"][6]
    assert (row["set"], row["before"], row["cost"]) == ("raw", other["map50"], 0.0)
    assert "why" not in row
    assert whole["rows"][0] == table["rows"][0]
    assert "transmission in 256 steps (on raw, from 1.000)" in lines(whole)[8]


def test_the_command_prints_saves_and_writes_into_the_card(standin: Path, tmp_path: Path) -> None:
    coco.write([sample("gun", id="0.png")], tmp_path / "scans")
    model = tmp_path / "weights" / "standin.onnx"
    model.parent.mkdir()
    model.write_bytes(standin.read_bytes())
    digest = sha256(model.read_bytes()).hexdigest()
    (model.parent / "SHA256SUMS").write_text(f"{digest}  standin.onnx\n")
    command = [
        "robustness",
        str(model),
        "--on",
        str(tmp_path / "scans"),
        "--into-card",
        "--raw",
        "",
    ]
    run = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "r.json")])
    assert run.exit_code == 0, run.output
    assert "dead lines" in run.output
    saved = json.loads((tmp_path / "r.json").read_text())
    assert read(model).robustness == saved
    assert read(model).sha256 in (model.parent / "SHA256SUMS").read_text()
