"""The number format that a step is computed in."""

from functools import cache
from pathlib import Path

import torch

TILES, VECTORS = "amx_bf16", "avx512_bf16"  # of bfloat16, as Linux names them: Intel; AMD too


def autocast(device: torch.device, vectors: bool = False) -> torch.autocast:
    """bfloat16 on graphics cards and where the processor multiplies tiles of it, else float32.

    Vectors of it are for long runs that say so (`Recipe.vectors`). On one thread of an AMD EPYC, a
    step at 320 px and batch 16 takes 0.50 to 0.59 of float32's processor time for `network`, and
    0.82 to 1.13 for `lite` and `ssdlite`, whose depthwise convolutions lose backward what they gain
    forward (six pairs in turns). Step for step less may be learned: the tests' network has AP50 of
    guns 0.59, 0.95 and 0.88 by seed after 200 steps, against 1.00, 1.00 and 0.95; after 560 steps
    on from `parcel-sim`, mAP50 on real training scans is 0.30 and 0.32, against 0.33. Without
    either (ONEDNN_MAX_CPU_ISA), a step takes twice as long.

    Args:
        device: that computes.
        vectors: whether a processor's vectors of bfloat16 will do.
    """
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    return torch.autocast("cpu", torch.bfloat16, enabled=computes_bfloat16(vectors))


@cache
def computes_bfloat16(vectors: bool, cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor multiplies tiles, or vectors, of it, by its list of flags."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    return not {TILES, *([VECTORS] if vectors else [])}.isdisjoint(flags.split())
