import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xray.annotation import Annotation
from xray.errors import DataError
from xray.scan import Scan
from xray_datasets.sample import Sample
from xray_datasets.split import split

BOX = (0.0, 0.0, 4.0, 4.0)


def never() -> Scan:
    raise AssertionError("a split must not open scans")


def sample(number: int, group: str, labels: tuple[str, ...] = ()) -> Sample:
    annotations = tuple(Annotation(label, BOX) for label in labels)
    return Sample(str(number), never, annotations, group=group)


bags = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.lists(st.sampled_from(("gun", "knife", "saw")), max_size=3, unique=True),
    ),
    max_size=60,
).map(lambda rows: [sample(i, f"bag {g}", tuple(ls)) for i, (g, ls) in enumerate(rows)])
shares = st.dictionaries(
    st.sampled_from(("train", "cal", "val", "test")), st.floats(0.05, 10), min_size=1
)


@given(bags, shares, st.integers(0, 5))
@settings(deadline=None, max_examples=50)
def test_no_group_straddles_and_no_sample_is_lost(samples, shares, seed) -> None:
    found = split(samples, shares, seed=seed)
    assert list(found) == list(shares)
    assert sorted(s.id for part in found.values() for s in part) == sorted(s.id for s in samples)
    places = Counter(group for part in found.values() for group in {s.group for s in part})
    assert all(times == 1 for times in places.values())


@given(bags, shares, st.integers(0, 5), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_the_order_of_the_samples_does_not_matter(samples, shares, seed, rng: random.Random):
    shuffled = samples.copy()
    rng.shuffle(shuffled)
    once, again = (split(these, shares, seed=seed) for these in (samples, shuffled))
    for name in shares:
        assert {s.id for s in once[name]} == {s.id for s in again[name]}


@given(st.integers(0, 200), st.integers(0, 3))
@settings(deadline=None, max_examples=50)
def test_groups_of_one_are_dealt_out_to_the_last_scan(count, seed) -> None:
    samples = [sample(i, f"bag {i}") for i in range(count)]
    found = split(samples, {"train": 3, "val": 1}, seed=seed)
    assert abs(len(found["val"]) - count / 4) <= 1


def test_labels_are_spread_as_scans_are() -> None:
    samples = [sample(i, f"bag {i // 2}", ("gun",) if i % 10 < 2 else ()) for i in range(400)]
    found = split(samples, {"train": 8, "val": 1, "test": 1})
    guns = {name: sum(bool(s.annotations) for s in part) for name, part in found.items()}
    assert guns == {"train": 64, "val": 8, "test": 8}


def test_another_seed_deals_differently() -> None:
    samples = [sample(i, f"bag {i}") for i in range(40)]
    first, second = (split(samples, {"a": 1, "b": 1}, seed=seed) for seed in (0, 1))
    assert [s.id for s in first["a"]] != [s.id for s in second["a"]]


def test_a_sample_without_a_group_is_a_group_of_its_own() -> None:
    found = split([sample(i, "") for i in range(10)], {"a": 1, "b": 1})
    assert [len(part) for part in found.values()] == [5, 5]


@pytest.mark.parametrize("shares", [{}, {"train": 1, "val": 0}, {"train": -1}])
def test_a_share_must_be_over_zero(shares) -> None:
    with pytest.raises(DataError, match="share over 0"):
        split([], shares)
