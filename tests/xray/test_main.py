"""The `xray` command, as a user and as a program meet it."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pydicom
import pytest

import xray
from xray import __main__ as command


@pytest.fixture
def bag() -> bytes:
    """A PNG of a console's picture, 320 × 240."""
    picture = np.full((240, 320, 3), 255, np.uint8)
    picture[40:280, 40:280] = (110, 180, 240)
    return bytes(cv2.imencode(".png", picture)[1])


@pytest.fixture
def folder(tmp_path: Path, bag: bytes) -> Path:
    """Two good scans, one of them in a folder of its own, a cut-off one and a note."""
    scans = tmp_path / "scans"
    (scans / "night").mkdir(parents=True)
    (scans / "a.png").write_bytes(bag)
    (scans / "night" / "b.png").write_bytes(bag)
    (scans / "cut.png").write_bytes(bag[:200])
    (scans / "notes.png").write_text("a note")
    (scans / ".hidden").write_text("not for us")
    return scans


@pytest.fixture
def run(monkeypatch, capsys, standin):
    """The command with the stand-in model, as the shell runs it."""

    def call(*arguments: object) -> SimpleNamespace:
        words = [str(a) for a in arguments]
        if words and words[0] == "inspect" and "--model" not in words:
            words += ["--model", str(standin)]
        monkeypatch.setattr(sys, "argv", ["xray", *words])
        with pytest.raises(SystemExit) as left:
            command.main()
        said = capsys.readouterr()
        return SimpleNamespace(code=left.value.code or 0, out=said.out, err=said.err)

    return call


def test_a_scan_is_shown_with_its_outcome_findings_and_reasons(run, folder) -> None:
    done = run("inspect", folder / "a.png")
    assert done.code == 0
    assert done.err == ""
    lines = done.out.splitlines()
    assert lines[0].startswith("ALARM")
    assert "a.png" in lines[0]
    assert lines[1].split() == ["1", "gun", "0.90", "x", "10-50,", "y", "20-60", "alarm"]
    assert lines[2].split()[-1] == "finding"
    assert "gun with probability 0.90, alarm from 0.30" in done.out


def test_json_of_one_file_is_an_object(run, folder) -> None:
    done = run("inspect", folder / "a.png", "--format", "json")
    report = json.loads(done.out)
    assert (report["schema"], report["scan_id"], report["outcome"]) == (
        *("xray.report/1", "a", "ALARM"),
    )
    assert (done.code, done.err) == (0, "")


def test_a_folder_is_done_past_its_bad_files_which_are_named(run, folder) -> None:
    done = run("inspect", folder, "--format", "json")
    assert done.code == 3
    assert [r["scan_id"] for r in json.loads(done.out)] == ["a", "night/b"]
    assert f"{folder / 'cut.png'}: damaged or cut-off PNG file" in done.err
    assert f"{folder / 'notes.png'}: expected a PNG, JPEG, TIFF or DICOM file" in done.err
    assert ".hidden" not in done.err


def test_json_lines_are_one_report_each(run, folder) -> None:
    done = run("inspect", folder, "--format", "jsonl")
    assert [json.loads(line)["scan_id"] for line in done.out.splitlines()] == ["a", "night/b"]


def test_coco_results_carry_boxes_by_size(run, folder) -> None:
    done = run("inspect", folder / "a.png", folder / "night", "--format", "coco")
    results = json.loads(done.out)
    assert results[0] == {
        "image_id": 1,
        "category_id": 1,
        "bbox": [10.0, 20.0, 40.0, 40.0],
        "score": 0.9,
        "file_name": "a.png",
        "category": "gun",
    }
    assert [r["image_id"] for r in results] == [1, 1, 2, 2]


def test_coco_results_keep_their_numbers_past_a_damaged_file(run, folder) -> None:
    done = run("inspect", folder, "--format", "coco")
    assert done.code == 3
    images = {(r["image_id"], r["file_name"]) for r in json.loads(done.out)}
    assert images == {(1, "a.png"), (3, "night/b.png")}


def test_two_folders_with_a_scan_of_one_name_keep_both(run, folder, tmp_path, bag) -> None:
    (folder / "night" / "a.png").write_bytes(bag)
    day = tmp_path / "day" / "a.png"
    day.parent.mkdir()
    day.write_bytes(bag)
    named, drawn = (folder / "night", day.parent, day), tmp_path / "drawn"
    done = run("inspect", *named, "--format", "coco", "--overlay", drawn)
    assert [r["file_name"] for r in json.loads(done.out)][::2] == [
        "night/a.png",
        "b.png",
        "day/a.png",
    ]
    written = sorted(p.relative_to(drawn).as_posix() for p in drawn.rglob("*.png"))
    assert written == ["b.png", "day/a.png", "night/a.png"]


def test_dicos_goes_to_a_file_or_a_folder(run, folder, tmp_path) -> None:
    assert run("inspect", folder / "a.png", "--format", "dicos").code == 2
    one, many = tmp_path / "one.dcs", tmp_path / "many"
    assert run("inspect", folder / "a.png", "--format", "dicos", "--out", one).code == 0
    assert pydicom.dcmread(one).AlarmDecision == "ALARM"
    assert run("inspect", folder, "--format", "dicos", "--out", many).code == 3
    written = sorted(p.relative_to(many).as_posix() for p in many.rglob("*.dcs"))
    assert written == ["a.dcs", "night/b.dcs"]


def test_findings_are_drawn_into_pictures(run, folder, tmp_path) -> None:
    run("inspect", folder, "--format", "jsonl", "--overlay", tmp_path / "drawn")
    picture = cv2.imread(str(tmp_path / "drawn/night/b.png"))
    assert picture.shape == (240, 320, 3)
    assert picture[40, 10].tolist() != cv2.imread(str(folder / "a.png"))[40, 10].tolist()


def test_results_go_to_a_file_where_one_is_named(run, folder, tmp_path) -> None:
    done = run("inspect", folder / "a.png", "--format", "json", "--out", tmp_path / "new/r.json")
    assert (done.code, done.out) == (0, "")
    assert json.loads((tmp_path / "new/r.json").read_text())["scan_id"] == "a"
    done = run("inspect", folder / "a.png", "--format", "json", "--out", folder)
    assert done.code == 1
    assert done.err.strip() == f"{folder}: Is a directory"


def test_every_candidate_is_reported_on_request(run, folder) -> None:
    done = run("inspect", folder / "a.png", "--format", "json", "--min-score", "0.001")
    assert len(json.loads(done.out)["detections"]) == 4


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wary.toml", 'alarming = ["wrench"]\ndefault_threshold = 0.5'),
        ("wary.json", '{"alarming": ["wrench"], "default_threshold": 0.5}'),
    ],
)
def test_a_profile_from_a_file_takes_the_place_of_the_cards(run, folder, name, text) -> None:
    rules = folder.parent / name
    rules.write_text(text)
    done = run("inspect", folder / "a.png", "--format", "json", "--profile", rules)
    report = json.loads(done.out)
    assert report["profile"]["name"] == "wary"
    assert [(d["label"], d["alarming"]) for d in report["detections"]] == [
        ("gun", False),
        ("wrench", True),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_opaque = 3", "no setting named max_opaque; did you mean max_opaque_"),
        ("default_threshold = 7", "must lie in 0..1"),
        ("= 3", "Invalid"),
        ('default_threshold = "high"', "must be"),
        ("thresholds = 3", "must be"),
        ("[[name]]", "must be a text"),
    ],
)
def test_a_profile_that_does_not_fit_is_named(run, folder, text, said) -> None:
    rules = folder.parent / "odd.toml"
    rules.write_text(text)
    done = run("inspect", folder / "a.png", "--profile", rules)
    assert done.code == 2
    assert done.err.startswith(f"{rules}: ")
    assert said in done.err


@pytest.fixture
def energies(tmp_path: Path) -> Path:
    """Folders low and high, with two pairs under the same names and one without its partner."""
    low = np.full((320, 320), 204, np.uint8)
    low[40:280, 40:280] = 120
    for energy, counts in (("low", low), ("high", np.where(low == 120, 150, low))):
        (tmp_path / energy).mkdir()
        for name in ("1.png", "2.png", "3.png")[: 2 if energy == "high" else 3]:
            (tmp_path / energy / name).write_bytes(
                bytes(cv2.imencode(".png", counts.astype(np.uint8))[1])
            )
    return tmp_path


def test_a_pair_of_files_is_one_scan_and_what_was_guessed_is_said(run, energies) -> None:
    done = run("inspect", energies / "low/1.png", "--high", energies / "high/1.png")
    assert done.code == 0
    assert "assumed: first plane: white level 204 of 255" in done.out


def test_folders_of_pairs_go_by_their_names(run, energies) -> None:
    done = run("inspect", energies / "low", "--high", energies / "high", "--format", "jsonl")
    assert [json.loads(line)["scan_id"] for line in done.out.splitlines()] == ["1", "2"]
    assert done.code == 3
    assert "high/3.png: no such file" in done.err


def test_levels_given_are_not_guessed(run, energies) -> None:
    path = energies / "low/1.png"
    levels = ("--white", 204, "--dark", 0, "--pixel-mm", 0.8, "--polarity", "air_bright")
    done = run("inspect", path, *levels, "--format", "json")
    assert json.loads(done.out)["assumed"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone.png"], 3, "gone.png: no such file"),
        (["a.png", "--model", "nosuch"], 4, "no model 'nosuch'"),
        (["a.png", "night", "--high", "a.png"], 2, "--high goes with one file or one folder"),
        (["night", "--high", "a.png"], 2, "night is a folder and a.png is none"),
        (["a.png", "--high", "night"], 2, "night is a folder and a.png is none"),
        (
            ["a.png", "--high", "a.png"],
            3,
            "a.png: a.png is the same; expected the high energy",
        ),
        (["night", "--high", "night"], 3, "night: night is the same; expected the high energy"),
        (["a.png", "--format", "xml"], 2, "Invalid value for '--format'"),
        (["a.png", "--min-score", "7"], 2, "Invalid value for '--min-score'"),
        (["a.png", "--profile", "gone.toml"], 2, "gone.toml: cannot be read"),
        (["a.png", "--encoding", "dual"], 3, "a colour picture holds no transmission"),
        (["empty"], 3, "empty: the folder holds no files"),
        ([], 2, "Missing argument"),
    ],
    ids=str,
)
def test_what_goes_wrong_is_one_line_and_an_exit_code(
    run, folder, monkeypatch, arguments, code, said
) -> None:
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder)
    done = run("inspect", *arguments)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_scan_that_the_model_was_not_made_for_is_passed_over(
    run, energies, bag, make_model, standin_card
) -> None:
    from dataclasses import replace

    card = replace(standin_card, name="consoles", encodings=frozenset({"pseudocolor"}))
    (energies / "low/0.png").write_bytes(bag)
    done = run("inspect", energies / "low", "--format", "jsonl", "--model", make_model(card))
    assert [json.loads(line)["scan_id"] for line in done.out.splitlines()] == ["0"]
    assert "scan 1 is single, but consoles was made for pseudocolor" in done.err
    assert done.code == 4


def test_two_scans_of_one_name_keep_their_endings(run, folder, bag) -> None:
    (folder / "a.tif").write_bytes(bag)
    done = run("inspect", folder / "a.png", folder / "a.tif", "--format", "jsonl")
    assert [json.loads(line)["scan_id"] for line in done.out.splitlines()] == ["a.png", "a.tif"]


def test_the_version_is_said(run) -> None:
    assert run("--version").out == f"xray-cargo {xray.__version__}\n"


def test_the_exit_codes_stand_in_the_help(run) -> None:
    shown = run("inspect", "--help").out
    assert all(f"{code} " in shown for code in range(5))
    assert "some files could not be" in shown


def test_shipped_models_are_listed_with_their_terms(run, monkeypatch, standin) -> None:
    monkeypatch.setattr("xray.detector.available", lambda: {"standin": standin})
    shown = run("models").out
    assert "standin@1" in shown
    for word in ("dual, pseudocolor, single", "gun, wrench", "for tests", "not measured"):
        assert word in shown
    cards = json.loads(run("models", "--format", "json").out)
    assert cards[0]["labels"] == ["gun", "wrench"]
    assert len(cards[0]["sha256"]) == 64


def test_where_no_models_are_that_is_said(run, monkeypatch) -> None:
    monkeypatch.setattr("xray.detector.available", dict)
    done = run("models")
    assert (done.code, done.out) == (0, "")
    assert "no models are installed" in done.err


def spoiled_jpeg() -> bytes:
    """A JPEG with bytes too many behind its compressed data, its end mark whole."""
    noise = np.random.default_rng(0).integers(0, 255, (320, 320, 3)).astype(np.uint8)
    whole = bytes(cv2.imencode(".jpg", cv2.blur(noise, (9, 9)))[1])
    return whole[:-2] + bytes(40) + whole[-2:]


def test_what_a_decoder_complains_of_stands_in_the_report_and_not_on_the_terminal(
    tmp_path, standin
) -> None:
    path = tmp_path / "spoiled.jpg"
    path.write_bytes(spoiled_jpeg())
    words = [sys.executable, "-m", "xray", "inspect", str(path), "--model", str(standin)]
    done = subprocess.run([*words, "--format", "json"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert any("the decoder complained" in said for said in json.loads(done.stdout)["assumed"])


def test_what_others_say_meanwhile_is_not_lost(capfd) -> None:
    import os

    from xray.decoders import overheard

    scan = xray.Scan.from_arrays([[0.5, 1.0]], white=1, dark=0)

    def read() -> xray.Scan:
        os.write(2, b"another thread's line\nCorrupt JPEG data: premature end\n")
        return scan

    heard = overheard(read)
    assert heard.assumed == (
        "the decoder complained, so parts of the picture may be spoiled: "
        "Corrupt JPEG data: premature end",
    )
    assert capfd.readouterr().err == "another thread's line\n"
    assert overheard(lambda: scan) is scan


def test_a_name_that_is_no_text_is_no_reason_to_stop(run, tmp_path, bag) -> None:
    odd = tmp_path / "bag-\udcff.png"
    try:
        odd.write_bytes(bag)
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system has no such names")
    assert json.loads(run("inspect", odd, "--format", "json").out)["scan_id"] == "bag-\udcff"
