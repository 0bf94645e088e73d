"""Shared by all tests: a stand-in model whose answers are known by heart, and the real scans."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from xray.card import METADATA_KEY, Card
from xray.profile import Profile

# Two boxes on one object (a gun), one on another (a wrench), in pixels of the network's input.
STANDIN_BOXES = [[10, 20, 50, 60], [11, 20, 50, 60], [100, 100, 140, 150]]
STANDIN_SCORES = [[0.9, 0.1], [0.8, 0.05], [0.2, 0.6]]  # gun, wrench

# What takes seconds to make, once in each process that tests: who needs it is run in one of them.
DEAR = {"trained": "training", "my_scans": "pages", "compiled": "pages"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in DEAR.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(DEAR[fixture]))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of the benchmark on the path, as its own commands have it."""
    before, folder = set(sys.modules), Path(__file__).parent / "bench"
    monkeypatch.syspath_prepend(folder)
    yield
    for name in set(sys.modules) - before:  # short names must not stay in others' way
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture(scope="session")
def standin_card() -> Card:
    return Card(
        name="standin",
        version="1",
        labels=("gun", "wrench"),
        side_px=320,
        profile=Profile(default_threshold=0.3),
        terms="for tests",
    )


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Card], Path]:
    """Writes an ONNX file of the project's interface that always says the same."""

    def make(card: Card) -> Path:
        def constant(name: str, values: list[list[float]]) -> onnx.NodeProto:
            tensor = numpy_helper.from_array(np.array([values], np.float32), name)
            return helper.make_node("Constant", [], [name], value=tensor)

        nodes = [
            constant("boxes", STANDIN_BOXES),
            constant("scores", STANDIN_SCORES),
            helper.make_node("Cast", ["image"], ["as_float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["as_float", "axes"], ["embedding"], keepdims=0),
        ]
        graph = helper.make_graph(
            nodes,
            "standin",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "h", "w", 3])],
            [
                helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 3, 4]),
                helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3, 2]),
                helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, 3]),
            ],
            [numpy_helper.from_array(np.array([1, 2], np.int64), "axes")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
        model.ir_version = 10
        helper.set_model_props(model, {METADATA_KEY: card.to_json()})
        path = tmp_path_factory.mktemp("model") / f"{card.name}.onnx"
        onnx.save(model, path)
        return path

    return make


@pytest.fixture(scope="session")
def standin(make_model: Callable[[Card], Path], standin_card: Card) -> Path:
    """A model file that finds a gun (0.9) and a wrench (0.6) in everything."""
    return make_model(standin_card)


@pytest.fixture(scope="session")
def real_scans() -> Path:
    """The folder of real scans, which users do not have."""
    folder = os.environ.get("XRAY_REAL_SCANS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("XRAY_REAL_SCANS names no folder of real scans")
    return Path(folder)
