"""Few scans and more of them, from one drawing of bags."""

from itertools import pairwise

from tests.xray_train.samples import sample
from xray_datasets.sample import Sample
from xray_train.learning_curve.subsets import drawn


def bag(label: str, name: str, scans: int) -> list[Sample]:
    return [sample(label, id=f"{name} {k}", group=name) for k in range(scans)]


SCANS = [
    *(one for k in range(3) for one in bag("gun", f"gun {k}", 1)),
    *(one for k in range(6) for one in bag("gun", f"two of gun {k}", 2)),
    *bag("gun", "every side", 9),
    *(one for k in range(6) for one in bag("knife", f"knife {k}", 1)),
]


def test_every_scan_comes_once_and_bag_by_bag() -> None:
    order = drawn(SCANS, 0)
    assert sorted(one.id for one in order) == sorted(one.id for one in SCANS)
    groups = [one.group for one in order]
    changes = sum(a != b for a, b in pairwise(groups))
    assert changes == len(set(groups)) - 1


def test_the_first_four_are_two_of_each_label_however_many_there_are() -> None:
    for seed in range(9):
        labels = [one.annotations[0].label for one in drawn(SCANS, seed)[:4]]
        assert sorted(labels) == ["gun", "gun", "knife", "knife"]


def test_a_bag_with_many_scans_does_not_fill_a_small_subset() -> None:
    for seed in range(9):
        groups = [one.group for one in drawn(SCANS, seed)]
        assert groups.index("every side") >= 18  # a half of which is as many as it has


def test_where_every_bag_has_many_scans_they_come_all_the_same() -> None:
    scans = [*bag("gun", "a", 4), *bag("gun", "b", 4), *bag("knife", "c", 4)]
    assert len({one.annotations[0].label for one in drawn(scans, 0)[:8]}) == 2
    assert len(drawn(scans, 0)) == 12


def test_a_seed_draws_the_same_bags_in_whatever_order_they_come_and_another_one_others() -> None:
    def groups(samples: list[Sample], seed: int) -> tuple[str, ...]:
        return tuple(one.group for one in drawn(samples, seed))

    assert groups(SCANS, 3) == groups(SCANS[::-1], 3)
    assert len({groups(SCANS, seed)[:6] for seed in range(5)}) == 5
