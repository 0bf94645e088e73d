"""The number format that a step is computed in."""

from functools import cache
from pathlib import Path

import torch

INSTRUCTION = "amx_bf16"  # as Linux names it: tiles of bfloat16, Intel


def autocast(device: torch.device) -> torch.autocast:
    """bfloat16 on graphics cards and where the processor multiplies tiles of it, else float32.

    Vectors of it (avx512_bf16) are left alone. On one thread of an AMD EPYC, a step at 320 px and
    batch 16 takes 0.50 to 0.59 of float32's processor time for `network`, and 0.82 to 1.13 for
    `lite` and `ssdlite`, whose depthwise convolutions lose backward what they gain forward (six
    pairs in turns). But the tests' network learns less in its 200 steps: AP50 of guns 0.59, 0.95
    and 0.88 by seed, against 1.00, 1.00 and 0.95. Without either (ONEDNN_MAX_CPU_ISA), a step
    takes twice as long.
    """
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    return torch.autocast("cpu", torch.bfloat16, enabled=computes_bfloat16())


@cache
def computes_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor multiplies tiles of it, by its list of flags."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    return INSTRUCTION in flags.split()
