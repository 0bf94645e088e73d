"""What computes: the same findings whatever it is, and a sentence where it is not installed."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest

import xray
from xray import backends, card, tensors, tiles
from xray.backends import Backend
from xray.detector import Detector, available
from xray.network import Network

SAMPLES = Path(__file__).parents[2] / "app" / "xray_app" / "samples"


def has(backend: Backend) -> bool:
    if backend is Backend.CUDA:
        return "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    return bool(pytest.importorskip("openvino", reason="the extra openvino is not installed"))


def skip_without(backend: Backend) -> None:
    if not has(backend):
        pytest.skip("onnxruntime-gpu and a GPU are not here")


others = pytest.mark.parametrize("backend", [Backend.OPENVINO, Backend.CUDA])


@others
def test_every_backend_says_the_same_of_known_answers(standin: Path, backend: Backend) -> None:
    skip_without(backend)
    scan = xray.Scan("bag", np.full((240, 320, 3), 200, np.uint8), xray.Encoding.PSEUDOCOLOR)
    told = Detector(standin, backend=backend).inspect(scan)
    usual = Detector(standin).inspect(scan)
    assert told.canonical() == usual.canonical()
    assert told.model == usual.model  # the card and the hash came with it


@others
@pytest.mark.parametrize("name", sorted(available()))
def test_a_shipped_model_answers_the_same_place_by_place(name: str, backend: Backend) -> None:
    skip_without(backend)
    usual, other = (Network(available()[name], 1, which) for which in (Backend.CPU, backend))
    found = 0
    for file in sorted(SAMPLES.glob("*.jpg")):
        scan = xray.read(file)
        tile = tiles.whole(scan.height, scan.width, usual.card.side_px)[0]
        image = tensors.prepare(scan.pixels, scan.encoding, tile, usual.card.ranges)
        ours, theirs = usual.run(image), other.run(image)
        assert np.abs(theirs.scores - ours.scores).max() < backends.SCORE_TOLERANCE
        likely = ours.scores.max(axis=1) > 0.1
        found += np.count_nonzero(likely)
        apart = np.abs(theirs.xyxy - ours.xyxy)[likely]
        assert apart.max(initial=0) < backends.BOX_TOLERANCE_PX
        assert theirs.embedding == pytest.approx(ours.embedding, abs=0.1)
    assert found


@others
def test_many_scans_run_side_by_side(standin: Path, backend: Backend) -> None:
    skip_without(backend)
    picture = np.full((240, 320, 3), 200, np.uint8)
    scans = [xray.Scan(str(k), picture, xray.Encoding.PSEUDOCOLOR) for k in range(20)]
    reports = list(Detector(standin, backend=backend).inspect_many(scans))
    assert [r.scan_id for r in reports] == [str(k) for k in range(20)]
    assert len({r.detections for r in reports}) == 1


def test_an_unknown_backend_names_those_that_there_are(standin: Path) -> None:
    with pytest.raises(xray.ModelError, match="one of cpu, openvino, cuda, got 'tpu'"):
        Detector(standin, backend="tpu")


def test_without_openvino_the_extra_is_named(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(xray.MissingExtra, match=r'pip install "xray-cargo\[openvino\]"'):
        Detector(standin, backend="openvino")


def test_without_onnxruntime_for_gpus_it_is_said_what_to_install(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(xray.MissingExtra, match="pip install onnxruntime-gpu"):
        Detector(standin, backend="cuda")


@pytest.fixture
def given_to_cuda(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, list]]:
    """What onnxruntime is given for a GPU; the CPU computes it, for there is none here."""
    asked: list[tuple[bytes, list]] = []
    start = onnxruntime.InferenceSession

    class Pretended(start):  # type: ignore[misc,valid-type]
        def __init__(self, content: bytes, options: object, providers: list) -> None:
            self.cuda = providers[0][0] == "CUDAExecutionProvider"
            if self.cuda:
                asked.append((content, providers))
            super().__init__(content, options, ["CPUExecutionProvider"])

        def get_providers(self) -> list[str]:
            return ["CUDAExecutionProvider"] if self.cuda else super().get_providers()

    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    monkeypatch.setattr(onnxruntime, "InferenceSession", Pretended)
    return asked


@pytest.mark.parametrize("name", sorted(available()))
def test_a_gpu_is_given_the_network_in_float_and_finds_the_same(
    name: str, given_to_cuda: list[tuple[bytes, list]]
) -> None:
    scans = [xray.read(file) for file in sorted(SAMPLES.glob("0*.jpg"))[:4]]
    ours, gpu = Detector(name, threads=1), Detector(name, threads=1, backend="cuda")
    ((content, providers),) = given_to_cuda
    graph = onnx.load_from_string(content).graph
    assert "QuantizeLinear" not in {node.op_type for node in graph.node}
    assert providers == [("CUDAExecutionProvider", backends.CUDA_OPTIONS)]
    assert gpu.card.to_json() == ours.card.to_json()
    assert gpu.card.sha256 == ours.card.sha256  # of the file, whatever was made of it
    found = 0
    for scan in scans:
        mine, theirs = ours.inspect(scan, 0.3).detections, gpu.inspect(scan, 0.2).detections
        found += len(mine)
        for one in mine:
            assert any(
                other.label == one.label
                and abs(other.score - one.score) < backends.SCORE_TOLERANCE
                and np.abs(np.subtract(other.xyxy_px, one.xyxy_px)).max()
                < backends.BOX_TOLERANCE_PX * one_px(scan, ours)
                for other in theirs
            )
    assert found


def one_px(scan: xray.Scan, of: Detector) -> float:
    """A pixel of the network's input, in pixels of the scan."""
    return 1 / tiles.whole(scan.height, scan.width, of.card.side_px)[0].scale


def test_a_gpu_that_does_not_start_is_said_rather_than_replaced_by_the_cpu(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fallen_back = SimpleNamespace(get_providers=lambda: ["CPUExecutionProvider"])
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_: fallen_back)
    with pytest.raises(xray.ModelError, match="could not start CUDA"):
        Detector(standin, backend="cuda")


@pytest.mark.parametrize("backend", [Backend.CPU, Backend.OPENVINO])
def test_a_file_that_is_no_model_is_refused_by_every_backend(
    tmp_path: Path, backend: Backend
) -> None:
    if backend is not Backend.CPU:
        skip_without(backend)
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(xray.ModelError, match="cannot load it"):
        Network(tmp_path / "text.onnx", 1, backend)


@pytest.mark.parametrize("backend", [Backend.CPU, Backend.OPENVINO])
def test_weights_beside_the_file_are_refused_by_every_backend_and_by_the_card(
    standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: Backend
) -> None:
    if backend is not Backend.CPU:
        skip_without(backend)
    path = tmp_path / "parted.onnx"
    onnx.save_model(
        *(onnx.load(standin), path),
        **{"save_as_external_data": True, "location": "weights.bin", "size_threshold": 0},
    )
    assert (tmp_path / "weights.bin").stat().st_size
    monkeypatch.chdir(tmp_path)  # where an engine that is given bytes alone looks for it
    said = r"parted\.onnx: expected all weights in the file, but those of axes lie in another one"
    with pytest.raises(xray.ModelError, match=said):
        Network(path, 1, backend)
    with pytest.raises(xray.ModelError, match=said):
        card.read(path)


def test_the_file_is_read_once_however_many_run_side_by_side(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(standin, 1)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"read {path}"))
    beside = network.side_by_side(2)
    assert beside is network.side_by_side(2)
    assert beside.card is network.card
    image = np.zeros((64, 64, 3), np.uint8)
    assert (beside.run(image).scores == network.run(image).scores).all()


@pytest.mark.parametrize(("exactly", "asked"), [(True, False), (False, True)])
def test_exact_sums_are_asked_for_where_the_cpu_would_saturate_and_only_there(
    monkeypatch: pytest.MonkeyPatch, standin: Path, exactly: bool, asked: bool
) -> None:
    entries: dict[str, str] = {}
    options = onnxruntime.SessionOptions

    class Noted(options):  # type: ignore[misc,valid-type]
        def add_session_config_entry(self, key: str, value: str) -> None:
            entries[key] = value
            super().add_session_config_entry(key, value)

    monkeypatch.setattr(onnxruntime, "SessionOptions", Noted)
    monkeypatch.setattr(backends, "sums_exactly", lambda: exactly)
    Network(standin, 1)
    assert ("session.x64quantprecision" in entries) is asked


class Graph:
    """As much of a compiled model of OpenVINO's as we use: says its shape."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.said = dict.fromkeys(backends.OUTPUTS, np.array(shape, np.float32))

    def create_infer_request(self) -> "Graph":
        return self

    def infer(self, _: dict, share_inputs: bool) -> dict:
        return self.said


def test_a_shape_is_compiled_while_another_is_and_by_one_thread_alone() -> None:
    both = threading.Barrier(2, timeout=20)  # passed only where two compile at once
    shapes = []

    def compile(shape: tuple[int, ...]) -> Graph:
        shapes.append(shape)
        both.wait()
        return Graph(shape)

    run = backends._by_shape(compile)
    images = [np.zeros((1, 32, 32 + 32 * (k % 2), 3), np.uint8) for k in range(4)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(run, images))
    assert [tuple(one[0].astype(int)) for one in said] == [image.shape for image in images]
    assert sorted(shapes) == [(1, 32, 32, 3), (1, 32, 64, 3)]


def test_as_many_shapes_as_an_archive_has_stay_compiled_and_the_last_used_longest() -> None:
    shapes = []

    def compile(shape: tuple[int, ...]) -> Graph:
        shapes.append(shape[1])
        return Graph(shape)

    run = backends._by_shape(compile)
    most = backends.MOST_SHAPES
    assert most >= 40  # of 32-pixel steps at about one area
    for height in [*range(most), *range(most), most, 1, 0]:
        run(np.zeros((1, height, 1, 3), np.uint8))
    assert shapes == [*range(most), most, 0]


def test_a_shape_that_could_not_be_compiled_is_tried_again() -> None:
    tries = []

    def compile(shape: tuple[int, ...]) -> Graph:
        tries.append(shape)
        if len(tries) == 1:
            raise MemoryError
        return Graph(shape)

    run, image = backends._by_shape(compile), np.zeros((1, 32, 32, 3), np.uint8)
    with pytest.raises(MemoryError):
        run(image)
    assert run(image)[0].tolist() == [1, 32, 32, 3]
