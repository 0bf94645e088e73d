"""Training goes on from the file that ships, where there is no checkpoint."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from tests.xray_train import tiny
from xray.errors import ModelError
from xray_train import checkpoint, export, lite, quantize, shipped
from xray_train.fit import fit
from xray_train.loader import Steps

PICTURES = [tiny.Shapes().item(k, np.random.default_rng(0)).planes for k in range(16)]
PAIRS = {"SIXray": 862, "dual-energy suitcases": 96}


@pytest.fixture(scope="module")
def floating(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    known = replace(
        checkpoint.read(trained), learned_from=PAIRS, dual_folds=(3,), seconds_before=7200.0
    )
    source = tmp_path_factory.mktemp("shipped") / "known.pt"
    known.save(source)
    export.export(source, source.with_suffix(".onnx"), version="0.1.0")
    return source.with_suffix(".onnx")


def scores(network: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        return network(torch.from_numpy(np.stack(PICTURES))).logits.sigmoid()


def test_a_float_file_gives_the_very_network_back(trained: Path, floating: Path) -> None:
    made, card = shipped.network(floating, PICTURES)
    assert card.labels == ("gun", "wrench")
    theirs = scores(checkpoint.trained(checkpoint.read(trained)))
    assert torch.allclose(scores(made.eval()), theirs, atol=1e-5)


def test_it_answers_the_same_while_training_normalises_by_batches(floating: Path) -> None:
    made, _ = shipped.network(floating, PICTURES)
    calm = scores(made.eval())
    assert torch.allclose(scores(made.train()), calm, atol=0.02)


def test_an_integer_file_gives_it_back_to_within_rounding(floating: Path) -> None:
    integer = floating.with_name("integer.onnx")
    quantize.quantize(floating, integer, PICTURES)
    exact, rounded = (shipped.network(f, PICTURES)[0].eval() for f in (floating, integer))
    assert (scores(exact) - scores(rounded)).abs().max() < 0.1


def test_a_run_begins_from_it_and_remembers_where_it_comes_from(
    floating: Path, tmp_path: Path
) -> None:
    recipe = tiny.recipe(steps=2, batch=2, labels=("gun", "knife"))
    steps = Steps(recipe, [(1.0, tiny.Shapes())], None)
    end = checkpoint.read(fit(recipe, tmp_path, init=floating, steps=steps, held_out=[]))
    assert (end.learned_from, end.taught_folds) == (PAIRS, (3,))
    assert end.scans_seen == 200 * tiny.recipe().batch + 4
    assert end.seconds > 7200


def test_another_network_is_refused_by_name(tmp_path: Path, floating: Path) -> None:
    model = onnx.load(floating)
    next(n for n in model.graph.node if n.op_type == "Conv").name = "/network/other/Conv"
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ModelError, match="not our network"):
        shipped.network(tmp_path / "other.onnx", PICTURES)


def test_the_network_with_ready_features_comes_back_too(tmp_path: Path) -> None:
    recipe = tiny.recipe(network="lite")
    torch.manual_seed(0)
    made = checkpoint.build(recipe)
    fresh = made.state_dict()
    source = tmp_path / "lite.pt"
    generator = torch.get_rng_state()
    checkpoint.Checkpoint(recipe, 0, 0.0, fresh, fresh, {}, generator, {}).save(source)
    export.export(source, tmp_path / "float.onnx")
    quantize.quantize(tmp_path / "float.onnx", tmp_path / "lite.onnx", PICTURES)
    (exact, card), (rounded, _) = (
        shipped.network(tmp_path / name, PICTURES) for name in ("float.onnx", "lite.onnx")
    )
    assert [source["name"] for source in card.data] == [lite.PHOTOGRAPHS]
    exact, rounded = exact.eval(), rounded.eval()
    assert torch.allclose(scores(exact), scores(made.eval()), atol=1e-5)
    assert (scores(exact) - scores(rounded)).abs().max() < 0.1
    kept = {i.name: i for i in onnx.load(tmp_path / "lite.onnx").graph.initializer}
    assert numpy_helper.to_array(kept["image_zero"]) == 127  # the bytes go in as they are
    assert numpy_helper.to_array(kept["image_unit"]) == pytest.approx(1 / 128)
