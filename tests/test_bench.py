"""What `make bench` makes of what it measures; nothing is measured here."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

import xray
from xray.card import Card

ROOT = Path(__file__).parent.parent


VALUES = {
    "machine": {
        "date": "2030-01-02",
        "cpu": "some CPU",
        "flags": ["avx2"],
        "versions": {"numpy": "2"},
    },
    "rows": [
        {
            **{"what": "inspect | all", "ours": 10.0, "unit": "ms", "against": "peer"},
            **{"theirs": 24.0, "ratio": 2.4, "aim": ">= 2.3", "spread": 0.05, "met": True},
            **{"map50": 0.68, "boxes": 120, "their_boxes": 300},
        },
        {"what": "inspect, cuda", "ours": None, "unit": "ms", "note": "no GPU: not measured"},
    ],
}


def test_the_page_has_machine_date_versions_and_a_line_for_each_row(bench: None) -> None:
    import page

    made = page.written(VALUES, f"before\n{page.BEGIN}\nold figures\n{page.END}\nafter\n")
    assert made.startswith("before\n")
    assert made.endswith("after\n")
    assert "old figures" not in made
    assert "- date: 2030-01-02\n- cpu: some CPU\n- flags: avx2\n- versions: numpy 2\n" in made
    assert (
        "| inspect \\| all | 10 ms | ±5% | peer | 24 | 2.40 | >= 2.3 | met | 0.68 / – | 120 / 300 |"
        in made
    )
    assert "| inspect, cuda | no GPU: not measured |  |  |  |  |  |  |  |  |" in made
    assert "](images/bench.png)" in made
    assert page.written(VALUES, made) == made


def test_the_page_that_is_there_takes_figures(bench: None, tmp_path: Path, monkeypatch) -> None:
    import page

    text = (ROOT / page.PAGE).read_text(encoding="utf-8")
    assert "2030-01-02" in page.written(VALUES, text)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / page.PAGE).write_text(text, encoding="utf-8")
    (tmp_path / "bench.json").write_text(json.dumps(VALUES), encoding="utf-8")
    page.main(tmp_path / "bench.json")
    assert "some CPU" in (tmp_path / page.PAGE).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="expected the marks"):
        page.written(VALUES, "a page without marks")


@pytest.mark.parametrize(
    ("ratio", "aim", "met"),
    [(1.1, "<= 1.15", True), (1.2, "<= 1.15", False), (2.3, ">= 2.3", True), (2.0, "", None)],
)
def test_an_aim_is_met_or_missed_or_there_is_none(bench: None, ratio, aim, met) -> None:
    from row import Row

    row = Row("it", 1.0, "ms", "other", 2.0, ratio, aim)
    assert row.met is met
    assert Row.from_dict(json.loads(json.dumps(row.to_dict()))) == row
    assert Row("it", None, "ms", aim=aim, note="no GPU: not measured").met is None


def test_a_backend_that_is_not_here_is_said_not_to_be_measured(
    bench: None, standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime
    import rows

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setitem(sys.modules, "openvino", None)
    scan = xray.Scan("bag", np.full((240, 320, 3), 200, np.uint8), xray.Encoding.PSEUDOCOLOR)
    calls, missing = rows.backends(str(standin), scan, 1)
    assert calls == {}
    assert missing == {
        "openvino": "no extra openvino",
        "cuda": "no CUDA in this onnxruntime",  # whether there is a GPU, nobody has asked
    }


def test_tiles_of_air_are_counted_as_the_detector_passes_over_them(bench: None) -> None:
    import containers

    pixels = np.ones((100, 300, 1), np.float32)
    pixels[:, :30] = 0.5
    scan = xray.Scan("part", pixels, xray.Encoding.SINGLE)
    card = Card("m", "1", ("gun",), side_px=96, overlap_px=0)
    assert containers.counted(scan, card) == (2, 8)  # 2 rows; columns from 0, 96, 192 and 204


def test_processes_of_containers_are_held_to_two_cores_and_their_rows_say_so(
    bench: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import children
    import containers

    asked = []

    def reports(model: str, file: Path, times: int, cores: int) -> children.Born:
        asked.append(cores)
        return children.Born((1.0, 1.0), (900.0, 900.0), 500.0)

    monkeypatch.setattr(children, "reports", reports)
    monkeypatch.setattr(containers, "usable_cores", lambda: 32)
    monkeypatch.setattr(containers, "WIDTHS", (6000,))
    monkeypatch.setattr(containers, "drawn", lambda file, width: file)
    monkeypatch.setattr(containers.graphs, "tiled", lambda model, to: to)
    monkeypatch.setattr(containers, "available", lambda: {"parcel": tmp_path})
    limit = next(containers.container(tmp_path, "parcel", 20))
    assert asked == [2]
    assert limit.what.endswith(", 2 cores")
    assert limit.met


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system holds no process")
def test_a_process_that_may_use_one_core_is_held_to_it_before_it_counts_them(
    bench: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import children

    (tmp_path / "xray.py").write_text(
        "import os, sys\n"
        "class Detector:\n"
        "    def __init__(self, model, threads): self.threads = threads\n"
        "    def inspect(self, scan):\n"
        "        with open(sys.argv[2], 'a') as file:\n"
        "            print(self.threads, len(os.sched_getaffinity(0)), file=file)\n"
        "read = str\n"
    )
    monkeypatch.chdir(tmp_path)  # where python -c looks first
    children.reports("parcel", tmp_path / "said", 1, cores=1)
    children.reports("parcel", tmp_path / "said", 1)
    every = len(os.sched_getaffinity(0))
    assert (tmp_path / "said").read_text() == f"1 1\nNone {every}\n"


def test_a_peer_learns_from_the_scans_of_a_point_and_its_boxes_are_scored_as_ours(
    bench: None, standin: Path, tmp_path: Path
) -> None:
    import learning

    from tests.xray_train.learning_curve import made_up
    from xray_train.learning_curve import folder, ways
    from xray_train.learning_curve.folder import Point

    out, point = tmp_path / "out", Point("yolo26n", 4, 0)
    ways.prepare(ways.Curve(out, standin, 0.5, 1), made_up.scans(tmp_path / "bags"))
    told = json.loads(learning.lay_out(out, point, tmp_path).read_text())
    assert told["names"] == {"0": "gun", "1": "wrench"}
    scans = [Path(line) for line in (tmp_path / told["train"]).read_text().splitlines()]
    texts = [(path.parents[1] / "labels" / path.name).with_suffix(".txt") for path in scans]
    box = "0.093750 0.166667 0.125000 0.166667\n"  # 40 px around (30, 40) of 320 × 240
    assert sorted(text.read_text() for text in texts) == [*[f"0 {box}"] * 2, *[f"1 {box}"] * 2]
    here = [10.0, 20.0, 50.0, 60.0]
    boxes = {"a.png": [[1, 0.3, here], [0, 0.9, here]], "b.png": [[1, 0.8, here]]}
    seen = learning.judged(folder.scored(out), boxes, ["gun", "wrench"])
    assert [d.label for d in seen[0].report.detections] == ["gun", "wrench"]
    folder.keep(out, point, Card("yolo26n", "8", ("gun",)), seen, {"said": "YOLO26n"})
    (row,) = folder.rows(out)
    assert (row["count"], row["map50"], row["mean_over"]) == (4, 1.0, ["gun", "wrench"])
