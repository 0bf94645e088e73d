"""The peers of `make bench`: how large a picture each is given, and what is said without them."""

import sys
from pathlib import Path

import numpy as np
import pytest

import xray
from xray.card import Card

PICTURE = xray.Scan("bag", np.zeros((640, 640, 3), np.uint8), xray.Encoding.PSEUDOCOLOR)
LARGE = xray.Scan("screen", np.zeros((954, 1225, 3), np.uint8), xray.Encoding.PSEUDOCOLOR)
SCORES = {"note": "by hand", "val": {"map50": 0.68, "beside": {"fast": {"map50": 0.5}}}}
CARD = Card("m", "1", ("gun",), side_px=416, presets={"fast": 320}, scores=SCORES)
BOXES = {"every": 120, "fast": 90, "yolo": 300, "ssdlite": 120}
MS = {
    **{"bare": 8.0, "inspect": 9.0, "bare large": 7.0, "inspect large": 14.0, "float": 16.0},
    **{"every": 10.0, "fast": 4.0, "openvino": 5.0, "cuda": 1.0},
    **{"yolo": 25.0, "yolo as it comes": 30.0, "ssdlite": 6.0, "ssdlite as it comes": 8.0},
}


def rows(missing: dict[str, str]) -> list:
    import against
    from timing import Timed

    took = {name: Timed((ms,) * 4) for name, ms in MS.items() if name not in missing}
    return list(against.compared(took, missing, BOXES, (PICTURE, LARGE), CARD))


def test_a_peer_has_an_aim_at_the_size_at_which_ours_looks_and_none_as_it_comes(
    bench: None,
) -> None:
    import against

    assert against.prepared(PICTURE, CARD).shape == (1, 384, 384, 3)
    found = {(row.what.partition(",")[0], row.against): row for row in rows({}) if "," in row.what}
    yolo, ours = "YOLO26n by ultralytics, predict", "inspect at 384×384"
    same, comes = found[ours, f"{yolo}, 384×384"], found[ours, f"{yolo}, 416×416"]
    assert same.aim  # 4.0 for OpenVINO, the last of two
    assert (comes.ratio, comes.aim, comes.met) == (3.0, "", None)
    fast = {row.against[-7:]: row for row in rows({}) if "preset fast" in row.what}
    assert {size: (row.ratio, row.aim) for size, row in fast.items()} == {
        "288×288": (1.5, ">= 1.3"),
        "320×320": (2.0, ""),
    }


def test_rows_of_peers_say_how_many_boxes_came_out_and_whose_map50_is_known(bench: None) -> None:
    found = rows({})
    limit, fast = found[0], next(row for row in found if row.aim == ">= 1.3")
    assert (limit.against, limit.ratio, limit.met, limit.boxes) == (
        *("bare, 384×384", 1.125, True),
        None,
    )
    assert (fast.ratio, fast.met, fast.map50, fast.boxes) == (1.5, True, 0.5, 90)
    yolo = next(row for row in found if row.aim == ">= 2.3")
    assert (yolo.ratio, yolo.met, yolo.boxes, yolo.their_boxes) == (2.5, True, 120, 300)
    assert (yolo.map50, yolo.their_map50) == (0.68, None)


def test_map50_is_that_of_the_card_and_not_known_without_one(bench: None) -> None:
    import against

    assert (against.map50(CARD), against.map50(CARD, "fast")) == (0.68, 0.5)
    assert against.map50(CARD, "slow") is None
    assert against.map50(Card("m", "1", ("gun",))) is None


def test_rows_of_what_is_missing_stay_with_their_aim_and_say_why(bench: None) -> None:
    no_peer, no_gpu = "peer not installed", "no CUDA in this onnxruntime"
    absent = {"yolo": no_peer, "yolo as it comes": no_peer, "cuda": no_gpu}
    without = rows(absent)
    assert [(row.what, row.against, row.aim) for row in without] == [
        (row.what, row.against, row.aim) for row in rows({})
    ]
    said = [(row.aim, row.note) for row in without if row.ours is None]
    peers = [(aim, f"{no_peer}: not measured") for aim in (">= 2.3", "", ">= 4.0")]
    assert said == [*peers, ("", f"{no_gpu}: not measured")]
    assert all(row.met is None for row in without if row.ours is None)


STANDIN = """
import sys
class InferenceSession: pass
def set_num_threads(threads): print(threads, file=sys.stderr)
class Boxes: boxes = "ab"
class YOLO:
    def __init__(self, file, task=""): pass
    def predict(self, picture, imgsz, **more):
        print(imgsz, picture[0, 0].tolist(), picture.flags.c_contiguous, file=sys.stderr)
        if imgsz == 13: sys.exit()
        return [Boxes]
"""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A peers' environment where one module stands for torch, onnxruntime and ultralytics."""
    for name in ("torch", "onnxruntime", "ultralytics"):
        (tmp_path / f"{name}.py").write_text(STANDIN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    python = tmp_path / "peers" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "peers.stamp").touch()
    for side in (384, 13):
        (tmp_path / f"yolo26n-{side}.onnx").touch()
    return tmp_path


def test_the_peer_is_given_its_colours_in_its_own_order_and_layout(
    bench: None, environment: Path
) -> None:
    import asking

    red = xray.Scan("red", np.full((4, 4, 3), [255, 0, 0], np.uint8), xray.Encoding.PSEUDOCOLOR)
    with asking.yolo(environment, red, 384, 2, 40) as peer:
        assert peer() > 0
        assert peer.boxes == 2
    said = (environment / "yolo26n-384.log").read_text().splitlines()
    assert said == ["2", "384 [0, 0, 255] True", "384 [0, 0, 255] True"]


def test_a_peer_that_is_not_installed_or_does_not_start_is_missing_and_says_where_to_look(
    bench: None, environment: Path
) -> None:
    import asking

    log = environment / "yolo26n-13.log"
    with pytest.raises(asking.Missing, match=f"peer did not start, see {log}"):
        asking.yolo(environment, PICTURE, 13, 1, 40).__enter__()
    assert "13 [0, 0, 0]" in log.read_text()
    (environment / "peers.stamp").unlink()
    with pytest.raises(asking.Missing, match=r"^peer not installed$"):
        asking.yolo(environment, PICTURE, 384, 1, 40).__enter__()
