"""Marks of scans: by them a card knows again what taught its model, whatever its folder is called.

A mark is a hash of a scan's pixels. The same picture bears the same mark when it is copied, renamed
or converted without loss; compressed anew, resized or cropped it does not, and neither does another
scan of the same bag. Simulated scans bear none: their colours are drawn anew each time.

Of many marks the least are kept (bottom-k sketch: Cohen and Kaplan, PODC 2007): each scan has the
same chance to be among them, and those of several runs join to those of all.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from xray.card import Card
from xray.errors import ModelError
from xray.scan import Scan

MOST = 4096  # marks of a card: 44 KB of its text, beside 90 KB of what else it says
BYTES = 8  # of a mark: that one of a million other scans bears one that is kept is 1 in 4e9
KEY, TAUGHT, TUNED = "marks", "taught", "tuned"  # where they stand in a card's training
TUNED_ON = "tuned_on"  # and the names of the sets that set thresholds and fitted probabilities

Marks = tuple[int, ...]  # the least of them, rising


def mark(scan: Scan) -> int | None:
    """Of the pixels in 8 bits; None for an empty picture, which many bags leave alike."""
    pixels = scan.pixels
    if pixels.dtype != np.uint8:
        pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    if not pixels.size or (pixels == pixels.flat[0]).all():
        return None
    said = f"{pixels.shape}".encode() + np.ascontiguousarray(pixels).tobytes()
    return int.from_bytes(hashlib.blake2b(said, digest_size=BYTES).digest(), "big")


def least(*many: Iterable[int]) -> Marks:
    """Those that are kept of all of these together.

    >>> least((5, 1), (3, 1))
    (1, 3, 5)
    """
    return tuple(sorted(set[int]().union(*many))[:MOST])


def written(kept: Marks) -> str:
    """As text, for a card or a checkpoint."""
    return base64.b64encode(np.array(kept, ">u8").tobytes()).decode("ascii")


def read(text: str) -> Marks:
    """What `written` wrote.

    >>> read(written((1, 3, 5)))
    (1, 3, 5)

    Raises:
        ModelError: something else did.
    """
    try:
        return tuple(np.frombuffer(base64.b64decode(text, validate=True), ">u8").tolist())
    except (ValueError, TypeError) as error:
        raise ModelError(
            f"the marks of what taught the model cannot be read ({error}); export it again"
        ) from None


def of_card(card: Card, kind: str) -> Marks:
    """Those of TAUGHT or TUNED that its card keeps; () where it keeps none, as older ones do."""
    return read(card.training.get(KEY, {}).get(kind, ""))


def tuned(card: Card, on: str, scans: Iterable[Scan] = ()) -> dict[str, Any]:
    """What its card will say in `training` of a set that fitted or set something of the model.

    Args:
        card: as it is; what it says already stays.
        on: name of the set.
        scans: of it, where they are somebody's and may come again under another name.
    """
    marks = (found for found in map(mark, scans) if found is not None)
    kept = least(of_card(card, TUNED), marks)
    names = dict.fromkeys((*card.training.get(TUNED_ON, ()), on))
    of_all = {**card.training.get(KEY, {}), **({TUNED: written(kept)} if kept else {})}
    return {TUNED_ON: [*names], **({KEY: of_all} if of_all else {})}
