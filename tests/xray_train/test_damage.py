"""Damages: each does what it says, and objects stay under their boxes."""

import numpy as np
import pytest

from tests.xray_train.samples import HERE, SCAN, sample
from xray import Annotation, Encoding, Scan
from xray_datasets.sample import Sample
from xray_train.damage import DAMAGES

BY_NAME = {damage.name: damage for damage in DAMAGES}
RAMP = np.linspace(0.01, 1, 200, dtype=np.float32)[None].repeat(150, 0)
DUAL = Scan.from_arrays(RAMP, RAMP**0.8, id="raw")


def damaged(name: str, scan: Scan = SCAN, of: Sample | None = None) -> Sample | None:
    return BY_NAME[name].apply(of or sample("gun"), scan, np.random.default_rng(0))


@pytest.mark.parametrize("scan", [SCAN, DUAL], ids=["colour", "raw"])
@pytest.mark.parametrize("name", BY_NAME)
def test_a_damaged_scan_is_still_a_scan_of_its_kind_and_size(name: str, scan: Scan) -> None:
    found = damaged(name, scan)
    if found is None:
        assert (name, scan.encoding) in [
            ("palette", Encoding.DUAL),
            ("16 to 8 bits", Encoding.PSEUDOCOLOR),
        ]
        return
    after = found.scan
    assert (after.encoding, after.pixels.shape) == (scan.encoding, scan.pixels.shape)
    assert not np.array_equal(after.pixels, scan.pixels)


def test_the_same_chance_gives_the_same_damage() -> None:
    once, again = damaged("noise"), damaged("noise")
    assert once is not None
    assert again is not None
    assert np.array_equal(once.scan.pixels, again.scan.pixels)


def test_noise_has_the_spread_that_is_stated() -> None:
    found = damaged("noise", Scan("g", np.full((99, 99, 3), 128, np.uint8), Encoding.PSEUDOCOLOR))
    assert found is not None
    assert found.scan.pixels.std() == pytest.approx(8, rel=0.05)


def test_one_column_in_a_hundred_reads_nothing() -> None:
    found = damaged("dead lines", DUAL)
    assert found is not None
    assert np.count_nonzero((found.scan.pixels == 0).all(axis=(0, 2))) == 2  # of 200


def test_eight_bits_leave_256_steps() -> None:
    found = damaged("16 to 8 bits", DUAL)
    assert found is not None
    assert np.allclose(found.scan.pixels * 255, np.rint(found.scan.pixels * 255), atol=1e-4)


@pytest.mark.parametrize("name", ["rotation", "smaller", "larger"])
def test_objects_stay_under_their_boxes(name: str) -> None:
    centre = np.full((240, 320, 3), 230, np.uint8)
    yy, xx = np.mgrid[:240, :320]
    disc = ((xx - 200) / 30) ** 2 + ((yy - 150) / 15) ** 2 <= 1
    centre[disc] = 20
    scan = Scan("disc", centre, Encoding.PSEUDOCOLOR)
    of = Sample("disc", lambda: scan, (Annotation("gun", (170, 135, 231, 166)),))
    found = damaged(name, scan, of)
    assert found is not None
    ys, xs = np.nonzero(found.scan.pixels[..., 0] < 125)
    truth = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    assert found.annotations[0].xyxy_px == pytest.approx(truth, abs=2)


def test_an_object_that_is_mostly_pushed_out_is_not_looked_for() -> None:
    found = damaged("larger", SCAN, Sample("x", lambda: SCAN, (Annotation("gun", (2, 2, 42, 32)),)))
    assert found is not None
    assert found.annotations == ()
    assert [a.label for a in found.ignored] in (["gun"], [])
    kept = damaged("smaller", SCAN, sample("gun"))
    assert kept is not None
    assert kept.annotations[0].xyxy_px == pytest.approx((55, 50, 83, 78))
    assert HERE == (10, 20, 50, 60)
