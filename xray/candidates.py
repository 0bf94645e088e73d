"""What the network proposes for one scan: tile by tile, brought back to the scan."""

import math
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray import air, boxes, tensors, tiles
from xray.card import Card
from xray.errors import ModelError
from xray.network import Network
from xray.scan import Scan

LEAST_SCORE = 0.001  # raw candidates under it are noise, whatever is asked for
MOST = 300  # objects of each label, strongest first; busy bags hold tens of one thing
SAME_OBJECT_IOU = 0.6  # boxes of one label that overlap more show one object


class Candidates(NamedTuple):
    """Boxes on the whole scan, all with an area, in parallel arrays."""

    xyxy: NDArray[np.float32]  # (N, 4)
    scores: NDArray[np.float32]  # (N,) raw
    labels: NDArray[np.intp]  # (N,) places in the card


class Proposal(NamedTuple):
    """What the network says of a scan, and what it saw of it."""

    candidates: Candidates  # overlapping ones included
    embedding: NDArray[np.float32]  # (E,) of length 1, of the tiles that were looked at
    planes: tensors.Planes | None  # (h, w, 3) of the whole scan; None: it was seen in tiles


class Clock:
    """Adds up milliseconds by step."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """What passed since the last lap goes to this step."""
        now = time.perf_counter()
        self.laps[step] = self.laps.get(step, 0.0) + (now - self._last) * 1000
        self._last = now


def propose(scan: Scan, network: Network, clock: Clock) -> Proposal:
    """Every candidate, tile by tile; tiles of plain air hold none."""
    card = network.card
    parts, embeddings, seen = [], [], None
    for tile in _plan(scan, card):
        image = tensors.prepare(scan.pixels, scan.encoding, tile, card.ranges)
        if card.overlap_px is None:
            seen = image[: tile.scaled_hw[0], : tile.scaled_hw[1]]
        clock.lap("prepare")
        raw = network.run(image)
        clock.lap("network")
        if not all(np.isfinite(part).all() for part in raw):
            raise ModelError(
                f"{card.name}@{card.version} answered with numbers that are none on scan "
                f"{scan.id}: its file cannot be trusted; take another model"
            )
        rows, labels = np.nonzero(raw.scores > LEAST_SCORE)
        xyxy = boxes.clip(tile.to_scan(raw.xyxy[rows]), scan.height, scan.width)
        there = boxes.area(xyxy) > 0
        if card.overlap_px is not None:
            size = scan.height, scan.width
            there &= ~tiles.seen_better(xyxy, tile, *size, card.overlap_px)
        parts.append((xyxy[there], raw.scores[rows, labels][there], labels[there]))
        embeddings.append(raw.embedding)
    joined = Candidates(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return Proposal(joined, _mean_direction(embeddings), seen)


def _plan(scan: Scan, card: Card) -> Sequence[tiles.Tile]:
    """Which tiles to look at: never none, since a scan has an embedding."""
    if card.overlap_px is None:
        return tiles.whole(scan.height, scan.width, card.side_px)
    plan = tiles.native(scan.height, scan.width, card.side_px, card.overlap_px)
    return [t for t in plan if not air.plain(t.cut(scan.pixels), scan.encoding)] or plan[:1]


def thinned(
    found: Candidates, score: NDArray[np.float32], enough: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Places of those to report, strongest first: one for each object, of each label MOST at most.

    Args:
        found: the candidates.
        score: (N,) their probabilities.
        enough: (N,) which of them may be reported.
    """
    few = np.flatnonzero(enough)
    kept = boxes.nms(found.xyxy[few], score[few], found.labels[few], SAME_OBJECT_IOU, MOST)
    return few[kept]


def _mean_direction(embeddings: list[NDArray[np.float32]]) -> NDArray[np.float32]:  # -> (E,)
    mean: NDArray[np.float32] = np.mean(embeddings, axis=0)
    return mean / max(math.sqrt(float(mean @ mean)), 1e-12)
