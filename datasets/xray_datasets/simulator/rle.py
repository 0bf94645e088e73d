"""Masks as COCO writes them: run lengths down the columns, in its compressed string.

Runs alternate between 0 and 1, beginning with 0. Each is written less the one two before it, in
groups of five bits with a sixth that says whether more follow, from character 48 on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def encode(mask: NDArray[np.bool_], at_yx: tuple[int, int], size_hw: tuple[int, int]) -> str:
    """A crop's mask (h, w), its top left pixel at at_yx of a whole picture of size_hw.

    >>> encode(np.array([[True], [True]]), (1, 1), (4, 3))
    '525'
    """
    height, width = size_hw
    y, x = at_yx
    whole = np.zeros((mask.shape[1], height), np.bool_)  # columns of the crop
    whole[:, y : y + mask.shape[0]] = mask.T
    flat = np.concatenate([[False], whole.reshape(-1), [False]])
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + x * height
    total = height * width
    runs = np.diff(np.concatenate([[0], ends, [total]] if len(ends) else [[0], [total]]))
    if len(ends) and ends[-1] == total:
        runs = runs[:-1]
    return _string(runs.tolist())


def decode(counts: str, size_hw: tuple[int, int]) -> NDArray[np.bool_]:  # -> (H, W)
    """The whole mask again."""
    runs: list[int] = []
    value, shift = 0, 0
    for character in counts:
        code = ord(character) - 48
        value |= (code & 31) << shift
        shift += 5
        if not code & 32:
            if code & 16:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value, shift = 0, 0
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return np.ascontiguousarray(flat.reshape(size_hw[::-1]).T)


def _string(runs: list[int]) -> str:
    out = []
    for k, run in enumerate(runs):
        value = run - (runs[k - 2] if k > 2 else 0)
        more = True
        while more:
            code = value & 31
            value >>= 5
            more = value != (-1 if code & 16 else 0)
            out.append(chr(48 + (code | (32 if more else 0))))
    return "".join(out)
