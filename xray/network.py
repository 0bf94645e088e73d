"""The ONNX file behind a detector: bytes checked, session made, input in, raw boxes out.

Interface of the file, whatever network is in it: input `image` uint8 (1, h, w, 3), h and w
multiples of 32; outputs `boxes` float32 (1, N, 4) in pixels of the input, `scores` float32
(1, N, C) probabilities by label, `embedding` float32 (1, E).
"""

import logging
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray import card as cards
from xray.errors import ModelError
from xray.processor import sums_exactly, usable_cores
from xray.tensors import Planes

log = logging.getLogger(__name__)


class Raw(NamedTuple):
    """What the network says of one tile."""

    xyxy: NDArray[np.float32]  # (N, 4) in pixels of the input
    scores: NDArray[np.float32]  # (N, C)
    embedding: NDArray[np.float32]  # (E,)


class Network:
    """One loaded model file. Safe to share between threads.

    Args:
        path: the ONNX file.
        threads: threads of one inference; None: every core that this process may use.

    Raises:
        ModelError: the file is missing, is another one than expected, or holds no card.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        import onnxruntime

        content, sha256 = cards.verified_bytes(path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or usable_cores()
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
            # From bytes, not from the path: what was hashed is what is loaded, and a file
            # that asks for data outside itself is refused.
            self._session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base class but Exception
            raise ModelError(f"{path}: onnxruntime cannot load it ({_first(error)})") from None
        self.card = cards.of_session(self._session, str(path), sha256)
        names = {o.name for o in self._session.get_outputs()}
        if not {"boxes", "scores", "embedding"} <= names:
            raise ModelError(
                f"{path}: expected outputs boxes, scores and embedding, got {sorted(names)}"
            )

    def run(self, image: Planes) -> Raw:  # (h, w, 3)
        """Every candidate of one tile, unsorted, overlapping ones included."""
        boxes, scores, embedding = self._session.run(
            ["boxes", "scores", "embedding"], {"image": image[None]}
        )
        return Raw(boxes[0], scores[0], embedding[0])

    def session(self) -> Any:
        """The onnxruntime session itself, for benchmarks that compare with it."""
        return self._session


def _first(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
