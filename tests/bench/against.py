"""Rows of what was timed in turn: ours against a limit, a peer, or itself otherwise computed.

A peer is compared at the size at which ours looks at the picture: its input has as many pixels as
ours, and only such a row has an aim. Beside it stands the peer as it comes: YOLO26n at the side
that the card names, SSDLite at the one that it was designed for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from row import Row
from timing import Timed

import xray
from xray import tensors, tiles
from xray.candidates import LEAST_SCORE
from xray.card import Card

FAST = "fast"  # the preset, where the card names one
SSDLITE_PX = 320  # torchvision's own


def prepared(scan: xray.Scan, card: Card) -> np.ndarray:
    """The one tile of a scan that is seen whole, (1, h, w, 3)."""
    tile = tiles.whole(scan.height, scan.width, card.side_px)[0]
    return tensors.prepare(scan.pixels, scan.encoding, tile, card.ranges)[None]


def sides(scan: xray.Scan, card: Card) -> dict[str, int]:
    """The side of each peer's square input, in pixels: as large as ours, and as it comes."""
    fast = replace(card, side_px=card.presets.get(FAST, card.side_px))
    return {
        "yolo": max(prepared(scan, card).shape[1:3]),
        "yolo as it comes": card.side_px,
        "ssdlite": max(prepared(scan, fast).shape[1:3]),
        "ssdlite as it comes": SSDLITE_PX,
    }


def compared(
    took: Mapping[str, Timed],
    missing: Mapping[str, str],
    boxes: Mapping[str, int],
    scans: tuple[xray.Scan, ...],
    card: Card,
) -> Iterator[Row]:
    """Every row, whether it could be measured or not.

    Args:
        took: what was timed, by the name of the call.
        missing: why each other call could not be.
        boxes: how many came out, where that is to be said.
        scans: the picture, and the large one.
        card: of our model.
    """
    of = [f"{scan.width}×{scan.height}" for scan in scans]
    seen = ["{2}×{1}".format(*prepared(scan, card).shape) for scan in scans]
    peers = {
        name: ("YOLO26n by ultralytics, predict" if "yolo" in name else "SSDLite, bare, float")
        + f", {px}×{px}"
        for name, px in sides(scans[0], card).items()
    }
    every = f"inspect at {seen[0]}, every box from {LEAST_SCORE}"
    fast = f"inspect, preset {FAST}, every box from {LEAST_SCORE}"
    for what, mine, against, theirs, by_theirs, aim in (
        (f"inspect, {of[0]}", "inspect", f"bare, {seen[0]}", "bare", True, "<= 1.15"),
        (f"inspect, {of[1]}", "inspect large", f"bare, {seen[1]}", "bare large", True, "<= 1.15"),
        ("bare network, 8 bits", "bare", "the same in float", "float", False, ""),
        *((fast, "fast", *_peer(peers, name, ">= 1.3")) for name in peers if "ssdlite" in name),
        (every, "every", *_peer(peers, "ssdlite as it comes", "")),
        *((every, "every", *_peer(peers, name, ">= 2.3")) for name in peers if "yolo" in name),
        (f"{every}, openvino", "openvino", *_peer(peers, "yolo", ">= 4.0")),
        (f"{every}, cuda", "cuda", every, "every", False, ""),
    ):
        why = [missing[name] for name in (mine, theirs) if name in missing]
        if why:
            yield Row(what, None, "ms", against, aim=aim, note=f"{why[0]}: not measured")
            continue
        ours, other = took[mine].median_ms, took[theirs].median_ms
        yield Row(
            *(what, ours, "ms", against, other),
            *(ours / other if by_theirs else other / ours, aim, took[mine].spread),
            map50=map50(card, FAST if mine == "fast" else ""),
            boxes=boxes.get(mine, boxes["every"]) if theirs in boxes else None,
            their_boxes=boxes.get(theirs),
        )


def _peer(peers: Mapping[str, str], name: str, aim: str) -> tuple[str, str, bool, str]:
    """The end of a row's line; the aim is for a peer that looks at as much as ours."""
    return peers[name], name, False, "" if name.endswith("as it comes") else aim


def map50(card: Card, preset: str = "") -> float | None:
    """Of the first set of scans that the card has scores on; None: it has none."""
    for of in card.scores.values():
        if isinstance(of, dict) and "map50" in of:
            score = of.get("beside", {}).get(preset, {}).get("map50") if preset else of["map50"]
            return None if score is None else float(score)
    return None
