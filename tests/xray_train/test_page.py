"""The page of figures: complete, escaped, and asking for nothing outside itself."""

import inspect
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.xray_train.samples import SCAN, sample
from xray import DataError, ScanError
from xray.detector import Detector
from xray_datasets import coco
from xray_datasets.sample import Sample
from xray_train import page
from xray_train.__main__ import app
from xray_train.commands import scoring
from xray_train.evaluate import details, figures, pooled
from xray_train.judged import judge
from xray_train.plots import Series, chart
from xray_train.told import lines

HOSTILE = '<script src="http://evil.example/x.js">'


def scans() -> list[Sample]:
    named = replace(SCAN, scanner=HOSTILE)
    found = [sample("gun", id=f"{HOSTILE}{k}", scan=named) for k in range(4)]
    return [*found, sample("wrench", id="w"), sample("knife", id="k"), sample(id="b")]


@pytest.fixture(scope="module")
def written(standin: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    detector = Detector(standin)
    judged = judge(detector, scans())
    every = figures(detector.card, judged, "made up")
    every |= details(detector.card, judged, every["labels"])
    every["learned_from_it"] = f"it knows {HOSTILE}"
    path = tmp_path_factory.mktemp("page") / "out.html"
    page.write(path, detector.card, every, judged)
    return path.read_text(encoding="utf-8")


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "data")]


def test_the_page_asks_for_nothing_outside_itself(written: str) -> None:
    links = Links()
    links.feed(written)
    assert links.found
    assert all(link.startswith("data:image/jpeg;base64,") for link in links.found)
    assert not {"script", "link", "iframe", "object"} & set(links.tags)
    assert "url(" not in written
    assert "default-src 'none'" in written


def test_what_came_from_outside_is_escaped(written: str) -> None:
    assert HOSTILE not in written
    assert "&lt;script" in written


def test_every_part_is_there(written: str) -> None:
    titles = re.findall("<h2>(.*?)</h2>", written)
    assert titles == [
        "Average precision and screening",
        "Outcomes",
        "Free response",
        "Probabilities",
        "Confusion",
        "Seen, and called",
        "Who is found",
        "Worst misses",
        "Boldest false boxes",
    ]
    assert written.count("<svg") == 3
    assert "{" not in re.sub(r"<style>.*?</style>", "", written, flags=re.S)


def test_what_is_of_one_model_is_not_said_of_several_together(
    standin: Path, tmp_path: Path
) -> None:
    detector = Detector(standin)
    judged = judge(detector, [sample("gun", id="g"), sample(id="b")])
    every = figures(detector.card, judged, "my-scans")
    every = pooled(every | details(detector.card, judged, every["labels"]))
    assert not {"outcomes", "found_by", "confusion", "reliability"} & set(every)
    assert "ALARM" not in "".join(lines(every))
    page.write(tmp_path / "o.html", detector.card, every, judged)
    titles = re.findall("<h2>(.*?)</h2>", (tmp_path / "o.html").read_text(encoding="utf-8"))
    assert titles == [
        "Average precision and screening",
        "Free response",
        "Worst misses",
        "Boldest false boxes",
    ]


def test_it_says_where_thresholds_come_from_and_that_the_model_knew_the_scans(written: str) -> None:
    assert "<p class=warning role=alert>it knows &lt;script" in written
    assert "these scans: 6 clean" in written


def test_light_and_dark_have_colours_of_their_own(written: str) -> None:
    assert written.count("--s5:") == 2
    assert "prefers-color-scheme: dark" in written


def test_a_chart_keeps_to_its_frame_and_leaves_out_what_is_beyond() -> None:
    picture = chart(
        [Series("a & b", [0, 1, 3], [0, 0.5, 1])], title="t", x_name="x", y_name="y", x_max=2
    )
    assert 'd="M52.0 284L279.0 149.0"' in picture  # the third point lies beyond 2
    assert "a &amp; b" in picture


def test_the_command_writes_page_and_figures(standin: Path, tmp_path: Path) -> None:
    coco.write([sample("gun", id="0.png"), sample(id="1.png")], tmp_path / "scans")
    command = ["evaluate", str(standin), "--on", str(tmp_path / "scans")]
    command += ["--html", str(tmp_path / "o.html"), "--out", str(tmp_path / "o.json")]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, run.output
    assert "gun" in run.output
    kept = json.loads((tmp_path / "o.json").read_text())
    assert kept["mean_over"] == ["gun"]
    assert {"froc", "confusion", "reliability", "found_by"} <= set(kept)
    assert (tmp_path / "o.html").stat().st_size > 5000


def test_a_scan_that_cannot_be_read_is_left_out_and_told(standin: Path, tmp_path: Path) -> None:
    root = tmp_path / "scans"
    coco.write([sample("gun", id="0.png"), sample(id="1.png"), sample(id="2.png")], root)
    (damaged,) = root.rglob("1.png")
    damaged.write_bytes(damaged.read_bytes()[:40])
    command = ["evaluate", str(standin), "--on", str(root), "--out", str(tmp_path / "o.json")]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, (run.output, run.exception)
    kept = json.loads((tmp_path / "o.json").read_text())
    assert (kept["scans"], len(kept["unread"])) == (2, 1)
    told = "1 scan left out, which cannot be read: "
    assert f"warning: {told}" in run.output.replace("\n", " ")
    page_said = (tmp_path / "o.html").read_text()
    assert told in page_said
    assert "1.png" in kept["unread"][0]


def test_where_no_scan_can_be_read_nothing_is_scored(standin: Path, tmp_path: Path) -> None:
    coco.write([sample("gun", id="0.png")], tmp_path / "scans")
    (damaged,) = (tmp_path / "scans").rglob("0.png")
    damaged.write_bytes(b"GIF")
    run = CliRunner().invoke(app, ["evaluate", str(standin), "--on", str(tmp_path / "scans")])
    assert isinstance(run.exception, ScanError)
    assert "none of 1 scans can be read; the first: " in str(run.exception)


def test_without_a_place_the_page_goes_below_runs(
    standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coco.write([sample("gun", id="0.png"), sample(id="1.png")], tmp_path / "scans")
    monkeypatch.chdir(tmp_path)
    coco.write([sample(id="2.png")], tmp_path / "others")
    command = ["evaluate", str(standin), "--on", "scans", "--thresholds-from", "others"]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, run.output
    (html,) = (tmp_path / "runs" / "evaluate").glob("*-scans.html")
    point = json.loads(html.with_suffix(".json").read_text())["labels"]["gun"]["screening"][0]
    assert (point["set_on"], point["set_on_clean"]) == ("others", 1)
    assert str(html.relative_to(tmp_path)) in run.output.replace("\n", "")


def a_folder(tmp_path: Path) -> Path:
    """The bag a with a gun in val; in train a again, b, which is clean, and val's c itself."""
    root = tmp_path / "scans"
    held = [sample("gun", id="a1.png", group="a"), sample(id="c.png")]
    taught = [sample(id="a2.png", group="a"), sample(id="b.png", group="b"), sample(id="c.png")]
    for split, samples in (("val", held), ("train", taught)):
        path = coco.write(samples, root)
        document = json.loads(path.read_text())
        for image in document["images"]:
            if "c.png" in image["file_name"]:
                del image["group"]  # so the reader takes split and file for one
        path.with_name(f"instances_{split}.json").write_text(json.dumps(document))
        path.unlink()
    return root


def test_thresholds_are_not_set_on_bags_that_are_scored(standin: Path, tmp_path: Path) -> None:
    root = str(a_folder(tmp_path))
    command = ["evaluate", str(standin), "--on", root, "--split", "val", "--thresholds-from", root]
    command += ["--out", str(tmp_path / "o.json")]
    run = CliRunner().invoke(app, [*command, "--thresholds-split", "train"])
    assert run.exit_code == 0, (run.output, run.exception)
    kept = json.loads((tmp_path / "o.json").read_text())
    point = kept["labels"]["gun"]["screening"][0]
    assert (point["set_on"], point["set_on_clean"]) == (f"{root} train", 1)
    assert kept["tuning_left_out"] == 2  # a2 and c
    assert "left out there: 2 scans that are scored" in run.output.replace("\n", " ")
    assert "2 scans set no threshold" in (tmp_path / "o.html").read_text()


def test_thresholds_from_the_scored_scans_themselves_are_refused(
    standin: Path, tmp_path: Path
) -> None:
    root = str(a_folder(tmp_path))
    command = ["evaluate", str(standin), "--on", root, "--thresholds-from", root]
    run = CliRunner().invoke(app, command)
    assert isinstance(run.exception, DataError)
    assert "all 5 scans are scored, or of a group that is" in str(run.exception)
    run = CliRunner().invoke(app, [*command[:4], "--thresholds-split", "val"])
    assert "name it with --thresholds-from" in str(run.exception)


def test_what_scores_is_val_unless_another_set_is_named() -> None:
    assert inspect.signature(scoring.evaluate).parameters["on"].default == "sixray-val"
