"""Which scans show the same bag: those that say so, and those that look like it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.xray_train.samples import SCAN, sample
from xray import DataError
from xray_datasets.sample import Sample
from xray_train import bags as room
from xray_train.bags import bags

Picture = NDArray[np.uint8]  # (H, W, 3)


def bag(seed: int) -> Picture:
    """A hundred discs and frames of any colour on white."""
    rng = np.random.default_rng(seed)
    picture = np.full((240, 320, 3), 255, np.uint8)
    for k in range(100):
        x, y, size = (int(v) for v in rng.integers((20, 20, 4), (300, 220, 30)))
        colour = tuple(int(v) for v in rng.integers(0, 220, 3))
        if k % 2:
            cv2.circle(picture, (x, y), size // 2, colour, -1)
        else:
            cv2.rectangle(picture, (x, y), (x + size, y + size), colour, 2)
    return picture


def turned(picture: Picture) -> Picture:
    turn = cv2.getRotationMatrix2D((160.0, 120.0), 25.0, 1.0)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(picture, turn, (320, 240), borderValue=white), np.uint8)


def stamped(picture: Picture, text: str) -> Picture:
    """The same with the hour burnt in, as consoles export it."""
    return np.asarray(cv2.putText(picture.copy(), text, (2, 12), 0, 0.4, (0, 0, 0)), np.uint8)


def nameless(*pictures: Picture) -> list[Sample]:
    """Scans as a folder gives them in which nobody says which bag they show."""
    return [
        replace(sample("gun", id=f"{k}.png", scan=replace(SCAN, pixels=p)), group="")
        for k, p in enumerate(pictures)
    ]


def numbers(samples: tuple[Sample, ...]) -> list[int]:
    """The bag of each scan, by the order in which bags appear."""
    names = list(dict.fromkeys(s.group for s in samples))
    return [names.index(s.group) for s in samples]


@pytest.mark.parametrize(
    "again",
    [lambda k: bag(1), lambda k: stamped(bag(1), f"17:{k:02}")],
    ids=["copied", "with another hour burnt in"],
)
def test_dozens_of_copies_are_one_bag(again: Callable[[int], Picture]) -> None:
    found = bags(nameless(*(again(k) for k in range(15)), bag(2)))
    assert numbers(found.samples) == [0] * 15 + [1]
    assert found.said == "16 scans, 0 with a group, the rest grouped by likeness into 2"


def headed(picture: Picture, minute: int) -> Picture:
    """The same under a console's header, of which the minute alone differs."""
    bar = np.full((40, 320, 3), 40, np.uint8)
    cv2.putText(bar, "CUSTOMS INCHEON T2 LINE 04", (6, 16), 0, 0.45, (255, 255, 255))
    cv2.putText(bar, f"2026-11-02 10:{minute:02} OPERATOR 17", (6, 34), 0, 0.4, (200, 255, 200))
    return np.vstack((bar, picture))


def test_dozens_of_copies_of_several_bags_under_one_header_are_as_many_bags() -> None:
    scans = (headed(bag(seed), 20 * seed + k) for seed in range(3) for k in range(15))
    found = bags(nameless(*scans))
    assert numbers(found.samples) == [0] * 15 + [1] * 15 + [2] * 15


def test_a_bag_that_lay_otherwise_on_the_belt_is_known_again() -> None:
    found = bags(nameless(bag(1), bag(2), turned(bag(1))))
    assert numbers(found.samples) == [0, 1, 0]


def test_groups_that_are_written_down_stay_and_take_in_what_looks_like_them() -> None:
    first, second = nameless(bag(1), bag(2))
    named = [replace(first, group="bag A"), replace(second, group="bag A")]
    found = bags([*named, *nameless(turned(bag(2)), bag(3))])
    assert numbers(found.samples) == [0, 0, 0, 1]
    assert found.samples[2].group == "bag A"
    assert found.said == "4 scans, 2 with a group, the rest grouped by likeness into 2"


def test_nobody_seeks_where_all_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "features", None)
    found = bags([sample("gun", group="a"), sample("gun", group="b")])
    assert (found.named, found.alike, found.said) == (2, None, "2 scans, all with a group")


def test_too_many_scans_to_compare_are_refused_unless_each_is_said_to_be_a_bag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    scans = nameless(bag(1), bag(1), bag(1))
    with pytest.raises(DataError, match=r"3 of 3 scans do not say .* say --ungrouped"):
        bags(scans)
    assert numbers(bags(scans, ungrouped=True).samples) == [0, 1, 2]


def test_how_long_the_search_takes_is_said_before_and_how_far_it_is_meanwhile(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(room, "LONG", 3)
    heard: list[str] = []

    def shown(things: Iterable[Any], what: str) -> Iterator[Any]:
        heard.extend((*caplog.messages, what))
        caplog.clear()
        for count, one in enumerate(things, start=1):
            heard.append(f"{count}")
            yield one

    bags(nameless(bag(1), bag(2), turned(bag(1))), shown=shown)
    said, *rest = heard
    assert said.startswith("seeking which of 3 scans show the same bag takes about 1 min on one")
    assert "--ungrouped" in said
    assert rest[:5] == ["seeking the same bags", *"123", "comparing scans"]
