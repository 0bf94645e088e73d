"""The ONNX file behind a detector: bytes checked, engine made, input in, raw boxes out.

Interface of the file, whatever network is in it: input `image` uint8 (1, h, w, 3), h and w
multiples of 32; outputs `boxes` float32 (1, N, 4) in pixels of the input, `scores` float32
(1, N, C) probabilities by label, `embedding` float32 (1, E).
"""

import threading
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray import card as cards
from xray.backends import OUTPUTS, Backend, start
from xray.errors import ModelError
from xray.processor import usable_cores
from xray.tensors import Planes


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
        backend: what computes.
        sha256: the hash that the file must have, as `card.verified_bytes` takes it.

    Raises:
        ModelError: the file is missing, is another one than expected, or holds no card.
        MissingExtra: the backend's package is not installed.
    """

    def __init__(
        self,
        path: Path,
        threads: int | None = None,
        backend: Backend | str = Backend.CPU,
        sha256: str | None = None,
    ) -> None:
        content, sha256 = cards.verified_bytes(path, sha256)
        self.backend = _known(backend)
        self._start = partial(start, self.backend, content, str(path))
        engine = self._start(threads=threads or usable_cores())
        self._compute = engine.run
        self.card = cards.of_text(engine.card, str(path), sha256)
        if not engine.outputs.issuperset(OUTPUTS):
            raise ModelError(
                f"{path}: expected outputs boxes, scores and embedding, "
                f"got {sorted(engine.outputs)}"
            )
        self._beside: dict[int, Network] = {}
        self._guard = threading.Lock()

    def run(self, image: Planes) -> Raw:  # (h, w, 3)
        """Every candidate of one tile, unsorted, overlapping ones included."""
        boxes, scores, embedding = self._compute(image[None])
        return Raw(boxes[0], scores[0], embedding[0])

    def at_side(self, side_px: int) -> "Network":
        """The same for scans that are looked at with another `Card.side_px`."""
        other = copy(self)
        other.card, other._beside = replace(self.card, side_px=side_px), {}
        return other

    def side_by_side(self, streams: int) -> "Network":
        """The same for so many threads at once, each of which computes on one core alone.

        The file is not read again: what was checked at first is what runs.
        """
        with self._guard:
            if streams not in self._beside:
                beside = copy(self)
                beside._compute = self._start(threads=1, streams=streams).run
                self._beside[streams] = beside
            return self._beside[streams]


def _known(backend: str) -> Backend:
    try:
        return Backend(backend)
    except ValueError:
        known = ", ".join(Backend)
        raise ModelError(f"backend must be one of {known}, got {backend!r}") from None
