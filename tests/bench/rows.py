"""What is measured: each function gives rows of ours against a peer or a limit."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import graphs
import numpy as np
import onnxruntime
import tifffile
from timing import interleaved

import xray
from xray import tensors, tiles
from xray.backends import OUTPUTS
from xray.detector import available
from xray.processor import usable_cores
from xray_app.demo.samples import samples

HERE = Path(__file__).parent
FOLDER = Path("runs/bench")  # graphs and the peers' environment, kept for the next time


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        what: in words.
        ours: the figure.
        unit: of both figures.
        against: the peer or the limit, in words.
        theirs: its figure.
        ratio: as the aim states it.
        aim: what the ratio should be, such as "<= 1.15"; empty: none is set.
        spread: half of the range between the quartiles of our figure, as a share of it.
    """

    what: str
    ours: float
    unit: str
    against: str
    theirs: float
    ratio: float
    aim: str = ""
    spread: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met."""
        if not self.aim:
            return None
        sign, value = self.aim.split()
        return self.ratio <= float(value) if sign == "<=" else self.ratio >= float(value)


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


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """A bare session, as onnxruntime makes it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])


def speed(name: str, rounds: int) -> Iterator[Row]:
    """inspect against the bare network, the peers, and itself on other backends."""
    scan, cores, file = picture(), usable_cores(), available()[name]
    ours = xray.Detector(name, threads=cores)
    image = prepared(scan, ours.card)
    bare, floating = (
        session(path, cores)
        for path in (file, graphs.floating(file, FOLDER / f"{name}-float.onnx"))
    )
    ssd = session(graphs.ssdlite(FOLDER / "ssdlite320.onnx"), cores)
    small = cv2.resize(scan.pixels, (320, 320)).transpose(2, 0, 1).astype(np.float32) / 255
    calls: dict[str, Callable[[], float | None]] = {
        "bare": _quiet(lambda: bare.run(OUTPUTS, {"image": image})),
        "inspect": _quiet(lambda: ours.inspect(scan)),
        "float": _quiet(lambda: floating.run(OUTPUTS, {"image": image})),
        "ssdlite": _quiet(lambda: ssd.run(None, {"image": small})),
    }
    try:
        fast = xray.Detector(name, threads=cores, backend="openvino")
        calls["openvino"] = _quiet(lambda: fast.inspect(scan))
    except xray.MissingExtra as error:
        print(error, file=sys.stderr)
    with yolo(scan, ours.card.side_px, cores) as predict:
        if predict:
            calls["yolo"] = predict
        took = interleaved(calls, rounds)
    ms, size = {k: t.median_ms for k, t in took.items()}, f"{scan.width}×{scan.height}"
    for what, mine, against, theirs, by_theirs, aim in (
        (f"inspect, {size}", "inspect", "bare session.run", "bare", True, "<= 1.15"),
        ("bare network, 8 bits", "bare", "the same in float", "float", False, ""),
        ("inspect", "inspect", "SSDLite320, bare, float", "ssdlite", False, ">= 1.3"),
        ("inspect", "inspect", "ultralytics YOLO26n, predict", "yolo", False, ">= 2.3"),
        ("inspect, openvino", "openvino", "ultralytics YOLO26n, predict", "yolo", False, ">= 4.0"),
    ):
        if mine in ms and theirs in ms:
            ratio = ms[mine] / ms[theirs] if by_theirs else ms[theirs] / ms[mine]
            spread = took[mine].spread
            yield Row(what, ms[mine], "ms", against, ms[theirs], ratio, aim, spread)


def folder(name: str, rounds: int, scans: int = 120) -> Iterator[Row]:
    """A folder of JPEGs through inspect_many against the bare network on every core."""
    place = FOLDER / "jpegs"
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


def container(name: str, rounds: int) -> Iterator[Row]:
    """A 6000×2000 16-bit TIFF of two energies, from file to report, in a process of its own."""
    file, model = FOLDER / "container.tif", FOLDER / "tiled.onnx"
    if not file.exists():
        draw = np.random.default_rng(0)
        small = cv2.GaussianBlur(draw.random((250, 750), np.float32), (0, 0), 9)
        small = (small - small.min()) / np.ptp(small)
        low = cv2.resize(small, (6000, 2000)) * 0.9 + 0.02
        planes = [low, np.sqrt(low)]
        for plane in planes:
            plane[:400] = plane[-200:] = plane[:, :300] = 1.0  # air around the load
        counts = [np.clip(p * 60_000 + draw.normal(0, 30, p.shape), 0, 65_535) for p in planes]
        tifffile.imwrite(file, np.stack(counts).astype(np.uint16), photometric="minisblack")
    graphs.tiled(available()[name], model)
    said = [_child(model, file) for _ in range(max(3, rounds // 5))]
    taken = sorted(one["report_ms"] for one in said)
    middle, spread = taken[len(taken) // 2], (taken[-1] - taken[0]) / 2 / taken[len(taken) // 2]
    what, most = "6000×2000 TIFF, two energies, in tiles", max(one["peak_mb"] for one in said)
    yield Row(what, middle / 1000, "s", "limit", 1.0, middle / 1000, "<= 1.0", spread)
    yield Row(f"{what}: memory", most, "MB", "limit", 600, most / 600, "<= 1.0")


def cold_start(name: str, rounds: int) -> Iterator[Row]:
    """From nothing to the first report, in a process of its own."""
    file = next(s.file for s in samples() if s.file.suffix == ".jpg")
    said = [_child(Path(name), file) for _ in range(max(3, rounds // 5))]
    taken = sorted(one["report_ms"] + one["ready_ms"] for one in said)
    middle, spread = taken[len(taken) // 2], (taken[-1] - taken[0]) / 2 / taken[len(taken) // 2]
    most = max(one["peak_mb"] for one in said)
    ratio = middle / 600
    yield Row("cold start, import to report", middle, "ms", "limit", 600, ratio, "<= 1.0", spread)
    yield Row("cold start: memory", most, "MB", "", 0, 0)


@contextmanager
def yolo(scan: xray.Scan, side: int, threads: int) -> Iterator[Callable[[], float] | None]:
    """One prediction of ultralytics' YOLO26n, in a process and an environment of its own."""
    python = FOLDER / "peers" / "bin" / "python"
    if not python.exists():
        print("the peers are not installed (make bench does it); left out", file=sys.stderr)
        yield None
        return
    np.save(FOLDER / "picture.npy", scan.pixels)
    quiet = {"YOLO_CONFIG_DIR": ".", "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}
    with subprocess.Popen(
        [python.absolute(), HERE.absolute() / "peers.py"],
        cwd=FOLDER,
        env={**os.environ, **quiet},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{side} {threads} picture.npy\n")
        lines = iter(process.stdout.readline, "")
        if not any(line == "ready\n" for line in lines):
            print("ultralytics did not start; left out", file=sys.stderr)
            yield None
            return

        def predict() -> float:
            process.stdin.write("go\n")
            return float(next(lines).split()[0])

        yield predict
        process.stdin.close()


def _child(model: Path, file: Path) -> dict[str, float]:
    code = """
import time; start = time.perf_counter()
import resource, sys, json, xray
from pathlib import Path
detector = xray.Detector(sys.argv[1]); ready = time.perf_counter()
detector.inspect(xray.read(sys.argv[2])); end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
status = Path("/proc/self/status")  # on Linux the figure above is at least that of our parent
if status.exists():
    peak = next(int(l.split()[1]) for l in status.open() if l.startswith("VmHWM")) / 1024
print(json.dumps({"ready_ms": (ready-start)*1000, "report_ms": (end-ready)*1000, "peak_mb": peak}))
"""
    command = [sys.executable, "-c", code, str(model), str(file)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _quiet(call: Callable[[], object]) -> Callable[[], None]:
    def quiet() -> None:
        call()

    return quiet


def _all(reports: Iterator[xray.Report]) -> None:
    for _ in reports:
        pass
