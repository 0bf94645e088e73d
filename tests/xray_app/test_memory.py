"""What was freed goes back to the system."""

import ctypes
import os
import sys

import pytest

from tests.xray_app.memory import resident_mb
from xray_app import memory


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries decide for themselves")
def test_pages_that_were_freed_between_others_are_given_back() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    blocks = [libc.malloc(64 * 1024) for _ in range(1600)]
    for block in blocks:
        ctypes.memset(block, 1, 64 * 1024)
    kept, freed = blocks[::50], [b for n, b in enumerate(blocks) if n % 50]
    for block in freed:
        libc.free(block)
    before = resident_mb(os.getpid())
    memory.give_back()
    assert before - resident_mb(os.getpid()) > 80
    for block in kept:
        libc.free(block)
