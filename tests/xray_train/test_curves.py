"""Curves, intervals and tables behind one number."""

import numpy as np
import pytest

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray_train.bootstrap import interval, resamples
from xray_train.curves import (
    drawn,
    froc,
    hits,
    shares,
    things,
    weighted_ap,
)
from xray_train.evaluate import average_precision
from xray_train.judged import Judged


def scans(count: int, seed: int = 0) -> list[Judged]:
    """Guns that are found more often than not, and false boxes that score a little less."""
    rng = np.random.default_rng(seed)
    found = []
    for k in range(count):
        labels = ["gun"] if k % 2 else []
        said = [("gun", float(rng.beta(5, 2)), HERE)] if labels and rng.random() < 0.7 else []
        said += [("gun", float(rng.beta(2, 5)), THERE)] if rng.random() < 0.6 else []
        found.append(judged(sample(*labels, id=str(k), group=str(k // 3)), *said))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_weights_of_one_give_what_coco_gives(seed: int) -> None:
    mine = scans(60, seed)
    found = weighted_ap(hits(mine, "gun"), np.ones(len(mine)))
    assert found == pytest.approx(average_precision(mine, "gun")[0], abs=1e-4)


def test_a_scan_of_weight_two_counts_like_two_scans() -> None:
    mine = scans(20)
    doubled = weighted_ap(hits(mine + mine, "gun"), np.ones(40))
    assert weighted_ap(hits(mine, "gun"), np.full(20, 2.0)) == pytest.approx(doubled, abs=0.02)


def test_without_objects_there_is_no_precision_and_without_detections_none_at_all() -> None:
    assert np.isnan(weighted_ap(hits([judged(sample())], "gun"), np.ones(1)))
    assert weighted_ap(hits([judged(sample("gun"))], "gun"), np.ones(1)) == 0


def test_draws_of_groups_lie_around_the_figure_and_more_groups_narrow_them() -> None:
    few, many = scans(30), scans(300)
    spans = []
    for mine in (few, many):
        draws = drawn(mine, ["gun"])[0, :, 0]  # (R,) AP50
        span = interval(draws)
        assert span is not None
        assert span[0] <= weighted_ap(hits(mine, "gun"), np.ones(len(mine))) <= span[1]
        spans.append(span[1] - span[0])
    assert spans[1] < spans[0] / 2


def test_a_box_that_overlaps_by_six_tenths_counts_at_three_of_coco_s_ten_overlaps() -> None:
    x1, y1, x2, _ = HERE  # 40 by 40; a box of 40 by 24 within it has an overlap of 0.6
    mine = [judged(sample("gun", id=str(k)), ("gun", 0.9, (x1, y1, x2, y1 + 24.8))) for k in "ab"]
    assert drawn(mine, ["gun"])[:, 0, 0].tolist() == [1.0, pytest.approx(0.3)]
    assert average_precision(mine, "gun") == (1.0, pytest.approx(0.3))


def test_what_lies_behind_the_last_hit_changes_no_precision() -> None:
    mine = scans(40)
    whole = [weighted_ap(hits(mine, "gun"), row) for row in resamples([j.group for j in mine])]
    assert drawn(mine, ["gun"])[0, :, 0].tolist() == whole


def test_without_labels_there_is_nothing_to_draw() -> None:
    assert drawn([judged(sample())], []).shape[2] == 0


def test_free_response_reads_what_is_found_at_each_rate_of_false_boxes() -> None:
    mine = [
        judged(sample("gun"), ("gun", 0.9, HERE)),
        judged(sample("gun"), ("gun", 0.8, THERE), ("gun", 0.7, HERE)),
        judged(sample()),
        judged(sample()),
    ]
    found = froc(mine, "gun")
    assert found["at"]["0.125"] == 0.5  # the first gun before any false box
    assert found["at"]["0.25"] == 1.0  # both, with one false box in four scans
    assert found["found"][-1] == 1.0


def test_objects_are_counted_by_scanner_size_and_visible_share() -> None:
    mine = [judged(sample("gun", id=str(k)), ("gun", k / 10, HERE)) for k in range(4)]
    mine[0].sample.meta["visible_fraction"] = [0.95]
    mine[3].sample.meta["visible_fraction"] = [0.6]
    found = shares(things(mine, {"gun": 0.2}))
    assert found["scanner"][""]["objects"] == 4
    assert found["scanner"][""]["found"] == 0.5
    assert list(found["size"]) == ["10% to 20%"]  # 40 of 320 px
    assert list(found["visible"]) == ["50% to 70%", "90% and over"]
    assert found["visible"]["90% and over"]["found"] == 0.0


def test_many_views_of_few_bags_are_few_bags() -> None:
    """Of two bags with 50 views each, one is always found: by views it would be 0.40 to 0.60."""
    mine = [
        judged(sample("gun", id=f"{bag}{view}", group=bag), ("gun", score, HERE))
        for bag, score in (("a", 0.9), ("b", 0.1))
        for view in range(50)
    ]
    found = shares(things(mine, {"gun": 0.5}))["scanner"][""]
    assert (found["found"], found["found_95"]) == (0.5, [0.0, 1.0])
