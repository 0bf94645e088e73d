"""One tiny network, trained once for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.xray_train import tiny
from xray_train.fit import fit
from xray_train.loader import Steps


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)  # threads stall when another program wants the core


@pytest.fixture(autouse=True, scope="session")
def _float32() -> Iterator[None]:
    """The same numbers on every processor; what is about bfloat16 asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xray_train.autocast.computes_bfloat16", lambda *_: False)
        yield


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a short run on made-up shapes."""
    recipe = tiny.recipe()
    steps = Steps(recipe, [(1.0, tiny.Shapes())], [])
    return fit(recipe, tmp_path_factory.mktemp("run"), steps=steps, held_out=[])
