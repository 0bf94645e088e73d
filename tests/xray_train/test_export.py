"""The exported file says what torch says, whole numbers included."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from tests.xray_train import tiny
from xray import Encoding, Scan
from xray.annotation import Annotation
from xray.card import read
from xray.detector import Detector
from xray.errors import ModelError
from xray_datasets.sample import Sample
from xray_train import checkpoint, export, quantize, rounding
from xray_train.evaluate import evaluate, save


@pytest.fixture(scope="module")
def floating(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "float.onnx"
    export.export(trained, path, version="0.1.0")
    return path


@pytest.fixture(scope="module")
def integer(floating: Path) -> Path:
    path = floating.with_name("integer.onnx")
    pictures = [tiny.Shapes().item(k, np.random.default_rng(0)).planes for k in range(64)]
    quantize.quantize(floating, path, pictures)
    return path


def shapes(indices: Iterable[int]) -> list[Sample]:
    """Made-up scans with their truth."""
    items = [tiny.Shapes().item(k, np.random.default_rng(0)) for k in indices]
    return [
        Sample(
            id=str(k),
            open=lambda p=i.planes, k=k: Scan(str(k), p, Encoding.PSEUDOCOLOR),  # type: ignore[misc]
            annotations=(Annotation(("gun", "wrench")[i.labels[0]], tuple(i.xyxy_px[0].tolist())),),
        )
        for k, i in enumerate(items)
    ]


def test_the_card_says_which_labels_the_scores_mean(floating: Path) -> None:
    card = read(floating)
    assert (card.name, card.version, card.labels) == ("tiny", "0.1.0", ("gun", "wrench"))
    assert card.training["scans_seen"] == 200 * tiny.recipe().batch
    assert card.training["recipe"]["fine"] == tiny.recipe().fine


def test_the_card_names_what_taught_and_not_where_it_lay(trained: Path) -> None:
    found = checkpoint.read(trained)
    recipe = replace(found.recipe, pools=("/home/kim/pools/bags",), teachers=("/tmp/big.pt",))
    told = export.card_of(replace(found, recipe=recipe), "0.1.0").training["recipe"]
    assert (told["pools"], told["teachers"], told["data"]) == (["bags"], ["big.pt"], [])


def test_the_float_file_repeats_torch_at_sizes_it_was_not_traced_at(
    trained: Path, floating: Path
) -> None:
    shipped = export.Shipped(checkpoint.trained(checkpoint.read(trained))).eval()
    assert max(export.parity(shipped, floating)) < 1e-4


def test_the_integer_file_keeps_its_card_and_takes_the_bytes_as_they_are(integer: Path) -> None:
    assert read(integer).name == "tiny"
    graph = onnx.load(integer).graph
    users = {name: n for n in reversed(graph.node) for name in n.input}  # the first of each
    turned = users["image"].output[0]
    assert (users["image"].op_type, users[turned].op_type) == ("Transpose", "DequantizeLinear")


def test_the_integer_file_finds_what_the_float_file_finds(floating: Path, integer: Path) -> None:
    samples = shapes(range(100, 300))
    whole, small = (evaluate(path, samples, "shapes") for path in (floating, integer))
    assert whole["map50"] > 0.6
    assert small["map50"] > whole["map50"] - 0.01, (small["map50"], whole["map50"])
    assert small["labels"]["gun"]["screening"][0]["scans_with"] > 5
    save(small, integer.with_name("scores.json"))
    assert integer.with_name("scores.json").stat().st_size > 200


def test_integers_whose_ranges_are_of_blank_pictures_are_refused_and_not_written(
    floating: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = [tiny.Shapes().item(k, np.random.default_rng(0)).planes for k in range(4)]
    bad, compare = floating.with_name("bad.onnx"), rounding.compare
    monkeypatch.setattr(rounding, "compare", lambda one, other, _: compare(one, other, shapes))
    with pytest.raises(ModelError, match=r"float\.onnx: as integers, the scores .* as the scanner"):
        quantize.quantize(floating, bad, [np.full_like(shapes[0], 255)] * 4)
    assert not bad.exists()


def test_what_ships_serves_the_detector(integer: Path) -> None:
    picture = tiny.Shapes().item(101, np.random.default_rng(0))
    report = Detector(integer).inspect(Scan("one", picture.planes, Encoding.PSEUDOCOLOR), 0.05)
    assert report.detections
    assert len(report.embedding) == 16


def test_the_baseline_is_exported_to_the_same_interface_and_scored(tmp_path: Path) -> None:
    recipe = tiny.recipe(network="ssdlite")
    fresh = checkpoint.build(recipe).state_dict()
    last, path = tmp_path / "last.pt", tmp_path / "ssdlite.onnx"
    checkpoint.Checkpoint(recipe, 0, 0.0, fresh, fresh, {}, torch.get_rng_state(), {}).save(last)
    export.export(last, path)  # refuses what differs from torch
    found = evaluate(path, shapes(range(100, 104)), "shapes")
    assert (found["scans"], found["model"]) == (4, "tiny@0.0.0")
    assert set(found["mean_over"]) <= {"gun", "wrench"}
    assert Detector(path).inspect(shapes([100])[0].scan, min_score=0.0).detections
