"""A card made anew against the one that ships: figure by figure, in the old one's intervals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xray import DataError
from xray.card import Card
from xray_train.__main__ import app
from xray_train.reproduced import compare, lines


def card(map50: float = 0.7, pd: float = 0.6, cost: float = 0.05, **more: Any) -> Card:
    label = {"objects": 9, "screening": [{"pfa": 0.01, "pd": pd, "pd_95": [0.5, 0.8]}]}
    row = {
        "map50": map50,
        "map50_interval": [0.6, 0.8],
        "map50_95": 0.4,
        "map50_95_interval": [0.3, 0.5],
        "scans": 135,
        "labels": {"gun": label},
        **more,
    }
    damages = {"rows": [{"damage": "blur", "map50": 0.6, "cost": cost, "cost_95": [0.0, 0.1]}]}
    return Card("m", "1", ("gun",), scores={"val": row}, robustness=damages)


def test_every_figure_that_has_an_interval_is_compared() -> None:
    rows = compare(card(), card())
    assert [row.name for row in rows] == [
        "val · map50",
        "val · map50_95",
        "val · labels · gun · screening · pfa 0.01 · pd",
        "damages · rows · blur · cost",
    ]
    assert all(row.within for row in rows)
    assert lines(rows) == ["4 of 4 figures within 95 %"]


def test_a_figure_outside_is_named_whichever_way_it_went() -> None:
    rows = compare(card(map50=0.81, pd=0.49), card())
    assert [row.within for row in rows] == [False, True, False, True]
    assert lines(rows)[0] == "val · map50: 0.810, expected 0.600 to 0.800 (0.700)"


def test_a_set_that_was_not_scored_again_is_missing() -> None:
    rows = compare(replace(card(), scores={}), card())
    assert [row.new for row in rows] == [None, None, None, 0.05]
    assert "expected 0.600 to 0.800" in lines(rows)[0]


def test_a_card_without_intervals_cannot_be_reproduced() -> None:
    with pytest.raises(DataError, match="no figure with an interval"):
        compare(card(), Card("m", "1", ("gun",)))


def test_the_command_ends_with_one_where_a_figure_lies_outside(
    make_model: Callable[[Card], Path],
) -> None:
    old = make_model(replace(card(), name="old"))
    for pd, code in ((0.7, 0), (0.9, 1)):
        new = make_model(replace(card(pd=pd), name=f"new{code}"))
        assert CliRunner().invoke(app, ["compare", str(new), str(old)]).exit_code == code
