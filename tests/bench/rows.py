"""What is measured of the detector: each function gives rows of ours against a peer or a limit."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import asking
import children
import cv2
import graphs
import numpy as np
import onnxruntime
from against import FAST, compared, prepared, sides
from row import Row
from timing import interleaved

import xray
from xray.backends import OUTPUTS, Backend
from xray.candidates import LEAST_SCORE
from xray.dequantized import in_float
from xray.detector import available
from xray.processor import sums_exactly, usable_cores
from xray_app.demo.samples import samples

LIMIT_MS = 600  # from `import xray` to the first report
SCANNERS_PX = 1225, 954  # width and height of a console's whole screen, as SIXray's largest are


def picture(size_px: tuple[int, int] | None = None) -> xray.Scan:
    """The console's picture that speeds are measured on, in its own size or another."""
    scan = next(
        scan
        for scan in (xray.read(sample.file) for sample in samples())
        if scan.encoding is xray.Encoding.PSEUDOCOLOR
    )
    return scan if size_px is None else replace(scan, pixels=cv2.resize(scan.pixels, size_px))


def session(content: bytes, threads: int) -> onnxruntime.InferenceSession:
    """A bare session, as onnxruntime makes it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not sums_exactly():  # as `backends` does: another computation would be no limit
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])


def speed(folder: Path, name: str, rounds: int) -> Iterator[Row]:
    """inspect against the bare network, the peers, and itself on other backends."""
    scan, large, cores = picture(), picture(SCANNERS_PX), usable_cores()
    ours = xray.Detector(name, threads=cores)
    most = len(ours.inspect(scan, LEAST_SCORE).detections)
    boxes = {"every": most}
    calls, missing = backends(name, scan, cores)
    calls |= networks(name, prepared(scan, ours.card), prepared(large, ours.card), cores)
    calls |= {
        "inspect": _quiet(lambda: ours.inspect(scan)),
        "inspect large": _quiet(lambda: ours.inspect(large)),
        "every": _quiet(lambda: ours.inspect(scan, LEAST_SCORE)),
    }
    if FAST in ours.card.presets:
        fast = xray.Detector(name, threads=cores, preset=FAST)
        calls["fast"] = _quiet(lambda: fast.inspect(scan, LEAST_SCORE))
        boxes["fast"] = len(fast.inspect(scan, LEAST_SCORE).detections)
    else:
        missing["fast"] = f"no preset {FAST} in the card"
    px = sides(scan, ours.card)
    peers: dict[str, Ssdlite | asking.Peer] = {
        peer: Ssdlite(folder, scan, px[peer], cores, most) for peer in px if "ssdlite" in peer
    }
    with ExitStack() as started:
        for peer in [peer for peer in px if "yolo" in peer]:
            try:
                yolo = asking.yolo(folder, scan, px[peer], cores, most)
                peers[peer] = started.enter_context(yolo)
            except asking.Missing as why:
                missing[peer] = str(why)
        took = interleaved(calls | peers, rounds)
    boxes |= {peer: said.boxes for peer, said in peers.items()}
    yield from compared(took, missing, boxes, (scan, large), ours.card)


class Ssdlite:
    """SSDLite by a bare session, on a square picture.

    Attributes:
        boxes: how many came out of the last run.
    """

    def __init__(
        self, folder: Path, scan: xray.Scan, side_px: int, threads: int, most: int
    ) -> None:
        graph = graphs.ssdlite(folder / f"ssdlite-{side_px}-{most}.onnx", most, side_px)
        self._session = session(graph.read_bytes(), threads)
        small = cv2.resize(scan.pixels, (side_px, side_px))
        self._image = small.transpose(2, 0, 1).astype(np.float32) / 255
        self.boxes = 0

    def __call__(self) -> None:
        self.boxes = len(self._session.run(None, {"image": self._image})[0])


def networks(
    name: str, image: np.ndarray, large: np.ndarray, cores: int
) -> dict[str, Callable[[], float | None]]:
    """The bare network, as it ships and in float, on what each scan becomes for it."""
    content = available()[name].read_bytes()
    bare, floating = session(content, cores), session(in_float(content, name), cores)
    return {
        "bare": _quiet(lambda: bare.run(OUTPUTS, {"image": image})),
        "bare large": _quiet(lambda: bare.run(OUTPUTS, {"image": large})),
        "float": _quiet(lambda: floating.run(OUTPUTS, {"image": image})),
    }


def backends(
    name: str, scan: xray.Scan, cores: int
) -> tuple[dict[str, Callable[[], float | None]], dict[str, str]]:
    """inspect by each other backend, and why there is none of those that are not here."""
    calls, missing = dict[str, Callable[[], float | None]](), dict[str, str]()
    for backend, lacks in (
        (Backend.OPENVINO, "no extra openvino"),
        (Backend.CUDA, "no CUDA in this onnxruntime"),
    ):
        try:
            other = xray.Detector(name, threads=cores, backend=backend)
        except (xray.MissingExtra, xray.ModelError) as error:
            print(error, file=sys.stderr)
            absent = isinstance(error, xray.MissingExtra)
            missing[str(backend)] = lacks if absent else f"{backend} does not start"
        else:
            calls[str(backend)] = _quiet(partial(other.inspect, scan, LEAST_SCORE))
    return calls, missing


def jpegs(folder: Path, name: str, rounds: int) -> Iterator[Row]:
    """Folders of JPEGs, small and of a whole screen."""
    for size in (None, SCANNERS_PX):
        yield from _folder_of(picture(size), folder, name, rounds)


def _folder_of(
    scan: xray.Scan, folder: Path, name: str, rounds: int, scans: int = 120
) -> Iterator[Row]:
    """inspect_many against the bare network on every core."""
    place = folder / f"jpegs-{scan.width}"
    place.mkdir(parents=True, exist_ok=True)
    cores = usable_cores()
    for k in range(scans):
        cv2.imwrite(str(place / f"{k:03}.jpg"), np.roll(scan.pixels, k, axis=1)[..., ::-1])
    ours, files = xray.Detector(name), sorted(place.iterdir())
    image = prepared(scan, ours.card)
    network = ours.network.side_by_side(cores)

    def bare() -> None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(lambda _: network.run(image[0]), files))

    took = interleaved(
        {"bare": bare, "many": lambda: _all(ours.inspect_many(files))}, max(4, rounds // 4)
    )
    rate = {what: scans / timed.median_ms * 1000 for what, timed in took.items()}
    yield Row(
        *(f"{scans} JPEGs of {scan.width}×{scan.height}, inspect_many", rate["many"], "scans/s"),
        *(f"bare network on {cores} cores", rate["bare"], rate["many"] / rate["bare"], ">= 0.9"),
        took["many"].spread,
    )


def cold_start(folder: Path, name: str, rounds: int) -> Iterator[Row]:
    """From nothing to the first report, in a process of its own."""
    file = next(s.file for s in samples() if s.file.suffix == ".jpg")
    born = children.reports(name, file, max(3, rounds // 5))
    both = tuple(a + b for a, b in zip(born.ready_ms, born.report_ms, strict=True))
    ms, spread = children.middle(both)
    what = "cold start, import to report"
    yield Row(what, ms, "ms", "limit", LIMIT_MS, ms / LIMIT_MS, "<= 1.0", spread)
    yield Row("cold start: memory", born.peak_mb, "MB")


def _quiet(call: Callable[[], object]) -> Callable[[], None]:
    def quiet() -> None:
        call()

    return quiet


def _all(reports: Iterator[xray.Report]) -> None:
    for _ in reports:
        pass
