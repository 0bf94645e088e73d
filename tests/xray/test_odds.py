"""Probabilities by their log-odds: monotone, and unchanged by the prevalence they came from."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xray import ModelError
from xray.odds import lines, log_odds, moved, shift, shifts, straighten

PROBABILITIES = st.floats(0.001, 0.999)
SLOPES, OFFSETS = st.floats(0.05, 5), st.floats(-5, 5)


def straight(raw: list[float], slope: float, offset: float) -> list[float]:
    rows = np.tile([[slope, offset]], (len(raw), 1))
    return straighten(np.array(raw, np.float32), rows).tolist()


@given(st.lists(PROBABILITIES, min_size=2, max_size=9), SLOPES, OFFSETS)
def test_what_scored_higher_is_never_less_probable(
    raw: list[float], slope: float, offset: float
) -> None:
    found = straight(sorted(raw), slope, offset)
    assert found == sorted(found)
    assert all(0 <= p <= 1 for p in found)


@given(PROBABILITIES)
def test_slope_one_and_offset_zero_change_not_a_bit(raw: float) -> None:
    assert straight([raw], 1, 0) == [float(np.float32(raw))]


@given(PROBABILITIES, PROBABILITIES)
def test_the_prevalence_it_was_fitted_on_changes_nothing(
    prevalence: float, probability: float
) -> None:
    assert shift(prevalence, prevalence) == 0
    assert moved(probability, shift(prevalence, prevalence)) == probability


@given(PROBABILITIES, PROBABILITIES, PROBABILITIES)
def test_rarer_objects_are_less_probable_and_there_and_back_is_no_change(
    prevalence: float, prior: float, probability: float
) -> None:
    by = shift(prevalence, prior)
    there = moved(probability, by)
    assert (there <= probability) == (prior <= prevalence) or there == pytest.approx(probability)
    assert moved(there, shift(prior, prevalence)) == pytest.approx(probability, rel=1e-6)


@given(PROBABILITIES, st.floats(-3, 3))
def test_one_probability_and_an_array_of_them_move_alike(probability: float, by: float) -> None:
    (together,) = straight([probability], 1.0, by)
    assert together == pytest.approx(moved(probability, by), rel=1e-3, abs=1e-6)


def test_odds_are_multiplied() -> None:
    # even odds where half of the scans hold a gun are odds of 1 to 99 where one in 100 does
    assert moved(0.5, shift(0.5, 0.01)) == pytest.approx(0.01)
    assert math.exp(shift(0.5, 0.01)) == pytest.approx(1 / 99)


def test_certain_scores_stay_finite() -> None:
    assert np.isfinite(log_odds([0.0, 1.0])).all()
    assert 0 < straight([0.0], 2.0, 0.0)[0] < straight([1.0], 2.0, 0.0)[0] < 1.0001


def test_lines_come_in_the_order_of_the_labels() -> None:
    found = lines(("gun", "knife"), {"knife": (0.5, 1.0)}, {"gun": -2.0})
    assert found.tolist() == [[1.0, -2.0], [0.5, 1.0]]


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ({"knife": 0.1}, "the card of m states no prevalence of knife .* states those of: gun"),
        ({"gun": 0}, "prior: gun must lie between 0 and 1, got 0"),
        ({"gun": 1.0}, "got 1.0"),
    ],
)
def test_a_prior_that_cannot_be_used_is_refused(prior: dict[str, float], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        shifts("m", {"gun": 0.3}, prior)
