"""Cards: what a model says of itself is what was written into it."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from xray import Encoding, ModelError, Profile, Scan
from xray.card import Card, read
from xray.tensors import MEGAVOLT

FULL = Card(
    name="container",
    version="2.1.0",
    labels=("weapon", "person"),
    encodings=frozenset({Encoding.DUAL, Encoding.SINGLE}),
    ranges=MEGAVOLT,
    side_px=640,
    overlap_px=128,
    profile=Profile(name="port", thresholds={"weapon": 0.4}),
    calibration={"weapon": (0.9, -0.1)},
    presence={"weapon": (1.1, 0.2)},
    prevalence={"weapon": 0.3},
    reliability={"val": {"weapon": {"brier": 0.1}}},
    robustness={"noise": 0.05},
    data=({"name": "simulated", "terms": "free", "scans": 100},),
    terms="free",
    scores={"ap50": 0.5},
    training={"seed": 1},
    limits=("simulated scans only",),
)


def test_a_card_comes_back_as_it_was_written() -> None:
    assert Card.from_json(FULL.to_json()) == FULL


def test_a_card_of_an_earlier_version_without_prevalence_is_read() -> None:
    values = json.loads(FULL.to_json())
    for name in ("presence", "prevalence", "reliability", "robustness"):
        del values[name]
    assert Card.from_json(json.dumps(values)).presence == {}


def test_a_card_is_read_from_the_model_file_with_the_files_hash(
    make_model: Callable[[Card], Path],
) -> None:
    path = make_model(FULL)
    assert read(path) == replace(FULL, sha256=sha256(path.read_bytes()).hexdigest())


def test_a_scan_that_the_model_was_not_made_for_is_refused_with_those_that_it_was() -> None:
    grey = Scan("bag", np.ones((2, 2, 1), np.float32), Encoding.SINGLE)
    colour = Scan("bag", np.ones((2, 2, 3), np.uint8), Encoding.PSEUDOCOLOR)
    FULL.must_serve(grey)
    with pytest.raises(ModelError, match="bag is pseudocolor, but container was made for dual, si"):
        FULL.must_serve(colour)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"labels": 3}', FULL.to_json().replace("2.1.0", "2", 1)[:-9]]
)
def test_a_text_that_is_no_card_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ModelError, match="export the model again"):
        Card.from_json(text)


def test_a_card_of_a_later_version_with_unknown_fields_is_refused_by_their_name() -> None:
    later = FULL.to_json()[:-1] + ', "gaze": 1}'
    with pytest.raises(ModelError, match="gaze"):
        Card.from_json(later)


def test_a_side_that_the_network_cannot_take_is_refused() -> None:
    with pytest.raises(ModelError, match="multiple of 32, got 100"):
        replace(FULL, side_px=100)


def test_measured_figures_are_told_in_a_sentence_with_the_scans_behind_them() -> None:
    row = {
        "map50": 0.5,
        "map50_95": 0.25,
        "mean_over": ["weapon"],
        "scans": 4,
        "groups": 2,
        "labels": {"weapon": {"ap50": 0.5}},
    }
    assert replace(FULL, scores={"port": row, "note": 3}).score_lines() == (
        "port: mAP50 0.500, mAP50:95 0.250 over weapon; 4 scans of 2 groups; AP50 weapon 0.50",
        "note: 3",
    )


def test_an_interval_stands_behind_its_figure() -> None:
    row = {"map50": 0.5, "map50_interval": [0.4, 0.6], "map50_95": 0.25, "mean_over": ["weapon"]}
    row |= {"scans": 4, "groups": 2, "labels": {}}
    (line,) = replace(FULL, scores={"port": row}).score_lines()
    assert line.startswith("port: mAP50 0.500 (0.400 to 0.600 at 95 %), mAP50:95 0.250")


@pytest.mark.parametrize("overlap_px", [-1, 416, 700])
def test_tiles_that_would_leave_parts_unseen_are_refused(overlap_px: int) -> None:
    with pytest.raises(ModelError, match="overlap_px must lie from 0 to under side_px"):
        Card("m", "1", ("gun",), side_px=416, overlap_px=overlap_px)


def test_a_word_in_place_of_the_list_of_labels_is_refused() -> None:
    values = {**json.loads(Card("m", "1", ("gun",)).to_json()), "labels": "gun"}
    with pytest.raises(ModelError, match="labels must be a list of texts"):
        Card.from_json(json.dumps(values))


def test_a_file_that_the_list_of_hashes_beside_it_does_not_name_is_refused(
    standin: Path, tmp_path: Path
) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(standin.read_bytes())
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  another.onnx\n")
    with pytest.raises(ModelError, match="SHA256SUMS beside it does not name it"):
        read(path)
    (tmp_path / "SHA256SUMS").write_text(f"{sha256(path.read_bytes()).hexdigest()} *other.onnx\n")
    assert read(path).sha256 == sha256(path.read_bytes()).hexdigest()
