"""Strangers: what differs from the scans that a model was made for more than these among them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from xray import Detector, Encoding, Outcome, Scan
from xray.card import Card
from xray.card import read as read_card
from xray.familiarity import Familiar, statistics, stranger
from xray_train.export import put_card

COUNT = len(statistics(np.zeros((40, 40, 3), np.uint8), Encoding.PSEUDOCOLOR))


def unit(limit: float) -> Familiar:
    """Scans that are all black, with unit variance in every statistic."""
    black = statistics(np.zeros((40, 40, 3), np.uint8), Encoding.PSEUDOCOLOR)
    return Familiar(black, np.eye(COUNT, dtype=np.float32), limit)


def test_the_distance_is_the_root_mean_square_of_the_whitened_statistics() -> None:
    familiar = unit(1.0)
    assert familiar.distance(familiar.centre) == 0.0
    assert familiar.distance(familiar.centre + np.float32(2.0)) == pytest.approx(2.0)


def test_a_familiar_scan_says_nothing_and_a_stranger_says_how_far_it_is() -> None:
    black, white = (np.full((40, 40, 3), v, np.uint8) for v in (0, 255))
    assert stranger(unit(0.1), black, Encoding.PSEUDOCOLOR) is None
    said = stranger(unit(0.1), white, Encoding.PSEUDOCOLOR)
    assert said is not None
    assert "at most 0.1" in said


@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)),
        elements=st.integers(0, 255),
        fill=st.integers(0, 255),
    ),
    st.sampled_from(Encoding),
)
def test_every_picture_has_its_statistics_whatever_its_shape(
    planes: np.ndarray, encoding: Encoding
) -> None:
    found = statistics(planes, encoding)
    assert found.shape == (COUNT,)
    assert np.isfinite(found).all()


def test_shares_by_brightness_and_by_slope_add_up_to_the_whole_picture() -> None:
    planes = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    found = statistics(planes, Encoding.PSEUDOCOLOR)
    assert np.sum(found[:8] ** 2) == pytest.approx(1.0, abs=1e-5)
    assert np.sum(found[28:34] ** 2) == pytest.approx(1.0, abs=1e-5)  # the finest scale's slopes


def test_what_a_card_says_of_familiar_scans_comes_back_as_it_was() -> None:
    rng = np.random.default_rng(1)
    whitening = np.tril(rng.normal(size=(COUNT, COUNT))).astype(np.float32)
    centre = rng.normal(size=COUNT).astype(np.float32)
    one = Familiar(centre, whitening, 1.5, {"val": 0.01})
    card = Card("m", "1", ("gun",), familiar={Encoding.DUAL: one})
    back = Card.from_json(card.to_json()).familiar[Encoding.DUAL]
    np.testing.assert_array_equal(back.whitening, whitening)
    np.testing.assert_array_equal(back.centre, centre)
    assert (back.limit, back.refused) == (1.5, {"val": 0.01})


def test_a_stranger_is_unknown_with_the_reason_and_keeps_its_detections(
    standin: Path, tmp_path: Path
) -> None:
    path = tmp_path / "wary.onnx"
    path.write_bytes(standin.read_bytes())
    wary = {Encoding.PSEUDOCOLOR: unit(0.1)}
    put_card(path, replace(read_card(standin), familiar=wary))
    scan = Scan("page", np.full((320, 320, 3), 200, np.uint8), Encoding.PSEUDOCOLOR)
    trusting, report = Detector(standin).inspect(scan), Detector(path).inspect(scan)
    assert report.detections == trusting.detections
    assert any("unlike the scans" in reason for reason in report.reasons)
    assert report.outcome is (
        Outcome.ALARM if trusting.outcome is Outcome.ALARM else Outcome.UNKNOWN
    )


def test_a_card_of_another_version_s_statistics_asks_for_a_new_export() -> None:
    few = Familiar(np.zeros(3, np.float32), np.eye(3, dtype=np.float32), 1.0)
    said = stranger(few, np.zeros((40, 40, 3), np.uint8), Encoding.PSEUDOCOLOR)
    assert said is not None
    assert "export the model again" in said
