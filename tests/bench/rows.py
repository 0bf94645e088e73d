"""What is measured of the detector: each function gives rows of ours against a peer or a limit."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
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
from xray.processor import sums_exactly, usable_cores
from xray_app.demo.samples import samples

LIMIT_MS = 600  # from `import xray` to the first report
SCANNERS_PX = 1225, 954  # width and height of a console's whole screen, as SIXray's largest are
FAST = "fast"  # the preset, where the card names one


def picture(size_px: tuple[int, int] | None = None) -> xray.Scan:
    """The console's picture that speeds are measured on, in its own size or another."""
    scan = next(
        scan
        for scan in (xray.read(sample.file) for sample in samples())
        if scan.encoding is xray.Encoding.PSEUDOCOLOR
    )
    return scan if size_px is None else replace(scan, pixels=cv2.resize(scan.pixels, size_px))


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
    ssd = session(graphs.ssdlite(folder / f"ssdlite320-{most}.onnx", most).read_bytes(), cores)
    small = cv2.resize(scan.pixels, (320, 320)).transpose(2, 0, 1).astype(np.float32) / 255
    boxes["ssdlite"] = len(ssd.run(None, {"image": small})[0])
    calls["ssdlite"] = _quiet(lambda: ssd.run(None, {"image": small}))
    with asking.yolo(folder, scan, ours.card.side_px, cores, most) as peer:
        if peer:
            calls["yolo"] = peer
        took = interleaved(calls, rounds)
        boxes |= {"yolo": peer.boxes} if peer else {}
    yield from compared(took, boxes, (scan, large), ours.card)
    usual = took["inspect"].median_ms
    for backend, why in missing.items():
        yield Row(f"inspect, {backend}", None, "ms", "inspect", usual, note=why)


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
    took: Mapping[str, Timed], boxes: Mapping[str, int], scans: tuple[xray.Scan, ...], card: Card
) -> Iterator[Row]:
    """Rows of what was timed in turn; of the peers, all that could be."""
    of = [f"{scan.width}×{scan.height}" for scan in scans]
    seen = ["{2}×{1}".format(*prepared(scan, card).shape) for scan in scans]
    yolo = f"ultralytics YOLO26n, predict, {card.side_px}×{card.side_px}"
    ssdlite = "SSDLite320, bare, float, 320×320"
    every = f"inspect at {seen[0]}, every box from {LEAST_SCORE}"
    fast = f"inspect, preset {FAST}, every box from {LEAST_SCORE}"
    for what, mine, against, theirs, by_theirs, aim in (
        (f"inspect, {of[0]}", "inspect", f"bare, {seen[0]}", "bare", True, "<= 1.15"),
        (f"inspect, {of[1]}", "inspect large", f"bare, {seen[1]}", "bare large", True, "<= 1.15"),
        ("bare network, 8 bits", "bare", "the same in float", "float", False, ""),
        (every, "every", ssdlite, "ssdlite", False, ""),
        (fast, "fast", ssdlite, "ssdlite", False, ">= 1.3"),
        (every, "every", yolo, "yolo", False, ">= 2.3"),
        (f"{every}, openvino", "openvino", yolo, "yolo", False, ">= 4.0"),
        (f"{every}, cuda", "cuda", every, "every", False, ""),
    ):
        if mine in took and theirs in took:
            ours, other = took[mine].median_ms, took[theirs].median_ms
            yield Row(
                *(what, ours, "ms", against, other),
                *(ours / other if by_theirs else other / ours, aim, took[mine].spread),
                map50=map50(card, FAST if mine == "fast" else ""),
                boxes=boxes.get(mine, boxes["every"]) if theirs in boxes else None,
                their_boxes=boxes.get(theirs),
            )


def map50(card: Card, preset: str = "") -> float | None:
    """Of the first set of scans that the card has scores on; None: it has none."""
    for of in card.scores.values():
        if isinstance(of, dict) and "map50" in of:
            score = of.get("beside", {}).get(preset, {}).get("map50") if preset else of["map50"]
            return None if score is None else float(score)
    return None


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
