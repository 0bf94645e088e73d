"""The page of a learning curve: one line a way, a band over seeds, and what is not compared."""

import json
from pathlib import Path
from typing import Any

import pytest

from xray_train.learning_curve import page

HOSTILE = "<script>"


def row(way: str, count: int, seed: int, map50: float, **more: Any) -> dict[str, Any]:
    return {
        **{"way": way, "count": count, "seed": seed, "said": f"{way} & co", "map50": map50},
        **{"map50_95": map50 / 2, "mean_over": ["gun"]},
        "labels": {"gun": {"objects": 5, "ap50": map50, "ap50_95": map50 / 2}},
        **more,
    }


ROWS = [
    row("fine-tuned", 0, 0, 0.2),
    row("fine-tuned", 10, 0, 0.4, device="some CPU"),
    row("fine-tuned", 10, 1, 0.6),
    row("yolo26n", 10, 0, 0.1, note=f"by its own program {HOSTILE}"),
]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "rows").mkdir()
    for one in ROWS:
        name = f"{one['way']}-{one['count']}-{one['seed']}.json"
        (tmp_path / "rows" / name).write_text(json.dumps(one))
    told = {"minutes": 6.0, "threads": 2, "data": "SIXray", "scored_on": "sixray-val"}
    (tmp_path / "settings.json").write_text(json.dumps(told))
    return tmp_path


def test_means_over_seeds_stand_beside_the_worst_and_the_best(out: Path) -> None:
    text = page.write(out).read_text()
    assert "<td>0.50 (0.40–0.60)</td>" in text
    assert "<th>fine-tuned &amp; co</th><td>0.20</td>" in text
    assert "<th>yolo26n &amp; co</th><td>–</td><td>0.10</td>" in text  # nothing without a scan
    kept = json.loads((out / "curve.json").read_text())
    assert kept["curve"]["map50"]["fine-tuned"]["10"] == {
        **{"mean": 0.5, "low": 0.4, "high": 0.6, "seeds": 2},
    }
    assert len(kept["rows"]) == 4


def test_a_line_has_a_band_from_the_worst_seed_to_the_best(out: Path) -> None:
    text = page.write(out).read_text()
    # from 0.2 at the left edge to 0.4 at the right, back over 0.6
    assert '<path class="band s0" d="M52.0 230.0L506.0 176.0L506.0 122.0L52.0 230.0Z"/>' in text
    assert ">10</text>" in text


def test_what_others_published_stands_in_words_where_the_scans_are_of_that_set(out: Path) -> None:
    assert "Published, not compared" in page.write(out).read_text()
    assert "arXiv:2507.17508" in page.write(out).read_text()
    told = {"minutes": 6.0, "threads": 2, "data": "mine", "scored_on": "mine"}
    (out / "settings.json").write_text(json.dumps(told))
    assert "arXiv" not in page.write(out).read_text()


def test_words_of_rows_are_escaped_and_machine_and_minutes_are_told(out: Path) -> None:
    text = page.write(out).read_text()
    assert HOSTILE not in text
    assert "by its own program &lt;script&gt;" in text
    assert "6 minutes of training each on 2 threads (some CPU)" in text


def test_the_terminal_has_a_line_a_way(out: Path) -> None:
    assert page.lines(out)[1:] == [
        "fine-tuned & co  0: 0.20  10: 0.50 (0.40–0.60)",
        "yolo26n & co     10: 0.10",
    ]
