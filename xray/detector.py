"""Scan in, report out.

    detector = xray.Detector()
    report = detector.inspect(xray.read("bag.png"))

tiles → planes → network → boxes on the whole scan, merged once → calibrated → by the profile.
"""

import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xray import boxes, material, tensors, tiles, verdict
from xray.card import Card
from xray.clearance import NEVER_CALIBRATED
from xray.clearance import read as read_rule
from xray.errors import ModelError
from xray.formats import read
from xray.network import Network, usable_cores
from xray.profile import Profile
from xray.report import Clearance, Detection, ModelId, Outcome, Report
from xray.scan import Scan

WEIGHTS = Path(__file__).parent / "weights"  # in a wheel; a checkout has them at its top
SAME_OBJECT_IOU = 0.6  # boxes of one label that overlap more show one object
CANDIDATES = 300  # of each label, strongest first; busy bags hold tens of one thing
LEAST_SCORE = 0.001  # candidates under it are noise, whatever is asked for


def available() -> dict[str, Path]:
    """The shipped models: name → file."""
    folder = WEIGHTS if WEIGHTS.is_dir() else WEIGHTS.parent.parent / "weights"
    return {path.stem: path for path in sorted(folder.glob("*.onnx"), key=lambda p: p.stem)}


class Detector:
    """Finds what should not be there. Safe to share between threads.

    Args:
        model: the name of a shipped model (`xray models` lists them), or a path.
        threads: threads of one inference; None: every core.
        profile: rules in place of those in the model's card.
        clearance: the file that `xray-train calibrate` wrote: which scans of the scanner that it
            names may be cleared without a human.

    Raises:
        ModelError: there is no such model, its file is damaged, or the clearance file is none.
    """

    def __init__(
        self,
        model: str | Path = "parcel",
        *,
        threads: int | None = None,
        profile: Profile | None = None,
        clearance: str | Path | None = None,
    ) -> None:
        self._path = _find(model)
        self._network = Network(self._path, threads)
        self._profile = profile or self._network.card.profile
        self._rule = None if clearance is None else read_rule(clearance)

    @property
    def card(self) -> Card:
        """What the model is."""
        return self._network.card

    @property
    def profile(self) -> Profile:
        """The rules in force."""
        return self._profile

    @property
    def network(self) -> Network:
        """The loaded model file."""
        return self._network

    def inspect(self, scan: Scan, min_score: float | None = None) -> Report:
        """What is in this scan.

        Args:
            scan: from `xray.read` or `Scan.from_arrays`.
            min_score: report every candidate from this probability on, for evaluation; None:
                from the profile's threshold of each label.

        Raises:
            ModelError: the model was not made for scans of this encoding.
        """
        return self._inspect(scan, min_score, self._network)

    def inspect_many(
        self, scans: Iterable[Scan | str | Path | bytes], min_score: float | None = None
    ) -> Iterator[Report]:
        """Reports of many scans, in their order, with every core busy.

        One single-threaded stream per core is faster than many threads on one scan. Files are
        read within the streams, so that decoding overlaps with inference. At most two scans per
        core are held at a time, however many there are.

        Raises:
            ScanError: at the place of a file that cannot be read; later scans are dropped.
        """
        cores = usable_cores()
        local = threading.local()

        def one(source: Scan | str | Path | bytes) -> Report:
            if not hasattr(local, "network"):
                local.network = Network(self._path, threads=1)
            scan = source if isinstance(source, Scan) else read(source)
            return self._inspect(scan, min_score, local.network)

        source = iter(scans)
        with ThreadPoolExecutor(cores, "xray-inspect") as pool:
            waiting: deque[Future[Report]] = deque(
                pool.submit(one, scan) for scan in itertools.islice(source, 2 * cores)
            )
            try:
                while waiting:
                    report = waiting.popleft().result()
                    waiting.extend(pool.submit(one, s) for s in itertools.islice(source, 1))
                    yield report
            finally:
                for future in waiting:
                    future.cancel()

    def _inspect(self, scan: Scan, min_score: float | None, network: Network) -> Report:
        card = network.card
        if scan.encoding not in card.encodings:
            raise ModelError(
                f"scan {scan.id} is {scan.encoding}, but {card.name} was made for "
                f"{', '.join(sorted(card.encodings))}; take another model (xray models)"
            )
        clock = _Clock()
        found, embedding = self._candidates(scan, network, clock)
        score = _calibrated(found, card)
        detections = self._detections(found, score, card, min_score)
        clock.lap("decode")
        opaque = material.opaque_mask(scan)
        regions = material.opaque_regions(opaque)
        outcome, reasons = verdict.decide(scan, detections, opaque, self._profile)
        clock.lap("opacity")
        return Report(
            scan_id=scan.id,
            width_px=scan.width,
            height_px=scan.height,
            model=ModelId(card.name, card.version, card.sha256),
            profile=self._profile,
            detections=detections,
            opaque=regions,
            outcome=outcome,
            reasons=reasons,
            assumed=scan.assumed,
            clearance=self._clearance(scan, outcome, self._strongest(found, score, card), card),
            embedding=tuple(float(v) for v in embedding),
            elapsed_ms=clock.laps,
        )

    def _candidates(
        self, scan: Scan, network: Network, clock: "_Clock"
    ) -> tuple["_Found", NDArray[np.float32]]:
        card = network.card
        plan = (
            tiles.whole(scan.height, scan.width, card.side_px)
            if card.overlap_px is None
            else tiles.native(scan.height, scan.width, card.side_px, card.overlap_px)
        )
        parts, embeddings = [], []
        for tile in plan:
            image = tensors.prepare(scan.pixels, scan.encoding, tile, card.ranges)
            clock.lap("prepare")
            raw = network.run(image)
            clock.lap("network")
            rows, labels = np.nonzero(raw.scores > LEAST_SCORE)
            xyxy = tile.to_scan(raw.xyxy[rows])
            parts.append((xyxy, raw.scores[rows, labels], labels))
            embeddings.append(raw.embedding)
        joined = _Found(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        inside = boxes.clip(joined.xyxy, scan.height, scan.width)
        return _Found(inside, joined.scores, joined.labels), _mean_direction(embeddings)

    def _detections(
        self, found: "_Found", score: NDArray[np.float32], card: Card, min_score: float | None
    ) -> tuple[Detection, ...]:
        lowest = (
            np.array([self._profile.threshold(label) for label in card.labels], np.float32)
            if min_score is None
            else np.full(len(card.labels), min_score, np.float32)
        )
        enough = np.flatnonzero((score >= lowest[found.labels]) & (boxes.area(found.xyxy) > 0))
        strongest = enough[_strongest(score[enough], found.labels[enough])]
        kept = strongest[
            boxes.nms(
                found.xyxy[strongest],
                score[strongest],
                found.labels[strongest],
                SAME_OBJECT_IOU,
            )
        ]
        return tuple(
            Detection(
                label=(label := card.labels[found.labels[k]]),
                score=float(score[k]),
                xyxy_px=tuple(float(v) for v in found.xyxy[k]),  # type: ignore[arg-type]
                alarming=label in self._profile.alarming,
            )
            for k in kept
        )

    def _strongest(self, found: "_Found", score: NDArray[np.float32], card: Card) -> float:
        """The highest probability of an alarming label, whether or not it is reported."""
        alarming = np.array([label in self._profile.alarming for label in card.labels])
        counts = alarming[found.labels] & (boxes.area(found.xyxy) > 0)
        return float(score[counts].max(initial=0.0))

    def _clearance(self, scan: Scan, outcome: Outcome, strongest: float, card: Card) -> Clearance:
        if self._rule is None:
            return Clearance(reason=NEVER_CALIBRATED)
        return self._rule.judge(scan, card.sha256, self._profile, {}, outcome, strongest)


class _Found:
    """Candidates on the whole scan, in parallel arrays."""

    def __init__(
        self,
        xyxy: NDArray[np.float32],
        scores: NDArray[np.float32],
        labels: NDArray[np.intp],
    ) -> None:
        self.xyxy, self.scores, self.labels = xyxy, scores, labels  # (N, 4), (N,), (N,)


class _Clock:
    """Adds up milliseconds by step."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.laps[step] = self.laps.get(step, 0.0) + (now - self._last) * 1000
        self._last = now


def _calibrated(found: _Found, card: Card) -> NDArray[np.float32]:  # -> (N,)
    """Probabilities: the raw scores' log-odds, straightened label by label (Platt scaling)."""
    if not card.calibration:
        return found.scores
    slope, offset = (
        np.array([card.calibration.get(label, (1.0, 0.0))[i] for label in card.labels], np.float32)
        for i in (0, 1)
    )
    raw = np.clip(found.scores, 1e-6, 1 - 1e-6)
    odds = np.log(raw / (1 - raw)) * slope[found.labels] + offset[found.labels]
    probability: NDArray[np.float32] = 1 / (1 + np.exp(-odds))
    return probability


def _strongest(score: NDArray[np.float32], label: NDArray[np.intp]) -> NDArray[np.intp]:
    """Indices of the strongest candidates of each label, all in order of score."""
    order = np.lexsort((-score, label))
    rank = np.arange(len(order)) - np.searchsorted(label[order], label[order])
    kept = order[rank < CANDIDATES]
    return kept[np.argsort(-score[kept], kind="stable")]


def _mean_direction(embeddings: list[NDArray[np.float32]]) -> NDArray[np.float32]:  # -> (E,)
    mean: NDArray[np.float32] = np.mean(embeddings, axis=0)
    return mean / max(math.sqrt(float(mean @ mean)), 1e-12)


def _find(model: str | Path) -> Path:
    shipped = available()
    if str(model) in shipped:
        return shipped[str(model)]
    path = Path(model)
    if path.suffix == ".onnx" and path.is_file():
        return path
    names = ", ".join(shipped) or "none are installed"
    raise ModelError(f"no model {str(model)!r}; shipped are: {names}; or pass the path of a .onnx")
