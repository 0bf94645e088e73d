"""What of this machine a process may use: its cores, and how its CPU adds up products of 8 bits."""

import math
import os
import platform
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

EXACT = frozenset({"avx512_vnni", "avx_vnni"})  # flags of Linux
X86 = frozenset({"x86_64", "amd64", "i386", "i686"})


def usable_cores() -> int:
    """Cores that this process may keep busy: those it may run on, within its share of time.

    A share of one and a half cores counts as two: the second is kept waiting at times, but half a
    core left alone would be lost.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota(Path("/")))))


def sums_exactly() -> bool:
    """Whether products of unsigned and signed bytes are added in 32 bits, as the files expect.

    x86 without VNNI adds pairs of them in 16 bits, where they saturate: scores change, and
    objects are missed. Where the CPU does not say what it can, it is taken to be such a one.
    """
    return platform.machine().lower() not in X86 or bool(flags() & EXACT)


def flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """What the CPU says it can, in the words of Linux; elsewhere nothing."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    named = (line.partition(":")[2] for line in lines if line.startswith(("flags", "Features")))
    return frozenset(next(named, "").split())


def _quota(root: Path) -> float:
    """Cores' worth of time that control groups allow, the least of all groups that we are in."""
    try:
        groups = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return math.inf
    quotas = [math.inf]
    for group in groups:  # number:controllers:path, and no controllers in version 2
        _, controllers, path = group.split(":", 2)
        if not controllers:
            quotas += [_share(*_words(at / "cpu.max")) for at in _up(root / "sys/fs/cgroup", path)]
        elif "cpu" in controllers.split(","):
            for mount in ("cpu", "cpu,cpuacct"):
                for at in _up(root / "sys/fs/cgroup" / mount, path):
                    files = (at / "cpu.cfs_quota_us", at / "cpu.cfs_period_us")
                    quotas.append(_share(*(word for file in files for word in _words(file))))
    return min(quotas)


def _up(mount: Path, path: str) -> Iterator[Path]:
    """A group and those that it lies in; within a container the last one alone may be there."""
    within = PurePosixPath(path.lstrip("/"))
    yield mount / within
    yield from (mount / parent for parent in within.parents)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split()
    except OSError:
        return []


def _share(*words: str) -> float:
    """Quota over period, both in microseconds; "max" and -1 mean no limit."""
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return math.inf
    quota, period = map(int, words)
    return quota / period if quota and period else math.inf
