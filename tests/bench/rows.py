"""What is measured of the detector: each function gives rows of ours against a peer or a limit."""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import asking
import children
import cv2
import graphs
import numpy as np
import onnxruntime
from row import Row
from timing import Timed, interleaved

import xray
from xray import tensors, tiles
from xray.backends import OUTPUTS, Backend
from xray.candidates import LEAST_SCORE
from xray.card import Card
from xray.dequantized import in_float
from xray.detector import available
from xray.processor import usable_cores
from xray_app.demo.samples import samples

LIMIT_MS = 600  # from `import xray` to the first report


def picture() -> xray.Scan:
    """The console's picture that all speeds are measured on."""
    return next(
        scan
        for scan in (xray.read(sample.file) for sample in samples())
        if scan.encoding is xray.Encoding.PSEUDOCOLOR
    )


def prepared(scan: xray.Scan, card: xray.Card) -> np.ndarray:
    """The one tile of a scan that is seen whole, (1, h, w, 3)."""
    tile = tiles.whole(scan.height, scan.width, card.side_px)[0]
    return tensors.prepare(scan.pixels, scan.encoding, tile, card.ranges)[None]


def session(content: bytes, threads: int) -> onnxruntime.InferenceSession:
    """A bare session, as onnxruntime makes it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])


def speed(folder: Path, name: str, rounds: int) -> Iterator[Row]:
    """inspect against the bare network, the peers, and itself on other backends."""
    scan, cores = picture(), usable_cores()
    ours = xray.Detector(name, threads=cores)
    most = len(ours.inspect(scan, LEAST_SCORE).detections)
    boxes = {"every": most}
    calls, missing = backends(name, scan, cores)
    calls |= networks(folder, name, prepared(scan, ours.card), cores)
    calls |= {
        "inspect": _quiet(lambda: ours.inspect(scan)),
        "every": _quiet(lambda: ours.inspect(scan, LEAST_SCORE)),
    }
    ssd = session(graphs.ssdlite(folder / f"ssdlite320-{most}.onnx", most).read_bytes(), cores)
    small = cv2.resize(scan.pixels, (320, 320)).transpose(2, 0, 1).astype(np.float32) / 255
    boxes["ssdlite"] = len(ssd.run(None, {"image": small})[0])
    calls["ssdlite"] = _quiet(lambda: ssd.run(None, {"image": small}))
    with asking.yolo(folder, scan, ours.card.side_px, cores, most) as peer:
        if peer:
            calls["yolo"] = peer
        took = interleaved(calls, rounds)
        boxes |= {"yolo": peer.boxes} if peer else {}
    yield from compared(took, boxes, f"{scan.width}×{scan.height}", map50(ours.card))
    usual = took["inspect"].median_ms
    for backend, why in missing.items():
        yield Row(f"inspect, {backend}", None, "ms", "inspect", usual, note=why)


def networks(
    folder: Path, name: str, image: np.ndarray, cores: int
) -> dict[str, Callable[[], float | None]]:
    """The bare network, as it ships and in float."""
    content = available()[name].read_bytes()
    bare, floating = session(content, cores), session(in_float(content, name), cores)
    return {
        "bare": _quiet(lambda: bare.run(OUTPUTS, {"image": image})),
        "float": _quiet(lambda: floating.run(OUTPUTS, {"image": image})),
    }


def backends(
    name: str, scan: xray.Scan, cores: int
) -> tuple[dict[str, Callable[[], float | None]], dict[str, str]]:
    """inspect by each other backend, and why there is none of those that are not here."""
    calls, missing = dict[str, Callable[[], float | None]](), dict[str, str]()
    for backend, lacks in ((Backend.OPENVINO, "extra openvino"), (Backend.CUDA, "GPU")):
        try:
            other = xray.Detector(name, threads=cores, backend=backend)
        except (xray.MissingExtra, xray.ModelError) as error:
            print(error, file=sys.stderr)
            missing[str(backend)] = f"no {lacks}: not measured"
        else:
            calls[str(backend)] = _quiet(partial(other.inspect, scan, LEAST_SCORE))
    return calls, missing


def compared(
    took: Mapping[str, Timed], boxes: Mapping[str, int], size: str, score: float | None
) -> Iterator[Row]:
    """Rows of what was timed in turn; of the peers, all that could be."""
    bare, yolo = "bare session.run", "ultralytics YOLO26n, predict"
    every = f"inspect, every box from {LEAST_SCORE}"
    for what, mine, against, theirs, by_theirs, aim in (
        (f"inspect, {size}", "inspect", bare, "bare", True, "<= 1.15"),
        ("bare network, 8 bits", "bare", "the same in float", "float", False, ""),
        (every, "every", "SSDLite320, bare, float", "ssdlite", False, ">= 1.3"),
        (every, "every", yolo, "yolo", False, ">= 2.3"),
        (f"{every}, openvino", "openvino", yolo, "yolo", False, ">= 4.0"),
        (f"{every}, cuda", "cuda", every, "every", False, ""),
    ):
        if mine in took and theirs in took:
            ours, other = took[mine].median_ms, took[theirs].median_ms
            yield Row(
                *(what, ours, "ms", against, other),
                *(ours / other if by_theirs else other / ours, aim, took[mine].spread),
                map50=score,
                boxes=boxes["every"] if theirs in boxes else None,
                their_boxes=boxes.get(theirs),
            )


def map50(card: Card) -> float | None:
    """Of the first set of scans that the card has scores on; None: it has none."""
    scored = [of["map50"] for of in card.scores.values() if isinstance(of, dict) and "map50" in of]
    return scored[0] if scored else None


def jpegs(folder: Path, name: str, rounds: int, scans: int = 120) -> Iterator[Row]:
    """A folder of JPEGs through inspect_many against the bare network on every core."""
    place = folder / "jpegs"
    place.mkdir(parents=True, exist_ok=True)
    scan, cores = picture(), usable_cores()
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
