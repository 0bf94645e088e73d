import itertools
import logging
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets import real, twins
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample


def bag(seed: int) -> NDArray[np.uint8]:  # (240, 320, 3)
    """A made-up bag: 150 discs, bars and frames of any colour on white."""
    rng = np.random.default_rng(seed)
    picture = np.full((240, 320, 3), 255, np.uint8)
    for _ in range(150):
        x, y, w, h = (int(v) for v in rng.integers((10, 10, 4, 4), (300, 220, 40, 30)))
        colour = tuple(int(v) for v in rng.integers(0, 220, 3))
        if rng.random() < 0.5:
            cv2.rectangle(picture, (x, y), (x + w, y + h), colour, int(rng.integers(1, 4)))
        else:
            cv2.ellipse(picture, (x, y), (w // 2, h // 2), 30.0, 0, 360, colour, -1)
    return picture


def turned(picture: NDArray[np.uint8], degrees: float, scale: float = 1.0) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height), borderValue=white), np.uint8)


def seen(picture: NDArray[np.uint8]) -> twins.Features:
    return twins.features(Scan("s", picture, Encoding.PSEUDOCOLOR))


def sample(name: str, picture: NDArray[np.uint8], group: str = "") -> Sample:
    return Sample(name, lambda: Scan(name, picture, Encoding.PSEUDOCOLOR), group=group)


@pytest.mark.parametrize(
    "again",
    [
        lambda p: turned(p, 25),
        lambda p: turned(p, 180),
        lambda p: p[30:200, 60:280].copy(),
        lambda p: cv2.resize(p, None, fx=1.3, fy=1.1),
        lambda p: np.clip(p * 0.8 + 10, 0, 255).astype(np.uint8),
    ],
    ids=["turned", "upside down", "cropped", "stretched", "darker"],
)
def test_the_same_bag_is_known_again(again) -> None:
    assert twins.shared(seen(bag(1)), seen(again(bag(1)))) >= twins.INLIERS


def test_another_bag_of_the_same_kind_is_not() -> None:
    assert twins.shared(seen(bag(1)), seen(bag(2))) < twins.INLIERS


def headed(picture: NDArray[np.uint8], day: int) -> NDArray[np.uint8]:
    """The same under two lines of a console, of which the date alone differs."""
    bar = np.full((40, picture.shape[1], 3), 40, np.uint8)
    cv2.putText(bar, "CUSTOMS INCHEON T2 LINE 04 HX-6040", (6, 16), 0, 0.45, (255, 255, 255))
    cv2.putText(
        bar, f"2026-11-{day:02} 160 kV 0.8 mA OPERATOR 17", (6, 34), 0, 0.4, (200, 255, 200)
    )
    return np.vstack((bar, picture))


def test_what_a_console_writes_over_every_scan_makes_no_twins_and_hides_none() -> None:
    scans = [seen(headed(bag(k), k + 1)) for k in range(8)]
    wider = cv2.copyMakeBorder(bag(9), 0, 0, 0, 80, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    scans += [seen(headed(np.asarray(wider, np.uint8), 20)), seen(headed(turned(bag(3), 10), 9))]
    assert [pair for pair, _ in twins.twins(scans)] == [(3, 9)]


def test_a_scan_without_features_has_no_twin() -> None:
    empty = seen(np.full((50, 60, 3), 255, np.uint8))
    assert len(empty.bits) == 0
    assert twins.shared(empty, empty) == 0
    assert twins.candidates([empty, empty]) == []


def test_twins_are_candidates_and_few_others_are() -> None:
    scans = [seen(bag(k)) for k in range(12)] + [seen(turned(bag(k), 20)) for k in range(3)]
    assert {(0, 12), (1, 13), (2, 14)} <= set(twins.candidates(scans))
    assert [pair for pair, _ in twins.twins(scans)] == [(0, 12), (1, 13), (2, 14)]


def by_definition(scans: list[twins.Features]) -> list[tuple[int, int]]:
    """Candidates as the text of the module has them, in plain steps and with all bits at hand."""
    owner = [k for k, one in enumerate(scans) for _ in one.bits]
    bits = np.unpackbits(np.concatenate([one.bits for one in scans]), axis=1)
    size = max(12, int(np.ceil(np.log2(len(owner)))))
    rng, votes = np.random.default_rng(0), Counter[tuple[int, int]]()
    for _ in range(twins.TABLES):
        chosen = rng.choice(256, size, replace=False)
        held: dict[bytes, list[int]] = {}
        for scan, word in zip(owner, bits[:, chosen], strict=True):
            held.setdefault(word.tobytes(), []).append(scan)
        rare = (mine for mine in held.values() if len(mine) <= twins.RARE)
        votes.update(p for mine in rare for p in itertools.combinations(mine, 2) if p[0] != p[1])
    kept = set[tuple[int, int]]()
    for scan in range(len(scans)):
        mine = [(-n, p) for p, n in votes.items() if scan in p and n >= twins.LEAST_SHARED]
        kept |= {pair for _, pair in sorted(mine)[: twins.CANDIDATES]}
    return sorted(kept)


def described(count: int, each: int, seed: int = 0) -> list[twins.Features]:
    """Features of made-up scans: a few kinds of corners, every fifth scan like the one before."""
    rng = np.random.default_rng(seed)
    kinds, found = rng.integers(0, 256, (200, 32), np.uint8), list[twins.Features]()
    for k in range(count):
        noise = np.packbits(rng.random((each, 256)) < 0.2, axis=1)
        bits = kinds[rng.integers(0, len(kinds), each)] ^ noise
        if k % 5 == 4:
            bits[: each // 2] = found[-1].bits[: each // 2]
        found.append(twins.Features(np.zeros((each, 2), np.float32), bits, (800, 600)))
    return found


@pytest.mark.parametrize(("count", "each"), [(150, 40), (30, 200), (2, 5), (1, 3)])
def test_candidates_are_those_of_the_definition(count: int, each: int) -> None:
    scans = described(count, each)
    scans[0] = twins.Features(np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8), (9, 9))
    expected = by_definition(scans) if sum(len(one.bits) for one in scans) else []
    assert twins.candidates(scans) == expected
    assert (len(expected) > 20) == (count > 2)


def test_seeking_takes_the_memory_that_is_stated() -> None:
    count = 120
    scans = described(count, 1450)
    tracemalloc.start()
    twins.candidates(scans)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    held = sum(one.xy_px.nbytes + one.bits.nbytes for one in scans)
    assert (held + peak) / count < 1000 * twins.SCAN_KB


def test_a_large_set_says_first_what_it_will_take(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "LARGE", 2)
    samples = [sample(name, np.full((50, 60, 3), 255, np.uint8)) for name in "ab"]
    with caplog.at_level(logging.WARNING):
        twins.regrouped(samples)
    options = "--no-twins leaves that out, --split takes a part"
    assert caplog.messages == [f"the same bag is sought in {twins.takes(2)}; {options}"]


def test_groups_are_joined_by_twins_and_stay_together() -> None:
    samples = [
        sample("a", bag(1), "bag 1"),
        sample("b", bag(2), "bag 1"),
        sample("c", bag(3)),
        sample("d", turned(bag(2), 20), "bag 4"),
        sample("e", bag(5)),
    ]
    groups = [s.group for s in twins.regrouped(samples)]
    assert groups == ["bag 1", "bag 1", "", "bag 1", ""]


def test_a_scan_that_cannot_be_opened_is_noted_and_no_other_is_opened_twice() -> None:
    opened: list[str] = []

    def counted(one: Sample) -> Sample:
        def scan() -> Scan:
            opened.append(one.id)
            if one.id == "c":
                raise DataError("c.png: cut off")
            return one.scan

        return replace(one, open=scan)

    samples = [counted(sample(name, bag(k))) for k, name in enumerate("abcd")]
    steps: dict[str, int] = {}

    def shown(things: Sequence[Any], what: str) -> Sequence[Any]:
        steps[what] = len(things)
        return things

    found = Findings()
    assert [s.id for s in twins.regrouped(samples, found, shown)] == ["a", "b", "d"]
    assert opened == ["a", "b", "c", "d"]
    assert found.problems == ["scans left out, for they cannot be opened: 1 (c: c.png: cut off)"]
    assert [*steps] == ["looking for features", "comparing scans"]
    with pytest.raises(DataError, match="cut off"):
        twins.regrouped(samples)


def test_twins_of_which_nobody_wrote_a_group_bear_the_name_of_the_first_and_others_none() -> None:
    samples = [sample("a", bag(1)), sample("b", bag(2)), sample("c", turned(bag(1), 20))]
    named = [replace(one, origin="mine") for one in samples]
    assert [s.group for s in twins.regrouped(named)] == ["mine a", "", "mine a"]


@pytest.mark.slow
def test_bags_of_real_scans_are_found_as_their_owner_grouped_them(real_scans: Path) -> None:
    samples = list(real.sixray(real_scans, "cal"))
    alone = [replace(sample, group="") for sample in samples]
    found = [sample.bag for sample in twins.regrouped(alone)]
    pairs = list(itertools.combinations(range(len(samples)), 2))
    true = {(a, b) for a, b in pairs if samples[a].group == samples[b].group}
    ours = {(a, b) for a, b in pairs if found[a] == found[b]}
    assert len(true & ours) >= 0.95 * len(ours)
    assert len(true & ours) >= 0.9 * len(true)
