"""Rows of containers: a scan in tiles from file to report, at a half, one and two areas."""

from collections.abc import Iterator
from pathlib import Path

import children
import cv2
import graphs
import numpy as np
import tifffile
from row import Row

import xray
from xray import air, tiles
from xray.card import Card
from xray.detector import available
from xray.processor import usable_cores

WIDTHS = (6000, 3000, 12_000)  # of 2000 rows; the first has limits of its own
HEIGHT, LIMIT_S, LIMIT_MB = 2000, 1.0, 600
CORES = 2  # that the limits are meant for; a machine with more may use no more of them
LINEAR = 1.1  # cost of a pixel against that of the first size: linear, and some room for noise


def container(folder: Path, name: str, rounds: int) -> Iterator[Row]:
    """Two energies in 16 bits, air around the load, in processes of their own."""
    model = graphs.tiled(available()[name], folder / "tiled.onnx")
    once, cores = 0.0, min(CORES, usable_cores())
    for width in WIDTHS:
        file = drawn(folder / f"load-{width}.tif", width)
        born = children.reports(str(model), file, max(3, rounds // 5), cores)
        ms, spread = children.middle(born.report_ms)
        on = f"{cores} core{'s' * (cores > 1)}"
        what = f"{width}×{HEIGHT} TIFF, two energies, {name} in tiles, {on}"
        each = ms / width  # the height is the same
        once = once or each
        if width == WIDTHS[0]:
            share = ms / 1000 / LIMIT_S
            yield Row(what, ms / 1000, "s", "limit", LIMIT_S, share, "<= 1.0", spread)
        else:
            of = f"{WIDTHS[0]}×{HEIGHT}, for as many pixels"
            aim = f"<= {LINEAR}" if width > WIDTHS[0] else ""  # a small one bears the fixed costs
            theirs = once * width / 1000
            yield Row(what, ms / 1000, "s", of, theirs, each / once, aim, spread)
        limit = LIMIT_MB if width == WIDTHS[0] else None
        yield Row(
            *(f"{what}: memory", born.peak_mb, "MB", "limit" if limit else "", limit),
            *((born.peak_mb / limit, "<= 1.0") if limit else ()),
        )
        looked, whole = counted(xray.read(file), xray.Detector(model).card)
        yield Row(f"{what}: looked at", looked, "tiles", "all tiles", whole, looked / whole)


def drawn(file: Path, width: int) -> Path:
    """A load of soft clouds, the same share of it air whatever the width."""
    if not file.exists():
        draw = np.random.default_rng(0)
        small = cv2.GaussianBlur(draw.random((250, width // 8), np.float32), (0, 0), 9)
        small = (small - small.min()) / np.ptp(small)
        low = cv2.resize(small, (width, HEIGHT)) * 0.9 + 0.02
        planes = [low, np.sqrt(low)]
        for plane in planes:
            plane[:600] = plane[:, : width // 20] = 1.0  # air above the load and before it
        counts = [np.clip(p * 60_000 + draw.normal(0, 30, p.shape), 0, 65_535) for p in planes]
        tifffile.imwrite(file, np.stack(counts).astype(np.uint16), photometric="minisblack")
    return file


def counted(scan: xray.Scan, card: Card) -> tuple[int, int]:
    """Tiles that are no plain air, and all of them."""
    assert card.overlap_px is not None
    plan = tiles.native(scan.height, scan.width, card.side_px, card.overlap_px)
    return sum(not air.plain(tile.cut(scan.pixels), scan.encoding) for tile in plan), len(plan)
