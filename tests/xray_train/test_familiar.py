"""What a model's scans look like: fitted on those that taught it, limited by others."""

from dataclasses import replace

import numpy as np
import pytest

from xray import DataError, Encoding, Scan
from xray.card import Card
from xray_train import familiar
from xray_train.familiar import LEAST_SCANS, REFUSED, Others, fit, shaped

CARD = Card("m", "1", ("gun",), side_px=96)


def bags(count: int, seed: int) -> list[Scan]:
    """Orange rectangles on white."""
    rng = np.random.default_rng(seed)
    return [_bag(rng, n) for n in range(count)]


def _bag(rng: np.random.Generator, number: int) -> Scan:
    pixels = np.full((72, 96, 3), 255, np.uint8)
    for _ in range(int(rng.integers(2, 6))):
        x, y = int(rng.integers(0, 60)), int(rng.integers(0, 40))
        pixels[y : y + int(rng.integers(8, 30)), x : x + int(rng.integers(8, 30))] = (230, 150, 60)
    return Scan(f"bag {number}", pixels, Encoding.PSEUDOCOLOR)


@pytest.fixture(scope="module")
def known() -> familiar.Familiar:
    return fit(CARD, bags(LEAST_SCANS, 0), {"others": Others(bags(150, 1), REFUSED)})[
        Encoding.PSEUDOCOLOR
    ]


def test_whitened_statistics_have_about_unit_covariance() -> None:
    rng = np.random.default_rng(0)
    table = (rng.normal(size=(5000, 4)) @ rng.normal(size=(4, 4))).astype(np.float32)
    centre, whitening = shaped(table)
    np.testing.assert_allclose(np.triu(whitening, 1), 0)
    np.testing.assert_allclose(
        np.cov((table - centre) @ whitening.T, rowvar=False), np.eye(4), atol=0.15
    )


def test_about_one_in_a_hundred_scans_of_the_same_kind_is_refused(known: familiar.Familiar) -> None:
    assert known.refused["others"] <= REFUSED + 1 / 150


def test_noise_a_page_of_text_and_a_photograph_s_colours_are_strangers(
    known: familiar.Familiar,
) -> None:
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 256, (72, 96, 3), dtype=np.uint8)
    page = np.where(rng.random((72, 96, 1)) < 0.2, 0, 255).astype(np.uint8).repeat(3, axis=2)
    meadow = np.linspace((60, 120, 255), (20, 140, 10), 72)[:, None].repeat(96, axis=1)
    for pixels in (noise, page, meadow.astype(np.uint8)):
        scan = Scan("no bag", pixels, Encoding.PSEUDOCOLOR)
        found = familiar.described(CARD, scan, None, rng)
        assert known.distance(found) > known.limit


def test_an_encoding_with_too_few_scans_is_left_out() -> None:
    assert fit(CARD, bags(LEAST_SCANS - 1, 0), {"others": Others(bags(5, 1), REFUSED)}) == {}


def test_a_limit_cannot_be_drawn_by_a_handful_of_scans() -> None:
    with pytest.raises(DataError, match="pseudocolor scans that taught nothing: others 20"):
        fit(CARD, bags(LEAST_SCANS, 0), {"others": Others(bags(20, 1), REFUSED)})


def test_the_limit_keeps_the_share_of_each_set_that_asks_for_one() -> None:
    many, few = Others(bags(150, 2), REFUSED), Others(bags(60, 3), 0.05)
    scored = Others(bags(10, 4))
    found = fit(CARD, bags(LEAST_SCANS, 0), {"many": many, "few": few, "scored": scored})
    refused = found[Encoding.PSEUDOCOLOR].refused
    assert refused["many"] <= REFUSED + 1 / 150
    assert refused["few"] <= 0.05
    assert refused.keys() == {"many", "few", "scored"}


@pytest.mark.parametrize(
    ("encoding", "share"),
    [(Encoding.PSEUDOCOLOR, 0.05), (Encoding.DUAL, REFUSED), (Encoding.SINGLE, REFUSED)],
)
def test_a_share_of_console_pictures_holds_for_no_raw_scans(
    encoding: Encoding, share: float
) -> None:
    assert Others([], REFUSED, in_colour=0.05).share(encoding) == share
    assert Others([], REFUSED).share(encoding) == REFUSED
    assert Others([]).share(encoding) is None


def test_simulated_scans_alone_describe_a_model_that_learned_from_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_real_folder() -> None:
        raise AssertionError("real scans were asked for")

    monkeypatch.setattr(familiar.sets, "real_folder", no_real_folder)
    origins = {sample.origin for sample in familiar.sets.taught({"simulated scans"}, 8)}
    assert origins == {"simulated baggage", "simulated parcel"}


def test_scans_that_score_do_not_decide_whether_strangers_are_told_apart() -> None:
    others = {"cal": Others([]), "val": Others([], decides=False)}

    def refusing(**shares: float) -> dict[Encoding, familiar.Familiar]:
        one = familiar.Familiar(np.zeros(1), np.zeros((1, 1)), 1.0, shares)
        return familiar.wide_enough({Encoding.DUAL: one}, others)

    assert refusing(cal=0.0, val=0.9)  # it is reported, and nothing follows from it
    assert not refusing(cal=0.2, val=0.0)


def test_of_the_real_sets_cal_decides_and_val_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Others] = {}

    def fitted(card: Card, taught: object, others: dict[str, Others]) -> dict[str, object]:
        seen.update(others)
        return {}

    monkeypatch.setattr(familiar, "fit", fitted)
    monkeypatch.setattr(familiar, "real_scans", lambda: "a folder")
    monkeypatch.setattr(familiar.sets, "real_folder", lambda: "a folder")
    monkeypatch.setattr(familiar.sets, "read", lambda name: iter(()))
    free = Card("m", "1", ("gun",), data=({"name": "simulated scans"},))
    assert familiar.of_model(free) == {}
    assert (seen["sixray-cal+benign"].refused, seen["sixray-cal+benign"].decides) == (None, True)
    assert not seen["sixray-val+benign"].decides
    academic = Card("m", "1", ("gun",), data=({"name": "SIXray"},))
    familiar.of_model(academic)
    assert seen["sixray-cal+benign"].refused == REFUSED
    assert "dual-energy suitcases" in seen
    seen.clear()
    familiar.of_model(replace(academic, data=(*academic.data, {"name": "dual-energy suitcases"})))
    assert "dual-energy suitcases, which taught" in seen
