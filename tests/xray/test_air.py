"""Tiles of plain air are passed over, and nothing is lost with them.

The stand-in sees more than a trained network would: whatever darkens the mean of 8 × 8 pixels by
half of one of the 255 steps is a detection. It must say the same whether air is passed over or not.
Another sees the ratio of two energies, which is noise where there is air: over 32 × 32 pixels.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import xray
from xray import air, candidates, detector, network, tensors, tiles
from xray.card import METADATA_KEY, Card, read
from xray.scan import Encoding
from xray.spectrum import spectra

SIDE, OVERLAP, CELL = 64, 32, 8
CHANNELS = {Encoding.PSEUDOCOLOR: 3, Encoding.SINGLE: 1, Encoding.DUAL: 2}
SAMPLES = Path(__file__).parents[2] / "app" / "xray_app" / "samples"
SHEET_MM = 1.5  # of water: 0.15 g/cm2, as a sheet of explosive has
THINNEST = {  # what it leaves to the low signal of the beam that it attenuates least
    name: max(
        float(np.exp(-beam.behind(SHEET_MM, "water")[0]))
        for which, beam in spectra().items()
        if which.endswith(unit)
    )
    for name, unit in (("kilovolt", "kV"), ("megavolt", "MV"))
}


def keen(card: Card, to: Path, ratio: bool = False) -> Path:
    """A model with a box for each cell of a tile, scored 0.3 where it is half a step under air.

    ratio: it looks at the third plane instead, and 5 steps under air are scored 0.3.
    """
    cell, steps = (SIDE // 2, 5) if ratio else (CELL, 0.5)
    corners = [(x, y) for y in range(0, SIDE, cell) for x in range(0, SIDE, cell)]
    numbers = {
        "air": np.array(tensors.air(Encoding.DUAL, card.ranges)[2 * ratio], np.float32),
        "gain": np.array(0.3 / steps, np.float32),
        "from": np.array([2 * ratio]),
        "to": np.array([3 if ratio else 2]),
        "channel": np.array([3]),
        "places": np.array([1, 2]),
        "flat": np.array([1, len(corners), 1]),
        "one": np.array(1.0, np.float32),
    }
    boxes = np.array([[[x, y, x + cell, y + cell] for x, y in corners]], np.float32)
    nodes = [
        helper.make_node("Constant", [], ["boxes"], value=numpy_helper.from_array(boxes, "b")),
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float", "places"], ["embedding"], keepdims=0),
        helper.make_node("Slice", ["float", "from", "to", "channel"], ["two"]),
        helper.make_node("ReduceMin", ["two", "channel"], ["darkest"], keepdims=1),
        helper.make_node("Sub", ["air", "darkest"], ["dark"]),
        helper.make_node("Transpose", ["dark"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node(
            "AveragePool", ["first"], ["cells"], kernel_shape=[cell] * 2, strides=[cell] * 2
        ),
        helper.make_node("Mul", ["cells", "gain"], ["raised"]),
        helper.make_node("Min", ["raised", "one"], ["held"]),
        helper.make_node("Reshape", ["held", "flat"], ["scores"]),
    ]
    shapes = {"boxes": [1, len(corners), 4], "scores": [1, len(corners), 1], "embedding": [1, 3]}
    graph = helper.make_graph(
        nodes,
        "keen",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "h", "w", 3])],
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, s) for k, s in shapes.items()],
        [numpy_helper.from_array(value, name) for name, value in numbers.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.save(model, to)
    return to


@pytest.fixture(scope="module")
def detectors(tmp_path_factory: pytest.TempPathFactory, standin_card: Card) -> dict:
    folder = tmp_path_factory.mktemp("keen")
    card = replace(standin_card, labels=("gun",), side_px=SIDE, overlap_px=OVERLAP)
    return {
        name: detector.Detector(
            keen(replace(card, name=name, ranges=ranges), folder / f"{name}.onnx"), threads=1
        )
        for name, ranges in tensors.RANGES.items()
    }


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every tile that a network looks at."""
    seen: list[int] = []
    run = network.Network.run
    monkeypatch.setattr(
        network.Network, "run", lambda self, image: (seen.append(1), run(self, image))[1]
    )
    return seen


def everything(of: xray.Detector, scan: xray.Scan, min_score: float | None = None) -> xray.Report:
    """What is said where no tile is passed over."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(candidates.air, "plain", lambda pixels, encoding: False)
        return of.inspect(scan, min_score)


def empty(
    encoding: Encoding, height: int = 160, width: int = 224, noise: float = 0.0
) -> np.ndarray:
    shape = (height, width, CHANNELS[encoding])
    if encoding is Encoding.PSEUDOCOLOR:
        return np.full(shape, 255, np.uint8)
    return (1 + np.random.default_rng(0).normal(0, noise, shape)).astype(np.float32)


def put(pixels: np.ndarray, x: int, y: int, width: int, height: int, left: float) -> None:
    part = pixels[y : y + height, x : x + width]
    part[:] = np.rint(part * left) if pixels.dtype == np.uint8 else part * np.float32(left)


@pytest.mark.parametrize("beam", sorted(spectra()))
def test_the_thinnest_thing_that_a_label_names_is_no_air(beam: str) -> None:
    assert np.exp(-spectra()[beam].behind(SHEET_MM, "water")[0]) < 0.993 < air.THIN
    assert np.exp(-spectra()[beam].behind(1.0, "water")[0]) < air.THIN
    if beam.endswith("kV"):  # blades are a label of bags and parcels
        assert np.exp(-spectra()[beam].behind(0.1, "steel")[0]) < air.DENSE


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_air_is_passed_over_with_the_noise_of_a_detector(
    detectors: dict, looked: list[int], encoding: Encoding, noise: float
) -> None:
    pixels = empty(encoding, noise=noise)
    put(pixels, 70, 70, 20, 20, 0.3)
    report = detectors["kilovolt"].inspect(xray.Scan("edge", pixels, encoding))
    assert report.detections
    # 4 rows of 6 tiles, 32 px apart: columns from 32 and 64 and rows from 32 and 64 hold it
    assert len(looked) == 4


@given(
    encoding=st.sampled_from(sorted(Encoding)),
    ranges=st.sampled_from(sorted(tensors.RANGES)),
    x=st.integers(0, 127),
    y=st.integers(0, 95),
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    left=st.floats(0.0, 1.0),
    noise=st.sampled_from([0.0, 0.003, 0.02]),
)
def test_the_same_is_found_wherever_something_lies_and_however_thin_it_is(
    detectors: dict, encoding, ranges, x: int, y: int, size, left: float, noise: float
) -> None:
    pixels = empty(encoding, 96, 128, noise)
    put(pixels, x, y, *size, left)
    scan = xray.Scan("any", pixels, encoding)
    told, whole = detectors[ranges].inspect(scan), everything(detectors[ranges], scan)
    assert told.detections == whole.detections
    assert (told.outcome, told.reasons, told.opaque) == (whole.outcome, whole.reasons, whole.opaque)


@pytest.mark.parametrize("encoding", [Encoding.SINGLE, Encoding.DUAL])
@pytest.mark.parametrize("ranges", sorted(tensors.RANGES))
@pytest.mark.parametrize("x", [0, 31, 32, 56, 63, 64, 208, 216])  # on both sides of tiles' edges
def test_a_small_thin_sheet_in_free_air_is_found(
    detectors: dict, encoding: Encoding, ranges: str, x: int
) -> None:
    pixels = empty(encoding)
    put(pixels, x, 40, 8, 8, THINNEST[ranges])
    scan = xray.Scan("thin", pixels, encoding)
    found = detectors[ranges].inspect(scan).detections
    assert found == everything(detectors[ranges], scan).detections
    assert any(d.xyxy_px[0] - 8 < x < d.xyxy_px[2] for d in found)


@pytest.mark.parametrize("jitter", [0.0, 0.004])  # of each pulse, and each column is one
@pytest.mark.parametrize("white", [1.0, 1.004, 1.006, 1.01, 1.03])
def test_a_thin_sheet_is_found_by_its_ratio_where_air_reads_more_than_white(
    tmp_path: Path, standin_card: Card, white: float, jitter: float
) -> None:
    card = replace(standin_card, labels=("gun",), side_px=SIDE, overlap_px=OVERLAP)
    of = detector.Detector(
        keen(replace(card, ranges=tensors.RANGES["megavolt"]), tmp_path / "keen.onnx", ratio=True),
        threads=1,
    )
    pixels = empty(Encoding.DUAL, noise=0.002) * np.float32(white)
    pulses = np.random.default_rng(1).normal(1, jitter, (1, pixels.shape[1], 2))
    pixels *= pulses.astype(np.float32)
    beam = spectra()["6/9 MV"].behind(SHEET_MM, "water")[:2]
    pixels[64:104, 64:104] *= np.exp(-np.asarray(beam, np.float32))
    scan = xray.Scan("bright", pixels, Encoding.DUAL)
    told, whole = (
        [d for d in one.detections if d.xyxy_px[:2] == (64, 64)]
        for one in (of.inspect(scan), everything(of, scan))
    )
    assert told == whole
    assert told or white == 1 or jitter  # else the ratio is too near to that of air, or is noise


def test_a_thing_across_the_airs_edge_is_found_as_without(detectors: dict) -> None:
    pixels = empty(Encoding.DUAL, noise=0.003)
    pixels[:, 120:] *= 0.4  # the load's wall, and a bar that stands out of it into the air
    put(pixels, 90, 60, 50, 10, 0.7)
    scan = xray.Scan("bar", pixels, Encoding.DUAL)
    found = detectors["kilovolt"].inspect(scan, 0.15).detections  # noise of air has up to 0.1
    assert found == everything(detectors["kilovolt"], scan, 0.15).detections
    assert any(d.xyxy_px[0] < 110 for d in found)


@pytest.mark.parametrize("left", [0.0, 0.9])
def test_a_dead_line_or_a_belt_is_looked_at(
    detectors: dict, looked: list[int], left: float
) -> None:
    dead = empty(Encoding.SINGLE)
    put(dead, 100, 0, 1, 160, left)  # in the tiles from 64 and from 96 on, and from 64 - 32 no more
    detectors["kilovolt"].inspect(xray.Scan("dead", dead, Encoding.SINGLE))
    assert len(looked) == 4 * 2
    looked.clear()
    belt = empty(Encoding.SINGLE) * np.float32(0.97)
    detectors["kilovolt"].inspect(xray.Scan("belt", belt, Encoding.SINGLE))
    assert len(looked) == 4 * 6


def test_a_line_that_says_too_much_hides_nothing_beside_it() -> None:
    tile = np.ones((64, 64, 1), np.float32)
    tile[:, 20:28] = 0.99
    tile[:, 23] = 1.2
    assert not air.plain(tile, Encoding.SINGLE)


def test_a_tint_is_no_white_whichever_colour_it_takes_away() -> None:
    for channel in range(3):
        tile = empty(Encoding.PSEUDOCOLOR, 64, 64)
        tile[20:40, 20:40, channel] = 250
        assert not air.plain(tile, Encoding.PSEUDOCOLOR)
    assert air.plain(np.full((64, 64, 3), 254, np.uint8), Encoding.PSEUDOCOLOR)  # JPEG's white
    assert not air.plain(np.zeros((64, 64, 3), np.uint8), Encoding.PSEUDOCOLOR)  # air shown black


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (40, 2)])
def test_a_tile_smaller_than_a_window_is_told_too(shape: tuple[int, int]) -> None:
    tile = np.ones((*shape, 1), np.float32)
    assert air.plain(tile, Encoding.SINGLE)
    tile[-1, -1] = 0.5
    assert not air.plain(tile, Encoding.SINGLE)


def test_of_an_empty_tunnel_one_tile_is_looked_at_for_its_embedding(
    detectors: dict, looked: list[int]
) -> None:
    report = detectors["kilovolt"].inspect(xray.Scan("none", empty(Encoding.DUAL), Encoding.DUAL))
    assert len(looked) == 1
    assert np.linalg.norm(report.embedding) == pytest.approx(1)
    assert (report.detections, report.outcome) == ((), xray.Outcome.CLEAR)


def test_the_answer_is_the_same_in_whatever_order_or_company_tiles_are_looked_at(
    detectors: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels, of = empty(Encoding.DUAL, noise=0.003), detectors["kilovolt"]
    put(pixels, 50, 50, 60, 40, 0.6)
    scan = xray.Scan("order", pixels, Encoding.DUAL)
    told = of.inspect(scan)
    assert told.detections
    assert [r.canonical() for r in of.inspect_many([scan, scan])] == [told.canonical()] * 2
    plan = tiles.native
    monkeypatch.setattr(candidates.tiles, "native", lambda *args: plan(*args)[::-1])
    turned = of.inspect(scan)
    assert set(turned.detections) == set(told.detections)
    assert turned.embedding == pytest.approx(told.embedding, abs=1e-6)


def test_a_scan_that_is_seen_whole_is_always_looked_at(standin: Path, looked: list[int]) -> None:
    white = xray.Scan("white", empty(Encoding.PSEUDOCOLOR), Encoding.PSEUDOCOLOR)
    assert detector.Detector(standin).inspect(white).detections
    assert len(looked) == 1


@pytest.mark.parametrize("sample", ["01-baggage.jpg", "06-parcel.tif"])
def test_the_shipped_network_says_the_same_of_a_bag_in_a_wide_tunnel(
    sample: str, tmp_path: Path, looked: list[int], tiled: Callable[[Path, Path], Path]
) -> None:
    bag = xray.read(SAMPLES / sample)
    wide = empty(bag.encoding, 1100, 1500, noise=0.003)
    wide[130 : 130 + bag.height, 300 : 300 + bag.width] = bag.pixels
    scan = replace(bag, pixels=wide)
    of = detector.Detector(tiled(detector.available()["parcel"], tmp_path / "tiled.onnx"))
    told = of.inspect(scan, 0.001)
    seen = len(looked)
    whole = everything(of, scan, 0.001)
    assert told.detections == whole.detections
    assert told.presence == whole.presence
    assert seen < len(looked) - seen  # fewer than all


@pytest.fixture
def tiled() -> Callable[[Path, Path], Path]:
    """Writes the same network, made to see scans through tiles of its side."""

    def make(model: Path, to: Path) -> Path:
        whole = onnx.load(model)
        card = replace(read(model), name="tiled", overlap_px=64)
        helper.set_model_props(whole, {METADATA_KEY: card.to_json()})
        onnx.save(whole, to)
        return to

    return make
