"""What computes a model file's graph: onnxruntime on the CPU or on a GPU, or OpenVINO.

An engine is made from the file's bytes, never from its path: what was hashed is what is loaded,
and a file that asks for data outside itself is refused (`xray.enclosed`). All of them may be shared
by threads.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray import enclosed
from xray.card import METADATA_KEY
from xray.dequantized import in_float
from xray.errors import MissingExtra, ModelError, first_line
from xray.processor import sums_exactly

OUTPUTS = ("boxes", "scores", "embedding")

MOST_SHAPES = 64  # kept compiled; scans of one scanner have a handful, an archive some dozens
# Eight bits are rounded otherwise by each: of parcel 0.4.0 up to 0.050 apart was seen
SCORE_TOLERANCE = 0.06  # how far probabilities of two backends may lie apart
BOX_TOLERANCE_PX = 4.0  # and sides of boxes, in pixels of the network's input

# The same answers in every run, and on every GPU to within rounding: products in all 24 bits, where
# newer ones keep 11, and no trial of all algorithms, whose winner depends on the moment.
CUDA_OPTIONS = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}

log = logging.getLogger(__name__)


class Backend(StrEnum):
    """What computes.

    Findings agree with those of the CPU within the tolerances above, which the tests hold: where
    a value lies between two steps of 8 bits, each library rounds it in its own way; a GPU is given
    the network in float, and rounds none. What was tested of CUDA is that graph, on a CPU.
    """

    CPU = "cpu"  # onnxruntime
    OPENVINO = "openvino"  # the extra of this name; Intel's CPUs
    CUDA = "cuda"  # the extra of this name, onnxruntime-gpu in place of onnxruntime; in float


Shape = tuple[int, ...]
Compute = Callable[[NDArray[np.uint8]], list[NDArray[np.float32]]]  # (1, h, w, 3) -> OUTPUTS


class Engine(NamedTuple):
    """A graph that is ready to run."""

    run: Compute
    card: str | None  # the text under METADATA_KEY
    outputs: frozenset[str]


def start(backend: Backend, content: bytes, where: str, threads: int, streams: int = 1) -> Engine:
    """An engine for a model file.

    Args:
        backend: what is to compute.
        content: the file's bytes.
        where: its path, for messages.
        threads: threads of one inference.
        streams: how many inferences run side by side, at most.

    Raises:
        ModelError: the bytes are no model, some of its weights lie in another file, or the machine
            lacks what the backend needs.
        MissingExtra: the backend's package is not installed.
    """
    enclosed.check(content, where)
    if backend is Backend.OPENVINO:
        return _openvino(content, where, threads, streams)
    return _onnxruntime(backend, content, where, threads)


def _onnxruntime(backend: Backend, content: bytes, where: str, threads: int) -> Engine:
    import onnxruntime

    provider, how = "CPUExecutionProvider", {}
    if backend is Backend.CUDA:
        provider, how = "CUDAExecutionProvider", CUDA_OPTIONS
        if provider not in onnxruntime.get_available_providers():
            raise MissingExtra(
                'Detector(backend="cuda")',
                run='pip install "xray-cargo[cuda]" && pip uninstall onnxruntime && '
                "pip install onnxruntime-gpu",
            )
        content = in_float(content, where)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads burn 15-40 % of a CPU while they wait for the next scan.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not sums_exactly():
        log.info("this CPU is not known to have VNNI: 8-bit products are added more slowly")
        # Asked for only where it is needed: with VNNI the same figures would take 2.7 times
        # as long, for onnxruntime asks whether there is AVX2, not whether there is VNNI.
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        session = onnxruntime.InferenceSession(content, options, [(provider, how)])
    except Exception as error:  # onnxruntime's errors share no base class but Exception
        raise ModelError(f"{where}: onnxruntime cannot load it ({first_line(error)})") from None
    if session.get_providers()[0] != provider:  # it falls back to the CPU with a mere warning
        raise ModelError(
            f"{where}: onnxruntime could not start CUDA; see that the driver and the CUDA and "
            'cuDNN libraries of onnxruntime-gpu are there, or take backend="cpu"'
        )
    return Engine(
        lambda image: session.run(OUTPUTS, {"image": image}),
        session.get_modelmeta().custom_metadata_map.get(METADATA_KEY),
        frozenset(output.name for output in session.get_outputs()),
    )


def _openvino(content: bytes, where: str, threads: int, streams: int) -> Engine:
    try:
        import openvino
    except ImportError:
        raise MissingExtra('Detector(backend="openvino")', "openvino") from None
    core = openvino.Core()
    try:
        model = core.read_model(content)
    except Exception as error:  # OpenVINO raises RuntimeError and what its frontends raise
        raise ModelError(f"{where}: OpenVINO cannot load it ({first_line(error)})") from None
    place = ["framework", METADATA_KEY]  # where OpenVINO puts the metadata of an ONNX file
    card = str(model.get_rt_info(place).value) if model.has_rt_info(place) else None
    names = frozenset(name for output in model.outputs for name in output.get_names())
    properties = {
        "INFERENCE_PRECISION_HINT": "f32",  # of what is not quantised; else bf16 on AMX
        "INFERENCE_NUM_THREADS": threads * streams,
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,  # two processes would be pinned to the same cores
    }
    copying = threading.Lock()  # whether one model may be copied by several at once is not said

    def compiled(shape: Shape) -> Any:
        with copying:
            still = model.clone()
            still.reshape({"image": list(shape)})
        return core.compile_model(still, "CPU", properties)

    return Engine(_by_shape(compiled), card, names)


@dataclass
class _Graph:
    """One shape's: whoever comes first compiles it, and others of this shape alone wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    compiled: Any = None


def _by_shape(compile: Callable[[Shape], Any]) -> Compute:
    """Runs the graph compiled for the shape of each picture; the last ones used are kept.

    One graph for all shapes would be right by the interface, but OpenVINO 2026.4 answers such a
    quantised one with noise: scores of 0.004 where onnxruntime says 0.55.
    """
    own = threading.local()  # a request holds buffers, so each thread has its own
    kept, guard = OrderedDict[Shape, _Graph](), threading.Lock()

    def compiled(shape: Shape) -> Any:
        with guard:
            graph = kept.setdefault(shape, _Graph())
            kept.move_to_end(shape)
            if len(kept) > MOST_SHAPES:
                kept.popitem(last=False)
        with graph.lock:
            if graph.compiled is None:
                graph.compiled = compile(shape)
        return graph.compiled

    def run(image: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        graph = compiled(image.shape)
        requests = own.__dict__.setdefault("requests", {})
        if requests.get(image.shape, (None,))[0] is not graph:
            if len(requests) >= MOST_SHAPES:
                requests.clear()
            requests[image.shape] = graph, graph.create_infer_request()
        said = requests[image.shape][1].infer({"image": image}, share_inputs=True)
        return [said[name] for name in OUTPUTS]

    return run
