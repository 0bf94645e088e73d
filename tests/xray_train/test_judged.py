"""What counts as there, as maybe there, and as found."""

import pytest

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray import Annotation
from xray_datasets.sample import Sample
from xray_train.judged import (
    hinted,
    looked_for,
    marked,
    match,
    one_per_group,
    strongest,
    strongest_hit,
)


def test_an_ignored_region_says_that_a_label_may_be_there() -> None:
    one = judged(sample("gun", ignored=["wrench"]))
    assert (marked(one, "wrench"), hinted(one, "wrench")) == (False, True)
    assert marked(one, "knife", "gun")


def test_a_label_counts_where_annotators_looked_for_it() -> None:
    some = judged(sample(judged=frozenset({"gun"})))
    every = judged(sample(judged=None))
    assert looked_for([some, every], "gun") == [some, every]
    assert looked_for([some, every], "knife") == [every]


def test_the_strongest_anywhere_and_the_strongest_on_the_object() -> None:
    one = judged(sample("gun"), ("gun", 0.9, THERE), ("gun", 0.4, HERE), ("wrench", 1.0, HERE))
    assert strongest(one, ("gun",)) == 0.9
    assert strongest_hit(one, "gun") == 0.4
    assert strongest_hit(judged(sample("gun")), "gun") == 0.0


@pytest.mark.parametrize("seed", [0, 1])
def test_each_group_gives_one_scan_and_the_seed_says_which(seed: int) -> None:
    scans = [judged(sample(group=group, id=f"{group}{k}")) for group in "ab" for k in range(50)]
    drawn = one_per_group(scans, seed)
    assert [one.group for one in drawn] == ["a", "b"]
    assert drawn == one_per_group(scans, seed)
    assert one_per_group(scans, 0) != one_per_group(scans, 1)


def test_an_object_is_found_once_and_ignored_regions_excuse_the_rest() -> None:
    aside = (180.0, 140.0, 300.0, 230.0)
    crowd = Sample("bag", lambda: None, (Annotation("gun", HERE),), (Annotation("gun", aside),))  # type: ignore[arg-type,return-value]
    near = (12.0, 20.0, 52.0, 60.0)
    one = judged(
        crowd, ("gun", 0.5, HERE), ("gun", 0.9, near), ("gun", 0.4, THERE), ("knife", 1.0, HERE)
    )
    found = match(one, "gun")
    assert [(m.detection.score, m.object, m.counts) for m in found] == [
        (0.9, 0, True),
        (0.5, None, True),
        (0.4, None, False),
    ]


def test_where_nothing_was_said_there_is_nothing_to_match() -> None:
    assert match(judged(sample("gun")), "gun") == []
