"""From officers' decisions to the model in use, by one command, over the service's own tables."""

import hashlib
import json
import secrets
import shutil
from collections import Counter
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.pages import ROOT, run
from tests.xray_datasets.reviews.export import case, confirmed, write
from tests.xray_train import tiny
from tests.xray_train.decided import Bureau
from xray import Detector
from xray.card import read
from xray_datasets import layouts, reviews
from xray_train import ship
from xray_train.__main__ import app
from xray_train.export import export, put_card

PALE = (150, 120, 90)  # what another scanner makes of the shapes: the model finds few of them
TAUGHT, CLEARED = 40, 5  # scans to learn from; of those, how many nobody searched
EXAMINED = 33  # held-out scans with a gun, and as many without


@pytest.fixture(scope="module")
def in_use(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows dark shapes."""
    folder = tmp_path_factory.mktemp("in use")
    made = folder / "tiny.onnx"
    put_card(made, replace(export(trained, made), name="parcel"))
    ship.ship(
        made,
        folder / "weights",
        version="1.0.0",
        profile_thresholds={},
        scores={},
        training={},
        terms=ship.FREE,
    )
    return folder / "weights" / "parcel.onnx"


@pytest.fixture(scope="module")
def bureau(in_use: Path, tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """A service with what officers and searchers said of pale shapes."""
    names = (hashlib.sha256(str(number).encode()).hexdigest() for number in count())
    held = Counter[bool]()  # with a gun, without
    taught, cleared, examines = 0, 0, False

    def named(n: int) -> str:
        """Names decide which cases examine: the next one that says what this one shall do."""
        return next(name for name in names if reviews.held_out(name[: 2 * n]) == examines)[: 2 * n]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", named)
        bureau = Bureau(tmp_path_factory.mktemp("bureau"), Detector(in_use, threads=1))
        shapes = tiny.Shapes(dark=PALE)
        for number in count():
            item = shapes.item(1000 + number, np.random.default_rng(0))
            gun = 0 in item.labels
            examines = held[gun] < EXAMINED
            searched = gun or examines or cleared >= CLEARED
            bureau.handle(item, number, searched)
            cleared += not searched
            held[gun] += examines
            taught += not examines
            if taught >= TAUGHT:
                break
    return bureau


@pytest.fixture(scope="module")
def decided(bureau: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, exported by the service."""
    return bureau.export(tmp_path_factory.mktemp("export") / "cases")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """Settings that train for seconds."""
    settings = replace(tiny.recipe(), real=False, steps=150, data=(".",), rare=())
    lines = [f"{name} = {json.dumps(value)}" for name, value in asdict(settings).items()]
    (tmp_path / "tiny.toml").write_text("\n".join(lines))
    return tmp_path / "tiny.toml"


@pytest.mark.slow
def test_by_the_page_decisions_become_a_better_model_in_place_and_one_command_takes_it_back(
    in_use: Path,
    bureau: Bureau,
    decided: Path,
    recipe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples = list(layouts.read(decided))
    assert len({sample.group for sample in samples}) > 0.95 * len(samples)
    assert sum(not sample.meta["searched"] for sample in samples) == CLEARED
    mine = shutil.copytree(in_use.parent, tmp_path / "models") / "parcel.onnx"
    before = mine.read_bytes()
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)
    monkeypatch.setenv("XRAY_DATA_DIR", str(bureau.folder))
    monkeypatch.chdir(tmp_path)
    instead = {
        "--minutes 30": "--minutes 2 --out run/",
        "--over parcel": f"--over {mine} --recipe {recipe}",
        "xray-train rollback parcel": f"cp {mine} new.onnx\nxray-train rollback {mine}",
    }
    assert run(ROOT / "docs" / "guides" / "loop.md", instead) >= 4
    assert json.loads((tmp_path / "run" / "promotion.json").read_text())["passes"]
    card = read(tmp_path / "new.onnx")
    assert (card.name, card.version) == ("parcel", "1.0.1")
    row = card.training["promotion"]["rows"]["gun"]
    assert row["groups"] >= 30
    assert row["pd"][1] > row["pd"][0] + 0.1
    assert row["bound"] > 0
    assert row["pfa"][1] <= row["pfa"][0]
    taught = {source["name"]: source["scans"] for source in card.data}
    assert taught["cases"] == sum(1 for _ in layouts.read(decided, "train"))
    assert (read(mine).version, mine.read_bytes() == before) == ("1.0.0", True)
    images = [json.loads((at / "annotations.json").read_text()) for at in (decided, Path("cases"))]
    assert images[0]["images"] == images[1]["images"]


def test_nothing_is_trained_that_could_not_be_proven(in_use: Path, tmp_path: Path) -> None:
    write(tmp_path / "few", [case(confirmed("gun"), found=["gun"]) for _ in range(9)])
    asked = ["loop", "--cases", str(tmp_path / "few"), "--over", str(in_use)]
    done = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "run")])
    assert done.exit_code == 1
    assert "nothing was trained" in str(done.exception)
    assert "gun: " in str(done.exception)
    assert not (tmp_path / "run").exists()


def test_a_folder_of_other_scans_is_no_export_of_decided_cases(
    in_use: Path, tmp_path: Path
) -> None:
    document = {"images": [], "annotations": [], "categories": []}
    (tmp_path / "instances.json").write_text(json.dumps(document))
    done = CliRunner().invoke(app, ["loop", "--cases", str(tmp_path), "--over", str(in_use)])
    assert "expected decided cases" in str(done.exception)
