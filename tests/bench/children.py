"""From nothing to a report in a process of its own: its time and its memory."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CODE = """
import time; start = time.perf_counter()
import os, sys
cores = int(sys.argv[3])
if cores and hasattr(os, "sched_setaffinity"):  # before anything counts them
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
import resource, json, xray
from pathlib import Path
detector = xray.Detector(sys.argv[1], threads=cores or None); ready = time.perf_counter()
detector.inspect(xray.read(sys.argv[2])); end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
status = Path("/proc/self/status")  # on Linux the figure above is at least that of our parent
if status.exists():
    peak = next(int(l.split()[1]) for l in status.open() if l.startswith("VmHWM")) / 1024
print(json.dumps({"ready_ms": (ready-start)*1000, "report_ms": (end-ready)*1000, "peak_mb": peak}))
"""


@dataclass(frozen=True)
class Born:
    """What several processes took, one after the other."""

    ready_ms: tuple[float, ...]
    report_ms: tuple[float, ...]
    peak_mb: float


def reports(model: str, file: Path, times: int, cores: int = 0) -> Born:
    """A report of this file by that many fresh processes.

    Args:
        model: as `xray.Detector` takes it.
        file: the scan.
        times: how many processes.
        cores: that each may use: threads of one inference, and, where the system can, the
            process is held to as many; 0: every core.
    """
    command = [sys.executable, "-c", CODE, model, str(file), str(cores)]
    said = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(times)
    ]
    return Born(
        tuple(one["ready_ms"] for one in said),
        tuple(one["report_ms"] for one in said),
        max(one["peak_mb"] for one in said),
    )


def middle(taken: tuple[float, ...]) -> tuple[float, float]:
    """The median, and half of the range as a share of it: too few for quartiles."""
    found = statistics.median(taken)
    return found, (max(taken) - min(taken)) / 2 / found
