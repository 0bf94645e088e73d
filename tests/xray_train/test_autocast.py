"""Steps are computed in bfloat16 where the processor multiplies tiles of it."""

from pathlib import Path

import pytest
import torch

from xray_train import autocast
from xray_train.autocast import computes_bfloat16


@pytest.mark.parametrize(
    ("flags", "vectors", "computes"),
    [
        ("fpu avx512_bf16 amx_bf16 amx_tile", False, True),
        ("fpu amx_bf16 amx_tile", True, True),
        ("fpu avx512f avx512_bf16 clzero", False, False),
        ("fpu avx512f avx512_bf16 clzero", True, True),
        ("fpu avx512f avx512_vnni", True, False),
        ("fpu amx_bf16x no_amx_bf16", True, False),
    ],
)
def test_bfloat16_needs_a_whole_flag_of_the_processor(
    flags: str, vectors: bool, computes: bool, tmp_path: Path
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nmodel name\t: amx_bf16\nflags\t\t: {flags}\nbugs\t\t: a\n")
    assert computes_bfloat16(vectors, cpuinfo) is computes


def test_a_processor_that_tells_nothing_computes_in_float32(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("Features\t: fp asimd\n")
    assert not computes_bfloat16(True, tmp_path / "cpuinfo")
    assert not computes_bfloat16(True, tmp_path / "none")


@pytest.mark.parametrize(("computes", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_step_is_computed_in_what_the_processor_computes_in(
    computes: bool, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autocast, "computes_bfloat16", lambda vectors: computes)
    with autocast.autocast(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is dtype
