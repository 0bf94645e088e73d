"""What `make bench` and `make scale` make of what they measure; nothing is measured here."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import xray
from xray.card import Card

ROOT = Path(__file__).parent.parent


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of the benchmark on the path, as its own commands have it."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(ROOT / "tests" / "bench")
    yield
    for name in set(sys.modules) - before:  # short names must not stay in others' way
        if str(ROOT / "tests" / "bench") in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


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


def test_map50_is_that_of_the_card_and_not_known_without_one(bench: None) -> None:
    import rows

    score = {"map50": 0.7, "beside": {"fast": {"map50": 0.6}}}
    scored = Card("m", "1", ("gun",), scores={"note": "by hand", "some val": score})
    assert (rows.map50(scored), rows.map50(scored, "fast")) == (0.7, 0.6)
    assert rows.map50(scored, "slow") is None
    assert rows.map50(Card("m", "1", ("gun",))) is None


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
        "openvino": "no extra openvino: not measured",
        "cuda": "no GPU: not measured",
    }


def test_rows_of_peers_say_how_many_boxes_came_out_and_whose_map50_is_known(bench: None) -> None:
    import rows
    from timing import Timed

    took = {
        name: Timed((ms,) * 4)
        for name, ms in {
            **{"bare": 8.0, "inspect": 9.0, "every": 10.0, "yolo": 25.0},
            **{"fast": 4.0, "ssdlite": 6.0},
        }.items()
    }
    scans = tuple(
        xray.Scan("bag", np.zeros((*size, 3), np.uint8), xray.Encoding.PSEUDOCOLOR)
        for size in ((480, 640), (954, 1225))
    )
    scores = {"val": {"map50": 0.68, "beside": {"fast": {"map50": 0.5}}}}
    card = Card("m", "1", ("gun",), side_px=320, scores=scores)
    boxes = {"every": 120, "fast": 90, "yolo": 300, "ssdlite": 120}
    limit, whole, fast, yolo = rows.compared(took, boxes, scans, card)
    assert (limit.against, limit.ratio, limit.met, limit.boxes) == (
        *("bare, 320×256", 1.125, True),
        None,
    )
    assert (whole.ratio, whole.aim) == (0.6, "")
    assert (fast.ratio, fast.met, fast.map50, fast.boxes) == (1.5, True, 0.5, 90)
    assert (yolo.ratio, yolo.met, yolo.boxes, yolo.their_boxes) == (2.5, True, 120, 300)
    assert (yolo.map50, yolo.their_map50) == (0.68, None)
    assert yolo.against.endswith("320×320")


def test_tiles_of_air_are_counted_as_the_detector_passes_over_them(bench: None) -> None:
    import containers

    pixels = np.ones((100, 300, 1), np.float32)
    pixels[:, :30] = 0.5
    scan = xray.Scan("part", pixels, xray.Encoding.SINGLE)
    card = Card("m", "1", ("gun",), side_px=96, overlap_px=0)
    assert containers.counted(scan, card) == (2, 8)  # 2 rows; columns from 0, 96, 192 and 204


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


def test_part_of_a_core_is_a_core_and_the_page_says_what_the_rates_on_it_give(bench: None) -> None:
    import scale

    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    rate = re.search(r"A core does about (\d+) scans a second", page)
    assert rate
    for need, words in ((scale.PEAK_HOUR, "exports"), (scale.ARCHIVE, "24 hours")):
        told = re.search(rf"{words} \| ([\d,]+) \| (\d+) \| (\d+)", page)
        assert told
        scans_s, cores, machines = (int(number.replace(",", "")) for number in told.groups())
        assert scans_s == round(need.scans_s)
        assert cores == need.cores(float(rate[1]))
        assert machines == -(-cores // scale.CORES)
        assert cores * float(rate[1]) * scale.USED >= need.scans_s
