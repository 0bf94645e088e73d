"""Cores and flags, as the machine's own files say them."""

from pathlib import Path

import pytest

from xray import processor


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


V2 = {"proc/self/cgroup": "0::/app\n"}
V1 = {"proc/self/cgroup": "4:memory:/docker/7\n2:cpu,cpuacct:/docker/7\n1:cpuset:/\n"}


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, float("inf")),
        (V2, float("inf")),
        ({**V2, "sys/fs/cgroup/app/cpu.max": "max 100000\n"}, float("inf")),
        ({**V2, "sys/fs/cgroup/app/cpu.max": "150000 100000\n"}, 1.5),
        ({**V2, "sys/fs/cgroup/cpu.max": "400000 100000\n"}, 4),  # a container sees its own root
        (
            {
                **V2,
                "sys/fs/cgroup/app/cpu.max": "max 100000\n",
                "sys/fs/cgroup/cpu.max": "50000 100000\n",
            },
            0.5,
        ),
        (
            {
                **V1,
                "sys/fs/cgroup/cpu,cpuacct/docker/7/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/docker/7/cpu.cfs_period_us": "100000\n",
            },
            float("inf"),
        ),
        (
            {
                **V1,
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        ({**V2, "sys/fs/cgroup/app/cpu.max": "what is this\n"}, float("inf")),
    ],
)
def test_the_share_of_time_is_the_least_of_all_control_groups(
    tmp_path: Path, files: dict[str, str], cores: float
) -> None:
    assert processor._quota(machine(tmp_path, files)) == cores


@pytest.mark.parametrize(("quota", "cores"), [(0.5, 1), (1.5, 2), (64, 3), (float("inf"), 3)])
def test_a_share_of_a_core_counts_as_one_and_never_more_than_there_are(
    monkeypatch: pytest.MonkeyPatch, quota: float, cores: int
) -> None:
    monkeypatch.setattr(processor, "_quota", lambda root: quota)
    monkeypatch.setattr(processor.os, "sched_getaffinity", lambda pid: {0, 4, 5}, raising=False)
    assert processor.usable_cores() == cores


def test_flags_are_read_once_for_all_cores(tmp_path: Path) -> None:
    text = "processor\t: 0\nflags\t\t: fpu avx2 avx512_vnni\n\nprocessor\t: 1\nflags\t\t: fpu\n"
    (tmp_path / "cpuinfo").write_text(text)
    assert processor.flags(tmp_path / "cpuinfo") == {"fpu", "avx2", "avx512_vnni"}
    assert processor.flags(tmp_path / "missing") == frozenset()


@pytest.mark.parametrize(
    ("machine", "flags", "exact"),
    [
        ("x86_64", {"avx2"}, False),
        ("AMD64", set(), False),  # Windows does not say
        ("x86_64", {"avx2", "avx_vnni"}, True),
        ("x86_64", {"avx512f", "avx512_vnni"}, True),
        ("aarch64", set(), True),
    ],
)
def test_x86_without_vnni_does_not_sum_exactly(
    monkeypatch: pytest.MonkeyPatch, machine: str, flags: set[str], exact: bool
) -> None:
    monkeypatch.setattr(processor.platform, "machine", lambda: machine)
    monkeypatch.setattr(processor, "flags", lambda: frozenset(flags))
    assert processor.sums_exactly() is exact
