"""The shipped weights know that a page, a chart, noise or a photograph is no scan of goods.

None of these pictures had a part in what the cards say: strangers are known by what scans are.
"""

import sys
from collections.abc import Callable, Iterator
from importlib import resources
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from xray import Detector, Encoding, Outcome, Scan, read
from xray.detector import available
from xray_app.demo.samples import samples
from xray_train import strangers

Picture = NDArray[np.uint8]  # (H, W, 3)
pytestmark = pytest.mark.skipif(not available(), reason="no weights are shipped")


def pages(count: int = 12) -> Iterator[Picture]:
    """Pages of text, dark on light, and some light on dark."""
    words = (sys.copyright + " " + str(__doc__)).split()
    for number in range(count):
        rng = np.random.default_rng(number)
        page = np.full((int(rng.integers(500, 1000)), 800, 3), rng.integers(235, 256), np.uint8)
        for y in range(60, len(page) - 30, 28):
            line = " ".join(rng.choice(words, 9))
            cv2.putText(page, line, (50, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1)
        yield 255 - page if number % 4 == 3 else page


def charts(count: int = 12) -> Iterator[Picture]:
    """Lines, bars and points as programs draw them."""
    from matplotlib.figure import Figure

    for number in range(count):
        rng = np.random.default_rng(number)
        figure = Figure(figsize=(7, 5), dpi=100)
        axes = figure.subplots()
        if number % 3 == 0:
            axes.plot(rng.normal(size=(80, 3)).cumsum(0))
        elif number % 3 == 1:
            axes.bar(range(9), rng.random(9), color=[f"C{n}" for n in range(9)])
        else:
            axes.scatter(*rng.normal(size=(2, 300)), c=rng.random(300))
        file = BytesIO()
        figure.savefig(file)
        yield read(file.getvalue(), encoding="pseudocolor").pixels


def noise(count: int = 12) -> Iterator[Picture]:
    """Fine and coarse."""
    for number in range(count):
        rng = np.random.default_rng(number)
        grains = rng.integers(0, 256, (600 >> number % 5, 800 >> number % 5, 3), dtype=np.uint8)
        yield np.asarray(cv2.resize(grains, (800, 600), interpolation=cv2.INTER_CUBIC), np.uint8)


def photographs() -> Iterator[Picture]:
    """Those that come with the libraries that the tests need anyway."""
    gradio = Path(str(resources.files("gradio"))) / "media_assets" / "images"
    matplotlib = Path(str(resources.files("matplotlib"))) / "mpl-data" / "sample_data"
    for path in sorted([*gradio.glob("*.jp*g"), *matplotlib.glob("*.jp*g")]):
        yield read(path, encoding="pseudocolor").pixels


def outcomes(pictures: Iterator[Picture], model: str) -> list[tuple[Outcome, bool]]:
    """Of each: the outcome, and whether it was called unlike any."""
    detector = Detector(model)
    scans = (Scan(str(n), p, Encoding.PSEUDOCOLOR) for n, p in enumerate(pictures))
    reports = (detector.inspect(scan) for scan in scans)
    return [(r.outcome, any("unlike" in reason for reason in r.reasons)) for r in reports]


@pytest.mark.parametrize("model", sorted(available()))
@pytest.mark.parametrize("pictures", [pages, charts, noise])
def test_what_is_no_scan_is_called_a_stranger_and_never_clear(
    pictures: Callable[[], Iterator[Picture]], model: str
) -> None:
    found = outcomes(pictures(), model)
    assert np.mean([strange for _, strange in found]) >= 0.95
    assert not any(outcome is Outcome.CLEAR for outcome, _ in found)


@pytest.mark.parametrize("model", sorted(available()))
def test_drawn_pictures_of_every_kind_are_strangers_in_every_encoding(model: str) -> None:
    """Screenshots, radiographs, slices of CT and blanks too, and as raw transmission."""
    found = strangers.caught(Detector(model), 4)
    assert Encoding.PSEUDOCOLOR in found
    rows = [row for kinds in found.values() for row in kinds.values()]
    assert np.mean([row["caught"] for row in rows]) >= 0.95
    assert not any(row["clear"] for row in rows)


@pytest.mark.parametrize("model", sorted(available()))
def test_most_photographs_are_strangers(model: str) -> None:
    """Not all: smooth brown beasts on a plain ground come near to bags."""
    found = outcomes(photographs(), model)
    assert len(found) >= 4
    assert np.mean([strange for _, strange in found]) >= 0.5


@pytest.mark.parametrize("model", sorted(available()))
def test_the_desk_s_sample_scans_are_no_strangers(model: str) -> None:
    detector = Detector(model)
    for sample in (one for one in samples() if one.kind != "container"):
        reasons = detector.inspect(read(sample.file)).reasons
        assert not any("unlike" in reason for reason in reasons), sample.title
