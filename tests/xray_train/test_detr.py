"""D-FINE and RT-DETR through our loop: small ones, from random weights, without a network."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from typer.testing import CliRunner

from tests.xray_train import tiny
from xray import Detector, Encoding, Scan
from xray.errors import MissingExtra, ModelError, RecipeError
from xray_train import checkpoint, detr, distillation, export, huggingface, published
from xray_train.__main__ import app
from xray_train.detr import Detr, heard
from xray_train.fit import fit
from xray_train.loader import Batch, Steps, collate
from xray_train.losses import Targets
from xray_train.recipe import Recipe

pytest.importorskip("transformers", reason="transformers is not installed")

BLANK = np.full((64, 64, 3), 255, np.uint8)
FOUR_STAGES = {
    "stem_channels": (3, 8, 8),
    "stage_in_channels": (8, 16, 16, 16),
    "stage_mid_channels": (8, 8, 8, 8),
    "stage_out_channels": (16, 16, 16, 16),
    "stage_num_blocks": (1, 1, 1, 1),
    "stage_numb_of_layers": (1, 1, 1, 1),
    "hidden_sizes": (16, 16, 16, 16),
}
SMALL = {
    "d_model": 32,
    "encoder_hidden_dim": 32,
    "encoder_ffn_dim": 32,
    "encoder_attention_heads": 2,
    "decoder_ffn_dim": 32,
    "decoder_attention_heads": 2,
    "decoder_layers": 2,
    "hidden_expansion": 0.5,
    "num_queries": 20,
    "num_denoising": 10,
}
PUBLISHED = dict(published.SIZES)
# as the published ones, only narrower: D-FINE-N looks at strides 16 and 32 alone
TINY = {
    "dfine-n": replace(
        PUBLISHED["dfine-n"],
        backbone_settings={**FOUR_STAGES, "out_indices": [3, 4]},
        settings={
            **PUBLISHED["dfine-n"].settings,
            **SMALL,
            "encoder_in_channels": [16, 16],
            "decoder_in_channels": [32, 32],
            "decoder_n_points": [2, 2],
        },
    ),
    "rtdetr-r18": replace(
        PUBLISHED["rtdetr-r18"],
        backbone_settings={
            **PUBLISHED["rtdetr-r18"].backbone_settings,
            "embedding_size": 8,
            "hidden_sizes": [8, 16, 16, 16],
            "depths": [1, 1, 1, 1],
        },
        settings={
            **SMALL,
            "encoder_in_channels": [16, 16, 16],
            "decoder_in_channels": [32, 32, 32],
            "decoder_n_points": 2,
        },
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, size in TINY.items():
            patch.setitem(published.SIZES, name, size)
        yield


def recipe(network: str = "dfine-n", **changes: object) -> Recipe:
    return tiny.recipe(network=network, **{"learning_rate": 2e-2, "batch": 4, **changes})


def run(out: Path, settings: Recipe, **kwargs: object) -> Path:
    steps = Steps(settings, [(1.0, tiny.Shapes())], [])
    return fit(settings, out, steps=steps, held_out=[], **kwargs)  # type: ignore[arg-type]


def rows(out: Path) -> list[dict[str, float]]:
    told = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [row for row in told if "loss" in row]


@pytest.fixture(scope="module", params=TINY)
def learned(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _small: None
) -> Path:
    out = tmp_path_factory.mktemp(request.param)
    return run(out, recipe(request.param, steps=40, decay_from=1.0))


@pytest.mark.parametrize(
    ("name", "millions"), [("dfine-n", 3.8), ("dfine-s", 10.3), ("rtdetr-r18", 20.2)]
)
def test_a_published_size_has_as_many_parameters_as_its_authors_say(
    name: str, millions: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(published.SIZES, name, PUBLISHED[name])
    with torch.device("meta"):  # nothing is drawn at random, only counted
        network = Detr(name, 80)  # labels of COCO
    assert round(sum(p.numel() for p in network.parameters()) / 1e6, 1) == millions
    assert network.least_px == (256 if name == "dfine-n" else 128)


def test_it_learns_through_the_same_loop(learned: Path) -> None:
    log = rows(learned.parent)
    assert set(log[0]) >= {"score", "box", "other layers"}
    first, last = (np.mean([row["loss"] for row in part]) for part in (log[:5], log[-5:]))
    assert last < 0.8 * first


def test_after_a_cut_it_goes_on_as_if_there_had_been_none(tmp_path: Path) -> None:
    whole = recipe(steps=6, decay_from=1.0, batch=2)
    run(tmp_path / "whole", whole)
    run(tmp_path / "cut", replace(whole, steps=3))
    run(tmp_path / "cut", whole)
    assert [r["loss"] for r in rows(tmp_path / "cut")] == [
        r["loss"] for r in rows(tmp_path / "whole")
    ]


def test_the_exported_file_says_what_torch_says_and_serves_the_detector(
    learned: Path, tmp_path: Path
) -> None:
    card = export.export(learned, tmp_path / "file.onnx", version="0.1.0")
    assert card.training["recipe"]["network"] in TINY
    picture = tiny.Shapes().item(101, np.random.default_rng(0)).planes
    detector = Detector(tmp_path / "file.onnx")
    report = detector.inspect(Scan("bag", picture, Encoding.PSEUDOCOLOR), 0.001)
    assert report.detections
    assert len(report.embedding) == 32
    narrow = picture[:32]  # fewer locations than queries, if it were not continued below
    assert detector.inspect(Scan("strip", narrow, Encoding.PSEUDOCOLOR), 0.001).detections


def test_integers_are_refused_before_anything_is_written(learned: Path, tmp_path: Path) -> None:
    asked = ["export", str(learned), str(tmp_path / "file.onnx")]
    ran = CliRunner().invoke(app, asked)
    assert isinstance(ran.exception, RecipeError)
    assert "add --no-integer" in str(ran.exception)
    assert not list(tmp_path.iterdir())


def test_boxes_on_a_continued_scan_are_in_pixels_of_the_scan(learned: Path) -> None:
    network = checkpoint.trained(checkpoint.read(learned))
    assert isinstance(network, Detr)
    small = torch.from_numpy(BLANK[None, :32, :32].copy())
    side = network.least_px
    whole = torch.full((1, side, side, 3), 255, dtype=torch.uint8)
    with torch.no_grad():
        assert torch.equal(network(small).xyxy_px, network(whole).xyxy_px)


def deaf(logits: list[list[float]], boxes_px: list[list[float]], batch: Batch) -> list[list[float]]:
    """1 where a query's score teaches nothing, 0 where it does."""
    given = torch.tensor([logits], requires_grad=True)  # (1, Q, C)
    xyxy = torch.tensor([boxes_px])
    shares = (
        torch.cat(((xyxy[..., :2] + xyxy[..., 2:]) / 2, xyxy[..., 2:] - xyxy[..., :2]), -1) / 64
    )
    out = heard(given, shares, batch.targets, torch.full((4,), 64.0))
    assert torch.allclose(out, given)
    out.sum().backward()
    assert isinstance(given.grad, Tensor)
    return (given.grad[0] == 0).float().tolist()


UNSURE, SURE = [-2.0, -2.0], [2.0, 2.0]
LEFT, RIGHT = [0, 0, 16, 16], [32, 32, 64, 64]


def test_labels_that_nobody_looked_for_are_not_heard_and_rejected_regions_are() -> None:
    batch = collate(
        [tiny.item(BLANK, [], [], judged=(True, False), rejected=[LEFT], rejected_labels=[1])]
    )
    assert deaf([UNSURE, UNSURE], [LEFT, RIGHT], batch) == [[0, 0], [0, 1]]


def test_ignored_regions_are_not_heard_for_their_label_and_objects_in_them_are() -> None:
    batch = collate([tiny.item(BLANK, [LEFT], [1], ignored=[[0, 0, 64, 64]], ignored_labels=[1])])
    assert deaf([SURE, SURE], [LEFT, RIGHT], batch) == [[0, 0], [0, 1]]


def test_where_not_all_is_marked_a_sure_query_off_the_marks_is_not_heard() -> None:
    batch = collate([tiny.item(BLANK, [LEFT], [0], exhaustive=False)])
    assert deaf([SURE, SURE, UNSURE], [LEFT, RIGHT, RIGHT], batch) == [[0, 0], [1, 0], [0, 0]]


def targets(*items: object) -> Targets:
    return collate(items).targets  # type: ignore[arg-type]


@pytest.mark.parametrize("network", TINY)
def test_scans_without_objects_teach_too(network: str) -> None:
    made = Detr(network, 2).train()
    planes = torch.from_numpy(np.stack([BLANK, BLANK]))
    empty = tiny.item(BLANK, [], [])
    total, parts = made.learn(planes, targets(empty, empty))
    total.backward()
    assert bool(torch.isfinite(total))
    assert float(parts["box"]) == 0


@pytest.mark.parametrize("network", TINY)
def test_it_learns_in_bfloat16_as_a_gpu_does(network: str) -> None:
    made = Detr(network, 2).train()
    planes = torch.from_numpy(np.stack([BLANK, BLANK]))
    one, none = tiny.item(BLANK, [LEFT], [1]), tiny.item(BLANK, [], [])
    with torch.autocast("cpu", torch.bfloat16):
        total, _ = made.learn(planes, targets(one, none))
    total.backward()
    assert bool(torch.isfinite(total))


def test_every_layer_of_the_decoder_has_heads_of_its_own() -> None:
    heads = Detr("dfine-n", 2).detector.model.decoder.class_embed
    assert heads[0].weight.data_ptr() != heads[1].weight.data_ptr()


def test_fine_tuning_carries_the_rows_of_known_labels(learned: Path) -> None:
    found = checkpoint.read(learned)
    asked = replace(found.recipe, labels=("knife", "wrench"))
    network = checkpoint.build(asked)
    assert checkpoint.start_from(network, asked.labels, found) == ["knife"]
    for key, rows in network.state_dict().items():
        if any(part in key for part in detr.BY_LABEL):
            assert torch.equal(rows[1], found.averaged[key][1])
            assert not torch.equal(rows[0], found.averaged[key][0]) or not rows[0].any()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Weights as they are published, of a network that knows two labels."""
    torch.manual_seed(1)
    made = detr.detector("dfine-n", 2)
    with torch.no_grad():
        for head in made.model.decoder.class_embed:
            head.weight.normal_()
    made.config.id2label = {0: "Person", 1: "Wrench"}
    made.save_pretrained(tmp_path / "dfine-nano")
    return tmp_path / "dfine-nano"


def test_published_weights_are_read_from_a_folder_without_a_network(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*args: object) -> None:
        raise AssertionError(f"asked for {args}")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    before = huggingface.read(folder, recipe())
    assert before.recipe.labels == ("person", "wrench")
    network = checkpoint.build(recipe())
    assert checkpoint.start_from(network, recipe().labels, before) == ["gun"]
    assert isinstance(network, Detr)
    theirs, _ = detr.load("dfine-n", folder)
    heads = theirs.model.decoder.class_embed
    for mine, head in zip(network.detector.model.decoder.class_embed, heads, strict=True):
        assert torch.equal(mine.weight[1], head.weight[1])
    begun = checkpoint.read(run(tmp_path / "run", recipe(steps=1), init=folder))
    assert begun.learned_from == {"dfine-nano": 0}


def test_published_weights_of_another_network_are_refused(folder: Path) -> None:
    with pytest.raises(RecipeError, match="give --network dfine-n or"):
        huggingface.read(folder, tiny.recipe())
    with pytest.raises(ModelError, match="holds d_fine, not rt_detr"):
        huggingface.read(folder, recipe("rtdetr-r18"))
    with pytest.raises(ModelError, match="name the network that these weights are of"):
        huggingface.read(folder, recipe("dfine-s"))


def test_weights_that_lack_a_part_are_refused(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    whole = load_file(folder / "model.safetensors")
    part = {key: value for key, value in whole.items() if "decoder.class_embed" not in key}
    save_file(part, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"have no model.decoder.class_embed.0.bias"):
        huggingface.read(folder, recipe())


def test_a_folder_without_safe_weights_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"expected config.json and model.safetensors"):
        huggingface.read(folder, recipe())


def test_without_the_library_that_is_said_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"xray-cargo\[transformers\]"):
        checkpoint.build(recipe())


def test_it_neither_learns_from_grids_nor_teaches_them(learned: Path) -> None:
    with pytest.raises(RecipeError, match="cannot learn from teachers"):
        recipe(teachers=("last.pt",))
    with pytest.raises(RecipeError, match="must answer on the same grids"):
        distillation.teacher((learned,), ("gun", "wrench"), torch.device("cpu"))
