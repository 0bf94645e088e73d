"""What a card says of its model: every set, the float file beside, operating points, damages."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import ModelError, RecipeError
from xray.card import Card
from xray.card import read as read_card
from xray.detector import available
from xray_datasets.sample import Sample
from xray_train import scorecard, sets, ship
from xray_train.__main__ import app
from xray_train.reliability import Fit
from xray_train.scorecard import Made, beside, float_of, limits, operating


def test_what_another_file_scores_is_drawn_on_the_same_groups() -> None:
    scans = [sample("gun", id=str(k)) for k in range(4)]
    found = [judged(one, ("gun", 0.9, HERE)) for one in scans]
    half = [judged(one, ("gun", 0.9, HERE if k < 2 else THERE)) for k, one in enumerate(scans)]
    same = beside(found, found, ["gun"])
    assert (same["map50"], same["more"], same["more_interval"]) == (1.0, 0.0, [0.0, 0.0])
    less = beside(found, half, ["gun"])
    assert less["map50"] == 0.505  # half of the objects: 51 of COCO's 101 recalls
    assert less["more"] == pytest.approx(less["map50"] - 1, abs=1e-4)
    assert less["more_interval"][0] == -1.0  # a draw of the two that it misses
    assert less["more_50_95"] == less["more"]


def test_a_set_without_a_labelled_object_has_no_figure_beside() -> None:
    clean = [judged(sample(id=str(k)), ("gun", 0.9, THERE)) for k in range(2)]
    found = beside(clean, clean, [])
    assert set(found.values()) == {None}
    assert {"map50", "map50_interval", "more", "more_50_95"} <= set(found)


def test_how_far_probabilities_hold_stands_under_the_set_that_it_was_measured_on(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def read(on: str, **_: object) -> Iterator[Sample]:
        asked.append(on)
        return iter(())

    monkeypatch.setattr(scorecard, "names", lambda card: ("sixray-val", "sixray-val+benign"))
    monkeypatch.setattr(scorecard.sets, "read", read)
    monkeypatch.setattr(scorecard, "measure", lambda *_: {})
    monkeypatch.setattr(scorecard, "damages", lambda *_: {})
    monkeypatch.setattr(scorecard.strangers, "caught", lambda *_: {})
    found = scorecard.measured(Made(standin, Fit({}, {}, {}), {}, {}, {}), None, 1)
    assert asked == ["sixray-val+benign"]
    assert list(found.reliability) == ["SIXray val and benign"]


def test_operating_points_are_there_for_labels_that_scans_say_anything_of() -> None:
    clean = judged(sample(id="clean"), ("gun", 0.2, THERE), ("knife", 0.1, THERE))
    scans = [judged(sample("gun"), ("gun", 0.8, HERE)), clean]
    found = operating(scans, ["gun", "knife"])
    assert list(found) == ["gun"]
    assert [row[1:] for row in found["gun"]] == [[1.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("terms", "fitted_on"),
    [
        (ship.FREE, "sim-baggage"),
        (ship.OF_PHOTOGRAPHS, "sim-baggage"),
        (ship.FREE_CONTAINERS, "container-calibration"),
        (ship.ACADEMIC, "sixray-cal+benign"),
    ],
)
def test_thresholds_are_set_on_scans_of_the_kind_that_taught(
    terms: ship.Terms, fitted_on: str
) -> None:
    assert scorecard.fitted_on(terms) == fitted_on


def test_a_card_without_real_scans_says_so() -> None:
    assert limits({"simulated baggage": {"set": "sim-baggage"}})[0].startswith(
        "Scored on simulated"
    )
    assert limits({"SIXray val": {"set": "sixray-val"}, "x": {"set": "sim-parcel"}}) == ()


def test_a_card_says_how_many_weapons_it_calls_clear() -> None:
    called = {"scans": 75, "ALARM": 0.76, "CLEAR": 0.2, "UNKNOWN": 0.04}
    row = {"set": "sixray-val+benign", "outcomes": {"alarming object": called}}
    (said,) = limits({"SIXray val and benign": row})
    assert said == (
        "Do not clear by it: of 75 real scans that hold what alarms, it calls 20% CLEAR."
    )


def test_a_float_model_needs_no_other_beside(standin: Path) -> None:
    assert float_of(standin) is None


def test_an_integer_file_whose_float_file_is_gone_is_refused(tmp_path: Path) -> None:
    import onnx

    node = onnx.helper.make_node("DequantizeLinear", ["x", "scale"], ["y"])
    graph = onnx.helper.make_graph([node], "integers", [], [])
    model = tmp_path / "m.onnx"
    model.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    with pytest.raises(ModelError, match=r"m\.float\.onnx: no such file; .* what integers cost"):
        float_of(model)
    (tmp_path / "m.float.onnx").touch()
    assert float_of(model) == tmp_path / "m.float.onnx"


def made_up(on: str, split: str | None = None, count: int = 4, seed: int = 0) -> Iterator[Sample]:
    """Sets of any name: two bags with a gun where the stand-in finds it, and two without."""
    named = f"{on} {seed}"
    yield from (sample("gun", id=f"{named} {k}", group=f"{named} {k}") for k in range(2))
    yield from (sample(id=f"{named} clean {k}", group=f"{named} clean {k}") for k in range(2))


@pytest.fixture
def free(make_model: Callable[[Card], Path], standin_card: Card) -> Path:
    data = ({"name": "simulated scans", "scans": 9},)
    return make_model(
        replace(standin_card, name="free", data=data, training={"device": "an abacus"})
    )


@pytest.fixture
def no_real_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)
    monkeypatch.setattr(sets, "read", made_up)
    monkeypatch.setattr(scorecard.familiar, "of_model", lambda card, count: {})


def test_a_free_model_ships_without_real_scans_and_its_card_says_what_it_was_scored_on(
    free: Path, no_real_scans: None, tmp_path: Path
) -> None:
    command = ["ship", str(free), "--version", "1.2.3", "--weights", str(tmp_path)]
    run = CliRunner().invoke(app, [*command, "--fast-px", "160", "--count", "4"])
    assert run.exit_code == 0, (run.output, run.exception)
    card = read_card(tmp_path / "free.onnx")
    assert set(card.scores) == {
        *("simulated baggage", "simulated parcels", "simulated baggage, raw"),
        scorecard.NO_SCANS,
    }
    row = card.scores["simulated baggage"]
    assert (row["mean_over"], row["map50"]) == (["gun"], 1.0)
    assert row["labels"]["gun"]["screening"][0]["set_on"] == "sim-baggage, other seeds"
    assert row["beside"]["fast"]["map50"] == 0.0  # half the side: its boxes lie elsewhere
    assert row["outcomes"]["benign"]["scans"] == 2
    assert card.presets == {"fast": 160}
    assert set(card.operating) == {"gun"}
    assert card.robustness["set"] == "sim-baggage"
    assert card.training["device"] == "an abacus"
    assert card.limits[0].startswith("Scored on simulated scans alone")
    assert "Scored on simulated scans alone" in (tmp_path / "free.LICENSE").read_text()


def test_a_model_of_containers_is_fitted_and_scored_on_containers_alone(
    make_model: Callable[[Card], Path],
    standin_card: Card,
    no_real_scans: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = set()

    def read(on: str, split: str | None = None, count: int = 4, seed: int = 0) -> Iterator[Sample]:
        asked.add(on)
        return made_up(on, split, count, seed)

    monkeypatch.setattr(sets, "read", read)
    data = ({"name": "simulated containers", "scans": 9},)
    model = make_model(replace(standin_card, name="container", data=data))
    command = ["ship", str(model), "--version", "1.2.3", "--weights", str(tmp_path)]
    run = CliRunner().invoke(app, [*command, "--count", "4"])
    assert run.exit_code == 0, (run.output, run.exception)
    assert asked == {"container-calibration", "container-tuning", "container-test"}
    card = read_card(tmp_path / "container.onnx")
    titles = {"simulated containers of families that no training draws", scorecard.NO_SCANS}
    assert set(card.scores) == titles
    assert card.terms.startswith("Free to use")
    assert any("no bags" in limit for limit in card.limits)


def test_a_model_that_learned_from_real_scans_needs_them_to_ship(
    standin: Path, no_real_scans: None, tmp_path: Path
) -> None:
    run = CliRunner().invoke(
        app, ["ship", str(standin), "--version", "1", "--weights", str(tmp_path)]
    )
    assert isinstance(run.exception, RecipeError)
    assert not list(tmp_path.iterdir())


def test_what_folds_gave_and_what_the_run_was_made_on_go_into_the_card(
    free: Path, no_real_scans: None, tmp_path: Path
) -> None:
    figures = tmp_path / "dual-energy.json"
    row = {"set": "dual-energy", "map50": 0.5, "map50_95": 0.4, "mean_over": ["gun"]}
    row |= {"scans": 96, "groups": 7, "labels": {}}
    row |= {"outcomes": {"benign": {"scans": 9, "ALARM": 0.5, "UNKNOWN": 0.0}}, "found_by": {}}
    figures.write_text(json.dumps(row))
    command = ["ship", str(free), "--version", "1", "--weights", str(tmp_path / "w")]
    command += ["--folds", str(figures), "--device", "another abacus", "--fast-px", "0"]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, (run.output, run.exception)
    card = read_card(tmp_path / "w" / "free.onnx")
    assert card.scores[scorecard.POOLED]["map50"] == 0.5
    assert not {"outcomes", "found_by"} & set(card.scores[scorecard.POOLED])
    assert card.training["device"] == "another abacus"
    assert card.presets == {}


@pytest.mark.parametrize("name", sorted(available()))
def test_integers_of_what_ships_cost_at_most_a_hundredth_of_map50(name: str) -> None:
    card = read_card(available()[name])
    if "float beside" in card.training:
        pytest.skip(f"{name}'s float file is {card.training['float beside']}")
    scores = card.scores
    stated = {
        title: row["beside"][scorecard.FLOAT]["more"]
        for title, row in scores.items()
        if scorecard.FLOAT in row.get("beside", {})
    }
    if not stated:
        pytest.skip(f"the card of {name} was written before float files were scored beside")
    assert max(stated.values()) <= 0.01, stated
