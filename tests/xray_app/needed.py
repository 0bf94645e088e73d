"""What a test needs of the machine, and what becomes of the test where that is missing."""

import os
from typing import NoReturn

import pytest

MUST = ("CI", "NO_SKIP")  # variables under which nothing is left out


def missing(reason: str) -> NoReturn:
    """Skip the test that asks, or fail it where every test has to run."""
    if any(os.environ.get(name) for name in MUST):
        pytest.fail(reason)
    pytest.skip(reason)
